//! `log_target = "syslog"`, with a real datagram socket at the other end.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::{Duration, Instant};

use ddns_service::config::{Daemon, LogTarget};
use ddns_service::log::{self, LogFault};
use tracing::dispatcher::with_default;
use tracing::{error, warn};

use crate::{Folder, daemon, written};

fn to_syslog(path: &Path, facility: u8) -> Daemon {
    daemon(LogTarget::Syslog { socket: path.to_owned(), facility })
}

fn listen(path: &Path) -> UnixDatagram {
    let socket = UnixDatagram::bind(path).unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    socket
}

fn heard(socket: &UnixDatagram) -> String {
    let mut bytes = vec![0; 65_536];
    let length = socket.recv(&mut bytes).unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

#[test]
fn a_datagram_has_priority_name_and_number_of_the_process_and_no_lines_end() {
    let folder = Folder::new("syslog");
    let socket = listen(&folder.at("s"));
    for (facility, wanted) in [(3, 27), (1, 11), (23, 187)] {
        let (dispatch, _handle) = log::open(&to_syslog(&folder.at("s"), facility), false).unwrap();
        with_default(&dispatch, || error!(user = "a\nb", "oh"));
        let wanted = format!("<{wanted}>ddns-service[{}]: ERROR oh user=\"a\\nb\"", std::process::id());
        assert_eq!(heard(&socket), wanted);
    }
}

#[test]
fn a_log_that_is_started_anew_is_found_again_without_losing_a_line() {
    let folder = Folder::new("again");
    let socket = listen(&folder.at("s"));
    let (dispatch, handle) = log::open(&to_syslog(&folder.at("s"), 3), false).unwrap();
    let say = |word: &str| {
        with_default(&dispatch, || warn!("{word}"));
        written(&handle);
    };
    say("one");
    assert!(heard(&socket).ends_with(": WARNING one"));
    drop(socket);
    std::fs::remove_file(folder.at("s")).unwrap();
    let socket = listen(&folder.at("s"));
    say("two");
    assert!(heard(&socket).ends_with(": WARNING two"));
    drop(socket);
    std::fs::remove_file(folder.at("s")).unwrap();
    say("nobody hears");
    assert_eq!(handle.lost(), 1);
    let socket = listen(&folder.at("s"));
    say("three");
    assert!(heard(&socket).ends_with("WARNING log lines could not be written lines=1"));
    assert!(heard(&socket).ends_with(": WARNING three"));
}

#[test]
fn a_log_that_does_not_read_holds_nobody_up() {
    let folder = Folder::new("slow");
    let socket = listen(&folder.at("s"));
    let (dispatch, handle) = log::open(&to_syslog(&folder.at("s"), 3), false).unwrap();
    let start = Instant::now();
    with_default(&dispatch, || (0..20_000).for_each(|number| warn!(number, "line")));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    handle.flush();
    assert!(handle.lost() > 10_000, "{}", handle.lost());
    assert!(heard(&socket).contains(": WARNING "));
}

#[test]
fn a_line_too_long_for_a_datagram_is_cut() {
    let folder = Folder::new("long");
    let socket = listen(&folder.at("s"));
    let (dispatch, handle) = log::open(&to_syslog(&folder.at("s"), 3), false).unwrap();
    let long = "x".repeat(1 << 20);
    with_default(&dispatch, || warn!("{long}"));
    written(&handle);
    assert!(heard(&socket).len() < 5000);
    assert_eq!(handle.lost(), 0);
}

#[test]
fn a_socket_that_is_not_there_is_named_at_the_start() {
    let folder = Folder::new("none");
    let path = folder.at("s");
    let fault = log::open(&to_syslog(&path, 3), false).unwrap_err();
    assert!(matches!(fault, LogFault::Socket(..)));
    assert!(
        fault.to_string().starts_with(&format!("nobody listens at syslog_socket '{}': ", path.display())),
        "{fault}"
    );
}
