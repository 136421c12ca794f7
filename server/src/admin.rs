//! The command line: its words, its tables, its questions at the terminal. Everything it reaches comes in through [`House`] and [`Desk`],
//! so that a test drives it in its own process. It decides nothing about updates, and it speaks to no database and no name server itself.

pub mod args;
mod check;
mod desk;
mod hostname;
mod house;
mod import;
mod naming;
mod outcome;
mod password;
mod printer;
mod table;
mod terminal;
mod token;
mod upkeep;
mod user;
mod when;

pub use crate::sweep::Swept;
pub use desk::Desk;
pub use house::{Decide, House, Unwanted, Works};
pub use outcome::{Code, Fault};
pub use terminal::{Console, Terminal, TerminalFault, width};

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use crate::config::Settings;
use crate::world::Store;
use args::{Line, Word};
use printer::Printer;

/// Carries one command line out and says how it ended: an exit code, see [`Code`].
pub async fn run(args: Vec<OsString>, desk: Desk<'_>, house: &dyn House) -> u8 {
    let mut desk = desk;
    let line = match read(args) {
        Ok(line) => line,
        Err(fault) => return usage(&fault, &mut desk),
    };
    match obey(&line, &mut desk, house).await {
        Ok(code) => code,
        Err(fault) => {
            if !fault.silent() {
                desk.printer().fault(&fault);
            }
            fault.code() as u8
        }
    }
}

/// The words, as far as their grammar can be judged.
fn read(args: Vec<OsString>) -> Result<Line, clap::Error> {
    let line = Line::try_parse_from(args)?;
    let asked = usize::from(line.init_db) + usize::from(line.daemon) + usize::from(line.word.is_some());
    match asked {
        1 => Ok(line),
        0 => Err(Line::command().error(
            ErrorKind::MissingSubcommand,
            "nothing to do: give --daemon, --init-db or a command; --help shows all",
        )),
        _ => Err(Line::command().error(
            ErrorKind::ArgumentConflict,
            "--daemon, --init-db and commands do not go together; give one of them",
        )),
    }
}

/// Help and version are an answer; everything else of clap's is a mistake in the command line.
fn usage(fault: &clap::Error, desk: &mut Desk<'_>) -> u8 {
    let text = fault.render().to_string();
    let mut printer = desk.printer();
    if fault.use_stderr() {
        printer.warn_raw(&text);
        return Code::Usage as u8;
    }
    match printer.raw(&text) {
        Ok(()) | Err(Fault::Closed) => Code::Done as u8,
        Err(fault) => fault.code() as u8,
    }
}

async fn obey(line: &Line, desk: &mut Desk<'_>, house: &dyn House) -> Result<u8, Fault> {
    if let Some(Word::Check(form)) = &line.word {
        return check::run(&line.config, form.json, desk, house).await.map(|code| code as u8);
    }
    let settings = settings(&line.config, house)?;
    let Some(word) = &line.word else {
        if line.daemon {
            return Ok(house.daemon(&line.config, settings, line.debug).await);
        }
        let store = house.store(&settings.database).await?;
        let said = store.check().await?;
        desk.printer().line(&format!("the database is ready: {said}"))?;
        return Ok(Code::Done as u8);
    };
    let mut office = Office { settings: &settings, store: house.store(&settings.database).await?, house, desk };
    office.command(word).await.map(|code| code as u8)
}

fn settings(file: &Path, house: &dyn House) -> Result<Settings, Fault> {
    house.settings(file).map_err(|faults| Fault::Config(file.to_owned(), faults))
}

/// What a command works with.
struct Office<'a, 'b> {
    settings: &'a Settings,
    store: Arc<dyn Store>,
    house: &'a dyn House,
    desk: &'a mut Desk<'b>,
}

impl Office<'_, '_> {
    fn printer(&mut self) -> Printer<'_> {
        self.desk.printer()
    }

    async fn command(&mut self, word: &Word) -> Result<Code, Fault> {
        match word {
            Word::User(word) => self.user(word).await?,
            Word::Hostname(word) => self.hostname(word).await?,
            Word::Token(word) => self.token(word).await?,
            Word::Cleanup => self.cleanup().await?,
            Word::Backup { file } => self.backup(file).await?,
            Word::Restore { file } => self.restore(file).await?,
            Word::Import { file, dry_run } => self.import(file, *dry_run).await?,
            Word::Check(_) => {}
        }
        Ok(Code::Done)
    }
}
