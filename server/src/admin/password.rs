//! Passwords: where they come from and which ones are taken.

use std::io::BufRead;

use ddns::secret::Secret;
use zeroize::Zeroizing;

use crate::proof::new_token;

use super::args::Source;
use super::desk::Desk;

pub(super) mod fault;

use fault::{MOST, PasswordFault};

/// Shorter ones are taken, with a warning.
const SHORT: usize = 8;
/// Letters of one that is made: 119 bits, and short enough to be typed.
const MADE: usize = 20;
/// How often the terminal asks.
const TRIES: usize = 3;

/// A password that may be kept, and whether this program made it up.
pub(super) struct Chosen {
    pub(super) password: Secret,
    pub(super) generated: bool,
}

/// Gets a password from where the command line says.
pub(super) fn chosen(source: Source, user: &str, desk: &mut Desk<'_>) -> Result<Chosen, PasswordFault> {
    let chosen = if source.generate {
        let mut password = new_token()?;
        password.truncate(MADE);
        return Ok(Chosen { password: Secret::new(password), generated: true });
    } else if source.password_stdin {
        let password = first_line(desk.input)?;
        judged(&password)?;
        password
    } else {
        typed(user, desk)?
    };
    if let Some(said) = weak(&chosen) {
        desk.printer().warn(said);
    }
    Ok(Chosen { password: chosen, generated: false })
}

fn typed(user: &str, desk: &mut Desk<'_>) -> Result<Secret, PasswordFault> {
    let mut tries = 1;
    loop {
        match typed_twice(user, desk) {
            Err(PasswordFault::Terminal(fault)) => return Err(PasswordFault::Terminal(fault)),
            Err(fault) if tries < TRIES => desk.printer().warn(fault),
            end => return end,
        }
        tries += 1;
    }
}

fn typed_twice(user: &str, desk: &mut Desk<'_>) -> Result<Secret, PasswordFault> {
    let first = desk.terminal.ask(&format!("Password for {user}: ")).map_err(PasswordFault::Terminal)?;
    judged(&first)?;
    let second = desk.terminal.ask("Once more: ").map_err(PasswordFault::Terminal)?;
    if first == second { Ok(first) } else { Err(PasswordFault::Differ) }
}

fn first_line(input: &mut dyn BufRead) -> Result<Secret, PasswordFault> {
    let mut line = Zeroizing::new(Vec::with_capacity(1024));
    let mut bounded = std::io::Read::take(input, 1024);
    bounded.read_until(b'\n', &mut line).map_err(PasswordFault::Input)?;
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    Ok(Secret::new(text.strip_suffix(b"\r").unwrap_or(text)))
}

/// Whether HTTP credentials can carry it (RFC 7617 section 2).
pub(super) fn judged(password: &Secret) -> Result<(), PasswordFault> {
    match std::str::from_utf8(password.reveal()) {
        _ if password.is_empty() => Err(PasswordFault::Empty),
        _ if password.reveal().len() > MOST => Err(PasswordFault::Long),
        Ok(text) if !text.chars().any(char::is_control) => Ok(()),
        _ => Err(PasswordFault::Letters),
    }
}

/// What is to be said against a password that is taken all the same.
pub(super) fn weak(password: &Secret) -> Option<&'static str> {
    if password.reveal().len() < SHORT {
        Some("the password is shorter than 8 bytes; --generate makes a good one")
    } else if !password.reveal().is_ascii() {
        Some("the password has letters beyond ASCII; some routers send them in another encoding")
    } else {
        None
    }
}
