//! What a DNS message means: questions we build, answers we judge. No sockets.
#![cfg(test)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ddns::address::Family::{self, V4, V6};
use ddns::dns::{ADDRESS_LIMIT, Judged, Lookup, NameFault, judge, query, query_without_edns};
use domain::base::iana::{Class, OptRcode, Rcode, Rtype};
use domain::base::{Message, MessageBuilder, Name, Record, Ttl};
use domain::rdata::{A, Aaaa, AllRecordData, Cname, Ns, Soa};
use proptest::prelude::*;

const ID: u16 = 0x1234;
const HOST: &str = "host.example.net";

type Data = AllRecordData<Vec<u8>, Name<Vec<u8>>>;

fn name(text: &str) -> Name<Vec<u8>> {
    Name::vec_from_str(text).unwrap()
}

fn a(last: u8) -> Data {
    A::new(Ipv4Addr::new(203, 0, 113, last)).into()
}

fn cname(target: &str) -> Data {
    Cname::new(name(target)).into()
}

fn ns(target: &str) -> Data {
    Ns::new(name(target)).into()
}

fn soa() -> Data {
    let zero = Ttl::from_secs(0);
    Soa::new(name("ns.example.net"), name("root.example.net"), 1.into(), zero, zero, zero, zero).into()
}

fn v4(last: u8) -> IpAddr {
    IpAddr::from([203, 0, 113, last])
}

/// An answer to the question for A of [`HOST`], to be spoiled by a test.
#[derive(Default)]
struct Reply<'a> {
    rcode: Option<Rcode>,
    aa: bool,
    ra: bool,
    tc: bool,
    answer: &'a [(&'a str, Data)],
    authority: &'a [(&'a str, Data)],
    additional: &'a [(&'a str, Data)],
    extended: Option<OptRcode>,
}

impl Reply<'_> {
    fn bytes(&self) -> Vec<u8> {
        let question = query(HOST, V4, ID, true).unwrap();
        let question = Message::from_octets(question).unwrap();
        let mut answer =
            MessageBuilder::new_vec().start_answer(&question, self.rcode.unwrap_or(Rcode::NOERROR)).unwrap();
        let header = answer.header_mut();
        header.set_aa(self.aa);
        header.set_ra(self.ra);
        header.set_tc(self.tc);
        let ttl = Ttl::from_secs(60);
        for (owner, data) in self.answer {
            answer.push(Record::new(name(owner), Class::IN, ttl, data.clone())).unwrap();
        }
        let mut authority = answer.authority();
        for (owner, data) in self.authority {
            authority.push(Record::new(name(owner), Class::IN, ttl, data.clone())).unwrap();
        }
        let mut additional = authority.additional();
        for (owner, data) in self.additional {
            additional.push(Record::new(name(owner), Class::IN, ttl, data.clone())).unwrap();
        }
        if let Some(rcode) = self.extended {
            let extend = additional.opt(|opt| {
                opt.set_rcode(rcode);
                Ok(())
            });
            extend.unwrap();
        }
        additional.finish()
    }

    fn judged(&self) -> Judged {
        judge(&self.bytes(), ID, HOST, V4, false)
    }

    fn with_glue(&self) -> Judged {
        judge(&self.bytes(), ID, HOST, V4, true)
    }
}

fn addresses(last: &[u8]) -> Judged {
    Judged::Said(Lookup::Addresses(last.iter().map(|&n| v4(n)).collect()))
}

fn failed(judged: Judged) -> String {
    match judged {
        Judged::Said(Lookup::Failed(why)) => why,
        other => panic!("{other:?}"),
    }
}

// ------------------------------------------------------------------ questions

#[test]
fn a_question_carries_name_type_recursion_and_an_edns_size() {
    let bytes = query("Host.Example.NET.", V6, 0xbeef, true).unwrap();
    let message = Message::from_octets(bytes.as_slice()).unwrap();
    let question = message.sole_question().unwrap();
    assert_eq!((message.header().id(), message.header().rd(), message.header().qr()), (0xbeef, true, false));
    assert_eq!((question.qtype(), question.qclass()), (Rtype::AAAA, Class::IN));
    assert_eq!(question.qname(), &name("host.example.net"));
    assert_eq!(message.opt().unwrap().udp_payload_size(), 1232);
}

