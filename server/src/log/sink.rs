//! The three targets behind one call. A write takes a whole line or none.

use std::fs::File as Opened;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use super::LogFault;
use super::file::File;
use super::line::Line;
use super::syslog::Syslog;
use crate::config::LogTarget;

/// Where lines go.
pub(super) enum Sink {
    /// With whether journald is at the other end.
    Stdout(bool),
    Syslog(Syslog),
    File(File),
}

impl Sink {
    pub(super) fn open(target: &LogTarget) -> Result<Self, LogFault> {
        match target {
            LogTarget::Stdout => Ok(Self::Stdout(journald())),
            LogTarget::Syslog { socket, facility } => Syslog::open(socket, *facility)
                .map(Self::Syslog)
                .map_err(|error| LogFault::Socket(socket.clone(), error)),
            LogTarget::File { path, size, versions } => {
                File::open(path, *size, *versions).map(Self::File).map_err(|error| LogFault::File(path.clone(), error))
            }
        }
    }

    pub(super) fn write(&mut self, line: &Line) -> io::Result<()> {
        match self {
            Self::Stdout(journald) => {
                let prefix = if *journald { format!("<{}>", line.severity()) } else { String::new() };
                let mut out = io::stdout().lock();
                out.write_all(format!("{prefix}{}", line.dated()).as_bytes())?;
                out.flush()
            }
            Self::Syslog(syslog) => syslog.write(line),
            Self::File(file) => file.write(line.dated().as_bytes()),
        }
    }
}

/// Whether standard output is the stream that `JOURNAL_STREAM` names, and not a pipe or file of somebody further down (systemd.exec(5)).
fn journald() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let own = io::stdout().as_fd().try_clone_to_owned().and_then(|fd| Opened::from(fd).metadata());
    own.is_ok_and(|own| stream == format!("{}:{}", own.dev(), own.ino()))
}
