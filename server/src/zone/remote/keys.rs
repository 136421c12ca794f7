//! Key files as `tsig-keygen` writes them, from the disk: one key in each, and nobody else may read it.
//!
//! It must not know what is signed. No fault ever quotes what a file holds beyond the names of key and algorithm.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ddns::dns::{Algorithm, Key, KeyFileFault, NameFault, keys};
use ddns::secret::{Secret, from_base64};

/// A key file has a few hundred octets; what is longer is another file.
const LONGEST: u64 = 65_536;

/// A key with what the operator knows it by.
#[derive(Clone, Debug)]
pub struct NamedKey {
    /// As it stands in the file.
    pub name: String,
    /// Where it is from.
    pub file: PathBuf,
    /// What signs.
    pub key: Key,
}

/// What is wrong with one key file; its sentence names the option, the file and what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFault {
    /// The option that names the file.
    pub option: String,
    /// The file.
    pub file: PathBuf,
    /// What is wrong.
    pub kind: KeyFaultKind,
}

/// What is wrong with a key file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFaultKind {
    /// It cannot be opened or read: the system's words.
    Unreadable(String),
    /// Others than its owner and group may read or change it: its mode.
    Exposed(u32),
    /// It is no key file.
    Syntax(KeyFileFault),
    /// There are several keys in it: how many.
    Several(usize),
    /// The name is none.
    Name(NameFault),
    /// hmac-md5, which name servers are dropping and RFC 8945 forbids for new keys: the key's name.
    Md5(String),
    /// An algorithm that is not known: the key's name. What stands there is not said, it may be the secret.
    Algorithm(String),
    /// The secret is not base64, or empty: the key's name.
    Secret(String),
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, file, kind } = self;
        write!(f, "{option}: key file '{}' {kind}", file.display())
    }
}

impl fmt::Display for KeyFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::Exposed(mode) => {
                write!(f, "is open to everybody (mode {mode:04o}), wanted 0640 or less: chmod o-rwx")
            }
            Self::Syntax(fault) => write!(f, "is not as tsig-keygen writes it, {fault}"),
            Self::Several(count) => write!(f, "has {count} keys, wanted one"),
            Self::Name(fault) => write!(f, "has a key whose name is none: {fault}"),
            Self::Md5(key) => write!(
                f,
                "has key '{key}' with hmac-md5, which is not used here because it is broken and name servers drop it; make a new one: \
                 tsig-keygen -a hmac-sha256 '{key}'"
            ),
            Self::Algorithm(key) => write!(
                f,
                "has key '{key}' with an unknown algorithm, wanted hmac-sha256, hmac-sha512, hmac-sha384, hmac-sha224 or hmac-sha1"
            ),
            Self::Secret(key) => write!(f, "has key '{key}' with a secret that is not base64 of at least one octet"),
        }
    }
}

impl std::error::Error for KeyFault {}

/// The one key of the file that `option` names.
pub fn read(option: &str, file: &Path) -> Result<NamedKey, KeyFault> {
    let fault = |kind| KeyFault { option: option.to_owned(), file: file.to_owned(), kind };
    let text = text(file).map_err(fault)?;
    key(&text, file).map_err(fault)
}

/// What is judged is the open file: its name may be another's by the time it is read.
fn text(file: &Path) -> Result<String, KeyFaultKind> {
    let unreadable = |error: io::Error| KeyFaultKind::Unreadable(error.to_string());
    // a pipe without a writer would keep us waiting
    let open = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(file).map_err(unreadable)?;
    let about = open.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(KeyFaultKind::Unreadable("it is not a regular file".to_owned()));
    }
    if about.mode() & 0o007 != 0 {
        return Err(KeyFaultKind::Exposed(about.mode() & 0o7777));
    }
    let mut text = String::new();
    open.take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

fn key(text: &str, file: &Path) -> Result<NamedKey, KeyFaultKind> {
    let mut written = keys(text).map_err(KeyFaultKind::Syntax)?;
    let count = written.len();
    let only = written.pop().filter(|_| count == 1).ok_or(KeyFaultKind::Several(count))?;
    let algorithm = match Algorithm::named(&only.algorithm) {
        Some(Algorithm::Md5) => return Err(KeyFaultKind::Md5(only.name)),
        Some(algorithm) => algorithm,
        None => return Err(KeyFaultKind::Algorithm(only.name)),
    };
    let secret = from_base64(only.secret.reveal()).filter(|secret| !secret.is_empty());
    let Some(secret) = secret else { return Err(KeyFaultKind::Secret(only.name)) };
    let key = Key::new(&only.name, algorithm, Secret::new(secret)).map_err(KeyFaultKind::Name)?;
    Ok(NamedKey { name: only.name.trim_end_matches('.').to_owned(), file: file.to_owned(), key })
}
