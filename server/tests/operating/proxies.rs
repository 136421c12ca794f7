//! The shipped configurations of nginx and Caddy before the real program: the client's own address arrives, and no other.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::bed::{Bed, PASSWORD, curl, folder, free_port, said, until};

/// What a client may write of itself.
const LIES: [&str; 4] = [
    "X-Forwarded-For: 203.0.113.9",
    "X-Forwarded-For: 203.0.113.9, 127.0.0.1",
    "X-Real-IP: 203.0.113.9",
    "Forwarded: for=203.0.113.9",
];

const BEHIND: &str = "proxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\"]\n";

const UNLIMITED: &str = "[rate_limit]\nenabled = false\n";

const UPDATE: &str = "/update?hostname=pc.dyn.example.com";

struct Proxy {
    child: Child,
    folder: PathBuf,
    tls: u16,
    plain: u16,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        said(Command::new("kill").arg(self.child.id().to_string()));
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn shipped(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("files").join(name)).unwrap()
}

/// The text with each of these in the place of what is shipped; each must be there.
fn fitted(mut text: String, places: &[(&str, String)]) -> String {
    for (shipped, ours) in places {
        assert!(text.contains(shipped), "'{shipped}' is not in the shipped file");
        text = text.replace(shipped, ours);
    }
    text
}

fn certificate(folder: &Path) {
    let (key, chain) = (folder.join("key.pem"), folder.join("cert.pem"));
    said(
        Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
            .args(["-subj", "/CN=ddns.example.com", "-addext", "subjectAltName=DNS:ddns.example.com"])
            .args(["-keyout".as_ref(), key.as_os_str(), "-out".as_ref(), chain.as_os_str()])
            .stderr(Stdio::null()),
    );
}

impl Proxy {
    fn started(mut command: Command, folder: PathBuf, tls: u16, plain: u16) -> Self {
        let errors = fs::File::create(folder.join("errors")).unwrap();
        let output = fs::File::create(folder.join("output")).unwrap();
        let child = command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn().unwrap();
        let proxy = Self { child, folder, tls, plain };
        until("the proxy listens", || TcpStream::connect(("127.0.0.1", tls)).is_ok());
        proxy
    }

    fn nginx(service: u16) -> Self {
        let (folder, tls, plain) = (folder(), free_port(), free_port());
        certificate(&folder);
        let at = folder.display();
        let server = fitted(
            shipped("nginx.conf"),
            &[
                ("127.0.0.1:8443", format!("127.0.0.1:{service}")),
                ("listen 443 ssl http2;", format!("listen 127.0.0.1:{tls} ssl http2;")),
                ("listen [::]:443 ssl http2;", format!("listen [::1]:{tls} ssl http2;")),
                ("listen 80;", format!("listen 127.0.0.1:{plain};")),
                ("listen [::]:80;", String::new()),
                ("/etc/ssl/ddns.example.com/fullchain.pem", format!("{at}/cert.pem")),
                ("/etc/ssl/ddns.example.com/privkey.pem", format!("{at}/key.pem")),
                ("/var/log/nginx/", format!("{at}/")),
            ],
        );
        let text = format!(
            "daemon off;\nuser root;\npid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\nhttp {{\naccess_log {at}/default.log;\n{}\n{server}\n}}\n",
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|part| format!("{part}_temp_path {at}/{part};"))
                .join("\n")
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, text).unwrap();
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-e").arg(folder.join("error.log")).arg("-c").arg(file);
        Self::started(command, folder, tls, plain)
    }

    fn caddy(service: u16) -> Self {
        let (folder, tls, plain) = (folder(), free_port(), free_port());
        certificate(&folder);
        let at = folder.display();
        let site = fitted(
            shipped("Caddyfile"),
            &[
                ("127.0.0.1:8443", format!("127.0.0.1:{service}")),
                (
                    "\nddns.example.com {",
                    format!("\nhttps://ddns.example.com:{tls} {{\n\ttls {at}/cert.pem {at}/key.pem"),
                ),
                ("/var/log/caddy/", format!("{at}/")),
            ],
        );
        let text = format!("{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {tls}\n}}\n{site}");
        let file = folder.join("Caddyfile");
        fs::write(&file, text).unwrap();
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file).env("HOME", &folder);
        command.env("XDG_DATA_HOME", &folder).env("XDG_CONFIG_HOME", &folder);
        Self::started(command, folder, tls, plain)
    }

    fn curl(&self, more: &[&str], rest: &str) -> String {
        let resolve = format!("ddns.example.com:{}:127.0.0.1", self.tls);
        let url = format!("https://ddns.example.com:{}{rest}", self.tls);
        let ca = self.folder.join("cert.pem").display().to_string();
        // an address that is no trusted proxy's
        curl(&[more, &["--interface", "127.0.0.2", "--resolve", &resolve, "--cacert", &ca, &url]].concat())
    }

    /// Everything that the proxy wrote down.
    fn logs(&self) -> String {
        let mut all = String::new();
        for entry in fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            let log = path.extension().is_some_and(|end| end == "log")
                || path.ends_with("output")
                || path.ends_with("errors");
            if log {
                all += &String::from_utf8_lossy(&fs::read(path).unwrap());
            }
        }
        all
    }
}

