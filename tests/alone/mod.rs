//! Runs a test once more in a process of its own: in an empty network namespace, or with another environment. Signals are blocked there from
//! the start, so that the harness's own threads cannot take them, and nothing a test does to the network touches the machine.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const MARK: &str = "DDNS_TEST_ALONE";

/// True inside; outside it runs `test` inside and fails when that fails.
pub(crate) fn in_namespace(test: &str) -> bool {
    let flags = if nix::unistd::geteuid().is_root() { "-n" } else { "-rn" };
    if inside() {
        return true;
    }
    let probe = Command::new("unshare").args([flags, "true"]).output();
    let reason = match probe {
        Ok(output) if output.status.success() => {
            again(Command::new("unshare").arg(flags).arg(std::env::current_exe().unwrap()), test);
            return false;
        }
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    // straight to the terminal: the harness hides what a passing test prints
    let line = format!("SKIPPED {test}: no network namespace (unshare {flags}): {}\n", reason.trim());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    false
}

/// True inside; outside it runs `test` inside with these variables.
pub(crate) fn in_process(test: &str, variables: &[(&str, &str)]) -> bool {
    if inside() {
        return true;
    }
    again(Command::new(std::env::current_exe().unwrap()).envs(variables.iter().copied()), test);
    false
}

fn inside() -> bool {
    std::env::var_os(MARK).is_some()
}

fn again(command: &mut Command, test: &str) {
    // SAFETY: between fork and execve one system call and no allocation
    unsafe { command.pre_exec(|| Ok(nix::sys::signal::SigSet::all().thread_block()?)) };
    let output = command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(MARK, "1").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{test}: {}\n{said}", output.status);
}

/// Runs a shell line and wants success.
pub(crate) fn sh(line: &str) {
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A pair of connected devices, both up.
pub(crate) fn veth(one: &str, other: &str) {
    sh(&format!(
        "ip link set lo up && ip link add {one} type veth peer name {other} && ip link set {one} up && ip link set {other} up"
    ));
}

/// A directory that goes away with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ddns-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// An executable file in it.
    pub(crate) fn program(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
