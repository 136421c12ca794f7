//! Garbage, half questions, forged askers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use crate::town::{Town, limited, settings};

fn udp(to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(to).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

fn ask(to: SocketAddr, message: &[u8]) -> Vec<u8> {
    let socket = udp(to);
    socket.send(message).unwrap();
    let mut answer = vec![0; 4096];
    let size = socket.recv(&mut answer).unwrap();
    answer.truncate(size);
    answer
}

/// Whether the first answer is to the question that comes after this message.
fn silent(to: SocketAddr, message: &[u8]) -> bool {
    let socket = udp(to);
    socket.send(message).unwrap();
    let mut good = question(0, [1, 0, 0, 0], NAME);
    good[..2].copy_from_slice(b"ok");
    socket.send(&good).unwrap();
    let mut answer = [0; 512];
    socket.recv(&mut answer).unwrap();
    answer.starts_with(b"ok")
}

/// A question for this name in wire form, type A, with this header's middle.
fn question(flags: u16, counts: [u16; 4], name: &[u8]) -> Vec<u8> {
    let mut message = vec![0x12, 0x34];
    message.extend(flags.to_be_bytes());
    message.extend(counts.into_iter().flat_map(u16::to_be_bytes));
    message.extend(name);
    message.extend([0, 1, 0, 1]);
    message
}

const NAME: &[u8] = b"\x03dyn\x07example\x03org\x00";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_question_gets_formerr_and_what_is_an_answer_gets_nothing() {
    let town = Town::start(&settings()).await;
    let rcode = |message: &[u8]| ask(town.address(), message)[3] & 15;
    assert_eq!(rcode(&question(0, [1, 0, 0, 0], NAME)), 0);
    let (signature, edns) = ([0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0], [0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 0]);
    let odd: [(&str, Vec<u8>); 13] = [
        ("no question", question(0, [0, 0, 0, 0], b"")),
        ("two questions", question(0, [2, 0, 0, 0], NAME)),
        ("an answer in a question", question(0, [1, 1, 0, 0], NAME)),
        ("cut off", question(0, [1, 0, 0, 0], &NAME[..9])),
        ("a name that points at itself", question(0, [1, 0, 0, 0], b"\xc0\x0c")),
        ("names that point at each other", question(0, [1, 0, 0, 0], b"\x01a\xc0\x10\xc0\x0c")),
        ("a pointer past the end", question(0, [1, 0, 0, 0], b"\xff\xff")),
        ("a name that ends in the head", question(0, [1, 0, 0, 0], b"\x02aa\xc0\x02")),
        ("a name that is in the head", question(0, [1, 0, 0, 0], b"\xc0\x02")),
        ("an additional record that is not there", question(0, [1, 0, 0, 1], NAME)),
        ("a signature that is not the last", [&question(0, [1, 0, 0, 2], NAME)[..], &signature, &edns].concat()),
        ("two signatures", [&question(0, [1, 0, 0, 2], NAME)[..], &signature, &signature].concat()),
        ("two OPT records", {
            let mut message = question(0, [1, 0, 0, 2], NAME);
            message.extend([0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 0].repeat(2));
            message
        }),
    ];
    for (what, message) in odd {
        assert_eq!(rcode(&message), 1, "{what}");
    }
    assert!(silent(town.address(), &question(0x8000, [1, 0, 0, 0], NAME)), "an answer");
    assert!(silent(town.address(), &[0x12, 0x34, 0, 0, 0]), "no header");
    assert_eq!(rcode(&question(0x7800, [1, 0, 0, 0], NAME)), 4, "an opcode that nobody knows");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_random_datagrams_do_not_stop_it() {
    let town = Town::start(&settings()).await;
    let socket = udp(town.address());
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for n in 0..10_000 {
        let mut message = question(0, [1, 0, 0, 1], NAME);
        message.extend([0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 8, 0, 10, 0, 4, 1, 2, 3, 4]);
        if n % 2 == 0 {
            message = (0..random() % 200).map(|_| random().to_le_bytes()[0]).collect();
        }
        for _ in 0..3 {
            let at = usize::try_from(random()).unwrap() % message.len().max(1);
            if let Some(byte) = message.get_mut(at) {
                *byte = random().to_le_bytes()[0];
            }
        }
        let _ = socket.send(&message);
    }
    assert_eq!(town.short("ns1.dyn.example.org A"), "192.0.2.53\n");
    assert_eq!(town.short("ns1.dyn.example.org A +tcp"), "192.0.2.53\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_questions_on_one_connection_are_answered_in_their_order_and_half_ones_are_not() {
    let town = Town::start(&settings()).await;
    let mut stream = TcpStream::connect(town.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let asked = question(0, [1, 0, 0, 0], NAME);
    for id in 0..50 {
        let mut message = asked.clone();
        message[1] = id;
        stream.write_all(&u16::try_from(message.len()).unwrap().to_be_bytes()).unwrap();
        stream.write_all(&message).unwrap();
    }
    for id in 0..50 {
        let mut size = [0; 2];
        stream.read_exact(&mut size).unwrap();
        let mut answer = vec![0; usize::from(u16::from_be_bytes(size))];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!((answer[1], answer[3] & 15), (id, 0));
    }
    for half in
        [&[0, 5, 1, 2, 3, 4, 5][..], &[0, 0], &[0xff, 0xff, 0, 0, 0], &[0, 12, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
    {
        let mut stream = TcpStream::connect(town.address()).unwrap();
        stream.write_all(half).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        // shorter than an idle connection is kept
        stream.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
        let mut rest = Vec::new();
        // closed, in whatever way, and not kept
        match stream.read_to_end(&mut rest) {
            Ok(_) => assert!(rest.is_empty(), "{half:?}: {rest:?}"),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
    }
    assert_eq!(town.short("ns1.dyn.example.org A +tcp"), "192.0.2.53\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_take_all_connections() {
    let town = Town::start(&settings()).await;
    let held: Vec<_> = (0..40).map(|_| TcpStream::connect(town.address()).unwrap()).collect();
    let closed = || {
        let closed = held.iter().filter(|stream| {
            stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
            matches!((&**stream).read(&mut [0; 1]), Ok(0))
        });
        closed.count()
    };
    // long before all of them are closed because they say nothing
    let begun = Instant::now();
    while closed() < 8 {
        assert!(begun.elapsed() < Duration::from_secs(8), "{} are closed", closed());
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(closed(), 8);
    drop(held);
    let begun = Instant::now();
    while town.short("ns1.dyn.example.org A +tcp") != "192.0.2.53\n" {
        assert!(begun.elapsed() < Duration::from_secs(30), "no place is free again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_answers_become_silence_or_a_call_to_tcp_that_is_no_longer_than_the_question() {
    let town = Town::start(&limited(20)).await;
    let asked = question(0, [1, 0, 0, 0], NAME);
    let (mut whole, mut cut) = (0, 0);
    let socket = udp(town.address());
    socket.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut answer = [0; 512];
    let begun = Instant::now();
    for _ in 0..200 {
        socket.send(&asked).unwrap();
    }
    let mut took = Duration::ZERO;
    while let Ok(size) = socket.recv(&mut answer) {
        took = begun.elapsed();
        if answer[2] & 2 == 0 {
            whole += 1;
        } else {
            cut += 1;
            assert!(size <= asked.len());
        }
    }
    // of a machine that needs a second for these two hundred, twenty more
    assert!((20..=60 + 20 * took.as_secs()).contains(&whole), "{whole} in {took:?}");
    assert!(cut >= 5, "{cut}");
    assert_eq!(town.short("ns1.dyn.example.org A +tcp"), "192.0.2.53\n");
}
