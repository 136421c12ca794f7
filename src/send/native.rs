//! Providers with an API of their own, one file each: the list of them, and the way from a [`Job`] to one.
//!
//! `docs/adding-a-provider.md` shows how one is added: a file here, a word in [`PROVIDERS`], transcripts in `tests/providers/`.

mod aliyun;
mod azure;
mod beget;
mod blazingfast;
mod cloudflare;
mod digitalocean;
mod dnspod;
mod dnspod_v3;
mod freedns42;
mod gandi;
mod godaddy;
mod google;
mod hetzner;
mod huaweicloud;
mod luadns;
mod namesilo;
mod netcup;
mod ns1;
mod one;
mod pdns;
mod porkbun;
mod route53;
mod scaleway;
mod servercow;
mod transip;
mod yandex;

use std::net::IpAddr;

use super::api::{Outcome, Step};
use super::{Job, not_sent};
use crate::address::{Family, Known};
use crate::answer::{Answer, Reply};
use crate::config::{Fault, Section};
use crate::secret::percent_encoded;
use crate::world::Http;

/// Reads the addresses that the provider has for the name.
type Ask = fn(&Job<'_>, &mut dyn Http) -> Step<Vec<IpAddr>>;

/// A provider that is told by more than one URL.
pub struct Provider {
    /// What option `service_name` says.
    pub name: &'static str,
    /// What goes into which option, in words an owner understands.
    pub options: &'static [Field],
    /// Writes the address.
    update: fn(&Job<'_>, IpAddr, &mut dyn Http) -> Step<Outcome>,
    /// Where it can be asked.
    registered: Option<Ask>,
}

/// An option of a provider.
pub struct Field {
    /// Its name in the configuration.
    pub option: &'static str,
    /// What goes into it.
    pub holds: &'static str,
    /// Nothing works without it.
    pub needed: bool,
}

/// An option that must be set.
const fn needed(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: true }
}

/// An option that may be set.
const fn optional(option: &'static str, holds: &'static str) -> Field {
    Field { option, holds, needed: false }
}

/// All of them.
pub static PROVIDERS: &[&Provider] = &[
    &aliyun::PROVIDER,
    &azure::PROVIDER,
    &beget::PROVIDER,
    &blazingfast::PROVIDER,
    &cloudflare::PROVIDER,
    &digitalocean::PROVIDER,
    &dnspod::PROVIDER,
    &dnspod_v3::PROVIDER,
    &freedns42::PROVIDER,
    &gandi::PROVIDER,
    &godaddy::PROVIDER,
    &google::PROVIDER,
    &hetzner::PROVIDER,
    &huaweicloud::PROVIDER,
    &luadns::PROVIDER,
    &namesilo::PROVIDER,
    &netcup::PROVIDER,
    &ns1::PROVIDER,
    &one::PROVIDER,
    &pdns::PROVIDER,
    &porkbun::PROVIDER,
    &route53::PROVIDER,
    &scaleway::PROVIDER,
    &servercow::PROVIDER,
    &transip::PROVIDER,
    &yandex::PROVIDER,
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

/// Options that the provider needs and the section lacks.
pub(super) fn missing(section: &Section, provider: &Provider) -> Vec<Fault> {
    let absent = |field: &&Field| field.needed && option(section, field.option).is_none();
    let told = |field: &Field| {
        Fault::error(format!("missing: {} wants {}", provider.name, field.holds))
            .in_section(&section.name)
            .of_option(field.option)
    };
    provider.options.iter().filter(absent).map(told).collect()
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
    match (provider.update)(job, address, http) {
        Ok(outcome) => {
            let said = match outcome {
                Outcome::Updated => "",
                Outcome::Created => "the record was missing and has been created",
                Outcome::Right => "the record held it already, nothing was written",
            };
            Reply { answer: Answer::Accepted, said: said.to_owned(), body: Vec::new() }
        }
        Err(reply) => reply,
    }
}

/// What the provider has for the name; `None` where it cannot be asked.
pub(super) fn registered(job: &Job<'_>, name: &str, http: &mut dyn Http) -> Option<Known<Vec<IpAddr>>> {
    let ask = find(name)?.registered?;
    Some(match ask(job, http) {
        Ok(addresses) if addresses.is_empty() => {
            Known::Nothing(format!("{name} has no {} record of the name", kind(job)))
        }
        Ok(addresses) => Known::Is(addresses),
        Err(reply) => Known::Unclear(format!("{name} does not say what is registered: {}", reply.said)),
    })
}
