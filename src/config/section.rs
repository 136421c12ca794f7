//! Sections of the file become typed [`Section`]s, and `global` becomes [`Global`] (contract section 1).
//!
//! Knows what each option is for; how values are written is in `read`, `forms` and `timing`. Which option a provider needs is not known here.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use super::options::{self, ALL, Spec};
use super::read::Reader;
use super::source::source;
use super::timing::timing;
use super::transport::{transport, via};
use super::uci::{self, Value};
use super::{Fault, Global, Provider, ProviderList, Section, Severity, forms, list, migrate};
use crate::address::Family;
use crate::secret::Secret;

/// Reads `config ddns 'global'`; without one all defaults hold.
pub(super) fn global(file: &uci::File) -> (Global, ProviderList, Vec<Fault>) {
    let absent = uci::Section::named("ddns", super::GLOBAL);
    let section = file.section(super::GLOBAL).unwrap_or(&absent);
    let mut reader = Reader::new(section, None);
    let global = Global {
        rundir: directory(&mut reader, &options::RUNDIR),
        logdir: directory(&mut reader, &options::LOGDIR),
        loglines: usize::try_from(reader.number(&options::LOGLINES)).unwrap_or(usize::MAX),
        dateformat: reader.text(&options::DATEFORMAT).unwrap_or_else(|| options::DATEFORMAT.default.to_owned()),
    };
    let (list, of_list) = list::list(section);
    // a wrong date format or directory must not keep any section from running
    let faults =
        reader.faults.into_iter().chain(of_list).map(|fault| Fault { severity: Severity::Warning, ..fault }).collect();
    (global, list, faults)
}

/// `LuCI` and ddns-scripts take no directory with `../` in it either.
fn directory(reader: &mut Reader<'_>, spec: &'static Spec) -> PathBuf {
    let default = || PathBuf::from(spec.default);
    let Some(path) = reader.path(spec) else { return default() };
    if path.components().any(|part| part == std::path::Component::ParentDir) {
        if let Some(found) = reader.find(spec) {
            reader.wrong(
                spec,
                found,
                Severity::Warning,
                format!("wanted a path without '..'; taken as {}", spec.default),
            );
        }
        return default();
    }
    path
}

/// Reads one section; the good side carries warnings, the bad side at least one error.
pub(super) fn section(file: &uci::File, name: &str) -> Result<(Section, Vec<Fault>), Vec<Fault>> {
    let section = chosen(file, name)?;
    let global = file.section(super::GLOBAL);
    let mut reader = Reader::new(section, global);
    let built = build(&mut reader, section, global);
    let mut faults = reader.faults;
    let lists =
        section.options.iter().filter(|o| matches!(o.value, Value::List(_)) && options::find(&o.name).is_some());
    for option in lists {
        let wanted = "wanted 'option', not 'list': it counts as not set";
        faults.push(Fault::warning(wanted).in_section(name).of_option(&option.name).at(option.place));
    }
    if let Some(global) = global.filter(|global| global.broken) {
        let wanted = "there is an error in 'global': what it says may not hold for this section";
        faults.push(Fault::warning(wanted).in_section(name).at(global.place));
    }
    match built {
        Some(section) if faults.iter().all(|fault| fault.severity == Severity::Warning) => Ok((section, faults)),
        _ => Err(faults),
    }
}

fn chosen<'a>(file: &'a uci::File, name: &str) -> Result<&'a uci::Section, Vec<Fault>> {
    let refuse = |wanted: String| Err(vec![Fault::error(wanted).in_section(name)]);
    if !uci::valid_name(name.as_bytes()) {
        let fault = Fault::error("a section name holds only letters, digits and '_'").with_value(name.as_bytes());
        return Err(vec![fault]);
    }
    if name == super::GLOBAL {
        return refuse("this is no service section, it holds what concerns all of them".to_owned());
    }
    let Some(section) = file.section(name) else {
        let names: Vec<&str> = super::services(file).map(|s| s.name.as_str()).take(20).collect();
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        return refuse(format!("not defined in the configuration; service sections there: {there}"));
    };
    if section.broken {
        let mine = |fault: &&Fault| fault.severity == Severity::Error && fault.section.as_deref() == Some(name);
        let mut faults: Vec<Fault> = file.faults.iter().filter(mine).cloned().collect();
        if faults.is_empty() {
            faults.push(Fault::error("there is an error inside this section").in_section(name).at(section.place));
        }
        return Err(faults);
    }
    Ok(section)
}

