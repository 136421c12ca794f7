//! Asking name servers: the body behind [`Dns`], and the resolver for hosts that we connect to.
//!
//! The registered address is asked for in DNS alone, as `host` did; hosts to connect to are looked for in `/etc/hosts` first.
//! It must not know why somebody asks.

mod inquiry;
mod resolv;
mod socket;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::os::fd::RawFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use inquiry::Inquiry;
use resolv::{NameServer, ResolvConf, hosts_line, without_asking};

use super::patience::Patience;
use super::resolve::Resolve;
use crate::address::Family;
use crate::dns::Lookup;
use crate::world::{Bind, Dns, Message, Server, Silent, Via};

pub use inquiry::INTERRUPTED;

/// Time for one lookup with all its tries.
const LIMIT: Duration = Duration::from_secs(10);

/// Time for the second family once the first has been found: some servers never answer questions for AAAA.
const SECOND_FAMILY: Duration = Duration::from_secs(2);

/// More of `/etc/resolv.conf` is not read.
const RESOLV_LIMIT: u64 = 64 * 1024;

/// More of `/etc/hosts` is not read; lists that block advertisements have some megabytes.
const HOSTS_LIMIT: u64 = 32 * 1024 * 1024;

/// More addresses of a `dns_server` given by name are not tried.
const SERVER_LIMIT: usize = 4;

/// A resolver without memory: reads its files anew for each question, because a router rewrites them whenever a link comes up.
#[derive(Clone, Debug)]
pub struct Resolver {
    /// Above `etc/resolv.conf` and `etc/hosts`.
    pub root: PathBuf,
    /// Ends any wait at once when it is readable; must stay open as long as the resolver lives.
    pub stop: Option<RawFd>,
    /// For one lookup with all its tries; 10 s, or 3 s when `LuCI` waits.
    pub limit: Duration,
    /// Port of the servers in `resolv.conf`, which has no words for it: 53, another one in tests and containers without root.
    pub port: u16,
}

impl Resolver {
    /// A resolver with the usual limit and port.
    pub fn new(root: PathBuf, stop: Option<RawFd>) -> Self {
        Self { root, stop, limit: LIMIT, port: 53 }
    }

    fn conf(&self) -> ResolvConf {
        let mut bytes = Vec::new();
        // a file that is missing or cannot be read is an empty one, in every C library: then 127.0.0.1 is asked
        let read =
            File::open(self.root.join("etc/resolv.conf")).and_then(|f| f.take(RESOLV_LIMIT).read_to_end(&mut bytes));
        if read.is_err() {
            bytes.clear();
        }
        ResolvConf::read(&String::from_utf8_lossy(&bytes))
    }

    /// Addresses of `name` in `/etc/hosts`.
    fn hosts(&self, name: &str) -> Vec<IpAddr> {
        let Ok(file) = File::open(self.root.join("etc/hosts")) else { return Vec::new() };
        let mut lines = BufReader::new(file.take(HOSTS_LIMIT));
        let mut line = Vec::new();
        let mut found = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|size| size > 0) {
            found.extend(hosts_line(&String::from_utf8_lossy(&line), name));
            line.clear();
        }
        found
    }

    fn system(&self, conf: &ResolvConf, only: Option<Family>) -> Result<Inquiry, String> {
        let allowed = |server: &&NameServer| only.is_none_or(|family| Family::of(server.address) == family);
        let servers: Vec<_> =
            conf.servers.iter().filter(allowed).filter_map(|server| self.socket_address(server)).collect();
        match only {
            Some(family) if servers.is_empty() => Err(format!(
                "no name server of the system has an {family} address, and force_ipversion allows no other"
            )),
            None if servers.is_empty() => Err(String::from("no name server in /etc/resolv.conf is usable")),
            _ => Ok(Inquiry { servers, tcp: conf.tcp, glue: false, attempts: conf.attempts, timeout: conf.timeout }),
        }
    }

    fn socket_address(&self, server: &NameServer) -> Option<SocketAddr> {
        match (server.address, &server.zone) {
            (IpAddr::V6(address), Some(zone)) => {
                let number = zone.parse().ok().or_else(|| nix::net::if_::if_nametoindex(zone.as_str()).ok())?;
                Some(SocketAddr::V6(SocketAddrV6::new(address, self.port, 0, number)))
            }
            (address, _) => Some(SocketAddr::new(address, self.port)),
        }
    }

    fn inquiry(&self, via: &Via, conf: &ResolvConf, patience: &Patience) -> Result<Inquiry, String> {
        let inquiry = match &via.server {
            None => self.system(conf, via.only)?,
            Some(server) => Inquiry { servers: self.addresses_of(server, via.only, conf, patience)?, ..usual(conf) },
        };
        Ok(Inquiry { tcp: inquiry.tcp || via.tcp, glue: via.glue, ..inquiry })
    }

    fn addresses_of(
        &self,
        server: &Server,
        only: Option<Family>,
        conf: &ResolvConf,
        patience: &Patience,
    ) -> Result<Vec<SocketAddr>, String> {
        let found = self.find(&server.host, only, conf, patience).map_err(|why| match why.as_str() {
            INTERRUPTED => why,
            _ => format!("cannot find the address of dns_server '{}': {why}", server.host),
        })?;
        Ok(found.into_iter().take(SERVER_LIMIT).map(|address| SocketAddr::new(address, server.port)).collect())
    }

    /// Addresses to connect to: what needs no asking, then `/etc/hosts`, then DNS.
    fn find(
        &self,
        host: &str,
        only: Option<Family>,
        conf: &ResolvConf,
        patience: &Patience,
    ) -> Result<Vec<IpAddr>, String> {
        let fits = |address: &IpAddr| only.is_none_or(|family| Family::of(*address) == family);
        if let Some(fixed) = without_asking(host) {
            let fitting: Vec<_> = fixed.into_iter().filter(fits).collect();
            return if fitting.is_empty() { Err(no_address(only)) } else { Ok(fitting) };
        }
        let known: Vec<_> = self.hosts(host.trim_end_matches('.')).into_iter().filter(fits).collect();
        if !known.is_empty() {
            return Ok(known);
        }
        let mut names = conf.searched(host);
        names.push(String::from(host));
        ask_families(&self.system(conf, None)?, &names, only, patience)
    }
}

