//! BIND and Knot as secondaries, and dig for what they do not say.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ddns_service::config;

use crate::town::{Town, dig, free_port, settings};

const KEY: &str =
    "key \"transfer\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2l4dGVlbiBieXRlcyBvZiBzZWNyZXQgaXMgZ29vZCE=\";\n};\n";

/// A secondary that runs in a folder of its own.
pub(crate) struct Secondary {
    folder: PathBuf,
    pub(crate) port: u16,
    child: Child,
}

impl Drop for Secondary {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Secondary {
    pub(crate) fn named(town: &Town, port: u16, talk: &str) -> Self {
        let folder = folder("named", port);
        let at = town.address();
        let text = format!(
            "{KEY}options {{ directory {folder:?}; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no; \
             pid-file none; session-keyfile none; notify no; min-refresh-time 60; }};\ncontrols {{ }};\n\
             zone \"dyn.example.org\" {{ type secondary; primaries {{ {} port {} key transfer; }}; allow-notify {{ 127.0.0.1; }}; file \"copy\"; \
             masterfile-format text; }};\n",
            at.ip(),
            at.port()
        );
        fs::write(folder.join("named.conf"), text).unwrap();
        let log = fs::File::create(folder.join("log")).unwrap();
        let child = Command::new("named")
            .args(["-g", "-n", "2", "-d", talk, "-c"])
            .arg(folder.join("named.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("named of bind9");
        Self { folder, port, child }
    }

    fn knotd(town: &Town, port: u16) -> Self {
        let folder = folder("knotd", port);
        let at = town.address();
        let text = format!(
            "server:\n    listen: 127.0.0.1@{port}\n    rundir: {folder:?}\nlog:\n  - target: stderr\n    any: info\ndatabase:\n    storage: {folder:?}\n\
             key:\n  - id: transfer\n    algorithm: hmac-sha256\n    secret: c2l4dGVlbiBieXRlcyBvZiBzZWNyZXQgaXMgZ29vZCE=\n\
             remote:\n  - id: primary\n    address: {}@{}\n    key: transfer\n\
             acl:\n  - id: told\n    address: 127.0.0.1\n    key: transfer\n    action: notify\n\
             zone:\n  - domain: dyn.example.org\n    storage: {folder:?}\n    master: primary\n    acl: told\n",
            at.ip(),
            at.port()
        );
        fs::write(folder.join("knot.conf"), text).unwrap();
        let log = fs::File::create(folder.join("log")).unwrap();
        let child = Command::new("knotd")
            .arg("-c")
            .arg(folder.join("knot.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("knotd of knot");
        Self { folder, port, child }
    }

    fn short(&self, arguments: &str) -> String {
        dig(([127, 0, 0, 1], self.port).into(), &format!("{arguments} +short"))
    }

    /// Waits until it answers so; how long that took.
    pub(crate) async fn answers(&self, question: &str, wanted: &str, within: Duration) -> Duration {
        let begun = Instant::now();
        loop {
            let found = self.short(question);
            if found == wanted {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < within, "{question}: {found:?}, not {wanted:?}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }
}

fn folder(name: &str, port: u16) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ddns-embedded-{}-{name}-{port}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn with_secondary(signed: bool) -> (config::Embedded, u16) {
    let mut settings = settings();
    let port = free_port();
    settings.secondaries = vec![([127, 0, 0, 1], port).into()];
    if signed {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("transfer-{port}.key"));
        fs::write(&path, KEY).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        settings.transfer_key_file = Some(path);
    }
    (settings, port)
}

/// Long before a secondary would ask by itself.
const SOON: Duration = Duration::from_secs(30);
const START: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn named_copies_with_tsig_and_hears_of_each_change_by_notify_and_ixfr() {
    let (settings, port) = with_secondary(true);
    let town = Town::start(&settings).await;
    town.push("home", "192.0.2.1", "2001:db8::1").await.unwrap();
    town.push("*.wild", "192.0.2.3", "").await.unwrap();
    let named = Secondary::named(&town, port, "3");
    named.answers("home.dyn.example.org A", "192.0.2.1\n", START).await;
    assert_eq!(named.short("x.wild.dyn.example.org A"), "192.0.2.3\n");
    assert_eq!(named.short("ns1.dyn.example.org AAAA"), "2001:db8::53\n");
    town.push("home", "192.0.2.2", "-").await.unwrap();
    named.answers("home.dyn.example.org A", "192.0.2.2\n", SOON).await;
    town.push("home", "", "-").await.unwrap();
    town.push("new", "192.0.2.9", "").await.unwrap();
    named.answers("new.dyn.example.org A", "192.0.2.9\n", SOON).await;
    assert_eq!(named.short("home.dyn.example.org A"), "");
    assert_eq!(named.short("home.dyn.example.org AAAA"), "2001:db8::1\n");
    let log = named.log();
    assert!(log.contains("TSIG 'transfer'"), "{log}");
    assert!(log.contains("got incremental response"), "{log}");
    assert!(!log.contains("failed while receiving responses"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn knot_copies_with_tsig_and_hears_of_each_change_by_notify_and_ixfr() {
    let (settings, port) = with_secondary(true);
    let town = Town::start(&settings).await;
    town.push("home", "192.0.2.1", "2001:db8::1").await.unwrap();
    let knot = Secondary::knotd(&town, port);
    knot.answers("home.dyn.example.org A", "192.0.2.1\n", START).await;
    for n in 2..6 {
        town.push("home", &format!("192.0.2.{n}"), "-").await.unwrap();
    }
    knot.answers("home.dyn.example.org A", "192.0.2.5\n", SOON).await;
    let log = knot.log();
    assert!(log.contains("IXFR, incoming"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_needs_the_right_address_and_the_right_key() {
    let open = Town::start(&with_secondary(false).0).await;
    assert!(open.dig("dyn.example.org AXFR").contains("XFR size"));
    assert!(open.dig("x.dyn.example.org AXFR").contains("Transfer failed"));
    let closed = Town::start(&settings()).await;
    assert!(closed.dig("dyn.example.org AXFR").contains("Transfer failed"));
    let signed = Town::start(&with_secondary(true).0).await;
    let key = "-y hmac-sha256:transfer:c2l4dGVlbiBieXRlcyBvZiBzZWNyZXQgaXMgZ29vZCE=";
    assert!(signed.dig("dyn.example.org AXFR").contains("Transfer failed"));
    assert!(signed.dig(&format!("dyn.example.org AXFR {key}")).contains("XFR size: 7 records"));
    let forged = "-y hmac-sha256:transfer:c2l4dGVlbiBieXRlcyBvZiBzZWNyZXQgaXMgYmFkISE=";
    let said = signed.dig(&format!("dyn.example.org AXFR {forged}"));
    assert!(said.contains("BADSIG"), "{said}");
    assert!(signed.dig(&format!("dyn.example.org SOA {forged}")).contains("BADSIG"));
    let stranger = "-y hmac-sha256:other:c2l4dGVlbiBieXRlcyBvZiBzZWNyZXQgaXMgYmFkISE=";
    assert!(signed.dig(&format!("dyn.example.org AXFR {stranger}")).contains("BADKEY"));
    let soa = signed.dig(&format!("dyn.example.org SOA {key}"));
    assert!(soa.contains("TSIG PSEUDOSECTION") && soa.contains("NOERROR"), "{soa}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ixfr_gives_the_way_from_a_serial_or_the_whole_zone_or_the_soa_alone() {
    let town = Town::start(&with_secondary(false).0).await;
    for n in 1..=4 {
        town.push("home", &format!("192.0.2.{n}"), "").await.unwrap();
    }
    let way = town.dig("dyn.example.org IXFR=4");
    let kinds: Vec<_> = way.lines().filter(|line| !line.starts_with(';') && !line.is_empty()).collect();
    let kinds: Vec<_> =
        kinds.iter().map(|line| line.split_whitespace().skip(3).collect::<Vec<_>>().join(" ")).collect();
    let soa = |serial| format!("SOA ns1.dyn.example.org. host\\.master.example.org. {serial} 900 300 1209600 30");
    let wanted = [
        soa(6),
        soa(4),
        "A 192.0.2.2".into(),
        soa(5),
        "A 192.0.2.3".into(),
        soa(5),
        "A 192.0.2.3".into(),
        soa(6),
        "A 192.0.2.4".into(),
        soa(6),
    ];
    assert_eq!(kinds, wanted, "{way}");
    assert!(town.dig("dyn.example.org IXFR=6").contains("XFR size: 1 records"));
    assert!(town.dig("dyn.example.org IXFR=7").contains("XFR size: 1 records"));
    town.shelf.cut_journal("dyn.example.org");
    assert!(town.dig("dyn.example.org IXFR=4").contains("192.0.2.53"));
    // over UDP only the SOA (RFC 1995 section 2)
    let said = town.dig("dyn.example.org IXFR=4 +notcp");
    assert!(said.lines().filter(|line| line.starts_with("dyn.")).count() == 1 && said.contains("(UDP)"), "{said}");
}
