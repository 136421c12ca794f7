//! HTTPS with certificates that change while it runs.

use std::process::Command;

use crate::bed::plan::Plan;
use crate::bed::{Bed, HOST, PASSWORD, PLAIN, Said};

/// A certificate signed by itself, `NAME.pem` and `NAME.key`, in the bed's folder.
fn make(folder: &std::path::Path, name: &str) {
    let mut openssl = Command::new("openssl");
    openssl.current_dir(folder).args([
        "req",
        "-x509",
        "-nodes",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]);
    openssl.args(["-subj", &format!("/CN={name}"), "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    Said::of(openssl.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")]), "").done();
    Said::of(Command::new("chmod").current_dir(folder).args(["600", &format!("{name}.key")]), "").done();
}

fn pair(plan: &mut Plan, chain: &str, key: &str) {
    plan.daemon = format!("ssl = true\nssl_cert_file = \"{chain}.pem\"\nssl_key_file = \"{key}.key\"\n");
}

fn curl(bed: &Bed, trusted: &str, address: &str, more: &[&str]) -> Said {
    let login = bed.file("login", &format!("user = \"ben:{PLAIN}\"\n"), 0o600);
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--max-time", "10", "-K"])
        .arg(login)
        .arg("--cacert")
        .arg(bed.folder.join(format!("{trusted}.pem")));
    let url = format!("https://127.0.0.1:{}/update?hostname=one.dyn.example.com&myip={address}", bed.plan.port);
    Said::of(curl.args(more).arg(url), "")
}

#[test]
fn it_serves_https_and_takes_another_certificate_at_a_reload() {
    let mut bed = Bed::peopled(Plan::unlimited);
    for name in ["first", "second"] {
        make(&bed.folder, name);
    }
    pair(&mut bed.plan, "first", "first");
    bed.configure();
    bed.run();
    assert_eq!(curl(&bed, "first", "192.0.2.1", &[]).done(), "good 192.0.2.1\n");
    assert_eq!(curl(&bed, "first", "192.0.2.2", &["--http1.1"]).done(), "good 192.0.2.2\n");
    assert_eq!(curl(&bed, "first", "192.0.2.3", &["--http2"]).done(), "good 192.0.2.3\n");
    assert_eq!(bed.dig("one.dyn.example.com", "A"), ["60 192.0.2.3"]);
    assert_ne!(curl(&bed, "second", "192.0.2.4", &[]).code, 0, "not trusted");
    pair(&mut bed.plan, "second", "second");
    bed.reload();
    assert_eq!(curl(&bed, "second", "192.0.2.5", &[]).done(), "good 192.0.2.5\n");
    assert_ne!(curl(&bed, "first", "192.0.2.6", &[]).code, 0);
    for (chain, key) in [("first", "second"), ("none", "second"), ("second", "none")] {
        pair(&mut bed.plan, chain, key);
        bed.configure();
        let before = bed.log().len();
        bed.signal("HUP");
        bed.log_until(|log| log[before..].contains("ERROR"));
        assert_eq!(
            curl(&bed, "second", "192.0.2.5", &[]).done(),
            "nochg 192.0.2.5\n",
            "the old one stays: {chain} {key}"
        );
    }
    assert!(!bed.log().contains(PASSWORD) && !bed.log().contains(PLAIN) && !bed.log().contains("PRIVATE"));
}

#[test]
fn a_certificate_and_a_key_that_do_not_belong_together_are_refused_at_the_start() {
    let mut bed = Bed::made(Plan::unlimited);
    for name in ["first", "second"] {
        make(&bed.folder, name);
    }
    pair(&mut bed.plan, "first", "second");
    bed.configure();
    let said = bed.cli(&["--daemon"], "");
    assert!(said.code != 0 && said.err.contains("second.key"), "{HOST} {said:?}");
}
