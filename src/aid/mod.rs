//! The corridor that serves scripts: what the functions of `/usr/lib/ddns/dynamic_dns_functions.sh` ask of the program, and a `curl` for
//! scripts where none is installed.
//!
//! A script is a program of its own: it changes its variables, and they count (`cacert=IGNORE`, `proxy=`). They come in the environment,
//! which only the same user can read, and are laid over the section of the configuration.

mod ask;
mod curl;
mod transfer;

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::Path;

use crate::cli::Aid;
use crate::config::{Config, Fault, Section};
use crate::control::Console;
use crate::run::{CONFIG, CONFIG_LIMIT, PENDING};
use crate::secret::{Mask, Secret, percent_encoded};
use crate::send;
use crate::world::{BODY_LIMIT, Desk, Exit, Level, LogPlan, World};

/// Reads a variable of the environment.
pub type Env<'e> = &'e dyn Fn(&str) -> Option<OsString>;

/// Options that a script may have changed since it was given them.
const CHANGEABLE: [&str; 15] = [
    "use_ipv6",
    "ip_source",
    "ip_network",
    "ip_interface",
    "bind_network",
    "force_ipversion",
    "proxy",
    "cacert",
    "user_agent",
    "use_syslog",
    "use_logfile",
    "username",
    "password",
    "param_enc",
    "param_opt",
];
/// A section where a script names none: enough to send something by.
const NOBODY: &str = "script";

/// Does it.
pub fn serve(aid: &Aid, env: Env<'_>, world: &mut World<'_>, console: &mut Console<'_>) -> Exit {
    Exit::Code(match aid {
        Aid::Transfer(url) => transfer::transfer(url.as_deref(), env, world, console),
        Aid::Log { level, last, text } => log(*level, *last, text.as_deref(), env, world, console),
        Aid::Encode => match input(console) {
            Ok(text) => print(console, percent_encoded(&text).as_bytes()),
            Err(error) => complain(console, &format!("standard input: {error}"), 1),
        },
        Aid::Expand(address) => ask::expand(address, console),
        Aid::Network { what, name } => ask::network(what, name, world.host, console),
        Aid::Option { section, name } => ask::option(section, name.as_deref(), world.desk, console),
        Aid::Provider(file) => ask::provider(Path::new(file), env, world.desk, console),
        Aid::Curl(words) => curl::curl(words, env, world, console),
    })
}

/// Standard input, to its end.
fn input(console: &mut Console<'_>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(BODY_LIMIT).unwrap_or(u64::MAX);
    console.input.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn print(console: &mut Console<'_>, text: &[u8]) -> i32 {
    i32::from(console.out.write_all(text).is_err())
}

fn complain(console: &mut Console<'_>, text: &str, code: i32) -> i32 {
    let _ = writeln!(console.err, "ddns: {text}");
    code
}

/// A variable as bytes.
fn variable(env: Env<'_>, name: &str) -> Option<Vec<u8>> {
    env(name).map(OsString::into_encoded_bytes)
}

/// What is known of the section a script belongs to.
struct Place {
    config: Config,
    name: String,
    section: Result<Section, Vec<Fault>>,
    /// Whether the configuration has this section.
    known: bool,
}

impl Place {
    /// The section `SECTION_ID`, with what the script changed of it.
    fn read(env: Env<'_>, desk: &dyn Desk) -> Self {
        let bytes = desk.load(Path::new(CONFIG), CONFIG_LIMIT).unwrap_or_default();
        let mut changes = desk.load_own(Path::new(PENDING), CONFIG_LIMIT).unwrap_or_default();
        let told = env("SECTION_ID").and_then(|name| name.into_string().ok());
        let named = |name: &String| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let name = told.filter(named).unwrap_or_else(|| NOBODY.to_owned());
        let known = Config::read(&bytes, &changes).file().section(&name).is_some();
        changes.push(b'\n');
        if !known {
            let options = [("", "service"), (".lookup_host", "name.invalid"), (".update_url", "http://name.invalid/")];
            for (option, value) in options {
                changes.extend(format!("ddns.{name}{option}='{value}'\n").into_bytes());
            }
        }
        for option in CHANGEABLE {
            if let Some(value) = variable(env, option) {
                changes.extend(change(&name, option, &value));
            }
        }
        let config = Config::read(&bytes, &changes);
        let section = config.section(&name).map(|(section, _)| section);
        Self { config, name, section, known }
    }

    /// The script's own variables are covered too: a password that was changed in the configuration meanwhile is still its password.
    fn mask(&self, env: Env<'_>) -> Mask {
        if let Ok(section) = &self.section
            && let Ok(recipe) = send::recipe(section, &mut |_| None)
        {
            return send::mask(section, &recipe);
        }
        let own: Vec<Secret> =
            CHANGEABLE[12..].iter().filter_map(|name| variable(env, name)).map(Secret::new).collect();
        Mask::new(&own, &[])
    }

    /// Where this section's messages go. A script that belongs to no section has no log file.
    fn log(&self, env: Env<'_>) -> LogPlan {
        let verbose = env("VERBOSE").and_then(|text| text.to_str()?.parse::<u8>().ok()).unwrap_or(0);
        let global = &self.config.global;
        let (logfile, syslog) = self.section.as_ref().map_or((true, 2), |section| (section.logfile, section.syslog));
        LogPlan {
            section: self.name.clone(),
            dir: global.logdir.clone(),
            lines: if verbose == 2 { 0 } else { global.loglines },
            file: self.known && (logfile || verbose == 2),
            fresh: false,
            syslog,
            console: verbose > 0,
            mask: self.mask(env),
        }
    }
}

/// A pending change as `uci` writes it.
fn change(section: &str, option: &str, value: &[u8]) -> Vec<u8> {
    let path = format!("ddns.{section}.{option}");
    if value.is_empty() {
        return format!("-{path}\n").into_bytes();
    }
    let mut line = format!("{path}='").into_bytes();
    for byte in value {
        match byte {
            b'\'' => line.extend(b"'\\''"),
            _ => line.push(*byte),
        }
    }
    line.extend(b"'\n");
    line
}

/// A line for the log of the section, as `write_log` of ddns-scripts has it.
fn log(
    level: Level,
    last: bool,
    text: Option<&str>,
    env: Env<'_>,
    world: &mut World<'_>,
    console: &mut Console<'_>,
) -> i32 {
    let text = match text {
        Some(text) => text.to_owned(),
        None => match input(console) {
            Ok(text) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) => return complain(console, &format!("standard input: {error}"), 1),
        },
    };
    let plan = Place::read(env, world.desk).log(env);
    // scripts write line ends as ddns-scripts' console understood them; what is secret is covered before anything is replaced
    let text = plan.mask.cover(&text).replace("\\n", "\n");
    world.log.open(plan);
    if last {
        world.log.terminate(level, &text);
    } else {
        world.log.say(level, &text);
    }
    0
}
