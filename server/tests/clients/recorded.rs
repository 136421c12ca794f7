//! Requests as devices send them that no package can stand in for, byte by byte over a raw socket. `{ip}` is the address, `{password}` the
//! password, `{login}` both of ben's in base64.

use super::{ONE, Tried, running, tries};
use crate::bed::http::{Answer, base64};
use crate::bed::plan::Plan;
use crate::bed::{Bed, PLAIN};

const FRITZ_BOX: &str = "GET /nic/update?hostname=one.dyn.example.com&username=ben&password={password}&myip={ip}&myip6= HTTP/1.1\r\n\
     Host: ddns.example.com\r\nUser-Agent: Fritz!Box DDNS/1.0.1\r\nConnection: close\r\n\r\n";

const FRITZ_BOX_LOGIN: &str = "GET /nic/update?hostname=one.dyn.example.com&myip={ip} HTTP/1.0\r\nHost: ddns.example.com\r\n\
     Authorization: Basic {login}\r\nUser-Agent: Fritz!Box DDNS/1.0.1\r\n\r\n";

const UNIFI: &str = "GET /nic/update?hostname=one.dyn.example.com&myip={ip} HTTP/1.0\r\nHost: ddns.example.com\r\n\
     Authorization: Basic {login}\r\nUser-Agent: inadyn/2.9.1 https://github.com/troglobit/inadyn/issues\r\n\r\n";

const SYNOLOGY: &str = "GET /nic/update?username=ben&password={password}&hostname=one.dyn.example.com&myip={ip} HTTP/1.1\r\n\
     Host: ddns.example.com\r\nAccept: */*\r\nConnection: close\r\n\r\n";

const SPEEDPORT: &str = "GET /nic/update?hostname=one.dyn.example.com&myip=2003:db8::1,{ip} HTTP/1.1\r\nHost: ddns.example.com\r\n\
     Authorization: Basic {login}\r\nConnection: close\r\n\r\n";

const DDNS_GO: &str = "GET /update?hostname=one.dyn.example.com&myip={ip}&user=ben&pass={password} HTTP/1.1\r\n\
     Host: ddns.example.com\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n";

const QDM12: &str = "GET /nic/update?hostname=one.dyn.example.com&myip={ip}&password={password}&username=ben HTTP/1.1\r\n\
     Host: ddns.example.com\r\nUser-Agent: DDNS-Updater\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n";

const OPENWRT: &str = "GET /nic/update?hostname=one.dyn.example.com&myip={ip} HTTP/1.1\r\nHost: ddns.example.com\r\n\
     Authorization: Basic {login}\r\nUser-Agent: curl/8.7.1\r\nAccept: */*\r\nConnection: close\r\n\r\n";

fn send(bed: &Bed, form: &str, address: &str, password: &str) -> Answer {
    let login = base64(format!("ben:{password}").as_bytes());
    let bytes = form.replace("{ip}", address).replace("{password}", password).replace("{login}", &login);
    Answer::to(bed.at(), bytes.as_bytes())
}

/// 200 and one of the two words.
fn by_words(answer: &Answer) -> bool {
    answer.status == 200 && ["good", "nochg"].iter().any(|word| answer.body.starts_with(word))
}

fn recorded(form: &'static str, understands: impl Fn(&Answer, &str) -> bool) {
    tries(&|bed, address, password| {
        let answer = send(bed, form, address, password);
        Tried { success: understands(&answer, address), said: format!("{answer:?}") }
    });
}

#[test]
fn a_fritz_box_with_everything_in_its_url_updates() {
    recorded(FRITZ_BOX, |answer, _| by_words(answer));
}

#[test]
fn a_fritz_box_with_a_login_updates() {
    recorded(FRITZ_BOX_LOGIN, |answer, _| by_words(answer));
}

#[test]
fn a_unifi_gateway_updates() {
    recorded(UNIFI, |answer, _| by_words(answer));
}

#[test]
fn a_synology_updates() {
    recorded(SYNOLOGY, |answer, _| by_words(answer));
}

#[test]
fn a_speedport_updates_both_families() {
    recorded(SPEEDPORT, |answer, _| by_words(answer));
    let bed = running(Plan::unlimited);
    assert_eq!(send(&bed, SPEEDPORT, "192.0.2.1", PLAIN).body, "good 192.0.2.1 2003:db8::1\n");
    assert_eq!(bed.dig(ONE, "AAAA"), ["60 2003:db8::1"]);
}

#[test]
fn ddns_go_updates_by_its_callback() {
    recorded(DDNS_GO, |answer, _| by_words(answer));
}

#[test]
fn ddns_updater_finds_its_address_in_the_answer() {
    recorded(QDM12, |answer, address| {
        by_words(answer) && answer.body.split_whitespace().nth(1).is_some_and(|found| found == address)
    });
}

#[test]
fn ddns_scripts_finds_one_of_its_two_words() {
    recorded(OPENWRT, |answer, _| answer.body.contains("good") || answer.body.contains("nochg"));
}

#[test]
fn a_fritz_box_s_two_urls_and_its_prefix_are_two_updates_of_one_host() {
    let bed = running(Plan::unlimited);
    assert_eq!(send(&bed, FRITZ_BOX, "192.0.2.1", PLAIN).body, "good 192.0.2.1\n");
    let six = "GET /nic/update?hostname=one.dyn.example.com&username=ben&password={password}&myip=&myip6={ip}&lanprefix=2003:db8:1::/56 HTTP/1.1\r\n\
         Host: ddns.example.com\r\nUser-Agent: Fritz!Box DDNS/1.0.1\r\nConnection: close\r\n\r\n";
    assert_eq!(send(&bed, six, "2003:db8:1::7", PLAIN).body, "good 2003:db8:1::7\n");
    // a prefix in the place of an address: its own address part
    assert_eq!(send(&bed, six, "2003:db8:1:ff00::/56", PLAIN).body, "good 2003:db8:1:ff00::\n");
    assert_eq!(bed.dig(ONE, "A"), ["60 192.0.2.1"]);
    assert_eq!(bed.dig(ONE, "AAAA"), ["60 2003:db8:1:ff00::"]);
}

#[test]
fn a_token_goes_into_the_place_of_every_router_s_password() {
    let bed = running(Plan::unlimited);
    let token = bed.token("one");
    assert!(token.len() >= 26 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
    let forms = [FRITZ_BOX, FRITZ_BOX_LOGIN, UNIFI, SYNOLOGY, DDNS_GO, QDM12, OPENWRT];
    for (number, form) in forms.into_iter().enumerate() {
        let address = format!("192.0.2.{}", number + 1);
        assert_eq!(send(&bed, form, &address, &token).body, format!("good {address}\n"), "{form}");
    }
}

#[test]
fn old_devices_whose_form_has_no_field_for_a_name_update_the_only_host() {
    let bed = running(Plan::unlimited);
    bed.done(&["hostname", "delete", "two", "dyn.example.com"]);
    for (number, target) in ["hostname=YES&myip={ip}", "hostname=&myip={ip}", "myip={ip}"].into_iter().enumerate() {
        let form = format!(
            "GET /nic/update?system=dyndns&{target}&wildcard=OFF&mx=&backmx=NO HTTP/1.0\r\nHost: members.dyndns.org\r\n\
             Authorization: Basic {{login}}\r\nUser-Agent: client/1.0\r\n\r\n"
        );
        let address = format!("192.0.2.{}", number + 1);
        assert_eq!(send(&bed, &form, &address, PLAIN).body, format!("good {address}\n"), "{form}");
    }
}
