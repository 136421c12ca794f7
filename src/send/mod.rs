//! Tells the provider, by the recipe its name or the section gives: one GET, or a script of the owner.
//!
//! Knows nothing of when and why. Providers with more than a URL stand in `native`.
#![forbid(unsafe_code)]
#![expect(
    clippy::unnecessary_box_returns,
    reason = "the end of a line of steps is handed on by each of them, as one word"
)]
#![cfg_attr(
    not(feature = "full"),
    allow(dead_code, unused_imports, reason = "what only the families use that are left out")
)]

mod api;
mod browser;
mod choice;
mod field;
mod fill;
mod json;
mod keys;
mod name;
mod names;
mod native;
mod nsupdate;
mod options;
mod rest;
mod script;
mod sign;
mod status;
mod template;
mod totp;
mod xml;
mod zones;

use std::cell::Cell;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::address::Known;
use crate::answer::{Answer, Reply};
use crate::config::service::{self, Kind, Recipe, Rules};
use crate::config::{Fault, Provider, Section, Source};
use crate::secret::{Mask, Secret};
use crate::world::{Dns, Host, Http, Route};

pub use field::Field;
pub use native::providers;
pub use template::unknown_placeholders;

/// One update to be made, or one question to a script.
#[derive(Debug)]
pub struct Job<'a> {
    /// The section.
    pub section: &'a Section,
    /// How its provider is told.
    pub recipe: &'a Recipe,
    /// How the transfer travels.
    pub route: &'a Route,
    /// The address to send; `None` when a script is only asked.
    pub address: Option<IpAddr>,
    /// The address that a sister section keeps in the other family, where the provider would delete it else.
    pub other: Option<IpAddr>,
    /// The address DNS gave, for scripts.
    pub registered: Option<IpAddr>,
    /// What a sourced script is told of its surroundings.
    pub place: &'a Place,
    /// The wall clock, for signatures.
    pub moment: SystemTime,
    /// Any number, for what must never be the same twice.
    pub dice: u32,
    /// Where it is noted that the first of several records was taken because nothing told which one is meant.
    pub guessed: Option<&'a Cell<bool>>,
}

/// Where a script finds its files, and how loud it is.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// `DATFILE`, `ERRFILE`, `LOGFILE`.
    pub files: [PathBuf; 3],
    /// The script as this machine has it; empty for other recipes.
    pub script: PathBuf,
    /// The shell library, sourced first when it is there.
    pub library: PathBuf,
    /// `VERBOSE`.
    pub verbose: u8,
}

/// What goes into which option, for a provider with an API of its own that is spoken here.
pub fn options(name: &str) -> Option<&'static [Field]> {
    native::find(name).map(|provider| provider.options)
}

/// Why a provider with an API of its own is not spoken to; `None` for one that is.
pub fn unspoken(name: &str) -> Option<String> {
    native::find(name).is_none().then(|| native::unspoken(name))
}

/// The recipe of a section, or what is wrong with its provider.
pub fn recipe(section: &Section, load: &mut dyn FnMut(&Path) -> Option<Vec<u8>>) -> Result<Recipe, Vec<Fault>> {
    match &section.provider {
        Provider::Service(name) => {
            let mut recipe = service::recipe(name, section.family, load).map_err(|why| {
                vec![Fault::error(why).in_section(&section.name).of_option("service_name").with_value(name.as_bytes())]
            })?;
            if let Kind::Native(_) = recipe.kind {
                recipe.key_file = options::key_file(section).and_then(|(_, path)| load(path)).map(Secret::new);
            }
            Ok(recipe)
        }
        Provider::Url(url) => Ok(own(Kind::Template(ascii(url.reveal())))),
        Provider::Script(path) => Ok(own(Kind::Script(path.clone()))),
    }
}

/// The recipe of an owner's own template or script: nothing is known of its provider.
fn own(kind: Kind) -> Recipe {
    Recipe { kind, answers: Vec::new(), rules: Rules::default(), missing: None, key_file: None }
}

/// Bytes as a URL can hold them: what is not ASCII is percent-encoded, everything else stays.
fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|b| if b.is_ascii() { char::from(*b).to_string() } else { format!("%{b:02x}") }).collect()
}

/// What keeps this recipe from being used by this section: an option its template needs, a script that is not there, a provider we cannot
/// speak to. `there` says whether a file exists.
pub fn faults(section: &Section, recipe: &Recipe, there: &mut dyn FnMut(&Path) -> bool) -> Vec<Fault> {
    let of_provider = |why: String| match &section.provider {
        Provider::Service(name) => {
            Fault::error(why).in_section(&section.name).of_option("service_name").with_value(name.as_bytes())
        }
        Provider::Script(path) => Fault::error(why)
            .in_section(&section.name)
            .of_option("update_script")
            .with_value(path.as_os_str().as_encoded_bytes()),
        Provider::Url(_) => Fault::error(why).in_section(&section.name).of_option("update_url"),
    };
    let mut faults = names::missing(section, recipe);
    faults.extend(match &recipe.kind {
        Kind::Template(template) => template::missing(section, template),
        Kind::Script(path) if there(path) => Vec::new(),
        Kind::Script(path) => vec![of_provider(format!("the script {} does not exist", path.display()))],
        Kind::Native(name) => match native::find(name) {
            Some(provider) => native::faults(section, recipe, provider),
            None => vec![of_provider(native::unspoken(name))],
        },
    });
    faults
}

