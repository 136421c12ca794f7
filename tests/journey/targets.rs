//! The programs for routers, run by qemu-user on the same bed: other processors, 32 bits, the other byte order, musl.
//!
//! `make musl TARGET=...` must have made them; that takes minutes, so a plain `cargo test` leaves these tests out and says so. A waiting section
//! stays as large as it grew here: a program that executes itself anew would leave the emulator, which the kernel refuses.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;

use crate::bed::{Bed, SOON, on};

const OVER_TLS: [(&str, &str); 3] = [("use_https", "1"), ("cacert", "/etc/ca.pem"), ("check_interval", "600")];
const BY_SCRIPT: [(&str, &str); 2] = [("ip_source", "script"), ("ip_script", "/etc/address.sh")];

/// A line of `openwrt/targets`.
struct Target {
    program: PathBuf,
    emulator: String,
    /// Whether the emulator can translate the kernel's messages about interfaces. qemu 7.2 leaves an empty last attribute in the byte order of
    /// the machine (Linux sends one since 6.7), so that getifaddrs(3) of any program of the other byte order never ends.
    netlink: bool,
}

impl Target {
    fn named(name: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let field = |field| {
            let output = Command::new("sh").arg(here.join("openwrt/target.sh")).args([name, field]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        let program = here.join(field("program"));
        assert!(program.is_file(), "there is no {}: make musl TARGET={name}", program.display());
        Self { program, emulator: format!("qemu-{}-static", field("processor")), netlink: name != "mips" }
    }

    fn command(&self, bed: &Bed, args: &[&str]) -> Command {
        let mut command = Command::new(&self.emulator);
        command.arg(&self.program).args(args).env("DDNS_ROOT", bed.router.root()).stdin(Stdio::null());
        if !self.netlink {
            without_getifaddrs(&mut command);
        }
        command
    }

    fn says(&self, bed: &Bed, args: &[&str]) -> String {
        let ran = bed.ran(&mut self.command(bed, args));
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{args:?}: {ran:?}");
        ran.out
    }

    fn configure(&self, bed: &Bed, more: &[(&str, &str)]) {
        let source: &[_] = if self.netlink { &[] } else { &BY_SCRIPT };
        bed.configure(&[&OVER_TLS, source, more].concat());
    }

    /// Gives the line this address. True when the program cannot see it by itself.
    fn readdress(&self, bed: &Bed, address: &str) -> bool {
        if self.netlink {
            let line = "route replace default via 203.0.113.1 dev wan0";
            bed.ip(&format!("addr flush dev wan0\naddr add {address}/24 dev wan0\n{line}"));
        } else {
            let script = bed.router.path("etc/address.sh");
            fs::write(&script, format!("#!/bin/sh\necho {address}\n")).unwrap();
            fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        }
        !self.netlink
    }
}

/// `EAFNOSUPPORT` for the netlink sockets that getifaddrs(3) of musl opens, for this process and its children.
fn without_getifaddrs(command: &mut Command) {
    let step = |code, jf, k| libc::sock_filter { code, jt: 0, jf, k };
    let (load, equal, end) = (0x20, 0x15, 0x06);
    let small = |number: libc::c_int| u32::try_from(number).unwrap();
    let mut filter = [
        step(load, 0, 0), // the number of the system call
        step(equal, 5, u32::try_from(libc::SYS_socket).unwrap()),
        step(load, 0, 16), // its first argument, with a little-endian processor
        step(equal, 3, small(libc::AF_NETLINK)),
        step(load, 0, 24), // its second
        step(equal, 1, small(libc::SOCK_RAW | libc::SOCK_CLOEXEC)),
        step(end, 0, libc::SECCOMP_RET_ERRNO | small(libc::EAFNOSUPPORT)),
        step(end, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let refuse = move || {
        let program = libc::sock_fprog { len: 8, filter: filter.as_mut_ptr() };
        // SAFETY: two system calls; the filter lives in this closure and is only read
        let done = unsafe {
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
        };
        if done { Ok(()) } else { Err(std::io::Error::last_os_error()) }
    };
    // SAFETY: between fork and execve only the two system calls above, and no allocation
    unsafe { command.pre_exec(refuse) };
}

fn lives_a_life(name: &str) {
    on(|bed| {
        let target = Target::named(name);
        knows_itself_and_the_sample(&target, bed);
        bed.speak_tls();
        updates_once_over_https(&target, bed);
        believes_no_stranger(&target, bed);
        follows_a_change_and_ends(&target, bed);
    });
}

fn knows_itself_and_the_sample(target: &Target, bed: &Bed) {
    assert_eq!(target.says(bed, &["--version"]), concat!("ddns-scripts ", env!("CARGO_PKG_VERSION"), "\n"));
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/ddns");
    bed.router.configure(fs::read(sample).unwrap()).unwrap();
    let said = target.says(bed, &["check"]);
    assert!(said.contains("no fault found"), "{said}");
}

fn updates_once_over_https(target: &Target, bed: &Bed) {
    target.readdress(bed, "203.0.113.7");
    target.configure(bed, &[]);
    let before = hour(bed);
    target.says(bed, &["once", "home"]);
    // libc's idea of time_t is another one on 32 bits
    let stamp = bed.log().trim_start()[..2].to_owned();
    assert!([before, hour(bed)].contains(&stamp), "{}", bed.story());
    assert_eq!(bed.sent(), ["203.0.113.7"], "{}", bed.story());
    assert_eq!(bed.dns(), ["203.0.113.7"]);
    assert!(bed.status("update").is_some(), "{}", bed.story());
}

fn hour(bed: &Bed) -> String {
    bed.ran(Command::new("date").arg("+%H")).out.trim().to_owned()
}

fn believes_no_stranger(target: &Target, bed: &Bed) {
    let stranger = bed.router.path("etc/other.pem");
    let openssl = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=another", "-keyout", "/dev/null"];
    assert_eq!(bed.ran(Command::new("openssl").args(openssl).arg("-out").arg(&stranger)).code, Some(0));
    target.readdress(bed, "203.0.113.8");
    target.configure(bed, &[("cacert", "/etc/other.pem")]);
    bed.ran(&mut target.command(bed, &["once", "home"]));
    assert_eq!(bed.asked().len(), 1, "{}", bed.story());
    assert_eq!(bed.logged("is signed by itself"), 1, "{}", bed.story());
}

fn follows_a_change_and_ends(target: &Target, bed: &Bed) {
    target.configure(bed, &[]);
    let running = bed.started(&mut target.command(bed, &["run", "home"]));
    bed.until("an update", SOON, || bed.dns() == ["203.0.113.8"] && bed.status("nextcheck").is_some());
    if target.readdress(bed, "203.0.113.9") {
        running.signal(Signal::SIGHUP);
    }
    bed.until("a second one", SOON, || bed.dns() == ["203.0.113.9"]);
    bed.until("a pid file", SOON, || bed.status("pid").is_some());
    running.signal(Signal::SIGTERM);
    running.until_end(SOON);
    assert!(bed.status("pid").is_none(), "{}", bed.story());
}

#[test]
#[ignore = "needs `make musl TARGET=mipsel`; `make test` and `make targets` run it"]
fn mipsel_program_lives_a_life() {
    lives_a_life("mipsel");
}

#[test]
#[ignore = "needs `make musl TARGET=aarch64`; `make test` and `make targets` run it"]
fn aarch64_program_lives_a_life() {
    lives_a_life("aarch64");
}

#[test]
#[ignore = "needs `make musl TARGET=mips`; `make targets` runs it"]
fn mips_program_lives_a_life() {
    lives_a_life("mips");
}

#[test]
#[ignore = "needs `make musl TARGET=armv7`; `make targets` runs it"]
fn armv7_program_lives_a_life() {
    lives_a_life("armv7");
}

#[test]
#[ignore = "needs `make musl TARGET=x86_64`; `make targets` runs it"]
fn x86_64_program_lives_a_life() {
    lives_a_life("x86_64");
}
