//! The log: one event is one line, at each target, whatever happens to the target.

#![cfg(test)]

mod files;
mod form;
mod scan;
mod stdout;
mod syslog;

use std::fs;
use std::path::{Path, PathBuf};

use ddns_service::config::{self, Daemon, LogTarget};
use ddns_service::log;

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ddns-log-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Waits until all lines so far are written; one flush waits two seconds at most.
fn written(handle: &log::Handle) {
    assert!((0..30).any(|_| handle.flush()), "the lines of before are not written");
}

fn daemon(target: LogTarget) -> Daemon {
    let (settings, _) = config::read("[database]\npath = \"/x\"\n").unwrap();
    Daemon { log_target: target, ..settings.daemon }
}

fn to_file(path: &Path, size: u64, versions: u32) -> Daemon {
    daemon(LogTarget::File { path: path.to_owned(), size, versions })
}
