//! What a name server answers to a signed update. Octets that the key did not sign are never good; of an answer that another program signed with the
//! key, nothing that counts can be changed, and it holds for five minutes.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use ddns::address::Family;
use ddns::dns::{self, Algorithm, Kind, Seal, Signed};
use ddns::secret::Secret;
use ddns_service::zone::remote::{NamedKey, fuzzing};
use domain::base::iana::{Class, Rcode, Rtype};
use domain::base::rdata::UnknownRecordData;
use domain::base::{Message, MessageBuilder, Name, Ttl};
use domain::rdata::tsig::Time48;
use domain::tsig::{self, KeyName, ServerTransaction};
use libfuzzer_sys::fuzz_target;

const NAME: &str = "mypc.dyn.example.com";
const SECRET: &[u8] = b"a secret that no fuzzer finds out";
const NOW: u64 = 1_700_000_000;

struct Stage {
    ours: NamedKey,
    theirs: tsig::Key,
    asked: Signed,
}

static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let algorithm = Algorithm::named("hmac-sha256").expect("it is known");
    let key = dns::Key::new("ddns-key", algorithm, Secret::new(SECRET)).expect("it is a name");
    let question = dns::question(NAME, Kind::Zone, 77, false).expect("it is a name");
    let asked = key.sign(&question, NOW);
    let name: Name<Vec<u8>> = "ddns-key".parse().expect("it is a name");
    let name = KeyName::from_octets(name.as_slice().try_into().expect("short")).expect("a name");
    let theirs = tsig::Key::new(tsig::Algorithm::Sha256, SECRET, name, None, None).expect("a key");
    Stage { ours: NamedKey { name: "ddns-key".to_owned(), file: PathBuf::new(), key }, theirs, asked }
});

fuzz_target!(|data: &[u8]| {
    let stage = &*STAGE;
    forged(stage, data);
    if let [code, changes, cut, rest @ ..] = data {
        changed(stage, code & 15, usize::from(changes % 4), usize::from(*cut), rest);
    }
});

/// Nothing that was not signed is good.
fn forged(stage: &Stage, answer: &[u8]) {
    assert_ne!(stage.ours.key.seal(&stage.asked, answer, NOW), Seal::Good);
    assert!(fuzzing::done(&stage.ours, stage.asked.clone(), answer, NOW).is_err());
    for family in [Family::V4, Family::V6] {
        let _ = dns::read(answer, NAME, family);
        let _ = dns::judge(answer, 77, NAME, family, true);
    }
    if dns::belongs_to_request(&stage.asked.bytes, answer) {
        assert!(answer[..2] == stage.asked.bytes[..2] && answer[2] & 0x80 != 0);
    }
}

/// The answer with this code and data, signed as NLnet Labs do, and how much of it is signed.
fn signed(stage: &Stage, code: u8, data: &[u8]) -> (Vec<u8>, usize) {
    let mut asked = Message::from_octets(stage.asked.bytes.clone()).expect("a head");
    let taken = ServerTransaction::request(&stage.theirs, &mut asked, Time48::from_u64(NOW));
    let taken = taken.expect("our signature is taken").expect("it is signed");
    let rcode = Rcode::masked_from_int(code);
    let mut answer = MessageBuilder::new_vec().start_answer(&asked, rcode).expect("room");
    let name: Name<Vec<u8>> = NAME.parse().expect("a name");
    let record = UnknownRecordData::from_octets(Rtype::from_int(65_280), data).expect("short");
    answer.push((&name, Class::IN, Ttl::from_secs(60), record)).expect("room");
    let mut extra = answer.additional();
    let bare = extra.as_slice().len();
    taken.answer(&mut extra, Time48::from_u64(NOW)).expect("room");
    (extra.finish(), bare)
}

/// Changes some octets of a good answer, or cuts it off.
fn changed(stage: &Stage, code: u8, changes: usize, cut: usize, rest: &[u8]) {
    let Some((places, data)) = rest.split_at_checked(changes * 3) else { return };
    let (good, bare) = signed(stage, code, &data[..data.len().min(4096)]);
    let seal = |answer: &[u8], now| stage.ours.key.seal(&stage.asked, answer, now);
    assert_eq!(seal(&good, NOW), Seal::Good);
    assert_eq!(seal(&good, NOW + u64::from(dns::FUDGE) + 1), Seal::OutOfTime);
    assert_eq!(fuzzing::done(&stage.ours, stage.asked.clone(), &good, NOW).is_ok(), code == 0);
    let mut bad = good.clone();
    for place in places.chunks(3) {
        // from the end, where the signature is
        let at = usize::from(u16::from_be_bytes([place[0], place[1]])) % bad.len();
        let at = bad.len() - 1 - at;
        bad[at] ^= place[2];
    }
    bad.truncate(bad.len() - cut.min(bad.len()));
    if seal(&bad, NOW) == Seal::Good {
        // names of key and algorithm are hashed as ours, however they are written; the id is the signature's own
        assert!(bad.get(2..bare) == good.get(2..bare));
        assert!(bad[bare..].windows(32).any(|mac| good[bare..].windows(32).any(|same| same == mac)));
    }
    if fuzzing::done(&stage.ours, stage.asked.clone(), &bad, NOW).is_ok() {
        assert!(code == 0 && seal(&bad, NOW) == Seal::Good);
    }
}
