//! The bell: timers, signals and the kernel's changes of address, each in a process and a network of its own.

#[cfg(test)]
mod alone;

use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use alone::{Folder, in_namespace, in_process, sh, veth};
use ddns::memory::Uptime;
use ddns::system::bell::{Bell, Kept};
use ddns::system::clock::{adopt_time_zone, stamp, uptime};
use ddns::system::patience::{Impatient, Patience};
use ddns::world::{Clock, Wake};

/// What happens at once takes less than this on the slowest machine, and a minute if only the timer ends it.
const SOON: Duration = Duration::from_secs(10);

fn soon(millis: u64) -> Uptime {
    uptime().after(Duration::from_millis(millis))
}

/// A shell line that runs beside the test.
#[cfg(test)]
fn beside(line: &str) -> Child {
    Command::new("sh").args(["-c", line]).spawn().unwrap()
}

fn me() -> u32 {
    std::process::id()
}

#[test]
fn an_added_address_wakes_long_before_the_timer() {
    if !in_namespace("an_added_address_wakes_long_before_the_timer") {
        return;
    }
    veth("v0", "v1");
    let mut bell = Bell::new().unwrap();
    for line in [
        "ip addr add 192.0.2.7/24 dev v0",
        "ip addr add 2001:db8::7/64 dev v0 nodad",
        "ip addr del 192.0.2.7/24 dev v0",
        "ip addr change 2001:db8::7/64 dev v0 preferred_lft 0",
    ] {
        sh(line);
        let began = Instant::now();
        assert_eq!(bell.wait(soon(60_000)), Wake::AddressChanged, "{line}");
        let took = began.elapsed();
        assert!(took < SOON, "{line}: {took:?}");
    }
    let began = Instant::now();
    assert_eq!(bell.wait(soon(250)), Wake::Timer);
    assert!(began.elapsed() >= Duration::from_millis(250));
}

#[test]
fn a_change_while_it_waits_wakes_it() {
    if !in_namespace("a_change_while_it_waits_wakes_it") {
        return;
    }
    veth("v0", "v1");
    let mut bell = Bell::new().unwrap();
    let began = Instant::now();
    let mut change = beside("sleep 0.3; ip addr add 192.0.2.7/24 dev v0");
    assert_eq!(bell.wait(soon(60_000)), Wake::AddressChanged);
    let took = began.elapsed();
    assert!(took > Duration::from_millis(300) && took < SOON, "{took:?}");
    change.wait().unwrap();
}

#[test]
fn fifty_changes_in_a_burst_are_one_or_two_wakes() {
    if !in_namespace("fifty_changes_in_a_burst_are_one_or_two_wakes") {
        return;
    }
    veth("v0", "v1");
    let mut bell = Bell::new().unwrap();
    let lines: Vec<String> = (1..=50).map(|i| format!("addr add 192.0.2.{i}/32 dev v0\\n")).collect();
    let line = format!("sleep 0.1; date +%s%N; printf '{}' | ip -batch -; date +%s%N", lines.concat());
    let mut burst = Command::new("sh").args(["-c", &line]).stdout(Stdio::piped()).spawn().unwrap();
    let mut wakes = 0;
    loop {
        let over = burst.try_wait().unwrap().is_some();
        match bell.wait(soon(1500)) {
            Wake::AddressChanged => wakes += 1,
            _ if over => break,
            _ => {}
        }
    }
    let said = std::io::read_to_string(burst.stdout.take().unwrap()).unwrap();
    let moments: Vec<u64> = said.lines().map(|moment| moment.parse().unwrap()).collect();
    // a burst that a busy machine tears apart has quiet moments of a tenth of a second
    let torn = (moments[1] - moments[0]) / 100_000_000;
    assert!((1..=2 + torn).contains(&wakes), "{wakes} in {said}");
}

#[test]
fn an_overrun_of_messages_counts_as_a_change() {
    if !in_namespace("an_overrun_of_messages_counts_as_a_change") {
        return;
    }
    veth("v0", "v1");
    let mut bell = Bell::new().unwrap();
    let folder = Folder::new("batch");
    let batch = folder.path().join("batch");
    let lines = (0..4000).map(|i| format!("addr add 10.1.{}.{}/32 dev v0\n", i / 250, i % 250 + 1));
    std::fs::write(&batch, lines.collect::<String>()).unwrap();
    sh(&format!("ip -batch {}", batch.display()));
    assert_eq!(bell.wait(soon(60_000)), Wake::AddressChanged);
    assert_eq!(bell.wait(soon(200)), Wake::Timer);
}