/// `None` goes with an error in the reader.
fn build(reader: &mut Reader<'_>, section: &uci::Section, global: Option<&uci::Section>) -> Option<Section> {
    let family = if reader.flag(&options::USE_IPV6) { Family::V6 } else { Family::V4 };
    let interface = reader.form(&options::INTERFACE, forms::network);
    let provider = provider(reader);
    let domain = reader.form(&options::DOMAIN, forms::hosts);
    let lookup_host = lookup_host(reader, domain.as_deref());
    let source = source(reader, family, interface.as_deref());
    let transport = transport(reader);
    let via = via(reader, family);
    let raw = raw(reader, section, global, lookup_host.as_deref());
    Some(Section {
        name: section.name.clone(),
        enabled: reader.flag(&options::ENABLED),
        interface: interface.unwrap_or_else(|| options::INTERFACE.default.to_owned()),
        family,
        provider: provider?,
        domain,
        lookup_host: lookup_host?,
        username: reader.secret(&options::USERNAME),
        password: reader.secret(&options::PASSWORD),
        param_enc: reader.secret(&options::PARAM_ENC),
        param_opt: reader.secret(&options::PARAM_OPT),
        https: reader.flag(&options::USE_HTTPS),
        source: source?,
        timing: timing(reader),
        transport,
        via,
        api_check: reader.flag(&options::USE_API_CHECK),
        allow_private: reader.flag(&options::UPD_PRIVATEIP),
        syslog: u8::try_from(reader.number(&options::USE_SYSLOG)).unwrap_or(2),
        logfile: reader.flag(&options::USE_LOGFILE),
        raw,
        fingerprint: fingerprint(section, global),
    })
}

impl Section {
    /// The same with another password: a key in place of the path of its file.
    #[must_use]
    pub fn with_password(&self, password: &Secret) -> Self {
        let mut section = self.clone();
        section.password = Some(password.clone());
        let raw = section.raw.iter_mut().filter(|(name, _)| name == options::PASSWORD.name);
        raw.for_each(|(_, value)| *value = password.clone());
        section
    }

    /// The same with only these names in option `domain`, for one of several requests.
    #[must_use]
    pub fn only(&self, names: &str) -> Self {
        let mut section = self.clone();
        section.domain = Some(names.to_owned());
        let raw = section.raw.iter_mut().filter(|(name, _)| name == options::DOMAIN.name);
        raw.for_each(|(_, value)| *value = Secret::new(names));
        section
    }
}

/// A script beats a name beats a URL, as in ddns-scripts.
fn provider(reader: &mut Reader<'_>) -> Option<Provider> {
    let script = reader.find(&options::UPDATE_SCRIPT);
    // LuCI's words for "the URL below"
    let service = reader.find(&options::SERVICE_NAME).filter(|found| found.value != b"custom" && found.value != b"-");
    let url = reader.find(&options::UPDATE_URL);
    let winner = match (script, service, url) {
        (Some(_), ..) => &options::UPDATE_SCRIPT,
        (None, Some(_), _) => &options::SERVICE_NAME,
        (None, None, Some(_)) => &options::UPDATE_URL,
        (None, None, None) => {
            let names = [&options::SERVICE_NAME, &options::UPDATE_URL, &options::UPDATE_SCRIPT].map(|spec| spec.name);
            reader.complain(Fault::error(format!("no provider: wanted one of the options {}", names.join(", "))));
            return None;
        }
    };
    let losers = [(&options::SERVICE_NAME, service), (&options::UPDATE_URL, url)];
    for (spec, found) in losers.into_iter().filter(|(spec, _)| spec.name != winner.name) {
        if let Some(found) = found {
            reader.wrong(
                spec,
                found,
                Severity::Warning,
                format!("without effect, because '{}' is set too", winner.name),
            );
        }
    }
    match (script, service) {
        (Some(_), _) => reader.path(&options::UPDATE_SCRIPT).map(Provider::Script),
        (None, Some(_)) => reader.form(&options::SERVICE_NAME, service_name).map(Provider::Service),
        (None, None) => reader.secret(&options::UPDATE_URL).map(Provider::Url),
    }
}

