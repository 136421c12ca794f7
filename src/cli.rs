//! Arguments to a [`Task`]. Pure: argv in, a value or a sentence out.
//!
//! The program answers to several names: `ddns`; `dynamic_dns_updater.sh` and `dynamic_dns_lucihelper.sh` for procd, `LuCI`, scripts and
//! habits of ddns-scripts; `luci.ddns` for rpcd.
#![forbid(unsafe_code)]

mod aid;
mod catalog;
mod help;
mod luci;
mod rpcd;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use pico_args::Arguments;

pub use catalog::Action;

use crate::run::{Mode, Order};

pub use aid::Aid;
pub use luci::{Errand, Helper, Origin};
pub use rpcd::{Call, Method};

/// A question or order of the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start one section, or all enabled ones.
    Start(Option<String>),
    /// Stop one section, or all.
    Stop(Option<String>),
    /// Stop and start; a provider that refused is asked again.
    Restart(Option<String>),
    /// Have running sections read their configuration and check now.
    Reload(Option<String>),
    /// Say how sections are doing.
    Status {
        /// This one only.
        section: Option<String>,
        /// For programs.
        json: bool,
    },
    /// Name the enabled sections, for the init script.
    Sections(Asked),
    /// Have the next process of a section, or of all, forget what a provider refused.
    Forget(Option<String>),
    /// List the providers that are known, or say what goes into which option for one.
    Providers(Option<String>),
    /// Say what is wrong or foolish in a configuration.
    Check(Option<PathBuf>),
    /// Rewrite old spellings.
    Migrate(Option<PathBuf>),
    /// The list of providers and recipes installed from it.
    Service(Action),
    /// Print this and be done.
    Print(String),
}

/// Which sections are meant, and what is told of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// These only; none: all.
    pub sections: Vec<String>,
    /// Those of this network (option `interface`) only.
    pub network: Option<String>,
    /// What is told.
    pub tell: Tell,
}

/// What is told of the enabled sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// A line each: name, life (`stay`, `once` or `broken`), a number that changes with the section's configuration.
    Lines,
    /// Names alone.
    Names,
}

/// What to do: a section's whole life, or a question or order of the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Run a section in the foreground.
    Run(Order),
    /// Do this and be done.
    Answer(Command),
    /// Serve a script.
    Serve(Aid),
    /// Answer `LuCI` through rpcd, or say who does.
    Rpcd(Call),
    /// What `LuCI`'s pages ask `dynamic_dns_lucihelper.sh`.
    Help(Helper),
}

/// A task and the root directory it works below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// `--root DIR` or `DDNS_ROOT`; `/` otherwise.
    pub root: PathBuf,
    /// What to do.
    pub task: Task,
}

/// Why the arguments make no sense, with the usage that would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misuse {
    /// What is wrong.
    pub why: String,
    /// How it is called right.
    pub usage: &'static str,
    /// The exit code.
    pub code: i32,
}

/// Reads the arguments. `root` is the value of `DDNS_ROOT`.
pub fn parse(argv: Vec<OsString>, root: Option<OsString>) -> Result<Invocation, Misuse> {
    let mut argv = argv.into_iter();
    let name = argv.next().unwrap_or_default();
    let words: Vec<OsString> = argv.collect();
    let called = |known: &str| Path::new(&name).file_name().is_some_and(|n| n == known);
    if called("curl") {
        return Ok(curl(words, root));
    }
    if called("luci.ddns") {
        return rpcd::plugin(words, root);
    }
    if called("dynamic_dns_lucihelper.sh") {
        return luci::helper(words, root);
    }
    let old_name = called("dynamic_dns_updater.sh");
    let old_style = words.first().is_some_and(|word| is_updater_option(word));
    if old_name || old_style { updater(words, root) } else { modern(words, root) }
}

fn is_updater_option(word: &OsStr) -> bool {
    word.to_str().is_some_and(|w| ["-S", "-v", "-d", "-n"].iter().any(|option| w.starts_with(option)))
}

fn misuse(why: impl Into<String>, usage: &'static str) -> Misuse {
    Misuse { why: why.into(), usage, code: 1 }
}

fn root_of(args: &mut Arguments, fallback: Option<OsString>, usage: &'static str) -> Result<PathBuf, Misuse> {
    let given: Option<String> = args.opt_value_from_str("--root").map_err(|e| misuse(e.to_string(), usage))?;
    Ok(given.map(PathBuf::from).or(fallback.filter(|root| !root.is_empty()).map(PathBuf::from)).unwrap_or("/".into()))
}

/// `-S SECTION [-v 0|1|2] [-d] [-h] [-V] [-- ...]`, as procd has always called it.
fn updater(mut words: Vec<OsString>, root: Option<OsString>) -> Result<Invocation, Misuse> {
    let usage = help::UPDATER;
    if let Some(stop) = words.iter().position(|word| word == "--") {
        words.truncate(stop);
    }
    let mut args = Arguments::from_vec(words);
    let root = root_of(&mut args, root, usage)?;
    let print = |text: String| Ok(Invocation { root: root.clone(), task: Task::Answer(Command::Print(text)) });
    if args.contains("-h") {
        return print(usage.to_owned());
    }
    if args.contains("-V") {
        return print(help::version());
    }
    let bad = |e: pico_args::Error| misuse(e.to_string(), usage);
    if args.opt_value_from_str::<_, String>("-n").map_err(bad)?.is_some() {
        return Err(misuse("option -n is not supported", usage));
    }
    let verbose = match args.opt_value_from_str::<_, String>("-v").map_err(bad)?.as_deref() {
        None | Some("0") => 0,
        Some("1") => 1,
        Some("2") => 2,
        Some(other) => return Err(misuse(format!("option -v '{other}': wanted 0, 1 or 2"), usage)),
    };
    let section: Option<String> = args.opt_value_from_str("-S").map_err(bad)?;
    let dry = args.contains("-d");
    nothing_left(args, usage)?;
    let section = named(section, usage)?.ok_or_else(|| misuse("option -S SECTION is missing", usage))?;
    let mode = if verbose == 2 { Mode::OneRound } else { Mode::Stay };
    Ok(Invocation { root, task: Task::Run(Order { section, mode, verbose, dry }) })
}

