//! Transfers and the way there: limits of time, signals, addresses, source and device.

use std::io::Write;
use std::net::{IpAddr, Shutdown};
use std::os::fd::{AsFd, AsRawFd};
use std::thread;
use std::time::{Duration, Instant};

use ddns::address::Family;
use ddns::system::http::{Limits, Wire};
use ddns::system::patience::Patience;
use ddns::system::resolve::Resolve;
use ddns::url::Url;
use ddns::world::{Broken, Http, Request, Route};

#[cfg(test)]
mod alone;
#[cfg(test)]
#[path = "support/http.rs"]
mod support;
use alone::{in_namespace, sh, veth};
use support::{Server, dead_address, get, get_by, ok, wire};

// ------------------------------------------------------------------ what ends it

/// What has a limit or a signal ends before this on the slowest machine; without them it would take 30 s, or 10 s to connect.
const SOON: Duration = Duration::from_secs(15);

fn short(total: u64) -> Limits {
    Limits { connect: Duration::from_millis(300), total: Duration::from_millis(total) }
}

#[test]
fn a_slow_drip_is_ended_by_the_total_limit() {
    let server = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let begin = Instant::now();
    let result = wire()
        .with_limits(short(2000))
        .exchange(&Request::get(Url::parse(&server.url("/")).unwrap()), &Route::default());
    assert!(matches!(result, Err(Broken::Timeout("reading the answer"))), "{result:?}");
    assert!((Duration::from_secs(2)..SOON).contains(&begin.elapsed()), "{:?}", begin.elapsed());
}

#[test]
fn a_server_that_never_answers_is_ended_by_the_total_limit() {
    let server = Server::start(|_, _| thread::sleep(2 * SOON));
    let result = wire()
        .with_limits(short(1000))
        .exchange(&Request::get(Url::parse(&server.url("/")).unwrap()), &Route::default());
    assert!(matches!(result, Err(Broken::Timeout("waiting for the answer"))), "{result:?}");
}

/// A listener whose queue is full, so that the kernel leaves further connections waiting.
struct Full(Vec<Box<dyn Send>>, std::net::SocketAddr);

#[cfg(test)]
fn full() -> Full {
    use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrIn, bind, getsockname, listen, socket};
    let fd = socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).unwrap();
    bind(fd.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, 0)).unwrap();
    listen(&fd, Backlog::new(0).unwrap()).unwrap();
    let name: SockaddrIn = getsockname(fd.as_raw_fd()).unwrap();
    let address = std::net::SocketAddr::from((name.ip(), name.port()));
    let mut kept: Vec<Box<dyn Send>> = vec![Box::new(fd)];
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
        kept.push(Box::new(stream));
    }
    Full(kept, address)
}

#[test]
fn an_address_that_does_not_answer_is_given_up_after_its_limit() {
    let full = full();
    let begin = Instant::now();
    let url = Url::parse(&format!("http://{}/", full.1)).unwrap();
    let result = wire().with_limits(short(60_000)).exchange(&Request::get(url), &Route::default());
    assert!(
        matches!(&result, Err(Broken::Connect(to, why)) if to.contains("127.0.0.1:") && why == "no answer in time"),
        "{result:?}"
    );
    assert!((Duration::from_millis(300)..SOON).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    drop(full.0);
}

#[test]
fn a_signal_ends_connecting_and_reading_at_once() {
    let full = full();
    let silent = Server::start(|_, _| thread::sleep(2 * SOON));
    let drip = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(1));
        }
    });
    for url in
        [format!("http://{}/", full.1), silent.url("/"), drip.url("/"), silent.url("/").replace("http:", "https:")]
    {
        let (stop, mut signal) = std::io::pipe().unwrap();
        let bell = thread::spawn(move || {
            thread::sleep(Duration::from_millis(200));
            signal.write_all(b"!").unwrap();
            (Instant::now(), signal)
        });
        let names = Box::new(support::Names::default());
        let mut wire = Wire::new("/".into(), names, Some(stop.as_raw_fd()));
        let route = Route { trust: ddns::world::Trust::Ignore, ..Route::default() };
        let result = wire.exchange(&Request::get(Url::parse(&url).unwrap()), &route);
        let ended = Instant::now();
        assert!(matches!(result, Err(Broken::Interrupted)), "{url}: {result:?}");
        let late = ended.saturating_duration_since(bell.join().unwrap().0);
        assert!(late < SOON / 2, "{url}: {late:?}");
    }
}

/// A resolver that hears the signal and can only say that it failed.
struct Patient;

impl Resolve for Patient {
    fn resolve(&mut self, _: &str, _: Option<Family>, patience: &Patience) -> Result<Vec<IpAddr>, String> {
        let (silent, _open) = std::io::pipe().map_err(|error| error.to_string())?;
        patience.readable(silent.as_fd()).map(|()| Vec::new()).map_err(|ended| format!("{ended:?}"))
    }
}

