//! Requests in the form that each of the known clients sends them.

use super::{hosts, pair, read, request, update};

const BASIC: (&str, &str) = ("authorization", "Basic dXNlcjpwYXNz");

#[test]
fn ddclient_sends_both_families_in_one_parameter() {
    let update =
        update("/nic/update?system=dyndns&hostname=a.example.org,b.example.org&myip=192.0.2.1,2001:db8::1", &[BASIC]);
    assert_eq!(hosts(&update), ["a.example.org", "b.example.org"]);
    assert_eq!(update.addresses, Ok(pair("192.0.2.1", "2001:db8::1")));
}

#[test]
fn inadyn_and_unifi_name_ipv6_otherwise() {
    let update = update(
        "/nic/update?hostname=a.example.org&myip=192.0.2.1&myipv6=2001:db8::1",
        &[BASIC, ("user-agent", "inadyn/2.12.0")],
    );
    assert_eq!(update.addresses, Ok(pair("192.0.2.1", "2001:db8::1")));
}

#[test]
fn ddns_scripts_sends_one_family_at_a_time() {
    let six = update("/nic/update?hostname=a.example.org&myip=2001:0db8:0:0::1", &[BASIC]);
    assert_eq!(six.addresses, Ok(pair("", "2001:db8::1")));
}

#[test]
fn a_fritz_box_does_not_escape_and_leaves_fields_empty() {
    let target = "/update?hostname=a.example.org&username=user&password=AbCdEf123&myip=192.0.2.1&myip6=";
    let update = update(target, &[]);
    assert_eq!(update.addresses, Ok(pair("192.0.2.1", "")));
    assert_eq!(update.login.unwrap().password.reveal(), b"AbCdEf123");
}

#[test]
fn a_fritz_box_without_ipv4_sends_its_prefix_in_a_parameter_of_its_own() {
    let target =
        "/update?hostname=a.example.org&user=u&pass=p&myip=&myip6=2003:db8:1:2:3:4:5:6&lanprefix=2003:db8:1:2::/64";
    assert_eq!(update(target, &[]).addresses, Ok(pair("", "2003:db8:1:2:3:4:5:6")));
}

#[test]
fn a_speedport_writes_ipv6_first() {
    let update = update("/nic/update?hostname=a.example.org&myip=2003:db8::1,192.0.2.1", &[BASIC]);
    assert_eq!(update.addresses, Ok(pair("192.0.2.1", "2003:db8::1")));
}

#[test]
fn a_synology_has_its_credentials_in_the_query() {
    let update = update("/nic/update?username=user&password=pa%24s&hostname=a.example.org&myip=192.0.2.1", &[]);
    let login = update.login.unwrap();
    assert_eq!((login.user.as_deref(), login.password.reveal()), (Some("user"), &b"pa$s"[..]));
}

#[test]
fn ddns_go_and_qdm12_send_one_family_each() {
    let go = update("/update?hostname=a.example.org&myip=192.0.2.1&user=u&pass=p", &[]);
    assert_eq!(go.addresses, Ok(pair("192.0.2.1", "")));
    let six = update("/nic/update?hostname=a.example.org&myip=2001%3Adb8%3A%3A1", &[BASIC]);
    assert_eq!(six.addresses, Ok(pair("", "2001:db8::1")));
}

#[test]
fn old_routers_have_no_field_for_the_name() {
    for target in [
        "/nic/update?hostname=YES&myip=192.0.2.1",
        "/nic/update?hostname=&myip=192.0.2.1",
        "/nic/update?myip=192.0.2.1",
    ] {
        assert_eq!(hosts(&update(target, &[BASIC])), ["Only"], "{target}");
    }
}

#[test]
fn gnu_wget_and_the_specification_s_curl_are_read() {
    let first = update("/update?hostname=mypc.dyn.example.com", &[("user-agent", "Wget/1.21.3"), ("accept", "*/*")]);
    assert_eq!(first.login, None);
    let notify = update("/update?hostname=mypc.dyn.example.com&notify_change=1", &[BASIC]);
    assert!(notify.notify && notify.login.is_some());
    assert!(!update("/update?hostname=mypc.dyn.example.com&notify_change=0", &[BASIC]).notify);
    let post = request("POST", "/update", &[BASIC], "hostname=mypc.dyn.example.com&myip=192.0.2.1");
    assert_eq!(hosts(&read(&post, &super::endpoints(), None).unwrap()), ["mypc.dyn.example.com"]);
}
