//! `/healthz`: 200 while the service can serve, 503 with a sentence when it cannot; and the listener itself.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::bed::{Bed, folder, free_port, rest, said, until};

#[test]
fn a_service_that_can_serve_says_ok_in_text_and_in_json() {
    let bed = Bed::running("", "");
    assert_eq!(bed.ask(&["-w", "%{http_code} %{content_type}"], "/healthz"), "ok\n200 text/plain; charset=utf-8");
    let json = bed.ask(&["-H", "Accept: application/json", "-w", "%{http_code} %{content_type}"], "/healthz");
    assert_eq!(json, "{\"status\":\"ok\"}\n200 application/json");
    let head = bed.ask(&["-I"], "/healthz");
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("content-length: 3\r\n"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
}

#[test]
fn only_get_and_head_of_two_paths_are_answered() {
    let bed = Bed::running("", "");
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let said = bed.ask(&["-i", "-X", method], "/metrics");
        assert!(said.starts_with("HTTP/1.1 405 ") && said.contains("allow: GET, HEAD\r\n"), "{method}: {said}");
    }
    for path in ["/", "/update", "/healthz/", "/metrics/x"] {
        assert!(bed.ask(&["-i"], path).starts_with("HTTP/1.1 404 "), "{path}");
    }
    for path in ["healthz", "metrics"] {
        let url = format!("http://127.0.0.1:{}/{path}", bed.port);
        assert_eq!(crate::bed::curl(&["-w", "%{http_code}", &url]), "not found\n404", "not at the clients' port");
    }
}

#[test]
fn without_status_listen_nobody_answers_and_a_reload_opens_moves_and_closes_it() {
    let mut bed = Bed::new("status_listen = \"\"\n", "");
    let database = format!("path = \"{}\"\n", bed.folder.join("ddns.db").display());
    bed.run(|_| {});
    assert_eq!(bed.ask(&[], "/healthz"), "");
    for _ in 0..2 {
        let old = std::mem::replace(&mut bed.status, free_port());
        bed.configure(&database, "", "");
        bed.signal("HUP");
        until("it answers at the new place", || bed.ask(&[], "/healthz") == "ok\n");
        assert!(TcpStream::connect(("127.0.0.1", old)).is_err());
    }
    // a place that cannot be had changes nothing
    let (good, taken) = (bed.status, std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    bed.configure(&database, &format!("status_listen = \"{}\"\n", taken.local_addr().unwrap()), "");
    bed.signal("HUP");
    until("the log tells", || bed.text("log").contains("the status stays where it was"));
    assert!(bed.text("log").contains("another program listens there"), "{}", bed.text("log"));
    bed.status = good;
    assert_eq!(bed.ask(&[], "/healthz"), "ok\n");
    bed.configure(&database, "status_listen = \"\"\n", "");
    bed.signal("HUP");
    until("it is closed", || TcpStream::connect(("127.0.0.1", good)).is_err());
}

#[test]
fn a_service_that_is_stopping_says_so_until_its_last_request_is_answered() {
    let mut bed = Bed::running("", "");
    let mut slow = TcpStream::connect(("127.0.0.1", bed.port)).unwrap();
    slow.write_all(b"POST /update HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n").unwrap();
    until("the request is begun", || bed.metric("ddns_connections_open") == Some(1.0));
    bed.signal("TERM");
    until("it says that it stops", || bed.ask(&["-w", "%{http_code}"], "/healthz") == "the service is stopping\n503");
    slow.write_all(b"hostname=").unwrap();
    assert!(rest(slow).contains("badauth"));
    assert_eq!(bed.ended(), Some(0));
    assert_eq!(bed.ask(&[], "/healthz"), "");
}

/// A MariaDB server that can be stopped in the middle.
struct Database(Child);

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Database {
    fn start(folder: &std::path::Path) -> Self {
        said(
            Command::new("mariadb-install-db")
                .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"])
                .args(["--innodb-log-file-size=8M", "--innodb-buffer-pool-size=16M"])
                .arg(format!("--datadir={}", folder.join("data").display())),
        );
        let child = Command::new("mariadbd")
            .args(["--no-defaults", "--user=root", "--skip-networking", "--innodb-log-file-size=8M"])
            .arg(format!("--datadir={}", folder.join("data").display()))
            .arg(format!("--socket={}", folder.join("socket").display()))
            .arg(format!("--pid-file={}", folder.join("mariadb.pid").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let database = Self(child);
        until("mariadbd listens", || std::os::unix::net::UnixStream::connect(folder.join("socket")).is_ok());
        let sql = "CREATE DATABASE ddns; CREATE USER ddns@localhost IDENTIFIED BY 'tell nobody';
                   GRANT ALL ON ddns.* TO ddns@localhost";
        said(
            Command::new("mariadb")
                .args(["--no-defaults", "-u", "root", "-e", sql])
                .arg("--socket")
                .arg(folder.join("socket")),
        );
        database
    }

    fn signal(&self, name: &str) {
        said(Command::new("kill").args(["-s", name, &self.0.id().to_string()]));
    }
}

#[test]
fn a_database_that_hangs_or_is_gone_makes_the_service_unhealthy_and_no_secret_is_told() {
    let folder = folder();
    let database = Database::start(&folder);
    let socket = folder.join("socket").display().to_string();
    let table = format!(
        "backend = \"mariadb\"\nhost = \"{socket}\"\nname = \"ddns\"\nuser = \"ddns\"\npassword = \"tell nobody\"\n"
    );
    let mut bed = Bed::with_database(folder, &table, "", "");
    bed.run(|_| {});
    assert_eq!(bed.ask(&[], "/healthz"), "ok\n");
    database.signal("STOP");
    until("it hangs", || bed.ask(&["-w", "%{http_code}"], "/healthz") == "the database does not answer in time\n503");
    assert_eq!(bed.metric("ddns_database_up"), Some(0.0));
    assert_eq!(bed.metric("ddns_hosts_pending"), None, "an old number is told");
    database.signal("CONT");
    until("it is well again", || bed.ask(&[], "/healthz") == "ok\n");
    assert_eq!(bed.metric("ddns_hosts_pending"), Some(0.0));
    drop(database);
    let gone = |text: &str| text.starts_with("the database does not answer") && text.ends_with("\n503");
    until("it is gone", || gone(&bed.ask(&["-w", "%{http_code}"], "/healthz")));
    let json = bed.ask(&["-H", "Accept: text/html, application/json;q=0.9"], "/healthz");
    assert!(json.starts_with("{\"message\":\"the database does not answer"), "{json}");
    assert!(json.ends_with("\"status\":\"unavailable\"}\n"), "{json}");
    until("the log tells of it", || ["not healthy", "healthy again"].iter().all(|said| bed.text("log").contains(said)));
    assert!(!bed.text("log").contains("tell nobody"), "{}", bed.text("log"));
}
