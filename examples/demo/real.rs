//! A real configuration: what is wrong in it, and what its sections would send, or do send when the owner says so.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::router::Router;
use crate::say;

/// Checks the file and tries each enabled section; false when something is not as it should be.
pub(crate) fn tell(program: &Path, file: &Path, send: bool) -> io::Result<bool> {
    let text =
        fs::read(file).map_err(|error| io::Error::other(format!("cannot read '{}': {error}", file.display())))?;
    say(&format!("1. What is wrong or foolish in {}\n", file.display()));
    let mut sound = run(Command::new(program).arg("check").arg(fs::canonicalize(file)?))?;
    let config = ddns::config::Config::read(&text, b"");
    let sections: Vec<&str> = config.names().into_iter().filter(|name| config.enabled(name)).collect();
    if sections.is_empty() {
        say("\nNo section of it is enabled (option enabled '1'), so there is nothing to try.");
        return Ok(sound);
    }
    say(if send {
        "\n2. One check of each enabled section. UPDATES ARE SENT to the providers, as you asked."
    } else {
        "\n2. One check of each enabled section. Providers are asked for nothing, only DNS and the source of the address are."
    });
    say("   Status files and logs of this go to a throw-away directory; the system's own are left alone.");
    let router = Router::new("try")?;
    mirror(Path::new("/"), &router.root())?;
    // whatever directories the file names: this run has its own
    let own = b"\nconfig ddns 'global'\n\toption ddns_rundir '/var/run/ddns'\n\toption ddns_logdir '/var/log/ddns'\n";
    router.configure([&text[..], own].concat())?;
    for section in sections {
        let options: &[&str] = if send { &[] } else { &["--dry-run"] };
        say(&format!("\n   $ ddns once {}", [options, &[section]].concat().join(" ")));
        sound &= run(Command::new(program).arg("--root").arg(router.root()).arg("once").args(options).arg(section))?;
    }
    if !send {
        say(&format!("\nNothing was sent. To send for real: make run CONFIG={} SEND=1", file.display()));
    }
    Ok(sound)
}

fn run(command: &mut Command) -> io::Result<bool> {
    let output = command.stdin(Stdio::null()).output()?;
    for line in String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).lines() {
        say(&format!("   | {line}"));
    }
    Ok(output.status.success())
}

/// Directories of the throw-away root that are its own; of all others it sees the machine's.
const OWN: [&str; 6] = ["etc", "etc/config", "dev", "tmp", "var", "var/run"];

/// Makes `to` look like `from` by links, so that certificates, name servers, scripts and netifd are those of this machine.
fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join("var/run"))?;
    let _ = fs::remove_file(to.join("etc/resolv.conf"));
    let _ = fs::remove_file(to.join("etc/hosts"));
    for dir in ["", "etc", "var/run"] {
        for entry in fs::read_dir(from.join(dir)).into_iter().flatten().flatten() {
            let below: PathBuf = Path::new(dir).join(entry.file_name());
            let status_files = below.starts_with("var/run/ddns");
            if !status_files && !OWN.iter().any(|own| below == Path::new(own)) {
                symlink(entry.path(), to.join(&below))?;
            }
        }
    }
    Ok(())
}
