//! `log_target = "stdout"`: this test program once more as a process of its own.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use ddns_service::config::LogTarget;
use ddns_service::log;

/// What the child says on a pipe; `stream` makes the value of `JOURNAL_STREAM` of the pipe's numbers.
fn said(stream: impl Fn(u64, u64) -> Option<String>) -> String {
    let (mut near, far) = std::io::pipe().unwrap();
    let known = File::from(far.as_fd().try_clone_to_owned().unwrap()).metadata().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "stdout::the_child_says_one_line", "--ignored", "--nocapture"]);
    command.env_remove("JOURNAL_STREAM").stdout(Stdio::from(OwnedFd::from(far)));
    if let Some(stream) = stream(known.dev(), known.ino()) {
        command.env("JOURNAL_STREAM", stream);
    }
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut text = String::new();
    near.read_to_string(&mut text).unwrap();
    child.wait().unwrap();
    text.lines().find(|line| line.contains("from the child")).unwrap().to_owned()
}

#[test]
#[ignore = "the other tests start it as a process of its own"]
fn the_child_says_one_line() {
    let handle = log::start(&crate::daemon(LogTarget::Stdout), false).unwrap();
    // the harness leaves its own line open
    println!();
    tracing::error!("from the child");
    drop(handle);
    let again = log::start(&crate::daemon(LogTarget::Stdout), false).unwrap_err();
    assert_eq!(again.to_string(), "this process has a log already");
}

#[test]
fn a_priority_stands_before_the_line_when_journald_listens() {
    let line = said(|dev, ino| Some(format!("{dev}:{ino}")));
    assert!(line.starts_with("<3>2") && line.ends_with("Z ERROR from the child"), "{line}");
}

#[test]
fn and_does_not_when_it_is_somebody_else() {
    for stream in [None, Some("1:2".to_owned())] {
        let line = said(|_, _| stream.clone());
        assert!(line.starts_with('2') && line.ends_with("Z ERROR from the child"), "{line}");
    }
}
