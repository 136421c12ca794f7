//! `ddns service`: the real program below a root of its own, against real servers on loopback. What it fetches is checked before it replaces
//! anything, and nobody ever sees a part of it.

#![cfg(test)]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

#[path = "support/http.rs"]
mod support;
#[path = "support/tls.rs"]
mod tls;
use support::{Server, directory, ok};

const LIST: &str = "usr/share/ddns/list";
const CUSTOM: &str = "usr/share/ddns/custom";
const JSON: &str = r#"{"name":"a.example","ipv4":{"url":"https://[USERNAME]:[PASSWORD]@a.example/nic/update?hostname=[DOMAIN]&myip=[IP]","answer":"good|nochg"}}"#;

/// Options of `global`.
type Options<'a> = &'a [(&'a str, &'a str)];

/// A router's root, as far as this command looks at it.
struct Root(PathBuf);

#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Root {
    fn new(name: &str) -> Self {
        let root = Self(directory(&format!("catalog-{name}")));
        root.put("etc/hosts", "127.0.0.1 raw.githubusercontent.com\n");
        root
    }

    /// A root whose list and recipes are at `url`, with further options of `global`.
    fn fetching(name: &str, url: &str, more: Options<'_>) -> Self {
        let root = Self::new(name);
        root.configure(&[&[("url", url)], more].concat());
        root
    }

    fn configure(&self, global: Options<'_>) {
        let mut text = "config ddns 'global'\n".to_owned();
        for (option, value) in global {
            let _ = writeln!(text, "\toption {option} '{value}'");
        }
        self.put("etc/config/ddns", &text);
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    fn put(&self, below: &str, text: &str) {
        fs::create_dir_all(self.path(below).parent().unwrap()).unwrap();
        fs::write(self.path(below), text).unwrap();
    }

    fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap()
    }

    /// The program as rpcd starts it: what it makes is its own unless it says otherwise.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "umask 077; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_ddns")]).args(words);
        command.env("DDNS_ROOT", &self.0).stdin(Stdio::null());
        command
    }

    fn service(&self, words: &[&str]) -> Ran {
        Ran::new(&self.command(&[&["service"], words].concat()).output().unwrap())
    }

    /// Every file below `/usr`, with content and time.
    fn share(&self) -> Vec<(PathBuf, Vec<u8>, Option<SystemTime>)> {
        let mut all = Vec::new();
        let mut folders = vec![self.path("usr")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().map(Result::unwrap) {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                    all.push((entry.path(), Vec::new(), None));
                } else {
                    let modified = entry.metadata().unwrap().modified().unwrap();
                    all.push((entry.path(), fs::read(entry.path()).unwrap(), Some(modified)));
                }
            }
        }
        all.sort();
        all
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Makes a file look a day old; its time then.
fn aged(path: &Path) -> SystemTime {
    let then = SystemTime::now() - Duration::from_secs(86400);
    fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
    fs::metadata(path).unwrap().modified().unwrap()
}

/// What a server of files says: `/base/list` and recipes below `/base/`.
fn files(list: &'static str, recipe: &'static str) -> Server {
    Server::start(move |request, stream| {
        let body = if request.starts_with("GET /base/list ") { list } else { recipe };
        stream.write_all(ok(body).as_bytes()).unwrap();
    })
}

fn base(server: &Server) -> String {
    server.url("/base")
}

// ------------------------------------------------------------------ the list

