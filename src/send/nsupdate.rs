//! bind-nsupdate: a name server itself, told by dynamic update (RFC 2136) signed with a shared key (TSIG, RFC 8945). BIND, Knot, `PowerDNS` and
//! others take them. GSS-TSIG (RFC 3645, Kerberos) is not spoken.
//!
//! Each question is signed as the update is: a server that shows a zone to its keys only answers, and nobody else can tell us that the record
//! is right already. What options mean stands in `plan`.
#![forbid(unsafe_code)]

mod plan;

use std::mem::replace;
use std::net::IpAddr;
use std::time::UNIX_EPOCH;

use plan::Plan;

pub(super) use plan::{OPTIONS, faults, secrets, warnings};

use super::api::{CLOCK, End, Outcome, Step, end};
use super::sign::Stamp;
use super::{Job, native, not_sent};
use crate::address::Known;
use crate::answer::{Answer, Refusal, Reply};
use crate::dns::{self, Change, Kind, NameFault, Objection, Seal, Soa, Told};
use crate::world::{Dns, Message, Server, Silent};

/// What option `service_name` says.
pub(super) const NAME: &str = "bind-nsupdate";

/// Seconds; for a record that is created, as ddns-scripts does.
const TTL: u32 = 600;

/// A clock that says less was never set: seconds since 1970, the year in which this was written.
const LATER_THAN: u64 = 1_767_225_600;

/// Codes of answers (RFC 1035 section 4.1.1, RFC 2136 section 2.2).
const NOERROR: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;
const NOTIMP: u8 = 4;
const REFUSED: u8 = 5;
const YXRRSET: u8 = 7;
const NOTAUTH: u8 = 9;
const NOTZONE: u8 = 10;

/// Writes the address.
pub(super) fn update(job: &Job<'_>, dns: &mut dyn Dns) -> Reply {
    let Some(address) = job.address else { return *not_sent("no address to send".to_owned()) };
    native::told(Talk::begin(job, dns).and_then(|mut talk| talk.update(address)))
}

/// What the primary name server itself has for the name.
pub(super) fn registered(job: &Job<'_>, dns: &mut dyn Dns) -> Known<Vec<IpAddr>> {
    let asked = Talk::begin(job, dns).and_then(|mut talk| {
        let (server, _) = talk.server()?;
        Ok(talk.addresses(&server)?.addresses)
    });
    native::known(job, NAME, asked)
}

/// One talk with a name server.
struct Talk<'a> {
    job: &'a Job<'a>,
    dns: &'a mut dyn Dns,
    plan: Plan,
    /// Seconds since 1970.
    now: u64,
    /// Of the next message.
    id: u16,
    /// What the server's clock says, where ours is to be put right by it.
    theirs: Option<u64>,
    corrected: bool,
}

