//! Providers with an API of their own, one file each: the list of them, and the way from a [`Job`] to one.
//!
//! `docs/adding-a-provider.md` shows how one is added: a file here, a word in [`PROVIDERS`], transcripts in `tests/providers/`.

mod aliyun;
mod beget;
mod bunny;
mod cloudflare;
mod desec;
mod digitalocean;
mod dnsimple;
mod dnspod;
mod dnspod_v3;
mod dynv6;
mod gandi;
mod gcore;
mod godaddy;
mod hetzner;
mod hostinger;
mod huaweicloud;
mod infomaniak;
mod ionos;
mod linode;
mod luadns;
mod name_com;
mod namesilo;
mod netcup;
mod ns1;
mod pdns;
mod porkbun;
mod route53;
mod scaleway;
mod servercow;
mod vercel;
mod vultr;

use std::net::IpAddr;

use super::api::{Outcome, Step};
use super::rest::{self, Rest};
use super::{Job, not_sent};
use crate::address::{Family, Known};
use crate::answer::{Answer, Refusal, Reply};
use crate::config::{Fault, Section};
use crate::secret::percent_encoded;
use crate::world::Http;

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
const fn needed(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: true, lines: false }
}

/// An option that may be set.
const fn optional(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: false, lines: false }
}

/// All of them.
pub static PROVIDERS: &[&Provider] = &[
    &aliyun::PROVIDER,
    &beget::PROVIDER,
    &bunny::PROVIDER,
    &cloudflare::PROVIDER,
    &desec::PROVIDER,
    &digitalocean::PROVIDER,
    &dnsimple::PROVIDER,
    &dnspod::PROVIDER,
    &dnspod_v3::PROVIDER,
    &dynv6::PROVIDER,
    &gandi::PROVIDER,
    &gcore::PROVIDER,
    &godaddy::PROVIDER,
    &hetzner::PROVIDER,
    &hostinger::PROVIDER,
    &huaweicloud::PROVIDER,
    &infomaniak::PROVIDER,
    &ionos::PROVIDER,
    &linode::PROVIDER,
    &luadns::PROVIDER,
    &name_com::PROVIDER,
    &namesilo::PROVIDER,
    &netcup::PROVIDER,
    &ns1::PROVIDER,
    &pdns::PROVIDER,
    &porkbun::PROVIDER,
    &route53::PROVIDER,
    &scaleway::PROVIDER,
    &servercow::PROVIDER,
    &vercel::PROVIDER,
    &vultr::PROVIDER,
];

/// Why a provider that is not in the list cannot be used.
pub(super) fn unspoken(name: &str) -> String {
    match name {
        "cnkuai.cn" => {
            "this provider is reached only by a web page with a captcha, which no program can read: choose another one"
        }
        _ => "this provider is reached by an API of its own, which this version does not speak yet; use update_script",
    }
    .to_owned()
}

/// The provider of that name.
pub(super) fn find(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.name == name)
}

/// Options that the provider needs and the section lacks, or that cannot be what the provider wants.
pub(super) fn faults(section: &Section, provider: &Provider) -> Vec<Fault> {
    let wrong = |field: &Field| match option(section, field.option) {
        None if field.needed => Some(format!("missing: {} wants {}", provider.name, field.holds)),
        Some(value) if !field.lines && value.contains(char::is_control) => {
            Some(format!("holds a line break or another control character: {} wants {}", provider.name, field.holds))
        }
        _ => None,
    };
    let told = |field: &Field| Some(Fault::error(wrong(field)?).in_section(&section.name).of_option(field.option));
    provider.options.iter().filter_map(told).collect()
}

/// Options that are surely not meant so.
pub(super) fn warnings(section: &Section, provider: &Provider) -> Vec<Fault> {
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

/// An option of the section as text, if it is set; whatever it is called.
pub(super) fn option<'s>(section: &'s Section, name: &str) -> Option<&'s str> {
    let (_, value) = section.raw.iter().find(|(known, _)| known == name)?;
    std::str::from_utf8(value.reveal()).ok().map(str::trim).filter(|text| !text.is_empty())
}

/// `KEY=VALUE` in option `param_opt`, where words are separated by blanks; the last one counts.
pub(super) fn parameter<'s>(section: &'s Section, key: &str) -> Option<&'s str> {
    let words = option(section, "param_opt")?.split_ascii_whitespace();
    words.filter_map(|word| word.split_once('=')).rfind(|(known, _)| *known == key).map(|(_, value)| value)
}

/// An option as a part of a URL's path: a name, lower case, without a dot at its end.
pub(super) fn in_path(section: &Section, name: &str) -> String {
    percent_encoded(label(section, name).as_bytes())
}

/// An option that holds a name, lower case, without a dot at its end.
pub(super) fn label(section: &Section, name: &str) -> String {
    option(section, name).unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
}

/// `name` inside `zone`, whether it was written with the zone or without; `@` for the zone itself. Both as [`label`] gives them.
pub(super) fn relative(name: &str, zone: &str) -> String {
    let host = name.strip_suffix(zone).filter(|host| host.is_empty() || host.ends_with(['.', '@'])).unwrap_or(name);
    let host = host.trim_end_matches(['.', '@']);
    if host.is_empty() { "@".to_owned() } else { host.to_owned() }
}

/// Which of several records of a name is ours: the one that holds the new address already, else the one that holds the registered one, else
/// the first. `None` where there is no record.
pub(super) fn ours<R>(
    job: &Job<'_>,
    address: IpAddr,
    records: &[R],
    held: impl Fn(&R) -> Option<IpAddr>,
) -> Option<usize> {
    let holding = |wanted: IpAddr| records.iter().position(|record| held(record) == Some(wanted));
    holding(address).or_else(|| job.registered.and_then(holding)).or((!records.is_empty()).then_some(0))
}

/// `A` or `AAAA`.
pub(super) fn kind(job: &Job<'_>) -> &'static str {
    match job.section.family {
        Family::V4 => "A",
        Family::V6 => "AAAA",
    }
}

/// Writes the address.
pub(super) fn update(job: &Job<'_>, name: &str, http: &mut dyn Http) -> Reply {
    let (Some(provider), Some(address)) = (find(name), job.address) else {
        return not_sent(format!("the API of '{name}' is not spoken here"));
    };
    let written = match provider.way {
        Way::Code(update, _) => update(job, address, http),
        Way::Rest(rest) => rest::update(rest, job, address, http),
    };
    match written {
        Ok(outcome) => {
            let said = match outcome {
                Outcome::Updated => "",
                Outcome::Created => "the record was missing and has been created",
                Outcome::Right => "the record held it already, nothing was written",
            };
            Reply { answer: Answer::Accepted, said: said.to_owned(), body: Vec::new() }
        }
        Err(mut reply) => {
            if reply.answer == Answer::Refused(Refusal::BadAuth) {
                reply.said = format!("{}; {}", reply.said, credentials(provider));
            }
            reply
        }
    }
}

/// What the provider has for the name; `None` where it cannot be asked.
pub(super) fn registered(job: &Job<'_>, name: &str, http: &mut dyn Http) -> Option<Known<Vec<IpAddr>>> {
    let held = match find(name)?.way {
        Way::Code(_, ask) => ask?(job, http),
        Way::Rest(rest) => rest::registered(rest, job, http),
    };
    Some(match held {
        Ok(addresses) if addresses.is_empty() => {
            Known::Nothing(format!("{name} has no {} record of the name", kind(job)))
        }
        Ok(addresses) => Known::Is(addresses),
        Err(reply) => Known::Unclear(format!("{name} does not say what is registered: {}", reply.said)),
    })
}
