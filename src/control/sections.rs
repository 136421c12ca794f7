//! `ddns sections` and `ddns forget`: what the init script and hotplug ask.

use super::{Console, chosen, read_config};
use crate::cli::{Asked, Tell};
use crate::config::Config;
use crate::run;
use crate::world::{Status, World};

/// Enabled sections, one line each; exit code 1 when the configuration cannot be read, or not as a whole: then others may be enabled too.
pub(super) fn sections(asked: &Asked, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let Some(config) = read_config(world, console) else { return 1 };
    let enabled = |name: &&String| config.names().contains(&name.as_str()) && config.enabled(name);
    let belongs = |name: &&String| asked.network.is_none() || config.network(name).as_ref() == asked.network.as_ref();
    let names = if asked.sections.is_empty() { chosen(&config, None) } else { asked.sections.clone() };
    let names: Vec<&String> = names.iter().filter(enabled).filter(belongs).collect();
    match asked.tell {
        Tell::Names => tell_all(names.into_iter().cloned(), console),
        Tell::Lines => tell_all(names.into_iter().map(|name| line(name, &config, world)), console),
    }
    i32::from(!config.whole())
}

fn tell_all(lines: impl Iterator<Item = String>, console: &mut Console<'_>) {
    for line in lines {
        console.tell(&line);
    }
}

fn line(name: &str, config: &Config, world: &mut World<'_>) -> String {
    let section = config.section(name).map(|(section, _)| section);
    match section.and_then(|section| run::recipe(&section, world.desk).map(|_| section)) {
        Ok(section) => {
            let life = if section.timing.force.is_some() { "stay" } else { "once" };
            format!("{name} {life} {:016x}", world.life.seal(section.fingerprint))
        }
        Err(_) => format!("{name} broken 0"),
    }
}

/// What a provider refused is forgotten by the next process of each section: it is asked again.
pub(super) fn forget(section: Option<&str>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let Some(config) = read_config(world, console) else { return 1 };
    for name in chosen(&config, section).iter().filter(|name| config.file().section(name).is_some()) {
        // a run directory that cannot be written holds nothing to forget
        let _ = world.desk.write(name, Status::Forget, b"");
    }
    0
}
