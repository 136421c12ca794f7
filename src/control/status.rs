//! `ddns status`: how sections are doing, for eyes and for programs.

use serde_json::Value;

use super::{Console, chosen, read_config};
use crate::config::{Config, Section};
use crate::memory::{Memory, Uptime};
use crate::record;
use crate::run::CONFIG;
use crate::world::{Status, World};

/// Everything known of a section from its files.
struct State {
    name: String,
    enabled: bool,
    section: Option<Section>,
    trouble: Vec<String>,
    pid: Option<u32>,
    registered: Option<String>,
    next: Option<Uptime>,
    memory: Memory,
}

/// Shows one section, or all; exit code 1 when one that should run does not.
pub(super) fn status(section: Option<&str>, as_json: bool, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let Some(config) = read_config(world, console) else { return 1 };
    let states: Vec<State> = chosen(&config, section).into_iter().map(|name| state(name, &config, world)).collect();
    let date = |at: Uptime| world.clock.date(at, &config.global.dateformat);
    if as_json {
        let list: Vec<Value> = states.iter().map(|state| object(state, &date)).collect();
        console.tell(&Value::Array(list).to_string());
    } else if states.is_empty() {
        console.tell("no service section in the configuration");
    } else {
        for state in &states {
            console.tell(&paragraph(state, &date));
        }
    }
    i32::from(states.iter().any(|state| matches!(word(state), "stopped" | "misconfigured")))
}

fn state(name: String, config: &Config, world: &World<'_>) -> State {
    let now = world.clock.uptime();
    let text = |file| world.desk.read(&name, file);
    let mut memory = record::parse_memory(&text(Status::Memory).unwrap_or_default(), &world.life.boot());
    memory.updated = text(Status::Update).and_then(|t| record::parse_moment(&t, now));
    memory.hold = memory.hold.filter(|hold| hold.until > now);
    let (section, trouble) = match config.section(&name) {
        Ok((section, _)) => (Some(section), Vec::new()),
        Err(faults) => (None, faults.iter().map(|fault| fault.in_file(CONFIG).to_string()).collect()),
    };
    State {
        enabled: config.enabled(&name) || config.file().section(&name).is_none(),
        pid: world.life.running(&name),
        registered: text(Status::Ip).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()),
        next: text(Status::NextCheck).and_then(|t| t.trim().parse().ok()).map(Uptime::from_secs),
        memory,
        section,
        trouble,
        name,
    }
}

fn word(state: &State) -> &'static str {
    match (&state.section, state.pid) {
        (_, Some(_)) => "running",
        (_, None) if !state.enabled => "disabled",
        (None, None) => "misconfigured",
        (Some(section), None) if section.timing.force.is_none() && state.memory.updated.is_some() => "done",
        (Some(_), None) => "stopped",
    }
}

fn paragraph(state: &State, date: &dyn Fn(Uptime) -> String) -> String {
    let mut lines = vec![match state.pid {
        Some(pid) => format!("{}: running, process {pid}", state.name),
        None => format!("{}: {}", state.name, word(state)),
    }];
    lines.extend(state.trouble.iter().cloned());
    if let Some(section) = &state.section {
        lines.push(format!("{} of {}", section.family, section.lookup_host));
    }
    let known = |address: &Option<String>| address.clone().unwrap_or_else(|| "unknown".to_owned());
    lines.push(format!(
        "address here {}, in DNS {}",
        known(&state.memory.current.map(|a| a.to_string())),
        known(&state.registered)
    ));
    lines.push(format!("last update {}", state.memory.updated.map_or_else(|| "never".to_owned(), date)));
    if let (Some(next), Some(_)) = (state.next, state.pid) {
        lines.push(format!("next check {}", date(next)));
    }
    if let Some(hold) = state.memory.hold {
        lines.push(format!("left alone until {}: {}", date(hold.until), record::reason_word(hold.reason)));
    }
    lines.join("\n  ")
}

fn object(state: &State, date: &dyn Fn(Uptime) -> String) -> Value {
    let address = |a: Option<std::net::IpAddr>| a.map(|a| a.to_string());
    // json! would put a serializer of values into the program
    let mut said = Value::Null;
    said["section"] = state.name.as_str().into();
    said["state"] = word(state).into();
    said["pid"] = state.pid.into();
    said["family"] = state.section.as_ref().map(|s| s.family.to_string()).into();
    said["lookup_host"] = state.section.as_ref().map(|s| s.lookup_host.clone()).into();
    said["address"] = address(state.memory.current).into();
    said["registered"] = state.registered.clone().into();
    said["last_update"] = state.memory.updated.map(date).into();
    said["last_update_uptime"] = state.memory.updated.map(Uptime::as_secs).into();
    said["next_check"] = state.next.filter(|_| state.pid.is_some()).map(date).into();
    said["next_check_uptime"] = state.next.filter(|_| state.pid.is_some()).map(Uptime::as_secs).into();
    said["hold"] = state.memory.hold.map(|hold| record::reason_word(hold.reason)).into();
    said["hold_until"] = state.memory.hold.map(|hold| date(hold.until)).into();
    said["trouble"] = state.trouble.clone().into();
    said
}
