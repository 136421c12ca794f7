//! What an import would write. Pure: it knows what is there, and judges each line by that and by the lines before it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use argon2::Params;
use argon2::password_hash::phc::PasswordHash;
use ddns::secret::Secret;

use crate::account::Name;
use crate::config::Defaults;
use crate::world::NewHost;

use super::super::outcome::Fault;
use super::super::{args, naming, password};
use super::sheet::{Line, Wrong};

/// What the database has.
pub(super) struct Present {
    /// Limit and number of hosts, by name.
    pub(super) users: BTreeMap<String, (Option<u32>, u32)>,
    /// The owner, by full name.
    pub(super) hosts: BTreeMap<String, String>,
}

/// A user to be made.
pub(super) struct Planned {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: Secret,
    /// Whether the password is a PHC string.
    pub(super) hashed: bool,
    pub(super) host_limit: Option<u32>,
}

/// What is to be written.
pub(super) struct Plan<'a> {
    present: Present,
    defaults: &'a Defaults,
    /// Places in `users`, by name.
    fresh: BTreeMap<String, usize>,
    pub(super) users: Vec<Planned>,
    pub(super) hosts: Vec<NewHost>,
    /// Lines of hosts, and of users alone, that are there already.
    pub(super) skipped: usize,
}

/// The most memory an imported hash may want, KiB: more would stop the daemon at each login.
const MEMORY_MOST: u32 = 1_048_576;

impl<'a> Plan<'a> {
    pub(super) fn new(present: Present, defaults: &'a Defaults) -> Self {
        Self { present, defaults, fresh: BTreeMap::new(), users: Vec::new(), hosts: Vec::new(), skipped: 0 }
    }

    /// Adds one line, or says why not.
    pub(super) fn take(&mut self, line: &Line) -> Result<(), Wrong> {
        let user = naming::user(line.user.as_deref().ok_or(Wrong::Empty("user"))?)
            .map_err(|fault| Wrong::Said(fault.into()))?;
        if !self.present.users.contains_key(&user) {
            self.fresh_user(&user, line)?;
        } else if let Some(planned) = self.fresh.get(&user).and_then(|&at| self.users.get(at)) {
            agrees(planned, line)?;
        } else if line.label.is_none() && line.zone.is_none() {
            self.skipped += 1;
        }
        match (&line.label, &line.zone) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(Wrong::Empty("zone")),
            (None, Some(_)) => Err(Wrong::Empty("label")),
            (Some(label), Some(zone)) => {
                let name = naming::joined(label, zone).map_err(|fault| Wrong::Said(fault.into()))?;
                self.host(user, name, line)
            }
        }
    }

    fn fresh_user(&mut self, user: &str, line: &Line) -> Result<(), Wrong> {
        let email = naming::email(line.email.as_deref().ok_or(Wrong::Empty("email"))?)
            .map_err(|fault| Wrong::Said(fault.into()))?;
        let password = line.password.clone().ok_or(Wrong::Empty("password"))?;
        let hashed = hashed(&password)?;
        if !hashed {
            password::judged(&password).map_err(|fault| Wrong::Said(fault.into()))?;
        }
        let host_limit = match line.host_limit.as_deref() {
            None => self.defaults.host_limit,
            Some("none") => None,
            text => {
                Some(number("host_limit", text, 0, 1_000_000, "a number from 0 to 1000000, or 'none'")?.unwrap_or(0))
            }
        };
        self.present.users.insert(user.to_owned(), (host_limit, 0));
        self.fresh.insert(user.to_owned(), self.users.len());
        self.users.push(Planned { name: user.to_owned(), email, password, hashed, host_limit });
        Ok(())
    }

    fn host(&mut self, user: String, name: Name, line: &Line) -> Result<(), Wrong> {
        let dns_ttl = number("dns_ttl", line.dns_ttl.as_deref(), 1, args::DNS_TTL_MOST, "seconds from 1 to 604800")?;
        let expiry_ttl =
            number("expiry_ttl", line.expiry_ttl.as_deref(), 0, args::EXPIRY_TTL_MOST, "seconds from 0 to 315360000")?;
        match self.present.hosts.entry(name.fqdn()) {
            Entry::Occupied(owner) if *owner.get() == user => {
                self.skipped += 1;
                return Ok(());
            }
            Entry::Occupied(owner) => {
                return Err(Wrong::Said(Fault::HostExists(name.fqdn(), Some(owner.get().clone()))));
            }
            Entry::Vacant(place) => place.insert(user.clone()),
        };
        if let Some((limit, count)) = self.present.users.get_mut(&user) {
            *count += 1;
            if let Some(limit) = limit.filter(|limit| *count > *limit) {
                return Err(Wrong::Said(Fault::HostLimit(user, limit)));
            }
        }
        self.hosts.push(NewHost {
            user,
            name,
            dns_ttl: dns_ttl.unwrap_or(self.defaults.dns_ttl),
            expiry_ttl: expiry_ttl.unwrap_or(self.defaults.expiry_ttl),
        });
        Ok(())
    }
}

/// A later line of a user who is made by this file may repeat what the first said, and nothing else.
fn agrees(planned: &Planned, line: &Line) -> Result<(), Wrong> {
    if line.email.as_ref().is_some_and(|email| *email != planned.email) {
        return Err(Wrong::Contradicts("email"));
    }
    if line.password.as_ref().is_some_and(|password| *password != planned.password) {
        return Err(Wrong::Contradicts("password"));
    }
    Ok(())
}

/// How hashes begin that are not Argon2's.
const FOREIGN: [&str; 9] = ["$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$pbkdf2", "$scrypt"];

/// Whether it is a PHC string of Argon2 that can be verified; another program's hash taken for a password would lock its user out.
fn hashed(password: &Secret) -> Result<bool, Wrong> {
    let Ok(text) = std::str::from_utf8(password.reveal()) else { return Ok(false) };
    if FOREIGN.iter().any(|head| text.starts_with(head)) {
        return Err(Wrong::Hash("is a hash of another kind"));
    }
    if !text.starts_with("$argon2") {
        return Ok(false);
    }
    let hash = PasswordHash::new(text).map_err(|_| Wrong::Hash("is a damaged Argon2 hash"))?;
    let params = Params::try_from(&hash).map_err(|_| Wrong::Hash("is a damaged Argon2 hash"))?;
    if hash.hash.is_none() || hash.salt.is_none() {
        return Err(Wrong::Hash("is half an Argon2 hash"));
    }
    if params.m_cost() > MEMORY_MOST {
        return Err(Wrong::Hash("wants more than 1 GiB of memory at each login"));
    }
    Ok(true)
}

fn number(
    column: &'static str,
    text: Option<&str>,
    least: u32,
    most: u32,
    wanted: &'static str,
) -> Result<Option<u32>, Wrong> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or(Wrong::Number(column, wanted))
}
