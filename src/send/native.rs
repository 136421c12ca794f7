//! Providers with an API of their own, one file each: the list of them, and the way from a [`Job`] to one.
//!
//! `docs/adding-a-provider.md` shows how one is added: a file in a family's folder, a word in its list, transcripts in `tests/providers/`.

mod cloudflare;
#[cfg(feature = "own")]
mod own;
#[cfg(feature = "plain")]
mod plain;
#[cfg(feature = "signed")]
mod signed;

use std::borrow::Cow;
use std::cell::Cell;
use std::net::IpAddr;

use super::api::{Outcome, Step};
use super::choice::ours;
use super::name::Name;
use super::options::{in_path, key_file, kind, label, option, parameter, relative};
use super::rest::{self, Rest};
use super::{Job, not_sent, nsupdate};
use crate::address::Known;
use crate::answer::{Answer, Refusal, Reply};
use crate::config::service::Recipe;
use crate::config::{Fault, Section};
use crate::world::{Dns, Http};

/// Writes the address.
type Write = fn(&Job<'_>, IpAddr, &mut dyn Http) -> Step<Outcome>;

/// Reads the addresses that the provider has for the name.
type Ask = fn(&Job<'_>, &mut dyn Http) -> Step<Vec<IpAddr>>;

/// A provider that is told by more than one URL.
pub struct Provider {
    /// What option `service_name` says.
    pub name: &'static str,
    /// What goes into which option, in words an owner understands.
    pub options: &'static [Field],
    way: Way,
}

/// How a provider is spoken to.
enum Way {
    /// By code of its own: writes the address, and reads it where it can be asked.
    Code(Write, Option<Ask>),
    /// As its description says.
    Rest(&'static Rest),
    /// As a name server.
    Dns,
}

/// An option of a provider.
pub struct Field {
    /// Its name in the configuration.
    pub option: &'static str,
    /// What goes into it.
    pub holds: &'static str,
    /// Nothing works without it.
    pub needed: bool,
    /// It is a key of several lines; others have one.
    lines: bool,
}

/// An option that must be set.
pub(super) const fn needed(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: true, lines: false }
}

/// An option that must be set to a key, which may be of several lines.
const fn key(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: true, lines: true }
}

/// An option that may be set.
pub(super) const fn optional(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: false, lines: false }
}

/// The provider that is a name server.
static NSUPDATE: Provider = Provider { name: nsupdate::NAME, options: nsupdate::OPTIONS, way: Way::Dns };

/// All of them, by families that a builder may leave out.
static FAMILIES: &[&[&Provider]] = &[
    &[&cloudflare::PROVIDER, &NSUPDATE],
    #[cfg(feature = "own")]
    own::PROVIDERS,
    #[cfg(feature = "plain")]
    plain::PROVIDERS,
    #[cfg(feature = "signed")]
    signed::PROVIDERS,
];

/// All of them.
pub fn providers() -> impl Iterator<Item = &'static Provider> {
    FAMILIES.iter().copied().flatten().copied()
}

/// Why a provider that is not in the list cannot be used.
pub(super) fn unspoken(name: &str) -> String {
    match name {
        "cnkuai.cn" => {
            "this provider is reached only by a web page with a captcha, which no program can read: choose another one"
        }
        _ if cfg!(not(feature = "full")) => {
            "this build of ddns leaves out providers with an API of their own: install the full one, or use update_script"
        }
        _ => "this provider is reached by an API of its own, which is not known here: use update_script",
    }
    .to_owned()
}

/// The provider of that name.
pub(super) fn find(name: &str) -> Option<&'static Provider> {
    providers().find(|provider| provider.name == name)
}

/// Options that the provider needs and the section lacks, or that cannot be what the provider wants.
pub(super) fn faults(section: &Section, recipe: &Recipe, provider: &Provider) -> Vec<Fault> {
    if let Way::Dns = provider.way {
        return nsupdate::faults(section, recipe);
    }
    let wrong = |field: &Field| match option(section, field.option) {
        None if field.needed => Some(format!("missing: {} wants {}", provider.name, field.holds)),
        // an empty zone would be any zone of the account
        Some(value) if field.option == "domain" => value.split(',').find_map(Name::fault).map(str::to_owned),
        Some(value) if !field.lines && value.contains(char::is_control) => {
            Some(format!("holds a line break or another control character: {} wants {}", provider.name, field.holds))
        }
        _ => None,
    };
    let told = |field: &Field| Some(Fault::error(wrong(field)?).in_section(&section.name).of_option(field.option));
    let mut faults: Vec<Fault> = provider.options.iter().filter_map(told).collect();
    if let (Some((option, _)), None) = (key_file(section), &recipe.key_file) {
        let wanted = "this key file cannot be read: wanted the path of a file .json or .pem, or the key itself";
        faults.push(Fault::error(wanted).in_section(&section.name).of_option(option));
    }
    faults
}

