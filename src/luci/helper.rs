//! `dynamic_dns_lucihelper.sh`: answers to `LuCI`'s older and newer pages and to scripts; exit codes as recorded of ddns-scripts.
//!
//! Standard output holds nothing but the answer; why there is none stands on standard error, and with `-L` in `lucihelper.log`.

use std::io;
use std::time::Duration;

use super::{fail, said, switches, verify};
use crate::address::Known;
use crate::cli::{Command, Errand, Helper, Origin};
use crate::config::{Config, Fault, Section, options};
use crate::control::{self, Console};
use crate::detect;
use crate::dns::Lookup;
use crate::record;
use crate::run::configuration;
use crate::world::{Level, LogPlan, Status, World};

/// rpcd's only thread stands still while it waits for a registered address, so this is short, also on a slow router (`luci.md` section 6).
const LOOKUP: Duration = Duration::from_millis(2500);
/// For any other answer.
const ANSWER: Duration = Duration::from_secs(3);
/// An answer that comes so shortly before the end came because the time was over: a transfer has a tenth less than all of it.
const SHORTLY: Duration = Duration::from_millis(320);
/// What `LuCI` gives as the name of a section that has no `lookup_host`.
const NO_LOOKUP: &str = "_nolookup_";
/// Exit code: no answer could be had.
const FAILED: i32 = 1;
/// Exit code: the answer is that there is no address.
const NO_ADDRESS: i32 = 127;
/// Exit code: the time was over (as of a program that SIGTERM ended).
const LATE: i32 = 143;

/// How long an errand may take; orders to the service have their own limits.
pub fn limit(helper: &Helper) -> Option<Duration> {
    match helper.errand {
        Errand::RegisteredIp(_) => Some(LOOKUP),
        Errand::LocalIp(_) | Errand::VerifyDns | Errand::VerifyProxy => Some(ANSWER),
        _ => None,
    }
}

/// Does the errand; gives the exit code.
pub fn help(helper: &Helper, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let mut order = |action, section: &Option<String>| order(action, section.as_deref(), world, console);
    match &helper.errand {
        Errand::Print(text) => {
            let _ = console.out.write_all(text.as_bytes());
            Helper::NO_ANSWER
        }
        Errand::Unknown => Helper::NO_ANSWER,
        Errand::Stop(section) => order("stop", section),
        Errand::Restart(section) => order("restart", section),
        Errand::Reload(section) => order("reload", section),
        Errand::Start(section) => {
            let config = settled(helper, world, console);
            start(section, &config, world, console)
        }
        Errand::RegisteredIp(host) => {
            let config = settled(helper, world, console);
            registered_ip(helper, host, &config, world, console)
        }
        Errand::LocalIp(origin) => local_ip(helper, origin, world, console),
        Errand::VerifyDns | Errand::VerifyProxy => {
            let config = settled(helper, world, console);
            verify::verify(helper, &config, world, console)
        }
    }
}

/// The configuration, or the defaults where there is none that can be read, with desk, life and log pointed where it says.
fn settled(helper: &Helper, world: &mut World<'_>, console: &mut Console<'_>) -> Config {
    let config = configuration(world.desk).unwrap_or_else(|faults| {
        for fault in &faults {
            console.complain(&fault.to_string());
        }
        Config::read(b"", b"")
    });
    if let Err(error) = world.desk.settle(&config.global.rundir) {
        console.complain(&format!("cannot make {}: {error}", config.global.rundir.display()));
    }
    world.life.settle(&config.global.rundir);
    world.log.open(LogPlan {
        section: "lucihelper".to_owned(),
        dir: config.global.logdir.clone(),
        lines: config.global.loglines,
        file: helper.log,
        ..LogPlan::default()
    });
    config
}

/// What the init script does where there is one, else the owner's command of the same name. Whether it worked is to be seen on standard
/// error and in the status files: nobody ever got another exit code than 0.
fn order(action: &str, section: Option<&str>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let mut quiet = Console { input: console.input, out: &mut io::sink(), err: console.err };
    if control::by_init_script(action, section, world, &mut quiet).is_none() {
        let section = section.map(str::to_owned);
        let command = match action {
            "start" => Command::Start(section),
            "stop" => Command::Stop(section),
            "restart" => Command::Restart(section),
            _ => Command::Reload(section),
        };
        control::answer(&command, world, &mut quiet);
    }
    0
}