/// What `ddns check` says of a provider that holds needless updates against an account.
pub fn foolish(section: &Section, recipe: &Recipe) -> Vec<Fault> {
    let soon = section.timing.force.filter(|force| recipe.rules.no_repeat && *force < SELDOM);
    let wanted =
        "this provider holds updates without a change against the account: wanted 25 days or more (force_unit)";
    soon.into_iter().map(|_| Fault::warning(wanted).in_section(&section.name).of_option("force_interval")).collect()
}

/// What works with this recipe, but surely not as meant.
pub fn warnings(section: &Section, recipe: &Recipe) -> Vec<Fault> {
    let mut faults = match &recipe.kind {
        Kind::Native(name) => {
            native::find(name).map_or_else(Vec::new, |provider| native::warnings(section, recipe, provider))
        }
        Kind::Template(_) | Kind::Script(_) => Vec::new(),
    };
    if let (Provider::Service(name), Some(script)) = (&section.provider, &recipe.missing) {
        let wanted = format!(
            "/usr/share/ddns/custom/{name}.json names the script {}, which does not exist: the built-in way is taken instead",
            script.display()
        );
        let fault = Fault::warning(wanted).in_section(&section.name).of_option("service_name");
        faults.push(fault.with_value(name.as_bytes()));
    }
    faults
}

/// Covers everything of a section that must not be read by others.
pub fn mask(section: &Section, recipe: &Recipe) -> Mask {
    // a key file as it stands, and the keys that are read from one
    let keys = nsupdate::secrets(recipe);
    let own = [&section.password, &section.param_enc, &section.param_opt, &recipe.key_file];
    let own = own.into_iter().flatten().chain(&keys);
    let pair = |user: &Secret, password: &Secret| Secret::new([user.reveal(), b":", password.reveal()].concat());
    let account = section.username.as_ref().zip(section.password.as_ref()).map(|(user, password)| pair(user, password));
    let in_url = match &recipe.kind {
        Kind::Template(template) => template::login(section, template),
        Kind::Script(_) | Kind::Native(_) => None,
    };
    let proxy = section.transport.proxy.as_ref().and_then(|proxy| proxy.login.clone());
    let page = match &section.source {
        Source::Web(url) => url.login.clone(),
        _ => None,
    };
    let logins: Vec<Secret> = [account, in_url, proxy, page].into_iter().flatten().collect();
    Mask::new(own, &logins)
}

/// Sends the address, for all names of the section.
pub fn update(job: &Job<'_>, http: &mut dyn Http, dns: &mut dyn Dns, host: &mut dyn Host) -> Reply {
    update_rest(job, &mut 0, http, dns, host)
}

/// Sends the address for the names that have no bit in `done`, in their order, and sets the bits of those that were accepted.
pub fn update_rest(
    job: &Job<'_>,
    done: &mut u64,
    http: &mut dyn Http,
    dns: &mut dyn Dns,
    host: &mut dyn Host,
) -> Reply {
    names::update(job, done, &mut |job| match &job.recipe.kind {
        Kind::Template(template) => template::update(job, template, http),
        Kind::Script(_) => vec![script::update(job, host)],
        Kind::Native(name) => vec![native::update(job, name, http, dns)],
    })
}

/// Whether the provider's request has to hold the address of the other family too.
pub fn wants_both(recipe: &Recipe) -> bool {
    matches!(&recipe.kind, Kind::Template(template) if template.contains(template::BOTH))
}

/// The address the provider itself says is registered, where it can be asked; `None` where it cannot.
pub fn registered(
    job: &Job<'_>,
    http: &mut dyn Http,
    dns: &mut dyn Dns,
    host: &mut dyn Host,
) -> Option<Known<Vec<IpAddr>>> {
    match &job.recipe.kind {
        Kind::Template(_) => None,
        Kind::Script(_) => Some(match script::registered(job, host) {
            Known::Is(address) => Known::Is(vec![address]),
            Known::Nothing(why) => Known::Nothing(why),
            Known::Unclear(why) => Known::Unclear(why),
        }),
        Kind::Native(name) => {
            let one = names::looked_up(job.section);
            let job = Job { section: one.as_ref().unwrap_or(job.section), ..*job };
            native::registered(&job, name, http, dns)
        }
    }
}

fn not_sent(said: String) -> json::End {
    json::end(Answer::NotSent, said)
}

/// Such a provider is reminded no more often: the usual limit of other clients.
const SELDOM: Duration = Duration::from_secs(25 * 24 * 3600);
/// The longest quotation of a provider in a log line, in characters.
const QUOTED: usize = 200;

/// An answer as one line for the log. Secrets are covered before anything is cut or left out: half a password would pass every later mask.
fn quoted(job: &Job<'_>, body: &[u8]) -> String {
    line(&mask(job.section, job.recipe).cover_bytes(body))
}

/// The beginning of a text that has no secret in it any more, in quotation marks.
fn line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    // words are taken one by one: of a body of many screens only the first line's worth is ever put together
    let mut line = text.split_whitespace().flat_map(|word| [" ", word]).flat_map(str::chars).skip(1);
    let mut short: String = line.by_ref().take(QUOTED).filter(|c| !c.is_control()).collect();
    if line.next().is_some() {
        short.push_str(" ...");
    }
    if short.is_empty() { short } else { format!("\"{short}\"") }
}
