//! TLS: what openssl and curl agree on with us, which certificates are kept out, and what becomes of connections when one is exchanged.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{sleep, spawn};
use std::time::Duration;

use ddns_service::config::Certificate;
use ddns_service::listen::{CertificateFault, Tls};

use crate::fixture::{SOON, house_at, limits, read_to_end, run};

/// A folder of certificates, made once for each test.
struct Shelf(PathBuf);

impl Drop for Shelf {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Shelf {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("listen-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// A certificate signed by itself, `name.pem` and `name.key` (PKCS#8).
    fn make(&self, name: &str, more: &[&str]) -> Certificate {
        let (chain, key) = (self.path(&format!("{name}.pem")), self.path(&format!("{name}.key")));
        let subject = format!("/CN={name}");
        let mut all = vec!["req", "-x509", "-nodes", "-subj", &subject, "-out", &chain, "-keyout", &key];
        all.extend_from_slice(&["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        all.extend_from_slice(if more.is_empty() {
            &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        } else {
            more
        });
        run("openssl", &all);
        self.pair(&chain, &key)
    }

    fn pair(&self, chain: &str, key: &str) -> Certificate {
        let key = self.0.join(key);
        if key.exists() {
            fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        }
        Certificate { chain: self.0.join(chain), key }
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

fn refused(files: &Certificate) -> (CertificateFault, String) {
    let fault = Tls::load(files).unwrap_err();
    let said = fault.to_string();
    (fault, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_agrees_on_http_1_and_2_and_openssl_on_tls_1_2_and_1_3_only() {
    let shelf = Shelf::new("agree");
    let files = shelf.make("one", &[]);
    let house = house_at("127.0.0.1", limits(), Some(Tls::load(&files).unwrap())).await;
    let (url, ca) = (format!("https://localhost:{}/x", house.at.port()), files.chain.to_str().unwrap().to_owned());
    let at = format!("localhost:{}:127.0.0.1", house.at.port());
    for (version, first) in [("--http1.0", "HTTP/1.0 200"), ("--http1.1", "HTTP/1.1 200"), ("--http2", "HTTP/2 200")] {
        let said = run("curl", &["-s", "-i", version, "--cacert", &ca, "--resolve", &at, &url]);
        assert!(said.starts_with(first) && said.contains("GET /x"), "{version}: {said}");
        assert_eq!(said.matches("host=").count(), 1, "{said}");
    }
    for (version, agreed) in [("-tls1_3", true), ("-tls1_2", true), ("-tls1_1", false)] {
        let output = openssl_client(&house.at.to_string(), &[version, "-cipher", "ALL:@SECLEVEL=0"]);
        assert_eq!(output.contains("BEGIN CERTIFICATE"), agreed, "{version}: {output}");
    }
}

/// What `openssl s_client` writes when it has nothing to say.
fn openssl_client(at: &str, more: &[&str]) -> String {
    let mut all = vec!["s_client", "-connect", at];
    all.extend_from_slice(more);
    let output = Command::new("openssl").args(&all).stdin(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_taken_up_again_and_any_server_name_will_do() {
    let shelf = Shelf::new("session");
    let house = house_at("127.0.0.1", limits(), Some(Tls::load(&shelf.make("one", &[])).unwrap())).await;
    let session = shelf.path("session");
    let at = house.at.to_string();
    let first = openssl_client(&at, &["-tls1_2", "-sess_out", &session, "-servername", "never-heard-of.example"]);
    assert!(first.contains("New, TLSv1.2"), "{first}");
    let second = openssl_client(&at, &["-tls1_2", "-sess_in", &session, "-servername", "never-heard-of.example"]);
    assert!(second.contains("Reused, TLSv1.2"), "{second}");
}

#[test]
fn keys_in_each_of_the_three_forms_are_taken() {
    let shelf = Shelf::new("forms");
    let ec = shelf.make("ec", &[]);
    let rsa = shelf.make("rsa", &["-newkey", "rsa:2048"]);
    let edwards = shelf.make("edwards", &["-newkey", "ed25519"]);
    for files in [&ec, &rsa, &edwards] {
        Tls::load(files).unwrap();
    }
    let (sec1, pkcs1) = (shelf.path("sec1.key"), shelf.path("pkcs1.key"));
    run("openssl", &["ec", "-in", ec.key.to_str().unwrap(), "-out", &sec1]);
    run("openssl", &["rsa", "-traditional", "-in", rsa.key.to_str().unwrap(), "-out", &pkcs1]);
    assert!(fs::read_to_string(&sec1).unwrap().contains("BEGIN EC PRIVATE KEY"));
    assert!(fs::read_to_string(&pkcs1).unwrap().contains("BEGIN RSA PRIVATE KEY"));
    Tls::load(&shelf.pair("ec.pem", &sec1)).unwrap();
    Tls::load(&shelf.pair("rsa.pem", &pkcs1)).unwrap();
}

#[test]
fn a_certificate_that_cannot_serve_is_refused_with_the_file_and_what_is_wrong() {
    let shelf = Shelf::new("refused");
    let good = shelf.make("good", &[]);
    let other = shelf.make("other", &[]);
    let with = |chain: &str, key: &str| refused(&shelf.pair(chain, key));
    let (fault, said) = with("good.pem", "other.key");
    assert!(matches!(fault, CertificateFault::Mismatch(_)), "{said}");
    assert!(said.contains("good.pem") && said.contains("other.key") && said.contains("does not belong"), "{said}");
    let (fault, said) = with("none.pem", "good.key");
    assert!(matches!(fault, CertificateFault::Unreadable(..)) && said.contains("none.pem"), "{said}");
    let (fault, said) = with("good.pem", "none.key");
    assert!(matches!(fault, CertificateFault::Unreadable(..)) && said.contains("none.key"), "{said}");
    shelf.write("empty.pem", "");
    let (fault, said) = with("empty.pem", "good.key");
    assert!(matches!(fault, CertificateFault::Empty(_)) && said.contains("empty.pem"), "{said}");
    let (fault, said) = with("good.key", "good.key");
    assert!(matches!(fault, CertificateFault::Empty(_)), "{said}");
    let (fault, said) = with("good.pem", "good.pem");
    assert!(matches!(fault, CertificateFault::NoKey(_)), "{said}");
    let text = fs::read_to_string(&good.chain).unwrap();
    shelf.write("cut.pem", text.split("-----END").next().unwrap());
    let (fault, said) = with("cut.pem", "good.key");
    assert!(matches!(fault, CertificateFault::Malformed(..)) && said.contains("no END line"), "{said}");
    shelf.write("junk.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let (fault, said) = with("junk.pem", "good.key");
    assert!(matches!(fault, CertificateFault::Malformed(..)) && said.contains("junk.pem"), "{said}");
    let locked = shelf.path("locked.key");
    run("openssl", &["pkey", "-in", other.key.to_str().unwrap(), "-aes256", "-passout", "pass:x", "-out", &locked]);
    let (fault, said) = with("other.pem", "locked.key");
    assert!(matches!(fault, CertificateFault::Encrypted(_)) && said.contains("openssl pkey"), "{said}");
}

#[test]
fn a_key_that_everybody_may_read_and_a_certificate_out_of_its_time_are_refused() {
    let shelf = Shelf::new("time");
    let good = shelf.make("good", &[]);
    fs::set_permissions(&good.key, fs::Permissions::from_mode(0o644)).unwrap();
    let (fault, said) = refused(&good);
    assert!(matches!(fault, CertificateFault::Open(_, 0o644)) && said.contains("chmod o="), "{said}");
    fs::set_permissions(&good.key, fs::Permissions::from_mode(0o640)).unwrap();
    Tls::load(&good).unwrap();
    for (name, begins, ends, early) in
        [("old", "20200101000000Z", "20210101000000Z", false), ("new", "21000101000000Z", "21010101000000Z", true)]
    {
        shelf.in_time(name, &good, begins, ends);
        let (fault, said) = refused(&shelf.pair(&format!("{name}.pem"), "good.key"));
        assert_eq!(matches!(fault, CertificateFault::Early(_)), early, "{said}");
        assert_eq!(matches!(fault, CertificateFault::Expired(_)), !early, "{said}");
        assert!(said.contains(&format!("{name}.pem")), "{said}");
    }
}

impl Shelf {
    /// A certificate for another's key with the times of choice: only `openssl ca` can set both.
    fn in_time(&self, name: &str, of: &Certificate, begins: &str, ends: &str) {
        let request = self.path("request");
        let key = of.key.to_str().unwrap();
        run("openssl", &["req", "-new", "-key", key, "-subj", "/CN=localhost", "-out", &request]);
        self.write("index", "");
        let folder = self.0.display();
        let text = format!(
            "[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index\nnew_certs_dir={folder}\nrand_serial=yes\n\
             default_md=sha256\npolicy=any\nunique_subject=no\nx509_extensions=three\n[any]\n\
             commonName=supplied\n[three]\nsubjectAltName=DNS:localhost\n"
        );
        let config = self.write("ca.conf", &text);
        let out = self.path(&format!("{name}.pem"));
        let common = ["ca", "-batch", "-notext", "-selfsign", "-config", &config, "-keyfile", key, "-in", &request];
        let times = ["-startdate", begins, "-enddate", ends, "-out", &out];
        run("openssl", &[&common[..], &times[..]].concat());
    }
}

fn serial(at: &str) -> String {
    let seen = openssl_client(at, &["-showcerts"]);
    let found = seen.lines().find(|line| line.contains("s:CN = ") || line.contains("s:CN=")).unwrap_or_default();
    found.rsplit('=').next().unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_reloads_under_load_fail_no_request_and_a_bad_certificate_changes_nothing() {
    let shelf = Shelf::new("reload");
    let (one, two) = (shelf.make("one", &[]), shelf.make("two", &[]));
    let tls = Tls::load(&one).unwrap();
    let house = house_at("127.0.0.1", limits(), Some(tls.clone())).await;
    let at = house.at.to_string();
    assert_eq!(serial(&at), "one");
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|n| {
            let (stop, answered, url) = (stop.clone(), answered.clone(), format!("https://{at}/{n}"));
            spawn(move || {
                while !stop.load(Ordering::SeqCst) {
                    // five requests of two connections each
                    let other = format!("{url}/other");
                    let said = run(
                        "curl",
                        &["-s", "-k", "-f", &url, &other, &url, "--next", "-s", "-k", "-f", "--http1.1", &url, &other],
                    );
                    assert_eq!(said.matches("GET /").count(), 5, "{said}");
                    answered.fetch_add(5, Ordering::SeqCst);
                }
            })
        })
        .collect();
    let began = std::time::Instant::now();
    for n in 0.. {
        if n >= 100 && answered.load(Ordering::SeqCst) > 50 {
            break;
        }
        assert!(began.elapsed() < 2 * SOON, "{answered:?}");
        tls.reload(if n % 2 == 0 { &two } else { &one }).unwrap();
        assert!(tls.reload(&Certificate { chain: one.chain.clone(), key: two.key.clone() }).is_err());
        sleep(Duration::from_millis(20));
    }
    stop.store(true, Ordering::SeqCst);
    for client in clients {
        client.join().unwrap();
    }
    tls.reload(&one).unwrap();
    assert_eq!(serial(&at), "one");
    tls.reload(&two).unwrap();
    assert_eq!(serial(&at), "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_go_on_ends_after_10_seconds() {
    let shelf = Shelf::new("handshake");
    let house = house_at("127.0.0.1", limits(), Some(Tls::load(&shelf.make("one", &[])).unwrap())).await;
    let began = std::time::Instant::now();
    let mut silent = house.connect();
    assert_eq!(read_to_end(&mut silent), "");
    assert!((Duration::from_secs(9)..SOON).contains(&began.elapsed()), "{:?}", began.elapsed());
    let plain = run("sh", &["-c", &format!("curl -s http://{}/ || true", house.at)]);
    assert!(!plain.contains("GET /"), "{plain}");
    assert_eq!(house.asked(), 0);
}