#[test]
fn update_fetches_the_list_for_all_to_read_and_without_a_last_newline() {
    let server = files("b.example\r\na.example\n\nb.example\n", "");
    let root = Root::fetching("update", &base(&server), &[]);
    let ran = root.service(&["update"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    assert!(ran.err.contains("2 providers"), "{ran:?}");
    assert_eq!(root.read(LIST), "b.example\na.example");
    assert_eq!(mode(&root.path(LIST)), 0o644);
    for folder in ["usr", "usr/share", "usr/share/ddns"] {
        assert_eq!(mode(&root.path(folder)), 0o755, "{folder}");
    }
    let ran = root.service(&["list-available"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "b.example\na.example\n"), "{ran:?}");
}

#[test]
fn the_same_list_again_gets_a_new_time_and_is_not_written_again() {
    let server = files("a.example\n", "");
    let root = Root::fetching("again", &base(&server), &[]);
    assert_eq!(root.service(&["update"]).code, 0);
    let (path, inode) = (root.path(LIST), fs::metadata(root.path(LIST)).unwrap().ino());
    let then = aged(&path);
    assert_eq!(root.service(&["update"]).code, 0);
    let now = fs::metadata(&path).unwrap();
    assert!(now.modified().unwrap() > then && now.ino() == inode);
    root.put(LIST, "other.example");
    assert_eq!(root.service(&["update"]).code, 0);
    assert_eq!(root.read(LIST), "a.example");
}

#[test]
fn a_list_that_is_none_replaces_nothing() {
    let large = format!("HTTP/1.1 200 OK\r\n\r\n{}", "a.example\n".repeat(7000));
    let cases: &[(&[u8], i32, &str)] = &[
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found", 8, "no such file"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 10\r\n\r\na.example\n", 8, "status 500"),
        (b"HTTP/1.1 206 Partial\r\nContent-Length: 10\r\n\r\na.example\n", 8, "status 206"),
        (b"HTTP/1.1 200 OK\r\n\r\n<!DOCTYPE html>\n<p>log in first", 8, "'<!DOCTYPE html>'"),
        (b"HTTP/1.1 200 OK\r\n\r\n{\"name\":\"x\"}\n", 8, "no provider's name"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\n../../etc/passwd\n", 8, "line 2"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\n.hidden\n", 8, "line 2"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\n-\n", 8, "line 2"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\nb\x1b[2J\n", 8, "'b\\u{1b}[2J'"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\nb\xff\n", 8, "UTF-8"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 8, "is empty"),
        (b"HTTP/1.1 200 OK\r\n\r\n\n\r\n \n", 8, "is empty"),
        (large.as_bytes(), 8, "larger than"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na.example\nb.exa", 7, "in the middle of the answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\na.example\n\r\n", 7, "in the middle"),
        (b"220 mail.example ESMTP\r\n", 7, "no HTTP"),
        (b"", 7, "without an answer"),
    ];
    for (answer, code, why) in cases {
        let server = Server::saying(*answer);
        let root = Root::fetching("none", &base(&server), &[]);
        for old in [None, Some("old.example")] {
            if let Some(old) = old {
                root.put(LIST, old);
                aged(&root.path(LIST));
            }
            let before = root.share();
            let ran = root.service(&["update"]);
            assert!(
                ran.code == *code && ran.err.contains(why) && ran.out.is_empty(),
                "wanted {code}, '{why}': {ran:?}"
            );
            assert_eq!(root.share(), before, "{why}");
        }
    }
}

#[test]
fn without_a_list_or_recipes_there_is_none_to_print() {
    let root = Root::new("nothing");
    let ran = root.service(&["list-available"]);
    assert!(ran.code == 3 && ran.err.contains("'ddns service update' fetches it") && ran.out.is_empty(), "{ran:?}");
    let ran = root.service(&["list-installed"]);
    assert!(ran.code == 4 && ran.err.contains("no provider is installed") && ran.out.is_empty(), "{ran:?}");
    fs::create_dir_all(root.path(CUSTOM)).unwrap();
    let ran = root.service(&["list-installed"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
}

// ------------------------------------------------------------------ where from

#[test]
fn both_options_lead_to_the_list_each_in_its_own_way() {
    let cases: &[(Options<'_>, &str, &str)] = &[
        (&[("url", "/base")], "/base/list", "/base/a.example.json"),
        (&[("url", "/base/")], "/base/list", "/base/a.example.json"),
        (&[("url", "")], "/list", "/a.example.json"),
        (&[("services_url", "/f")], "/f/usr/share/ddns/list", "/f/usr/share/ddns/default/a.example.json"),
        (&[("services_url", "/f/")], "/f/usr/share/ddns/list", "/f/usr/share/ddns/default/a.example.json"),
        (
            &[("services_url", "/f/usr/share/ddns/")],
            "/f/usr/share/ddns/list",
            "/f/usr/share/ddns/default/a.example.json",
        ),
        (&[("services_url", "/f"), ("url", "/base")], "/base/list", "/base/a.example.json"),
    ];
    for (options, list, recipe) in cases {
        let server = files("a.example\n", JSON);
        let root = Root::new("base");
        let urls: Vec<String> = options.iter().map(|(_, path)| server.url(path)).collect();
        let global: Vec<(&str, &str)> = options.iter().zip(&urls).map(|((o, _), url)| (*o, url.as_str())).collect();
        root.configure(&global);
        root.service(&["update"]);
        root.service(&["install", "a.example"]);
        let asked = server.requests();
        assert!(asked[0].starts_with(&format!("GET {list} HTTP/1.1\r\n")), "{options:?}: {asked:?}");
        assert!(asked[1].starts_with(&format!("GET {recipe} HTTP/1.1\r\n")), "{options:?}: {asked:?}");
    }
}

#[test]
fn without_an_option_or_a_configuration_the_package_feed_is_asked_over_https() {
    for config in [None, Some(""), Some("config ddns 'global'\n\toption url ''\n"), Some("rubbish\n\0")] {
        let root = Root::new("feed");
        if let Some(config) = config {
            root.put("etc/config/ddns", config);
        }
        root.put("etc/ssl/certs/ca-certificates.crt", &fs::read_to_string(tls::path("ca.crt")).unwrap());
        let ran = root.service(&["update"]);
        let feed =
            "https://raw.githubusercontent.com/openwrt/packages/master/net/ddns-scripts/files/usr/share/ddns/list";
        assert!(ran.code == 7 && ran.err.contains(&format!("cannot fetch {feed}: cannot connect")), "{ran:?}");
    }
}

#[test]
fn a_broken_section_elsewhere_in_the_configuration_is_no_hindrance() {
    let server = files("a.example\n", "");
    let root = Root::new("broken");
    let global = format!("config ddns global\n\toption url {}\n", base(&server));
    root.put("etc/config/ddns", &format!("{global}\nconfig service 'a'\n\toption x 'never closed\n"));
    assert_eq!(root.service(&["update"]).code, 0);
}

#[test]
fn an_option_that_cannot_be_used_is_named_and_nothing_is_asked() {
    let server = files("a.example\n", JSON);
    let good = base(&server);
    let cases: &[(Options<'_>, i32, &str)] = &[
        (&[("url", "ftp://files.example/")], 6, "option 'url', value 'ftp://files.example/'"),
        (&[("services_url", "http://")], 6, "option 'services_url'"),
        (&[("url", "http://joe:hush-hush@/x")], 6, "value '***'"),
        (&[("url", &good), ("proxy", "nowhere")], 6, "option 'proxy'"),
        (&[("url", &good), ("cacert", "/etc/nosuch.pem")], 5, "option 'cacert', value '/etc/nosuch.pem'"),
        (&[("url", &good), ("cacert", "/etc/hosts/x.pem")], 5, "certificate file not found"),
        (&[("url", &good), ("cacert", "nosuch.pem")], 5, "option 'cacert', value 'nosuch.pem'"),
    ];
    for (options, code, why) in cases {
        let root = Root::new("option");
        root.configure(options);
        for words in [&["update"][..], &["install", "a.example"]] {
            let ran = root.service(words);
            assert!(ran.code == *code && ran.err.contains(why), "wanted {code}, {why}: {ran:?}");
            assert!(!ran.err.contains("hush-hush"), "{ran:?}");
        }
        assert_eq!((server.requests().len(), root.share()), (0, Vec::new()));
    }
}

#[test]
fn a_login_in_the_address_is_sent_and_never_shown() {
    let server = Server::start(|request, stream| {
        let body = if request.contains("Authorization: Basic am9lOmh1c2gtaHVzaA==") { "a.example\n" } else { "<no>" };
        stream.write_all(ok(body).as_bytes()).unwrap();
    });
    let url = format!("http://joe:hush-hush@{}/base?key=hush-too", server.address);
    let root = Root::fetching("login", &url, &[]);
    assert_eq!(root.service(&["update"]).code, 0);
    root.configure(&[("url", &url.replace("hush-hush", "wrong-hush"))]);
    let ran = root.service(&["update"]);
    assert!(ran.code == 8 && ran.err.contains(&format!("http://{}/base line 1", server.address)), "{ran:?}");
    assert!(!ran.err.contains("hush"), "{ran:?}");
}

#[test]
fn a_login_is_not_carried_to_another_server() {
    let other = files("a.example\n", "");
    let place = base(&other).replace("127.0.0.1", "localhost");
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {place}/list\r\nContent-Length: 0\r\n\r\n");
    let server = Server::saying(answer);
    let root = Root::fetching("carry", &format!("http://joe:hush@{}", server.address), &[]);
    root.put("etc/hosts", "127.0.0.1 localhost\n");
    let ran = root.service(&["update"]);
    assert!(ran.code == 8 && ran.err.contains("must not be followed"), "{ran:?}");
    root.configure(&[("url", &format!("http://{}", server.address))]);
    assert_eq!(root.service(&["update"]).code, 0);
    assert_eq!(other.requests().len(), 1);
}

// ------------------------------------------------------------------ over TLS

/// A real HTTPS server of these files, each a whole response.
fn secure(folder: &str, certificate: &str, files: &[(&str, &str)]) -> (PathBuf, tls::Server) {
    let directory = directory(folder);
    for (name, text) in files {
        fs::write(directory.join(name), text).unwrap();
    }
    for ending in ["crt", "key"] {
        fs::copy(tls::path(&format!("{certificate}.{ending}")), directory.join(format!("server.{ending}"))).unwrap();
    }
    let server = tls::Server::start_in(&directory, &["-cert", "server.crt", "-key", "server.key", "-HTTP"]);
    (directory, server)
}

/// The root's file of an authority.
fn trust(root: &Root, authority: &str) -> &'static str {
    root.put("etc/ssl/ca.pem", &fs::read_to_string(tls::path(&format!("{authority}.crt"))).unwrap());
    "/etc/ssl/ca.pem"
}

#[test]
fn a_server_is_believed_by_its_certificate_only_unless_the_owner_says_ignore() {
    let (_, server) = secure("served-tls", "good", &[("list", &ok("a.example\n")), ("a.example.json", &ok(JSON))]);
    let url = server.url("127.0.0.1");
    let root = Root::fetching("tls", &url, &[]);
    let ran = root.service(&["update"]);
    assert!(ran.code == 7 && ran.err.contains("ca-bundle"), "{ran:?}");
    root.configure(&[("url", &url), ("cacert", trust(&root, "other"))]);
    let ran = root.service(&["update"]);
    assert!(ran.code == 7 && ran.err.contains("no secure connection to 127.0.0.1"), "{ran:?}");
    assert!(root.share().is_empty());
    for cacert in [trust(&root, "ca"), "/etc/ssl", "IGNORE"] {
        root.configure(&[("url", &url), ("cacert", cacert)]);
        assert_eq!(root.service(&["update"]).code, 0, "{cacert}");
        assert_eq!(root.service(&["install", "a.example"]).code, 0, "{cacert}");
        assert_eq!(root.service(&["purge"]).code, 0);
    }
    root.put("etc/ssl/certs/ca-certificates.crt", &fs::read_to_string(tls::path("ca.crt")).unwrap());
    root.configure(&[("services_url", &url), ("url", &url)]);
    let ran = root.service(&["install", "a.example"]);
    assert!(ran.code == 0 && !ran.err.contains("nobody has checked"), "{ran:?}");
}

#[test]
fn a_redirect_from_https_to_http_is_not_followed() {
    let plain = files("a.example\n", JSON);
    let redirect = format!("HTTP/1.0 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", plain.url("/base/list"));
    let (_, server) = secure("served-redirect", "good", &[("list", &redirect)]);
    let root = Root::fetching("redirect", &server.url("127.0.0.1"), &[("cacert", "IGNORE")]);
    let ran = root.service(&["update"]);
    assert!(ran.code == 8 && ran.err.contains("must not be followed"), "{ran:?}");
    assert_eq!((plain.requests().len(), root.share()), (0, Vec::new()));
}

// ------------------------------------------------------------------ recipes

#[test]
fn install_writes_the_file_as_it_came_and_remove_takes_it_away() {
    let server = files("", JSON);
    let root = Root::fetching("install", &base(&server), &[]);
    let ran = root.service(&["install", "a.example"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    let file = root.path(CUSTOM).join("a.example.json");
    assert_eq!(fs::read_to_string(&file).unwrap(), JSON);
    assert_eq!((mode(&file), mode(&root.path(CUSTOM)), mode(&root.path("usr/share"))), (0o644, 0o755, 0o755));
    root.put("usr/share/ddns/custom/.hidden", "");
    root.put("usr/share/ddns/custom/Z.json", "");
    assert_eq!(root.service(&["list-installed"]).out, "Z.json\na.example.json\n");
    assert_eq!(root.service(&["remove", "a.example"]).code, 0);
    let ran = root.service(&["remove", "a.example"]);
    assert!(ran.code == 1 && ran.err.contains("a.example.json: No such file"), "{ran:?}");
    root.put(LIST, "a.example");
    for _ in 0..2 {
        assert_eq!(root.service(&["purge"]).code, 0, "also when there is nothing");
        assert!(!root.path(CUSTOM).exists() && !root.path(LIST).exists());
    }
}

#[test]
fn a_file_that_is_no_recipe_replaces_nothing() {
    let cases = [
        ("", "is no JSON"),
        ("<html></html>", "is no JSON"),
        (r#"{"name":"a.example","ipv4":{"url":"https://a.exam"#, "is no JSON"),
        ("[]", "no JSON object"),
        ("{\"name\":\"x\"}", "about another provider, 'x'"),
        ("{\"name\":7,\"ipv4\":{\"url\":\"http://x/\"}}", "name that is no text"),
        ("{\"name\":\"a.example\"}", "LuCI needs"),
        (r#"{"ipv6":{"url":"https://x/"}}"#, "LuCI needs"),
        (r#"{"ipv4":{"answer":"good"}}"#, "has no URL (in ipv4)"),
        (r#"{"ipv4":{"url":["https://x/"]}}"#, "has no URL (in ipv4)"),
        (r#"{"ipv4":{"url":""}}"#, "has no URL"),
        (r#"{"ipv4":{"url":"https://x/","answer":["good"]}}"#, "words of success"),
        (r#"{"ipv4":{"url":"https://x/"},"ipv6":{}}"#, "(in ipv6)"),
        (r#"{"ipv4":{"url":"ftp://x/"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":"https://"}}"#, "URL that is none"),
        (r#"{"ipv4":{"url":"https://x/\n?ip=[IP]"}}"#, "control characters"),
        (r#"{"ipv4":{"url":"../../../tmp/evil.sh"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":"/tmp/evil.sh"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":"evil.sh;reboot"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":".evil.sh"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":"native"}}"#, "API that is not spoken here"),
    ];
    for (body, why) in cases {
        let server = files("", body);
        let root = Root::fetching("recipe", &base(&server), &[]);
        for old in [false, true] {
            if old {
                root.put("usr/share/ddns/custom/a.example.json", JSON);
                aged(&root.path("usr/share/ddns/custom/a.example.json"));
            }
            let before = root.share();
            let ran = root.service(&["install", "a.example"]);
            assert!(ran.code == 8 && ran.err.contains(why), "{body}: wanted '{why}': {ran:?}");
            assert_eq!(root.share(), before, "{body}");
        }
    }
}

#[test]
fn a_recipe_without_its_name_gets_it() {
    for body in [r#"{"ipv4":{"url":"https://x/?[IP]"}}"#, r#"{"name":"A.Example","ipv4":{"url":"https://x/?[IP]"}}"#] {
        let server = files("", body);
        let root = Root::fetching("named", &base(&server), &[]);
        assert_eq!(root.service(&["install", "a.example"]).code, 0);
        let written: serde_json::Value =
            serde_json::from_str(&root.read("usr/share/ddns/custom/a.example.json")).unwrap();
        assert_eq!((&written["name"], &written["ipv4"]["url"]), (&"a.example".into(), &"https://x/?[IP]".into()));
    }
}

#[test]
fn a_name_that_leads_elsewhere_is_neither_fetched_nor_removed() {
    let server = files("", JSON);
    let root = Root::fetching("hostile", &base(&server), &[]);
    root.put("usr/share/ddns/secret.json", "x");
    root.put("usr/share/ddns/custom/.hidden.json", "x");
    let before = root.share();
    let long = "a".repeat(101);
    for name in ["..", ".", "../secret", "/etc/passwd", "a/b", ".hidden", "a b", "a?b", "a%2fb", "a\nb", "ä", &long] {
        for action in ["install", "remove"] {
            let ran = root.service(&[action, name]);
            assert!(ran.code == 4 && ran.err.contains("no provider's name"), "{name:?}: {ran:?}");
        }
    }
    for action in ["install", "remove"] {
        for words in [&[action][..], &[action, ""], &[action, "-x"]] {
            assert_eq!(root.service(words).code, 4, "{words:?}");
        }
    }
    assert_eq!((server.requests().len(), root.share()), (0, before));
}

#[test]
fn a_reader_never_sees_a_part_of_a_recipe_and_no_draft_is_left() {
    let long: &'static str = Box::leak(format!("{}{}", JSON, " ".repeat(60_000)).into_boxed_str());
    let turn = AtomicBool::new(false);
    let server = Server::start(move |_, stream| {
        let body = if turn.fetch_xor(true, Ordering::Relaxed) { JSON } else { long };
        stream.write_all(ok(body).as_bytes()).unwrap();
    });
    let root = Root::fetching("whole", &base(&server), &[]);
    let file = root.path(CUSTOM).join("a.example.json");
    root.put("usr/share/ddns/custom/old.example.json.4711", "what a power cut left");
    assert_eq!(root.service(&["install", "a.example"]).code, 0);
    let over = Arc::new(AtomicBool::new(false));
    let reader = std::thread::spawn({
        let (over, file) = (Arc::clone(&over), file.clone());
        move || {
            let mut sizes = std::collections::BTreeSet::new();
            while !over.load(Ordering::Relaxed) {
                sizes.insert(fs::read(&file).unwrap().len());
            }
            sizes
        }
    });
    for _ in 0..20 {
        assert_eq!(root.service(&["install", "a.example"]).code, 0);
    }
    over.store(true, Ordering::Relaxed);
    assert_eq!(reader.join().unwrap().into_iter().collect::<Vec<_>>(), [JSON.len(), long.len()]);
    assert_eq!(root.service(&["list-installed"]).out, "a.example.json\n");
}

// ------------------------------------------------------------------ what an installed recipe means

/// What `ddns check` says of a section of this provider.
fn checked(root: &Root, provider: &str) -> String {
    let global = root.read("etc/config/ddns");
    let section = format!(
        "\nconfig service 'home'\n\toption enabled 1\n\toption use_ipv6 0\n\toption service_name '{provider}'\n\toption domain h.example.net\n\
         \toption lookup_host h.example.net\n\toption username u\n\toption password pw\n"
    );
    root.put("etc/config/ddns", &format!("{global}{section}"));
    let ran = Ran::new(&root.command(&["check"]).output().unwrap());
    root.put("etc/config/ddns", &global);
    ran.out
}

#[test]
fn a_recipe_that_names_a_script_that_is_not_there_leaves_the_built_in_way_in_use() {
    let server =
        files("", r#"{"name":"no-ip.com","ipv4":{"url":"update_no-ip_com.sh"},"ipv6":{"url":"update_no-ip_com.sh"}}"#);
    let root = Root::fetching("script", &base(&server), &[]);
    assert!(checked(&root, "no-ip.com").contains("no fault found"));
    let ran = root.service(&["install", "no-ip.com"]);
    assert!(
        ran.code == 0 && ran.err.contains("script /usr/lib/ddns/update_no-ip_com.sh is not there; until"),
        "{ran:?}"
    );
    let told = checked(&root, "no-ip.com");
    for words in ["warning: ", "'home'", "custom/no-ip.com.json", "update_no-ip_com.sh", "the built-in way", "0 errors"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    root.put("usr/lib/ddns/update_no-ip_com.sh", "return 0\n");
    let told = checked(&root, "no-ip.com");
    assert!(told.contains("no fault found"), "now the owner's script is used: {told}");
}

#[test]
fn a_recipe_of_an_unknown_provider_that_names_a_missing_script_cannot_run() {
    let server = files("", r#"{"name":"new.example","ipv4":{"url":"update_new.sh"}}"#);
    let root = Root::fetching("unknown", &base(&server), &[]);
    let ran = root.service(&["install", "new.example"]);
    assert!(ran.code == 0 && ran.err.contains("'new.example' needs the script /usr/lib/ddns/update_new.sh"), "{ran:?}");
    assert!(checked(&root, "new.example").contains("the script /usr/lib/ddns/update_new.sh does not exist"));
}

#[test]
fn the_owner_is_told_when_a_recipe_takes_the_place_of_a_built_in_one() {
    let server = files("", r#"{"name":"duckdns.org","ipv4":{"url":"http://www.duckdns.org/[PASSWORD]"}}"#);
    let root = Root::fetching("place", &base(&server), &[]);
    let ran = root.service(&["install", "duckdns.org"]);
    for words in
        ["takes the place of the built-in way to 'duckdns.org', without encryption", "nobody has checked", "IPv6"]
    {
        assert!(ran.code == 0 && ran.err.contains(words), "{words}: {ran:?}");
    }
    assert!(checked(&root, "duckdns.org").contains("the password goes to this provider in clear"));
}

// ------------------------------------------------------------------ the machine

#[test]
fn a_read_only_file_system_is_named_and_nothing_is_lost() {
    let server = files("a.example\n", JSON);
    let root = Root::fetching("readonly", &base(&server), &[]);
    root.put("usr/share/ddns/custom/x.json", "{}");
    root.put(LIST, "a.example");
    let share = root.path("usr/share/ddns");
    let before = root.share();
    let flags = if nix::unistd::geteuid().is_root() { "-m" } else { "-rm" };
    for (words, what) in [
        ("update", "cannot write /usr/share/ddns/list: Read-only file system"),
        ("install a.example", "cannot write /usr/share/ddns/custom/a.example.json: Read-only file system"),
        ("remove x", "cannot remove /usr/share/ddns/custom/x.json: Read-only file system"),
        ("purge", "cannot remove /usr/share/ddns/custom: Read-only file system"),
    ] {
        let line = format!(
            "mount --bind '{0}' '{0}' && mount -o remount,ro,bind '{0}' || exit 77; exec '{1}' service {words}",
            share.display(),
            env!("CARGO_BIN_EXE_ddns")
        );
        let mut command = Command::new("unshare");
        command.args([flags, "--propagation", "private", "sh", "-c", &line]).env("DDNS_ROOT", &root.0);
        let output = command.output().unwrap();
        if output.status.code() == Some(77) || String::from_utf8_lossy(&output.stderr).contains("unshare failed") {
            eprintln!("SKIPPED: no mount namespace here");
            return;
        }
        let ran = Ran::new(&output);
        assert!(ran.code == if words.starts_with(['u', 'i']) { 9 } else { 1 } && ran.err.contains(what), "{ran:?}");
    }
    assert_eq!(root.share(), before);
}

#[test]
fn a_list_that_is_a_link_is_replaced_where_it_is() {
    let server = files("a.example\n", "");
    let root = Root::fetching("link", &base(&server), &[]);
    root.put("usr/elsewhere", "old.example");
    fs::create_dir_all(root.path("usr/share/ddns")).unwrap();
    std::os::unix::fs::symlink(root.path("usr/elsewhere"), root.path(LIST)).unwrap();
    assert_eq!(root.service(&["update"]).code, 0);
    assert_eq!(root.read("usr/elsewhere"), "a.example");
    assert!(fs::symlink_metadata(root.path(LIST)).unwrap().is_symlink());
}

#[test]
fn actions_that_are_none_and_none_at_all_are_misuse() {
    let root = Root::new("misuse");
    for (words, code) in [
        (&["service"][..], 2),
        (&["service", "frobnicate"], 2),
        (&["service", "Update"], 2),
        (&["service", "-x"], 2),
        (&["service", ""], 2),
        (&["service", "update", "x"], 1),
        (&["services"], 1),
        (&[], 1),
        (&["service", "--help"], 0),
        (&["service", "install", "-h"], 0),
    ] {
        let ran = Ran::new(&root.command(words).output().unwrap());
        assert_eq!(ran.code, code, "{words:?}: {ran:?}");
        assert!(ran.out.contains("ddns service update") || ran.err.contains("ddns service"), "{ran:?}");
    }
}

#[test]
fn what_the_package_itself_installs_could_be_fetched_from_a_router_of_ours() {
    let folder = directory("tables");
    support::run(
        Path::new(env!("CARGO_MANIFEST_DIR")),
        &["sh", "openwrt/tables.sh", "services", "services_ipv6", &folder.to_string_lossy()],
    );
    let list = fs::read(folder.join("list")).unwrap();
    let names = ddns::config::catalog::names(&list).unwrap();
    assert_eq!(names.join("\n").as_bytes(), list);
    for name in names {
        let text = fs::read(folder.join("default").join(format!("{name}.json"))).unwrap();
        let entry = ddns::config::catalog::entry(name, &text).unwrap_or_else(|why| panic!("{name} {why}"));
        assert_eq!(entry.text, text, "{name}");
    }
}
