//! The ubus client against the recorded bytes of the real ubusd, and against everything that is not ubusd.

#[cfg(test)]
mod alone;
#[cfg(test)]
mod ubusd;

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alone::Folder;
use ddns::system::netifd;
use ddns::system::patience::Patience;
use ddns::system::ubus::{UbusFault, WireFault, call, message, table};
use serde_json::{Value, json};

/// What shall not be waited for is over before this on the slowest machine; whoever waits does so for [`LONG`].
const SOON: Duration = Duration::from_secs(30);
/// The limit of a question that ends without it, in milliseconds.
const LONG: u64 = 60_000;

fn dump(at: &Path, limit_ms: u64) -> Result<Value, UbusFault> {
    call(at, "network.interface", "dump", &Patience::for_(Duration::from_millis(limit_ms), None))
}

/// What a caller gets from a server that says these bytes and ends.
fn told(name: &str, said: Vec<u8>) -> Result<Value, UbusFault> {
    let folder = Folder::new(name);
    let at = folder.path().join("sock");
    ubusd::listen(&at, move |stream| ubusd::say(&stream, &said));
    dump(&at, LONG)
}

fn whole() -> Vec<u8> {
    ubusd::bytes(&ubusd::SAID.concat())
}

/// An attribute of the wire: head and padded payload.
#[cfg(test)]
fn attribute(head: u8, payload: &[u8]) -> Vec<u8> {
    let mut all = u32::try_from(payload.len() + 4).unwrap().to_be_bytes().to_vec();
    all[0] = head;
    all.extend_from_slice(payload);
    all.resize(all.len().next_multiple_of(4), 0);
    all
}

#[test]
fn the_recorded_dump_gives_the_same_value_as_the_ubus_program_prints() {
    let folder = Folder::new("recorded");
    let at = folder.path().join("sock");
    ubusd::listen(&at, ubusd::play);
    let value = dump(&at, LONG).unwrap();
    assert_eq!(value, serde_json::from_str::<Value>(ubusd::PRINTED).unwrap());
    let networks = netifd::networks(&value).unwrap();
    assert_eq!((networks[0].name.as_str(), networks[0].device.as_deref()), ("wan", Some("pppoe-wan")));
    let addresses: Vec<_> = networks[0].candidates.iter().map(|c| c.address.to_string()).collect();
    assert_eq!(addresses, ["192.0.2.7", "2001:db8:1::7"]);
}

#[test]
fn an_answer_in_single_bytes_is_the_same_answer() {
    let folder = Folder::new("drip");
    let at = folder.path().join("sock");
    ubusd::listen(&at, |mut stream| whole().chunks(1).for_each(|byte| stream.write_all(byte).unwrap()));
    assert_eq!(dump(&at, LONG).unwrap()["interface"][0]["interface"], "wan");
}

#[test]
fn every_truncation_of_the_answer_is_an_error_at_once() {
    let folder = Folder::new("truncated");
    let at = folder.path().join("sock");
    let length = Arc::new(Mutex::new(0));
    let shared = Arc::clone(&length);
    ubusd::listen(&at, move |stream| ubusd::say(&stream, &whole()[..*shared.lock().unwrap()]));
    let began = Instant::now();
    for cut in 0..whole().len() {
        *length.lock().unwrap() = cut;
        let fault = dump(&at, LONG).unwrap_err();
        assert!(matches!(fault, UbusFault::Closed), "{cut}: {fault:?}");
    }
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[test]
fn flipped_bytes_never_panic_and_never_hang() {
    let folder = Folder::new("flipped");
    let at = folder.path().join("sock");
    let said = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&said);
    ubusd::listen(&at, move |stream| ubusd::say(&stream, &shared.lock().unwrap().clone()));
    let began = Instant::now();
    let mut dice = 12345_u32;
    let mut throw = |sides: usize| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(dice >> 8).unwrap() % sides
    };
    let mut errors = 0;
    for _ in 0..3000 {
        let mut bytes = whole();
        for _ in 0..=throw(3) {
            let place = throw(bytes.len());
            bytes[place] = u8::try_from(throw(256)).unwrap();
        }
        *said.lock().unwrap() = bytes;
        match dump(&at, LONG) {
            Ok(value) => drop(netifd::networks(&value)),
            Err(UbusFault::TimedOut) => panic!("waited for bytes that cannot come"),
            Err(_) => errors += 1,
        }
    }
    assert!(errors > 300, "{errors}");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[test]
fn a_refusal_is_said_in_words() {
    let mut denied = ubusd::bytes(&ubusd::SAID[..2].concat());
    *denied.last_mut().unwrap() = 6;
    assert_eq!(told("denied", denied).unwrap_err().to_string(), "refused: permission denied");
    let nothing = ubusd::bytes(concat!("000000000a105ded00000004", "00010001000000000000000c0100000800000004"));
    assert_eq!(told("nothing", nothing).unwrap_err().to_string(), "refused: no such object");
    let odd = ubusd::bytes("000000000a105ded0000000400010001000000000000000c01000008000000ff");
    assert_eq!(told("odd", odd).unwrap_err().to_string(), "refused: status 255");
}

