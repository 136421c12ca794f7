//! The provider over TLS, with a certificate made for the test.

use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Bed;
use super::net::PROVIDER_V4;
use super::provider::Stream;

impl Bed {
    /// Opens port 443 of the provider; who believes in `/etc/ca.pem` of the router believes in its certificate.
    pub(crate) fn speak_tls(&self) {
        self.speak_tls_as("provider.example");
    }

    /// The same for a server of this name, which the router finds by its `/etc/hosts`.
    pub(crate) fn speak_tls_as(&self, host: &str) {
        std::fs::write(self.router.path("etc/hosts"), format!("127.0.0.1 localhost\n{PROVIDER_V4} {host}\n")).unwrap();
        let dir = self.router.dir();
        let made = self.ran(Command::new("openssl").current_dir(dir).args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "3",
            "-subj",
            &format!("/CN={host}"),
            "-addext",
            &format!("subjectAltName=DNS:{host}"),
            "-keyout",
            "key.pem",
            "-out",
            "root/etc/ca.pem",
        ]));
        assert_eq!(made.code, Some(0), "{made:?}");
        let certificate = CertificateDer::from_pem_file(self.router.path("etc/ca.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(dir.join("key.pem")).unwrap();
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let versions = rustls::ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(versions.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
        let wrap = move |stream| {
            let server = rustls::ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
            Ok(Box::new(rustls::StreamOwned::new(server, stream)) as Box<dyn Stream>)
        };
        self.provider.borrow_mut().listen(PROVIDER_V4, 443, Arc::new(wrap)).unwrap();
    }
}