#[test]
fn renewed_lifetimes_wake_nobody() {
    if !in_namespace("renewed_lifetimes_wake_nobody") {
        return;
    }
    veth("v0", "v1");
    sh("ip addr add 2001:db8::7/64 dev v0 nodad valid_lft 3600 preferred_lft 1800");
    let mut bell = Bell::new().unwrap();
    sh("ip addr change 2001:db8::7/64 dev v0 valid_lft 7200 preferred_lft 3600");
    assert_eq!(bell.wait(soon(400)), Wake::Timer);
}

#[test]
fn a_signal_to_end_wakes_at_once_and_is_told_by_its_number() {
    if !in_namespace("a_signal_to_end_wakes_at_once_and_is_told_by_its_number") {
        return;
    }
    let mut bell = Bell::new().unwrap();
    for (name, number) in [("TERM", 15), ("INT", 2), ("USR1", 10), ("QUIT", 3)] {
        let began = Instant::now();
        let mut sender = beside(&format!("sleep 0.1; kill -{name} {}", me()));
        assert_eq!(bell.wait(soon(60_000)), Wake::Stop(number));
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        sender.wait().unwrap();
    }
}

#[test]
fn hangup_wakes_the_bell_but_no_transfer() {
    if !in_namespace("hangup_wakes_the_bell_but_no_transfer") {
        return;
    }
    let mut bell = Bell::new().unwrap();
    let (quiet, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
    let patience = || Patience::for_(Duration::from_millis(150), Some(bell.stop_fd().as_raw_fd()));
    let fd = std::os::fd::AsFd::as_fd(&quiet);
    sh(&format!("kill -HUP {}", me()));
    assert!(matches!(patience().readable(fd), Err(Impatient::TimedOut)));
    sh(&format!("kill -TERM {}", me()));
    assert!(matches!(patience().readable(fd), Err(Impatient::Interrupted)));
    // what is asked to end ends, whatever else there is
    assert_eq!(bell.pending(), Some(Wake::Stop(15)));
    assert_eq!(bell.pending(), Some(Wake::Reload));
    assert_eq!(bell.pending(), None);
}

#[test]
fn a_look_for_signals_leaves_a_change_of_address_for_the_wait() {
    if !in_namespace("a_look_for_signals_leaves_a_change_of_address_for_the_wait") {
        return;
    }
    veth("v0", "v1");
    let mut bell = Bell::new().unwrap();
    sh("ip addr add 192.0.2.7/24 dev v0");
    assert_eq!(bell.pending(), None);
    sh(&format!("kill -HUP {}", me()));
    assert_eq!(bell.wait(soon(2000)), Wake::Reload);
    assert_eq!(bell.wait(soon(2000)), Wake::AddressChanged);
}

#[test]
fn nothing_is_lost_when_the_process_executes_itself_anew() {
    const TEST: &str = "nothing_is_lost_when_the_process_executes_itself_anew";
    if !in_namespace(TEST) {
        return;
    }
    if let Ok(kept) = std::env::var("DDNS_TEST_KEPT") {
        let (socket, seen) = kept.split_once(' ').unwrap();
        let kept = Kept { socket: socket.parse().unwrap(), seen: seen.parse().unwrap() };
        let mut bell = Bell::inherit(kept).unwrap();
        assert_eq!(bell.pending(), Some(Wake::Reload), "a signal that came before");
        assert_eq!(bell.wait(soon(2000)), Wake::AddressChanged, "a change that came before");
        assert_eq!(bell.wait(soon(200)), Wake::Timer);
        // closed to scripts again
        sh(&format!("[ ! -e /proc/self/fd/{} ]", kept.socket));
        return;
    }
    veth("v0", "v1");
    let bell = Bell::new().unwrap();
    let kept = bell.keep().unwrap();
    sh("ip addr add 192.0.2.7/24 dev v0");
    sh(&format!("kill -HUP {}", me()));
    let error = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture", "--test-threads=1"])
        .env("DDNS_TEST_KEPT", format!("{} {}", kept.socket, kept.seen))
        .exec();
    panic!("{error}");
}

#[test]
fn a_moment_in_the_past_comes_at_once_and_one_beyond_all_time_never() {
    if !in_namespace("a_moment_in_the_past_comes_at_once_and_one_beyond_all_time_never") {
        return;
    }
    let mut bell = Bell::new().unwrap();
    let began = Instant::now();
    assert_eq!(bell.wait(Uptime::default()), Wake::Timer);
    assert_eq!(bell.wait(soon(0)), Wake::Timer);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    let mut sender = beside(&format!("sleep 0.2; kill -TERM {}", me()));
    assert_eq!(bell.wait(Uptime(Duration::MAX)), Wake::Stop(15));
    sender.wait().unwrap();
}

#[test]
fn a_waiting_bell_uses_no_processor_time() {
    if !in_namespace("a_waiting_bell_uses_no_processor_time") {
        return;
    }
    let switches = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap();
        line.split_whitespace().last().unwrap().parse::<u64>().unwrap()
    };
    let mut bell = Bell::new().unwrap();
    let before = switches();
    assert_eq!(bell.wait(soon(1000)), Wake::Timer);
    assert!(switches() - before <= 20, "{}", switches() - before);
}

