//! 360.yandex.ru: <https://yandex.ru/dev/api360/doc/ru/ref/DomainDNSService/> (2026-11).

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest, in_two_labels};

pub(super) static PROVIDER: Provider = Provider { name: "360.yandex.ru", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; the full name alone where the zone has two labels"),
    needed("username", "the organization's number"),
    needed("password", "an OAuth token with the right directory:manage_dns"),
    optional("param_opt", "ttl=SECONDS"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://api360.yandex.net/directory/v1/org",
    headers: |_| &[("Authorization", "OAuth {password}")],
    name: in_two_labels,
    read: Read {
        list: List { per_page: 50, ..List::whole("/{username}/domains/{zone}/dns?page={page}&perPage=50", "/records") },
        id: "/recordId",
        content: "/address",
        ..Rest::PLAIN.read
    },
    change: Call::new("POST", "/{username}/domains/{zone}/dns/{id}", RECORD),
    create: Some(Call::new("POST", "/{username}/domains/{zone}/dns", RECORD)),
    ..Rest::PLAIN
};

const RECORD: &str = r#"{"name":"{host}","type":"{type}","address":"{ip}","ttl":{ttl}}"#;
