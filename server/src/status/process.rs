//! This process, as the kernel sees it, under the names that Prometheus' own clients use. What the kernel does not tell is left out.

use std::fs;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::exposition::{Page, float};

/// Writes the `process_*` families; `started` is since 1970.
pub(super) fn write(page: &mut Page, started: Duration) {
    page.gauge("process_start_time_seconds", "When the service began, since 1970.", started.as_secs_f64());
    page.counter("process_cpu_seconds_total", "Processor time used.", cpu().as_secs_f64());
    if let Some(bytes) = resident() {
        page.gauge("process_resident_memory_bytes", "Memory in RAM.", float(bytes));
    }
    if let Some(open) = open_files() {
        page.gauge("process_open_fds", "Open file descriptors.", float(open));
    }
    if let Some(most) = getrlimit(Resource::Nofile).current {
        page.gauge("process_max_fds", "File descriptors that may be open.", float(most));
    }
}

fn cpu() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(used.tv_sec.try_into().unwrap_or(0), used.tv_nsec.try_into().unwrap_or(0))
}

/// `VmRSS` of proc(5), which is in kB of 1024 bytes.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// How many file descriptors are open, without the one that counts them; `None` without /proc.
fn open_files() -> Option<u64> {
    Some((fs::read_dir("/proc/self/fd").ok()?.count() as u64).saturating_sub(1))
}
