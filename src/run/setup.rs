//! From an order to a section that can run: reads the configuration, finds the provider's recipe, opens the log.

use std::io;
use std::path::{Path, PathBuf};

use super::{Mode, Order, tell};
use crate::config::service::{Kind, Recipe};
use crate::config::{Config, Fault, Global, Section, Source};
use crate::memory::Memory;
use crate::record;
use crate::secret::Mask;
use crate::send::{self, Place};
use crate::world::{Desk, Exit, Level, LogPlan, Status, World};

/// The configuration, and pending changes to it as `uci set` leaves them.
pub const CONFIG: &str = "/etc/config/ddns";
/// Where `uci` keeps changes that are not committed.
pub const PENDING: &str = "/tmp/.uci/ddns";
/// Functions for sourced scripts, from the package.
const LIBRARY: &str = "/usr/lib/ddns/dynamic_dns_functions.sh";
/// Option `use_syslog` where it is not known: notices and worse.
const SYSLOG: u8 = 2;
/// A configuration larger than this is none.
pub const CONFIG_LIMIT: usize = 4 * 1024 * 1024;

/// A section that can run.
pub(super) struct Session {
    pub(super) section: Section,
    pub(super) global: Global,
    pub(super) recipe: Recipe,
    pub(super) mask: Mask,
    pub(super) place: Place,
    /// What works, but surely not as meant; told once, at the start.
    pub(super) warnings: Vec<Fault>,
}

/// Reads `/etc/config/ddns` with the pending changes.
pub fn configuration(desk: &dyn Desk) -> Result<Config, Vec<Fault>> {
    let bytes = desk
        .load(Path::new(CONFIG), CONFIG_LIMIT)
        .map_err(|error| vec![Fault::error(format!("cannot read {CONFIG}: {error}"))])?;
    let pending = desk.load_own(Path::new(PENDING), CONFIG_LIMIT).unwrap_or_default();
    Ok(Config::read(&bytes, &pending))
}

/// The section as the configuration has it now, or why it cannot run.
pub(super) fn session(order: &Order, world: &mut World<'_>) -> Result<Session, Vec<Fault>> {
    let config = configuration(world.desk)?;
    let name = &order.section;
    if order.mode != Mode::Once && config.file().section(name).is_some() && !config.enabled(name) {
        return Err(vec![Fault::error("section is disabled: set option enabled to 1 to run it").in_section(name)]);
    }
    let (section, mut warnings) = config.section(name)?;
    let recipe = recipe(&section, world.desk)?;
    warnings.extend(send::warnings(&section, &recipe));
    let global = config.global.clone();
    let (mask, place) = (send::mask(&section, &recipe), place(order, &recipe, &global, world.desk));
    Ok(Session { section, global, recipe, mask, place, warnings })
}

/// How a section's provider is told; an error when the section cannot run here: a provider that is not known, a script that is missing.
pub fn recipe(section: &Section, desk: &dyn Desk) -> Result<Recipe, Vec<Fault>> {
    let recipe = send::recipe(section, &mut |path| desk.load(path, CONFIG_LIMIT).ok())?;
    let faults = send::faults(section, &recipe, &mut |path| desk.executable(path).is_ok());
    if !faults.is_empty() {
        return Err(faults);
    }
    runnable(section, desk)?;
    Ok(recipe)
}

/// What a sourced script is told of its surroundings.
fn place(order: &Order, recipe: &Recipe, global: &Global, desk: &dyn Desk) -> Place {
    let file = |dir: &Path, ending: &str| desk.real(&dir.join(format!("{}.{ending}", order.section)));
    Place {
        files: [file(&global.rundir, "dat"), file(&global.rundir, "err"), file(&global.logdir, "log")],
        script: match &recipe.kind {
            Kind::Script(path) => desk.real(path),
            Kind::Template(_) | Kind::Native(_) => PathBuf::new(),
        },
        library: desk.real(Path::new(LIBRARY)),
        verbose: order.verbose,
    }
}

/// Whether the owner still wants this section to run, as far as the configuration can be read.
pub(super) fn still_wanted(order: &Order, world: &World<'_>) -> bool {
    configuration(world.desk).map_or(true, |config| {
        let lost = config.file().section(&order.section).is_none() && !config.whole();
        lost || config.enabled(&order.section)
    })
}

/// Whether the section is surely gone from a configuration that can be read.
pub(super) fn deleted(order: &Order, world: &World<'_>) -> bool {
    configuration(world.desk).is_ok_and(|config| config.whole() && config.file().section(&order.section).is_none())
}

