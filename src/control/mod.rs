//! The corridor of the owner's commands: start, stop, restart, reload, status, check, migrate, providers. Answers go to the writer handed in.

mod catalog;
mod check;
mod migrate;
mod providers;
mod sections;
mod service;
mod status;

use std::io;
use std::path::Path;

use crate::cli::{Command, Misuse};
use crate::config::Config;
use crate::run::{CONFIG, CONFIG_LIMIT, configuration};
use crate::world::{Desk, Exit, World};

pub use service::by_init_script;

/// Where the owner reads: the story, and complaints.
pub struct Console<'a> {
    /// Standard input.
    pub input: &'a mut dyn io::Read,
    /// Standard output.
    pub out: &'a mut dyn io::Write,
    /// Standard error.
    pub err: &'a mut dyn io::Write,
}

impl Console<'_> {
    /// Says why the arguments make no sense.
    pub fn misuse(&mut self, misuse: &Misuse) -> Exit {
        self.complain(&misuse.why);
        let _ = write!(self.err, "\n{}", misuse.usage);
        Exit::Code(misuse.code)
    }

    /// Says that the machine does not give what every run needs.
    pub fn broken(&mut self, error: &io::Error) -> Exit {
        self.complain(&format!("the kernel refuses a timer or signal descriptor: {error}"));
        Exit::Code(1)
    }

    /// A configuration file's bytes; `None` after saying why there are none.
    fn read(&mut self, path: &Path, desk: &dyn Desk) -> Option<Vec<u8>> {
        match desk.load(path, CONFIG_LIMIT) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.complain(&format!("cannot read {}: {error}", path.display()));
                None
            }
        }
    }

    /// One line on standard output.
    pub fn tell(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    /// One line on standard error, with the program's name before it.
    pub fn complain(&mut self, text: &str) {
        let _ = writeln!(self.err, "ddns: {text}");
    }
}

/// Does what the command says; gives the exit code.
pub fn answer(command: &Command, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    match command {
        Command::Print(text) => {
            let _ = console.out.write_all(text.as_bytes());
            0
        }
        Command::Start(section) => service::start(section.as_deref(), world, console),
        Command::Stop(section) => service::stop(section.as_deref(), world, console),
        Command::Restart(section) => service::restart(section.as_deref(), world, console),
        Command::Reload(section) => service::reload(section.as_deref(), world, console),
        Command::Status { section, json } => status::status(section.as_deref(), *json, world, console),
        Command::Sections(asked) => sections::sections(asked, world, console),
        Command::Forget(section) => sections::forget(section.as_deref(), world, console),
        Command::Providers(name) => providers::providers(name.as_deref(), console),
        Command::Check(file) => check::check(file.as_deref(), world, console),
        Command::Migrate(file) => migrate::migrate(file.as_deref(), world, console),
        Command::Service(action) => catalog::service(action, world, console),
    }
}

/// The configuration, with desk and life pointed at its run directory; `None` after saying why not.
fn read_config(world: &mut World<'_>, console: &mut Console<'_>) -> Option<Config> {
    match configuration(world.desk) {
        Ok(config) => {
            // status needs no directory: one that cannot be made holds no files
            let _ = world.desk.settle(&config.global.rundir);
            world.life.settle(&config.global.rundir);
            Some(config)
        }
        Err(faults) => {
            for fault in &faults {
                console.complain(&fault.in_file(CONFIG).to_string());
            }
            None
        }
    }
}

/// The sections a command is about: the one named, or all.
fn chosen(config: &Config, section: Option<&str>) -> Vec<String> {
    match section {
        Some(name) => vec![name.to_owned()],
        None => config.names().iter().map(|name| (*name).to_owned()).collect(),
    }
}
