//! Old spellings of ddns-scripts before 2.7.6, and what `LuCI` cannot do without, put right once (contract section 1, "Migration").
//!
//! Pure: a file in, changes out; doing them through `uci` or with `rewrite` is the caller's. At run time old names are understood anyway.
#![forbid(unsafe_code)]

use std::fmt;

use super::options::{self, ALL};
use super::read::truth;
use super::uci::{self, Value};
use super::{GLOBAL, SERVICE, Severity, forms};

pub use super::rewrite::rewrite;

/// One step of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A section is missing.
    Add {
        /// Its name.
        section: String,
        /// Its type.
        kind: String,
    },
    /// An option gets a value.
    Set {
        /// In which section.
        section: String,
        /// Which one.
        option: String,
        /// Its value from now on.
        value: String,
    },
    /// An option keeps its value and changes its name.
    Rename {
        /// In which section.
        section: String,
        /// Its old name.
        from: String,
        /// Its new name.
        to: String,
    },
    /// An option goes, because it stands there under its new name as well.
    Delete {
        /// In which section.
        section: String,
        /// Which one.
        option: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add { section, kind } => write!(f, "section '{section}' of type '{kind}' added"),
            Self::Set { section, option, value } => write!(f, "section '{section}': '{option}' set to '{value}'"),
            Self::Rename { section, from, to } => write!(f, "section '{section}': '{from}' renamed to '{to}'"),
            Self::Delete { section, option } => write!(f, "section '{section}': old '{option}' removed"),
        }
    }
}

/// Names of providers that changed, and what they are called today.
const PROVIDERS: &[(&str, &str)] = &[
    ("freedns.afraid.org", "afraid.org-keyauth"),
    ("afraid.org", "afraid.org-keyauth"),
    ("Bind-nsupdate", "bind-nsupdate"),
    ("dyndns.org", "dyn.com"),
    ("dyndns.com", "dyn.com"),
    ("free.editdns.net", "editdns.net"),
    ("FreeDNS.42.pl", "freedns.42.pl"),
    ("domains.google.com", "google.com"),
    ("loopia.com", "loopia.se"),
    ("NoIP.com", "no-ip.com"),
    ("No-IP.com", "no-ip.com"),
    ("spdns.de", "spdyn.de"),
    ("strato.de", "strato.com"),
];

/// A provider's name of today; one that did not change is returned as it is.
pub fn provider_today(name: &str) -> &str {
    PROVIDERS.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}

/// Migrates the file and says what was done. A file that is up to date gives no change, and so does one with errors: nobody can tell what
/// its author meant, and `uci` does not read it either.
pub fn migrate(file: &mut uci::File) -> Vec<Change> {
    if file.faults.iter().any(|fault| fault.severity == Severity::Error) {
        return Vec::new();
    }
    let mut changes = Vec::new();
    if file.section(GLOBAL).is_none() {
        changes.push(Change::Add { section: GLOBAL.to_owned(), kind: "ddns".to_owned() });
    }
    let global = file.section(GLOBAL);
    for section in file.sections.iter().filter(|section| section.name == GLOBAL || section.kind == SERVICE) {
        old_names(section, &mut changes);
        if section.name != GLOBAL {
            service(section, global, &mut changes);
        }
    }
    for change in &changes {
        apply(change, file);
    }
    changes
}

fn old_names(section: &uci::Section, changes: &mut Vec<Change>) {
    for spec in ALL {
        for old in spec.old.iter().filter(|old| section.get(old).is_some()) {
            let (section_name, from) = (section.name.clone(), (*old).to_owned());
            changes.push(match section.get(spec.name) {
                Some(_) => Change::Delete { section: section_name, option: from },
                None => Change::Rename { section: section_name, from, to: spec.name.to_owned() },
            });
        }
    }
}

fn service(section: &uci::Section, global: Option<&uci::Section>, changes: &mut Vec<Change>) {
    let mut set = |spec: &options::Spec, value: &str| {
        let (section, option) = (section.name.clone(), spec.name.to_owned());
        changes.push(Change::Set { section, option, value: value.to_owned() });
    };
    let text = |section: &uci::Section, spec: &options::Spec| {
        section.one(spec.name).and_then(|value| String::from_utf8(value.to_vec()).ok())
    };
    if let Some(name) = text(section, &options::SERVICE_NAME) {
        let today = provider_today(&name);
        if today != name {
            set(&options::SERVICE_NAME, today);
        }
    }
    let absent = |spec: &options::Spec| section.get(spec.name).is_none();
    let inherited = |spec: &options::Spec| global.and_then(|global| text(global, spec));
    if absent(&options::LOOKUP_HOST) && inherited(&options::LOOKUP_HOST).is_none() {
        let domain = text(section, &options::DOMAIN).or_else(|| inherited(&options::DOMAIN));
        let first = domain.as_deref().and_then(|domain| domain.split(',').next());
        if let Some(host) = first.and_then(|host| forms::host(host).ok()).filter(|host| !host.is_empty()) {
            set(&options::LOOKUP_HOST, &host);
        }
    }
    if absent(&options::USE_IPV6) {
        // what holds already, said in the section itself
        let six = inherited(&options::USE_IPV6).and_then(|value| truth(value.as_bytes())).unwrap_or(false);
        set(&options::USE_IPV6, if six { "1" } else { "0" });
    }
}

fn apply(change: &Change, file: &mut uci::File) {
    match change {
        Change::Add { section, kind } => file.sections.push(uci::Section::named(kind, section)),
        Change::Set { section, option, value } => {
            if let Some(section) = file.section_mut(section) {
                section.set(option, value.as_bytes());
            }
        }
        Change::Rename { section, from, to } => {
            if let Some(section) = file.section_mut(section) {
                section.rename(from, to);
            }
        }
        Change::Delete { section, option } => {
            if let Some(section) = file.section_mut(section) {
                section.remove(option);
            }
        }
    }
}

/// The arguments of one call of `uci` for each change, and of a last one that commits; nothing for nothing. With `-t DIR` of an empty
/// directory in front, changes that others left pending stay pending.
pub fn uci_commands(changes: &[Change]) -> Vec<Vec<String>> {
    let mut commands: Vec<Vec<String>> = changes
        .iter()
        .map(|change| match change {
            Change::Add { section, kind } => ["set".to_owned(), format!("ddns.{section}={kind}")],
            Change::Set { section, option, value } => ["set".to_owned(), format!("ddns.{section}.{option}={value}")],
            Change::Rename { section, from, to } => ["rename".to_owned(), format!("ddns.{section}.{from}={to}")],
            Change::Delete { section, option } => ["delete".to_owned(), format!("ddns.{section}.{option}")],
        })
        .map(|[verb, what]| vec!["-q".to_owned(), verb, what])
        .collect();
    if !commands.is_empty() {
        commands.push(["-q", "commit", "ddns"].map(str::to_owned).to_vec());
    }
    commands
}

/// Whether two files say the same: sections, their order, options and values, not where they stand.
pub fn same(a: &uci::File, b: &uci::File) -> bool {
    fn said(section: &uci::Section) -> (&str, &str, Vec<(&str, &Value)>) {
        let mut options: Vec<_> = section.options.iter().map(|o| (o.name.as_str(), &o.value)).collect();
        options.sort_by_key(|(name, _)| *name);
        (&section.kind, &section.name, options)
    }
    a.sections.iter().map(said).eq(b.sections.iter().map(said))
}
