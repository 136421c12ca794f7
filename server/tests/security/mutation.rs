//! The short form of the fuzz targets in `fuzz/`: the same readers, texts made from good ones by a dice that always falls the same way. No
//! reader panics, and what is forged is never taken for good.

use std::net::UdpSocket;
use std::panic::catch_unwind;
use std::time::Duration;

use ddns::address::Family;
use ddns::dns::{self, Algorithm, Key, Kind, Seal};
use ddns::secret::Secret;
use ddns_service::config::{self, Endpoint, Proxy};
use ddns_service::request;
use ddns_service::world::Request;

use crate::bed::plan::Plan;
use crate::bed::{Bed, HOST};

/// How often each.
const ROUNDS: usize = 20_000;

/// xorshift64: the same texts in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap()
    }

    /// A copy with some bytes changed, moved, repeated, gone, or cut off.
    fn changed(&mut self, good: &[u8]) -> Vec<u8> {
        const ODD: &[u8] = b"\0\x01\x3f\x40\xc0\xff\x80 %&=,;:.\r\n\"'{}[]#@/\\x";
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(5) {
            let at = self.below(bytes.len() + 1);
            match self.below(7) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, ODD[self.below(ODD.len())]),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                3 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                4 if at < bytes.len() => bytes[at] = ODD[self.below(ODD.len())],
                5 => {
                    let end = (at + self.below(40)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, piece);
                }
                _ if at + 1 < bytes.len() => bytes[at..at + 2].copy_from_slice(&[0xc0, at.to_le_bytes()[0]]),
                _ => {}
            }
        }
        bytes
    }
}

/// Runs a reader on changed copies of good ones; what it panics on is shown.
fn try_all(good: &[&[u8]], seed: u64, read: impl Fn(&[u8]) + std::panic::RefUnwindSafe) {
    let mut dice = Dice(seed);
    for round in 0..ROUNDS {
        let bytes = dice.changed(good[round % good.len()]);
        assert!(catch_unwind(|| read(&bytes)).is_ok(), "{:?}", String::from_utf8_lossy(&bytes));
    }
}

/// Path, query, headers and body, each behind a line's end.
fn request(bytes: &[u8]) -> Request {
    let mut parts = bytes.split(|byte| *byte == b'\n');
    let mut text = || parts.next().map(|part| String::from_utf8_lossy(part).into_owned()).unwrap_or_default();
    let (method, path, query) = (text(), text(), text());
    let headers = ["authorization", "x-forwarded-for", "accept", "content-type"];
    let headers = headers.map(|name| (name.to_owned(), text().into_bytes())).to_vec();
    Request {
        id: 1,
        method,
        path,
        query: Some(query),
        headers,
        peer: "127.0.0.1:5".parse().unwrap(),
        body: text().into_bytes(),
    }
}

fn rules() -> (Vec<Endpoint>, Proxy) {
    let text = "[database]\npath = \"x\"\n[daemon]\nproxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n";
    let (settings, _) = config::read(text).unwrap();
    (settings.endpoints, settings.daemon.proxy.unwrap())
}