#[test]
fn a_question_without_edns_is_twelve_bytes_of_head_and_the_question_alone() {
    let bytes = query_without_edns("a.b", V4, 0x0102, false).unwrap();
    assert_eq!(bytes, [1, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'a', 1, b'b', 0, 0, 1, 0, 1]);
}

#[test]
fn a_text_that_is_no_name_is_refused_with_its_reason() {
    let label = "x".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "x".repeat(61));
    assert!(query(&longest, V4, 1, true).is_ok());
    assert!(query("_acme.host-1.example.", V4, 1, true).is_ok());
    let refused = |text: &str| query(text, V4, 1, true).unwrap_err();
    assert_eq!(refused(""), NameFault::Empty);
    assert_eq!(refused("."), NameFault::Empty);
    assert_eq!(refused("a..b"), NameFault::EmptyLabel);
    assert_eq!(refused(".a"), NameFault::EmptyLabel);
    assert_eq!(refused("a.."), NameFault::EmptyLabel);
    assert_eq!(refused(&format!("{label}x.net")), NameFault::LongLabel(64));
    assert_eq!(refused(&format!("{longest}x")), NameFault::Long(254));
    assert_eq!(refused("a b.net"), NameFault::Character(' '));
    assert_eq!(refused("a\nb.net"), NameFault::Character('\n'));
    assert_eq!(refused("a\\046b.net"), NameFault::Character('\\'));
    assert_eq!(refused("büro.example"), NameFault::Character('ü'));
    assert!(refused("büro.example").to_string().contains("xn--"));
}

// ------------------------------------------------------------------ answers

#[test]
fn addresses_come_in_the_servers_order_and_case_of_names_does_not_matter() {
    let reply = Reply { answer: &[("HOST.example.NET", a(9)), (HOST, a(7)), (HOST, a(8))], ..Reply::default() };
    assert_eq!(reply.judged(), addresses(&[9, 7, 8]));
    assert_eq!(judge(&reply.bytes(), ID, "hOst.Example.net.", V4, false), addresses(&[9, 7, 8]));
}

#[test]
fn a_message_that_answers_something_else_is_not_ours() {
    let good = Reply { answer: &[(HOST, a(1))], ..Reply::default() }.bytes();
    assert_eq!(judge(&good, ID + 1, HOST, V4, false), Judged::NotOurs, "wrong id");
    assert_eq!(judge(&good, ID, "other.example.net", V4, false), Judged::NotOurs, "wrong name");
    assert_eq!(judge(&good, ID, HOST, V6, false), Judged::NotOurs, "wrong type");
    let question = query(HOST, V4, ID, true).unwrap();
    assert_eq!(judge(&question, ID, HOST, V4, false), Judged::NotOurs, "our own question sent back");
    let mut update = good.clone();
    update[2] |= 5 << 3;
    assert_eq!(judge(&update, ID, HOST, V4, false), Judged::NotOurs, "wrong opcode");
    assert_eq!(judge(&[], ID, HOST, V4, false), Judged::NotOurs, "nothing");
    let mut empty = good[..12].to_vec();
    empty[4..12].fill(0);
    assert_eq!(judge(&empty, ID, HOST, V4, false), Judged::NotOurs, "NOERROR without the question");
    empty[3] = 2;
    assert_eq!(judge(&empty, ID, HOST, V4, false), Judged::Said(Lookup::Failed("SERVFAIL".into())), "a bare complaint");
}

