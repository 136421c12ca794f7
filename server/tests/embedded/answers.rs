//! What dig sees.

use crate::town::{Town, records, settings};
use ddns_service::world::Zone as _;

#[tokio::test(flavor = "multi_thread")]
async fn soa_ns_and_configured_addresses_are_answered_over_udp_and_tcp() {
    let town = Town::start(&settings()).await;
    for way in ["+notcp", "+tcp"] {
        let soa = town.short(&format!("dyn.example.org SOA {way}"));
        assert_eq!(soa, "ns1.dyn.example.org. host\\.master.example.org. 2 900 300 1209600 30\n");
        assert_eq!(town.short(&format!("dyn.example.org NS {way}")), "ns1.dyn.example.org.\nns2.example.net.\n");
        assert_eq!(town.short(&format!("ns1.dyn.example.org A {way}")), "192.0.2.53\n");
        assert_eq!(town.short(&format!("ns1.dyn.example.org AAAA {way}")), "2001:db8::53\n");
        assert_eq!(town.short(&format!("dyn.example.org A {way}")), "192.0.2.80\n");
    }
    let ns = town.dig("dyn.example.org NS");
    assert!(ns.contains("flags: qr aa;") && ns.contains("ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 3"), "{ns}");
    assert!(ns.contains("udp: 1232"), "{ns}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_changes_the_answer() {
    let town = Town::start(&settings()).await;
    assert!(town.dig("home.dyn.example.org A").contains("NXDOMAIN"));
    town.push("home", "192.0.2.1", "2001:db8::1").await.unwrap();
    for way in ["+notcp", "+tcp"] {
        assert_eq!(town.short(&format!("home.dyn.example.org A {way}")), "192.0.2.1\n");
        assert_eq!(town.short(&format!("home.dyn.example.org AAAA {way}")), "2001:db8::1\n");
    }
    town.push("home", "192.0.2.2", "-").await.unwrap();
    assert_eq!(town.short("home.dyn.example.org A"), "192.0.2.2\n");
    assert_eq!(town.short("home.dyn.example.org AAAA"), "2001:db8::1\n");
    town.push("home", "", "").await.unwrap();
    assert!(town.dig("home.dyn.example.org A").contains("NXDOMAIN"));
    assert!(town.short("dyn.example.org SOA").contains(" 5 900 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_there_is_denied_with_the_soa_and_one_without_the_type_too() {
    let town = Town::start(&settings()).await;
    town.push("a.b.home", "192.0.2.1", "").await.unwrap();
    let missing = town.dig("nothere.dyn.example.org A");
    assert!(missing.contains("status: NXDOMAIN") && missing.contains("AUTHORITY: 1"), "{missing}");
    assert!(missing.contains("dyn.example.org.\t30\tIN\tSOA"), "{missing}");
    for (name, kind) in [
        ("a.b.home.dyn.example.org", "AAAA"),
        ("a.b.home.dyn.example.org", "TXT"),
        ("dyn.example.org", "MX"),
        // empty non-terminals
        ("b.home.dyn.example.org", "A"),
        ("home.dyn.example.org", "A"),
    ] {
        let said = town.dig(&format!("{name} {kind}"));
        assert!(said.contains("status: NOERROR") && said.contains("ANSWER: 0, AUTHORITY: 1"), "{said}");
    }
    assert!(town.dig("c.b.home.dyn.example.org A").contains("NXDOMAIN"));
    assert!(town.dig("xa.b.home.dyn.example.org A").contains("NXDOMAIN"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wildcard_answers_for_what_is_not_there_and_for_nothing_else() {
    let town = Town::start(&settings()).await;
    town.push("*.home", "192.0.2.1", "").await.unwrap();
    town.push("printer.home", "", "2001:db8::9").await.unwrap();
    town.push("a.lab.home", "192.0.2.7", "").await.unwrap();
    let said = town.dig("Any.home.dyn.example.org A");
    assert!(said.contains("\nAny.home.dyn.example.org.") && said.contains("A\t192.0.2.1"), "{said}");
    assert_eq!(town.short("x.y.home.dyn.example.org A"), "192.0.2.1\n");
    assert_eq!(town.short("*.home.dyn.example.org A"), "192.0.2.1\n");
    // the name is there, or names are below it: the wildcard does not count (RFC 4592 section 2.2.1)
    assert!(town.dig("printer.home.dyn.example.org A").contains("ANSWER: 0"));
    assert!(town.dig("lab.home.dyn.example.org A").contains("ANSWER: 0"));
    assert!(town.dig("b.lab.home.dyn.example.org A").contains("NXDOMAIN"));
    assert!(town.dig("home.dyn.example.org A").contains("status: NOERROR"));
    let other = town.dig("any.home.dyn.example.org AAAA");
    assert!(other.contains("status: NOERROR") && other.contains("ANSWER: 0, AUTHORITY: 1"), "{other}");
    assert_eq!(town.short("a\\000b.home.dyn.example.org A"), "192.0.2.1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_case_does_not_matter_and_comes_back_as_asked() {
    let town = Town::start(&settings()).await;
    town.push("home", "192.0.2.1", "").await.unwrap();
    let said = town.dig("HoMe.DYN.eXample.ORG A");
    assert!(said.contains("HoMe.DYN.eXample.ORG.\t60\tIN\tA\t192.0.2.1"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_is_refused_and_what_is_not_known_is_not_implemented() {
    let town = Town::start(&settings()).await;
    for question in ["example.com A", "example.org SOA", ". NS", "dyn.example.org A -c CH", "version.bind TXT -c CH"] {
        let said = town.dig(question);
        assert!(said.contains("status: REFUSED") && said.contains("qr;"), "{question}: {said}");
    }
    for question in [
        "+opcode=NOTIFY dyn.example.org SOA",
        "+opcode=UPDATE dyn.example.org SOA",
        "+opcode=STATUS dyn.example.org SOA",
    ] {
        assert!(town.dig(question).contains("status: NOTIMP"), "{question}");
    }
    assert!(town.dig("dyn.example.org A +edns=1 +noednsneg").contains("status: BADVERS"));
    let any = town.dig("dyn.example.org ANY +notcp");
    assert!(any.contains("ANSWER: 1,"), "{any}");
    assert!(!town.dig("dyn.example.org A +nsid +cookie +subnet=192.0.2.0/24").contains("NSID"));
    assert!(town.dig("dyn.example.org AXFR").contains("Transfer failed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_configured_zones_the_longer_one_answers() {
    let mut settings = settings();
    settings.zones.push("in.dyn.example.org".to_owned());
    settings.addresses.insert("host.in.dyn.example.org".to_owned(), crate::town::addresses(&["192.0.2.99"]));
    let town = Town::start(&settings).await;
    town.push("home", "192.0.2.1", "").await.unwrap();
    town.server.push(&records("home", "in.dyn.example.org", "192.0.2.2", "")).await.unwrap();
    town.server.push(&records("@", "in.dyn.example.org", "192.0.2.3", "")).await.unwrap();
    assert_eq!(town.short("home.dyn.example.org A"), "192.0.2.1\n");
    assert_eq!(town.short("home.in.dyn.example.org A"), "192.0.2.2\n");
    assert_eq!(town.short("in.dyn.example.org A"), "192.0.2.3\n");
    assert_eq!(town.short("host.in.dyn.example.org A"), "192.0.2.99\n");
    assert!(town.dig("no.in.dyn.example.org A").contains("in.dyn.example.org.\t30\tIN\tSOA"));
}
