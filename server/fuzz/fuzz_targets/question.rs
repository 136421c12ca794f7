//! Any message to the embedded name server: over UDP and TCP, from a secondary or not, signed by the key of transfers or not. The first octet says
//! which. Answers are whole, fit their asker and say nothing of what was not asked; a zone goes only to who may have it.
#![no_main]

use std::sync::LazyLock;
use std::time::SystemTime;

use ddns::dns::{Algorithm, Key, Seal, Signed};
use ddns::secret::Secret;
use ddns_service::zone::embedded::fuzzing::{Asker, Heard, KEY, SECRET, Unreachable, ZONE};
use domain::base::iana::{Opcode, Rcode, Rtype};
use domain::base::{Message, Name, ToName};
use libfuzzer_sys::fuzz_target;

static SERVER: LazyLock<Unreachable> = LazyLock::new(|| Unreachable::new().expect("the zone is right"));
static SIGNS: LazyLock<Key> = LazyLock::new(|| {
    let algorithm = Algorithm::named("hmac-sha256").expect("it is known");
    Key::new(KEY, algorithm, Secret::new(SECRET)).expect("it is a name")
});

fuzz_target!(|data: &[u8]| {
    let Some((how, message)) = data.split_first() else { return };
    let asker = Asker { udp: how & 1 != 0, secondary: how & 2 != 0, keyed: how & 4 != 0 };
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_secs();
    let signed = (how & 8 != 0 && message.len() >= 12).then(|| SIGNS.sign(message, now));
    let message = signed.as_ref().map_or(message, |signed| &signed.bytes);
    match SERVER.ask(message, asker) {
        Heard::Silence => {}
        Heard::Answer(said) => {
            answers(message, &said);
            assert!(said.len() <= limit(message, asker), "{} octets", said.len());
            proven(signed.as_ref(), &said, asker, now);
        }
        Heard::Transfer(all) => {
            assert!(!asker.udp && asker.secondary && (signed.is_some() || !asker.keyed));
            transferred(message, &all);
            proven(signed.as_ref(), &all[0], asker, now);
        }
    }
    if let Heard::Answer(said) = SERVER.ask_too_often(message) {
        answers(message, &said);
        assert!(said.len() <= message.len() && said[2] & 2 != 0 && said[6..12] == [0; 6]);
    }
});

/// Octets that may come back.
fn limit(asked: &[u8], asker: Asker) -> usize {
    if !asker.udp {
        return usize::from(u16::MAX);
    }
    let opt = Message::from_slice(asked).ok().and_then(Message::opt);
    opt.map_or(512, |opt| usize::from(opt.udp_payload_size()).clamp(512, 1232))
}

/// What holds for every answer.
fn answers(asked: &[u8], said: &[u8]) {
    assert!(asked[2] & 0x80 == 0, "an answer is not answered");
    let (asked, said) = (Message::from_slice(asked).expect("a head"), Message::from_slice(said).expect("a head"));
    let (theirs, ours) = (asked.header(), said.header());
    assert!(ours.qr() && ours.id() == theirs.id() && ours.opcode() == theirs.opcode() && !ours.ra());
    let zone: Name<Vec<u8>> = ZONE.parse().expect("a name");
    let Ok(question) = said.sole_question() else {
        assert!(said.header_counts().qdcount() == 0 && !ours.aa());
        assert!(matches!(ours.rcode(), Rcode::FORMERR | Rcode::NOTIMP | Rcode::NOTAUTH), "{}", ours.rcode());
        return;
    };
    assert!(theirs.opcode() == Opcode::QUERY && asked.sole_question() == Ok(question));
    assert!(!ours.aa() || question.qname().ends_with(&zone));
    for record in said.answer().expect("whole") {
        let record = record.expect("whole");
        assert!(ours.aa() && record.owner().name_eq(question.qname()));
        assert!(record.rtype() == question.qtype() || matches!(question.qtype(), Rtype::ANY | Rtype::IXFR));
    }
    for record in said.authority().expect("whole") {
        let record = record.expect("whole");
        assert!(ours.aa() && record.rtype() == Rtype::SOA && record.owner().name_eq(&zone));
    }
    assert!(said.additional().expect("whole").all(|record| record.is_ok()));
}

/// A signed question that was taken has a signed answer.
fn proven(asked: Option<&Signed>, said: &[u8], asker: Asker, now: u64) {
    // octets behind the last record keep a signature from being one
    let last =
        |asked: &[u8]| Message::from_slice(asked).ok()?.additional().ok()?.last()?.ok().map(|record| record.rtype());
    if let Some(asked) = asked
        && asker.keyed
        && last(&asked.bytes) == Some(Rtype::TSIG)
        && matches!(said[3] & 15, 0 | 3 | 5)
    {
        assert_eq!(SIGNS.seal(asked, said, now), Seal::Good);
    }
}

/// From SOA to SOA, nothing of another zone.
fn transferred(asked: &[u8], all: &[Vec<u8>]) {
    let zone: Name<Vec<u8>> = ZONE.parse().expect("a name");
    let mut kinds = Vec::new();
    for said in all {
        assert!(
            said.len() <= usize::from(u16::MAX) && said[..2] == asked[..2] && said[2] & 0x80 != 0 && said[3] & 15 == 0
        );
        let said = Message::from_slice(said).expect("a head");
        for record in said.answer().expect("whole") {
            let record = record.expect("whole");
            assert!(record.owner().ends_with(&zone));
            kinds.push(record.rtype());
        }
        assert!(said.additional().expect("whole").all(|record| record.is_ok()));
    }
    assert!(kinds.first() == Some(&Rtype::SOA) && kinds.last() == Some(&Rtype::SOA));
}
