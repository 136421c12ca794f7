//! `ddns transfer`: a GET by the way of the section, for `do_transfer`. One try: what fails is tried again by running the script again, at
//! the section's retry interval, so that no script waits while the router is told to stop.

use super::{Env, Place, complain, input, print};
use crate::control::Console;
use crate::detect;
use crate::run::CONFIG;
use crate::url::Url;
use crate::world::{Broken, Level, Request, World};

/// Body to standard output, trouble to standard error and to the log. An HTTP status is no trouble: what the provider says is for the
/// script to judge. The exit code is curl's for the same trouble.
pub(super) fn transfer(url: Option<&str>, env: Env<'_>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let given = url.map_or_else(|| input(console), |url| Ok(url.as_bytes().to_vec()));
    let place = Place::read(env, world.desk);
    let mut plan = place.log(env);
    // the text goes to standard error, once
    plan.console = false;
    let mask = plan.mask.clone();
    world.log.open(plan);
    let mut fail = |text: String, code: i32, world: &mut World<'_>| {
        world.log.say(Level::Error, &text);
        complain(console, &mask.cover(&text), code)
    };
    let url = match given {
        Ok(bytes) => match Url::parse(&ascii(&bytes)) {
            Ok(url) => url,
            Err(why) => return fail(format!("do_transfer: this is no URL: {why}"), 3, world),
        },
        Err(error) => return fail(format!("do_transfer: no URL on standard input: {error}"), 3, world),
    };
    let section = match place.section {
        Ok(section) => section,
        Err(faults) => {
            let text = faults.first().map(|fault| fault.in_file(CONFIG).to_string()).unwrap_or_default();
            return fail(text, 2, world);
        }
    };
    let host = url.host.clone();
    let answer = detect::way(&section, world.host).map_err(Broken::Setup).and_then(|route| {
        // a URL that a script has put together may hold a password anywhere
        world.http.exchange(&Request { confidential: true, ..Request::get(url) }, &route)
    });
    match answer {
        Ok(response) => print(console, &response.body),
        Err(broken) => fail(format!("transfer from '{host}' failed: {broken}"), code(&broken), world),
    }
}

/// A URL in bytes as a shell has them: what is not ASCII is percent-encoded.
pub(super) fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|b| if b.is_ascii() { char::from(*b).to_string() } else { format!("%{b:02x}") }).collect()
}

/// The exit code of curl for the same trouble (its manual, "EXIT CODES").
pub(super) fn code(broken: &Broken) -> i32 {
    match broken {
        Broken::Resolve(..) | Broken::Family(..) => 6,
        Broken::Connect(..) => 7,
        Broken::Timeout(_) => 28,
        Broken::Interrupted => 42,
        Broken::Setup(_) => 45,
        Broken::Protocol(_) => 56,
        Broken::Tls(..) => 60,
        Broken::Proxy(_) => 97,
    }
}