/// A script that must be executed has to be there and to be executable.
pub fn runnable(section: &Section, desk: &dyn Desk) -> Result<(), Vec<Fault>> {
    let Source::Script(argv) = &section.source else { return Ok(()) };
    let program = argv.first().map_or("", String::as_str);
    let trouble = match desk.executable(Path::new(program)) {
        Ok(true) => return Ok(()),
        Ok(false) => "not executable (chmod +x)".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(vec![Fault::error(trouble).in_section(&section.name).of_option("ip_script").with_value(program.as_bytes())])
}

/// Everything before the first round: checks, the log, the end of an older process of this section, the pid file.
pub(super) fn begin(order: &Order, world: &mut World<'_>) -> Result<Memory, Exit> {
    let session = session(order, world).map_err(|faults| refuse(order, world, &faults))?;
    if let Err(error) = settle(order, &session, world, order.verbose == 2) {
        world.log.say(Level::Error, &tell::rundir(&session.global.rundir, &error));
    }
    for line in tell::start(order, &session.section, world.life.pid()) {
        world.log.say(line.0, &line.1);
    }
    for fault in &session.warnings {
        world.log.say(Level::Warn, &tell::fault(fault));
    }
    if order.owns_section() {
        match world.life.take_over(&order.section) {
            Ok(None) => {}
            Ok(Some(pid)) => world.log.say(Level::Note, &tell::took_over(pid)),
            Err(error) => world.log.say(Level::Error, &tell::pid_file(&error)),
        }
    }
    Ok(remembered(order, world))
}

/// What former processes of this section left: our own memory, and the moment of the last update, for which `SECTION.update` is the truth.
fn remembered(order: &Order, world: &mut World<'_>) -> Memory {
    let boot = world.life.boot();
    let mut text = world.desk.read(&order.section, Status::Memory).unwrap_or_default();
    if order.mode == Mode::Stay && world.desk.read(&order.section, Status::Forget).is_some() {
        world.desk.remove(&order.section, Status::Forget);
        text.clear();
    }
    let mut memory = record::parse_memory(&text, &boot);
    let update = world.desk.read(&order.section, Status::Update);
    memory.updated = update.as_deref().and_then(|text| record::parse_moment(text, world.clock.uptime()));
    if update.is_some() && memory.updated.is_none() {
        // LuCI would show a moment that has not come
        world.desk.remove(&order.section, Status::Update);
    }
    if order.mode == Mode::Once {
        // the owner asks by hand: a hold is for machines
        memory.hold = None;
    }
    memory
}

/// Points life, log and desk where this section wants them; the error is the desk's, which has no directory then.
pub(super) fn settle(order: &Order, session: &Session, world: &mut World<'_>, fresh: bool) -> io::Result<()> {
    world.life.settle(&session.global.rundir);
    open_log(order, session, world, fresh);
    world.desk.settle(&session.global.rundir)
}

/// The same for a section that is none, as far as the configuration can be read.
pub(super) fn settle_without(order: &Order, world: &mut World<'_>) {
    let plan = match configuration(world.desk) {
        Ok(config) => {
            let _ = world.desk.settle(&config.global.rundir);
            world.life.settle(&config.global.rundir);
            LogPlan {
                dir: config.global.logdir.clone(),
                lines: config.global.loglines,
                file: config.logs(&order.section),
                ..LogPlan::default()
            }
        }
        Err(_) => LogPlan::default(),
    };
    let (section, console) = (order.section.clone(), order.verbose > 0);
    // what it asks of syslog may be what is wrong: what stops it must be seen
    world.log.open(LogPlan { section, console, syslog: SYSLOG, fresh: order.verbose == 2, ..plan });
}

/// Says why the section cannot run: on the console and in syslog in any case, in its log where that is known.
pub(super) fn refuse(order: &Order, world: &mut World<'_>, faults: &[Fault]) -> Exit {
    settle_without(order, world);
    for fault in faults {
        world.log.terminate(Level::Warn, &tell::fault(fault));
    }
    Exit::Code(1)
}

/// Points the log where this section wants it.
fn open_log(order: &Order, session: &Session, world: &mut World<'_>, fresh: bool) {
    let Session { section, global, mask, .. } = session;
    world.log.open(LogPlan {
        section: section.name.clone(),
        dir: global.logdir.clone(),
        lines: if order.verbose == 2 { 0 } else { global.loglines },
        file: section.logfile || order.verbose == 2,
        fresh,
        syslog: section.syslog,
        console: order.verbose > 0,
        mask: mask.clone(),
    });
}
