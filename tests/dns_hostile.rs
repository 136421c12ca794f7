//! Lookups at servers that are silent, lie, drip, or flood: what no real name server can be told to do. Loopback only.
#![cfg(test)]

#[path = "support/ports.rs"]
mod ports;

use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ddns::address::Family::V4;
use ddns::dns::Lookup;
use ddns::system::dns::Resolver;
use ddns::system::patience::Patience;
use ddns::system::resolve::Resolve;
use ddns::world::{Dns, Server, Via};

const HOST: &str = "host.example.net";

/// What has a limit or a stop ends long before this, on the slowest machine; without them it would take 10 s (twice five per server).
const PATIENCE: Duration = Duration::from_secs(7);

/// What a server sends back for one datagram.
type Replies = Vec<Vec<u8>>;

/// A UDP server on loopback that lives as long as the value; counts what it was asked.
struct Udp {
    at: SocketAddr,
    asked: Arc<AtomicU32>,
    over: Arc<AtomicBool>,
}

impl Udp {
    fn start(reply: impl Fn(&[u8]) -> Replies + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let server = Self { at: socket.local_addr().unwrap(), asked: Arc::default(), over: Arc::default() };
        let (asked, over) = (server.asked.clone(), server.over.clone());
        thread::spawn(move || {
            let mut buffer = [0; 2048];
            while !over.load(Ordering::Relaxed) {
                if let Ok((size, from)) = socket.recv_from(&mut buffer) {
                    asked.fetch_add(1, Ordering::Relaxed);
                    for message in reply(&buffer[..size]) {
                        let _ = socket.send_to(&message, from);
                    }
                }
            }
        });
        server
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }

    /// What it was asked, once it has read all of `count` questions: the one who asks may be over before the last is read.
    fn asked_in_the_end(&self, count: u32) -> u32 {
        let until = Instant::now() + PATIENCE;
        while self.asked() < count && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        self.asked()
    }
}

impl Drop for Udp {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Turns a question into an answer with one address; the OPT record at its end, if any, goes.
fn answer(question: &[u8], last: u8) -> Vec<u8> {
    let mut bytes = question[..12 + HOST.len() + 2 + 4].to_vec();
    bytes[2] |= 0x80;
    bytes[7] = 1;
    bytes[11] = 0;
    bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, last]);
    bytes
}

fn has_edns(question: &[u8]) -> bool {
    question[11] == 1
}

fn resolver(limit: Duration) -> Resolver {
    Resolver { limit, ..Resolver::new(PathBuf::from("/nonexistent"), None) }
}

fn via(at: SocketAddr) -> Via {
    Via { server: Some(Server { host: at.ip().to_string(), port: at.port() }), ..Via::default() }
}

fn lookup(at: SocketAddr) -> Lookup {
    resolver(3 * PATIENCE).lookup(HOST, V4, &via(at))
}

fn found(last: u8) -> Lookup {
    Lookup::Addresses(vec![IpAddr::from([203, 0, 113, last])])
}

