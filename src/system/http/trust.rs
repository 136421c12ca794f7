//! Which server certificates are believed: the store's files, and the judge over a presented chain.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

use super::words;
use crate::system::desk::below;
use crate::world::{Broken, Trust};

/// Where the packages ca-bundle and ca-certificates put the authorities, in the order they are tried.
const STORES: [&str; 3] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/ssl/certs"];
/// Larger is no certificate file. A full bundle has 220 kB.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;

/// The judge for `trust`.
pub(super) fn verifier(
    root: &Path,
    trust: &Trust,
    provider: &CryptoProvider,
) -> Result<Arc<dyn ServerCertVerifier>, Broken> {
    let algorithms = provider.signature_verification_algorithms;
    let roots = match trust {
        Trust::Ignore => return Ok(Arc::new(Credulous { algorithms })),
        Trust::System => system(root)?,
        Trust::Path(path) => chosen(root, path)?,
    };
    Ok(Arc::new(Judge { roots, algorithms }))
}

fn system(root: &Path) -> Result<RootCertStore, Broken> {
    let stores = STORES.iter().filter_map(|store| read(&below(root, Path::new(store))).ok());
    stores.into_iter().find(|store| !store.is_empty()).ok_or_else(|| {
        let why = "no certificates of authorities in /etc/ssl/certs, so no https server can be believed: install the package \
                   'ca-bundle' ('ca-certificates' on Debian), or set option 'cacert'";
        Broken::Setup(why.to_owned())
    })
}

fn chosen(root: &Path, path: &Path) -> Result<RootCertStore, Broken> {
    let wanted = |why: &str| Broken::Setup(format!("option 'cacert': '{}' {why}", path.display()));
    let store = read(&below(root, path)).map_err(|error| wanted(&format!("cannot be read: {}", words(&error))))?;
    if store.is_empty() { Err(wanted("holds no certificate in PEM form")) } else { Ok(store) }
}

/// All certificates of a file or a directory.
fn read(path: &Path) -> io::Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    if !path.is_dir() {
        add(&mut store, path)?;
        return Ok(store);
    }
    for entry in fs::read_dir(path)?.flatten() {
        let file = entry.path();
        // one odd file must not take the others' worth away
        if names_certificates(&file) && !leads_to_neighbour(&file) {
            let _ = add(&mut store, &file);
        }
    }
    Ok(store)
}

fn names_certificates(file: &Path) -> bool {
    let ending = file.extension().and_then(|e| e.to_str()).unwrap_or_default();
    matches!(ending, "crt" | "pem" | "cer") || (ending.len() == 1 && ending.bytes().all(|b| b.is_ascii_digit()))
}

/// The links by hash that `c_rehash` makes: their targets are read anyway.
fn leads_to_neighbour(file: &Path) -> bool {
    fs::read_link(file).is_ok_and(|target| target.components().count() == 1 && names_certificates(&target))
}

/// One certificate at a time: a bundle is never in memory as a whole.
fn add(store: &mut RootCertStore, file: &Path) -> io::Result<()> {
    // a pipe would wait for somebody to write
    if !fs::metadata(file)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let pem = fs::File::open(file)?.take(FILE_LIMIT);
    for certificate in CertificateDer::pem_reader_iter(pem).flatten() {
        // a store may hold certificates of a kind webpki does not know; the others still count
        let _ = store.add(certificate);
    }
    Ok(())
}

/// A server's certificate is signed by nobody but itself, and the owner did not name it in `cacert`.
#[derive(Debug)]
pub(super) struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("its certificate is signed by itself; if it is yours, name its file in option 'cacert'")
    }
}

impl std::error::Error for SelfSigned {}

/// Believes what leads to one of the roots, and a server certificate that is itself one of them.
#[derive(Debug)]
struct Judge {
    roots: RootCertStore,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Judge {
    fn chain(&self, leaf: &CertificateDer<'_>, between: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Error> {
        let parsed = ParsedCertificate::try_from(leaf)?;
        let against = |roots: &RootCertStore, between: &[CertificateDer<'_>]| {
            verify_server_cert_signed_by_trust_anchor(&parsed, roots, between, now, self.algorithms.all)
        };
        match against(&self.roots, between) {
            // `openssl req -x509` marks what it makes as an authority, and webpki wants no authority for a server: such a certificate
            // counts when the owner named it. Its dates have been looked at before this error can come.
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_))) => {}
            other => return other,
        }
        let mut itself = RootCertStore::empty();
        itself.add(leaf.clone())?;
        if itself.roots.iter().any(|anchor| self.roots.roots.contains(anchor)) {
            return Ok(());
        }
        Err(match against(&itself, &[]) {
            Err(error @ Error::InvalidCertificate(CertificateError::UnknownIssuer)) => error,
            _ => Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(SelfSigned)))),
        })
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.chain(end_entity, intermediates, now)?;
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// `cacert IGNORE`: believes everything, as the owner asked. Signatures are not looked at either, because webpki cannot read the odd
/// certificates this is used for.
#[derive(Debug)]
struct Credulous {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Credulous {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
