//! `ddns rpcd ...`, and the words rpcd calls us with under the name of its plug-in.
#![forbid(unsafe_code)]

use std::ffi::OsString;

use pico_args::Arguments;

use super::{Invocation, Misuse, Task, help, misuse, named, nothing_left, root_of};

/// What is asked of the plug-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Which methods there are.
    List,
    /// Answer a method.
    Answer(Method),
    /// Take the place of the app's backend.
    On,
    /// Give it back.
    Off,
    /// Say who answers.
    Status,
    /// Look up the registered addresses of these sections; started by the first poll, in the background.
    Lookup(Vec<String>),
}

/// A method of `luci.ddns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `get_services_status`
    Status,
    /// `get_services_log`
    Log,
    /// `get_ddns_state`
    State,
    /// `get_env`
    Env,
}

impl Method {
    /// The method of that name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "get_services_status" => Self::Status,
            "get_services_log" => Self::Log,
            "get_ddns_state" => Self::State,
            "get_env" => Self::Env,
            _ => return None,
        })
    }
}

/// `luci.ddns list`, `luci.ddns call METHOD`.
pub(super) fn plugin(words: Vec<OsString>, root: Option<OsString>) -> Result<Invocation, Misuse> {
    let mut args = Arguments::from_vec(words);
    let root = root_of(&mut args, root, help::RPCD)?;
    let task = task(&mut args)?;
    nothing_left(args, help::RPCD)?;
    Ok(Invocation { root, task })
}

/// What follows `ddns rpcd`.
pub(super) fn task(args: &mut Arguments) -> Result<Task, Misuse> {
    let bad = |error: pico_args::Error| misuse(error.to_string(), help::RPCD);
    let mut next = || args.opt_free_from_str::<String>().map_err(bad);
    let call = match next()?.as_deref() {
        Some("list") => Call::List,
        Some("call") => Call::Answer(method(next()?)?),
        Some("on") => Call::On,
        Some("off") => Call::Off,
        Some("status") => Call::Status,
        Some("lookup") => {
            let mut sections = Vec::new();
            while let Some(section) = named(next()?, help::RPCD)? {
                sections.push(section);
            }
            Call::Lookup(sections)
        }
        Some(other) => return Err(misuse(format!("'{}' is not understood here", other.escape_debug()), help::RPCD)),
        None => return Err(misuse("wanted on, off or status", help::RPCD)),
    };
    Ok(Task::Rpcd(call))
}

fn method(name: Option<String>) -> Result<Method, Misuse> {
    let name = name.ok_or_else(|| misuse("which METHOD?", help::RPCD))?;
    let why = || misuse(format!("'{}' is no method of luci.ddns", name.escape_debug()), help::RPCD);
    Method::named(&name).ok_or_else(why)
}
