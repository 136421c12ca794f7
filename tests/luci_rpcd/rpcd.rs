//! rpcd's part: how it starts the plug-in and what it makes of the answer. And a root directory for the plug-in to look at.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// What rpcd adds to every question.
pub(crate) const SESSION: &str = r#"{"ubus_rpc_session":"0123456789abcdef0123456789abcdef"}"#;

/// A root directory that goes away.
pub(crate) struct Root(PathBuf);

impl Root {
    pub(crate) fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("ddns-rpcd-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        let root = Self(dir);
        root.put("etc/config/ddns", "config ddns 'global'\n");
        // an address of the loopback at which nobody answers
        root.put("etc/resolv.conf", "nameserver 127.0.0.99\n");
        root.program("usr/bin/ddns");
        root
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    /// Writes a file, with its directories.
    pub(crate) fn put(&self, below: &str, text: &str) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The same, executable.
    pub(crate) fn script(&self, below: &str, text: &str) -> PathBuf {
        let path = self.put(below, text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn program(&self, below: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(env!("CARGO_BIN_EXE_ddns"), path).unwrap();
    }

    pub(crate) fn read(&self, below: &str) -> Option<String> {
        fs::read_to_string(self.path(below)).ok()
    }

    pub(crate) fn status(&self, file: &str, text: &str) {
        self.put(&format!("var/run/ddns/{file}"), text);
    }

    pub(crate) fn ddns(&self, words: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ddns"));
        let output = command.args(words).env("DDNS_ROOT", &self.0).stdin(Stdio::null()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    pub(crate) fn call(&self, method: &str) -> Value {
        call(&self.0, method, SESSION).unwrap()
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The plug-in as rpcd starts it: by its own name, with rpcd's umask and next to no environment.
pub(crate) fn plugin(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ddns"));
    command.arg0("/usr/libexec/rpcd/luci.ddns").args(words).env_clear().env("DDNS_ROOT", root);
    // SAFETY: between fork and execve one system call and no allocation
    unsafe {
        command.pre_exec(|| {
            libc::umask(0o077);
            Ok(())
        });
    }
    command
}

/// A call of rpcd: the answer, or the status it would report instead (5 no data, 2 invalid argument). Waits, as rpcd does, until nobody
/// holds standard output or standard error any more.
pub(crate) fn call(root: &Path, method: &str, question: &str) -> Result<Value, u32> {
    let mut command = plugin(root, &["call", method]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // rpcd closes its end once the question is written
    let _ = child.stdin.take().unwrap().write_all(question.as_bytes());
    let (answer, took) = read_all(&mut child);
    assert!(took < Duration::from_secs(10), "{method} took {took:?}");
    assert!(answer.len() <= 256 * 1024, "rpcd takes no more than 256 KiB");
    if answer.trim().is_empty() {
        return Err(5);
    }
    match serde_json::from_str(&answer) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(2),
    }
}

fn read_all(child: &mut Child) -> (String, Duration) {
    let start = Instant::now();
    let (mut answer, mut complaint) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    child.wait().unwrap();
    (answer, start.elapsed())
}

/// What rpcd would register: the names of the methods. It reads until it has a whole object and holds the pipe open itself, so a plug-in
/// that ends without one would be waited for without end.
pub(crate) fn registered(root: &Path) -> Vec<String> {
    let mut child = plugin(root, &["list"]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success());
    let Ok(Value::Object(methods)) = serde_json::from_str(&text) else { panic!("rpcd would hang: {text:?}") };
    assert!(methods.values().all(Value::is_object), "{text}");
    methods.keys().cloned().collect()
}
