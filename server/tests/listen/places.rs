//! Where a listener listens, and what it says when it cannot.

use ddns_service::listen::{BindFault, Listener};

use crate::fixture::{house_at, limits, run};

#[tokio::test(flavor = "multi_thread")]
async fn localhost_is_both_families_whatever_a_resolver_says() {
    let both: Vec<std::net::IpAddr> = vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()];
    let six = std::net::TcpListener::bind("[::1]:0").is_ok();
    for name in ["localhost", "LocalHost"] {
        let listener = Listener::bind(name, 0).await.unwrap();
        let bound: Vec<_> = listener.addresses().iter().map(std::net::SocketAddr::ip).collect();
        assert_eq!(bound, both[..if six { 2 } else { 1 }]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_families_are_served() {
    for host in ["127.0.0.1", "0.0.0.0", "::1", "[::1]", "::"] {
        if host.contains(':') && std::net::TcpListener::bind("[::1]:0").is_err() {
            continue;
        }
        let house = house_at(host, limits(), None).await;
        let at = if host.contains(':') { "[::1]" } else { "127.0.0.1" };
        let said = run("curl", &["-s", "-g", &format!("http://{at}:{}/x", house.at.port())]);
        assert!(said.contains("GET /x None"), "{host}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_taken_is_named_with_what_to_do() {
    let first = Listener::bind("127.0.0.1", 0).await.unwrap();
    let at = first.addresses()[0];
    let fault = Listener::bind("127.0.0.1", at.port()).await.unwrap_err();
    assert!(matches!(fault, BindFault::InUse(found) if found == at));
    assert!(fault.to_string().contains(&at.to_string()), "{fault}");
    assert!(fault.to_string().contains("daemon.port"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_here_and_a_name_that_is_none_are_named() {
    let fault = Listener::bind("192.0.2.1", 8443).await.unwrap_err();
    assert_eq!(
        fault.to_string(),
        "cannot listen at 192.0.2.1:8443: this machine does not have that address; set daemon.host to one that 'ip address' shows"
    );
    let fault = Listener::bind("no-such-name.invalid", 8443).await.unwrap_err();
    assert!(matches!(fault, BindFault::Name { .. }));
    assert!(fault.to_string().starts_with("daemon.host 'no-such-name.invalid' cannot be resolved: "), "{fault}");
}
