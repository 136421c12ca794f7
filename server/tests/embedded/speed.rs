//! Measured, not judged: `cargo test --release --test embedded -- --ignored --nocapture`.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ddns_service::world::Shelf as _;

use crate::shelf::MemoryShelf;
use crate::town::{Town, ZONE, records};
use crate::transfers::{Secondary, with_secondary};

const NAMES: u32 = 100_000;

fn address(n: u32) -> String {
    std::net::Ipv4Addr::from_bits(0x0a00_0000 + n).to_string()
}

fn resident() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn answers_per_second(to: SocketAddr, questions: &std::path::Path) -> f64 {
    let output = Command::new("dnsperf")
        .args(["-s", &to.ip().to_string(), "-p", &to.port().to_string(), "-l", "3", "-c", "4", "-q", "200", "-d"])
        .arg(questions)
        .output()
        .expect("dnsperf");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("NOERROR"), "{text}");
    let line = text.lines().find(|line| line.contains("Queries per second")).unwrap();
    line.split_whitespace().last().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn answers_a_second_next_to_named_that_copied_the_same_hundred_thousand_names() {
    let shelf = Arc::new(MemoryShelf::default());
    let hosts: Vec<_> = (0..NAMES).map(|n| records(&format!("host{n}"), ZONE, &address(n), "")).collect();
    shelf.put(ZONE, &hosts).await.unwrap();
    drop(hosts);
    let (settings, port) = with_secondary(true);
    let before = resident();
    let begun = Instant::now();
    let town = Town::with(&settings, shelf).await;
    println!("start with {NAMES} names: {:?}, {} KiB", begun.elapsed(), resident() - before);
    let named = Secondary::named(&town, port, "0");
    let begun = Instant::now();
    named
        .answers(
            &format!("host{}.dyn.example.org A", NAMES - 1),
            &format!("{}\n", address(NAMES - 1)),
            Duration::from_mins(1),
        )
        .await;
    println!("named has it after {:?}; resident {} KiB", begun.elapsed(), resident() - before);
    let begun = Instant::now();
    for n in 0..200 {
        town.push(&format!("host{n}"), "192.0.2.1", "").await.unwrap();
    }
    println!("a push in memory: {:?}", begun.elapsed() / 200);
    let path = std::env::temp_dir().join(format!("ddns-embedded-{}-questions", std::process::id()));
    let mut text = String::new();
    for n in 0..50_000_u32 {
        writeln!(text, "host{}.dyn.example.org A", n.wrapping_mul(2_654_435_761) % NAMES).unwrap();
        if n % 10 == 0 {
            writeln!(text, "nohost{n}.dyn.example.org A").unwrap();
        }
    }
    fs::write(&path, text).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut ratios = Vec::new();
    for _ in 0..5 {
        let both = [town.address(), ([127, 0, 0, 1], named.port).into()];
        let [ours, theirs] = both.map(|to| tokio::task::block_in_place(|| answers_per_second(to, &path)));
        println!("answers/s: ours {ours:.0}, named {theirs:.0}, {:.2}", ours / theirs);
        ratios.push(ours / theirs);
    }
    ratios.sort_by(f64::total_cmp);
    println!("ratio: median {:.2}, from {:.2} to {:.2}", ratios[2], ratios[0], ratios[4]);
    fs::remove_file(path).unwrap();
}
