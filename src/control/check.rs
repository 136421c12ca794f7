//! `ddns check`: what is wrong or foolish in a configuration.

use std::cell::RefCell;
use std::path::Path;

use super::Console;
use crate::config::service::Kind;
use crate::config::{Config, Fault, Section, Severity, check as config_check};
use crate::run::{CONFIG, CONFIG_LIMIT, PENDING, runnable};
use crate::send;
use crate::world::{Desk, World};

/// Says everything; exit code 1 when an enabled section cannot run or the file cannot be read.
pub(super) fn check(file: Option<&Path>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let path = file.unwrap_or(Path::new(CONFIG));
    let Some(bytes) = console.read(path, world.desk) else { return 1 };
    // changes that wait for a commit belong to the file of the router, not to one that the owner names
    let pending = if file.is_none() {
        world.desk.load_own(Path::new(PENDING), CONFIG_LIMIT).unwrap_or_default()
    } else {
        Vec::new()
    };
    let config = Config::read(&bytes, &pending);
    let faults = faults(&config, world.desk);
    let name = path.to_string_lossy();
    for fault in &faults {
        let weight = if fault.severity == Severity::Error { "error" } else { "warning" };
        console.tell(&format!("{weight}: {}", fault.in_file(&name)));
    }
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    let warnings = faults.len() - errors;
    console.tell(&match (errors, warnings) {
        (0, 0) => format!("{name}: no fault found"),
        (errors, warnings) => format!("{name}: {}, {}", counted(errors, "error"), counted(warnings, "warning")),
    });
    i32::from(errors > 0)
}

fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// The configuration's own faults, and those of its providers and scripts.
fn faults(config: &Config, desk: &dyn Desk) -> Vec<Fault> {
    let of_others = RefCell::new(Vec::new());
    let template_of = |section: &Section| {
        let (template, mut found) = provider(section, desk);
        found.extend(runnable(section, desk).err().into_iter().flatten());
        of_others
            .borrow_mut()
            .extend(found.into_iter().map(|fault| if section.enabled { fault } else { weaker(fault) }));
        template
    };
    let mut faults = config_check::check(config, &template_of);
    faults.extend(of_others.into_inner());
    faults
}

/// A section that is disabled keeps nobody's name wrong.
fn weaker(fault: Fault) -> Fault {
    Fault { severity: Severity::Warning, ..fault }
}

/// The section's template, and what is wrong with its provider.
fn provider(section: &Section, desk: &dyn Desk) -> (Option<String>, Vec<Fault>) {
    let recipe = match send::recipe(section, &mut |path| desk.load(path, CONFIG_LIMIT).ok()) {
        Ok(recipe) => recipe,
        Err(faults) => return (None, faults),
    };
    let mut faults = send::faults(section, &recipe, &mut |path| desk.executable(path).is_ok());
    faults.extend(send::warnings(section, &recipe));
    faults.extend(send::foolish(section, &recipe));
    let Kind::Template(template) = recipe.kind else { return (None, faults) };
    faults.extend(send::unknown_placeholders(&template).into_iter().map(|name| {
        let wanted =
            "is no placeholder: wanted [USERNAME], [PASSWORD], [PARAMENC], [PARAMOPT], [DOMAIN], [IP] or [IPBOTH]";
        Fault::warning(format!("{name} in the provider's URL {wanted}")).in_section(&section.name)
    }));
    (Some(template), faults)
}
