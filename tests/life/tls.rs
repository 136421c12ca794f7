//! The provider's face for https: a certificate of an authority that the router knows, whose time may be yet to come.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::bed::net::{PROVIDER_V4, talk};
use crate::bed::provider::Stream;
use crate::router::Router;

const AUTHORITY: &str = "\
set -e
openssl req -x509 -days 9 -subj '/CN=An authority' -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.crt
openssl req -new -subj /CN=provider.example -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out csr.pem
: >db
echo 01 >serial
cat >ca.cnf <<'END'
[ca]
default_ca=x
[x]
database=db
unique_subject=no
serial=serial
new_certs_dir=.
default_md=sha256
policy=p
[p]
commonName=supplied
[e]
subjectAltName=DNS:provider.example
basicConstraints=CA:FALSE
END
";

const CERTIFICATE: &str = "\
set -e
start=$(date -u -d @$START +%y%m%d%H%M%SZ)
openssl ca -batch -notext -config ca.cnf -cert ca.crt -keyfile ca.key -in csr.pem -out crt.pem -startdate $start -days 9 -extensions e
";

/// An hour.
pub(crate) const HOUR: i64 = 3600;

/// What it shows from the next connection on.
pub(crate) struct Face {
    dir: PathBuf,
    config: Arc<Mutex<Arc<rustls::ServerConfig>>>,
}

impl Face {
    /// Another certificate, valid from so many seconds after now.
    pub(crate) fn renew(&self, from: i64) {
        *self.config.lock().unwrap() = signed(&self.dir, from);
    }
}

/// Opens it, with a certificate that is valid from so many seconds after now.
pub(crate) fn serve(router: &Router, from: i64) -> Face {
    let dir = router.bed.router.dir().join("tls");
    fs::create_dir_all(&dir).unwrap();
    talk(Command::new("sh").args(["-c", AUTHORITY]).current_dir(&dir), "").unwrap();
    fs::create_dir_all(router.path("etc/ssl/certs")).unwrap();
    fs::copy(dir.join("ca.crt"), router.path("etc/ssl/certs/ca-certificates.crt")).unwrap();
    let face = Face { config: Arc::new(Mutex::new(signed(&dir, from))), dir };
    let config = Arc::clone(&face.config);
    let wrap = move |stream| {
        let config = Arc::clone(&config.lock().unwrap());
        let server = rustls::ServerConnection::new(config).map_err(std::io::Error::other)?;
        Ok(Box::new(rustls::StreamOwned::new(server, stream)) as Box<dyn Stream>)
    };
    router.bed.provider.borrow_mut().listen(PROVIDER_V4, 443, Arc::new(wrap)).unwrap();
    face
}

fn signed(dir: &Path, from: i64) -> Arc<rustls::ServerConfig> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let start = now.checked_add_signed(from).unwrap().to_string();
    talk(Command::new("sh").args(["-c", CERTIFICATE]).env("START", start).current_dir(dir), "").unwrap();
    let certificate = CertificateDer::from_pem_file(dir.join("crt.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(dir.join("key.pem")).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
    Arc::new(versions.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}