#[test]
fn success_without_an_answer_is_an_error() {
    let empty = ubusd::bytes(&[ubusd::SAID[0], "00010001000000000000000c0100000800000000"].concat());
    assert!(matches!(told("empty", empty), Err(UbusFault::Incomplete(_))));
}

#[test]
fn another_protocol_and_an_absurd_length_are_refused_before_reading_on() {
    let http = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
    assert!(matches!(told("http", http), Err(UbusFault::Malformed(WireFault::Version(b'H')))));
    let long = ubusd::bytes("000000000a105ded00ffffff");
    assert!(matches!(told("long", long), Err(UbusFault::Malformed(WireFault::Length(_)))));
    let short = ubusd::bytes("000000000a105ded00000003");
    assert!(matches!(told("short", short), Err(UbusFault::Malformed(WireFault::Length(_)))));
}

#[test]
fn a_server_that_only_chatters_is_left_after_so_many_messages() {
    let chatter = [ubusd::SAID[0], &"0001ffff000000000000000c0100000800000000".repeat(1000)].concat();
    assert!(matches!(told("chatter", ubusd::bytes(&chatter)), Err(UbusFault::Incomplete("an end"))));
}

#[test]
fn a_silent_server_and_one_that_never_comes_to_an_end_are_left_in_time() {
    let folder = Folder::new("silent");
    for (name, drip) in [("silent", false), ("slow", true)] {
        let at = folder.path().join(name);
        ubusd::listen(&at, move |mut stream| {
            while drip && stream.write_all(&[0]).is_ok() {
                std::thread::sleep(Duration::from_millis(30));
            }
            let _ = stream.read(&mut [0]);
        });
        let began = Instant::now();
        assert!(matches!(dump(&at, 300), Err(UbusFault::TimedOut)));
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
}

#[test]
fn a_server_that_takes_nobody_in_does_not_hold_us_in_connect() {
    use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket};
    let folder = Folder::new("busy");
    let at = folder.path().join("sock");
    let socket = socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).unwrap();
    bind(socket.as_raw_fd(), &UnixAddr::new(&at).unwrap()).unwrap();
    listen(&socket, Backlog::new(0).unwrap()).unwrap();
    let began = Instant::now();
    let _queue = UnixStream::connect(&at).unwrap();
    assert!(matches!(dump(&at, 300), Err(UbusFault::TimedOut)));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[test]
fn a_signal_to_end_cuts_the_question_short() {
    let folder = Folder::new("stop");
    let at = folder.path().join("sock");
    ubusd::listen(&at, |mut stream| drop(stream.read(&mut [0])));
    let (stop, mut bell) = UnixStream::pair().unwrap();
    bell.write_all(b"!").unwrap();
    let patience = Patience::for_(Duration::from_millis(LONG), Some(stop.as_raw_fd()));
    let began = Instant::now();
    assert!(matches!(call(&at, "network.interface", "dump", &patience), Err(UbusFault::Interrupted)));
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[test]
fn no_socket_and_no_right_are_told_apart() {
    let folder = Folder::new("none");
    assert!(matches!(dump(&folder.path().join("none"), 300), Err(UbusFault::NoSocket)));
    let file = folder.program("file", "");
    assert!(matches!(dump(&file, 300), Err(UbusFault::Socket(_))));
    let long = folder.path().join("x".repeat(200));
    assert!(matches!(dump(&long, 300), Err(UbusFault::Socket(_))));
}

#[test]
fn each_type_of_value_becomes_its_json() {
    let named = |kind: u8, name: &str, value: &[u8]| {
        let mut payload = u16::try_from(name.len()).unwrap().to_be_bytes().to_vec();
        payload.extend(name.bytes());
        payload.push(0);
        payload.resize(payload.len().next_multiple_of(4), 0);
        payload.extend_from_slice(value);
        attribute(0x80 | kind, &payload)
    };
    let all = [
        named(4, "long", &(-5_000_000_000_i64).to_be_bytes()),
        named(5, "int", &(-7_i32).to_be_bytes()),
        named(6, "short", &(-3_i16).to_be_bytes()),
        named(7, "no", &[0]),
        named(8, "half", &0.5_f64.to_be_bytes()),
        named(3, "text", b"caf\xc3\xa9 \xff\0"),
        named(1, "list", &[named(5, "", &1_i32.to_be_bytes()), named(3, "", b"two\0")].concat()),
        named(0, "void", b""),
    ];
    let expected = json!({"long": -5_000_000_000_i64, "int": -7, "short": -3, "no": false, "half": 0.5,
        "text": "café \u{fffd}", "list": [1, "two"], "void": null});
    assert_eq!(table(&all.concat()).unwrap(), expected);
    for broken in [named(5, "x", &[0; 3]), named(3, "x", b"open"), named(7, "x", b""), attribute(7, b"\0\0\0\0")] {
        assert_eq!(table(&broken), Err(WireFault::Value), "{broken:?}");
    }
}

#[test]
fn tables_within_tables_without_end_are_refused() {
    let mut bomb = Vec::new();
    for _ in 0..40_000 {
        bomb = attribute(0x82, &[vec![0; 4], bomb].concat());
        if bomb.len() > 300_000 {
            break;
        }
    }
    assert_eq!(table(&bomb), Err(WireFault::Depth));
    assert_eq!(message(&[0; 5]), Err(WireFault::Length(5)));
}
