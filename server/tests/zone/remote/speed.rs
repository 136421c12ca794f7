//! How fast, against `nsupdate` in the same run at the same server.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use ddns_service::world::Zone as _;

use super::bed::{KINDS, Kind, Server, talk};
use super::{records, remote};

/// Callers at once, each with hosts of its own.
const CALLERS: usize = 64;

/// Pushes per second by one `Remote`, each with an address that its name did not have.
async fn ours(server: &Server, at_once: usize, round: usize, pushes: usize) -> f64 {
    let remote = Arc::new(remote(server.at, Some(server.key())));
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let callers: Vec<_> = (0..at_once)
        .map(|caller| {
            let (remote, next) = (remote.clone(), next.clone());
            tokio::spawn(async move {
                while let number = next.fetch_add(1, Ordering::Relaxed)
                    && number < pushes
                {
                    let address = format!("10.{round}.{}.{}", number / 256 % 256, number % 256);
                    remote.push(&records(&format!("s{caller}-{}", number % 8), &address, "-")).await.unwrap();
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    f64::from(u32::try_from(pushes).unwrap()) / start.elapsed().as_secs_f64()
}

/// Updates per second by `nsupdate -v`, one after the other, from one process, the same conditions and changes.
fn serial(server: &Server, round: usize, pushes: usize) -> f64 {
    let mut text = format!("server 127.0.0.1 {}\nzone example.test\n", server.at.port());
    for number in 0..pushes {
        let name = format!("n{}.example.test", number % 512);
        let address = format!("11.{round}.{}.{}", number / 256 % 256, number % 256);
        writeln!(text, "prereq nxrrset {name} CNAME\nupdate delete {name} A\nupdate add {name} 60 A {address}\nsend")
            .unwrap();
    }
    let start = Instant::now();
    talk(Command::new("nsupdate").arg("-v").arg("-k").arg(server.key()), &text);
    f64::from(u32::try_from(pushes).unwrap()) / start.elapsed().as_secs_f64()
}

/// `cargo test --release --test zone -- --ignored --nocapture speed`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for half a minute"]
async fn speed_is_three_times_that_of_serial_nsupdate_or_more() {
    let server = Server::start(Kind::Bind);
    let mut ratios = Vec::new();
    for round in 0..5 {
        let (theirs, ours) = (serial(&server, round, 500), ours(&server, CALLERS, round, 10_000).await);
        println!("round {round}: nsupdate -v {theirs:.0}/s, ours {ours:.0}/s, ratio {:.1}", ours / theirs);
        ratios.push(ours / theirs);
    }
    ratios.sort_by(f64::total_cmp);
    println!("ratio: median {:.1}, {:.1} to {:.1}", ratios[2], ratios[0], ratios[4]);
    assert!(ratios[2] >= 3.0, "{ratios:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures"]
async fn speed_of_one_caller_and_of_many_at_each_name_server() {
    for kind in KINDS {
        let server = Server::start(kind);
        for (round, (callers, pushes)) in
            [(1, 300), (8, 2000), (CALLERS, 4000), (4 * CALLERS, 8000)].into_iter().enumerate()
        {
            println!("{kind:?}, {callers} callers: {:.0}/s", ours(&server, callers, round, pushes).await);
        }
    }
}