#[test]
fn no_request_makes_its_reader_panic_and_its_bounds_hold() {
    let (endpoints, proxy) = rules();
    let good: [&[u8]; 4] = [
        b"GET\n/update\nhostname=mypc.dyn.example.com,b%C3%BCcher.example.org.&myip=192.0.2.1,2001:db8::1/56&myip6=&notify_change=1\nBasic YW5uOnB3\n203.0.113.1, 10.1.2.3\napplication/json;q=0.5, */*\n\n",
        b"POST\n/update\n\nBearer ABCDEFGHIJKLMNOPQRSTUVWXYZ012345\n[2001:db8::1]:443\n*/*\napplication/x-www-form-urlencoded\nhost=yes&user=ann&pass=%26%3d%00&ip4=::ffff:192.0.2.1",
        b"GET\n/update\nhost=*.xn--bcher-kva.example&username=ann&password=p%&myip=1.2.3.4,,,&ipv6=fe80::1\nBasic ====\nunknown\n\n\n",
        b"GET\n/update\n%68ostname=a.b&hostname=c.d&token=x+y\nbasic Og==\n,,,\napplication/json;q=0\n;;\n",
    ];
    try_all(&good, 0x9E37_79B9_7F4A_7C15, |bytes| {
        let Ok(update) = request::read(&request(bytes), &endpoints, Some(&proxy)) else { return };
        if let request::Hosts::Named(names) = update.hosts {
            assert!(names.len() <= request::HOSTS);
            for name in names.into_iter().filter_map(|(_, name)| name.ok()) {
                let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.*".contains(&b);
                assert!(name.len() <= 253 && name.bytes().all(fits), "{name:?}");
                assert!(name.split('.').all(|label| (1..=63).contains(&label.len())), "{name:?}");
            }
        }
        assert!(update.login.is_none_or(|login| login.password.reveal().len() <= 256));
    });
}

#[test]
fn no_configuration_makes_its_reader_panic() {
    let example = config::EXAMPLE.replace("\n#", "\n");
    try_all(&[config::EXAMPLE.as_bytes(), example.as_bytes()], 88_172_645_463_325_252, |bytes| {
        if bytes.len() % 10 == 0 {
            let _ = config::read(&String::from_utf8_lossy(bytes));
        }
    });
}

#[test]
fn no_key_file_makes_its_reader_panic() {
    let good: [&[u8]; 2] = [
        b"key \"ddns-key\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0\";\n};\n",
        b"# a\n/* b */ key a { secret c2VjcmV0; algorithm \"hmac-md5.sig-alg.reg.int.\"; }; // c\nkey b { };",
    ];
    try_all(&good, 7, |bytes| drop(dns::keys(&String::from_utf8_lossy(bytes))));
}

#[test]
fn no_changed_answer_of_a_name_server_is_taken_for_a_signed_one() {
    let key = Key::new("ddns-key", Algorithm::named("hmac-sha256").unwrap(), Secret::new("secret")).unwrap();
    let question = dns::question("mypc.dyn.example.com", Kind::Zone, 77, false).unwrap();
    let asked = key.sign(&question, 1_700_000_000);
    let mut unsigned = question.clone();
    unsigned[2] |= 0x80;
    // an answer that is signed for another question, or as one: never good
    let theirs = key.sign(&unsigned, 1_700_000_000).bytes;
    try_all(&[&theirs, &unsigned, &asked.bytes], 11, |bytes| {
        let seal = key.seal(&asked, bytes, 1_700_000_000);
        assert_ne!(seal, Seal::Good);
        let _ = dns::read(bytes, HOST, Family::V4);
        let _ = dns::belongs_to_request(&asked.bytes, bytes);
    });
}

#[test]
fn the_embedded_name_server_answers_after_thousands_of_broken_questions() {
    let bed = Bed::running(Plan::unlimited);
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    socket.connect(("127.0.0.1", bed.plan.dns_port)).unwrap();
    let key = Key::new("transfer", Algorithm::named("hmac-sha256").unwrap(), Secret::new("other")).unwrap();
    let question = dns::question(HOST, Kind::Zone, 5, false).unwrap();
    let signed = key.sign(&question, 1_700_000_000).bytes;
    let looped = b"\0\x05\0\0\0\x01\0\0\0\0\0\0\xc0\x0c\0\x01\0\x01".to_vec();
    let (mut dice, mut space) = (Dice(13), [0; 4096]);
    for round in 0..5000 {
        let sent = dice.changed([&question, &signed, &looped][round % 3]);
        let _ = socket.send(&sent);
        if let Ok(size) = socket.recv(&mut space) {
            assert!(size <= sent.len() + 512, "{size} octets for {}", sent.len());
        }
    }
    assert_eq!(bed.dig(HOST, "A"), ["60 192.0.2.1"]);
}
