//! The texts of `/etc/resolv.conf` and `/etc/hosts` (resolv.conf(5), hosts(5)).
//!
//! Pure: lines in, values out. It must not know where the files are.
#![forbid(unsafe_code)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// More `nameserver` lines are not looked at, as in every C library.
const SERVER_LIMIT: usize = 3;

/// More search domains are not tried.
const SEARCH_LIMIT: usize = 6;

/// An address with the device it is meant on, when it is link-local: `fe80::1%eth0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NameServer {
    /// Its address.
    pub(super) address: IpAddr,
    /// Device name or number behind the `%`.
    pub(super) zone: Option<String>,
}

/// What `/etc/resolv.conf` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResolvConf {
    /// Servers in their order, at most three; 127.0.0.1 when none is named.
    pub(super) servers: Vec<NameServer>,
    /// Domains to try behind a short name.
    pub(super) search: Vec<String>,
    /// A name with fewer dots is short.
    pub(super) ndots: usize,
    /// Time for one try at one server.
    pub(super) timeout: Duration,
    /// Tries at each server that stays silent.
    pub(super) attempts: u32,
    /// TCP from the start (`use-vc`).
    pub(super) tcp: bool,
}

impl Default for ResolvConf {
    fn default() -> Self {
        Self {
            servers: vec![NameServer { address: IpAddr::V4(Ipv4Addr::LOCALHOST), zone: None }],
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            tcp: false,
        }
    }
}

impl ResolvConf {
    /// Reads the text; what cannot be understood is passed over, as every resolver does.
    ///
    /// `options edns0` is understood and changes nothing: EDNS is offered to every server and dropped where it does harm.
    pub(super) fn read(text: &str) -> Self {
        let mut conf = Self::default();
        let mut servers = Vec::new();
        for line in text.lines() {
            let mut words = line.split(['#', ';']).next().unwrap_or_default().split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => servers.extend(words.next().and_then(name_server)),
                Some("domain" | "search") => conf.search = words.take(SEARCH_LIMIT).map(String::from).collect(),
                Some("options") => words.for_each(|word| conf.option(word)),
                _ => {}
            }
        }
        servers.truncate(SERVER_LIMIT);
        if !servers.is_empty() {
            conf.servers = servers;
        }
        conf
    }

    fn option(&mut self, word: &str) {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        let number = value.parse::<u16>().ok();
        match (key, number) {
            ("ndots", Some(n)) => self.ndots = usize::from(n.min(15)),
            ("timeout", Some(n)) => self.timeout = Duration::from_secs(u64::from(n.clamp(1, 30))),
            ("attempts", Some(n)) => self.attempts = u32::from(n.clamp(1, 5)),
            ("use-vc", _) => self.tcp = true,
            _ => {}
        }
    }

    /// `name` with each search domain behind it, when it is short; a final dot says that it is not.
    pub(super) fn searched(&self, name: &str) -> Vec<String> {
        if name.ends_with('.') || name.matches('.').count() >= self.ndots {
            return Vec::new();
        }
        let domains = self.search.iter().map(|domain| domain.trim_matches('.')).filter(|domain| !domain.is_empty());
        domains.map(|domain| format!("{name}.{domain}")).collect()
    }
}

fn name_server(word: &str) -> Option<NameServer> {
    let (address, zone) = word.split_once('%').map_or((word, None), |(address, zone)| (address, Some(zone)));
    Some(NameServer { address: address.parse().ok()?, zone: zone.map(String::from) })
}

/// The address of one line of `/etc/hosts`, if `name` stands behind it.
pub(super) fn hosts_line(line: &str, name: &str) -> Option<IpAddr> {
    let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace();
    let address = words.next()?;
    // comparing first: blocking lists have a hundred thousand lines, and addresses are slower to read
    words.any(|word| word.trim_end_matches('.').eq_ignore_ascii_case(name)).then(|| address.parse().ok())?
}

/// What needs no file and no server: an address as text, `localhost` and what ends with it (RFC 6761 section 6.3).
pub(super) fn without_asking(host: &str) -> Option<Vec<IpAddr>> {
    if let Ok(address) = host.parse() {
        return Some(vec![address]);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    let local = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    last.eq_ignore_ascii_case("localhost").then(|| local.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(address: &str) -> NameServer {
        NameServer { address: address.parse().unwrap(), zone: None }
    }

    #[test]
    fn a_file_without_a_name_server_means_this_machine() {
        for text in ["", "# nameserver 192.0.2.1\n", "nameserver\nnameserver none\n", "search lan"] {
            assert_eq!(ResolvConf::read(text).servers, [server("127.0.0.1")], "{text:?}");
        }
    }

    #[test]
    fn the_first_three_name_servers_count_in_their_order() {
        let text = "nameserver 192.0.2.1\r\n\tnameserver\t2001:db8::1 # here\nnameserver x\nnameserver fe80::1%eth0\nnameserver 192.0.2.4";
        let linked = NameServer { address: "fe80::1".parse().unwrap(), zone: Some(String::from("eth0")) };
        assert_eq!(ResolvConf::read(text).servers, [server("192.0.2.1"), server("2001:db8::1"), linked]);
    }

    #[test]
    fn options_are_honoured_within_bounds() {
        let conf = ResolvConf::read("options timeout:2 attempts:4 use-vc edns0 rotate\noptions ndots:2 timeout:x");
        assert_eq!((conf.timeout.as_secs(), conf.attempts, conf.tcp, conf.ndots), (2, 4, true, 2));
        let conf = ResolvConf::read("options timeout:0 attempts:0 ndots:99");
        assert_eq!((conf.timeout.as_secs(), conf.attempts, conf.tcp, conf.ndots), (1, 1, false, 15));
    }

    #[test]
    fn only_short_names_are_searched_and_the_last_search_line_wins() {
        let conf = ResolvConf::read("domain old\nsearch lan. example.net .\noptions ndots:1");
        assert_eq!(conf.searched("host"), ["host.lan", "host.example.net"]);
        assert_eq!(conf.searched("host."), [""; 0]);
        assert_eq!(conf.searched("host.lan"), [""; 0]);
    }

    #[test]
    fn a_hosts_line_gives_its_address_to_each_of_its_names() {
        let line = "192.0.2.7\trouter Router.lan. # not-me";
        for (name, found) in
            [("ROUTER", true), ("router.lan", true), ("not-me", false), ("192.0.2.7", false), ("route", false)]
        {
            assert_eq!(hosts_line(line, name).is_some(), found, "{name}");
        }
        assert_eq!(hosts_line("nonsense router", "router"), None);
        assert_eq!(hosts_line("#192.0.2.7 router", "router"), None);
    }

    #[test]
    fn addresses_and_localhost_need_no_asking() {
        assert_eq!(without_asking("2001:db8::1"), Some(vec!["2001:db8::1".parse().unwrap()]));
        assert_eq!(without_asking("LocalHost").map(|found| found.len()), Some(2));
        assert_eq!(without_asking("a.localhost").map(|found| found.len()), Some(2));
        assert_eq!(without_asking("mylocalhost"), None);
        assert_eq!(without_asking("127.1"), None);
    }
}
