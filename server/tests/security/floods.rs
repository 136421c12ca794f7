//! Wrong passwords in numbers: what they cost, and that nobody else pays.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::bed::http::{Ask, base64};
use crate::bed::{Bed, HOST, PASSWORD, PLAIN, read};

/// Every request says by its header from where it is.
fn behind_a_proxy() -> Bed {
    Bed::peopled(|plan| {
        plan.daemon =
            "proxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\"]\nlog_level = \"ERROR\"\n".to_owned();
        plan.limits = "good_max_requests = 1000\n".to_owned();
    })
}

fn from(bed: &Bed, address: &str, user: &str, password: &str, host: &str) -> String {
    let ask = Ask::get(&format!("/update?hostname={host}")).user(user, password);
    bed.ask(&ask.header("X-Forwarded-For", address)).body
}

#[test]
fn what_others_guess_locks_nobody_out() {
    let mut bed = behind_a_proxy();
    bed.run();
    let token = bed.token("mypc");
    assert_eq!(from(&bed, "198.51.100.1", "ann", PASSWORD, HOST), "good 198.51.100.1\n");
    for number in 0..40 {
        let said = from(&bed, &format!("203.0.113.{number}"), "ann", &format!("guess{number}"), HOST);
        assert_eq!(said, "badauth\n", "one try for each network");
    }
    assert_eq!(from(&bed, "203.0.113.1", "ann", "another", HOST), "abuse\n", "no second one while she is guessed at");
    assert_eq!(from(&bed, "203.0.113.1", "ann", PASSWORD, HOST), "abuse\n", "nor the right one: nothing is looked at");
    assert_eq!(from(&bed, "198.51.100.1", "ann", PASSWORD, HOST), "nochg 198.51.100.1\n", "at home");
    assert_eq!(from(&bed, "198.51.100.77", "ann", PASSWORD, HOST), "good 198.51.100.77\n", "with a new address");
    assert_eq!(from(&bed, "203.0.113.1", "ann", &token, HOST), "good 203.0.113.1\n", "a token from anywhere");
    // a restart forgets passwords that were proven, so that the next is looked at anew
    bed.end("TERM");
    bed.run();
    let one = "one.dyn.example.com";
    assert_eq!(from(&bed, "198.51.100.5", "ben", PLAIN, one), "good 198.51.100.5\n");
    for _ in 0..3 {
        assert_eq!(from(&bed, "198.51.100.5", "neighbour", "wrong", one), "badauth\n");
    }
    assert_eq!(from(&bed, "198.51.100.5", "neighbour", "wrong", one), "abuse\n");
    assert_eq!(
        from(&bed, "198.51.100.5", "ben", PLAIN, one),
        "nochg 198.51.100.5\n",
        "behind one address with a guesser"
    );
}

/// Wrong passwords, each from another network, until all of them together have sent so many.
fn flood(at: SocketAddr, sent: &AtomicUsize, count: usize) {
    let mut reader = BufReader::new(TcpStream::connect(at).unwrap());
    reader.get_ref().set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    loop {
        let number = sent.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return;
        }
        let login = base64(format!("user{}:wrong{number}", number % 100_000).as_bytes());
        let text = format!(
            "GET /update?hostname={HOST} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 2001:db8:{:x}:{:x}::1\r\nAuthorization: Basic {login}\r\n\r\n",
            number >> 16,
            number & 0xffff
        );
        reader.get_mut().write_all(text.as_bytes()).unwrap();
        answer(&mut reader);
    }
}

fn answer(reader: &mut BufReader<TcpStream>) {
    let (mut length, mut line) = (0, String::new());
    while line != "\r\n" {
        line.clear();
        assert_ne!(reader.read_line(&mut line).unwrap(), 0, "closed");
        if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}

fn memory(bed: &Bed, line: &str) -> u64 {
    let status = read(Path::new(&format!("/proc/{}/status", bed.pid())));
    let found = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    found.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Memory stays bounded, and a good token goes on while they last.
fn many(count: usize, connections: usize) {
    let bed = behind_a_proxy();
    let token = bed.token("mypc");
    let mut bed = bed;
    bed.run();
    let (at, sent, mut slowest, mut tries) = (bed.at(), AtomicUsize::new(0), Duration::ZERO, 0);
    thread::scope(|scope| {
        let floods: Vec<_> = (0..connections).map(|_| scope.spawn(|| flood(at, &sent, count))).collect();
        while !floods.iter().all(thread::ScopedJoinHandle::is_finished) {
            let begun = Instant::now();
            let said = from(&bed, &format!("198.51.100.{}", tries % 200 + 1), "ann", &token, HOST);
            assert!(said.starts_with("good "), "{said:?} after {tries}");
            slowest = slowest.max(begun.elapsed());
            tries += 1;
            thread::sleep(Duration::from_millis(50));
        }
    });
    let peak = memory(&bed, "VmHWM:");
    // two hashes at once take 19 MiB each
    assert!(peak < 160 * 1024, "{peak} KiB");
    assert!(tries > 0 && slowest < Duration::from_secs(30), "{tries} updates, the slowest took {slowest:?}");
    println!("{count} wrong passwords: peak {peak} KiB, {tries} updates meanwhile, the slowest {slowest:?}");
}

#[test]
fn wrong_passwords_from_many_addresses_need_bounded_memory_and_stop_no_token() {
    // more connections than may wait for a hash: the others are told 911 at once
    many(20_000, 300);
}

#[test]
#[ignore = "some minutes"]
fn a_million_wrong_passwords_need_bounded_memory_and_stop_no_token() {
    many(1_000_000, 600);
}
