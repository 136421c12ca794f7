//! What a name server answers to a signed update: no bytes but those that the key made are good.
#![no_main]

use std::sync::LazyLock;

use ddns::address::Family;
use ddns::dns::{self, Algorithm, Key, Kind, Seal, Signed};
use ddns::secret::Secret;
use libfuzzer_sys::fuzz_target;

static ASKED: LazyLock<(Key, Signed)> = LazyLock::new(|| {
    let algorithm = Algorithm::named("hmac-sha256").expect("it is known");
    let key = Key::new("ddns-key", algorithm, Secret::new("secret")).expect("it is a name");
    let question = dns::question("mypc.dyn.example.com", Kind::Zone, 77, false).expect("it is a name");
    let signed = key.sign(&question, 1_700_000_000);
    (key, signed)
});

fuzz_target!(|data: &[u8]| {
    let (key, asked) = &*ASKED;
    assert_ne!(key.seal(asked, data, 1_700_000_000), Seal::Good);
    let _ = dns::read(data, "mypc.dyn.example.com", Family::V6);
    let _ = dns::belongs_to_request(&asked.bytes, data);
});
