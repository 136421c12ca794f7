//! How a command ends: the exit code, and the sentence that says what to do next.

use std::fmt::{self, Display as _};
use std::io;
use std::path::PathBuf;

use crate::account::Name;
use crate::proof::HashFault;
use crate::world::{Rejected, StoreFault, ZoneFault};

use super::naming::NameFault;
use super::password::fault::PasswordFault;

/// Exit codes, as the manual page lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Done.
    Done = 0,
    /// Refused, or failed for a reason that the sentence names.
    Refused = 1,
    /// The command line is not one of ours.
    Usage = 2,
    /// The database could not be used.
    Database = 3,
    /// The DNS is not known to have what was asked for.
    Dns = 4,
    /// The configuration cannot be used.
    Config = 5,
}

/// Why a command was not done.
#[derive(Debug)]
pub enum Fault {
    /// Mend the configuration: one sentence each.
    Config(PathBuf, Vec<String>),
    /// The database did not do it.
    Store(StoreFault),
    /// A host's records are not known to be as wanted; what becomes of it now.
    Dns(Name, ZoneFault, &'static str),
    /// Something of the machine could not be set up (name server's key, mail).
    Setup(String),
    /// A name or a mail address that cannot be one.
    Name(NameFault),
    /// A password that cannot be one, or could not be asked for.
    Password(PasswordFault),
    /// A number out of its range: option, least, most.
    Range(&'static str, u32, u32),
    /// No such user.
    NoUser(String),
    /// A user of this name is there already.
    UserExists(String),
    /// The user still has hosts: how many.
    UserHasHosts(String, u32),
    /// No such host.
    NoHost(String),
    /// A host of this name is there already; whose it is.
    HostExists(String, Option<String>),
    /// The user may have no more hosts.
    HostLimit(String, u32),
    /// No such token.
    NoToken(i64),
    /// A token's note that is too long, or not one line.
    Note(usize),
    /// Another process changed the same row again and again.
    Busy(String),
    /// The host is being deleted.
    Leaving(String),
    /// Nothing was said that could be changed.
    Nothing(&'static str),
    /// A file that cannot be read or written.
    File(PathBuf, io::Error),
    /// A file is there already.
    FileExists(PathBuf),
    /// What an import has to say, already printed line by line: how many lines are wrong.
    Import(PathBuf, usize),
    /// Faults of a check, already printed.
    Check,
    /// The name server took some hosts of the sweep and others not.
    Sweep(usize),
    /// Standard output is closed: there is nobody to tell.
    Closed,
    /// Standard output cannot be written.
    Output(io::Error),
}

impl Fault {
    /// The exit code.
    pub fn code(&self) -> Code {
        match self {
            Self::Config(..) => Code::Config,
            Self::Store(StoreFault::Rejected(_)) => Code::Refused,
            Self::Store(_) => Code::Database,
            Self::Dns(..) | Self::Sweep(_) => Code::Dns,
            Self::Closed => Code::Done,
            _ => Code::Refused,
        }
    }

    /// Whether it was told already, or can be told to nobody.
    pub(super) fn silent(&self) -> bool {
        matches!(self, Self::Check | Self::Closed)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(..) | Self::Store(_) | Self::Dns(..) | Self::Setup(_) => self.of_surroundings(f),
            Self::File(..) | Self::FileExists(_) | Self::Import(..) | Self::Output(_) => self.of_files(f),
            Self::NoHost(_)
            | Self::HostExists(..)
            | Self::HostLimit(..)
            | Self::Busy(_)
            | Self::Leaving(_)
            | Self::Sweep(_) => self.of_hosts(f),
            _ => self.of_input(f),
        }
    }
}

impl Fault {
    fn of_surroundings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(path, faults) => {
                write!(f, "the configuration {} cannot be used; mend it and try again:", path.display())?;
                faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
            }
            Self::Store(fault @ StoreFault::Away(_)) => {
                write!(f, "{fault}; nothing was changed; see [database] in the configuration, then try again")
            }
            Self::Store(fault @ StoreFault::Unknown(_)) => {
                write!(f, "{fault}; look with list or show whether it was done, then try again")
            }
            Self::Store(fault) => fault.fmt(f),
            Self::Dns(name, fault, next) => write!(f, "{name}: {fault}; {next}"),
            Self::Setup(said) => f.write_str(said),
            _ => Ok(()),
        }
    }