#[test]
fn a_signal_ends_the_search_for_an_address_and_so_does_the_limit() {
    let request = Request::get(Url::parse("http://nowhere.test/").unwrap());
    let (stop, mut signal) = std::io::pipe().unwrap();
    let mut wire = Wire::new("/".into(), Box::new(Patient), Some(stop.as_raw_fd())).with_limits(short(200));
    let slow = wire.exchange(&request, &Route::default());
    assert!(matches!(&slow, Err(Broken::Resolve(host, _)) if host == "nowhere.test"), "{slow:?}");
    signal.write_all(b"!").unwrap();
    let stopped = wire.exchange(&request, &Route::default());
    assert!(matches!(stopped, Err(Broken::Interrupted)), "{stopped:?}");
}

// ------------------------------------------------------------------ addresses

#[test]
fn a_port_nobody_listens_on_is_named_in_the_owners_words() {
    let address = dead_address();
    let broken = get(&format!("http://{address}/")).unwrap_err();
    assert_eq!(broken.to_string(), format!("cannot connect to {address}: connection refused"));
    let broken = get(&format!("http://user:geheim@localhost:{}/?pw=geheim", address.port())).unwrap_err();
    assert_eq!(
        broken.to_string(),
        format!("cannot connect to localhost:{}: 127.0.0.1: connection refused", address.port())
    );
}

#[test]
fn a_name_that_does_not_exist_is_named() {
    let broken = get("http://user:geheim@nowhere.test/?pw=geheim").unwrap_err();
    assert_eq!(broken.to_string(), "cannot find the address of 'nowhere.test': no such name");
}

#[test]
fn the_preferred_family_goes_first_and_the_other_follows_unless_forced() {
    let six = Server::start_on("::1", |_, stream| stream.write_all(ok("six").as_bytes()).unwrap());
    let port = six.address.port();
    let dual = format!("http://dual.test:{port}/");
    let route = |prefer, only| Route { prefer: Some(prefer), only, ..Route::default() };
    assert_eq!(get_by(&dual, &route(Family::V6, true)).unwrap().body, b"six");
    assert_eq!(get_by(&dual, &route(Family::V4, false)).unwrap().body, b"six");
    assert!(matches!(get_by(&dual, &route(Family::V4, true)), Err(Broken::Connect(..))));
    let literal = get_by(&format!("http://[::1]:{port}/"), &route(Family::V4, true)).unwrap_err();
    assert_eq!(literal.to_string(), "cannot find the address of '::1': it has no address of the forced family IPv4");
    assert!(six.requests().iter().all(|seen| seen.contains(&format!("test:{port}\r\n"))));
}

#[test]
fn a_source_address_of_the_family_in_use_is_taken() {
    let server = Server::saying(ok("good"));
    let sources: Vec<IpAddr> = vec!["2001:db8::1".parse().unwrap(), "127.0.0.2".parse().unwrap()];
    let mut route = Route::default();
    route.bind.sources = sources;
    get_by(&server.url("/"), &route).unwrap();
    assert_eq!(server.seen.lock().unwrap()[0].peer.ip().to_string(), "127.0.0.2");
    route.bind.sources = vec!["192.0.2.77".parse().unwrap()];
    let broken = get_by(&server.url("/"), &route).unwrap_err();
    assert!(matches!(&broken, Broken::Setup(why) if why.contains("192.0.2.77")), "{broken:?}");
}

#[test]
fn the_limit_of_an_exchange_holds_over_all_redirects() {
    let server = Server::start(|_, stream| {
        thread::sleep(Duration::from_millis(250));
        let _ = stream.write_all(b"HTTP/1.1 302 Moved\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
        let _ = stream.shutdown(Shutdown::Both);
    });
    let result = wire()
        .with_limits(short(700))
        .exchange(&Request::get(Url::parse(&server.url("/")).unwrap()), &Route::default());
    assert!(matches!(result, Err(Broken::Timeout(_))), "{result:?}");
}

// ------------------------------------------------------------------ devices, in a network namespace of their own

#[test]
fn a_transfer_leaves_through_the_bound_device_or_not_at_all() {
    if !in_namespace("a_transfer_leaves_through_the_bound_device_or_not_at_all") {
        return;
    }
    veth("wan0", "far0");
    sh("ip address add 192.0.2.1/24 dev wan0");
    let server = Server::saying(ok("good"));
    let by = |device: &str, strict: bool| {
        let mut route = Route::default();
        route.bind.device = Some(device.to_owned());
        route.bind.strict = strict;
        let wire = wire().with_limits(short(2000));
        { wire }.exchange(&Request::get(Url::parse(&server.url("/")).unwrap()), &route)
    };
    let through = |device: &str| by(device, true);
    assert_eq!(through("lo").unwrap().body, b"good");
    let lost = through("wan0").unwrap_err();
    assert!(matches!(lost, Broken::Connect(..)), "{lost:?}");
    let missing = through("nosuch0").unwrap_err();
    assert_eq!(missing.to_string(), "cannot send through device 'nosuch0': no such device");
    assert_eq!(server.requests().len(), 1);
    // nobody asked for this binding, and the network has no address of the server's family
    assert_eq!(by("wan0", false).unwrap().body, b"good");
}
