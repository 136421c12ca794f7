//! HTTPS servers by `openssl s_server` with certificates of a throw-away authority.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::support::{Running, directory, run};

/// The directory with `ca`, `other` (an authority nobody knows), and the servers' certificates, made once for a test program.
fn certificates() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let path = directory("tls");
        authority(&path, "ca");
        authority(&path, "other");
        let san = "subjectAltName=DNS:good.test,DNS:localhost,IP:127.0.0.1";
        let ee = "basicConstraints=CA:FALSE";
        issue(&path, "good", "ca", &[san, ee], LASTING);
        issue(&path, "nameonly", "ca", &["subjectAltName=DNS:good.test,DNS:*.good.test", ee], LASTING);
        issue(&path, "foreign", "other", &[san, ee], LASTING);
        issue(&path, "expired", "ca", &[san, ee], ("20100101000000Z", "20110102000000Z"));
        issue(&path, "future", "ca", &[san, ee], ("21000101000000Z", "21010101000000Z"));
        issue(&path, "between", "ca", &["basicConstraints=critical,CA:TRUE"], LASTING);
        issue(&path, "below", "between", &[san, ee], LASTING);
        own(&path, "self", "CA:TRUE");
        own(&path, "plain", "CA:FALSE");
        path
    })
}

/// A file of the certificates' directory.
pub(crate) fn path(name: &str) -> PathBuf {
    certificates().join(name)
}

const LASTING: (&str, &str) = ("20200101000000Z", "20991231000000Z");
const NEW_KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

fn authority(directory: &Path, name: &str) {
    let (key, crt) = (format!("{name}.key"), format!("{name}.crt"));
    let subject = format!("/CN=Test authority {name}");
    let mut argv = vec!["openssl", "req", "-x509", "-days", "3650", "-subj", &subject, "-keyout", &key, "-out", &crt];
    argv.extend(NEW_KEY);
    run(directory, &argv);
}

/// A certificate that signed itself, as `openssl req -x509` makes it (with `CA:TRUE`) or as it should be.
fn own(directory: &Path, name: &str, ca: &str) {
    let (key, crt) = (format!("{name}.key"), format!("{name}.crt"));
    let constraint = format!("basicConstraints=critical,{ca}");
    let mut argv = vec!["openssl", "req", "-x509", "-days", "3650", "-subj", "/CN=home", "-keyout", &key, "-out", &crt];
    argv.extend(["-addext", "subjectAltName=IP:127.0.0.1"]);
    if ca == "CA:FALSE" {
        argv.extend(["-addext", &constraint]);
    }
    argv.extend(NEW_KEY);
    run(directory, &argv);
}

fn issue(directory: &Path, name: &str, by: &str, extensions: &[&str], (start, end): (&str, &str)) {
    let file = |ending: &str| format!("{name}.{ending}");
    let config = format!(
        "[ca]\ndefault_ca=x\n[x]\ndatabase={name}.db\nserial={name}.serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n\
         [p]\ncommonName=supplied\n[e]\n{}\n",
        extensions.join("\n")
    );
    fs::write(directory.join(file("cnf")), config).unwrap();
    fs::write(directory.join(file("db")), "").unwrap();
    // two certificates of one authority must differ in their number
    let serial = name.bytes().fold(0u32, |sum, b| sum.wrapping_mul(31) + u32::from(b));
    fs::write(directory.join(file("serial")), format!("{serial:08x}\n")).unwrap();
    let (key, csr, crt, cnf) = (file("key"), file("csr"), file("crt"), file("cnf"));
    let subject = format!("/CN={name}");
    let mut argv = vec!["openssl", "req", "-new", "-subj", &subject, "-keyout", &key, "-out", &csr];
    argv.extend(NEW_KEY);
    run(directory, &argv);
    let (ca_key, ca_crt) = (format!("{by}.key"), format!("{by}.crt"));
    run(
        directory,
        &[
            "openssl",
            "ca",
            "-batch",
            "-notext",
            "-config",
            &cnf,
            "-cert",
            &ca_crt,
            "-keyfile",
            &ca_key,
            "-in",
            &csr,
            "-out",
            &crt,
            "-startdate",
            start,
            "-enddate",
            end,
            "-extensions",
            "e",
        ],
    );
}

/// `openssl s_server -www`, which answers every GET with a page about the handshake.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    _running: Running,
}

impl Server {
    /// On a free port of 127.0.0.1 with these further arguments; file names are those of the certificates' directory.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_in(certificates(), &[arguments, &["-www"]].concat())
    }

    /// The same in another directory, and not with `-www`.
    pub(crate) fn start_in(directory: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0"]).args(arguments).current_dir(directory);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut running = Running(command.spawn().unwrap());
        let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("ACCEPT ").map(|a| a.parse().unwrap()));
        // reading on in the background: a server that cannot print would stop
        std::thread::spawn(move || lines.for_each(drop));
        Self { address: address.expect("openssl s_server listens"), _running: running }
    }

    /// A URL of this server under another name.
    pub(crate) fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/", self.address.port())
    }
}