    fn of_input(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(fault) => fault.fmt(f),
            Self::Password(fault) => fault.fmt(f),
            Self::Range(option, least, most) => write!(f, "{option} must be a number from {least} to {most}"),
            Self::NoUser(name) => write!(f, "there is no user '{name}'; 'user list' shows all, 'user add' makes one"),
            Self::UserExists(name) => {
                write!(
                    f,
                    "there is a user '{name}' already; choose another name, or change this one's password with 'user passwd'"
                )
            }
            Self::UserHasHosts(name, count) => write!(
                f,
                "the user '{name}' still has {count} hostname{}; delete them first: 'hostname list --user {name}' shows them (one that is being \
                 deleted goes by itself, in ten minutes at most)",
                if *count == 1 { "" } else { "s" }
            ),
            Self::NoToken(id) => write!(f, "there is no token {id}; 'token list' shows all with their numbers"),
            Self::Note(most) => write!(f, "a note is one line of at most {most} letters; shorten it"),
            Self::Nothing(what) => write!(f, "nothing to change: give {what}"),
            _ => Ok(()),
        }
    }

    fn of_hosts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost(name) => write!(f, "there is no hostname {name}; 'hostname list' shows all"),
            Self::HostExists(name, Some(user)) => {
                write!(f, "there is a hostname {name} already, of user '{user}'; 'hostname show {name}' tells more")
            }
            Self::HostExists(name, None) => {
                write!(f, "there is a hostname {name} already; 'hostname show {name}' tells more")
            }
            Self::HostLimit(user, limit) => write!(
                f,
                "the user '{user}' may have no more than {limit} hostname{}; delete one, or raise it with 'user limit {user} N'",
                if *limit == 1 { "" } else { "s" }
            ),
            Self::Busy(name) => write!(f, "{name} is being changed by updates all the time; try again"),
            Self::Leaving(name) => {
                write!(
                    f,
                    "{name} is being deleted: the daemon removes its records, and its name is free once none of them can come back; 'hostname \
                     delete {name}' tries again at once"
                )
            }
            Self::Sweep(count) => write!(
                f,
                "{count} expired hostnames could not be removed from the DNS; see the lines above, then run 'cleanup' again"
            ),
            _ => Ok(()),
        }
    }

    fn of_files(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, fault) => write!(f, "{}: {fault}; check the path and its permissions", path.display()),
            Self::FileExists(path) => {
                write!(f, "{} is there already and is not overwritten; choose another name", path.display())
            }
            Self::Import(path, count) => write!(
                f,
                "{}: {count} line{} cannot be imported, so nothing was; mend the file and try again",
                path.display(),
                if *count == 1 { "" } else { "s" }
            ),
            Self::Output(fault) => {
                write!(f, "standard output cannot be written: {fault}; free some space and try again")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(fault) => Some(fault),
            Self::File(_, fault) | Self::Output(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<StoreFault> for Fault {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

impl From<NameFault> for Fault {
    fn from(fault: NameFault) -> Self {
        Self::Name(fault)
    }
}

impl From<PasswordFault> for Fault {
    fn from(fault: PasswordFault) -> Self {
        Self::Password(fault)
    }
}

impl From<HashFault> for Fault {
    fn from(fault: HashFault) -> Self {
        Self::Password(fault.into())
    }
}

impl From<io::Error> for Fault {
    fn from(fault: io::Error) -> Self {
        if fault.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Output(fault) }
    }
}

/// The database's refusal, if it is one.
pub(super) fn rejected(fault: &StoreFault) -> Option<Rejected> {
    match fault {
        StoreFault::Rejected(why) => Some(*why),
        _ => None,
    }
}
