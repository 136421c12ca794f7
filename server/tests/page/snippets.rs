//! What each kind of router is told, filled in; and that it is true, with the shipped program and curl.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::house::{House, PASSWORD, folder};
use crate::ports::free_port;

fn text(html: &str) -> String {
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    plain.iter().fold(html.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_router_is_told_its_own_words() {
    let house = House::with("proxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\"]").await;
    house.user("o'ann").await;
    house.host("o'ann", "home").await;
    let mut browser = house.browser().always(&[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")]);
    browser.host = "ddns.example.com".to_owned();
    browser.log_in("o'ann", PASSWORD);
    let page = text(&browser.get("/host/home.dyn.example.com").body);
    for wanted in [
        "https://ddns.example.com/update?hostname=<domain>&myip=<ipaddr>&myip6=<ip6addr>&username=<username>&password=<pass>",
        "ddns.example.com/update?hostname=%h&myip=%i",
        "https://ddns.example.com/update?hostname=__HOSTNAME__&myip=__MYIP__&username=__USERNAME__&password=__PASSWORD__",
        "<dt>Port</dt><dd><code>443</code>",
        "option update_url 'https://[USERNAME]:[PASSWORD]@ddns.example.com/update?hostname=[DOMAIN]&myip=[IP]'",
        "option username 'o'\\''ann'",
        "script=/update\nssl=yes\n",
        "ddns-path   = \"/update?hostname=%h&myip=%i\"",
        "curl -u 'o'\\''ann:YOUR-TOKEN' 'https://ddns.example.com/update?hostname=home.dyn.example.com'",
        "wget -qO- --user='o'\\''ann' --password='YOUR-TOKEN' 'https://ddns.example.com/update?hostname=home.dyn.example.com'",
        "https://ddns.example.com/update?hostname=home.dyn.example.com&username=o%27ann&password=YOUR-TOKEN",
    ] {
        assert!(page.contains(wanted), "no {wanted:?} in\n{page}");
    }
}

/// The shipped program at work.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ddns-service"));
    program.arg("--config").arg(folder.join("config.toml")).stdin(Stdio::null()).stdout(Stdio::null());
    program
}

fn obey(folder: &Path, words: &str, input: &str) {
    let shell = format!("printf '%s\\n' '{input}' | \"$0\" --config \"$1\" {words}");
    let mut line = Command::new("sh");
    line.args(["-c", &shell, env!("CARGO_BIN_EXE_ddns-service")]).arg(folder.join("config.toml"));
    let ended = line.output().unwrap();
    assert!(ended.status.success(), "{words}: {ended:?}");
}

#[test]
fn the_shipped_program_has_page_and_endpoint_side_by_side() {
    let folder = folder();
    let [port, dns] = [free_port(), free_port()].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let config = format!(
        "[daemon]\nhost = \"127.0.0.1\"\nport = {}\npage = true\n[database]\npath = \"{}\"\n[dns_service]\ndns_server = \"embedded\"\n\
         [dns_service.embedded]\nlisten = [\"{dns}\"]\nzones = [\"dyn.example.com\"]\n[dns_service.embedded.addresses]\n\
         \"ns.dyn.example.com\" = [\"127.0.0.1\"]\n",
        port.port(),
        folder.join("ddns.db").display()
    );
    fs::write(folder.join("config.toml"), config).unwrap();
    fs::set_permissions(folder.join("config.toml"), fs::Permissions::from_mode(0o640)).unwrap();
    obey(&folder, "user add ann ann@example.com --password-stdin", PASSWORD);
    obey(&folder, "hostname add ann home dyn.example.com --expiry-ttl 0", "");
    let service = Service(program(&folder).arg("--daemon").spawn().unwrap());
    let until = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(port).is_err() {
        assert!(Instant::now() < until, "the service does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut browser = Browser::new(port);
    assert_eq!(browser.log_in("ann", PASSWORD).status, 303);
    let seal = browser.get("/").seal().to_owned();
    let made = browser.post("/host/home.dyn.example.com/tokens", &[("seal", &seal), ("note", "curl")]);
    let page = text(&made.body);
    let (_, rest) = page.split_once("<code>curl -u ").unwrap();
    let line = rest.split("</code>").next().unwrap().trim();
    let line = line.strip_suffix('\'').unwrap();
    let said = Command::new("sh").args(["-c", &format!("curl -s -u {line}&myip=192.0.2.7'")]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout), "good 192.0.2.7\n", "{line}");
    let hosts = browser.get("/");
    hosts.holds("In the DNS");
    hosts.holds("192.0.2.7");
    drop(service);
    let _ = fs::remove_dir_all(&folder);
}
