//! Starting and stopping sections: through procd where there is one, which would otherwise start again what we stop.

use std::path::Path;
use std::time::Duration;

use super::{Console, chosen, read_config};
use crate::run::{self, CONFIG};
use crate::world::{Script, Status, Stopped, World};

/// The package's init script; procd is asked through it.
const INIT: &str = "/etc/init.d/ddns";
/// OpenWrt's process keeper, and what runs init scripts for it: one of them is enough, elsewhere there is neither.
const OPENWRT: [&str; 2] = ["/sbin/procd", "/etc/rc.common"];

/// Starts one section, or all enabled ones. The exit code is 1 when one could not be started.
pub(super) fn start(section: Option<&str>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let Some(config) = read_config(world, console) else { return 1 };
    let mut code = 0;
    let mut names = Vec::new();
    for name in chosen(&config, section) {
        let off = config.file().section(&name).is_some() && !config.enabled(&name);
        let runnable = config.section(&name).and_then(|(section, _)| run::recipe(&section, world.desk));
        match runnable {
            _ if off && section.is_none() => {}
            _ if off => {
                console.complain(&format!("section '{name}' is disabled; set option enabled to 1 first"));
                code = 1;
            }
            Ok(_) => names.push(name),
            Err(faults) => {
                for fault in &faults {
                    console.complain(&fault.in_file(CONFIG).to_string());
                }
                code = 1;
            }
        }
    }
    if names.is_empty() && code == 0 {
        console.tell("no section is enabled, nothing to start");
    }
    for name in names {
        if world.life.running(&name).is_none() {
            // the owner asks by hand: what a provider refused before may be mended now
            world.desk.remove(&name, Status::Memory);
        }
        code |= start_one(&name, &config.global.logdir, world, console);
    }
    code
}

fn start_one(name: &str, logdir: &Path, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    if has_procd(world) {
        return procd("start", Some(name), world, console);
    }
    if let Some(pid) = world.life.running(name) {
        console.tell(&format!("section '{name}' runs already, process {pid}"));
        return 0;
    }
    match world.life.detach(name) {
        Ok(pid) => {
            let log = logdir.join(format!("{name}.log"));
            console.tell(&format!("section '{name}' started in the background, process {pid}; log: {}", log.display()));
            0
        }
        Err(error) => {
            console.complain(&format!("section '{name}' does not start: {error}; 'ddns run {name}' shows why"));
            1
        }
    }
}

/// Stops one section, or all.
pub(super) fn stop(section: Option<&str>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let Some(config) = read_config(world, console) else { return 1 };
    if has_procd(world) {
        let code = procd("stop", section, world, console);
        if code == 0 {
            // procd lets a process end in its own time, and at its end it writes down what a restart must find forgotten
            for name in chosen(&config, section) {
                let _ = world.life.stop(&name);
            }
        }
        return code;
    }
    let mut code = 0;
    for name in chosen(&config, section) {
        match world.life.stop(&name) {
            Ok(Stopped::Was(pid)) => console.tell(&format!("section '{name}' stopped, process {pid}")),
            Ok(Stopped::WasNot) if section.is_some() => console.tell(&format!("section '{name}' was not running")),
            Ok(Stopped::WasNot) => {}
            Err(error) => {
                console.complain(&format!("section '{name}': {error}"));
                code = 1;
            }
        }
    }
    code
}

/// Stops and starts; what is remembered of a refusal is forgotten.
pub(super) fn restart(section: Option<&str>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    stop(section, world, console) | start(section, world, console)
}

/// Running sections read their configuration again and check now.
pub(super) fn reload(section: Option<&str>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let Some(config) = read_config(world, console) else { return 1 };
    let mut code = 0;
    for name in chosen(&config, section) {
        match world.life.reload(&name) {
            Ok(Stopped::Was(pid)) => console.tell(&format!("section '{name}' reads its configuration, process {pid}")),
            Ok(Stopped::WasNot) if section.is_none() => {}
            Ok(Stopped::WasNot) => {
                console.complain(&format!("section '{name}' is not running"));
                code = 1;
            }
            Err(error) => {
                console.complain(&format!("section '{name}': {error}"));
                code = 1;
            }
        }
    }
    code
}

fn has_procd(world: &World<'_>) -> bool {
    let there = |path: &str| world.desk.executable(Path::new(path)).unwrap_or(false);
    there(INIT) && OPENWRT.into_iter().any(there)
}

/// Has the init script do `action`, as whoever calls it by its path does; `None` where there is none, else its exit code.
pub fn by_init_script(
    action: &str,
    section: Option<&str>,
    world: &mut World<'_>,
    console: &mut Console<'_>,
) -> Option<i32> {
    has_procd(world).then(|| procd(action, section, world, console))
}

fn procd(action: &str, section: Option<&str>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let words = [Some(INIT), Some(action), section];
    let argv = words.into_iter().flatten().map(str::to_owned).collect();
    let script = Script { argv, env: Vec::new(), limit: Duration::from_secs(20) };
    match world.host.run(&script) {
        Ok(end) if end.code == 0 => {
            console.tell(&format!("asked procd to {action} {}", section.unwrap_or("all sections")));
            0
        }
        Ok(end) => {
            console.complain(&format!(
                "{INIT} {action}: exit code {}: {}",
                end.code,
                String::from_utf8_lossy(&end.stderr)
            ));
            1
        }
        Err(error) => {
            console.complain(&format!("{INIT} {action}: {error}"));
            1
        }
    }
}
