//! netcup.com: <https://ccp.netcup.net/run/webservice/servers/endpoint.php>.
//!
//! One URL, JSON there and back, and a session that is opened first and closed last. Only the records that are sent change; the time to live
//! belongs to the whole zone and is not touched.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, ours};
use crate::answer::{Answer, Refusal};
use crate::send::api::{Api, Outcome, Step, list, text};
use crate::send::json::{object, only, texts};
use crate::send::name::Name;
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "netcup.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name"),
    needed("username", "the customer number"),
    needed("password", "the API password"),
    needed("param_enc", "the API key"),
    optional("param_opt", "the zone, where it does not begin behind the first dot of the name"),
];

const BASE: &str = "https://ccp.netcup.net/run/webservice/servers/endpoint.php";
/// The session is not known: it has ended, or, by chance, has only just begun.
const NO_SESSION: u64 = 4001;

/// The zone, the name within it, and the session's number once there is one.
struct Session<'a> {
    job: &'a Job<'a>,
    api: Api<'a>,
    zone: String,
    host: String,
    id: String,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut session = Session::open(job, http)?;
    let done = session.write(address);
    session.close();
    done
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut session = Session::open(job, http)?;
    let records = session.records();
    session.close();
    Ok(records?.iter().filter_map(address_of).collect())
}

/// Zone and host: the zone of option `param_opt`, else what stands behind `@`, else what stands behind the first dot.
fn place(job: &Job<'_>) -> Step<(String, String)> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let behind_dot =
        |full: &str| full.split_once('.').map(|(_, zone)| zone.to_owned()).filter(|zone| zone.contains('.'));
    let zone = match (option(job.section, "param_opt"), name.zones().as_slice()) {
        (Some(zone), _) => zone.trim_end_matches('.').to_ascii_lowercase(),
        (None, [zone]) => (*zone).to_owned(),
        (None, _) => behind_dot(&name.full).unwrap_or_else(|| name.full.clone()),
    };
    if name.full != zone && !name.full.ends_with(&format!(".{zone}")) {
        return Err(not_sent(format!("option 'param_opt': '{}' is not in that zone", name.full)));
    }
    let host = name.within(&zone).to_owned();
    Ok((zone, host))
}

impl<'a> Session<'a> {
    fn open(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Self> {
        let (zone, host) = place(job)?;
        let mut session = Self { job, api: Api::new(job, http, BASE, complaint), zone, host, id: String::new() };
        session.login()?;
        Ok(session)
    }

    fn login(&mut self) -> Step<()> {
        let password = option(self.job.section, "password").unwrap_or_default();
        let answer = self.ask("login", texts(&[("apipassword", password)]))?;
        self.id = text(self.success("login", &answer)?, "apisessionid")?;
        self.api.hide(&self.id);
        Ok(())
    }

    /// What comes of it is no matter: a session that stays open ends by itself.
    fn close(mut self) {
        let _ = self.ask("logout", texts(&[]));
    }

    fn ask(&mut self, action: &str, mut param: Value) -> Step<Value> {
        param["customernumber"] = option(self.job.section, "username").unwrap_or_default().into();
        param["apikey"] = option(self.job.section, "param_enc").unwrap_or_default().into();
        if !self.id.is_empty() {
            param["apisessionid"] = self.id.as_str().into();
        }
        if action.ends_with("DnsRecords") {
            param["domainname"] = self.zone.as_str().into();
        }
        self.api.send("POST", "?JSON", &object(&mut [("action", action.into()), ("param", param)]))
    }

    /// What an answer holds, or what is wrong: errors come with status 200.
    fn success<'v>(&self, action: &str, answer: &'v Value) -> Step<&'v Value> {
        if answer["status"] == "success" {
            return Ok(&answer["responsedata"]);
        }
        // an answer to a login may hold a session
        let own =
            complaint(answer).unwrap_or_else(|| if action == "login" { String::new() } else { answer.to_string() });
        let slow = ["requests per minute", "Too many"].iter().any(|words| own.contains(words));
        let (class, ours) = match answer["statuscode"].as_u64() {
            // wrong login data are often answered so, too
            Some(4000..5000) if slow && action == "login" => {
                (Answer::SlowDown(None), "too many requests, or wrong customer number, API key or API password:")
            }
            _ if slow => (Answer::SlowDown(None), "the provider says"),
            Some(NO_SESSION) => (Answer::ServerTrouble(None), "the session is not known right after the login:"),
            Some(4000..5000) if action == "login" => (Answer::Refused(Refusal::BadAuth), "no login:"),
            // zones of the provider's newer CloudDNS are not reachable by this API
            Some(5028 | 5029) => (Answer::Refused(Refusal::NoHost), "the API does not know the zone:"),
            _ => (Answer::Unclear, "the provider says"),
        };
        Err(self.api.ended(class, ours, own.as_bytes()))
    }

    /// Records of the name, of the wanted kind.
    fn records(&mut self) -> Step<Vec<Value>> {
        let mut answer = self.ask("infoDnsRecords", texts(&[]))?;
        if answer["statuscode"] == NO_SESSION {
            self.id.clear();
            self.login()?;
            answer = self.ask("infoDnsRecords", texts(&[]))?;
        }
        let all = list(self.success("infoDnsRecords", &answer)?, "dnsrecords")?;
        Ok(all.iter().filter(|record| self.owns(record)).cloned().collect())
    }

    fn owns(&self, record: &Value) -> bool {
        let host = record["hostname"].as_str().unwrap_or_default();
        record["type"] == kind(self.job) && host.eq_ignore_ascii_case(&self.host)
    }

    fn write(&mut self, address: IpAddr) -> Step<Outcome> {
        let records = self.records()?;
        let chosen = ours(self.job, address, &records, address_of).map(|at| &records[at]);
        if chosen.is_some_and(|record| address_of(record) == Some(address)) {
            return Ok(Outcome::Right);
        }
        let mut new = texts(&[("hostname", &self.host), ("type", kind(self.job)), ("priority", "0")]);
        for kept in ["id", "hostname", "priority"] {
            if let Some(value) = chosen.and_then(|record| record.get(kept)) {
                new[kept] = value.clone();
            }
        }
        new["destination"] = address.to_string().into();
        new["deleterecord"] = false.into();
        let set = object(&mut [("dnsrecords", only(new))]);
        let answer = self.ask("updateDnsRecords", object(&mut [("dnsrecordset", set)]))?;
        let echo = self.success("updateDnsRecords", &answer)?["dnsrecords"].as_array();
        if echo.is_some_and(|all| !all.iter().any(|record| self.owns(record) && address_of(record) == Some(address))) {
            return Err(self.api.ended(Answer::Unclear, "success was told, but the record holds another address", b""));
        }
        Ok(if chosen.is_some() { Outcome::Updated } else { Outcome::Created })
    }
}

fn address_of(record: &Value) -> Option<IpAddr> {
    record["destination"].as_str()?.parse().ok()
}

fn complaint(answer: &Value) -> Option<String> {
    let said = |member: &str| answer[member].as_str().filter(|text| !text.is_empty());
    Some(format!("{} ({})", said("longmessage").or(said("shortmessage"))?, answer["statuscode"]))
}
