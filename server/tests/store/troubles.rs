//! Databases that go away, fill up, or in which two meet.

use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ddns_service::account::Host;
use ddns_service::config::Database;
use ddns_service::store;
use ddns_service::world::{Store, StoreFault, Wanted};
use sqlx::Executor;

use crate::bed::{Bed, folder, host, moment, named, new_host, user, want};
use crate::mariadb::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_and_comes_back_is_used_again() {
    let mut server = Server::start(&[]);
    let bed = Bed { database: server.database().await, folder: folder() };
    let store = bed.with_ann().await;
    let mut first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    let mut questions = Vec::new();
    for _ in 0..5 {
        questions.push(store.users());
    }
    for question in questions {
        question.await.unwrap();
    }
    store.want(slice::from_ref(&first)).await.unwrap();
    for round in 2..4 {
        let last = first.host.clone();
        first = want(&last, &format!("192.0.2.{round}"), "one");
        server.stop("keep");
        let begun = Instant::now();
        let (wanted, looked) = tokio::join!(store.want(slice::from_ref(&first)), store.look(&[]));
        assert!(matches!(wanted, Err(StoreFault::Away(_))), "{wanted:?}");
        assert!(matches!(looked, Err(StoreFault::Away(_))), "{looked:?}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        server.run();
        let found = named(&*store, "pc").await;
        assert_eq!(found, last, "nothing of the refused one, all of the one before");
        assert_eq!(store.want(slice::from_ref(&first)).await.unwrap(), [Wanted::Ours]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_while_many_write_keeps_what_was_confirmed() {
    let mut server = Server::start(&[]);
    let bed = Bed { database: server.database().await, folder: folder() };
    let store = bed.with_ann().await;
    let mut writers = Vec::new();
    let written: Arc<[AtomicUsize; 4]> = Arc::default();
    for number in 0..4 {
        let mut pc = host(&*store, "ann", &format!("pc{number}")).await;
        let (store, written) = (store.clone(), written.clone());
        writers.push(tokio::spawn(async move {
            loop {
                let wanted = want(&pc, "192.0.2.1", "one");
                match store.want(slice::from_ref(&wanted)).await {
                    Ok(_) => {
                        pc = wanted.host;
                        written[number].fetch_add(1, Ordering::SeqCst);
                    }
                    Err(StoreFault::Away(_)) => return (pc, false),
                    Err(StoreFault::Unknown(_)) => return (pc, true),
                    Err(other) => panic!("{other:?}"),
                }
            }
        }));
    }
    while written.iter().any(|written| written.load(Ordering::SeqCst) < 5) {
        moment(20).await;
    }
    server.stop("keep");
    let mut confirmed = Vec::new();
    for writer in writers {
        confirmed.push(writer.await.unwrap());
    }
    server.run();
    for (pc, unknown) in confirmed {
        let now = store.host(pc.id).await.unwrap().unwrap();
        let may = if unknown { pc.generation..=pc.generation + 1 } else { pc.generation..=pc.generation };
        assert!(may.contains(&now.generation), "{} is not in {may:?}", now.generation);
        assert!(pc.generation > 3, "it wrote");
    }
}

/// The other one locks the rows in the wrong order and has written more, so that ours is the victim.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_run_again() {
    let bed = Bed::mariadb().await;
    let store = bed.with_ann().await;
    let hosts = [host(&*store, "ann", "one").await, host(&*store, "ann", "two").await];
    let Database::Mariadb { name, .. } = &bed.database else { panic!() };
    let mut other = Server::shared().root(name).await;
    for round in 0..3 {
        other.execute("BEGIN").await.unwrap();
        rename(&mut other, &hosts[1], "x").await;
        let now = named(&*store, "one").await;
        let also = named(&*store, "two").await;
        let ours = tokio::spawn({
            let (store, wants) = (store.clone(), [want(&now, "192.0.2.1", "one"), want(&also, "192.0.2.1", "one")]);
            async move { store.want(&wants).await }
        });
        let waits = "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'";
        let begun = Instant::now();
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut other).await.unwrap() == 0 {
            assert!(begun.elapsed() < Duration::from_secs(30), "ours does not wait for the other one");
            // the server shows the same again and again to whoever asks within a tenth of a second
            moment(200).await;
        }
        other.execute("INSERT INTO letters (letter_key, host_id, generation, recipient, subject, body) SELECT CONCAT(UUID(), seq), 0, 0, '', '', '' FROM seq_1_to_500").await.unwrap();
        rename(&mut other, &hosts[0], "dyn.example.com").await;
        rename(&mut other, &hosts[1], "dyn.example.com").await;
        other.execute("COMMIT").await.unwrap();
        assert_eq!(ours.await.unwrap().unwrap(), [Wanted::Ours, Wanted::Ours], "round {round}");
    }
    let status = sqlx::query_scalar::<_, String>(
        "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'Innodb_deadlocks'",
    )
    .fetch_one(&mut other)
    .await
    .unwrap();
    assert_ne!(status, "0", "there was a deadlock");
    assert_eq!(store.host(hosts[0].id).await.unwrap().unwrap().generation, 3);
}

async fn rename(link: &mut sqlx::MySqlConnection, host: &Host, zone: &str) {
    sqlx::query("UPDATE hosts SET zone = ? WHERE id = ?").bind(zone).bind(host.id).execute(link).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_whole_and_is_used_again_when_there_is_room() {
    let disk = folder();
    let mount = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&disk).output();
    if !mount.is_ok_and(|done| done.status.success()) {
        eprintln!("no right to mount a small file system here");
        return;
    }
    let path = disk.join("ddns.db");
    let done = tokio::spawn(on_a_small_disk(path)).await;
    let _ = std::process::Command::new("umount").arg("-l").arg(&disk).output();
    let _ = std::fs::remove_dir(&disk);
    done.unwrap();
}

async fn on_a_small_disk(path: std::path::PathBuf) {
    let store = store::open(&Database::Sqlite { path: path.clone() }).await.unwrap();
    store.add_user(&user("ann")).await.unwrap();
    let pc = host(&*store, "ann", "pc").await;
    let filler = path.with_file_name("filler");
    let mut full = 0;
    let mut bytes = 1 << 20;
    while bytes > 0 {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&filler).unwrap();
        if std::io::Write::write_all(&mut file, &vec![1; bytes]).is_err() {
            bytes /= 2;
        }
    }
    let mut written = Vec::new();
    for number in 0..200 {
        match store.add_host(&new_host("ann", &format!("h{number}"))).await {
            Ok(()) => written.push(number),
            Err(StoreFault::Away(said)) => {
                assert!(said.contains("full"), "{said}");
                full += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(full > 0, "the disk was never full");
    assert_eq!(store.users().await.unwrap()[0].1, 1 + u32::try_from(written.len()).unwrap(), "reading goes on");
    let wanted = want(&pc, "192.0.2.1", "one");
    let refused = store.want(slice::from_ref(&wanted)).await;
    std::fs::remove_file(filler).unwrap();
    if refused.is_err() {
        assert_eq!(store.host(pc.id).await.unwrap().unwrap(), pc, "nothing half done");
        assert_eq!(store.want(slice::from_ref(&wanted)).await.unwrap(), [Wanted::Ours]);
    }
    store.add_host(&new_host("ann", "room")).await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_whose_caller_went_away_is_in_nobodys_way() {
    for bed in [Bed::sqlite(), Bed::mariadb().await] {
        let store = bed.with_ann().await;
        let pc = host(&*store, "ann", "pc").await;
        let mut generation = 0;
        for round in 0..60_u32 {
            let wanted = want(&store.host(pc.id).await.unwrap().unwrap(), "192.0.2.1", "one");
            let limit = Duration::from_micros(u64::from(round) * 40);
            if let Ok(done) = tokio::time::timeout(limit, store.want(slice::from_ref(&wanted))).await {
                generation += i64::from(done.unwrap() == [Wanted::Ours]);
            }
        }
        // the last one may have been cut off in its COMMIT, which still goes on: its end is unknown, and seen by who comes next
        let mut now = store.host(pc.id).await.unwrap().unwrap();
        assert!(now.generation >= generation);
        let mut done = store.want(&[want(&now, "192.0.2.2", "one")]).await.unwrap().remove(0);
        if let Wanted::Stale(newer) = done {
            now = *newer;
            done = store.want(&[want(&now, "192.0.2.2", "one")]).await.unwrap().remove(0);
        }
        assert_eq!(done, Wanted::Ours);
    }
}
