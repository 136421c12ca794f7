//! TLS 1.2 and 1.3 by rustls with ring: a configuration for one exchange, and errors in words an owner can act on.

use std::path::Path;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, KeyProvider, ring};
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::sign::SigningKey;
use rustls::{AlertDescription, CertificateError, ClientConfig, ClientConnection, Error};

use super::{date, trust};
use crate::world::{Broken, Trust};

/// No server is shown a certificate of ours: what reads private keys and signs with them (Ed25519, ECDSA) stays out of the program.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("no certificate of a client is used here".to_owned()))
    }
}

/// Reads the certificates a route trusts. Sessions are not kept: each exchange is a stranger.
pub(super) fn config(root: &Path, trust: &Trust) -> Result<Arc<ClientConfig>, Broken> {
    let provider = Arc::new(CryptoProvider { key_provider: &NoKeys, ..ring::default_provider() });
    let verifier = trust::verifier(root, trust, &provider)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Broken::Setup(format!("cannot set up TLS: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// The client's side of a handshake with `host`, a name or an address.
pub(super) fn connection(host: &str, config: &Arc<ClientConfig>) -> Result<ClientConnection, Broken> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Broken::Tls(host.to_owned(), "no certificate can be made out to such a name".to_owned()))?;
    let mut connection =
        ClientConnection::new(Arc::clone(config), name).map_err(|error| Broken::Tls(host.to_owned(), why(&error)))?;
    // a request is a few kilobytes at most and goes out in one piece
    connection.set_buffer_limit(None);
    Ok(connection)
}

/// What went wrong, and what to look at.
pub(super) fn why(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(fault) => certificate(fault),
        Error::PeerIncompatible(_)
        | Error::AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure) => {
            "the server offers no TLS this program speaks (1.2 or 1.3 with modern ciphers)".to_owned()
        }
        Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            "the server does not know itself by this name".to_owned()
        }
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "the server wants a certificate from the client".to_owned()
        }
        Error::AlertReceived(alert) => format!("the server refused ({alert:?})"),
        Error::InvalidMessage(_) => {
            "what answers on this port does not speak TLS; is it an http:// address?".to_owned()
        }
        other => other.to_string(),
    }
}

fn certificate(fault: &CertificateError) -> String {
    match fault {
        CertificateError::ExpiredContext { time, not_after } => {
            let (end, now) = date::apart(not_after.as_secs(), time.as_secs());
            format!("its certificate expired on {end}; the router's clock says {now}, is that right?")
        }
        CertificateError::NotValidYetContext { time, not_before } => {
            let (start, now) = date::apart(not_before.as_secs(), time.as_secs());
            format!("its certificate is not valid before {start}; the router's clock says {now} and is probably wrong")
        }
        CertificateError::UnknownIssuer => {
            "its certificate comes from an authority that is not trusted here; is the CA bundle up to date, or option 'cacert' \
             missing?"
                .to_owned()
        }
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            format!("its certificate is made out to another name ({})", names(presented))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is not made out to this name".to_owned()
        }
        CertificateError::Other(other) if other.0.is::<trust::SelfSigned>() => other.0.to_string(),
        other => format!("its certificate is not acceptable ({other})"),
    }
}

/// `DnsName("a.example")` and `IpAddress(192.0.2.1)` as rustls lists them, without the wrapping; at most three.
fn names(presented: &[String]) -> String {
    let bare = |name: &String| {
        let inside = name.split_once('(').map_or(name.as_str(), |(_, rest)| rest.trim_end_matches(')'));
        inside.trim_matches('"').to_owned()
    };
    presented.iter().take(3).map(bare).collect::<Vec<_>>().join(", ")
}
