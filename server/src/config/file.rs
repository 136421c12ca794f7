//! The thin shell that opens `config.toml` and the database's `password_file`: the only input of this room. It decides nothing but
//! who may read them.
#![forbid(unsafe_code)]

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ddns::secret::Secret;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::settings::{Database, Settings, SslMode};
use super::{Fault, Warning, read_all};

/// More is no configuration.
const MOST: u64 = 4 << 20;
/// `o+r`
const WORLD_READABLE: u32 = 0o004;
/// `o+w`
const WORLD_WRITABLE: u32 = 0o002;

/// Why a configuration was not loaded.
#[derive(Debug)]
pub enum LoadFault {
    /// The file cannot be opened or read: mend path, owner or mode.
    Unreadable(PathBuf, io::Error),
    /// Everybody on the machine may read it: `chmod o-r`.
    WorldReadable(PathBuf),
    /// Everybody on the machine may change it: `chmod o-w`.
    WorldWritable(PathBuf),
    /// It is no text: the line on which that shows.
    NotText(PathBuf, usize),
    /// `ssl_ca` names a file that cannot be read, or that holds no certificate; why.
    Authority(PathBuf, String),
    /// What is written in it is wrong.
    Wrong(PathBuf, Vec<Fault>),
}

impl fmt::Display for LoadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "{}: cannot be read: {error}", path.display()),
            Self::WorldReadable(path) => {
                let path = path.display();
                write!(f, "{path}: can be read by everybody on this machine, and holds secrets: chmod o-rwx '{path}'")
            }
            Self::WorldWritable(path) => {
                let path = path.display();
                write!(f, "{path}: can be changed by everybody on this machine: chmod o-rwx '{path}'")
            }
            Self::NotText(path, line) => write!(f, "{}:{line}: is not UTF-8", path.display()),
            Self::Authority(path, why) => {
                let path = path.display();
                write!(
                    f,
                    "[database] ssl_ca = \"{path}\": {why}; wanted a PEM file with the certificate of the server's authority"
                )
            }
            Self::Wrong(path, faults) => {
                let path = path.display().to_string();
                for (at, fault) in faults.iter().enumerate() {
                    write!(f, "{}{}", if at > 0 { "\n" } else { "" }, fault.in_file(&path))?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for LoadFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(_, error) => Some(error),
            _ => None,
        }
    }
}

/// Reads the file, and the database's password where it stands in a file of its own.
pub fn load(path: &Path) -> Result<(Settings, Vec<Warning>), LoadFault> {
    let bytes = private(path)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        LoadFault::NotText(path.to_owned(), good.split(|b| *b == b'\n').count())
    })?;
    let (mut settings, warnings, password_file) =
        read_all(&text).map_err(|faults| LoadFault::Wrong(path.to_owned(), faults))?;
    if let (Database::Mariadb { password, .. }, Some(file)) = (&mut settings.database, password_file) {
        let mut bytes = private(&file)?;
        // editors end a file with a line's end, which is no part of a password
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        *password = Secret::new(bytes);
    }
    if let Database::Mariadb { ssl_mode: SslMode::VerifyFull, ssl_ca: Some(file), .. } = &settings.database {
        authority(file).map_err(|why| LoadFault::Authority(file.clone(), why))?;
    }
    Ok((settings, warnings))
}

/// Whether the file holds certificates and nothing that is damaged.
fn authority(file: &Path) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
    let found = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    match found {
        Ok(found) if !found.is_empty() => Ok(()),
        Ok(_) => Err("has no certificate in it".to_owned()),
        Err(error) => Err(format!("has a damaged certificate in it ({error})")),
    }
}

/// The bytes of a file that not everybody may read. Mode and bytes come from one open file: a path could lead elsewhere in between.
fn private(path: &Path) -> Result<Vec<u8>, LoadFault> {
    let failed = |error| LoadFault::Unreadable(path.to_owned(), error);
    let mut file = File::open(path).map_err(failed)?;
    let known = file.metadata().map_err(failed)?;
    if known.is_file() && known.mode() & WORLD_READABLE != 0 {
        return Err(LoadFault::WorldReadable(path.to_owned()));
    }
    if known.is_file() && known.mode() & WORLD_WRITABLE != 0 {
        return Err(LoadFault::WorldWritable(path.to_owned()));
    }
    if known.len() > MOST {
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "is larger than 4 MiB")));
    }
    let mut bytes = Vec::new();
    file.by_ref().take(MOST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
