//! Several names in one section, names with a star, and the section that keeps the other family's address of the same name.

use std::time::Duration;

use crate::bed::{Bed, SOON, Says, on, section};

/// A provider of the owner's own, by a JSON file as `LuCI` has them.
fn provider(bed: &Bed, query: &str, rules: &str) {
    let url = format!("http://[USERNAME]:[PASSWORD]@provider.example/nic/update?hostname=[DOMAIN]&myip={query}");
    let part = format!(r#"{{"url":"{url}","answer":"good|nochg","rules":"{rules}"}}"#);
    let folder = bed.router.path("usr/share/ddns/custom");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("mine.json"), format!(r#"{{"name":"mine","ipv4":{part},"ipv6":{part}}}"#)).unwrap();
}

fn dns(bed: &Bed, name: &str) -> Vec<String> {
    bed.named.borrow().lookup(name, "A").unwrap()
}

fn asked_names(bed: &Bed) -> Vec<String> {
    bed.asked().iter().map(|asked| asked.query("hostname").unwrap_or_default().to_owned()).collect()
}

#[test]
fn two_names_go_to_the_provider_in_one_request() {
    on(|bed| {
        provider(bed, "[IP]", "together");
        bed.configure(&[("service_name", "mine"), ("domain", "home.example.net two.example.net")]);
        let _running = bed.start_home();
        assert_eq!(asked_names(bed), ["home.example.net,two.example.net"], "{}", bed.story());
        for name in ["home.example.net", "two.example.net"] {
            assert_eq!(dns(bed, name), ["203.0.113.7"]);
        }
        assert_eq!(bed.logged("update accepted"), 1, "{}", bed.log());
        assert_eq!(bed.status("dat").as_deref(), Some("good 203.0.113.7\ngood 203.0.113.7\n"));
    });
}

#[test]
fn of_two_names_the_good_one_is_updated_and_the_log_names_the_other() {
    for rules in ["together", ""] {
        on(|bed| {
            provider(bed, "[IP]", rules);
            bed.configure(&[("service_name", "mine"), ("domain", "home.example.net,home.example.org")]);
            let _running = bed.start_home();
            let requests = if rules.is_empty() { 2 } else { 1 };
            assert_eq!(bed.asked().len(), requests, "{}", bed.story());
            assert_eq!(dns(bed, "home.example.net"), ["203.0.113.7"]);
            let told = r#"the provider refuses: home.example.org: "nohost"; 1 of 2 names accepted; check that 'domain' exists"#;
            assert_eq!(bed.logged(told), 1, "{}", bed.log());
            // the refusal is for the owner to mend: nothing more is asked at the next checks
            bed.quiet_for(Duration::from_millis(1500));
        });
    }
}

#[test]
fn after_a_refusal_only_the_refused_name_is_told_again() {
    on(|bed| {
        provider(bed, "[IP]", "together");
        bed.configure(&[("service_name", "mine"), ("domain", "home.example.net,home.example.org")]);
        for _ in 0..2 {
            assert_eq!(bed.ddns(&["once", "home"]).code, Some(1), "{}", bed.story());
        }
        assert_eq!(asked_names(bed), ["home.example.net,home.example.org", "home.example.org"], "{}", bed.story());
        assert_eq!(bed.logged("1 of 2 names accepted"), 2, "{}", bed.log());
    });
}

#[test]
fn a_name_with_a_star_is_sent_as_it_stands_and_looked_up_by_a_name_that_it_covers() {
    on(|bed| {
        bed.configure(&[("domain", "*.home.example.net"), ("lookup_host", "")]);
        let _running = bed.start_home();
        assert_eq!(asked_names(bed), ["*.home.example.net"]);
        bed.until("DNS follows", SOON, || bed.status("ip").as_deref() == Some("203.0.113.7\n"));
        assert_eq!(dns(bed, "wildcard.home.example.net"), ["203.0.113.7"]);
        bed.quiet_for(Duration::from_millis(1200));
    });
}

#[test]
fn a_provider_that_would_delete_the_other_family_s_record_is_told_of_both_addresses() {
    let own = "http://[USERNAME]:[PASSWORD]@provider.example/nic/update?hostname=[DOMAIN]&myip=[IPBOTH]";
    for way in [("service_name", "mine"), ("update_url", own)] {
        on(|bed| both_addresses(bed, way));
    }
}

fn both_addresses(bed: &Bed, way: (&str, &str)) {
    bed.provider_says(Says::GoodOnly);
    provider(bed, "[IPBOTH]", "");
    let four = section("home", &[way, ("check_interval", "600")]);
    let six = section("six", &[way, ("use_ipv6", "1"), ("check_interval", "600")]);
    bed.router.configure(&four).unwrap();
    let alone = bed.start_home();
    assert_eq!(bed.sent(), ["203.0.113.7"], "no sister section: nothing else is sent");
    alone.terminate();
    bed.router.configure(four + &six).unwrap();
    let _six = bed.start(&["run", "six"]);
    bed.until_asked(2);
    assert_eq!(bed.sent()[1], "2001:0db8:0001:0000:0000:0000:0000:0007,203.0.113.7", "{}", bed.story());
    bed.ip(
        "addr del 203.0.113.7/24 dev wan0\naddr add 203.0.113.8/24 dev wan0\nroute replace default via 203.0.113.1 dev wan0",
    );
    let _four = bed.start_home();
    bed.until_asked(3);
    assert_eq!(bed.sent()[2], "203.0.113.8,2001:0db8:0001:0000:0000:0000:0000:0007", "{}", bed.story());
}