/// Options that are surely not meant so.
pub(super) fn warnings(section: &Section, recipe: &Recipe, provider: &Provider) -> Vec<Fault> {
    if let Way::Dns = provider.way {
        return nsupdate::warnings(section, recipe);
    }
    let quoted =
        |text: &str| ['"', '\''].iter().any(|&mark| text.len() > 1 && text.starts_with(mark) && text.ends_with(mark));
    let fields = provider.options.iter().filter(|field| option(section, field.option).is_some_and(quoted));
    let told = |field: &Field| {
        Fault::warning("begins and ends with a quotation mark, which is sent as a part of it; was it meant so?")
            .in_section(&section.name)
            .of_option(field.option)
    };
    fields.map(told).collect()
}

/// What goes into which option, for an owner whose credentials were refused: they may be swapped.
fn credentials(provider: &Provider) -> String {
    let secret = |field: &&Field| field.needed && matches!(field.option, "username" | "password" | "param_enc");
    let fields = provider.options.iter().filter(secret);
    let told: Vec<String> = fields.map(|field| format!("option '{}' wants {}", field.option, field.holds)).collect();
    told.join("; ")
}

/// Writes the address.
pub(super) fn update(job: &Job<'_>, name: &str, http: &mut dyn Http, dns: &mut dyn Dns) -> Reply {
    let (Some(provider), Some(address)) = (find(name), job.address) else {
        return *not_sent(format!("the API of '{name}' is not spoken here"));
    };
    let guessed = Cell::new(false);
    let section = with_key(job, provider);
    let job = &Job { section: &section, guessed: Some(&guessed), ..*job };
    let written = match provider.way {
        Way::Code(update, _) => update(job, address, http),
        Way::Rest(rest) => rest::update(rest, job, address, http),
        Way::Dns => return nsupdate::update(job, dns),
    };
    let mut reply = told(written);
    if guessed.get() && reply.answer == Answer::Accepted {
        reply.said = format!(
            "the name has several {} records, and none of them holds the address that DNS shows: the first was changed",
            kind(job)
        );
    }
    if reply.answer == Answer::Refused(Refusal::BadAuth) {
        reply.said = format!("{}; {}", reply.said, credentials(provider));
    }
    reply
}

/// The section with what the key file holds in place of its path. A name server's key stands in its file among other things, and is looked for
/// there.
fn with_key<'s>(job: &Job<'s>, provider: &Provider) -> Cow<'s, Section> {
    match (&job.recipe.key_file, key_file(job.section), &provider.way) {
        (Some(key), Some(("password", _)), Way::Code(..) | Way::Rest(_)) => Cow::Owned(job.section.with_password(key)),
        _ => Cow::Borrowed(job.section),
    }
}

/// How an update ended.
pub(super) fn told(ended: Step<Outcome>) -> Reply {
    match ended {
        Ok(outcome) => {
            let said = match outcome {
                Outcome::Updated => "",
                Outcome::Merged => {
                    "the name had several records, the provider keeps them as one set, and now it has only this one"
                }
                Outcome::Created => "the record was missing and has been created",
                Outcome::Right => "the record held it already, nothing was written",
            };
            Reply { answer: Answer::Accepted, said: said.to_owned(), body: Vec::new() }
        }
        Err(end) => *end,
    }
}

/// What the provider has for the name; `None` where it cannot be asked.
pub(super) fn registered(
    job: &Job<'_>,
    name: &str,
    http: &mut dyn Http,
    dns: &mut dyn Dns,
) -> Option<Known<Vec<IpAddr>>> {
    let provider = find(name)?;
    let section = with_key(job, provider);
    let job = &Job { section: &section, ..*job };
    let held = match provider.way {
        Way::Code(_, ask) => ask?(job, http),
        Way::Rest(rest) if rest.blind() => return None,
        Way::Rest(rest) => rest::registered(rest, job, http),
        Way::Dns => return Some(nsupdate::registered(job, dns)),
    };
    Some(known(job, name, held))
}

/// What asking the provider came to.
pub(super) fn known(job: &Job<'_>, name: &str, asked: Step<Vec<IpAddr>>) -> Known<Vec<IpAddr>> {
    match asked {
        Ok(addresses) if addresses.is_empty() => {
            Known::Nothing(format!("{name} has no {} record of the name", kind(job)))
        }
        Ok(addresses) => Known::Is(addresses),
        Err(reply) => Known::Unclear(format!("{name} does not say what is registered: {}", reply.said)),
    }
}
