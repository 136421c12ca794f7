//! BIND in the Internet of [`Net`]: `example.net` may be changed by whoever is on the same machine or has its key, `provider.example` stands
//! still.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::net::{NAME_SERVER, Net, PROVIDER_V4, PROVIDER_V6, copy_program, talk};

/// The secret of its key `home-key`, in base64.
pub(crate) const KEY: &str = "Fk3Zb0n9WwXkQm2s7VtR1yHc8dLpUeGa5jOxNiTzB4I=";

/// A running `named`, ended when the value goes.
pub(crate) struct Named {
    child: Child,
    dir: PathBuf,
    net: Net,
}

impl Named {
    /// Starts it in `dir`, which is made, and waits until it answers.
    pub(crate) fn start(net: &Net, dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let head = "$TTL 5\n@ SOA ns hostmaster 1 60 60 60 1\n@ NS ns\n";
        fs::write(dir.join("example.net.zone"), format!("{head}ns A {NAME_SERVER}\nhome A 192.0.2.99\n"))?;
        let provider = format!("@ A {PROVIDER_V4}\n@ AAAA {PROVIDER_V6}\n");
        fs::write(dir.join("provider.example.zone"), format!("{head}ns A {NAME_SERVER}\n{provider}"))?;
        fs::write(dir.join("named.conf"), configuration(dir))?;
        // Debian's AppArmor profile goes by the program's path and lets it read /etc/bind only
        let program = dir.join("named");
        copy_program(&find("named")?, &program)?;
        let mut command = net.there(&program.to_string_lossy());
        command.args(["-g", "-n", "1", "-U", "1", "-c"]).arg(dir.join("named.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(dir.join("log"))?);
        let mut named = Self { child: command.spawn()?, dir: dir.to_owned(), net: net.clone() };
        named.wait_until_running()?;
        Ok(named)
    }

    fn wait_until_running(&mut self) -> io::Result<()> {
        let end = Instant::now() + Duration::from_secs(60);
        while !self.log().lines().any(|line| line.ends_with(" running")) {
            if Instant::now() > end || self.child.try_wait()?.is_some() {
                return Err(io::Error::other(format!("named does not run:\n{}", self.log())));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// All it said, queries included.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    /// How often `name` was asked for so far.
    pub(crate) fn queries(&self, name: &str) -> usize {
        self.log().lines().filter(|line| line.contains(&format!("query: {name} IN A"))).count()
    }

    /// How many updates it made.
    pub(crate) fn updates(&self) -> usize {
        self.log().lines().filter(|line| line.contains("adding an RR at")).count()
    }

    /// What it answers now, as `dig +short` prints it.
    pub(crate) fn lookup(&self, name: &str, kind: &str) -> io::Result<Vec<String>> {
        let mut dig = self.net.there("dig");
        let output = dig.args([&format!("@{NAME_SERVER}"), "+short", "+tries=3", "+time=5", name, kind]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
    }

    /// Ends it: from now on nobody answers.
    pub(crate) fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        self.end();
    }
}

/// Replaces the addresses of one kind of `name` by `address`.
pub(crate) fn change(net: &Net, name: &str, address: std::net::IpAddr) -> io::Result<()> {
    let kind = if address.is_ipv4() { "A" } else { "AAAA" };
    let lines = format!(
        "server {NAME_SERVER}\nzone example.net\nupdate delete {name} {kind}\nupdate add {name} 5 {kind} {address}\nsend\n"
    );
    talk(&mut net.there("nsupdate"), &lines)
}

fn configuration(dir: &Path) -> String {
    format!(
        r#"options {{ directory "{dir}"; listen-on {{ {NAME_SERVER}; }}; listen-on-v6 {{ none; }}; pid-file none;
    session-keyfile none; recursion no; dnssec-validation no; querylog yes; notify no; }};
controls {{ }};
key "home-key" {{ algorithm hmac-sha256; secret "{KEY}"; }};
zone "example.net" {{ type primary; file "example.net.zone"; allow-update {{ localhost; key home-key; }}; }};
zone "provider.example" {{ type primary; file "provider.example.zone"; }};
"#,
        dir = dir.display()
    )
}

/// A program in the usual places; servers are not in everybody's `PATH`.
fn find(name: &str) -> io::Result<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    path.split(':')
        .map(|dir| Path::new(dir).join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| io::Error::other(format!("there is no program '{name}'")))
}
