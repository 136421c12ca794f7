//! No file descriptors left: nobody spins, and idle connections make room. The listener runs in a process of its own, for the limit is the
//! process's.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

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

#[test]
fn without_file_descriptors_nothing_spins_and_idle_connections_make_room() {
    let own = std::env::current_exe().unwrap();
    let mut command = Command::new("prlimit");
    command.env(OTHER, "1").arg("--nofile=64:64").arg(own);
    command.args(["--ignored", "--exact", "--nocapture", "scarcity::other_process"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut other = Other(child);
    let lines = BufReader::new(other.0.stdout.take().unwrap()).lines();
    let at = lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("at ")?.parse().unwrap())).unwrap();
    let crowd: Vec<_> = (0..200).map(|_| connect(at)).collect();
    sleep(Duration::from_millis(300));
    let before = ticks(other.0.id());
    sleep(Duration::from_secs(1));
    let used = ticks(other.0.id()) - before;
    assert!(used < 20, "{used} ticks of processor time in a second");
    let mut stream = connect(at);
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert!(read_answer(&mut stream).starts_with("HTTP/1.1 200"), "nobody is served any more");
    drop(crowd);
}
