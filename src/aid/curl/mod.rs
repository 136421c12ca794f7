//! A small `curl` for update scripts on a router that has none. It is found under that name only behind every real one
//! (`/usr/lib/ddns/standin`, last in `PATH`), and does one HTTP request as the options ask that such scripts use.
//!
//! Redirects are followed by GET alone and only where safe, with or without `-L`; cookies are not kept. What a script writes into the
//! arguments `ps` shows, as with curl itself.

mod wish;
mod words;

use std::ffi::OsString;
use std::path::Path;

use super::Env;
use super::transfer::code;
use crate::control::Console;
use crate::world::{Desk, World};
use wish::{Fail, Wish};
use words::Opt;

/// Why there is nothing to show for: curl's exit code, and a sentence.
type Trouble = (i32, String);

/// Exit code for a command line that makes no sense.
const MISUSED: i32 = 2;
/// Exit code for an HTTP status of 400 and above with `--fail`.
const REFUSED: i32 = 22;
/// Exit code for a file that cannot be written.
const UNWRITTEN: i32 = 23;
/// Exit code for a file that cannot be read.
const UNREAD: i32 = 26;

/// Scripts look for `https` in it.
const VERSION: &str = concat!(
    "curl 8.0.0 (a small one, part of ddns ",
    env!("CARGO_PKG_VERSION"),
    ")\nProtocols: http https\nFeatures: IPv6 SSL\n"
);

/// Does what the words say; gives curl's exit code.
pub(super) fn curl(words: &[OsString], env: Env<'_>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let wish = words::read(words).map_err(|why| (MISUSED, why)).and_then(|words| {
        let words = words::with_files(words, &mut |path| load(path, world.desk, console))?;
        if words.iter().any(|(opt, _)| *opt == Opt::Version) {
            return Ok(None);
        }
        Wish::of(&words, env, &mut |path| load(path, world.desk, console)).map(Some)
    });
    let wish = match wish {
        Ok(Some(wish)) => wish,
        Ok(None) => return super::print(console, VERSION.as_bytes()),
        Err((code, why)) => {
            let _ = writeln!(console.err, "curl: ({code}) {why}");
            return code;
        }
    };
    let trouble = exchange(&wish, world, console).err();
    let text = trouble.as_ref().filter(|_| wish.loud).map(|(code, why)| format!("curl: ({code}) {why}\n"));
    let text = text.unwrap_or_default();
    match wish.errors.as_deref() {
        Some(path) => drop(world.desk.put(path, text.as_bytes())),
        None => drop(console.err.write_all(text.as_bytes())),
    }
    trouble.map_or(0, |(code, _)| code)
}

/// A file that an option names; `-` is standard input.
fn load(path: &Path, desk: &dyn Desk, console: &mut Console<'_>) -> Result<Vec<u8>, Trouble> {
    let read = if path == Path::new("-") { super::input(console) } else { desk.take(path, crate::world::BODY_LIMIT) };
    read.map_err(|error| (UNREAD, format!("cannot read {}: {error}", path.display())))
}

/// The request, and what becomes of the answer.
fn exchange(wish: &Wish, world: &mut World<'_>, console: &mut Console<'_>) -> Result<(), Trouble> {
    let answer = world.http.exchange(&wish.request, &wish.route);
    let status = answer.as_ref().map_or(0, |response| response.status);
    let done = answer.map_err(|broken| (code(&broken), broken.to_string())).and_then(|response| {
        let refused = status >= 400 && wish.fail != Fail::Never;
        if !(refused && wish.fail == Fail::WithoutBody) {
            let written = match wish.output.as_deref() {
                Some(path) => world.desk.put(path, &response.body),
                None => console.out.write_all(&response.body),
            };
            written.map_err(|error| (UNWRITTEN, format!("cannot write the answer: {error}")))?;
        }
        if refused { Err((REFUSED, format!("the requested URL returned error: {status}"))) } else { Ok(()) }
    });
    let _ = console.out.write_all(wish.told(status).as_bytes());
    done
}
