//! The log: a file LuCI shows, syslog, the console. The mask of secrets stands here, at the one door out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use super::clock;
use super::desk::{below, directory, replace, replace_by};
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

/// A pipe in the log's place must not make us wait for its other end.
fn readable(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

/// Line ends of a whole file. A log is never in memory as a whole: what a process has once held it keeps while it waits.
fn count(file: &File) -> io::Result<usize> {
    let mut lines = 0;
    line_ends(file, |_| {
        lines += 1;
        true
    })?;
    Ok(lines)
}

/// The place behind the `nth` line end, counted from 1; behind the last one when there are fewer.
fn behind(file: &File, nth: usize) -> io::Result<u64> {
    let (mut lines, mut place) = (0, 0);
    line_ends(file, |end| {
        (lines, place) = (lines + 1, end);
        lines < nth
    })?;
    Ok(place)
}

/// Tells the place behind each line end, until told to stop.
fn line_ends(file: &File, mut each: impl FnMut(u64) -> bool) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(4096, file);
    let mut before = 0;
    loop {
        let part = reader.fill_buf()?;
        if part.is_empty() {
            return Ok(());
        }
        let size = part.len();
        for (end, _) in (before + 1..).zip(part).filter(|(_, byte)| **byte == b'\n') {
            if !each(end) {
                return Ok(());
            }
        }
        before += size as u64;
        reader.consume(size);
    }
}

/// Drops all but the last `keep` lines. `io::copy` would bring all the ways in which a kernel can copy.
fn shorten(path: &Path, keep: usize) -> io::Result<()> {
    let mut old = readable(path)?;
    let surplus = count(&old)?.saturating_sub(keep);
    if surplus == 0 {
        return Ok(());
    }
    old.rewind()?;
    let start = behind(&old, surplus)?;
    old.seek(SeekFrom::Start(start))?;
    replace_by(path, 0o600, |new| {
        let mut piece = [0; 1024];
        loop {
            match old.read(&mut piece)? {
                0 => return Ok(()),
                count => new.write_all(&piece[..count])?,
            }
        }
    })
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

    /// What a log of `lines` numbered lines holds after it was cut to `keep`.
    fn cut(lines: usize, keep: usize, tail: &str) -> String {
        let dir = std::env::temp_dir().join(format!("ddns-log-{}-{lines}-{keep}{}", std::process::id(), tail.len()));
        directory(&dir).unwrap();
        let path = dir.join("a.log");
        let whole: Vec<String> = (1..=lines).map(|n| format!("line {n}\n")).collect();
        fs::write(&path, whole.concat() + tail).unwrap();
        shorten(&path, keep).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_dir_all(dir).unwrap();
        text
    }

    #[test]
    fn a_log_that_is_cut_keeps_its_last_lines() {
        assert_eq!(cut(5, 2, ""), "line 4\nline 5\n");
        assert_eq!(cut(5, 5, "").lines().count(), 5);
        assert_eq!(cut(0, 5, ""), "");
        let long = cut(3000, 250, "");
        assert_eq!((long.lines().count(), long.lines().next()), (250, Some("line 2751")));
    }

    #[test]
    fn a_message_is_one_line_and_steers_no_terminal() {
        let forged = "failed\r\n 010203 ERROR : forged\x1b]0;x\x07\u{9b}2J\n";
        assert_eq!(one_line(forged), r"failed  |  010203 ERROR : forged\u{1b}]0;x\u{7}\u{9b}2J");
        assert_eq!(one_line(&"x".repeat(9999)).len(), LONGEST + 4);
    }

    #[test]
    fn a_line_that_is_not_ended_is_kept_behind_the_whole_ones() {
        assert_eq!(cut(3, 1, "half"), "line 3\nhalf");
    }
}
