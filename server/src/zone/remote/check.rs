//! What a look at one zone finds, in sentences that say what to do.
//!
//! Two questions, neither of which changes anything: the zone's SOA, and an update on a condition that cannot be true.

use ddns::address::Family;
use ddns::dns::{code_name, read};
use tokio::time::Instant;

use super::Remote;
use super::keys::NamedKey;
use super::link::{Link, Silence};
use super::message;
use super::verdict::{
    Answered, NOERROR, NOTAUTH, NOTIMP, NOTZONE, NXDOMAIN, NXRRSET, REFUSED, SERVFAIL, YXDOMAIN, YXRRSET,
};
use crate::world::{Checked, ZoneFault};

impl Remote {
    /// As [`crate::world::Zone::check`] says.
    pub(super) async fn look(&self, zone: &str) -> Checked {
        let link = self.link(zone);
        let said = match self.authority(&link, zone).await {
            Ok(primary) => self.permission(&link, zone).await.map(|well| format!("{primary} and {well}")),
            Err(ill) => Err(ill),
        };
        Checked { zone: zone.to_owned(), said }
    }

    async fn authority(&self, link: &Link, zone: &str) -> Result<String, String> {
        let server = link.at();
        let question = message::soa(zone).map_err(|misfit| misfit.to_string())?;
        let answered = self.ask(link, question).await?;
        let code = proven(&answered, link.key(), zone)?;
        let told =
            read(&answered.answer, zone, Family::V4).ok_or_else(|| format!("the answer of {server} cannot be read"))?;
        let own = told.soa.as_ref().is_some_and(|soa| soa.zone == zone);
        match code {
            NOERROR if own && told.authoritative => {
                let signed =
                    link.key().map_or_else(|| "unsigned".to_owned(), |key| format!("signed by key '{}'", key.name));
                Ok(format!("{server} has the zone and answers {signed}"))
            }
            NOERROR if own => Err(format!(
                "{server} knows the zone only from others (no AA bit): dns_server must be the zone's primary name server, not a resolver"
            )),
            NOERROR | NXDOMAIN | REFUSED => Err(format!(
                "{server} answers {} for the zone's SOA and has no zone '{zone}', or hides it from us: create it there, or allow queries \
                 (allow-query)",
                code_name(code)
            )),
            code => Err(refused(&server.to_string(), zone, code)),
        }
    }

    async fn permission(&self, link: &Link, zone: &str) -> Result<String, String> {
        let server = link.at().to_string();
        let probe = message::probe(zone).map_err(|misfit| misfit.to_string())?;
        let answered = self.ask(link, probe).await?;
        match proven(&answered, link.key(), zone)? {
            YXRRSET | YXDOMAIN | NXRRSET | NXDOMAIN => {
                Ok("takes our updates as far as can be told without one".to_owned())
            }
            NOERROR => {
                Ok("takes our updates, but not their conditions: beside an alias (CNAME) an address may get lost"
                    .to_owned())
            }
            code => Err(refused(&server, zone, code)),
        }
    }

    async fn ask(&self, link: &Link, message: Vec<u8>) -> Result<Answered, String> {
        let until = Instant::now() + self.timeout;
        link.exchange(message, until).await.map_err(|silence| unheard(&link.at().to_string(), &silence))
    }
}

fn proven(answered: &Answered, key: Option<&NamedKey>, zone: &str) -> Result<u8, String> {
    answered.proven(key).map_err(|fault| match (fault, key) {
        (ZoneFault::Signature(said), Some(key)) => format!("{said}; {}", cure(&said, key, zone)),
        (fault, Some(key)) => {
            format!("{fault}; the name server must know key '{}' of {}", key.name, key.file.display())
        }
        (fault, None) => fault.to_string(),
    })
}

/// What to do for a signature that was not taken, by the word for it.
fn cure(said: &str, key: &NamedKey, zone: &str) -> String {
    let file = key.file.display();
    match said.split([':', ' ']).next() {
        Some("BADSIG") => format!("copy the name server's key file to {file} once more"),
        Some("BADKEY") => format!(
            "put the key of {file} into the name server's configuration, with this name and algorithm, and reload it"
        ),
        Some("BADTIME" | "the") => "put both clocks right, by NTP".to_owned(),
        _ => format!("see whether it has the zone '{zone}', compare the key of {file} with its own, and both clocks"),
    }
}

fn unheard(server: &str, silence: &Silence) -> String {
    let cure = match silence {
        Silence::Refused => "no name server listens there for TCP: start it, or mend dns_server and dns_port",
        Silence::Unreachable(_) => "mend dns_server, or the network's way there",
        Silence::NoConnection(_) => "a firewall may drop TCP to this port, or dns_server is another machine's",
        Silence::NoAnswer(_) => "the name server hangs or is overloaded: look at its log; dns_timeout may be too short",
        Silence::Broken(_) => {
            "the name server ends the connection: look at its log, it may not take TCP from this address"
        }
    };
    format!("{server}: {silence}; {cure}")
}

fn refused(server: &str, zone: &str, code: u8) -> String {
    let cure = match code {
        REFUSED => {
            "the key or our address may not change the zone: allow-update or update-policy (BIND), acl with action update (Knot), \
             dnsupdate=yes, allow-dnsupdate-from and TSIG-ALLOW-DNSUPDATE (PowerDNS); if its policy knows the hosts' names only, this is no \
             fault"
        }
        NOTAUTH => "it is not the zone's primary, or does not know the key: mend dns_server or the zone's name",
        NOTZONE => "its zone begins elsewhere: mend the zone's name",
        NOTIMP => "it takes no dynamic updates: switch them on (dnsupdate=yes at PowerDNS)",
        SERVFAIL => {
            "it has trouble with the zone: look at its log; often the zone's file is not there, or it may not write the folder or journal"
        }
        _ => "look at its log",
    };
    format!("{server} answers {} for zone '{zone}': {cure}", code_name(code))
}
