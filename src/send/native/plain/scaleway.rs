//! scaleway.com: <https://www.scaleway.com/en/developers/api/domains-and-dns/> (fields checked against its generated clients, 2026-11).
//!
//! `set` replaces all records of name and type, and creates what is missing; without `disallow_new_zone_creation` that would be the zone
//! as well.

use super::{Field, Provider, Way, label, needed, optional};
use crate::config::Section;
use crate::send::name::Name;
use crate::send::rest::{Call, List, Read, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "scaleway.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the record's name within the zone; @ or the zone's name for the zone itself"),
    needed("username", "the zone, as example.net"),
    needed("password", "the secret key of an API key"),
    optional("param_opt", "the TTL in seconds"),
];

static API: Rest = Rest {
    base: "https://api.scaleway.com/domain/v2beta1",
    headers: |_| &[("X-Auth-Token", "{password}")],
    name: host_in_domain,
    apex: "",
    read: Read {
        list: List {
            per_page: 100,
            ..List::whole("/dns-zones/{zone}/records?name={host}&type={type}&page={page}&page_size=100", "/records")
        },
        id: "",
        content: "/data",
        set: true,
        ..Rest::PLAIN.read
    },
    ttl_in: "param_opt",
    change: Call::new(
        "PATCH",
        "/dns-zones/{zone}/records",
        r#"{"disallow_new_zone_creation":true,"changes":[{"set":{"id_fields":{"name":"{host}","type":"{type}"},
            "records":[{"name":"{host}","type":"{type}","data":"{ip}","ttl":{ttl}}]}}]}"#,
    ),
    ..Rest::PLAIN
};

fn host_in_domain(section: &Section) -> Name {
    Name::in_zone(&label(section, "domain"), &label(section, "username"))
}