#[test]
fn dates_are_local_and_count_from_boot() {
    if !in_process("dates_are_local_and_count_from_boot", &[("TZ", "XYZ-5:30")]) {
        return;
    }
    let bell = Bell::new().unwrap();
    let seconds = |moment| bell.date(moment, "%s").parse::<u64>().unwrap();
    let now = bell.uptime();
    let wall = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap().as_secs();
    // the machine may pause between two looks at its clock
    assert!(seconds(now).abs_diff(wall) <= 9);
    assert!((seconds(now.after(Duration::from_secs(7200))) - seconds(now)).abs_diff(7200) <= 9);
    assert!(seconds(now).abs_diff(seconds(Uptime::default()) + now.as_secs()) <= 9);
    assert_eq!(bell.date(now, "%Z %z"), "XYZ +0530");
    assert_eq!(stamp().len(), 6);
}

#[test]
fn an_unusable_format_falls_back_and_a_moment_beyond_all_time_is_no_fault() {
    if !in_process("an_unusable_format_falls_back_and_a_moment_beyond_all_time_is_no_fault", &[("TZ", "UTC0")]) {
        return;
    }
    let bell = Bell::new().unwrap();
    let now = bell.uptime();
    let usual = bell.date(now, "%F %R");
    assert!(usual.len() == 16 && usual.starts_with("20"), "{usual}");
    for format in [String::new(), "\0".to_owned(), "%A %B ".repeat(40)] {
        assert_eq!(bell.date(now, &format), bell.date(now, "%F %R"), "{format:?}");
    }
    assert_eq!(bell.date(now, "caf\u{e9} $(id) `id` %%"), "caf\u{e9} $(id) `id` %");
    for moment in [Uptime(Duration::MAX), Uptime::from_secs(u64::MAX / 4), Uptime::from_secs(1 << 40)] {
        let _ = bell.date(moment, "%F %R");
    }
}

#[test]
fn the_routers_zone_file_is_used_when_no_zone_is_set() {
    // SAFETY: the child of a fork has one thread, which is what is wanted here; it ends by _exit whatever happens
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            let fine = std::panic::catch_unwind(zone_file).is_ok();
            // SAFETY: ends the process without running the harness's exit handlers a second time
            unsafe { libc::_exit(i32::from(!fine)) }
        }
        nix::unistd::ForkResult::Parent { child } => {
            let end = nix::sys::wait::waitpid(child, None).unwrap();
            assert_eq!(end, nix::sys::wait::WaitStatus::Exited(child, 0));
        }
    }
}

#[cfg(test)]
fn zone_file() {
    let folder = Folder::new("zone");
    std::fs::create_dir(folder.path().join("etc")).unwrap();
    let zone = folder.path().join("etc/TZ");
    std::fs::write(&zone, "ABC-3\n").unwrap();
    // SAFETY: the only thread of this process, as above and below
    unsafe { std::env::set_var("TZ", "") };
    assert!(!adopt_time_zone(folder.path()), "an empty TZ is one that is set");
    // SAFETY: see above
    unsafe { std::env::remove_var("TZ") };
    for useless in ["", "\n", "A\0B", &"x".repeat(5000)] {
        std::fs::write(&zone, useless).unwrap();
        assert!(!adopt_time_zone(folder.path()), "{useless:?}");
    }
    assert!(!adopt_time_zone(Path::new("/nonexistent")));
    std::fs::write(&zone, "ABC-3\n").unwrap();
    assert!(adopt_time_zone(folder.path()));
    assert_eq!(Bell::new().unwrap().date(uptime(), "%Z%z"), "ABC+0300");
}

#[test]
fn the_environment_is_left_alone_while_other_threads_run() {
    if !in_process("the_environment_is_left_alone_while_other_threads_run", &[]) {
        return;
    }
    let folder = Folder::new("threads");
    std::fs::create_dir(folder.path().join("etc")).unwrap();
    std::fs::write(folder.path().join("etc/TZ"), "ABC-3\n").unwrap();
    assert!(!adopt_time_zone(folder.path()));
}
