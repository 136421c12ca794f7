//! rainyun.com: <https://s.apifox.cn/a4595cc8-44c5-4678-a2a3-eed7738dab03/api-153559362> (fields by its clients, 2026-11).
//!
//! A PATCH wants all fields of a record, so those that were read are sent back.

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::answer::Answer;
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "rainyun.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; the full name alone where the zone has two labels"),
    needed("username", "the zone's number, as the console shows it"),
    needed("password", "the API key"),
    optional("param_opt", "ttl=SECONDS"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://api.v2.rainyun.com",
    headers: |_| &[("x-api-key", "{password}")],
    // always chosen: its lists of zones are not asked for
    zone: Zone { list: List::whole("/product/domain/", "/data/Records"), chosen: "username", ..Rest::PLAIN.zone },
    read: Read {
        list: List {
            per_page: 100,
            ..List::whole("/product/domain/{zone_id}/dns/?limit=100&page_no={page}", "/data/Records")
        },
        name: ["/host", "{host}"],
        id: "/record_id",
        content: "/value",
        ..Rest::PLAIN.read
    },
    change: Call::new("PATCH", "/product/domain/{zone_id}/dns", r#"{"value":"{ip}","ttl":{ttl}}"#).over_the_row(),
    create: Some(Call::new(
        "POST",
        "/product/domain/{zone_id}/dns",
        r#"{"host":"{host}","line":"DEFAULT","level":10,"ttl":{ttl},"type":"{type}","value":"{ip}","record_id":0}"#,
    )),
    ttl: 600,
    // with status 200 too
    sort: |answer: &Value| (answer["code"] != 200).then_some(Answer::Unclear),
    ..Rest::PLAIN
};
