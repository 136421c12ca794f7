//! What a router is made of: the root file system of busybox with our stand-ins, the program in its form, and how a process becomes number 1.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bed::Bed;
use crate::bed::net::{copy_program, talk};
use crate::keeper;

/// Names the root to the process that becomes number 1.
pub(crate) const INSIDE: &str = "DDNS_LIFE_ROOT";
/// What our package leans on, played by files of this directory: where it stands on the router, and whether it is executable.
const STAND_INS: [(&str, &str, u32); 5] = [
    ("rc.common", "etc/rc.common", 0o755),
    ("procd.sh", "lib/functions/procd.sh", 0o644),
    ("functions.sh", "lib/functions.sh", 0o644),
    ("ubus", "bin/ubus", 0o755),
    ("hotplug-call", "sbin/hotplug-call", 0o755),
];
/// Where the program of another processor stands; the package brings a few lines that run it by qemu.
pub(crate) const FOREIGN: &str = "real";

/// Which program the package brings.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// The one of this build.
    Native,
    /// This one, for mipsel.
    Mips(PathBuf),
}

/// The program of a package, as often as it is upgraded another file.
pub(crate) fn program(bed: &Bed, form: &Form, edition: u32) -> PathBuf {
    let file = bed.router.dir().join(format!("program-{edition}"));
    match form {
        Form::Native => {
            talk(Command::new("strip").arg("-o").arg(&file).arg(env!("CARGO_BIN_EXE_ddns")), "").unwrap();
        }
        Form::Mips(program) => {
            let real = format!("{FOREIGN}/ddns-{edition}");
            fs::create_dir_all(bed.router.path(FOREIGN)).unwrap();
            copy_program(program, &bed.router.path(&real)).unwrap();
            let text = format!("#!/bin/sh\nexec /bin/qemu-mipsel-static -0 \"$0\" /{real} \"$@\"\n");
            fs::write(&file, text).unwrap();
        }
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}

/// The root file system: busybox under all its names, our stand-ins, and what the program's form needs.
pub(crate) fn lay(bed: &Bed, form: &Form) {
    let path = |below: &str| bed.router.path(below);
    fs::remove_dir(path("var")).unwrap();
    for folder in
        ["bin", "sbin", "usr/bin", "usr/sbin", "lib/functions", "proc", "etc/rc.d", "usr/lib/opkg/info", "tmp/run"]
    {
        fs::create_dir_all(path(folder)).unwrap();
    }
    symlink("tmp", path("var")).unwrap();
    copy_program(&which("busybox"), &path("bin/busybox")).unwrap();
    let names = Command::new("busybox").arg("--list-full").output().unwrap();
    for name in String::from_utf8(names.stdout).unwrap().lines() {
        fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        let _ = symlink("/bin/busybox", path(name));
    }
    for device in ["null", "zero", "urandom", "random"] {
        fs::write(path(&format!("dev/{device}")), "").unwrap();
    }
    for (name, place, mode) in STAND_INS {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/life/stand_in").join(name);
        fs::copy(file, path(place)).unwrap();
        fs::set_permissions(path(place), fs::Permissions::from_mode(mode)).unwrap();
    }
    with_libraries(bed, &which("flock"), "usr/bin/flock");
    match form {
        Form::Native => libraries(bed, Path::new(env!("CARGO_BIN_EXE_ddns"))),
        Form::Mips(_) => with_libraries(bed, &which("qemu-mipsel-static"), "bin/qemu-mipsel-static"),
    }
}

/// Whether the machine has a program.
pub(crate) fn there(name: &str) -> bool {
    found(name).is_some()
}

fn which(name: &str) -> PathBuf {
    found(name).unwrap_or_else(|| panic!("there is no program '{name}'"))
}

fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    path.split(':').map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

fn with_libraries(bed: &Bed, program: &Path, to: &str) {
    libraries(bed, program);
    copy_program(program, &bed.router.path(to)).unwrap();
}

/// Copies what a program is linked with; a static one is linked with nothing.
fn libraries(bed: &Bed, program: &Path) {
    let said = Command::new("ldd").arg(program).output().unwrap();
    for word in String::from_utf8_lossy(&said.stdout).split_whitespace().filter(|word| word.starts_with('/')) {
        let to = bed.router.path(&word[1..]);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(word, to).unwrap();
    }
}

/// Becomes process number 1, when this process was made for it.
pub(crate) fn process_number_one() {
    let Some(root) = std::env::var_os(INSIDE).map(PathBuf::from) else { return };
    // the old /proc still numbers as the machine does
    let number = fs::read_link("/proc/self").unwrap();
    let mount = |arguments: &[&str]| talk(Command::new("mount").args(arguments), "").unwrap();
    mount(&["--make-rprivate", "/"]);
    mount(&["-t", "proc", "proc", &root.join("proc").to_string_lossy()]);
    for device in ["null", "zero", "urandom", "random"] {
        let here = root.join("dev").join(device);
        mount(&["--bind", &format!("/dev/{device}"), &here.to_string_lossy()]);
    }
    fs::write(root.with_file_name(".number"), number.to_string_lossy().as_bytes()).unwrap();
    fs::rename(root.with_file_name(".number"), root.with_file_name("number")).unwrap();
    nix::unistd::chroot(&root).unwrap();
    std::env::set_current_dir("/").unwrap();
    keeper::keep()
}
