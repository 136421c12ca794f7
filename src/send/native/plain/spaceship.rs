//! spaceship.com: <https://docs.spaceship.dev/> (2026-11).
//!
//! Records have no ids. A PUT with `force` takes the place of all records of name and type, and creates what is missing.

use serde_json::Value;

use super::{Field, Provider, Way, label, needed, option, optional};
use crate::config::Section;
use crate::send::name::Name;
use crate::send::rest::{Call, List, Read, Rest, in_domain};

pub(super) static PROVIDER: Provider = Provider { name: "spaceship.com-v1", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone, with the host in param_opt; or the full name, or host@zone"),
    needed("username", "the API key, which may read and write DNS records"),
    needed("password", "the secret that belongs to the key"),
    optional("param_opt", "the record's name within the zone, as ddns-scripts has it; @ for the zone itself"),
    optional("param_enc", "the TTL in seconds (60 to 3600)"),
];

static API: Rest = Rest {
    base: "https://spaceship.dev/api/v1",
    headers: |_| &[("X-API-Key", "{username}"), ("X-API-Secret", "{password}")],
    name,
    read: Read {
        // as many as it gives at once
        list: List::whole("/dns/records/{zone}?take=500&skip=0", "/items"),
        id: "",
        content: "/address",
        set: true,
        ..Rest::PLAIN.read
    },
    chosen: &[],
    change: Call::new(
        "PUT",
        "/dns/records/{zone}",
        r#"{"force":true,"items":[{"type":"{type}","name":"{host}","address":"{ip}","ttl":{ttl}}]}"#,
    ),
    ttl_in: "param_enc",
    complaint,
    ..Rest::PLAIN
};

fn name(section: &Section) -> Name {
    match option(section, "param_opt") {
        Some(_) => Name::in_zone(&label(section, "param_opt"), &label(section, "domain")),
        None => in_domain(section),
    }
}

/// The detail; what is wrong in which field stands below it.
fn complaint(answer: &Value) -> Option<String> {
    let detail = answer["detail"].as_str()?;
    let fields = answer["data"].as_array().into_iter().flatten();
    let said =
        fields.filter_map(|field| Some(format!("; {}: {}", field["field"].as_str()?, field["details"].as_str()?)));
    Some([detail.to_owned()].into_iter().chain(said).collect())
}