fn no_answer(lookup: Lookup) -> String {
    match lookup {
        Lookup::NoAnswer(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_silent_server_ends_with_the_limit_and_is_named() {
    let server = Udp::start(|_| vec![]);
    let start = Instant::now();
    let why = no_answer(resolver(Duration::from_millis(600)).lookup(HOST, V4, &via(server.at)));
    assert!((Duration::from_millis(600)..PATIENCE).contains(&start.elapsed()), "{:?}", start.elapsed());
    assert_eq!(why, format!("no answer from {} in time", server.at));
    assert_eq!(server.asked_in_the_end(2), 2);
}

#[test]
fn a_port_where_nobody_listens_is_known_at_once() {
    let at = SocketAddr::from(([127, 0, 0, 1], ports::free_port()));
    let start = Instant::now();
    for tcp in [false, true] {
        let why = no_answer(resolver(3 * PATIENCE).lookup(HOST, V4, &Via { tcp, ..via(at) }));
        assert_eq!(why, format!("{at}: connection refused"));
    }
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn forged_answers_are_passed_over_and_the_right_one_is_taken() {
    let server = Udp::start(|question| {
        let mut wrong_id = answer(question, 66);
        wrong_id[1] ^= 1;
        let mut wrong_name = answer(question, 67);
        wrong_name[13] = b'x';
        vec![vec![], vec![0; 3], question.to_vec(), wrong_id, wrong_name, answer(question, 7)]
    });
    assert_eq!(lookup(server.at), found(7));
    assert_eq!(server.asked(), 1);
}

#[test]
fn a_flood_of_forged_answers_never_outlasts_the_limit() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let at = socket.local_addr().unwrap();
    let flood = Arc::new(AtomicBool::new(true));
    let open = flood.clone();
    let helper = thread::spawn(move || {
        let mut buffer = [0; 2048];
        let (size, from) = socket.recv_from(&mut buffer).unwrap();
        let mut wrong = answer(&buffer[..size], 66);
        wrong[0] ^= 0x80;
        let start = Instant::now();
        while open.load(Ordering::Relaxed) && start.elapsed() < 2 * PATIENCE {
            let _ = socket.send_to(&wrong, from);
        }
    });
    let start = Instant::now();
    assert!(no_answer(resolver(Duration::from_millis(300)).lookup(HOST, V4, &via(at))).contains("in time"));
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    flood.store(false, Ordering::Relaxed);
    helper.join().unwrap();
}

#[test]
fn a_server_that_rejects_edns_is_asked_without() {
    let server = Udp::start(|question| {
        let mut complaint = question[..12].to_vec();
        complaint[2] |= 0x80;
        complaint[3] = 1;
        complaint[4..].fill(0);
        vec![if has_edns(question) { complaint } else { answer(question, 7) }]
    });
    assert_eq!(lookup(server.at), found(7));
    assert_eq!(server.asked(), 2);
}

#[test]
fn a_server_that_drops_edns_is_asked_without_after_one_try() {
    let server = Udp::start(|question| if has_edns(question) { vec![] } else { vec![answer(question, 7)] });
    // half of the limit goes to the try with EDNS
    assert_eq!(resolver(Duration::from_secs(4)).lookup(HOST, V4, &via(server.at)), found(7));
    assert_eq!(server.asked(), 2);
}

#[test]
fn ids_differ_and_come_from_different_ports() {
    let server = Udp::start(|question| vec![answer(question, question[0])]);
    let ids: std::collections::HashSet<_> = (0..20).map(|_| format!("{:?}", lookup(server.at))).collect();
    assert!(ids.len() > 10, "{ids:?}");
}

#[test]
fn a_datagram_as_big_as_the_buffer_leads_to_tcp() {
    let at = SocketAddr::from(([127, 0, 0, 1], ports::free_port()));
    let (tcp, udp) = (TcpListener::bind(at).unwrap(), UdpSocket::bind(at).unwrap());
    let helper = thread::spawn(move || {
        let mut buffer = [0; 2048];
        let (size, from) = udp.recv_from(&mut buffer).unwrap();
        let mut huge = answer(&buffer[..size], 1);
        huge.resize(9000, 0);
        udp.send_to(&huge, from).unwrap();
        let (mut stream, _) = tcp.accept().unwrap();
        let size = stream.read(&mut buffer).unwrap();
        // a stranger's message first, then the right one in three pieces
        stream.write_all(&[0, 3, 1, 2, 3]).unwrap();
        let right = answer(&buffer[2..size], 7);
        let framed = [&u16::try_from(right.len()).unwrap().to_be_bytes()[..], &right].concat();
        for piece in framed.chunks(framed.len() / 3 + 1) {
            stream.write_all(piece).unwrap();
            thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(lookup(at), found(7));
    helper.join().unwrap();
}

#[test]
fn a_tcp_server_that_drips_or_hangs_up_never_outlasts_the_limit() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = tcp.local_addr().unwrap();
    let helper = thread::spawn(move || {
        let (mut stream, _) = tcp.accept().unwrap();
        stream.write_all(&[0xff, 0xff]).unwrap();
        while stream.write_all(&[0]).is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
        drop(stream);
        // the second try: closed at once
        drop(tcp.accept().unwrap());
    });
    let start = Instant::now();
    let asked = Via { tcp: true, ..via(at) };
    let why = no_answer(resolver(Duration::from_millis(800)).lookup(HOST, V4, &asked));
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    assert!(why.contains("connection"), "{why}");
    helper.join().unwrap();
}

#[test]
fn a_stop_ends_every_wait_at_once() {
    let server = Udp::start(|_| vec![]);
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let ways = [via(server.at), Via { tcp: true, ..via(hanging.local_addr().unwrap()) }];
    for way in ways {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let mut resolver =
            Resolver { limit: 3 * PATIENCE, ..Resolver::new(PathBuf::from("/nonexistent"), Some(reader.as_raw_fd())) };
        let helper = thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            writer.write_all(b"x").unwrap();
            writer
        });
        let start = Instant::now();
        assert_eq!(no_answer(resolver.lookup(HOST, V4, &way)), "interrupted");
        assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
        drop(helper.join().unwrap());
    }
}

#[test]
fn resolving_keeps_to_the_patience_of_its_caller_and_to_its_stop() {
    let server = Udp::start(|_| vec![]);
    let root = std::env::temp_dir().join(format!("ddns-hostile-{}", std::process::id()));
    fs::create_dir_all(root.join("etc")).unwrap();
    fs::write(root.join("etc/resolv.conf"), "nameserver 127.0.0.1\n").unwrap();
    let mut resolver = Resolver { port: server.at.port(), limit: 3 * PATIENCE, ..Resolver::new(root.clone(), None) };
    let start = Instant::now();
    let short = Patience::for_(Duration::from_millis(300), None);
    assert!(resolver.resolve(HOST, None, &short).unwrap_err().contains("no answer from"));
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"x").unwrap();
    let stopped = Patience::for_(3 * PATIENCE, Some(reader.as_raw_fd()));
    assert_eq!(resolver.resolve(HOST, None, &stopped), Err("interrupted".into()));
    let named = Via { server: Some(Server { host: HOST.into(), port: 1 }), ..Via::default() };
    resolver.stop = Some(reader.as_raw_fd());
    assert_eq!(resolver.lookup(HOST, V4, &named), Lookup::NoAnswer("interrupted".into()));
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn a_name_that_is_none_is_said_so_and_nobody_is_asked() {
    let server = Udp::start(|question| vec![answer(question, 7)]);
    for bad in ["", "a..b", "host example.net", "host.example.net\n", &"x".repeat(300)] {
        let why = no_answer(resolver(Duration::from_secs(1)).lookup(bad, V4, &via(server.at)));
        assert!(why.contains("the name"), "{why}");
    }
    assert_eq!(server.asked(), 0);
}
