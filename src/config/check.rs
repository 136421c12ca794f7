//! `ddns check`: all faults of a file, and what is legal but foolish, each in a sentence its owner understands.
//!
//! Knows options and sections; which URL a provider's name stands for is told by the caller.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::options::{self, Scope, Spec};
use super::uci::{self, Value};
use super::{Config, Fault, GLOBAL, Provider, SERVICE, Section, Severity, Source, migrate, services};
use crate::address::unfit;
use crate::world::Trust;

/// After so many unknown options of one section the owner has understood.
const UNKNOWN: usize = 50;

/// Tells the URL template a section's provider uses, if it is one that uses a URL and is known.
pub type TemplateOf<'a> = &'a dyn Fn(&Section) -> Option<String>;

/// Everything worth telling about a configuration, in the order of the file. Errors are what keeps an enabled section from running or
/// `uci` from reading the file; what is wrong in a disabled section is a warning.
pub fn check(config: &Config, template_of: TemplateOf<'_>) -> Vec<Fault> {
    let file = config.file();
    let mut faults = config.faults.clone();
    if file.section(GLOBAL).is_none() {
        faults.push(Fault::warning(
            "there is no section \"config ddns 'global'\": LuCI's page needs one ('ddns migrate' adds it)",
        ));
    }
    let mut known = BTreeMap::new();
    for (number, section) in file.sections.iter().enumerate() {
        names(section, &mut faults);
        if section.name == GLOBAL {
            continue;
        }
        if section.kind != SERVICE {
            let wanted =
                format!("wanted type 'service', not '{}': nothing starts this section by itself", section.kind);
            faults.push(Fault::warning(wanted).in_section(&section.name).at(section.place));
        }
        match config.section(&section.name) {
            Ok((read, warnings)) => {
                faults.extend(warnings);
                let mut foolish = Foolish { section, read: &read, faults: &mut faults };
                foolish.all(template_of(&read));
                twice(&file.sections, (number, &read), &mut known, &mut faults);
            }
            Err(errors) => {
                let enabled = config.enabled(&section.name);
                let severity = |fault: &Fault| if enabled { fault.severity } else { Severity::Warning };
                let new = errors.into_iter().filter(|fault| !config.faults.contains(fault));
                faults.extend(new.map(|fault| Fault { severity: severity(&fault), ..fault }));
            }
        }
    }
    if services(file).next().is_none() {
        faults.push(Fault::warning("there is no service section: nothing will ever be updated"));
    }
    faults.sort_by_key(|fault| fault.place.unwrap_or((usize::MAX, 0)));
    let mut once: Vec<Fault> = Vec::with_capacity(faults.len());
    for fault in faults {
        if once.last() != Some(&fault) {
            once.push(fault);
        }
    }
    once
}

/// Options nobody knows, in the wrong kind of section, or by their old name.
fn names(section: &uci::Section, faults: &mut Vec<Fault>) {
    let mut unknown = 0;
    for option in &section.options {
        let about =
            |wanted: String| Fault::warning(wanted).in_section(&section.name).of_option(&option.name).at(option.place);
        match options::find(&option.name) {
            None if unknown < UNKNOWN => {
                unknown += 1;
                let hint = options::nearest(&option.name).map(|spec| format!(", the nearest one is '{}'", spec.name));
                faults
                    .push(about(format!("no such option{}; only an own script can see it", hint.unwrap_or_default())));
            }
            Some(spec) if spec.name != option.name => {
                faults.push(about(format!("old name of '{}' ('ddns migrate' renames it)", spec.name)));
            }
            Some(spec) if spec.scope == Scope::Global && section.name != GLOBAL => {
                faults.push(about("without effect here: it belongs into \"config ddns 'global'\"".to_owned()));
            }
            _ => {}
        }
    }
}

/// Two sections that write the same record fight.
fn twice(
    sections: &[uci::Section],
    (number, read): (usize, &Section),
    known: &mut BTreeMap<String, usize>,
    faults: &mut Vec<Fault>,
) {
    if !read.enabled {
        return;
    }
    let record = format!("{} {}", read.family, read.lookup_host.to_ascii_lowercase());
    if let Some(other) = known.get(&record) {
        let other = &sections[*other].name;
        let wanted = format!("section '{other}' looks after the {} address of this name already", read.family);
        faults.push(about(&sections[number], &options::LOOKUP_HOST, wanted));
    }
    known.entry(record).or_insert(number);
}

/// A warning about an option of a section, at its place if it stands there.
fn about(section: &uci::Section, spec: &Spec, wanted: impl Into<String>) -> Fault {
    let option = section.get(spec.name);
    let place = option.and_then(|option| option.place).or(section.place);
    let fault = Fault::warning(wanted).in_section(&section.name).of_option(spec.name).at(place);
    match option.map(|option| &option.value) {
        Some(Value::One(value)) if !spec.secret() => fault.with_value(value),
        _ => fault,
    }
}

