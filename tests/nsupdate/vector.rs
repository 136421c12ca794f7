//! Signatures that BIND 9.18 made: an update of its `nsupdate` and the answer of its `named`, as they were on the wire at 1795248723.

use ddns::dns::{Algorithm, FUDGE, Key, Objection, Seal};
use ddns::secret::{Secret, from_base64};

use crate::SECRET;

const TIME: u64 = 0x6b01_5253;

/// Without the signature: head, zone, condition, deletion and addition.
const UPDATE: &str = "28000001000100020000076578616d706c650474657374000006000104686f6d65c00c000500fe000000000000c01e000100ff000000000000\
    c01e000100010000012c0004c0000202";
const ANSWER: &str = "a8000001000000000001076578616d706c6504746573740000060001";

const ID_SHA256: &str = "24c6";
const SIGNATURE_SHA256: &str = "08686f6d652d6b65790000fa00ff00000000003d0b686d61632d7368613235360000006b015253012c0020\
    f07118d2502a7528e4c44ab226a0b96f70f06ec5548a6ab4e619fbf0e60c691024c600000000";
const ANSWER_SHA256: &str = "08686f6d652d6b65790000fa00ff00000000003d0b686d61632d7368613235360000006b015253012c0020\
    441209ef6d2cc6c35190c2b5f27d50eea41e7c7cb8e01cd5ef9465c82413a30824c600000000";

const ID_MD5: &str = "87bc";
const SIGNATURE_MD5: &str = "026b350000fa00ff00000000003a08686d61632d6d6435077369672d616c670372656703696e740000006b015253012c0010\
    250211e3ab593ba7598e178c2a6a4e3787bc00000000";
const ANSWER_MD5: &str = "026b350000fa00ff00000000003a08686d61632d6d6435077369672d616c670372656703696e740000006b015253012c0010\
    d36894ce565b0ea1cbcf8c16a72b1aa687bc00000000";

fn bytes(pieces: &[&str]) -> Vec<u8> {
    let digits: String = pieces.concat().split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// With a signature behind it, one additional record more.
fn signed(pieces: &[&str]) -> Vec<u8> {
    let mut all = bytes(pieces);
    all[11] = 1;
    all
}

fn key(name: &str, algorithm: Algorithm) -> Key {
    Key::new(name, algorithm, Secret::new(from_base64(SECRET.as_bytes()).unwrap())).unwrap()
}

#[test]
fn an_update_is_signed_as_bind_signs_it_and_bind_s_answer_is_believed() {
    for (name, algorithm, id, signature, answer) in [
        ("Home-Key.", Algorithm::Sha256, ID_SHA256, SIGNATURE_SHA256, ANSWER_SHA256),
        ("k5", Algorithm::Md5, ID_MD5, SIGNATURE_MD5, ANSWER_MD5),
    ] {
        let key = key(name, algorithm);
        let asked = key.sign(&bytes(&[id, UPDATE]), TIME);
        assert_eq!(asked.bytes, signed(&[id, UPDATE, signature]), "{name}");
        let answer = signed(&[id, ANSWER, answer]);
        assert_eq!(key.seal(&asked, &answer, TIME), Seal::Good, "{name}");
    }
}

#[test]
fn an_answer_is_believed_only_whole_to_this_question_by_this_key_and_in_time() {
    let home = key("home-key", Algorithm::Sha256);
    let asked = home.sign(&bytes(&[ID_SHA256, UPDATE]), TIME);
    let answer = signed(&[ID_SHA256, ANSWER, ANSWER_SHA256]);
    for late in [TIME + u64::from(FUDGE) + 1, TIME - u64::from(FUDGE) - 1, 0] {
        assert_eq!(home.seal(&asked, &answer, late), Seal::OutOfTime);
    }
    assert_eq!(home.seal(&asked, &answer, TIME + u64::from(FUDGE)), Seal::Good);
    let before = home.sign(&bytes(&[ID_SHA256, UPDATE]), TIME - 1);
    assert_eq!(home.seal(&before, &answer, TIME), Seal::Wrong, "the answer to another question");
    for other in [key("home-key", Algorithm::Sha512), key("other", Algorithm::Sha256)] {
        assert_eq!(other.seal(&asked, &answer, TIME), Seal::Wrong);
    }
    let secret = Key::new("home-key", Algorithm::Sha256, Secret::new("another")).unwrap();
    assert_eq!(secret.seal(&asked, &answer, TIME), Seal::Wrong);
    assert_eq!(home.seal(&asked, &bytes(&[ID_SHA256, ANSWER])[..], TIME), Seal::Wrong, "a record is missing");
    let mut bare = bytes(&[ID_SHA256, ANSWER]);
    bare[11] = 0;
    assert_eq!(home.seal(&asked, &bare, TIME), Seal::Missing);
    // every bit counts, but those of class and TTL, and the names of key and algorithm, for which ours are hashed
    let (name, class, algorithm, size) = (30..40, 42..48, 50..63, answer.len());
    let free = |at: &usize| name.contains(at) || class.contains(at) || algorithm.contains(at);
    for at in (2..size).filter(|at| !free(at)) {
        let mut changed = answer.clone();
        changed[at] ^= 1;
        assert_ne!(home.seal(&asked, &changed, TIME), Seal::Good, "octet {at} of {size}");
    }
    for end in 0..size {
        assert_ne!(home.seal(&asked, &answer[..end], TIME), Seal::Good, "{end} octets");
    }
}

#[test]
fn what_a_server_has_against_a_signature_is_read_but_its_clock_is_believed_only_when_signed() {
    let home = key("home-key", Algorithm::Sha256);
    let asked = home.sign(&bytes(&[ID_SHA256, UPDATE]), TIME);
    let objecting = |code: &str, other: &str| {
        let size = format!("{:04x}", 13 + 16 + other.len() / 2);
        let pieces = ["08686f6d652d6b65790000fa00ff00000000", &size, "0b686d61632d73686132353600"];
        let length = format!("{:04x}", other.len() / 2);
        let answer =
            signed(&[ID_SHA256, ANSWER, &pieces.concat(), "00006b015253012c0000", ID_SHA256, code, &length, other]);
        home.seal(&asked, &answer, TIME)
    };
    assert_eq!(objecting("0010", ""), Seal::Refused(Objection::Signature));
    assert_eq!(objecting("0011", ""), Seal::Refused(Objection::Key));
    assert_eq!(objecting("0012", "00006b016253"), Seal::Refused(Objection::Time(None)), "unproven");
    assert_eq!(objecting("0012", ""), Seal::Refused(Objection::Time(None)));
    assert_eq!(objecting("0016", ""), Seal::Refused(Objection::Other(22)));
}

proptest::proptest! {
    #[test]
    fn no_answer_makes_the_reader_stumble(at in 0_usize..100, change in 0_u8..255, end in 0_usize..140) {
        let home = key("home-key", Algorithm::Sha256);
        let asked = home.sign(&bytes(&[ID_SHA256, UPDATE]), TIME);
        let mut answer = signed(&[ID_SHA256, ANSWER, ANSWER_SHA256]);
        if let Some(byte) = answer.get_mut(at) {
            *byte = change;
        }
        answer.truncate(end);
        let _ = (home.seal(&asked, &answer, TIME), ddns::dns::read(&answer, "home.example.test", ddns::address::Family::V4));
    }
}
