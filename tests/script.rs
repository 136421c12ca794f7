//! Scripts: what they get, what is kept of them, and that none outlives its limit.

#[cfg(test)]
mod alone;

use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use alone::{Folder, in_process, sh};
use ddns::secret::Secret;
use ddns::system::bell::Bell;
use ddns::system::script::run;
use ddns::world::{BODY_LIMIT, Clock, Script, ScriptEnd, Wake};

fn shell(line: &str, limit_ms: u64) -> Script {
    let argv = ["/bin/sh", "-c", line].map(str::to_owned).to_vec();
    Script { argv, env: Vec::new(), limit: Duration::from_millis(limit_ms) }
}

#[cfg(test)]
fn told(line: &str) -> ScriptEnd {
    run(&shell(line, 60_000), None).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// A script ends long before this on the slowest machine, and only after it if nobody ends it.
const SOON: Duration = Duration::from_secs(15);

fn lives(pid: &str) -> bool {
    assert!(pid.parse::<u32>().is_ok(), "{pid:?}");
    // a zombie of somebody else's making (an orphan nobody collects) is dead enough
    std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn gone_soon(pid: &str) -> bool {
    (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !lives(pid)
    })
}

#[test]
fn both_outputs_and_the_exit_code_come_back() {
    let end = told("echo 203.0.113.7; echo warning >&2; exit 3");
    assert_eq!((text(&end.stdout), text(&end.stderr), end.code), ("203.0.113.7".into(), "warning".into(), 3));
    assert!(!end.timed_out && !end.interrupted);
    assert_eq!(told("kill -KILL $$").code, 137);
}

#[test]
fn arguments_and_variables_arrive_as_they_are_and_never_as_code() {
    let folder = Folder::new("argv");
    let program = folder.program("show", "#!/bin/sh\nprintf '%s|' \"$@\"\nprintf '%s' \"$secret\"\n");
    let odd = ["$(touch /tmp/x)", "`id`; rm -rf *", "a b", "", "ü'\"\\", "-n"];
    // through the shell: a file just written may still be open in another test's fork, and then it cannot be executed
    let mut argv = vec!["/bin/sh".to_owned(), program.to_str().unwrap().to_owned()];
    argv.extend(odd.map(str::to_owned));
    let env = vec![("secret".to_owned(), Secret::new(b"\xff$(id)\n'".to_vec()))];
    let end = run(&Script { argv, env, limit: Duration::from_secs(5) }, None).unwrap();
    assert_eq!(end.stdout, [odd.join("|").as_bytes(), b"|\xff$(id)\n'"].concat());
}

#[test]
fn what_no_variable_can_hold_is_refused_by_name_and_never_by_value() {
    let with = |name: &str, value: &str| {
        let mut script = shell("true", 1000);
        script.env.push((name.to_owned(), Secret::new(value)));
        run(&script, None).unwrap_err().to_string()
    };
    let error = with("password", "pass\0word");
    assert!(error.contains("'password'") && error.contains("NUL") && !error.contains("pass\0"), "{error}");
    assert!(with("a=b", "x").contains("'a=b'"));
    assert!(with("", "x").contains("name of a variable"));
    let argv = |words: &[&str]| Script { argv: words.iter().map(|w| (*w).to_owned()).collect(), ..Script::default() };
    for words in [&[][..], &[""], &["/bin/true", "a\0b"]] {
        assert!(run(&argv(words), None).is_err(), "{words:?}");
    }
}

#[test]
fn a_script_that_cannot_be_started_is_an_error() {
    let folder = Folder::new("start");
    let path = folder.path().join("text");
    std::fs::write(&path, "no program").unwrap();
    for program in [path.to_str().unwrap(), "/nonexistent/script", folder.path().to_str().unwrap()] {
        let script = Script { argv: vec![program.to_owned()], ..Script::default() };
        assert!(run(&script, None).is_err(), "{program}");
    }
}

#[test]
fn at_its_limit_a_script_ends_with_all_its_children() {
    let began = Instant::now();
    let end = run(&shell("echo $$; sleep 61 & echo $!; sleep 62", 1000), None).unwrap();
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(end.timed_out && !end.interrupted && end.code == 143, "{end:?}");
    for pid in text(&end.stdout).lines() {
        assert!(gone_soon(pid), "{pid}");
    }
}

#[test]
fn a_script_that_will_not_hear_is_killed_half_a_second_later() {
    let began = Instant::now();
    let end = run(&shell("trap '' TERM; echo $$; while :; do sleep 0.05; done", 1000), None).unwrap();
    let took = began.elapsed();
    assert!(took > Duration::from_millis(1400) && took < SOON, "{took:?}");
    assert!(end.timed_out && end.code == 137, "{end:?}");
    assert!(gone_soon(&text(&end.stdout)));
}

#[test]
fn a_script_may_tidy_up_after_the_first_signal() {
    let end = run(&shell("trap 'echo tidy; exit 5' TERM; while :; do sleep 0.05; done", 1000), None).unwrap();
    assert_eq!((text(&end.stdout).as_str(), end.code, end.timed_out), ("tidy", 5, true));
}

#[test]
fn a_child_left_behind_with_the_output_does_not_hold_us_and_lives_on() {
    let began = Instant::now();
    let end = told("sleep 60 & echo $!");
    let took = began.elapsed();
    assert!(took < SOON, "{took:?}");
    assert_eq!((end.code, end.timed_out), (0, false));
    let pid = text(&end.stdout);
    assert!(lives(&pid));
    sh(&format!("kill {pid}"));
}

#[test]
fn a_flood_is_drained_and_cut_at_the_limit() {
    let end = told("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo end");
    assert_eq!((end.stdout.len(), end.stderr.len(), end.code), (BODY_LIMIT, BODY_LIMIT, 0));
    let began = Instant::now();
    let end = run(&shell("yes", 1000), None).unwrap();
    assert!(end.timed_out && end.stdout.len() == BODY_LIMIT);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[test]
fn closed_outputs_are_no_end_and_an_end_is_seen_at_once() {
    let began = Instant::now();
    assert_eq!(told("exec >&- 2>&-; sleep 0.2; exit 4").code, 4);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    let one = |_| {
        let began = Instant::now();
        assert_eq!(told("true").code, 0);
        began.elapsed()
    };
    // a busy machine slows some of them, a wait of ours would slow all
    let quickest = (0..30).map(one).min().unwrap();
    assert!(quickest < Duration::from_millis(150), "{quickest:?}");
}

#[test]
fn a_script_reads_nothing_and_inherits_neither_descriptors_nor_blocked_signals() {
    if !in_process("a_script_reads_nothing_and_inherits_neither_descriptors_nor_blocked_signals", &[]) {
        return;
    }
    let _bell = Bell::new().unwrap();
    let (_one, _other) = UnixStream::pair().unwrap();
    let end = told(
        // no program reads the status: while a shell starts one, it may have blocked signals itself
        "cat; for fd in /proc/$$/fd/*; do echo -n \"${fd##*/}=$(readlink $fd) \"; done\n\
        while read -r name value; do case $name in SigBlk:) echo \"$name\t$value\" ;; esac; done </proc/$$/status",
    );
    let said = text(&end.stdout);
    let sockets = ["socket:", "anon_inode", "timerfd"];
    assert!(said.starts_with("0=/dev/null") && sockets.iter().all(|kind| !said.contains(kind)), "{said}");
    assert!(said.ends_with("SigBlk:\t0000000000000000"), "{said}");
}

#[test]
fn without_a_search_path_the_usual_one_is_set() {
    if !in_process("without_a_search_path_the_usual_one_is_set", &[("PATH", "")]) {
        return;
    }
    assert_eq!(text(&told("echo $PATH").stdout), "/usr/sbin:/usr/bin:/sbin:/bin");
}

#[test]
fn the_stop_descriptor_ends_a_script_and_one_is_not_begun_after_it() {
    let (stop, mut bell) = UnixStream::pair().unwrap();
    let ring = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(150));
        bell.write_all(b"!").unwrap();
        bell
    });
    let began = Instant::now();
    let end = run(&shell("echo $$; sleep 60", 60_000), Some(stop.as_raw_fd())).unwrap();
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(end.interrupted && !end.timed_out && end.code == 143);
    assert!(gone_soon(&text(&end.stdout)));
    let _bell = ring.join().unwrap();
    let end = run(&shell("echo begun", 30_000), Some(stop.as_raw_fd())).unwrap();
    assert!(end.interrupted && end.stdout.is_empty());
}

#[test]
fn a_signal_to_end_ends_a_sleeping_script_long_before_its_end_and_hangup_does_not() {
    if !in_process("a_signal_to_end_ends_a_sleeping_script_long_before_its_end_and_hangup_does_not", &[]) {
        return;
    }
    let mut bell = Bell::new().unwrap();
    let stop = Some(bell.stop_fd().as_raw_fd());
    let me = std::process::id();
    let end = run(&shell(&format!("kill -HUP {me}; sleep 0.3; echo whole"), 60_000), stop).unwrap();
    assert_eq!((text(&end.stdout).as_str(), end.interrupted), ("whole", false));
    let began = Instant::now();
    let end = run(&shell(&format!("echo $$; sleep 60 & echo $!; kill -TERM {me}; sleep 60"), 60_000), stop).unwrap();
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert!(end.interrupted && text(&end.stdout).lines().all(gone_soon), "{end:?}");
    assert_eq!((bell.pending(), bell.pending()), (Some(Wake::Stop(15)), Some(Wake::Reload)));
    // no zombie: this process has no child at all
    assert_eq!(nix::sys::wait::waitpid(None, None), Err(nix::errno::Errno::ECHILD));
}
