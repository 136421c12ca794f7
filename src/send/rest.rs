//! Providers whose API is plain: find the zone, read its records, change one or create it. Each is a [`Rest`], a description; the one way
//! through all of them is in `rest/`.
//!
//! Texts hold places in braces (`fill.rs`):
//!
//! | place | what stands there |
//! |---|---|
//! | `{zone}` `{zone_id}` | the zone's name, and what the API calls it |
//! | `{host}` `{full}` | the name within the zone, [`Rest::apex`] for the zone itself; the whole name |
//! | `{type}` `{ip}` | the word of [`Rest::types`]; the new address |
//! | `{id}` `{ttl}` | of the record that is changed; the TTL as it is, else [`Rest::ttl`] |
//! | `{page}` `{cursor}` | where a list goes on |
//! | `{username}` `{password}` `{param_enc}` `{param_opt}` | options |
//! | `{account}` `{key}` | `username:password` in base64; `password:`, for a key that stands where others have a user |
//!
//! A part of a path in brackets is left out where its value is empty: `[&cursor={cursor}]`.
#![forbid(unsafe_code)]

mod course;
mod find;

use super::api::{Complaint, Signer, Sort};
use super::json::message;
use super::name::Name;
use super::options::{label, option};
use crate::config::Section;

pub(super) use course::{registered, update};

/// Names and values of header fields.
pub(super) type Fields = &'static [(&'static str, &'static str)];

/// A plain API.
pub(super) struct Rest {
    /// The URL below which all paths stand, without a slash at its end.
    pub(super) base: &'static str,
    /// Header fields of all requests.
    pub(super) headers: fn(&Section) -> Fields,
    /// Which options hold the name.
    pub(super) name: fn(&Section) -> Name,
    /// How the API calls the zone itself, where others have a host.
    pub(super) apex: &'static str,
    /// How the API calls A and AAAA.
    pub(super) types: [&'static str; 2],
    /// How the zone is found.
    pub(super) zone: Zone,
    /// How records are read.
    pub(super) read: Read,
    /// Options, or words of option `param_opt`, that choose a record by its id.
    pub(super) chosen: &'static [&'static str],
    /// Changes a record, or replaces a set. DELETE is for an API that cannot change: [`Rest::create`] follows, with the TTL there was.
    pub(super) change: Call,
    /// Creates what is missing; `None`: a set is created by [`Rest::change`], a record never.
    pub(super) create: Option<Call>,
    /// Seconds, for a record that is new.
    pub(super) ttl: u32,
    /// The option or word of `param_opt` that holds the owner's own TTL, which wins over the one of a record.
    pub(super) ttl_in: &'static str,
    /// Signs each request.
    pub(super) signer: Option<Signer>,
    /// Where the provider says what is wrong.
    pub(super) complaint: Complaint,
    /// What its own codes mean.
    pub(super) sort: Sort,
}

/// A list of zones or of records.
#[derive(Clone, Copy)]
pub(super) struct List {
    /// Asks for it, with GET.
    pub(super) path: &'static str,
    /// What is sent with the question, which is a POST then: JSON, or the fields of a form where it begins otherwise.
    pub(super) body: &'static str,
    /// JSON pointer (RFC 6901) to the list.
    pub(super) at: &'static str,
    /// Pointer to what must be there at least, where an empty list may be `null` or left out; empty where it may not.
    pub(super) without: &'static str,
    /// An object stands there, and it is the only row.
    pub(super) single: bool,
    /// An object may stand there whose members are the rows.
    pub(super) keyed: bool,
    /// How many rows make a full page, where the path holds `{page}`: it goes on while pages are full.
    pub(super) per_page: usize,
    /// Pointer to the next `{cursor}`, where the path holds one.
    pub(super) cursor: &'static str,
}

/// How the zone is found. Candidates are the owner's zone, else all suffixes of the name, the longest first.
#[derive(Clone, Copy)]
pub(super) struct Zone {
    /// Asks for one candidate where its path holds `{zone}`, else for all zones of the account. Without a path nothing is asked, and the
    /// candidate is the zone for which [`Read`] does not answer 404.
    pub(super) list: List,
    /// Pointer to the name in a zone; empty where the path asks for exactly one name.
    pub(super) name: &'static str,
    /// Pointer to what stands for `{zone_id}`.
    pub(super) id: &'static str,
    /// The option or word of `param_opt` that holds this id, so that nothing has to be asked.
    pub(super) chosen: &'static str,
}