fn nothing_left(args: Arguments, usage: &'static str) -> Result<(), Misuse> {
    match args.finish().first() {
        None => Ok(()),
        Some(word) => Err(misuse(format!("'{}' is not understood here", word.to_string_lossy()), usage)),
    }
}

/// A section's name becomes part of paths, so nothing that leads elsewhere may be in it; UCI allows no other names either.
fn named(section: Option<String>, usage: &'static str) -> Result<Option<String>, Misuse> {
    let fits = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match section.as_deref().filter(|name| !fits(name)) {
        None => Ok(section),
        Some(name) => {
            let why = format!("'{}' is no name of a section: wanted letters, digits and '_'", name.escape_debug());
            Err(misuse(why, usage))
        }
    }
}

/// `curl ...`: every word is curl's own.
fn curl(words: Vec<OsString>, root: Option<OsString>) -> Invocation {
    let root = root.filter(|root| !root.is_empty()).map_or_else(|| "/".into(), PathBuf::from);
    Invocation { root, task: Task::Serve(Aid::Curl(words)) }
}

/// `ddns COMMAND ...`
fn modern(words: Vec<OsString>, root: Option<OsString>) -> Result<Invocation, Misuse> {
    if words.first().is_some_and(|word| word == "curl") {
        return Ok(curl(words.into_iter().skip(1).collect(), root));
    }
    let mut args = Arguments::from_vec(words);
    let root = root_of(&mut args, root, help::GENERAL)?;
    let version = args.contains(["-V", "--version"]);
    let helped = args.contains(["-h", "--help"]);
    let word = args.subcommand().map_err(|e| misuse(e.to_string(), help::GENERAL))?;
    let Some(word) = word.filter(|_| !version) else {
        return match (version, helped) {
            (true, _) => Ok(Invocation { root, task: Task::Answer(Command::Print(help::version())) }),
            (false, true) => Ok(Invocation { root, task: Task::Answer(Command::Print(help::GENERAL.to_owned())) }),
            (false, false) => Err(misuse("which command?", help::GENERAL)),
        };
    };
    let Some(usage) = help::of(&word) else {
        return Err(misuse(format!("'{word}' is no command"), help::GENERAL));
    };
    if helped || word == "help" {
        return Ok(Invocation { root, task: Task::Answer(Command::Print(usage.to_owned())) });
    }
    let task = match word.as_str() {
        "sections" => sections(&mut args, usage)?,
        "service" => catalog::task(&mut args)?,
        word if aid::COMMANDS.contains(&word) => Task::Serve(aid::aid(word, &mut args, usage)?),
        _ => task(&word, &mut args, usage)?,
    };
    nothing_left(args, usage)?;
    Ok(Invocation { root, task })
}

fn sections(args: &mut Arguments, usage: &'static str) -> Result<Task, Misuse> {
    let network = args.opt_value_from_str("--network").map_err(|e| misuse(e.to_string(), usage))?;
    let tell = if args.contains("--names") { Tell::Names } else { Tell::Lines };
    let mut sections = Vec::new();
    while let Some(name) = named(args.opt_free_from_str().map_err(|e| misuse(e.to_string(), usage))?, usage)? {
        sections.push(name);
    }
    Ok(Task::Answer(Command::Sections(Asked { sections, network, tell })))
}

fn task(word: &str, args: &mut Arguments, usage: &'static str) -> Result<Task, Misuse> {
    if word == "rpcd" {
        return rpcd::task(args);
    }
    let json = word == "status" && args.contains("--json");
    let dry = matches!(word, "run" | "once") && args.contains(["-d", "--dry-run"]);
    let told = word == "run" && args.contains(["-v", "--verbose"]);
    let free: Option<String> = args.opt_free_from_str().map_err(|e| misuse(e.to_string(), usage))?;
    if let Some(option) = free.as_deref().filter(|word| word.starts_with('-')) {
        return Err(misuse(format!("'{option}' is not understood here"), usage));
    }
    let free = if matches!(word, "check" | "migrate" | "providers") { free } else { named(free, usage)? };
    let order = |mode, verbose| match free.clone() {
        Some(section) => Ok(Task::Run(Order { section, mode, verbose, dry })),
        None => Err(misuse("which SECTION?", usage)),
    };
    Ok(Task::Answer(match word {
        "run" => return order(Mode::Stay, u8::from(told)),
        "once" => return order(Mode::Once, 1),
        "start" => Command::Start(free),
        "stop" => Command::Stop(free),
        "restart" => Command::Restart(free),
        "reload" => Command::Reload(free),
        "status" => Command::Status { section: free, json },
        "forget" => Command::Forget(free),
        "providers" => Command::Providers(free),
        "check" => Command::Check(free.map(PathBuf::from)),
        "migrate" => Command::Migrate(free.map(PathBuf::from)),
        _ => return Err(misuse(format!("'{word}' is no command"), help::GENERAL)),
    }))
}