#[test]
fn four_kinds_of_no_are_four_things() {
    let with = |rcode| Reply { rcode: Some(rcode), ..Reply::default() }.judged();
    assert_eq!(with(Rcode::NXDOMAIN), Judged::Said(Lookup::NoSuchName));
    assert_eq!(with(Rcode::NOERROR), Judged::Said(Lookup::NoRecord));
    assert_eq!(failed(with(Rcode::SERVFAIL)), "SERVFAIL");
    assert_eq!(failed(with(Rcode::REFUSED)), "REFUSED");
    assert_eq!(failed(with(Rcode::checked_from_int(13).unwrap())), "response code 13");
    assert_eq!(with(Rcode::FORMERR), Judged::Unwelcome("FORMERR".into()));
    assert_eq!(with(Rcode::NOTIMP), Judged::Unwelcome("NOTIMP".into()));
    let badvers = Reply { extended: Some(OptRcode::BADVERS), ..Reply::default() };
    assert_eq!(badvers.judged(), Judged::Unwelcome("BADVERS".into()));
}

#[test]
fn an_answer_with_the_truncation_bit_is_truncated_whatever_it_holds() {
    assert_eq!(Reply { tc: true, answer: &[(HOST, a(1))], ..Reply::default() }.judged(), Judged::Truncated);
}

#[test]
fn a_chain_of_aliases_is_followed_in_any_order() {
    let chain = [("c.example.org", a(4)), ("b.example.org", cname("C.example.org")), (HOST, cname("b.example.org"))];
    assert_eq!(Reply { answer: &chain, ..Reply::default() }.judged(), addresses(&[4]));
    let beside = [(HOST, cname("b.example.org")), ("other.example.org", a(5))];
    assert_eq!(Reply { ra: true, answer: &beside, ..Reply::default() }.judged(), Judged::Said(Lookup::NoRecord));
}

#[test]
fn aliases_in_a_circle_end_as_a_failure() {
    let selfish = [(HOST, cname(HOST))];
    let pair = [(HOST, cname("b.example.org")), ("b.example.org", cname(HOST))];
    for circle in [&selfish[..], &pair[..]] {
        assert!(failed(Reply { answer: circle, ..Reply::default() }.judged()).contains("without end"));
    }
}

#[test]
fn a_chain_of_sixteen_aliases_is_followed_and_one_more_is_not() {
    let names: Vec<String> = (0..18).map(|n| if n == 0 { HOST.into() } else { format!("n{n}.example.net") }).collect();
    let chain = |aliases: usize| {
        let mut records: Vec<(&str, Data)> = (0..aliases).map(|n| (names[n].as_str(), cname(&names[n + 1]))).collect();
        records.push((&names[aliases], a(6)));
        Reply { answer: &records, ..Reply::default() }.judged()
    };
    assert_eq!(chain(16), addresses(&[6]));
    assert!(failed(chain(17)).contains("without end"));
}

#[test]
fn an_alias_to_a_name_that_does_not_exist_is_no_such_name() {
    let reply =
        Reply { rcode: Some(Rcode::NXDOMAIN), answer: &[(HOST, cname("gone.example.org"))], ..Reply::default() };
    assert_eq!(reply.judged(), Judged::Said(Lookup::NoSuchName));
}

#[test]
fn a_bare_alias_from_a_server_that_looks_nothing_up_is_not_taken_for_no_record() {
    let answer = [(HOST, cname("away.example.org"))];
    assert!(failed(Reply { aa: true, answer: &answer, ..Reply::default() }.judged()).contains("'away.example.org'"));
    let with_soa = Reply { aa: true, answer: &answer, authority: &[("example.org", soa())], ..Reply::default() };
    assert_eq!(with_soa.judged(), Judged::Said(Lookup::NoRecord));
}