impl Dns for Resolver {
    fn lookup(&mut self, name: &str, family: Family, via: &Via) -> Lookup {
        let patience = Patience::for_(self.limit, self.stop);
        let conf = self.conf();
        let inquiry = match self.inquiry(via, &conf, &patience) {
            Ok(inquiry) => inquiry,
            Err(why) => return Lookup::NoAnswer(why),
        };
        let mut names = vec![String::from(name)];
        if via.server.is_none() {
            names.extend(conf.searched(name));
        }
        ask_names(&inquiry, &names, name, family, &patience)
    }

    fn exchange(&mut self, message: &Message<'_>) -> Result<Vec<u8>, Silent> {
        let patience = Patience::for_(self.limit, self.stop);
        let conf = self.conf();
        let prefer = message.route.prefer;
        let only = prefer.filter(|_| message.route.only);
        let via = Via { server: message.server.cloned(), tcp: message.tcp, only, glue: false };
        let mut inquiry = self.inquiry(&via, &conf, &patience).map_err(|why| match why.as_str() {
            INTERRUPTED => Silent::Interrupted,
            _ => Silent::Because(why),
        })?;
        if message.server.is_none() {
            return inquiry.carry(message.bytes, &Bind::default(), &patience);
        }
        inquiry.servers.sort_by_key(|server| prefer.is_some_and(|family| Family::of(server.ip()) != family));
        inquiry.carry(message.bytes, &message.route.bind, &patience)
    }
}

impl Resolve for Resolver {
    fn resolve(&mut self, host: &str, family: Option<Family>, patience: &Patience) -> Result<Vec<IpAddr>, String> {
        let ours = Patience::for_(self.limit, patience.stop.or(self.stop));
        let patience = Patience { until: patience.until.min(ours.until), ..ours };
        self.find(host, family, &self.conf(), &patience)
    }
}

/// What `resolv.conf` says of the way of asking holds for a server of the owner's choice too, but `use-vc` is about its own servers.
fn usual(conf: &ResolvConf) -> Inquiry {
    Inquiry { servers: Vec::new(), tcp: false, glue: false, attempts: conf.attempts, timeout: conf.timeout }
}

/// The first of `names` that has addresses; else what was said about `asked` itself.
fn ask_names(inquiry: &Inquiry, names: &[String], asked: &str, family: Family, patience: &Patience) -> Lookup {
    let mut kept = Lookup::NoSuchName;
    for name in names {
        match inquiry.ask(name, family, patience) {
            found @ Lookup::Addresses(_) => return found,
            no_answer @ Lookup::NoAnswer(_) => return no_answer,
            other if name == asked => kept = other,
            _ => {}
        }
    }
    kept
}

/// Addresses of one family or of both, IPv4 first: it is the one that works on every link.
fn ask_families(
    inquiry: &Inquiry,
    names: &[String],
    only: Option<Family>,
    patience: &Patience,
) -> Result<Vec<IpAddr>, String> {
    let asked = names.last().map_or("", String::as_str);
    let mut found = ask_names(inquiry, names, asked, only.unwrap_or(Family::V4), patience);
    if only.is_some() || matches!(found, Lookup::NoSuchName | Lookup::NoAnswer(_)) {
        return told(found, only);
    }
    let soon = Instant::now() + SECOND_FAMILY;
    let until = if matches!(found, Lookup::Addresses(_)) { patience.until.min(soon) } else { patience.until };
    match (&mut found, ask_names(inquiry, names, asked, Family::V6, &Patience { until, ..*patience })) {
        (_, Lookup::NoAnswer(why)) if why == INTERRUPTED => return Err(why),
        (Lookup::Addresses(first), Lookup::Addresses(second)) => first.extend(second),
        (_, second @ Lookup::Addresses(_)) | (Lookup::NoRecord, second) => found = second,
        _ => {}
    }
    told(found, only)
}

fn told(lookup: Lookup, only: Option<Family>) -> Result<Vec<IpAddr>, String> {
    match lookup {
        Lookup::Addresses(found) => Ok(found),
        Lookup::NoSuchName => Err(String::from("the name does not exist")),
        Lookup::NoRecord => Err(no_address(only)),
        Lookup::Failed(why) | Lookup::NoAnswer(why) => Err(why),
    }
}

fn no_address(only: Option<Family>) -> String {
    only.map_or_else(|| String::from("it has no address"), |family| format!("it has no {family} address"))
}
