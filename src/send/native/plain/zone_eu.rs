//! zone.eu (`ZoneID`, Estonia): <https://api.zone.eu/v2> (November 2026).
//!
//! Each type of record is a path of its own. Records have no TTL.

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "zone.eu", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the ZoneID user name"),
    needed("password", "an API key, made in the management of the ZoneID account"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://api.zone.eu/v2/dns",
    headers: |_| &[("Authorization", "Basic {account}")],
    types: ["a", "aaaa"],
    read: Read {
        list: List::whole("/{zone}/{type}", ""),
        name: ["/name", "{full}"],
        kind: "",
        content: "/destination",
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", "/{zone}/{type}/{id}", RECORD),
    create: Some(Call::new("POST", "/{zone}/{type}", RECORD)),
    ..Rest::PLAIN
};

const RECORD: &str = r#"{"name":"{full}","destination":"{ip}"}"#;
