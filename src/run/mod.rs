//! The corridor: a section's life from start to end. The only room that walks through config, detect, decide, send, decide, record in turn,
//! and, with the other corridors, the only one that logs.
//!
//! A process waits far more than it works. It keeps nothing but [`Stay`] while it waits; configuration, tables and log settings are read
//! anew at each wake, so that a waiting process can execute itself anew and hold next to no memory.

mod job;
mod last;
mod parcel;
mod round;
mod setup;
mod sister;
mod tell;

use std::time::Duration;

use crate::config::Fault;
use crate::memory::{Memory, Uptime};
use crate::record;
use crate::world::{Exit, Level, Status, Wake, World};
use round::Outcome;

pub use setup::{CONFIG, CONFIG_LIMIT, PENDING, configuration, recipe, runnable};

/// How long a section's process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Until a signal, or until done for a section that runs once.
    Stay,
    /// One round, the check interval, a last look at DNS (`-v 2` of the updater's old name).
    OneRound,
    /// One round, the answer as exit code (`ddns once`).
    Once,
}

/// What `main` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The section.
    pub section: String,
    /// How long.
    pub mode: Mode,
    /// 0 nothing on the console, 1 all, 2 all and a new log file.
    pub verbose: u8,
    /// Find out everything, send nothing.
    pub dry: bool,
}

impl Order {
    /// Whether this process is the one of its section, and ends another one. A look by the owner's hand leaves that one alone: where nobody
    /// starts it again, it would be gone for good.
    fn owns_section(&self) -> bool {
        self.mode == Mode::Stay && !self.dry
    }
}

/// A broken configuration is looked at again after this.
const BROKEN: Duration = Duration::from_secs(60);

/// What a process must know while it waits.
#[derive(Clone, Debug, Default)]
struct Stay {
    memory: Memory,
    /// The next look.
    until: Uptime,
    /// An address change was looked into and found to be none: netifd may only be about to say so, look once more then.
    again: Option<Uptime>,
    /// When our own address was last asked for.
    looked: Uptime,
    /// SIGHUP came in the middle of a round: the next one begins at once.
    reload: bool,
    /// Lasting trouble that was said already.
    told: Told,
}

/// Trouble that may last is said once.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// A status file cannot be written.
    desk: bool,
    /// The log file cannot be written.
    log: bool,
    /// The configuration of this section is broken.
    config: bool,
}

/// Runs one section to its end.
pub fn run(order: &Order, world: &mut World<'_>) -> Exit {
    let (mut stay, mut wake) = match world.life.inherited() {
        Some(parcel) => (parcel::unpack(&parcel, &world.life.boot()), None),
        None => (Stay::default(), Some(Wake::Timer)),
    };
    if wake.is_some() {
        match setup::begin(order, world) {
            Ok(memory) => stay.memory = memory,
            Err(exit) => return exit,
        }
    }
    loop {
        if std::mem::take(&mut stay.reload) {
            wake = Some(Wake::Reload);
        }
        let woken = wake.take().unwrap_or_else(|| world.clock.wait(stay.again.unwrap_or(stay.until).min(stay.until)));
        match turn(order, world, &mut stay, woken) {
            Outcome::Wait => {}
            Outcome::End(exit) => return end(order, world, &stay.memory, exit),
        }
        if order.mode == Mode::Stay {
            world.log.cut();
            stay.told.log = world.log.told();
            // a new self would not know of the SIGHUP that is still to be obeyed
            if !stay.reload && world.life.grown() {
                let kept = world.clock.keep();
                world.life.renew(&kept, &parcel::pack(&stay, &world.life.boot()));
                world.clock.stay();
            }
        }
    }
}

/// One turn of the loop: the configuration as it is now, then what the wake asks for.
fn turn(order: &Order, world: &mut World<'_>, stay: &mut Stay, wake: Wake) -> Outcome {
    let session = setup::session(order, world);
    if stay.told.log {
        world.log.hush();
    }
    match &session {
        // a new self knows neither its log nor its directories yet; a directory that is missing is told by the first write into it
        Ok(session) => drop(setup::settle(order, session, world, false)),
        Err(_) => setup::settle_without(order, world),
    }
    if let Wake::Stop(signal) = wake {
        return Outcome::End(Exit::Signal(signal));
    }
    let session = match session {
        Ok(session) => session,
        Err(faults) if order.mode == Mode::Stay && setup::still_wanted(order, world) => {
            return look_again(world, stay, &faults);
        }
        Err(faults) => return Outcome::End(setup::refuse(order, world, &faults)),
    };
    if std::mem::take(&mut stay.told.config) {
        world.log.say(Level::Note, tell::MENDED);
    }
    if let Some(pid) = successor(order, world) {
        world.log.say(Level::Note, &tell::replaced(pid));
        return Outcome::End(Exit::Code(0));
    }
    round::round(order, &session, world, stay, wake)
}

/// A configuration that broke while the section runs (half written by an editor, a script on a disk that is not mounted) is said once and
/// looked at again: ending would keep the name wrong after it is mended.
fn look_again(world: &mut World<'_>, stay: &mut Stay, faults: &[Fault]) -> Outcome {
    if !std::mem::replace(&mut stay.told.config, true) {
        for fault in faults {
            world.log.say(Level::Error, &tell::broken(fault));
        }
    }
    stay.again = None;
    stay.until = world.clock.uptime().after(BROKEN);
    Outcome::Wait
}

/// Whether the pid file names this process.
fn named(order: &Order, world: &World<'_>) -> bool {
    world.desk.read(&order.section, Status::Pid).and_then(|text| record::parse_pid(&text)) == Some(world.life.pid())
}

/// Another process that runs this section now. A number alone is none: where the pid file cannot be written, it names a dead process for
/// ever. A pid file that is gone (removed, or another run directory since) is written once more.
fn successor(order: &Order, world: &mut World<'_>) -> Option<u32> {
    if !order.owns_section() || named(order, world) {
        return None;
    }
    let other = world.life.running(&order.section).filter(|pid| *pid != world.life.pid());
    if other.is_none() {
        // trouble was told at the start
        let _ = world.life.take_over(&order.section);
    }
    other
}

/// The last lines, and the files that live only as long as the process.
fn end(order: &Order, world: &mut World<'_>, memory: &Memory, exit: Exit) -> Exit {
    if !order.dry {
        let text = record::memory(memory, &world.life.boot());
        let _ = world.desk.write(&order.section, Status::Memory, text.as_bytes());
    }
    if !order.dry && world.life.running(&order.section).is_none_or(|pid| pid == world.life.pid()) {
        for file in [Status::Dat, Status::Err] {
            world.desk.remove(&order.section, file);
        }
        if named(order, world) {
            world.desk.remove(&order.section, Status::Pid);
        }
    }
    if order.mode == Mode::Once {
        return exit;
    }
    if order.owns_section() && setup::deleted(order, world) {
        // nobody asks for a section that is gone: what it leaves would be taken for news of a later one of that name
        for file in [Status::Update, Status::NextCheck, Status::Ip, Status::Memory, Status::Forget] {
            world.desk.remove(&order.section, file);
        }
    }
    let (level, text) = tell::end(exit, world.life.pid());
    world.log.say(level, &text);
    world.log.cut();
    exit
}
