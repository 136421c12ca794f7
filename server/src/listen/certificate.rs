//! A certificate chain and its key from two PEM files, looked at before any client sees them. What is wrong is said with the file's name;
//! nothing of a key ever is.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, Error, InconsistentKeys, RootCertStore};
use zeroize::Zeroizing;

use crate::config::Certificate;

/// Octets that room is made for when a key is read; a key has some thousands.
const LARGEST: usize = 1 << 20;

/// Why a certificate is not used.
#[derive(Debug)]
pub enum CertificateFault {
    /// The file cannot be read.
    Unreadable(PathBuf, io::Error),
    /// Everybody on this machine may read or change the key.
    Open(PathBuf, u32),
    /// There is no certificate in the file.
    Empty(PathBuf),
    /// There is no private key in the file.
    NoKey(PathBuf),
    /// The key asks for a passphrase, and nobody is there to type it.
    Encrypted(PathBuf),
    /// The file is not PEM, or what is in it is not a certificate or key that can be used; the cause.
    Malformed(PathBuf, String),
    /// The key is another certificate's.
    Mismatch(Certificate),
    /// Its time is over.
    Expired(PathBuf),
    /// Its time has not begun.
    Early(PathBuf),
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, cause) => write!(f, "cannot read {}: {cause}", path.display()),
            Self::Open(path, mode) => write!(
                f,
                "the key {0} is open to everybody (mode {mode:o}); run: chmod o= {0}, and make a new key if others use this machine",
                path.display()
            ),
            Self::Empty(path) => {
                write!(f, "{} holds no certificate; wanted: PEM, the server's own certificate first", path.display())
            }
            Self::NoKey(path) => {
                write!(f, "{} holds no private key; wanted: PEM of PKCS#8, PKCS#1 or SEC1", path.display())
            }
            Self::Encrypted(path) => write!(
                f,
                "the key {} is encrypted; write it without a passphrase: openssl pkey -in OLD -out NEW",
                path.display()
            ),
            Self::Malformed(path, cause) => write!(f, "{} cannot be used: {cause}", path.display()),
            Self::Mismatch(pair) => write!(
                f,
                "the key {} does not belong to the first certificate of {}",
                pair.key.display(),
                pair.chain.display()
            ),
            Self::Expired(path) => write!(f, "the certificate {} has expired; renew it", path.display()),
            Self::Early(path) => {
                write!(f, "the certificate {} is not valid yet; look at this machine's clock", path.display())
            }
        }
    }
}

impl std::error::Error for CertificateFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(_, cause) => Some(cause),
            _ => None,
        }
    }
}

/// Reads and checks both files.
pub(super) fn read(files: &Certificate, provider: &CryptoProvider) -> Result<CertifiedKey, CertificateFault> {
    let chain = chain(&files.chain)?;
    let key = key(&files.key)?;
    let key = provider
        .key_provider
        .load_private_key(key)
        .map_err(|cause| CertificateFault::Malformed(files.key.clone(), cause.to_string()))?;
    let pair = CertifiedKey::new(chain, key);
    match pair.keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
        Err(Error::InconsistentKeys(_)) => return Err(CertificateFault::Mismatch(files.clone())),
        Err(cause) => return Err(CertificateFault::Malformed(files.chain.clone(), cause.to_string())),
    }
    in_time(&pair, &files.chain, provider)?;
    Ok(pair)
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateFault> {
    let text = fs::read(path).map_err(|cause| CertificateFault::Unreadable(path.to_owned(), cause))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|cause| malformed(path, &cause))?;
    if chain.is_empty() {
        return Err(CertificateFault::Empty(path.to_owned()));
    }
    Ok(chain)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, CertificateFault> {
    let unreadable = |cause| CertificateFault::Unreadable(path.to_owned(), cause);
    // what is judged is the open file: its name may be another's by the time it is read
    let mut file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    let mode = about.permissions().mode() & 0o7777;
    if mode & 0o006 != 0 {
        return Err(CertificateFault::Open(path.to_owned(), mode));
    }
    // of the file's size at once: a buffer that grows leaves copies of the key behind
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0).min(LARGEST) + 1));
    file.read_to_end(&mut text).map_err(unreadable)?;
    let encrypted = |mark: &[u8]| text.windows(mark.len()).any(|part| part == mark);
    // PKCS#8's own form, and the header of the older ones (RFC 1421 section 4.6.1.1)
    if encrypted(b"BEGIN ENCRYPTED PRIVATE KEY") || encrypted(b"Proc-Type: 4,ENCRYPTED") {
        return Err(CertificateFault::Encrypted(path.to_owned()));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|cause| match cause {
        pem::Error::NoItemsFound => CertificateFault::NoKey(path.to_owned()),
        other => malformed(path, &other),
    })
}

/// The parser's own sentence may quote the file: it is not used.
fn malformed(path: &Path, cause: &pem::Error) -> CertificateFault {
    let said = match cause {
        pem::Error::MissingSectionEnd { .. } => "a PEM section has no END line",
        pem::Error::IllegalSectionStart { .. } => "a PEM section's BEGIN line is broken",
        pem::Error::Base64Decode(_) => "a PEM section is not base64",
        _ => "it is not PEM",
    };
    CertificateFault::Malformed(path.to_owned(), said.to_owned())
}

/// Whether now is within the first certificate's time. The verifier looks at the time first; that nobody vouches for the certificate, for
/// it is given no authority at all, is not asked here.
fn in_time(pair: &CertifiedKey, path: &Path, provider: &CryptoProvider) -> Result<(), CertificateFault> {
    let malformed = |cause: Error| CertificateFault::Malformed(path.to_owned(), cause.to_string());
    let own = pair.end_entity_cert().map_err(malformed)?;
    let own = ParsedCertificate::try_from(own).map_err(malformed)?;
    let algorithms = provider.signature_verification_algorithms.all;
    let nobody = RootCertStore::empty();
    match verify_server_cert_signed_by_trust_anchor(&own, &nobody, &[], UnixTime::now(), algorithms) {
        Err(Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. })) => {
            Err(CertificateFault::Expired(path.to_owned()))
        }
        Err(Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. })) => {
            Err(CertificateFault::Early(path.to_owned()))
        }
        _ => Ok(()),
    }
}
