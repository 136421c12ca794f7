//! Endpoints: their paths, the names of their parameters, those that are switched off; names in other scripts; proxies.

use crate::bed::http::{Ask, escaped};
use crate::bed::plan::Plan;
use crate::bed::{Bed, HOST, PASSWORD, PLAIN, ZONE};

fn body(bed: &Bed, target: &str) -> (u16, String) {
    let answer = bed.ask(&Ask::get(target));
    (answer.status, answer.body)
}

fn good(address: &str) -> (u16, String) {
    (200, format!("good {address}\n"))
}

#[test]
fn without_endpoints_there_is_update_with_every_usual_name() {
    let bed = Bed::running(Plan::unlimited);
    let mut number = 0;
    let password = escaped(PASSWORD);
    for host in ["hostname", "host"] {
        for (user, pass) in [("username", "password"), ("user", "pass"), ("user", "token")] {
            for four in ["myip", "ipv4", "ip4", "myipv4"] {
                number += 1;
                let target = format!("/update?{host}={HOST}&{user}=ann&{pass}={password}&{four}=192.0.2.{number}");
                assert_eq!(body(&bed, &target), good(&format!("192.0.2.{number}")), "{target}");
            }
        }
    }
    for (number, six) in ["myip6", "ipv6", "ip6", "myipv6"].into_iter().enumerate() {
        let target = format!("/update?hostname={HOST}&user=ann&pass={password}&{six}=2001:db8::{number}1");
        assert_eq!(
            body(&bed, &target),
            good(&format!("2001:db8::{}", if number == 0 { "1".into() } else { format!("{number}1") }))
        );
    }
    assert_eq!(body(&bed, &format!("/nic/update?hostname={HOST}&user=ann&pass={password}")).0, 404);
    assert_eq!(bed.dig(HOST, "A"), ["60 192.0.2.24"]);
    assert_eq!(bed.dig(HOST, "AAAA"), ["60 2001:db8::31"]);
}

#[test]
fn an_endpoint_of_its_own_has_its_own_names_and_no_others() {
    let bed = Bed::running(|plan| {
        plan.unlimited();
        plan.rest = "[[endpoints]]\npath = \"/v2/set\"\n[endpoints.params]\nhostname = [\"name\", \"h\"]\nipv4 = [\"a\"]\nipv6 = []\n\
                     username = []\npassword = [\"key\"]\nnotify_change = []\n[[endpoints]]\npath = \"/nic/update\"\n"
            .to_owned();
    });
    let token = bed.token("mypc");
    assert_eq!(body(&bed, &format!("/v2/set?h={HOST}&a=192.0.2.1&key={token}")), good("192.0.2.1"));
    assert_eq!(body(&bed, &format!("/v2/set?name={HOST}&h=x.y&a=192.0.2.2&key={token}")), good("192.0.2.2"));
    assert_eq!(
        body(&bed, &format!("/v2/set?name={HOST}&a=192.0.2.3&token={token}")).0,
        401,
        "not this endpoint's name"
    );
    assert_eq!(
        body(&bed, &format!("/update?hostname={HOST}&token={token}")).0,
        404,
        "there is no default beside others"
    );
    // a family that is switched off is not read; the other's parameter takes both, as clients write both there
    assert_eq!(body(&bed, &format!("/v2/set?h={HOST}&a=192.0.2.4&myip6=2001:db8::1&key={token}")), good("192.0.2.4"));
    let ask = Ask::get(&format!("/nic/update?hostname={HOST}&myip=192.0.2.5")).user("ann", PASSWORD);
    assert_eq!(bed.ask(&ask).body, "good 192.0.2.5\n");
    let switched = Ask::get(&format!("/v2/set?h={HOST}&a=192.0.2.6&username=ann&key={}", escaped(PASSWORD)));
    assert_eq!(bed.ask(&switched).status, 401, "a password is nothing without a user");
}

#[test]
fn a_host_may_be_named_in_its_own_script() {
    let bed = Bed::peopled(Plan::unlimited);
    bed.done(&["hostname", "add", "ben", "b\u{fc}cher", ZONE, "--expiry-ttl", "3024000"]);
    let mut bed = bed;
    bed.run();
    let names = ["b\u{fc}cher", "B\u{dc}CHER", "xn--bcher-kva", "XN--BCHER-KVA"];
    for (number, name) in names.into_iter().enumerate() {
        let target = format!("/update?hostname={}&myip=192.0.2.{number}1", escaped(&format!("{name}.{ZONE}")));
        let said = bed.ask(&Ask::get(&target).user("ben", PLAIN)).body;
        let address = if number == 0 { "192.0.2.01".to_owned() } else { format!("192.0.2.{number}1") };
        if number > 0 {
            assert_eq!(said, format!("good {address}\n"), "{name}");
            assert_eq!(bed.dig("xn--bcher-kva.dyn.example.com", "A"), [format!("60 {address}")]);
        } else {
            assert_eq!(said, "dnserr\n", "no leading zeros: they may mean octal");
        }
    }
}

#[test]
fn the_client_s_address_comes_from_the_header_of_a_trusted_proxy_only() {
    let trusting = "proxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n";
    let bed = Bed::running(|plan| {
        trusting.clone_into(&mut plan.daemon);
        plan.limits = "bad_max_requests = 2\ngood_max_requests = 100\n".to_owned();
    });
    let from = |forwarded: &str, password: &str| {
        let ask = Ask::get(&format!("/update?hostname={HOST}")).user("ann", password);
        bed.ask(&ask.header("X-Forwarded-For", forwarded)).body
    };
    assert_eq!(from("198.51.100.7", PASSWORD), "good 198.51.100.7\n");
    assert_eq!(from("203.0.113.1, 198.51.100.8", PASSWORD), "good 198.51.100.8\n", "what the client wrote itself");
    assert_eq!(from("198.51.100.9, 10.1.2.3", PASSWORD), "good 198.51.100.9\n", "two proxies");
    assert_eq!(from("2001:db8::7", PASSWORD), "good 2001:db8::7\n");
    assert_eq!(bed.dig(HOST, "A"), ["60 198.51.100.9"]);
    for _ in 0..2 {
        assert_eq!(from("203.0.113.66", "wrong"), "badauth\n");
    }
    assert_eq!(from("203.0.113.66", PASSWORD), "abuse\n");
    assert_eq!(from("198.51.100.10", PASSWORD), "good 198.51.100.10\n", "others are not punished for it");
    assert!(bed.log().contains("client=203.0.113.66"), "{}", bed.log());
    let plain = Bed::running(Plan::unlimited);
    let ask =
        Ask::get(&format!("/update?hostname={HOST}")).user("ann", PASSWORD).header("X-Forwarded-For", "198.51.100.7");
    assert_eq!(plain.ask(&ask).body, "dnserr\n", "nobody is trusted: it is from 127.0.0.1");
}
