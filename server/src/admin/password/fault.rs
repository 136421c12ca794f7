//! Why there is no password.

use std::fmt;

use super::super::terminal::TerminalFault;
use crate::proof::HashFault;

/// Longest password in bytes: what a request may carry.
pub(super) const MOST: usize = 256;

/// What is wrong with it.
#[derive(Debug)]
pub enum PasswordFault {
    /// Empty.
    Empty,
    /// Longer than a request can carry.
    Long,
    /// Not a text, or one with control characters.
    Letters,
    /// The two were not the same.
    Differ,
    /// Nobody could be asked.
    Terminal(TerminalFault),
    /// Standard input could not be read.
    Input(std::io::Error),
    /// It could not be hashed, or made up.
    Machine(HashFault),
}

impl fmt::Display for PasswordFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the password is empty; give one, or let --generate make one"),
            Self::Long => write!(f, "the password is longer than {MOST} bytes; take a shorter one"),
            Self::Letters => f.write_str("the password holds control characters or is not UTF-8; take another one"),
            Self::Differ => f.write_str("the two passwords are not the same; try again"),
            Self::Terminal(fault) => fault.fmt(f),
            Self::Input(fault) => write!(f, "standard input cannot be read: {fault}; see where it comes from"),
            Self::Machine(fault) => write!(f, "{fault}; try again later"),
        }
    }
}

impl std::error::Error for PasswordFault {}

impl From<HashFault> for PasswordFault {
    fn from(fault: HashFault) -> Self {
        Self::Machine(fault)
    }
}
