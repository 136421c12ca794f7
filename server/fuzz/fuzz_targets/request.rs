//! A request from raw bytes: method, path, query, four headers, then the body, each behind a line's end. Bounds hold; and what was read, written as a
//! well-behaved client writes it, is read as the same again.
#![no_main]

use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use ddns::secret;
use ddns_service::config::{self, Params, Settings};
use ddns_service::request::{self, Hosts, Login, Update};
use ddns_service::world::Request;
use form_urlencoded::Serializer;
use libfuzzer_sys::fuzz_target;

const TEXT: &str = "[database]\npath = \"x\"\n[daemon]\nproxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n";
static SETTINGS: LazyLock<Settings> = LazyLock::new(|| config::read(TEXT).expect("it is right").0);

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(8, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap_or_default().to_vec();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (method, path, query) = (text(next()), text(next()), text(next()));
    let headers = ["authorization", "x-forwarded-for", "accept", "content-type"];
    let headers = headers.map(|name| (name.to_owned(), next())).to_vec();
    let request = Request { id: 1, method, path, query: Some(query), headers, peer: peer(), body: next() };
    let Ok(update) = read(&request) else { return };
    bounded(&update);
    if let Some(again) = written(&update) {
        assert_eq!(read(&again).as_ref(), Ok(&update), "{again:?}");
    }
});

fn peer() -> SocketAddr {
    ([127, 0, 0, 1], 5).into()
}

fn read(request: &Request) -> Result<Update, request::Unread> {
    request::read(request, &SETTINGS.endpoints, SETTINGS.daemon.proxy.as_ref())
}

fn bounded(update: &Update) {
    if let Hosts::Named(names) = &update.hosts {
        assert!((1..=request::HOSTS).contains(&names.len()));
        for name in names.iter().filter_map(|(_, name)| name.as_ref().ok()) {
            assert!(name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len())), "{name:?}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.*".contains(&b)));
        }
    }
    if let Some(login) = &update.login {
        assert!(login.password.reveal().len() <= 256 && login.user.as_ref().is_none_or(|user| !user.is_empty()));
    }
    if let Ok(addresses) = update.addresses {
        assert!(addresses.v4.is_none_or(|address| address.is_ipv4()));
        assert!(addresses.v6.is_none_or(|address| address.is_ipv6() && address.to_canonical() == address));
        assert!(addresses.v4.is_some() || addresses.v6.is_some());
    }
}

/// As one that speaks plainly: a query, Basic, the address in the header of a proxy. `None` for what has no plain form.
fn written(update: &Update) -> Option<Request> {
    let params = &SETTINGS.endpoints[0].params;
    let mut query = Serializer::new(String::new());
    match &update.hosts {
        Hosts::Only => {}
        Hosts::TooMany(count) => drop(query.append_pair(&params.hostname[0], &"a,".repeat(*count))),
        Hosts::Named(names) => {
            // the comma at the end tells a host `yes` from the wish for the only one
            let names: String = names.iter().map(|(name, _)| format!("{name},")).collect();
            query.append_pair(&params.hostname[0], &names);
        }
    }
    let addresses: Vec<String> = match update.addresses {
        Ok(pair) => pair.present().map(|address: IpAddr| address.to_string()).collect(),
        Err(request::AddressFault::NotOne) => vec!["none".to_owned()],
        Err(request::AddressFault::TooMany) => vec!["192.0.2.1".to_owned(); 9],
    };
    query.append_pair(&params.ipv4[0], &addresses.join(","));
    if update.notify {
        query.append_pair(&params.notify_change[0], "1");
    }
    let mut headers = vec![("x-forwarded-for".to_owned(), update.client.to_string().into_bytes())];
    if update.json {
        headers.push(("accept".to_owned(), b"application/json".to_vec()));
    }
    if let Some(login) = &update.login {
        login_of(login, params, &mut query, &mut headers)?;
    }
    let (method, path) = ("GET".to_owned(), SETTINGS.endpoints[0].path.clone());
    Some(Request { id: 2, method, path, query: Some(query.finish()), headers, peer: peer(), body: Vec::new() })
}

fn login_of(
    login: &Login,
    params: &Params,
    query: &mut Serializer<'_, String>,
    headers: &mut Vec<(String, Vec<u8>)>,
) -> Option<()> {
    let user = login.user.as_deref().unwrap_or_default();
    let password = login.password.reveal();
    if user.contains(':') {
        let text = std::str::from_utf8(password).ok().filter(|text| !text.trim().is_empty())?;
        query.append_pair(&params.username[0], user).append_pair(&params.password[0], text);
    } else {
        let plain = [user.as_bytes(), b":", password].concat();
        headers.push(("authorization".to_owned(), format!("Basic {}", secret::base64(&plain)).into_bytes()));
    }
    Some(())
}
