//! SIGTERM and SIGINT: whoever is being served is served to the end, within five seconds all is over, and nothing is lost.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use crate::bed::Bed;
use crate::bed::http::{Answer, Ask};
use crate::bed::plan::Plan;
use crate::bed::{HOST, PASSWORD};
use crate::server::Remote;

#[test]
fn an_idle_service_ends_at_once_with_0_and_starts_again_as_it_was() {
    let mut bed = Bed::running(Plan::unlimited);
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    for (signal, address) in [("TERM", "192.0.2.2"), ("INT", "192.0.2.3")] {
        let (code, time) = bed.end(signal);
        assert_eq!(code, Some(0), "{signal}: {}", bed.log());
        // what is waited for has four seconds
        assert!(time < Duration::from_millis(3900), "{signal}: {time:?}");
        assert!(bed.log().trim_end().ends_with("stopped"), "{}", bed.log());
        bed.run();
        assert_eq!(bed.ann(&format!("&myip={address}")), format!("good {address}\n"));
        assert_eq!(bed.dig(HOST, "A"), [format!("60 {address}")]);
    }
}

/// A request under way, whose name server answers like this.
fn slow(remote: &Remote, lie: &str) -> (Bed, TcpStream) {
    let bed = Bed::running(|plan| {
        plan.unlimited();
        plan.remote(remote.port(), &Remote::key());
        plan.dns = plan.dns.replace("dns_timeout = 3", "dns_timeout = 30");
        "log_level = \"DEBUG\"\nlog_requests = true\nrequest_timeout = 60\n".clone_into(&mut plan.daemon);
    });
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    remote.says(lie);
    let ask = Ask::get(&format!("/update?hostname={HOST}&myip=192.0.2.2")).user("ann", PASSWORD);
    let mut stream = TcpStream::connect(bed.at()).unwrap();
    stream.write_all(&ask.bytes()).unwrap();
    bed.log_until(|log| log.matches("INFO request ").count() == 2);
    std::thread::sleep(Duration::from_millis(200));
    (bed, stream)
}

#[test]
fn a_request_that_hangs_does_not_hold_a_stop_longer_than_five_seconds() {
    for signal in ["TERM", "INT"] {
        let remote = Remote::start();
        let (mut bed, stream) = slow(&remote, "nothing");
        let (code, time) = bed.end(signal);
        assert_eq!(code, Some(0), "{signal}: {}", bed.log());
        assert!(time > Duration::from_secs(3) && time < Duration::from_secs(15), "{signal}: {time:?}");
        drop(stream);
        let kept = bed.done(&["hostname", "show", HOST]);
        assert!(kept.contains("192.0.2.2"), "what was wanted is not forgotten: {kept}");
    }
}

#[test]
fn a_slow_request_is_answered_while_the_service_stops() {
    let remote = Remote::start();
    let (mut bed, stream) = slow(&remote, "NOERROR, late");
    bed.signal("TERM");
    bed.log_until(|log| log.contains("stopping"));
    assert_eq!(Answer::from(stream).body, "good 192.0.2.2\n");
    let (code, time) = bed.end("TERM");
    assert!(code == Some(0) && time < Duration::from_secs(15), "{time:?} {}", bed.log());
}
