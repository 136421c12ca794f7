//! The one way through a provider that is described as a [`Rest`].

use std::net::IpAddr;

use serde_json::Value;

use super::{Call, Rest};
use crate::address::Family;
use crate::secret::{Secret, base64};
use crate::send::api::{Api, Outcome, Step};
use crate::send::choice::ours;
use crate::send::fill::{Written, fill};
use crate::send::json::odd;
use crate::send::name::Name;
use crate::send::options::{kind, option, parameter};
use crate::send::{Job, not_sent};
use crate::world::Http;

/// One value of the name, of the wanted type.
pub(super) struct Record {
    pub(super) id: String,
    pub(super) address: Option<IpAddr>,
    pub(super) ttl: Option<u64>,
    pub(super) row: Value,
}

/// What is known so far of one update.
pub(super) struct Course<'a> {
    pub(super) rest: &'static Rest,
    pub(super) job: &'a Job<'a>,
    pub(super) name: Name,
    pub(super) zone: String,
    pub(super) zone_id: String,
    pub(super) id: String,
    ttl: u64,
    pub(super) page: usize,
    pub(super) cursor: String,
}

/// Writes the address.
pub(in crate::send) fn update(
    rest: &'static Rest,
    job: &Job<'_>,
    address: IpAddr,
    http: &mut dyn Http,
) -> Step<Outcome> {
    let mut course = Course::of(rest, job);
    let wished = course.wished_ttl()?;
    let mut api = course.api(http);
    let records = course.records(&mut api)?;
    let several = rest.read.set && records.len() > 1;
    let chosen = if rest.read.set {
        records.first()
    } else {
        ours(job, address, &records, |record| record.address).map(|at| &records[at])
    };
    if chosen.is_some_and(|record| record.address == Some(address)) && !several {
        return course.left_over(&mut api, &records);
    }
    let kept = chosen.and_then(|record| record.ttl);
    course.ttl = wished.or(kept).unwrap_or(rest.ttl.into());
    match (chosen, &rest.create) {
        (Some(record), _) => {
            course.id.clone_from(&record.id);
            // the new one first: the name is never without an address
            if let ("DELETE", Some(create)) = (rest.change.method, &rest.create) {
                course.call(&mut api, create, None)?;
            }
            course.call(&mut api, &rest.change, Some(&record.row))?;
            Ok(if several { Outcome::Merged } else { Outcome::Updated })
        }
        (None, Some(create)) => course.call(&mut api, create, None).map(|_| Outcome::Created),
        (None, None) if rest.blind() => course.call(&mut api, &rest.change, None).map(|_| Outcome::Updated),
        (None, None) if rest.read.set => course.call(&mut api, &rest.change, None).map(|_| Outcome::Created),
        (None, None) => {
            let what = format!("the zone has no {} record of '{}'; create it there first", kind(job), course.name.full);
            Err(api.no_such(&what))
        }
    }
}

/// Reads the addresses.
pub(in crate::send) fn registered(rest: &'static Rest, job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut course = Course::of(rest, job);
    let mut api = course.api(http);
    Ok(course.records(&mut api)?.into_iter().filter_map(|record| record.address).collect())
}

impl<'a> Course<'a> {
    fn of(rest: &'static Rest, job: &'a Job<'a>) -> Self {
        let name = (rest.name)(job.section);
        let (zone, zone_id, id, cursor) = Default::default();
        Self { rest, job, name, zone, zone_id, id, ttl: 0, page: 1, cursor }
    }

