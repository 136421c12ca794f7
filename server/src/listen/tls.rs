//! TLS 1.2 and 1.3 with one certificate that can be exchanged while connections come in. Server names (SNI) are not looked at.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificate::{self, CertificateFault};
use crate::config::Certificate;

const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";
/// Old clients offer this alone, and without an agreement there would be no connection (RFC 7301 section 3.2).
const HTTP_1_0: &[u8] = b"http/1.0";

/// The listener's side of TLS; clones share the certificate.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    current: Arc<Current>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Tls {
    /// Reads chain and key.
    pub fn load(files: &Certificate) -> Result<Self, CertificateFault> {
        let provider = Arc::new(ring::default_provider());
        let first = certificate::read(files, &provider)?;
        let current = Arc::new(Current(ArcSwap::from_pointee(first)));
        let malformed = |cause: rustls::Error| CertificateFault::Malformed(files.chain.clone(), cause.to_string());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(malformed)?;
        let resolver: Arc<dyn ResolvesServerCert> = current.clone();
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec(), HTTP_1_0.to_vec()];
        config.ticketer = ring::Ticketer::new().map_err(malformed)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), current, provider })
    }

    /// Reads chain and key again, perhaps from other files, for connections from now on; on a fault the old ones stay.
    pub fn reload(&self, files: &Certificate) -> Result<(), CertificateFault> {
        let next = certificate::read(files, &self.provider)?;
        self.current.0.store(Arc::new(next));
        Ok(())
    }

    /// The stream, and whether HTTP/2 was agreed on; `None` if nothing was.
    pub(super) async fn handshake(&self, stream: TcpStream, peer: SocketAddr) -> Option<(TlsStream<TcpStream>, bool)> {
        match self.acceptor.accept(stream).await {
            Ok(stream) => {
                let two = stream.get_ref().1.alpn_protocol() == Some(HTTP_2);
                Some((stream, two))
            }
            Err(fault) => {
                tracing::debug!("TLS handshake with {peer}: {fault}");
                None
            }
        }
    }
}
