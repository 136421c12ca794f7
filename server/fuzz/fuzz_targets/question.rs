//! Any datagram to the embedded name server; no answer over UDP is larger than what passes unfragmented, and none is a question.
#![no_main]

use std::sync::LazyLock;

use ddns_service::zone::embedded::fuzzing::Unreachable;
use libfuzzer_sys::fuzz_target;

static SERVER: LazyLock<Option<Unreachable>> = LazyLock::new(Unreachable::new);

fuzz_target!(|data: &[u8]| {
    let Some(server) = &*SERVER else { panic!("the zone is right") };
    for said in server.ask(data) {
        assert!(said.len() >= 12 && said[2] & 0x80 != 0 && said[..2] == data[..2]);
    }
});
