//! Correctness under trouble: instances of the real program on one database, with clients that send racing updates, while everything that can
//! fail does. When all is well again, the zone must be as the newest row of every host says, what clients were told must hold, and every
//! letter must have left once.
//!
//! A failing schedule prints its seed, its timeline and what was wrong. `CHAOS_SEED=7` runs that one alone (with either test),
//! `CHAOS_SCHEDULES=500` as many in the long tests, `CHAOS_KEEP=1` keeps the folders with the logs, `CHAOS_SAY=1` shows the timelines
//! of all.
#![cfg(test)]

mod balancer;
mod clients;
#[path = "../bed/galera.rs"]
mod cluster;
mod database;
mod dice;
mod mailbox;
mod proxy;
mod servers;
mod town;
mod trouble;
mod verdict;

use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use clients::Clients;
use cluster::Cluster;
use dice::Dice;
use town::{Kind, Town};

/// A schedule's troubles, milliseconds.
const SHORT: u64 = 4_000;
const LONG: u64 = 12_000;
/// A node that was killed needs seconds to come back.
const CLUSTERED: u64 = 25_000;

/// At once: most of the time they wait.
const TOGETHER: usize = 12;

#[test]
fn after_any_trouble_the_zone_is_what_the_database_says_and_every_letter_left_once() {
    all(&seeds(12, 1), SHORT);
}

#[test]
#[ignore = "hundreds of schedules: make chaos"]
fn after_hundreds_of_long_troubles_all_is_as_it_should_be() {
    let count = std::env::var("CHAOS_SCHEDULES").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    all(&seeds(count, 1000), LONG);
}

/// One after the other, because three database servers fill a small machine.
#[test]
#[ignore = "three database servers: make chaos CLUSTER=1"]
fn on_a_cluster_whose_nodes_are_in_trouble_all_is_as_it_should_be() {
    let count = std::env::var("CHAOS_SCHEDULES").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let (mut cluster, mut failed, seeds) = (None::<Cluster>, Vec::new(), seeds(count, 5000));
    for seed in &seeds {
        match &cluster {
            Some(cluster) => cluster.empty(),
            None => cluster = Some(started()),
        }
        let kind = Kind::Galera { balanced: seed % 2 == 0 };
        failed.extend(schedule(kind, *seed, CLUSTERED, &mut cluster).err().inspect(|said| println!("{said}")));
    }
    assert!(failed.is_empty(), "{} of {} schedules failed:\n{}", failed.len(), seeds.len(), failed.join("\n\n"));
}

fn started() -> Cluster {
    let folder = std::env::temp_dir().join(format!("ddns-chaos-{}-cluster", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    Cluster::start(folder, [servers::port(), servers::port(), servers::port()])
}

fn seeds(count: u64, first: u64) -> Vec<u64> {
    match std::env::var("CHAOS_SEED").ok().and_then(|text| text.parse().ok()) {
        Some(seed) => vec![seed],
        None => (first..first + count).collect(),
    }
}

fn all(seeds: &[u64], length: u64) {
    let left = Mutex::new(seeds.iter().rev().copied().collect::<Vec<u64>>());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..TOGETHER.min(seeds.len()) {
            scope.spawn(|| {
                loop {
                    let Some(seed) = left.lock().unwrap().pop() else { return };
                    let run = || schedule(kind(seed), seed, length, &mut None);
                    let ended = thread::scope(|inner| inner.spawn(run).join());
                    match ended {
                        Ok(Ok(())) => {}
                        Ok(Err(said)) => failed.lock().unwrap().push(said),
                        Err(_) => failed.lock().unwrap().push(format!("seed {seed}: the schedule itself fell over")),
                    }
                }
            });
        }
    });
    servers::forget_template();
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} schedules failed:\n{}", failed.len(), seeds.len(), failed.join("\n\n"));
}

fn kind(seed: u64) -> Kind {
    match seed % 4 {
        0 => Kind::Embedded,
        1 => Kind::Maria(2 + usize::try_from(seed / 4 % 3).unwrap()),
        2 => Kind::Sqlite,
        _ => Kind::Maria(2),
    }
}

/// What a schedule with a cluster leaves whole is the next one's.
fn schedule(kind: Kind, seed: u64, length: u64, cluster: &mut Option<Cluster>) -> Result<(), String> {
    let mut dice = Dice::new(seed);
    let long_stop = kind.has_server() && dice.below(4) == 0;
    let plan = trouble::plan(kind, &mut dice, length, long_stop);
    let last = plan.iter().map(|(at, _)| *at).max().unwrap_or(0).max(length);
    let mut town = Town::start(kind, seed, cluster.take());
    let begun = Instant::now();
    let ports: Vec<u16> = town.instances.iter().map(|instance| instance.port).collect();
    let clients = Clients::start(seed, &ports, begun);
    let (busy, done) = mpsc::channel();
    let mut plan = plan.into_iter().peekable();
    while plan.peek().is_some() || begun.elapsed() < Duration::from_millis(last) {
        while plan.peek().is_some_and(|(at, _)| Duration::from_millis(*at) <= begun.elapsed()) {
            let (_, trouble) = plan.next().unwrap();
            town.suffer(&trouble, &busy);
        }
        town.supervise();
        for said in done.try_iter() {
            town.note(&said);
        }
        thread::sleep(Duration::from_millis(10));
    }
    town.note("troubles end");
    town.heal(&busy);
    let sent = clients.stop();
    drop(busy);
    for said in &done {
        town.note(&said);
    }
    let outcome = town.judged(&sent);
    let words = |word: &str| sent.iter().filter(|sent| sent.word.as_deref() == Some(word)).count();
    let said = format!(
        "seed {seed} {kind:?}: {} requests, {} good, {} dnserr, {} 911, {} without an answer; {} nodes in trouble; {} letters, {} of them twice; quiet after {:.1} s; {:.1} s in all",
        sent.len(),
        words("good"),
        words("dnserr"),
        words("911"),
        sent.iter().filter(|sent| sent.word.is_none()).count(),
        town.database.troubles,
        outcome.letters,
        outcome.twice,
        outcome.quiet_after.as_secs_f32(),
        town.since().as_secs_f32(),
    );
    println!("{said}");
    *cluster = town.database.cluster.take();
    if outcome.wrong.is_empty() {
        if std::env::var_os("CHAOS_SAY").is_some() {
            println!("{}", town.timeline());
        }
        return Ok(());
    }
    let kept = format!("logs in {}", town.folder.display());
    std::mem::forget(std::mem::take(&mut town.instances));
    Err(format!("{said}\n  {}\n{}\n{kept}", outcome.wrong.join("\n  "), town.timeline()))
}