/// A name becomes part of a path, so nothing that leads elsewhere may be in it.
fn service_name(text: &str) -> Result<String, &'static str> {
    let text = migrate::provider_today(text);
    let allowed = text.chars().all(|c| c.is_alphanumeric() || "._-+@ ".contains(c)) && !text.starts_with('.');
    if allowed { Ok(text.to_owned()) } else { Err("wanted the name of a provider as the list of providers has it") }
}

/// What stands for the `*` of a name that is to be looked up: any label would do.
const BELOW: &str = "wildcard";

/// Without the option it is the (first) domain; of a wildcard name, one name that it covers.
fn lookup_host(reader: &mut Reader<'_>, domain: Option<&str>) -> Option<String> {
    if reader.find(&options::LOOKUP_HOST).is_some() {
        return reader.form(&options::LOOKUP_HOST, forms::host);
    }
    let (host, domain_name) = (options::LOOKUP_HOST.name, options::DOMAIN.name);
    let Some(domain) = domain else {
        // a domain that was refused has been complained about
        if reader.find(&options::DOMAIN).is_none() {
            let wanted = format!("wanted the host name to update in '{domain_name}', or one to look up in '{host}'");
            reader.complain(Fault::error(wanted).of_option(host));
        }
        return None;
    };
    let first = domain.split(',').next().unwrap_or(domain);
    let covered = first.strip_prefix("*.").map(|below| format!("{BELOW}.{below}"));
    let host = forms::host(covered.as_deref().unwrap_or(first)).ok();
    if host.is_none()
        && let Some(found) = reader.find(&options::DOMAIN)
    {
        let wanted = format!("cannot be looked up: wanted a host name in '{}' too", options::LOOKUP_HOST.name);
        reader.wrong(&options::DOMAIN, found, Severity::Error, wanted);
    }
    host
}

/// What a sourced script sees: defaults, over them `global`, over that the section, old names also under the new ones.
fn raw(
    reader: &Reader<'_>,
    section: &uci::Section,
    global: Option<&uci::Section>,
    lookup_host: Option<&str>,
) -> Vec<(String, Secret)> {
    let mut all: Vec<(&str, &[u8])> = Vec::new();
    for option in global.into_iter().chain([section]).flat_map(|s| &s.options) {
        if let Value::One(value) = &option.value {
            set(&mut all, &option.name, value);
        }
    }
    for spec in ALL {
        if let Some(found) = reader.find(spec) {
            set(&mut all, spec.name, found.value);
        } else if !spec.default.is_empty() {
            set(&mut all, spec.name, spec.default.as_bytes());
        }
    }
    if let Some(host) = lookup_host {
        set(&mut all, options::LOOKUP_HOST.name, host.as_bytes());
    }
    all.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value))).collect()
}

/// In the order of the names, each of them once.
fn set<'a>(all: &mut Vec<(&'a str, &'a [u8])>, name: &'a str, value: &'a [u8]) {
    match all.binary_search_by_key(&name, |(known, _)| known) {
        Ok(at) => all[at].1 = value,
        Err(at) => all.insert(at, (name, value)),
    }
}

/// FNV-1a over all that is written, each piece with its length, so that nothing can slide from one into the next.
fn fingerprint(section: &uci::Section, global: Option<&uci::Section>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |piece: &[u8]| {
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX).to_be_bytes();
        for byte in length.iter().chain(piece) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for section in [section].into_iter().chain(global) {
        eat(section.name.as_bytes());
        for option in &section.options {
            eat(option.name.as_bytes());
            match &option.value {
                Value::One(value) => eat(value),
                Value::List(values) => values.iter().for_each(|value| eat(value)),
            }
        }
    }
    hash
}
