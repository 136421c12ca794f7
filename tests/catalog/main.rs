//! `ddns service`: the real program below a root of its own, against real servers on loopback. What it fetches is checked before it replaces
//! anything, and nobody ever sees a part of it.

#![cfg(test)]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

#[path = "../support/http.rs"]
mod support;
#[path = "../support/tls.rs"]
mod tls;

mod list;
mod machine;
mod origin;
mod recipe;
mod secure;

use support::{Server, directory, ok};

pub(crate) const LIST: &str = "usr/share/ddns/list";
pub(crate) const CUSTOM: &str = "usr/share/ddns/custom";
pub(crate) const JSON: &str = r#"{"name":"a.example","ipv4":{"url":"https://[USERNAME]:[PASSWORD]@a.example/nic/update?hostname=[DOMAIN]&myip=[IP]","answer":"good|nochg"}}"#;

/// Options of `global`.
pub(crate) type Options<'a> = &'a [(&'a str, &'a str)];

/// A router's root, as far as this command looks at it.
pub(crate) struct Root(pub(crate) PathBuf);

#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Root {
    pub(crate) fn new(name: &str) -> Self {
        let root = Self(directory(&format!("catalog-{name}")));
        root.put("etc/hosts", "127.0.0.1 raw.githubusercontent.com\n");
        root
    }

    /// A root whose list and recipes are at `url`, with further options of `global`.
    pub(crate) fn fetching(name: &str, url: &str, more: Options<'_>) -> Self {
        let root = Self::new(name);
        root.configure(&[&[("url", url)], more].concat());
        root
    }

    pub(crate) fn configure(&self, global: Options<'_>) {
        let mut text = "config ddns 'global'\n".to_owned();
        for (option, value) in global {
            let _ = writeln!(text, "\toption {option} '{value}'");
        }
        self.put("etc/config/ddns", &text);
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    pub(crate) fn put(&self, below: &str, text: &str) {
        fs::create_dir_all(self.path(below).parent().unwrap()).unwrap();
        fs::write(self.path(below), text).unwrap();
    }

    pub(crate) fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap()
    }

    /// The program as rpcd starts it: what it makes is its own unless it says otherwise.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "umask 077; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_ddns")]).args(words);
        command.env("DDNS_ROOT", &self.0).stdin(Stdio::null());
        command
    }

    pub(crate) fn service(&self, words: &[&str]) -> Ran {
        Ran::new(&self.command(&[&["service"], words].concat()).output().unwrap())
    }

    /// Every file below `/usr`, with content and time.
    pub(crate) fn share(&self) -> Vec<(PathBuf, Vec<u8>, Option<SystemTime>)> {
        let mut all = Vec::new();
        let mut folders = vec![self.path("usr")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().map(Result::unwrap) {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                    all.push((entry.path(), Vec::new(), None));
                } else {
                    let modified = entry.metadata().unwrap().modified().unwrap();
                    all.push((entry.path(), fs::read(entry.path()).unwrap(), Some(modified)));
                }
            }
        }
        all.sort();
        all
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Makes a file look a day old; its time then.
pub(crate) fn aged(path: &Path) -> SystemTime {
    let then = SystemTime::now() - Duration::from_secs(86400);
    fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
    fs::metadata(path).unwrap().modified().unwrap()
}

/// What a server of files says: `/base/list` and recipes below `/base/`.
pub(crate) fn files(list: &'static str, recipe: &'static str) -> Server {
    Server::start(move |request, stream| {
        let body = if request.starts_with("GET /base/list ") { list } else { recipe };
        stream.write_all(ok(body).as_bytes()).unwrap();
    })
}

pub(crate) fn base(server: &Server) -> String {
    server.url("/base")
}