/// Pages before 2026-05 have nothing but this for their buttons Reload and Stop: Stop disables the section first.
fn start(section: &str, config: &Config, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    if !config.has(section) {
        return 0;
    }
    if !config.enabled(section) {
        return order("stop", Some(section), world, console);
    }
    // on a section that runs it is Reload, the owner's: a provider that refused is asked again
    let action = if world.life.running(section).is_some() { "restart" } else { "start" };
    order(action, Some(section), world, console)
}

/// Prints the address without a newline, keeps it in `SECTION.ip`.
fn registered_ip(
    helper: &Helper,
    host: &str,
    config: &Config,
    world: &mut World<'_>,
    console: &mut Console<'_>,
) -> i32 {
    let (code, found) = match asked(helper, host, config) {
        _ if host == NO_LOOKUP => (FAILED, Known::Nothing("the section has no lookup_host".to_owned())),
        Err(faults) => (FAILED, Known::Unclear(said(&faults))),
        Ok(section) => {
            let answer = world.dns.lookup(host, section.family, &section.via);
            let code = match answer {
                Lookup::Addresses(_) => 0,
                Lookup::NoRecord => NO_ADDRESS,
                Lookup::NoSuchName | Lookup::Failed(_) | Lookup::NoAnswer(_) => FAILED,
            };
            (code, detect::meaning(answer, host, section.family))
        }
    };
    let current = helper.section.as_ref().and_then(|name| world.desk.read(name, Status::Memory));
    let current = current.and_then(|text| record::parse_memory(&text, &world.life.boot()).current);
    let text = record::registered(&found, current);
    if let Some(name) = &helper.section
        && let Err(error) = world.desk.write(name, Status::Ip, text.as_bytes())
    {
        console.complain(&format!("section '{name}': cannot write its .ip file: {error}"));
    }
    match &found {
        Known::Is(_) => {
            world.log.say(Level::Info, &format!("registered address of '{host}': {}", text.trim_end()));
            let _ = console.out.write_all(text.trim_end().as_bytes());
            let _ = console.out.flush();
        }
        Known::Nothing(why) | Known::Unclear(why) => fail(why, world, console),
    }
    code
}

/// How the address is asked for: as the section (if it is one) is, with what the call adds. `LuCI`'s Lua backend tells nothing of `-6`,
/// and none of them of `-g`.
fn asked(helper: &Helper, host: &str, config: &Config) -> Result<Section, Vec<Fault>> {
    let mut given = switches(helper);
    given.push((&options::LOOKUP_HOST, host));
    if let Some(server) = &helper.server {
        given.push((&options::DNS_SERVER, server));
    }
    config.made(helper.section.as_deref(), &given)
}

/// Looks for an address of ours; prints nothing, the exit code is the answer.
fn local_ip(helper: &Helper, origin: &Origin, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let began = world.clock.uptime();
    let config = settled(helper, world, console);
    let mut given = switches(helper);
    let (source, (spec, value)) = match origin {
        Origin::Network(name) => ("network", (&options::IP_NETWORK, name)),
        Origin::Interface(name) => ("interface", (&options::IP_INTERFACE, name)),
        Origin::Web(url) => ("web", (&options::IP_URL, url)),
        Origin::Script(command) => ("script", (&options::IP_SCRIPT, command)),
    };
    given.extend([(&options::IP_SOURCE, source), (spec, value)]);
    if let (Origin::Web(_), Some(proxy)) = (origin, &helper.proxy) {
        given.push((&options::PROXY, proxy));
    }
    let found = match config.made(None, &given) {
        Ok(section) => detect::here(&section, world.host, world.http).address,
        Err(faults) => Known::Unclear(said(&faults)),
    };
    let late = world.clock.uptime().since(began) + SHORTLY >= ANSWER;
    match found {
        Known::Is(address) => {
            world.log.say(Level::Info, &format!("address found: {address}"));
            0
        }
        Known::Nothing(_) | Known::Unclear(_) if late => {
            fail(&format!("no address within {} seconds", ANSWER.as_secs()), world, console);
            LATE
        }
        Known::Nothing(why) | Known::Unclear(why) => {
            fail(&why, world, console);
            FAILED
        }
    }
}
