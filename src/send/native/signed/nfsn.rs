//! nearlyfreespeech.net: <https://members.nearlyfreespeech.net/wiki/API/Introduction> and `API/DNS` beside it, for members only; read in
//! November 2026 by what <https://metacpan.org/pod/WebService::NFSN::DNS>, <https://github.com/libdns/nfsn> and others send.
//!
//! Forms there, JSON back; nothing at all is success. A signature is good for five seconds. A replacement takes all records of the name and
//! kind, so where there are several, ours is added anew before the old one goes.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed};
use crate::answer::Answer;
use crate::secret::{Secret, percent_encoded};
use crate::send::Job;
use crate::send::api::{Api, CLOCK, Outcome, Step, in_granted_zone, rows, text};
use crate::send::choice::{all_held, chosen, held, reading};
use crate::send::name::Name;
use crate::send::sign::{Key, Stamp, nonce, sha1};
use crate::world::{Http, Request};

pub(super) static PROVIDER: Provider =
    Provider { name: "nearlyfreespeech.net", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the member's login name"),
    needed("password", "the API key"),
];

/// What a new record gets, in seconds; 180 is the least.
const TTL: &str = "300";

/// The path of the zone, the name within it, its records of the wanted kind.
type Found = (String, String, Vec<Value>);

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let (path, host, records) = find(job, &mut api)?;
    let record = chosen(job, address, &records, "data");
    if record.is_some_and(|record| held(record, "data") == Some(address)) {
        return Ok(Outcome::Right);
    }
    let ttl = record.map_or(Ok(TTL.to_owned()), |record| text(record, "ttl"))?;
    let (old, new) = (record.map_or(Ok(String::new()), |record| text(record, "data"))?, address.to_string());
    let mut write = |action: &str, data: &str| {
        let fields = [("name", host.as_str()), ("type", kind(job)), ("data", data), ("ttl", &ttl)];
        let count = if action == "removeRR" { 3 } else { 4 };
        api.post_form(&format!("{path}/{action}"), &fields.map(|(name, value)| (name, value.as_bytes()))[..count])
    };
    match records.len() {
        0 => write("addRR", &new).map(|_| Outcome::Created),
        1 => write("replaceRR", &new).map(|_| Outcome::Updated),
        _ => write("addRR", &new).and_then(|_| write("removeRR", &old)).map(|_| Outcome::Updated),
    }
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(all_held(&find(job, &mut api(job, http))?.2, "data"))
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, "https://api.nearlyfreespeech.net", complaint).sorted(sorting).signed(signer)
}

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let mut salt = nonce(job, &request.url.path);
    salt.truncate(16);
    let body = request.body.as_deref().unwrap_or_default();
    let signed = signature(&Key::of(job), &Stamp::of(job.moment).seconds(), &salt, &request.url.path, body);
    vec![("X-NFSN-Authentication", Secret::new(signed))]
}

/// Login, time, salt, and a hash of these with the key, the path and the hash of the body.
fn signature(key: &Key<'_>, time: &str, salt: &str, path: &str, body: &[u8]) -> String {
    let who = [key.id, time, salt].join(";");
    let hash = sha1(&[who.as_bytes(), key.secret, path.as_bytes(), sha1(body).as_bytes()].join(&b';'));
    who + ";" + &hash
}

fn find(job: &Job<'_>, api: &mut Api<'_>) -> Step<Found> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let host = |zone: &str| Some(name.within(zone)).filter(|host| *host != "@").unwrap_or_default().to_owned();
    let path = |zone: &str| format!("/dns/{}", percent_encoded(zone.as_bytes()));
    let (zone, found) = in_granted_zone(&name.zones(), &mut |zone| {
        let host = host(zone);
        api.post_form(&format!("{}/listRRs", path(zone)), &[("name", host.as_bytes()), ("type", kind(job).as_bytes())])
    })?;
    let host = host(zone);
    let records = reading(rows(&found)?, &[("type", kind(job)), ("name", &host)]);
    Ok((path(zone), host, records))
}

/// `Error: debug`
fn complaint(answer: &Value) -> Option<String> {
    Some([answer["error"].as_str()?, answer["debug"].as_str().unwrap_or_default()].join(": "))
}

fn sorting(own: &str) -> Option<Answer> {
    own.to_ascii_lowercase().contains("timestamp").then_some(CLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of <https://members.nearlyfreespeech.net/wiki/API/Introduction>.
    #[test]
    fn the_provider_s_own_example_is_signed_as_the_provider_signs_it() {
        let key = Key { id: "testuser", secret: b"p3kxmRKf9dk3l6ls" };
        let signed = signature(&key, "1012121212", "dkwo28Sile4jdXkw", "/site/example/getInfo", b"");
        assert_eq!(signed, "testuser;1012121212;dkwo28Sile4jdXkw;0fa8932e122d56e2f6d1550f9aab39c4aef8bfc4");
    }
}
