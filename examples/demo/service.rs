//! The other side of the show: our own update server with its own name server, in the Internet.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use ddns::address::Family;
use ddns::dns;

use crate::net::{NAME_SERVER, Net, PROVIDER_V4, PROVIDER_V6};
use crate::say;

/// How long it may take to be ready.
const LIMIT: Duration = Duration::from_secs(60);

/// A running `ddns-service`, ended when the value goes.
pub(crate) struct Service {
    program: PathBuf,
    dir: PathBuf,
    net: Net,
    child: Option<Child>,
}

impl Service {
    /// With its configuration in `dir`, which is made; not started yet.
    pub(crate) fn prepare(program: &Path, net: &Net, dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let service = Self { program: program.to_owned(), dir: dir.to_owned(), net: net.clone(), child: None };
        fs::write(service.config(), configuration(dir))?;
        fs::set_permissions(service.config(), fs::Permissions::from_mode(0o600))?;
        Ok(service)
    }

    fn config(&self) -> PathBuf {
        self.dir.join("config.toml")
    }

    /// Runs a command of the operator, with this on its standard input, and shows what it says.
    pub(crate) fn run(&self, args: &[&str], input: &str) -> io::Result<()> {
        say(&format!("\n   $ ddns-service {}", args.join(" ")));
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(self.config()).args(args).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(input.as_bytes()))?;
        let output = child.wait_with_output()?;
        for line in String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).lines() {
            say(&format!("   | {line}"));
        }
        if output.status.success() { Ok(()) } else { Err(io::Error::other("ddns-service refused that")) }
    }

    /// Starts it in the Internet and waits until it is ready.
    pub(crate) fn start(&mut self) -> io::Result<()> {
        let mut command = self.net.there(&self.program.to_string_lossy());
        command.arg("--config").arg(self.config()).arg("--daemon").stdin(Stdio::null());
        let log = File::create(self.dir.join("log"))?;
        let child = self.child.insert(command.stdout(log.try_clone()?).stderr(log).spawn()?);
        let end = Instant::now() + LIMIT;
        while !fs::read_to_string(self.dir.join("log"))?.contains(" ready ") {
            if Instant::now() > end || child.try_wait()?.is_some() {
                return Err(io::Error::other(format!("ddns-service does not run:\n{}", self.log())));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// All it said.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    /// How many requests it was sent.
    pub(crate) fn asked(&self) -> usize {
        self.log().lines().filter(|line| line.contains(" INFO request ")).count()
    }

    /// What its name server tells the world, asked from the router.
    pub(crate) fn lookup(name: &str) -> io::Result<Vec<String>> {
        let question =
            dns::query(name, Family::V4, 4711, false).map_err(|fault| io::Error::other(fault.to_string()))?;
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        socket.set_read_timeout(Some(Duration::from_secs(2)))?;
        socket.send_to(&question, (NAME_SERVER, 53))?;
        let mut answer = [0; 1232];
        let size = socket.recv(&mut answer)?;
        let told = dns::read(&answer[..size], name, Family::V4).map(|told| told.addresses).unwrap_or_default();
        Ok(told.iter().map(ToString::to_string).collect())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let Some(child) = &mut self.child else { return };
        if let Ok(pid) = i32::try_from(child.id()) {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGTERM);
        }
        let _ = child.wait();
    }
}

fn configuration(dir: &Path) -> String {
    format!(
        r#"[daemon]
host = "{PROVIDER_V4}"
port = 80
log_requests = true

[database]
path = "{}"

[dns_service]
dns_server = "embedded"

[dns_service.embedded]
listen = ["{NAME_SERVER}:53"]
zones = ["example.net", "provider.example"]
name_servers = ["ns.example.net"]

[dns_service.embedded.addresses]
"ns.example.net" = ["{NAME_SERVER}"]
"provider.example" = ["{PROVIDER_V4}", "{PROVIDER_V6}"]

[defaults]
expiry_ttl = 3024000

[[endpoints]]
path = "/nic/update"
"#,
        dir.join("ddns.db").display()
    )
}