fn is_transparent(proxy: &Proxy, bed: &Bed) {
    let ann = format!("ann:{PASSWORD}");
    for (version, address) in [("--http1.1", "8.8.8.8"), ("--http2", "8.8.4.4")] {
        let update = format!("{UPDATE}&myip={address}");
        assert_eq!(proxy.curl(&["-u", &ann, version], &update), format!("good {address}\n"), "{version}");
    }
    for lie in LIES {
        assert_eq!(proxy.curl(&["-u", "ann:wrong", "-H", lie], UPDATE), "badauth\n");
    }
    until("four lines", || bed.text("log").matches("wrong user name").count() == LIES.len());
    let log = bed.text("log");
    assert_eq!(log.matches(" client=127.0.0.2 ").count(), log.matches(" client=").count(), "{log}");
    assert!(!log.contains("203.0.113.9"), "a header of the client's was believed: {log}");
    // credentials in the query, as many routers send them
    let query = format!("{UPDATE}&myip=8.8.4.4&username=ann&password={}", PASSWORD.replace(' ', "%20"));
    assert_eq!(proxy.curl(&[], &query), "nochg 8.8.4.4\n");
    proxy.curl(&["-X", "POST", "-d", "username=ann&password=postedsecret"], UPDATE);
    assert!(proxy.curl(&["-w", "%{http_code}"], "/metrics").ends_with("404"));
    assert!(proxy.curl(&["-w", "%{http_code}"], "/healthz").ends_with("404"));
    let moved = curl(&[
        "-o",
        "/dev/null",
        "-w",
        "%{http_code} %{redirect_url}",
        "-H",
        "Host: ddns.example.com",
        &format!("http://127.0.0.1:{}/update?hostname=x&password=plainsecret", proxy.plain),
    ]);
    assert!(moved.starts_with("30") && moved.contains(" https://ddns.example.com"), "{moved}");
    until("the proxy logs requests", || proxy.logs().contains("/update"));
    let logs = proxy.logs();
    let basic = "YW5u";
    for secret in [PASSWORD, &PASSWORD.replace(' ', "%20"), "postedsecret", "plainsecret", basic] {
        assert!(!logs.contains(secret), "'{secret}' is in the proxy's log: {logs}");
    }
    // one connection to the service carries many requests
    let before = bed.metric("ddns_connections_accepted_total").unwrap();
    for _ in 0..10 {
        proxy.curl(&["-u", "ann:wrong"], UPDATE);
    }
    assert!(bed.metric("ddns_connections_accepted_total").unwrap() - before <= 2.0, "a connection for each request");
}

#[test]
fn nginx_shows_the_client_s_own_address_and_logs_no_credentials() {
    let bed = Bed::running(BEHIND, UNLIMITED);
    is_transparent(&Proxy::nginx(bed.port), &bed);
}

#[test]
fn caddy_shows_the_client_s_own_address_and_logs_no_credentials() {
    let bed = Bed::running(BEHIND, UNLIMITED);
    is_transparent(&Proxy::caddy(bed.port), &bed);
}
