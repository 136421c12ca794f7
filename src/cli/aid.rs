//! What scripts ask of the program, from argv. Pure.
//!
//! Nothing secret is ever an argument, because `ps` shows arguments to everybody: texts and URLs come on standard input, `-`.
#![forbid(unsafe_code)]

use std::ffi::OsString;

use pico_args::Arguments;

use super::{Misuse, misuse};
use crate::world::Level;

/// What a script asks for; the functions of `dynamic_dns_functions.sh` do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aid {
    /// A GET by the section's way; the URL, or standard input.
    Transfer(Option<String>),
    /// A line for the section's log.
    Log {
        /// Its weight.
        level: Level,
        /// It is the last word of a script that gives up.
        last: bool,
        /// The text, or standard input.
        text: Option<String>,
    },
    /// Percent-encode standard input.
    Encode,
    /// The full form of an IPv6 address.
    Expand(String),
    /// What netifd or the kernel says of a network.
    Network {
        /// What is asked.
        what: String,
        /// The network.
        name: String,
    },
    /// The options of a section: their names, or the value of one.
    Option {
        /// The section.
        section: String,
        /// This one's value.
        name: Option<String>,
    },
    /// What a JSON file says of a provider.
    Provider(String),
    /// Arguments of `curl`, as scripts give them.
    Curl(Vec<OsString>),
}

/// The commands there are.
pub(super) const COMMANDS: [&str; 8] = ["transfer", "log", "encode", "expand", "network", "option", "provider", "curl"];

/// The words behind one of [`COMMANDS`].
pub(super) fn aid(word: &str, args: &mut Arguments, usage: &'static str) -> Result<Aid, Misuse> {
    let mut next = || args.opt_free_from_str::<String>().map_err(|e| misuse(e.to_string(), usage));
    let wanted = |word: Option<String>, what: &str| word.ok_or_else(|| misuse(format!("which {what}?"), usage));
    let typed = |word: Option<String>| word.filter(|word| word != "-");
    Ok(match word {
        "transfer" => Aid::Transfer(typed(next()?)),
        "log" => {
            let number = wanted(next()?, "LEVEL")?;
            let (level, last) = weight(&number)
                .ok_or_else(|| misuse(format!("LEVEL '{number}': wanted 0 to 7, or 10 to 17 to give up"), usage))?;
            Aid::Log { level, last, text: typed(next()?) }
        }
        "encode" => Aid::Encode,
        "expand" => Aid::Expand(wanted(next()?, "ADDRESS")?),
        "network" => Aid::Network { what: wanted(next()?, "WHAT")?, name: wanted(next()?, "NETWORK")? },
        "option" => Aid::Option { section: wanted(next()?, "SECTION")?, name: next()? },
        "provider" => Aid::Provider(wanted(next()?, "FILE")?),
        _ => return Err(misuse(format!("'{word}' is no command"), usage)),
    })
}

/// A level as `write_log` takes it: 10 more means the end.
fn weight(number: &str) -> Option<(Level, bool)> {
    let number: usize = number.parse().ok()?;
    let levels =
        [Level::Emerg, Level::Alert, Level::Crit, Level::Error, Level::Warn, Level::Note, Level::Info, Level::Debug];
    levels.get(number % 10).filter(|_| number < 20).map(|level| (*level, number >= 10))
}
