//! `log_target = "file"`: mode, rotation, threads, processes, a moved file, a full disk.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use ddns_service::log::{self, LogFault};
use tracing::dispatcher::with_default;
use tracing::{info, warn};

use crate::{Folder, to_file, written};

/// All numbers that stand in the files of a rotated log, and how often a line is no whole one.
fn numbers(folder: &Folder) -> (BTreeSet<u32>, usize) {
    let mut found = BTreeSet::new();
    let mut broken = 0;
    for entry in fs::read_dir(&folder.0).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            match line.rsplit_once("number=").and_then(|(_, number)| number.parse().ok()) {
                Some(number) => assert!(found.insert(number), "{number} twice"),
                None => broken += 1,
            }
        }
    }
    (found, broken)
}

#[test]
fn the_file_is_for_owner_and_group_only_and_is_appended_to() {
    let folder = Folder::new("mode");
    for _ in 0..2 {
        let (dispatch, _handle) = log::open(&to_file(&folder.at("log"), 0, 5), false).unwrap();
        with_default(&dispatch, || warn!("once"));
    }
    assert_eq!(folder.text("log").lines().count(), 2, "dropping the handle writes what waits");
    // the mask of the test's own process may take more away
    assert_eq!(fs::metadata(folder.at("log")).unwrap().permissions().mode() & 0o137, 0);
}

#[test]
fn at_its_size_the_file_becomes_the_first_of_so_many() {
    let folder = Folder::new("rotate");
    let (dispatch, handle) = log::open(&to_file(&folder.at("log"), 1000, 3), false).unwrap();
    with_default(&dispatch, || (0..200).for_each(|number| warn!(number, "line")));
    written(&handle);
    let mut names: Vec<PathBuf> = fs::read_dir(&folder.0).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let wanted: Vec<PathBuf> = ["log", "log.1", "log.2", "log.3"].iter().map(|name| folder.at(name)).collect();
    assert_eq!(names, wanted);
    for name in &names {
        let size = fs::metadata(name).unwrap().len();
        assert!((1..=1000).contains(&size), "{}: {size}", name.display());
    }
    let (kept, broken) = numbers(&folder);
    assert_eq!(broken, 0);
    assert_eq!(kept.last(), Some(&199));
    assert!(kept.iter().copied().eq(*kept.first().unwrap()..200), "the newest, without a gap");
    assert!(folder.text("log").contains("number=199") && !folder.text("log.1").contains("number=199"));
}

#[test]
fn without_versions_the_file_is_emptied() {
    let folder = Folder::new("truncate");
    let (dispatch, handle) = log::open(&to_file(&folder.at("log"), 500, 0), false).unwrap();
    with_default(&dispatch, || (0..100).for_each(|number| warn!(number, "line")));
    written(&handle);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    assert!(fs::metadata(folder.at("log")).unwrap().len() <= 500);
    assert!(folder.text("log").ends_with("number=99\n"));
}

#[test]
fn eight_threads_lose_and_tear_nothing_while_it_rotates() {
    let folder = Folder::new("threads");
    let (dispatch, handle) = log::open(&to_file(&folder.at("log"), 4000, 900), false).unwrap();
    thread::scope(|scope| {
        for thread in 0..8 {
            let (dispatch, handle) = (&dispatch, &handle);
            scope.spawn(move || {
                with_default(dispatch, || {
                    for number in 0..2000 {
                        warn!(number = thread * 2000 + number, "line");
                        if number % 100 == 0 {
                            handle.flush();
                        }
                    }
                });
            });
        }
    });
    written(&handle);
    let (kept, broken) = numbers(&folder);
    assert_eq!((kept.len(), broken, handle.lost()), (16_000, 0, 0));
}

#[test]
fn several_logs_on_one_file_lose_nothing_when_each_rotates_it() {
    // a rotation that another holds up for a tenth of a second is left out, and the file grows: a busy machine does that now and then
    let small = (0..5).any(|_| largest_of_several_logs() <= 3000 + 4 * 100);
    assert!(small, "files grow beyond their size");
}

/// Four logs write a thousand lines each.
fn largest_of_several_logs() -> u64 {
    let folder = Folder::new("processes");
    thread::scope(|scope| {
        for writer in 0..4 {
            let settings = to_file(&folder.at("log"), 3000, 900);
            scope.spawn(move || {
                let (dispatch, handle) = log::open(&settings, false).unwrap();
                with_default(&dispatch, || (0..1000).for_each(|number| warn!(number = writer * 1000 + number, "line")));
                written(&handle);
            });
        }
    });
    let (kept, broken) = numbers(&folder);
    assert_eq!((kept.len(), broken), (4000, 0));
    // each writer may have one line in hand when another one fills or moves the file
    fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).max().unwrap()
}

#[test]
fn a_file_that_was_moved_away_is_opened_anew_at_a_change_and_by_itself() {
    let folder = Folder::new("moved");
    let settings = to_file(&folder.at("log"), 0, 5);
    let (dispatch, handle) = log::open(&settings, false).unwrap();
    with_default(&dispatch, || warn!("one"));
    written(&handle);
    fs::rename(folder.at("log"), folder.at("moved")).unwrap();
    handle.change(&settings).unwrap();
    with_default(&dispatch, || warn!("two"));
    written(&handle);
    assert!(folder.text("moved").ends_with("one\n") && folder.text("log").ends_with("two\n"));
    fs::rename(folder.at("log"), folder.at("moved")).unwrap();
    let end = Instant::now() + Duration::from_mins(1);
    while !folder.at("log").exists() && Instant::now() < end {
        thread::sleep(Duration::from_millis(50));
        with_default(&dispatch, || warn!("three"));
        written(&handle);
    }
    assert!(folder.text("log").ends_with("three\n"));
}

#[test]
fn a_full_disk_loses_lines_stops_nobody_and_is_told_of_afterwards() {
    let folder = Folder::new("full");
    let (dispatch, handle) = log::open(&to_file("/dev/full".as_ref(), 1000, 5), false).unwrap();
    let start = Instant::now();
    with_default(&dispatch, || (0..100).for_each(|number| warn!(number, "line")));
    written(&handle);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(handle.lost(), 100);
    handle.change(&to_file(&folder.at("log"), 0, 5)).unwrap();
    with_default(&dispatch, || warn!("again"));
    written(&handle);
    let text = folder.text("log");
    let said: Vec<_> = text.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    assert_eq!(said, ["WARNING log lines could not be written lines=100", "WARNING again"]);
}

#[test]
fn a_change_takes_level_and_file_and_a_bad_one_leaves_the_old() {
    let folder = Folder::new("change");
    let mut settings = to_file(&folder.at("a"), 0, 5);
    let (dispatch, handle) = log::open(&settings, false).unwrap();
    let say = |number: u32| with_default(&dispatch, || info!(target: "ddns_service", number, "line"));
    say(1);
    settings.log_level = ddns_service::config::LogLevel::Warning;
    handle.change(&settings).unwrap();
    say(2);
    let gone = folder.at("gone/log");
    let fault = handle.change(&to_file(&gone, 0, 5)).unwrap_err();
    assert!(matches!(&fault, LogFault::File(path, _) if *path == gone));
    let wanted = format!("log_file '{}' cannot be opened: No such file", gone.display());
    assert!(fault.to_string().starts_with(&wanted), "{fault}");
    handle.change(&to_file(&folder.at("b"), 0, 5)).unwrap();
    say(3);
    written(&handle);
    assert!(folder.text("a").ends_with("number=1\n"));
    assert!(folder.text("b").ends_with("number=3\n"), "{:?} {:?}", folder.text("a"), folder.text("b"));
}