    fn api<'h>(&self, http: &'h mut dyn Http) -> Api<'h>
    where
        'a: 'h,
    {
        let base = self.text(self.rest.base, Written::Plain);
        let mut api =
            Api::new(self.job, http, base.trim_end_matches('/'), self.rest.complaint).sorted_by(self.rest.sort);
        if let Some(signer) = self.rest.signer {
            api = api.signed(signer);
        }
        for (field, template) in (self.rest.headers)(self.job.section) {
            api = api.with(field, self.fill(template, Written::Plain));
        }
        api
    }

    /// The record is right. Where records are made anew, an update that was cut short may have left the old one: the one that DNS shows.
    fn left_over(&mut self, api: &mut Api<'_>, records: &[Record]) -> Step<Outcome> {
        let old = |record: &&Record| record.address.is_some() && record.address == self.job.registered;
        let old = records.iter().find(old).filter(|record| record.address != self.job.address);
        let Some(old) = old.filter(|_| self.rest.change.method == "DELETE") else { return Ok(Outcome::Right) };
        self.id.clone_from(&old.id);
        self.call(api, &self.rest.change, None).map(|_| Outcome::Updated)
    }

    /// What the API calls the wanted type.
    pub(super) fn kind(&self) -> &'static str {
        self.rest.types[usize::from(self.job.section.family == Family::V6)]
    }

    fn fill(&self, template: &str, how: Written) -> Vec<u8> {
        fill(template, how, &mut |place| self.value(place))
    }

    /// A path; a part of it in brackets is left out where its value is empty.
    pub(super) fn path(&self, template: &str) -> String {
        let parts = template.split(['[', ']']).enumerate();
        let filled = parts.map(|(at, part)| (at % 2 == 1, self.text(part, Written::Encoded)));
        filled.filter(|(optional, part)| !(*optional && part.ends_with('='))).map(|(_, part)| part).collect()
    }

    pub(super) fn text(&self, template: &str, how: Written) -> String {
        String::from_utf8_lossy(&self.fill(template, how)).into_owned()
    }

    fn value(&self, place: &str) -> Vec<u8> {
        let section = self.job.section;
        let secret = |secret: &Option<Secret>| secret.as_ref().map_or(Vec::new(), |secret| secret.reveal().to_vec());
        match place {
            "zone" => self.zone.clone().into_bytes(),
            "zone_id" => self.zone_id.clone().into_bytes(),
            "full" => self.name.full.clone().into_bytes(),
            "host" => match self.name.within(&self.zone) {
                "@" => self.rest.apex.into(),
                host => host.into(),
            },
            "type" => self.kind().into(),
            "ip" => self.job.address.map_or(Vec::new(), |address| address.to_string().into_bytes()),
            "id" => self.id.clone().into_bytes(),
            "ttl" => self.ttl.to_string().into_bytes(),
            "page" => self.page.to_string().into_bytes(),
            "cursor" => self.cursor.clone().into_bytes(),
            "account" => {
                let account = [secret(&section.username), b":".to_vec(), secret(&section.password)].concat();
                base64(&account).into_bytes()
            }
            "key" => base64(&[secret(&section.password), b":".to_vec()].concat()).into_bytes(),
            "password" => secret(&section.password),
            "param_enc" => secret(&section.param_enc),
            option_or_word => self.wish(option_or_word).unwrap_or_default().as_bytes().to_vec(),
        }
    }

    /// A word `KEY=VALUE` of option `param_opt`, else the option of that name.
    pub(super) fn wish(&self, key: &str) -> Option<&'a str> {
        parameter(self.job.section, key).or(option(self.job.section, key))
    }

    fn wished_ttl(&self) -> Step<Option<u64>> {
        let option = self.rest.ttl_in;
        let Some(wish) = self.wish(option) else { return Ok(None) };
        let ttl = wish.parse::<u32>().ok().filter(|ttl| *ttl > 0).map(u64::from);
        ttl.map(Some).ok_or_else(|| not_sent(format!("option '{option}' wants a TTL in seconds, not '{wish}'")))
    }

    fn call(&self, api: &mut Api<'_>, call: &Call, row: Option<&Value>) -> Step<Value> {
        let path = self.path(call.path);
        if call.method == "GET" {
            return api.get(&path);
        }
        let (content_type, mut body) = self.body(call.body);
        if let (true, Some(row)) = (call.whole, row) {
            let mut whole = row.clone();
            let over: Value =
                serde_json::from_slice(body.as_bytes()).map_err(|_| odd("a template of ours is no JSON"))?;
            lay(over, &mut whole);
            body = whole.to_string();
        }
        api.write(call.method, &path, content_type, body)
    }

    /// A body and its type: JSON, or the fields of a form where it begins otherwise.
    pub(super) fn body(&self, template: &str) -> (&'static str, String) {
        if template.starts_with(['{', '[']) {
            ("application/json", self.text(template, Written::Quoted))
        } else {
            ("application/x-www-form-urlencoded", self.text(template, Written::Encoded))
        }
    }
}

/// Lays `over` over what was read.
fn lay(over: Value, below: &mut Value) {
    match (over, below) {
        (Value::Object(over), Value::Object(below)) => {
            for (member, value) in over {
                lay(value, below.entry(member).or_insert(Value::Null));
            }
        }
        (Value::Array(over), Value::Array(below)) => {
            below.resize(over.len(), Value::Null);
            for (value, below) in over.into_iter().zip(below) {
                lay(value, below);
            }
        }
        (over, below) => *below = over,
    }
}
