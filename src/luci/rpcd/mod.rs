//! ubus object `luci.ddns` as an exec plug-in of rpcd: the four methods of `LuCI`'s page (`luci.md` section 1), and the switch that puts
//! this program in the place of the app's own backend.
//!
//! rpcd calls `luci.ddns list` once at its start and `luci.ddns call METHOD` for each question, with the arguments as a JSON object on
//! standard input. It waits without a limit until `list` has printed an object, and LuCI waits with it: so `list` always prints one.
#![forbid(unsafe_code)]

mod backend;
mod env;
mod lookup;
mod says;
mod state;
mod status;

use std::io::Read;
use std::net::IpAddr;

use serde_json::Value;

use crate::cli::{Call, Method};
use crate::config::Config;
use crate::control::Console;
use crate::run::configuration;
use crate::world::World;

/// More than this of a question is not read; rpcd's own are some hundred bytes.
const QUESTION_LIMIT: usize = 64 * 1024;
/// The methods as rpcd registers them: each with its arguments, the type of an argument shown by a value of that type.
const METHODS: &str =
    r#"{"get_env":{},"get_ddns_state":{},"get_services_status":{},"get_services_log":{"service_name":"service_name"}}"#;
/// What rpcd registers nothing for.
const NO_METHODS: &str = "{}";
/// No object: rpcd reports an invalid argument, as it does for the app's own backend.
const INVALID: &str = "[]";

/// Does what is asked; gives the exit code, which rpcd does not look at.
pub fn answer(call: &Call, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    match call {
        Call::List => {
            // with the app's own file there too, rpcd would register the object twice and then write to memory it has freed
            console.tell(if backend::app_answers(world) { NO_METHODS } else { METHODS });
            0
        }
        Call::Answer(method) => method_answer(*method, world, console),
        Call::On => backend::on(world, console),
        Call::Off => backend::off(world, console),
        Call::Status => backend::status(world, console),
        Call::Lookup(sections) => lookup::run(sections, world),
    }
}

fn method_answer(method: Method, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let Some(question) = question(console.input).filter(|question| understood(method, question)) else {
        console.tell(INVALID);
        return 1;
    };
    let text = match method {
        Method::Status => status::answer(world),
        Method::Log => says::answer(question["service_name"].as_str(), world),
        Method::State => state::answer(world),
        Method::Env => env::answer(world),
    };
    console.tell(&text);
    0
}

/// Only the session that rpcd adds, and the argument of the method, each a text.
fn understood(method: Method, question: &Value) -> bool {
    let Value::Object(arguments) = question else { return false };
    arguments.iter().all(|(name, value)| {
        let known = name == "ubus_rpc_session" || (name == "service_name" && method == Method::Log);
        known && value.is_string()
    })
}

/// Reads until there is a whole JSON value or no more to come; nothing at all counts as no arguments.
fn question(input: &mut dyn Read) -> Option<Value> {
    let mut text = Vec::new();
    let mut piece = [0; 1024];
    while text.len() <= QUESTION_LIMIT {
        let count = input.read(&mut piece).ok()?;
        text.extend_from_slice(&piece[..count]);
        match serde_json::from_slice(&text) {
            Ok(value) => return Some(value),
            Err(error) if error.is_eof() && count > 0 => {}
            Err(_) if count == 0 && text.trim_ascii().is_empty() => return Some(Value::Object(serde_json::Map::new())),
            Err(_) => return None,
        }
    }
    None
}

/// The configuration as far as it can be read: the page shows what is there.
fn config(world: &World<'_>) -> Config {
    configuration(world.desk).unwrap_or_else(|_| Config::read(b"", b""))
}

/// Option `ddns_dateformat` as far as it can make neither HTML nor words for a shell (`luci.md`, "Dates").
fn dateformat(config: &Config) -> &str {
    let format = config.global.dateformat.as_str();
    let harmless = |b: u8| b.is_ascii_alphanumeric() || b"% :/.,_+-".contains(&b);
    if format.bytes().all(harmless) { format } else { "%F %R" }
}

/// A date for the page, which takes it as HTML; `None` when the clock can give none.
fn shown(date: &str) -> Option<String> {
    let harmless = |c: &char| !"<>&\"'".contains(*c) && (!c.is_control() || "\n\t".contains(*c));
    let text: String = date.chars().filter(harmless).collect();
    Some(text.replace('\n', "<br />").replace('\t', "    ")).filter(|text| !text.is_empty())
}

/// The addresses in an `.ip` file; the page takes them as HTML, so nothing else may be there.
fn addresses(text: &str) -> Option<String> {
    let found: Vec<&str> = text.lines().map(str::trim).filter(|line| line.parse::<IpAddr>().is_ok()).collect();
    (!found.is_empty()).then(|| found.join("<br/>"))
}

/// Whether the last lookup left nothing that can be shown.
fn blank(text: &str) -> bool {
    addresses(text).is_none()
}
