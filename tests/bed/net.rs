//! Two machines in two network namespaces of this process, joined by a line: the router, in which the thread that laid the line goes on (and
//! all that it starts), and the Internet, where name server and provider live. Nothing of it touches the machine's own network.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;

/// The name server of the zones.
pub(crate) const NAME_SERVER: &str = "198.51.100.53";
/// The provider of dynamic names.
pub(crate) const PROVIDER_V4: &str = "198.51.100.10";
/// The same.
pub(crate) const PROVIDER_V6: &str = "2001:db8:5::10";

/// The router's side: `wan0` is the line, `lan0` and `lan1` are another pair.
const ROUTER: &str = "\
link set lo up
link set wan0 addrgenmode none
link set wan0 up
addr add fe80::2/64 dev wan0 nodad
addr add 203.0.113.7/24 dev wan0
addr add 2001:db8:1::7/64 dev wan0 nodad
route add default via 203.0.113.1
route add default via 2001:db8:1::1
link add lan0 type veth peer name lan1
link set lan0 addrgenmode none
link set lan1 addrgenmode none
link set lan0 up
link set lan1 up
addr add 192.168.1.1/24 dev lan0
";

/// The other end of the line.
const INTERNET: &str = "\
link set lo up
addr add 198.51.100.53/32 dev lo
addr add 198.51.100.10/32 dev lo
addr add 2001:db8:5::10/128 dev lo nodad
link set isp0 addrgenmode none
link set isp0 up
addr add fe80::1/64 dev isp0 nodad
addr add 203.0.113.1/24 dev isp0
addr add 2001:db8:1::1/64 dev isp0 nodad
";

/// The line, for as long as the value lives.
#[derive(Clone)]
pub(crate) struct Net {
    internet: std::sync::Arc<File>,
}

impl Net {
    /// Moves this thread into a new router and connects it. An error when the kernel does not allow it (root, or `unshare -rn`).
    pub(crate) fn lay() -> io::Result<Self> {
        let internet = thread::spawn(|| {
            unshare(libc::CLONE_NEWNET)?;
            File::open("/proc/thread-self/ns/net")
        });
        let internet = internet.join().map_err(|_| io::Error::other("a thread ended early"))??;
        unshare(libc::CLONE_NEWNET)?;
        let net = Self { internet: std::sync::Arc::new(internet) };
        let there = format!("/proc/{}/fd/{}", std::process::id(), net.internet.as_raw_fd());
        ip(Command::new("ip"), &format!("link add wan0 type veth peer name isp0 netns {there}\n"))?;
        ip(net.there("ip"), INTERNET)?;
        ip(Command::new("ip"), ROUTER)?;
        Ok(net)
    }

    /// A program that will run in the Internet.
    pub(crate) fn there(&self, program: &str) -> Command {
        let fd = self.internet.as_raw_fd();
        let mut command = Command::new(program);
        // SAFETY: between fork and execve one system call and no allocation
        unsafe { command.pre_exec(move || enter(fd)) };
        command
    }

    /// Does something, such as opening a socket, in the Internet.
    pub(crate) fn do_there<T: Send>(&self, what: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
        let fd = self.internet.as_raw_fd();
        thread::scope(|scope| {
            let thread = scope.spawn(move || enter(fd).and_then(|()| what()));
            thread.join().map_err(|_| io::Error::other("a thread ended early"))?
        })
    }

    /// Changes the router's side with lines of `ip -batch`.
    pub(crate) fn ip(&self, lines: &str) -> io::Result<()> {
        let _ = &self.internet;
        ip(Command::new("ip"), lines)
    }
}

fn ip(mut command: Command, lines: &str) -> io::Result<()> {
    command.args(["-batch", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    talk(&mut command, lines)
}

/// Runs a program that must succeed, with `text` as its input.
pub(crate) fn talk(command: &mut Command, text: &str) -> io::Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // a program that ended early says why on its own
        let _ = input.write_all(text.as_bytes());
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{}: {}: {said}\n{text}", command.get_program().display(), output.status)))
}

/// A private one of the kinds of `flags` for this thread.
pub(crate) fn unshare(flags: libc::c_int) -> io::Result<()> {
    // SAFETY: takes an integer, touches no memory of ours
    checked(unsafe { libc::unshare(flags) })
}

fn enter(network: RawFd) -> io::Result<()> {
    // SAFETY: takes two integers, touches no memory of ours
    checked(unsafe { libc::setns(network, libc::CLONE_NEWNET) })
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
