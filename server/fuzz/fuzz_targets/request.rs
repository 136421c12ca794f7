//! A request from raw bytes: method, path, query, four headers, then the body, each behind a line's end.
#![no_main]

use std::sync::LazyLock;

use ddns_service::config::{self, Settings};
use ddns_service::request::{self, Hosts};
use ddns_service::world::Request;
use libfuzzer_sys::fuzz_target;

const TEXT: &str =
    "[database]\npath = \"x\"\n[daemon]\nproxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n";
static SETTINGS: LazyLock<Settings> = LazyLock::new(|| config::read(TEXT).expect("it is right").0);

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(8, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap_or_default().to_vec();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (method, path, query) = (text(next()), text(next()), text(next()));
    let headers = ["authorization", "x-forwarded-for", "accept", "content-type"];
    let headers = headers.map(|name| (name.to_owned(), next())).to_vec();
    let peer = ([127, 0, 0, 1], 5).into();
    let request = Request { id: 1, method, path, query: Some(query), headers, peer, body: next() };
    let Ok(update) = request::read(&request, &SETTINGS.endpoints, SETTINGS.daemon.proxy.as_ref()) else { return };
    if let Hosts::Named(names) = update.hosts {
        assert!(names.len() <= request::HOSTS);
        for name in names.into_iter().filter_map(|(_, name)| name.ok()) {
            assert!(name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len())), "{name:?}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.*".contains(&b)));
        }
    }
});
