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

use std::io::{self, Read};

use serde_json::Value;

use crate::config::Config;
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

/// Where the question comes from and the answer goes to.
pub struct Pipes<'a> {
    /// Standard input.
    pub input: &'a mut dyn io::Read,
    /// Standard output.
    pub out: &'a mut dyn io::Write,
    /// Standard error.
    pub err: &'a mut dyn io::Write,
}

impl Pipes<'_> {
    fn tell(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    fn complain(&mut self, text: &str) {
        let _ = writeln!(self.err, "ddns: {text}");
    }
}

/// Does what is asked; gives the exit code, which rpcd does not look at.
pub fn answer(call: &Call, world: &mut World<'_>, pipes: &mut Pipes<'_>) -> i32 {
    match call {
        Call::List => {
            // with the app's own file there too, rpcd would register the object twice and then write to memory it has freed
            pipes.tell(if backend::app_answers(world) { NO_METHODS } else { METHODS });
            0
        }
        Call::Answer(method) => method_answer(*method, world, pipes),
        Call::On => backend::on(world, pipes),
        Call::Off => backend::off(world, pipes),
        Call::Status => backend::status(world, pipes),
        Call::Lookup(sections) => lookup::run(sections, world),
    }
}

fn method_answer(method: Method, world: &mut World<'_>, pipes: &mut Pipes<'_>) -> i32 {
    let Some(question) = question(pipes.input).filter(|question| understood(method, question)) else {
        pipes.tell(INVALID);
        return 1;
    };
    let text = match method {
        Method::Status => status::answer(world),
        Method::Log => says::answer(question["service_name"].as_str(), world),
        Method::State => state::answer(world),
        Method::Env => env::answer(world),
    };
    pipes.tell(&text);
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
