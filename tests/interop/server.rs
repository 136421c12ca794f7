//! A real name server on a free port of 127.0.0.1 and `::1`, with its own directory, zones and keys; ended when the value goes.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::ports::free_port;

/// The secret of every key, in base64.
pub(crate) const SECRET: &str = "Fk3Zb0n9WwXkQm2s7VtR1yHc8dLpUeGa5jOxNiTzB4I=";

/// Keys that may change `example.test`, and one that may not.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("home-key", "hmac-sha256"),
    ("k512", "hmac-sha512"),
    ("k384", "hmac-sha384"),
    ("k224", "hmac-sha224"),
    ("k1", "hmac-sha1"),
    ("k5", "hmac-md5"),
    (STRANGER, "hmac-sha256"),
];

/// Known, but allowed nothing.
pub(crate) const STRANGER: &str = "stranger";

/// Of `example.test`, which is told in `zones`.
pub(crate) const ZONE: &str = "$TTL 60
@ SOA ns hostmaster 1 60 60 60 60
@ NS ns
ns A 127.0.0.1
home 300 A 192.0.2.1
home 301 AAAA 2001:db8::1
home 302 TXT \"stays\"
two 303 A 192.0.2.1
two 303 A 192.0.2.2
alias CNAME home
";

/// The program that is being tested against.
pub(crate) struct Server {
    pub(crate) dir: PathBuf,
    pub(crate) port: u16,
    child: Option<Child>,
}

impl Server {
    /// A place for one: a directory with the zone files `example.test.zone` and `sub.example.test.zone`, and a port.
    pub(crate) fn place(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("ddns-{name}-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        for zone in ["example.test", "sub.example.test"] {
            let many: Vec<String> = (1..=60).map(|number| format!("many 304 A 198.51.100.{number}\n")).collect();
            let text = format!("$ORIGIN {zone}.\n{ZONE}{}", many.concat());
            fs::write(dir.join(format!("{zone}.zone")), text).unwrap();
        }
        Self { dir, port: free_port(), child: None }
    }

    /// Starts it and waits until it knows the zone.
    pub(crate) fn run(&mut self, program: &str, args: &[&str]) {
        let log = File::create(self.dir.join("log")).unwrap();
        let mut command = Command::new(program);
        // servers are not in everybody's PATH
        command.env("PATH", std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin");
        command.args(args).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot start '{program}': {error}"));
        self.child = Some(child);
        let start = Instant::now();
        while self.records("home.example.test", "A").is_empty() {
            assert!(start.elapsed() < Duration::from_secs(60), "{program} does not answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    /// Records as `TTL DATA`, sorted, as the server has them now.
    pub(crate) fn records(&self, name: &str, kind: &str) -> Vec<String> {
        let mut dig = Command::new("dig");
        dig.args(["@127.0.0.1", "-p", &self.port.to_string(), "+norec", "+tries=3", "+time=5", "+noall", "+answer"]);
        let output = dig.args([name, kind]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let fields = text.lines().filter(|line| !line.starts_with(';')).map(|line| line.split_whitespace().collect());
        let mut found: Vec<String> = fields
            .filter(|fields: &Vec<&str>| fields.get(3) == Some(&kind))
            .map(|fields| format!("{} {}", fields[1], fields[4]))
            .collect();
        found.sort();
        found
    }

    /// Another port, at which the server is to be had by TCP only.
    pub(crate) fn by_tcp_only(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (here, there) = (listener.local_addr().unwrap().port(), self.port);
        std::thread::spawn(move || {
            for client in listener.incoming().map(Result::unwrap) {
                let server = TcpStream::connect(("127.0.0.1", there)).unwrap();
                for (mut from, mut to) in [(&client, &server), (&server, &client)]
                    .map(|(a, b)| (a.try_clone().unwrap(), b.try_clone().unwrap()))
                {
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(std::net::Shutdown::Write);
                    });
                }
            }
        });
        here
    }

    /// From now on nobody answers.
    pub(crate) fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        let _ = fs::remove_dir_all(&self.dir);
    }
}
