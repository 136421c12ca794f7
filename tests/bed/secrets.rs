//! The search: a secret, and whatever can be made of it, must stand nowhere but in the configuration and on the wire.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ddns::secret::{base64, percent_encoded};

use super::router::Router;

/// What is searched for: what it is, and its bytes.
pub(super) struct Secrets(Vec<(&'static str, Vec<u8>)>);

impl Secrets {
    pub(super) fn of(user: &str, password: &str) -> Self {
        let lower = percent_encoded(password.as_bytes());
        let upper: String = password
            .bytes()
            .map(|b| if percent_encoded(&[b]).len() == 1 { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect();
        Self(vec![
            ("as it is", password.into()),
            ("percent-encoded, lower case", lower.into()),
            ("percent-encoded, upper case", upper.into()),
            ("Basic", base64(format!("{user}:{password}").as_bytes()).into()),
        ])
    }

    /// All places that show one.
    pub(super) fn search(&self, router: &Router, said: &[String], processes: &BTreeSet<Vec<u8>>) -> Vec<String> {
        let mut found = Vec::new();
        let mut look = |place: &str, bytes: &[u8]| {
            for (how, _) in self.0.iter().filter(|(_, secret)| bytes.windows(secret.len()).any(|part| part == secret)) {
                found.push(format!("{place} ({how}): {}", String::from_utf8_lossy(bytes)));
            }
        };
        for text in said {
            look("syslog", text.as_bytes());
        }
        for bytes in processes {
            look("a process", bytes);
        }
        let config = router.path("etc/config");
        for start in [router.root(), router.dir().join("out")] {
            files(&start, &mut |path| {
                if !path.starts_with(&config) {
                    look(&path.display().to_string(), &fs::read(path).unwrap_or_default());
                }
            });
        }
        found
    }
}

fn files(dir: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), visit),
            Ok(kind) if kind.is_file() => visit(&entry.path()),
            _ => {}
        }
    }
}

/// Looks again and again at command lines and environments of all processes in this thread's network: what `ps` shows to everybody.
pub(super) struct Watcher {
    over: Arc<AtomicBool>,
    seen: Arc<Mutex<BTreeSet<Vec<u8>>>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    pub(super) fn start() -> Self {
        let (over, seen) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (stop, list) = (Arc::clone(&over), Arc::clone(&seen));
        let here = network(Path::new("/proc/thread-self"));
        let thread = thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                look_around(here, &list);
                thread::sleep(Duration::from_millis(15));
            }
            for pid in processes(here) {
                end(&pid);
            }
        });
        Self { over, seen, thread: Some(thread) }
    }

    pub(super) fn seen(&self) -> BTreeSet<Vec<u8>> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn network(process: &Path) -> Option<u64> {
    fs::metadata(process.join("ns/net")).ok().map(|meta| meta.ino())
}

/// Processes in the network `here`, which nobody but this bed has.
fn processes(here: Option<u64>) -> Vec<PathBuf> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let number = |path: &PathBuf| path.file_name().is_some_and(|n| n.as_encoded_bytes().iter().all(u8::is_ascii_digit));
    all.filter(number).filter(|path| here.is_some() && network(path) == here).collect()
}

fn look_around(here: Option<u64>, list: &Mutex<BTreeSet<Vec<u8>>>) {
    for process in processes(here) {
        // on a router of its own the program stands below another root, and may be replaced while it runs
        let exe = fs::read_link(process.join("exe")).unwrap_or_default();
        let name = exe.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ours = name.starts_with("ddns") || name.starts_with("qemu-");
        // a script has to be told its section's options, and the environment is where only its owner sees them
        let files: &[&str] = if ours { &["cmdline", "environ"] } else { &["cmdline"] };
        for file in files {
            let bytes = fs::read(process.join(file)).unwrap_or_default();
            list.lock().unwrap().insert(bytes);
        }
    }
}

/// Ends what the program started in the background.
fn end(process: &Path) {
    let pid = process.file_name().and_then(|name| name.to_str()?.parse().ok());
    if let Some(pid) = pid {
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
    }
}
