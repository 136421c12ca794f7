//! `make run`: the main job on real parts, told line by line; with a file as argument, what `ddns` makes of that file.
//!
//! The parts: a router and the Internet in network namespaces, and there our own update server with its own name server. Nothing else is
//! needed, and nothing on the machine is changed.

#[path = "../../tests/bed/net.rs"]
#[allow(dead_code, reason = "the tests do more in the Internet")]
mod net;
mod real;
#[path = "../../tests/bed/router.rs"]
mod router;
mod service;
mod show;
mod stage;

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Set in the process that `unshare` made root of its own little world.
const INSIDE: &str = "DDNS_DEMO_INSIDE";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let send = words.iter().any(|word| word == "--send");
    let file = words.iter().find(|word| !word.starts_with('-'));
    let done = match file {
        Some(file) => program().and_then(|program| real::tell(&program, Path::new(file), send)),
        None => alone()
            .and_then(|()| Ok((program()?, service()?)))
            .and_then(|(ddns, server)| show::tell(&ddns, &server))
            .map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("\nThis did not work: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// The program itself, built beside this one.
fn program() -> io::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let program = here.parent().and_then(Path::parent).map(|dir| dir.join("ddns")).filter(|path| path.is_file());
    program.ok_or_else(|| io::Error::other("the program 'ddns' is not built yet (make build)"))
}

/// The update server, built in its own folder; `DDNS_SERVICE` names another one.
fn service() -> io::Result<PathBuf> {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("server/target/release/ddns-service");
    let program = std::env::var_os("DDNS_SERVICE").map_or_else(built, PathBuf::from);
    let missing = || io::Error::other("the program 'ddns-service' is not built yet (make build-server)");
    program.canonicalize().map_err(|_| missing())
}

/// Root is needed for networks of our own: who is not root becomes it in a world that ends with this process.
fn alone() -> io::Result<()> {
    if nix::unistd::geteuid().is_root() {
        return Ok(());
    }
    if std::env::var_os(INSIDE).is_some() {
        return Err(io::Error::other("unshare did not make us root"));
    }
    let mut command = Command::new("unshare");
    command.arg("-rnm").arg(std::env::current_exe()?).env(INSIDE, "1");
    // comes back only when it failed
    Err(io::Error::other(format!("cannot start 'unshare': {}; try again as root", command.exec())))
}

/// One line for the owner, or several.
#[expect(clippy::print_stdout, reason = "this program is there to be read")]
fn say(text: &str) {
    println!("{text}");
}