/// How records are read.
#[derive(Clone, Copy)]
pub(super) struct Read {
    /// Asks for the records. Without a path nothing can be asked, and [`Rest::change`] is sent whatever there is, in the owner's zone, else
    /// in the one of two labels.
    pub(super) list: List,
    /// Path of one record by its `{id}`, and pointer to it; where there is none, a chosen record is looked for in the list.
    pub(super) one: [&'static str; 2],
    /// Status 404 means that there is no record, not that there is no zone.
    pub(super) none_is_404: bool,
    /// Pointer to the name in a row, and what it has to be; empty where the path asks for exactly one name.
    pub(super) name: [&'static str; 2],
    /// Pointer to the type in a row; empty where the path asks for one type.
    pub(super) kind: &'static str,
    /// Pointer to the id of a row; empty where rows have none.
    pub(super) id: &'static str,
    /// Pointer to the list of values in a row; empty where a row has one value.
    pub(super) values: &'static str,
    /// Pointer to the address in a value.
    pub(super) content: &'static str,
    /// Pointer to the TTL of a row.
    pub(super) ttl: &'static str,
    /// All values of name and type are one set, which is written as a whole.
    pub(super) set: bool,
}

/// A request that writes.
#[derive(Clone, Copy)]
pub(super) struct Call {
    /// The HTTP method.
    pub(super) method: &'static str,
    /// Below the base.
    pub(super) path: &'static str,
    /// JSON, or the fields of a form where it begins otherwise.
    pub(super) body: &'static str,
    /// The body is laid over the row as it was read, for an API that forgets what it is not told: objects and lists in it member by member,
    /// and a list becomes as long as in the body.
    pub(super) whole: bool,
}

impl Rest {
    /// Whether it can be told, but not asked.
    pub(super) fn blind(&self) -> bool {
        self.read.list.path.is_empty()
    }

    /// What most have in common.
    pub(super) const PLAIN: Self = Self {
        base: "",
        headers: |_| &[("Authorization", "Bearer {password}")],
        name: in_domain,
        apex: "@",
        types: ["A", "AAAA"],
        zone: Zone { list: List::PLAIN, name: "/name", id: "/id", chosen: "zone_id" },
        read: Read {
            list: List::PLAIN,
            one: ["", ""],
            none_is_404: false,
            name: ["/name", "{host}"],
            kind: "/type",
            id: "/id",
            values: "",
            content: "/content",
            ttl: "/ttl",
            set: false,
        },
        chosen: &["rec_id"],
        change: Call::new("PUT", "", ""),
        create: None,
        ttl: 300,
        ttl_in: "ttl",
        signer: None,
        complaint: message,
        sort: |_| None,
    };
}

impl List {
    const PLAIN: Self =
        Self { path: "", body: "", at: "", without: "", single: false, keyed: false, per_page: 0, cursor: "" };

    /// A list that comes at once.
    pub(super) const fn whole(path: &'static str, at: &'static str) -> Self {
        Self { path, at, ..Self::PLAIN }
    }
}

impl Call {
    /// A request and its body.
    pub(super) const fn new(method: &'static str, path: &'static str, body: &'static str) -> Self {
        Self { method, path, body, whole: false }
    }

    /// The same, with the row as it was read below its body.
    pub(super) const fn over_the_row(self) -> Self {
        Self { whole: true, ..self }
    }
}

/// Option `domain` holds all of the name: `host@zone`, or the full name.
pub(super) fn in_domain(section: &Section) -> Name {
    Name::of(option(section, "domain").unwrap_or_default())
}

/// The same, where the API cannot be asked which zones there are, or only slowly: without the owner's word the zone has two labels.
pub(super) fn in_two_labels(section: &Section) -> Name {
    let name = in_domain(section);
    match (name.zone(), name.zones().last()) {
        (None, Some(zone)) => Name::in_zone(&name.full, zone),
        _ => name,
    }
}

/// Option `domain` holds the zone, `username` the host.
pub(super) fn host_in_username(section: &Section) -> Name {
    Name::in_zone(&label(section, "username"), &label(section, "domain"))
}
