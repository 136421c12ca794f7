//! No file descriptors left, or ten thousand in use. The listener runs in a process of its own, for limit and memory are the process's.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::fixture::{connect, house, limits, read_answer};

/// Set in the other process.
const OTHER: &str = "LISTEN_OTHER_PROCESS";

struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "no test: the other process of the test below"]
async fn other_process() {
    if std::env::var_os(OTHER).is_none() {
        return;
    }
    let house = house(limits()).await;
    println!("\nat {}", house.at);
    // its parent ends it
    let _ = std::io::stdin().read(&mut [0]);
}

/// Processor time so far, in ticks (proc(5)).
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// A listener in a process of its own, and where it listens.
fn other(descriptors: &str) -> (Other, SocketAddr) {
    let own = std::env::current_exe().unwrap();
    let mut command = Command::new("prlimit");
    command.env(OTHER, "1").arg(format!("--nofile={descriptors}")).arg(own);
    command.args(["--ignored", "--exact", "--nocapture", "scarcity::other_process"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut other = Other(child);
    let lines = BufReader::new(other.0.stdout.take().unwrap()).lines();
    let at = lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("at ")?.parse().unwrap())).unwrap();
    (other, at)
}

fn ask(stream: &mut TcpStream) -> bool {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").is_ok() && read_answer(stream).starts_with("HTTP/1.1 200")
}

#[test]
fn without_file_descriptors_nothing_spins_and_idle_connections_make_room() {
    let (other, at) = other("64:64");
    let crowd: Vec<_> = (0..200).map(|_| connect(at)).collect();
    let used = || {
        let before = ticks(other.0.id());
        sleep(Duration::from_secs(1));
        ticks(other.0.id()) - before
    };
    // on a busy machine it takes a while until all have come; what spins does so in each second
    let seconds: Vec<_> = (0..10).map(|_| used()).take_while(|used| *used >= 20).collect();
    assert!(seconds.len() < 10, "{seconds:?} ticks of processor time in each second");
    assert!(ask(&mut connect(at)), "nobody is served any more");
    drop(crowd);
}

/// Resident memory of a process in KiB (proc(5)).
fn resident(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
#[ignore = "the long form: needs 11,000 file descriptors in each of two processes"]
fn ten_thousand_idle_connections_cost_little_and_hinder_nobody() {
    crate::fixture::raise_descriptors(11_000);
    let (other, at) = other("11000:");
    let began = resident(other.0.id());
    let mut crowd = Vec::new();
    for _ in 0..10 {
        let before = resident(other.0.id());
        for _ in 0..1_000 {
            let mut stream = connect(at);
            assert!(ask(&mut stream));
            crowd.push(stream);
        }
        sleep(Duration::from_secs(1));
        println!("{} connections: {} KiB, before {before}", crowd.len(), resident(other.0.id()));
    }
    let each = (resident(other.0.id()) - began) * 1024 / crowd.len();
    println!("{} idle connections after one request each: {each} bytes of memory each", crowd.len());
    assert!(each < 12 * 1024, "{each} bytes each");
    let began = Instant::now();
    assert!(ask(&mut connect(at)) && began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
    assert!(crowd.iter_mut().step_by(97).all(ask), "an idle connection was lost");
}
