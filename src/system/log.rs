//! The log: a file LuCI shows, syslog, the console. The mask of secrets stands here, at the one door out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use super::clock;
use super::cut::{count, readable, shorten};
use super::desk::{below, directory, replace};
use crate::world::{Level, Log, LogPlan};

/// Syslog facility `user` (RFC 3164 section 4.1.1).
const FACILITY: u8 = 1;
/// So many lines above the limit are let be until a round is over, so that not every line rewrites the file.
const SLACK: usize = 50;
/// Longer messages are cut, in characters.
const LONGEST: usize = 4000;

/// The three places a message can go to.
pub struct Journal {
    root: PathBuf,
    plan: LogPlan,
    lines: Option<usize>,
    trouble: bool,
}

impl Journal {
    /// A log that knows no section yet: messages reach the console only.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            plan: LogPlan { console: true, ..LogPlan::default() },
            lines: None,
            trouble: false,
        }
    }

    fn path(&self) -> PathBuf {
        below(&self.root, &self.plan.dir).join(format!("{}.log", self.plan.section))
    }

    fn write(&mut self, level: Level, text: &str, ended: bool) {
        let mut text = one_line(&self.plan.mask.cover(text));
        if ended {
            text.push_str(" - TERMINATE");
        }
        if self.plan.console || ended {
            console(level, &text);
        }
        if self.plan.section.is_empty() {
            return;
        }
        if self.plan.file {
            self.append(level, &text);
        }
        if ended || for_syslog(level, self.plan.syslog) {
            to_syslog(&self.root, level, &format!("{}: {text}", self.plan.section));
        }
    }

    /// Appends one message; trouble is said once, elsewhere, and never stops an update.
    fn append(&mut self, level: Level, text: &str) {
        let message = format!(" {} {} : {text}\n", clock::stamp(), label(level));
        let appended = self.appendable().and_then(|mut file| file.write_all(message.as_bytes()));
        match appended {
            Ok(()) => {
                self.lines = self.lines.map(|lines| lines + 1);
                if self.lines.is_some_and(|lines| self.plan.lines > 0 && lines > self.plan.lines + SLACK) {
                    self.cut();
                }
            }
            Err(_) if self.trouble => {}
            Err(error) => {
                self.trouble = true;
                let text = format!("{}: cannot write the log file: {error}; going on without it", self.plan.section);
                to_syslog(&self.root, Level::Error, &text);
                console(Level::Error, &text);
            }
        }
    }

    fn appendable(&mut self) -> io::Result<File> {
        let dir = below(&self.root, &self.plan.dir);
        directory(&dir)?;
        ours(&dir)?;
        let path = self.path();
        if self.lines.is_none() {
            let old = if self.plan.fresh { 0 } else { readable(&path).and_then(|file| count(&file)).unwrap_or(0) };
            if self.plan.fresh {
                replace(&path, b"", 0o600)?;
            }
            self.lines = Some(old);
        }
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(flags).open(path)
    }
}

/// A directory that is a link of somebody else leads a root process where that somebody wants it.
fn ours(dir: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(dir)?;
    if meta.is_symlink() && meta.uid() != nix::unistd::geteuid().as_raw() {
        return Err(io::Error::other(format!("'{}' is a link made by another user", dir.display())));
    }
    Ok(())
}

impl Log for Journal {
    fn open(&mut self, plan: LogPlan) {
        if plan.section != self.plan.section || plan.dir != self.plan.dir {
            self.lines = None;
        }
        self.plan = plan;
    }

    fn told(&self) -> bool {
        self.trouble
    }

    fn hush(&mut self) {
        self.trouble = true;
    }

    fn cut(&mut self) {
        let (Some(lines), keep) = (self.lines, self.plan.lines) else { return };
        if keep == 0 || lines <= keep {
            return;
        }
        let cut = shorten(&self.path(), keep);
        if cut.is_ok() {
            self.lines = Some(keep);
        }
    }

    fn say(&mut self, level: Level, text: &str) {
        self.write(level, text, false);
    }

    fn terminate(&mut self, level: Level, text: &str) {
        self.write(level, text, true);
    }
}

/// A message is one line, whatever a script or a server put into it: nobody forges a second one, and nothing steers a terminal.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.trim().chars().take(LONGEST) {
        match c {
            '\n' => line.push_str(" | "),
            '\r' | '\t' => line.push(' '),
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    if text.trim().chars().nth(LONGEST).is_some() {
        line.push_str(" ...");
    }
    line
}

/// Five characters, right aligned, as LuCI's readers know them.
fn label(level: Level) -> &'static str {
    match level {
        Level::Emerg => "EMERG",
        Level::Alert => "ALERT",
        Level::Crit => " CRIT",
        Level::Error => "ERROR",
        Level::Warn => " WARN",
        Level::Note => " note",
        Level::Info => " info",
        Level::Debug => "     ",
    }
}

/// `use_syslog`: 0 nothing, 1 info and worse, 2 notice, 3 warning, 4 errors; debug never.
fn for_syslog(level: Level, setting: u8) -> bool {
    setting != 0 && level != Level::Debug && (level as u8) <= 7u8.saturating_sub(setting)
}

/// Tag `ddns-scripts[PID]`, because people filter for it.
fn to_syslog(root: &Path, level: Level, text: &str) {
    let Ok(socket) = UnixDatagram::unbound() else { return };
    let _ = socket.set_nonblocking(true);
    let priority = FACILITY * 8 + level as u8;
    let head = format!("<{priority}>{} ddns-scripts[{}]: ", clock::syslog_stamp(), std::process::id());
    let _ = socket.send_to(format!("{head}{text}").as_bytes(), below(root, Path::new("/dev/log")));
}

fn console(level: Level, text: &str) {
    // errors to stderr, so that a script reading stdout sees only the story
    let _ = if level <= Level::Warn {
        writeln!(io::stderr(), "{} : {text}", label(level))
    } else {
        writeln!(io::stdout(), "{} : {text}", label(level))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_and_steers_no_terminal() {
        let forged = "failed\r\n 010203 ERROR : forged\x1b]0;x\x07\u{9b}2J\n";
        assert_eq!(one_line(forged), r"failed  |  010203 ERROR : forged\u{1b}]0;x\u{7}\u{9b}2J");
        assert_eq!(one_line(&"x".repeat(9999)).len(), LONGEST + 4);
    }
}
