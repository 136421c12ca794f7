//! Clients that take a place and say nothing, or very little, while good ones go on.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::bed::http::Ask;
use crate::bed::{Bed, HOST};

/// Longer than a good client may have to wait on a machine where much else runs, shorter than a slow client is listened to.
const SOON: Duration = Duration::from_secs(8);

fn crowded(most: usize) -> (Bed, String) {
    let bed = Bed::peopled(|plan| {
        plan.daemon = format!("max_connections = {most}\nmax_connections_per_address = 100000\n");
        plan.unlimited();
    });
    let token = bed.token("mypc");
    let mut bed = bed;
    bed.run();
    (bed, token)
}

/// An update by a good client, in time.
fn good(bed: &Bed, token: &str, number: usize) {
    let begun = Instant::now();
    let target = format!("/update?hostname={HOST}&myip=192.0.2.{}", number % 200 + 1);
    let said = bed.ask(&Ask::get(&target).user("ann", token)).body;
    assert!(said.starts_with("good ") || said.starts_with("nochg "), "{said:?}: {}", bed.log());
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

fn memory(bed: &Bed) -> u64 {
    let status = crate::bed::read(std::path::Path::new(&format!("/proc/{}/status", bed.pid())));
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn slow_heads_and_slow_bodies_hold_nobody_up() {
    let (bed, token) = crowded(500);
    let beginnings = [
        "",
        "G",
        "PRI * HTTP/2",
        "GET /update?hostname=a HTTP/1.1\r\nHost: a\r\n",
        "POST /update HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\na",
    ];
    let mut slow: Vec<TcpStream> = Vec::new();
    for number in 0..480 {
        let mut stream = TcpStream::connect(bed.at()).unwrap();
        stream.write_all(beginnings[number % beginnings.len()].as_bytes()).unwrap();
        slow.push(stream);
    }
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                for stream in &slow {
                    // whoever was closed meanwhile cannot be written to
                    let _ = (&*stream).write_all(b"a");
                }
                thread::sleep(Duration::from_millis(200));
            }
        });
        for number in 0..40 {
            good(&bed, &token, number);
        }
        over.store(true, Ordering::Relaxed);
    });
    let begun = Instant::now();
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    }
    assert!(begun.elapsed() < Duration::from_secs(45), "all of them are closed in the end");
    good(&bed, &token, 99);
}

fn idle(count: usize, kib_each: u64) {
    let (bed, token) = crowded(count + 10);
    good(&bed, &token, 0);
    let before = memory(&bed);
    let at: SocketAddr = bed.at();
    let open: Vec<TcpStream> = (0..count).map(|_| TcpStream::connect(at).unwrap()).collect();
    for number in 0..20 {
        good(&bed, &token, number);
    }
    let grown = memory(&bed).saturating_sub(before);
    assert!(grown < kib_each * count as u64 + 16 * 1024, "{grown} KiB for {count}");
    println!("{count} idle connections: {grown} KiB on top of {before}");
    drop(open);
    good(&bed, &token, 21);
}

#[test]
fn two_thousand_idle_connections_cost_little_and_hold_nobody_up() {
    idle(2000, 8);
}

#[test]
#[ignore = "ten thousand connections: more file descriptors than some machines give"]
fn ten_thousand_idle_connections_cost_little_and_hold_nobody_up() {
    idle(9500, 8);
}

#[test]
fn more_connections_than_places_close_idle_ones_and_good_clients_get_in() {
    let (bed, token) = crowded(100);
    let open: Vec<TcpStream> = (0..400).filter_map(|_| TcpStream::connect(bed.at()).ok()).collect();
    for number in 0..10 {
        good(&bed, &token, number);
    }
    drop(open);
}
