//! `ddns service ACTION [NAME]`: arguments to an [`Action`].
#![forbid(unsafe_code)]

use pico_args::Arguments;

use super::{Command, Misuse, Task, help, misuse};

/// What is to be done with the list of providers and with recipes installed from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Fetch the list.
    Update,
    /// Print the list.
    ListAvailable,
    /// Print the files of installed recipes.
    ListInstalled,
    /// Fetch the recipe of this provider.
    Install(String),
    /// Remove it.
    Remove(String),
    /// Remove the list and all installed recipes.
    Purge,
}

/// No action, or one that is none, is exit code 2; no name where one is needed is 4 (contract section 4).
pub(super) fn task(args: &mut Arguments) -> Result<Task, Misuse> {
    let of_code = |code, why: &str| Misuse { code, ..misuse(why, help::SERVICE) };
    let mut free = || args.opt_free_from_str::<String>().map_err(|e| misuse(e.to_string(), help::SERVICE));
    let action = free()?;
    let mut name = || free()?.filter(|name| !name.is_empty()).ok_or_else(|| of_code(4, "which provider's NAME?"));
    let action = match action.as_deref() {
        Some("update") => Action::Update,
        Some("list-available") => Action::ListAvailable,
        Some("list-installed") => Action::ListInstalled,
        Some("install") => Action::Install(name()?),
        Some("remove") => Action::Remove(name()?),
        Some("purge") => Action::Purge,
        Some(other) => return Err(of_code(2, &format!("'{}' is no action", other.escape_debug()))),
        None => return Err(of_code(2, "which action?")),
    };
    Ok(Task::Answer(Command::Service(action)))
}