#[test]
fn of_five_hundred_addresses_the_first_64_are_kept() {
    let many: Vec<(&str, Data)> =
        (0..500u16).map(|n| (HOST, A::new(Ipv4Addr::from(0xc000_0200 + u32::from(n))).into())).collect();
    match (Reply { answer: &many, ..Reply::default() }).judged() {
        Judged::Said(Lookup::Addresses(found)) => {
            assert_eq!((found.len(), found[0]), (ADDRESS_LIMIT, IpAddr::from([192, 0, 2, 0])));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn records_of_another_type_class_or_owner_are_passed_over() {
    let other: Data = Aaaa::new(Ipv6Addr::LOCALHOST).into();
    let reply = Reply { answer: &[(HOST, other), ("evil.example.net", a(66)), (HOST, a(1))], ..Reply::default() };
    assert_eq!(reply.judged(), addresses(&[1]));
    let mut chaos = Reply { answer: &[(HOST, a(1))], ..Reply::default() }.bytes();
    let class = chaos.len() - 4 - 2 - 4 - 1;
    chaos[class] = 3;
    assert_eq!(judge(&chaos, ID, HOST, V4, false), Judged::Said(Lookup::NoRecord));
}

// ------------------------------------------------------------------ referrals

#[test]
fn a_referral_says_nothing_of_a_name_but_its_glue_does_when_asked_for() {
    let referral = Reply { authority: &[("example.net", ns(HOST))], additional: &[(HOST, a(7))], ..Reply::default() };
    assert!(failed(referral.judged()).contains("name servers of 'example.net'"));
    assert_eq!(referral.with_glue(), addresses(&[7]));
}

#[test]
fn glue_of_another_name_is_not_ours_and_missing_glue_is_no_record() {
    let authority = [("example.net", ns("ns.example.net"))];
    let other = Reply { authority: &authority, additional: &[("ns.example.net", a(7))], ..Reply::default() };
    assert!(failed(other.with_glue()).contains("referral"));
    let missing = Reply { authority: &[("example.net", ns(HOST))], ..Reply::default() };
    assert_eq!(missing.with_glue(), Judged::Said(Lookup::NoRecord));
}

#[test]
fn with_glue_wanted_the_answer_section_still_comes_first() {
    let reply = Reply { answer: &[(HOST, a(1))], additional: &[(HOST, a(2))], ..Reply::default() };
    assert_eq!(reply.with_glue(), addresses(&[1]));
}

// ------------------------------------------------------------------ garbage

#[test]
fn a_message_cut_at_any_byte_is_no_panic_and_never_an_address() {
    let whole = Reply {
        answer: &[(HOST, cname("b.example.org")), ("b.example.org", a(1))],
        authority: &[("example.org", ns("ns.example.org"))],
        additional: &[("ns.example.org", a(2))],
        extended: Some(OptRcode::NOERROR),
        ..Reply::default()
    };
    let bytes = whole.bytes();
    let answered = bytes.len();
    for size in 0..answered {
        let judged = judge(&bytes[..size], ID, HOST, V4, true);
        assert_ne!(judged, Judged::Said(Lookup::NoRecord), "cut at {size}");
        assert_ne!(judged, addresses(&[2]), "cut at {size}");
    }
    assert_eq!(whole.judged(), addresses(&[1]));
}

#[test]
fn a_compressed_owner_is_read_and_one_that_points_at_itself_is_not() {
    let answer_with_owner = |pointer: u8| {
        let mut bytes = query_without_edns(HOST, V4, ID, true).unwrap();
        bytes[2] |= 0x80;
        bytes[7] = 1;
        bytes.extend([0xc0, pointer, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 1]);
        bytes
    };
    assert_eq!(judge(&answer_with_owner(12), ID, HOST, V4, false), addresses(&[1]));
    let itself = u8::try_from(12 + HOST.len() + 2 + 4).unwrap();
    assert!(failed(judge(&answer_with_owner(itself), ID, HOST, V4, false)).contains("cannot be read"));
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), glue: bool) {
        let _ = judge(&bytes, ID, HOST, V4, glue);
    }

    #[test]
    fn a_damaged_answer_never_panics_and_no_family_is_mixed_up(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), glue: bool,
    ) {
        let mut bytes = Reply {
            answer: &[(HOST, cname("b.example.org")), ("b.example.org", a(1))],
            authority: &[("example.org", ns(HOST))],
            additional: &[(HOST, a(2))],
            ..Reply::default()
        }.bytes();
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Judged::Said(Lookup::Addresses(found)) = judge(&bytes, ID, HOST, V4, glue) {
            prop_assert!(!found.is_empty() && found.iter().all(|&address| Family::of(address) == V4));
        }
    }

    #[test]
    fn any_text_is_a_name_or_a_fault(text in "\\PC{0,300}") {
        if let Ok(bytes) = query(&text, V4, ID, true) {
            prop_assert!(bytes.len() <= 12 + 255 + 4 + 11);
        }
    }
}