struct Foolish<'a> {
    section: &'a uci::Section,
    read: &'a Section,
    faults: &'a mut Vec<Fault>,
}

impl Foolish<'_> {
    fn all(&mut self, template: Option<String>) {
        let own = match &self.read.provider {
            Provider::Url(url) => Some(String::from_utf8_lossy(url.reveal()).into_owned()),
            Provider::Service(_) | Provider::Script(_) => None,
        };
        self.luci();
        self.provider(template.or(own));
        self.trust();
        self.dns();
        self.way();
        self.values();
    }

    fn say(&mut self, spec: &Spec, wanted: impl Into<String>) {
        self.faults.push(about(self.section, spec, wanted));
    }

    fn luci(&mut self) {
        if self.section.get(options::USE_IPV6.name).is_none() {
            let wanted = "missing: LuCI loses most options of such a section when it saves ('ddns migrate' adds it)";
            self.say(&options::USE_IPV6, wanted);
        }
        let name = self.section.one(options::SERVICE_NAME.name).and_then(|name| std::str::from_utf8(name).ok());
        if let Some(name) = name.filter(|name| migrate::provider_today(name) != *name) {
            let wanted =
                format!("old name of provider '{}' ('ddns migrate' renames it)", migrate::provider_today(name));
            self.say(&options::SERVICE_NAME, wanted);
        }
    }

    fn provider(&mut self, template: Option<String>) {
        let Some(template) = template else {
            if matches!(self.read.provider, Provider::Service(_)) && self.read.enabled && self.read.password.is_none() {
                self.say(&options::PASSWORD, "missing: hardly any provider takes an update without one");
            }
            return;
        };
        let plain = template.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("http:")) && !self.read.https;
        let secret =
            ["[PASSWORD]", "[PARAMENC]", "[PARAMOPT]"].iter().any(|name| template.contains(name)) || login(&template);
        if plain && secret {
            let wanted = "the password goes to this provider in clear, for all on the way to read: wanted 1, if the provider offers it";
            self.say(&options::USE_HTTPS, wanted);
        }
        if plain && self.section.get(options::CACERT.name).is_some() {
            self.say(&options::CACERT, "without effect, because nothing goes over https here");
        }
    }

    fn trust(&mut self) {
        if self.read.transport.trust == Trust::Ignore {
            let wanted =
                "nobody checks whom the password is sent to: wanted a CA file, or no such option for the system's own";
            self.say(&options::CACERT, wanted);
        }
    }

    fn dns(&mut self) {
        let server = self.read.via.server.as_ref();
        let private = |address: IpAddr| unfit(address, false).is_some();
        if server.and_then(|server| server.host.parse().ok()).is_some_and(private) {
            let wanted = "a server in the own network may give another answer than the Internet gets, then each check sends an update";
            self.say(&options::DNS_SERVER, wanted);
        }
        if self.read.via.glue && server.is_none() {
            let wanted = format!("wanted '{}' too: the server that holds the glue record", options::DNS_SERVER.name);
            self.say(&options::IS_GLUE, wanted);
        }
        if self.read.lookup_host.contains('@') {
            self.say(&options::LOOKUP_HOST, "no name that DNS knows: wanted the full host name, without '@'");
        }
    }

    fn way(&mut self) {
        let web = matches!(self.read.source, Source::Web(_));
        if web && self.read.transport.proxy.is_some() {
            self.say(&options::PROXY, "the page behind ip_url sees the proxy's address, not this router's");
        }
    }

    /// A quote that is closed too late swallows the lines that follow; the value then looks like a piece of the file.
    fn values(&mut self) {
        for option in &self.section.options {
            if let Value::One(value) = &option.value
                && swallowed(value)
            {
                let wanted = "this value holds whole lines of the file: its closing quote seems to be missing";
                let fault =
                    Fault::warning(wanted).in_section(&self.section.name).of_option(&option.name).at(option.place);
                self.faults.push(fault);
            }
        }
    }
}

/// `http://user:password@host` with a login that is no placeholder.
fn login(template: &str) -> bool {
    let behind = template.split_once("://").map_or("", |(_, rest)| rest);
    behind.split(['/', '?']).next().is_some_and(|place| place.contains('@'))
}

fn swallowed(value: &[u8]) -> bool {
    let words: [&[u8]; 3] = [b"option ", b"list ", b"config "];
    value.split(|&b| b == b'\n').skip(1).any(|line| words.iter().any(|word| line.trim_ascii_start().starts_with(word)))
}