impl<'a> Talk<'a> {
    fn begin(job: &'a Job<'a>, dns: &'a mut dyn Dns) -> Step<Self> {
        let plan = Plan::of(job.section, job.recipe)
            .map_err(|faults| not_sent(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        let now = job.moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let [.., high, low] = job.dice.to_be_bytes();
        Ok(Self { job, dns, plan, now, id: u16::from_be_bytes([high, low]), theirs: None, corrected: false })
    }

    fn update(&mut self, address: IpAddr) -> Step<Outcome> {
        let (server, zone) = self.server()?;
        let told = self.addresses(&server)?;
        let lasting = self.plan.ttl.is_none_or(|ttl| told.ttl == Some(ttl));
        if told.authoritative && told.addresses == [address] && lasting {
            return Ok(Outcome::Right);
        }
        let zone = match zone.or(told.soa.map(|soa| soa.zone)) {
            Some(zone) => zone,
            None => self.zone(Some(&server))?.zone,
        };
        let ttl = self.plan.ttl.or(told.ttl).unwrap_or(TTL);
        self.change(&server, &Change { zone: &zone, name: &self.plan.name.full.clone(), address, ttl })?;
        Ok(Outcome::of_set(told.addresses.len()))
    }

    /// Whom to tell, and the zone, as far as it is known already: option `dns_server`, else the primary that the zone itself names.
    fn server(&mut self) -> Step<(Server, Option<String>)> {
        let zone = self.plan.name.zone().map(str::to_owned);
        if let Some(server) = &self.job.section.via.server {
            return Ok((server.clone(), zone));
        }
        let soa = self.zone(None)?;
        Ok((Server { host: soa.primary, port: 53 }, zone.or(Some(soa.zone))))
    }

    /// The zone that the name is in, or the zone that the owner named.
    fn zone(&mut self, server: Option<&Server>) -> Step<Soa> {
        let wanted = self.plan.name.zone().unwrap_or(&self.plan.name.full).to_owned();
        let mut name = wanted.as_str();
        loop {
            let told = self.question(server, name, Kind::Zone)?;
            if let Some(soa) = told.soa {
                return Ok(soa);
            }
            // of an alias the answer tells the other name's zone
            let Some((_, above)) = name.split_once('.').filter(|_| told.alias) else {
                let why = format!("{} has no zone for '{wanted}'", called(server));
                return Err(end(Answer::Refused(Refusal::NoHost), why));
            };
            name = above;
        }
    }

    fn addresses(&mut self, server: &Server) -> Step<Told> {
        let name = self.plan.name.full.clone();
        self.question(Some(server), &name, Kind::Addresses(self.job.section.family))
    }

    /// Signed, except to the system's resolver, which knows no key of ours.
    fn question(&mut self, server: Option<&Server>, name: &str, kind: Kind) -> Step<Told> {
        let id = self.next_id();
        let message = dns::question(name, kind, id, server.is_none()).map_err(|why| misnamed(name, &why))?;
        let told = if server.is_some() { self.signed(server, &message, name)? } else { self.plain(&message, name)? };
        let (answer, hint) = match (told.code, server) {
            (NOERROR | NXDOMAIN, _) => return Ok(told),
            (_, None) => (Answer::Unreachable, "so that the zone is not known; option 'dns_server' names its server"),
            (SERVFAIL, _) => (Answer::ServerTrouble(None), "it has trouble with the zone"),
            (REFUSED, _) => {
                (Answer::Refused(Refusal::NoHost), "it has no zone for the name, or does not show it to the key")
            }
            // PowerDNS does not say what it has against a signature, and a clock that was never set would be enough
            (NOTAUTH, _) if self.now < LATER_THAN => return Err(self.clock(&called(server), None)),
            (NOTAUTH, _) => {
                (Answer::Refused(Refusal::BadAuth), "it does not take the signature: key, secret or clock are wrong")
            }
            _ => (Answer::Unclear, "it does not say what it has"),
        };
        Err(end(answer, format!("{} answers {} to a question for '{name}': {hint}", called(server), word(told.code))))
    }

    fn change(&mut self, server: &Server, change: &Change<'_>) -> Step<()> {
        let id = self.next_id();
        let message = dns::update(change, id).map_err(|why| misnamed(change.name, &why))?;
        let told = self.signed(Some(server), &message, change.name)?;
        let (answer, hint) = match told.code {
            NOERROR => return Ok(()),
            SERVFAIL => (Answer::ServerTrouble(None), "it has trouble with the zone"),
            REFUSED => {
                (Answer::Refused(Refusal::Forbidden), "the key may not change this name, or nobody may change the zone")
            }
            NOTIMP => (Answer::Refused(Refusal::Forbidden), "it takes no dynamic updates"),
            YXRRSET => (Answer::Refused(Refusal::NoHost), "the name is an alias (CNAME), which cannot have an address"),
            NOTAUTH => (Answer::Refused(Refusal::NoHost), "it is not the primary name server of the zone"),
            NOTZONE => (Answer::Refused(Refusal::NoHost), "the name is not in the zone"),
            _ => (Answer::Unclear, "the update was not made"),
        };
        let Change { zone, name, .. } = change;
        let server = called(Some(server));
        Err(end(
            answer,
            format!("{server} answers {} to the update of '{name}' in zone '{zone}': {hint}", word(told.code)),
        ))
    }

    fn next_id(&mut self) -> u16 {
        self.id = self.id.wrapping_add(1);
        self.id
    }

    fn exchange(&mut self, server: Option<&Server>, bytes: &[u8]) -> Step<Vec<u8>> {
        let message = Message { bytes, server, tcp: self.job.section.via.tcp, route: self.job.route };
        self.dns.exchange(&message).map_err(|silent| match silent {
            Silent::Interrupted => end(Answer::Interrupted, String::new()),
            Silent::Because(why) => Box::new(Reply::unreachable(format!("{}: {why}", called(server)))),
        })
    }

    fn plain(&mut self, message: &[u8], name: &str) -> Step<Told> {
        let answer = self.exchange(None, message)?;
        dns::read(&answer, name, self.job.section.family).ok_or_else(|| unreadable(None))
    }

    /// Once more by the server's clock, where the key proves that it is the server's: a router's own may never have been set.
    fn signed(&mut self, server: Option<&Server>, message: &[u8], name: &str) -> Step<Told> {
        self.signed_now(server, message, name).or_else(|reply| match self.theirs.take() {
            Some(theirs) => {
                self.now = theirs;
                self.signed_now(server, message, name)
            }
            None => Err(reply),
        })
    }

    fn signed_now(&mut self, server: Option<&Server>, message: &[u8], name: &str) -> Step<Told> {
        let asked = self.plan.key.sign(message, self.now);
        let answer = self.exchange(server, &asked.bytes)?;
        let told = dns::read(&answer, name, self.job.section.family).ok_or_else(|| unreadable(server))?;
        let good = matches!(told.code, NOERROR | NXDOMAIN);
        let why = match self.plan.key.seal(&asked, &answer, self.now) {
            Seal::Good => return Ok(told),
            Seal::Refused(objection) => {
                if let Objection::Time(theirs) = objection {
                    // never twice
                    self.theirs = theirs.filter(|_| !replace(&mut self.corrected, true));
                }
                return Err(self.refused(server, objection));
            }
            Seal::OutOfTime => return Err(self.clock(&called(server), None)),
            // who complains need not prove who it is: nothing is done then
            Seal::Missing | Seal::Wrong if !good => return Ok(told),
            Seal::Missing => "does not sign its answers, so that they prove nothing: it seems to know no TSIG keys",
            Seal::Wrong => "signs its answer with another key, or the answer was changed on its way",
        };
        Err(end(Answer::Unclear, format!("{} {why}", called(server))))
    }

    fn refused(&self, server: Option<&Server>, objection: Objection) -> End {
        let (server, key, algorithm) = (called(server), &self.plan.key_name, self.plan.key.algorithm().name());
        let (answer, why) = match objection {
            Objection::Time(theirs) => return self.clock(&server, theirs),
            Objection::Signature => {
                (Answer::Refused(Refusal::BadAuth), format!("BADSIG: the secret is not the one it has for key '{key}'"))
            }
            Objection::Key => (
                Answer::Refused(Refusal::BadAuth),
                format!("BADKEY: it has no key '{key}' with {algorithm}, or not for this zone"),
            ),
            Objection::Other(code) => {
                (Answer::Unclear, format!("the signature with key '{key}' was refused with error {code}"))
            }
        };
        end(answer, format!("{server} answers {why}"))
    }

    fn clock(&self, server: &str, theirs: Option<u64>) -> End {
        let ours = Stamp::of(self.job.moment).long();
        let theirs = theirs.map_or_else(String::new, |theirs| format!(", the server's {}", Stamp::at(theirs).long()));
        let why = format!(
            "{server} or this machine has a wrong clock, signatures are valid for minutes: ours says {ours}{theirs}; it is tried again, at \
             once when the clock is set"
        );
        end(CLOCK, why)
    }
}

fn word(code: u8) -> String {
    dns::code_name(code)
}

fn called(server: Option<&Server>) -> String {
    server.map_or_else(|| "the system's name server".to_owned(), |server| format!("name server '{}'", server.host))
}

fn misnamed(name: &str, why: &NameFault) -> End {
    not_sent(format!("'{name}' cannot be asked for: {why}"))
}

fn unreadable(server: Option<&Server>) -> End {
    end(Answer::Unclear, format!("the answer of {} cannot be read", called(server)))
}
