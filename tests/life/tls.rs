//! The provider's face for https: a certificate of an authority that the router knows, valid from a moment to come.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::bed::net::{PROVIDER_V4, talk};
use crate::bed::provider::Stream;
use crate::router::Router;

const OPENSSL: &str = "\
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
start=$(date -u -d @$START +%y%m%d%H%M%SZ)
openssl ca -batch -notext -config ca.cnf -cert ca.crt -keyfile ca.key -in csr.pem -out crt.pem -startdate $start -days 9 -extensions e
";

/// Opens it; gives the moment from which the certificate is valid.
pub(crate) fn serve(router: &Router, valid_in: Duration) -> Instant {
    let dir = router.bed.router.dir().join("tls");
    fs::create_dir_all(&dir).unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let start = (now + valid_in).as_secs() + 1;
    let valid = Instant::now() + Duration::from_secs(start).saturating_sub(now);
    talk(Command::new("sh").args(["-c", OPENSSL]).env("START", start.to_string()).current_dir(&dir), "").unwrap();
    fs::create_dir_all(router.path("etc/ssl/certs")).unwrap();
    fs::copy(dir.join("ca.crt"), router.path("etc/ssl/certs/ca-certificates.crt")).unwrap();
    let certificate = CertificateDer::from_pem_file(dir.join("crt.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(dir.join("key.pem")).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(versions.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let wrap = move |stream| {
        let server = rustls::ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
        Ok(Box::new(rustls::StreamOwned::new(server, stream)) as Box<dyn Stream>)
    };
    router.bed.provider.borrow_mut().listen(PROVIDER_V4, 443, Arc::new(wrap)).unwrap();
    valid
}
