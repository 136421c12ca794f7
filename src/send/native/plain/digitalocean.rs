//! digitalocean.com-v2: <https://docs.digitalocean.com/products/networking/dns/reference/api/domain-records>.
//!
//! A PATCH with type and data keeps name and TTL. The record must exist, as ddns-scripts has it: it is never created.

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest, host_in_username};

pub(super) static PROVIDER: Provider = Provider { name: "digitalocean.com-v2", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone, as example.net"),
    needed("username", "the record's name within the zone, or @ for the zone itself"),
    needed("password", "a personal access token that may read and update domains"),
    optional("param_opt", "the record's number, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://api.digitalocean.com/v2",
    name: host_in_username,
    read: Read {
        list: List::whole("/domains/{zone}/records?name={full}&type={type}", "/domain_records"),
        one: ["/domains/{zone}/records/{id}", "/domain_record"],
        content: "/data",
        ..Rest::PLAIN.read
    },
    chosen: &["param_opt"],
    change: Call::new("PATCH", "/domains/{zone}/records/{id}", r#"{"type":"{type}","data":"{ip}"}"#),
    ..Rest::PLAIN
};
