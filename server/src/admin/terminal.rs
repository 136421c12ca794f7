//! The terminal: how wide it is, and passwords typed without being seen. It knows nothing of what a good password is.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::fd::AsFd;

use ddns::secret::Secret;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// Where a person can be asked.
pub trait Terminal {
    /// Asks for one line that is not shown.
    fn ask(&mut self, prompt: &str) -> Result<Secret, TerminalFault>;
}

/// Why no answer came.
#[derive(Debug)]
pub enum TerminalFault {
    /// There is nobody to be asked.
    None,
    /// Ctrl-C, or the end of input.
    Cancelled,
    /// The terminal failed.
    Broken(io::Error),
}

impl fmt::Display for TerminalFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("there is no terminal to ask at; use --password-stdin or --generate"),
            Self::Cancelled => f.write_str("cancelled; nothing was changed"),
            Self::Broken(fault) => write!(f, "the terminal failed: {fault}; use --password-stdin or --generate"),
        }
    }
}

impl std::error::Error for TerminalFault {}

/// Columns of the screen: `COLUMNS` where it is a number, else what the terminal of this handle says; `None` where it is none.
pub fn width(columns: Option<&str>, out: impl AsFd) -> Option<usize> {
    let said = columns.and_then(|text| text.trim().parse().ok()).filter(|&width: &usize| width > 0);
    said.or_else(|| tcgetwinsize(out).ok().map(|size| usize::from(size.ws_col)).filter(|&width| width > 0))
}

/// The process's own terminal, whatever standard input and output are.
#[derive(Debug, Default)]
pub struct Console;

/// Ctrl-C as the terminal sends it while signals are off.
const CANCEL: u8 = 3;

impl Terminal for Console {
    fn ask(&mut self, prompt: &str) -> Result<Secret, TerminalFault> {
        let tty = OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(|_| TerminalFault::None)?;
        let quiet = Quiet::new(&tty).map_err(TerminalFault::Broken)?;
        (&tty).write_all(prompt.as_bytes()).map_err(TerminalFault::Broken)?;
        let line = line(&tty);
        let _ = (&tty).write_all(b"\n");
        drop(quiet);
        line
    }
}

fn line(tty: &File) -> Result<Secret, TerminalFault> {
    let mut line = zeroize::Zeroizing::new(Vec::with_capacity(1024));
    let mut reader = BufReader::new(tty);
    loop {
        let (used, ended) = {
            let read = reader.fill_buf().map_err(TerminalFault::Broken)?;
            let end = read.iter().position(|&byte| byte == b'\n' || byte == CANCEL);
            line.extend_from_slice(&read[..end.unwrap_or(read.len())]);
            if read.is_empty() || end.is_some_and(|end| read[end] == CANCEL) {
                return Err(TerminalFault::Cancelled);
            }
            (end.map_or(read.len(), |end| end + 1), end.is_some())
        };
        reader.consume(used);
        if ended {
            return Ok(Secret::new(line.as_slice()));
        }
    }
}

/// The terminal without echo; as it was when this is dropped. Ctrl-C arrives as a letter that ends the line, for a signal would end the
/// process with the echo still off.
struct Quiet<'a> {
    tty: &'a File,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn new(tty: &'a File) -> io::Result<Self> {
        let before = tcgetattr(tty)?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ISIG);
        modes.special_codes[SpecialCodeIndex::VEOL] = CANCEL;
        tcsetattr(tty, OptionalActions::Flush, &modes)?;
        Ok(Self { tty, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.tty, OptionalActions::Now, &self.before);
    }
}
