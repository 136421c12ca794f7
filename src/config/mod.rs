//! `/etc/config/ddns` as values. After this room no option name appears as a string.
//!
//! Pure: bytes in, [`Config`] out. `uci.rs` knows the grammar, `options.rs` the one table of options, `read.rs`, `forms.rs`, `timing.rs`
//! and `transport.rs` how values are written. `section.rs` and `source.rs` make typed sections, `made.rs` one that stands in no file.
//! `list.rs` says where providers are fetched from, `catalog.rs` checks what came, `service.rs` reads provider tables. `migrate.rs`
//! renames old spellings (`rewrite.rs` in the bytes of a file), `check.rs` says what is foolish, `fault.rs` how a fault is said.
#![forbid(unsafe_code)]

pub mod catalog;
pub mod check;
mod fault;
mod forms;
mod list;
mod made;
pub mod migrate;
pub mod options;
mod read;
mod rewrite;
mod section;
pub mod service;
mod source;
mod timing;
mod transport;
pub mod uci;

use std::path::PathBuf;
use std::time::Duration;

use read::Reader;

use crate::address::Family;
use crate::secret::Secret;
use crate::url::Url;
use crate::world::{Proxy, Trust, Via};

pub use list::Base;

/// The one section that is no service.
const GLOBAL: &str = "global";
/// The type of sections the init script starts.
const SERVICE: &str = "service";

/// A whole configuration file, pending changes applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `config ddns 'global'`, or the defaults.
    pub global: Global,
    /// Where the list of providers comes from.
    pub list: ProviderList,
    /// What is wrong with the file as a whole, with its grammar and with `global`.
    pub faults: Vec<Fault>,
    file: uci::File,
}

impl Config {
    /// Reads `/etc/config/ddns` and over it `/tmp/.uci/ddns` (empty if there is none). Never fails: what cannot be read is a fault, and a
    /// section with an error inside is refused by [`Config::section`].
    pub fn read(bytes: &[u8], pending: &[u8]) -> Self {
        let mut file = uci::parse(bytes);
        uci::apply_delta(&mut file, pending);
        let (global, list, mut faults) = section::global(&file);
        faults.splice(0..0, file.faults.iter().cloned());
        Self { global, list, faults, file }
    }

    /// Whether the file's grammar is right. Of a file that is not (half written, a quote too many) nobody can tell which sections its owner
    /// has deleted.
    pub fn whole(&self) -> bool {
        self.file.faults.iter().all(|fault| fault.severity != Severity::Error)
    }

    /// Names of the service sections, in the order of the file.
    pub fn names(&self) -> Vec<&str> {
        services(&self.file).map(|section| section.name.as_str()).collect()
    }

    /// Whether a section is there and enabled; says so also of one that has errors.
    pub fn enabled(&self, name: &str) -> bool {
        let value = self.glance(name, &options::ENABLED);
        name != GLOBAL && value.is_some_and(|value| read::truth(value).unwrap_or(false))
    }

    /// Option `use_logfile` of a section, also of one that has errors.
    pub fn logs(&self, name: &str) -> bool {
        self.glance(name, &options::USE_LOGFILE).and_then(read::truth).unwrap_or(true)
    }

    /// Option `interface` of a section that is there, also of one that has errors.
    pub fn network(&self, name: &str) -> Option<String> {
        self.file.section(name)?;
        let value = self.glance(name, &options::INTERFACE).unwrap_or(options::INTERFACE.default.as_bytes());
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// A single option, whatever else is wrong with its section: what the init script asks before anything else.
    fn glance(&self, name: &str, spec: &options::Spec) -> Option<&[u8]> {
        let section = self.file.section(name)?;
        Reader::new(section, self.file.section(GLOBAL)).find(spec).map(|found| found.value)
    }

    /// One section by name; of any type, as ddns-scripts takes it, but not `global`. The good side carries warnings, the bad side at least
    /// one error.
    pub fn section(&self, name: &str) -> Result<(Section, Vec<Fault>), Vec<Fault>> {
        section::section(&self.file, name)
    }

    /// The intervals of a section, also of one that has errors elsewhere; `None` when there is no such section.
    pub fn timing(&self, name: &str) -> Option<Timing> {
        let section = self.file.section(name)?;
        Some(timing::timing(&mut read::Reader::new(section, self.file.section(GLOBAL))))
    }

    /// Whether `enabled` stands as a plain 0, which is what `LuCI` writes; absent or any other word is not that.
    pub fn switched_off(&self, name: &str) -> bool {
        self.file.section(name).and_then(|section| section.one(options::ENABLED.name)) == Some(b"0")
    }

    /// Whether there is such a section, enabled or not, right or wrong; `global` is none.
    pub fn has(&self, name: &str) -> bool {
        name != GLOBAL && self.file.section(name).is_some()
    }

    /// A section that stands in no file: the options `given`, over what section `like` (if there is one) says of how its registered address
    /// is asked for. A value that cannot be used is an error, as in a file.
    pub fn made(&self, like: Option<&str>, given: &[(&options::Spec, &str)]) -> Result<Section, Vec<Fault>> {
        made::section(&self.file, like, given)
    }

    /// The file itself, pending changes applied.
    pub fn file(&self) -> &uci::File {
        &self.file
    }
}

/// `[user:password@]host:port`, as option `proxy` and variables like `http_proxy` have it; the error says what was wanted.
pub fn proxy(text: &[u8]) -> Result<Proxy, &'static str> {
    forms::proxy(text)
}

fn services(file: &uci::File) -> impl Iterator<Item = &uci::Section> {
    file.sections.iter().filter(|section| section.kind == SERVICE && section.name != GLOBAL)
}

/// Options `url` (`LuCI` writes `services_url`), `cacert` and `proxy` of `global`: where `ddns service` fetches from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderList {
    /// Where it is.
    pub base: Base,
    /// Which certificates to believe.
    pub trust: Trust,
    /// Through this proxy.
    pub proxy: Option<Proxy>,
    /// What keeps it from being fetched as the owner wants it.
    pub faults: Vec<Fault>,
}

/// Settings that concern all sections (`config ddns 'global'`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// Option `ddns_rundir`: directory of the status files.
    pub rundir: PathBuf,
    /// Option `ddns_logdir`: directory of the log files.
    pub logdir: PathBuf,
    /// Option `ddns_loglines`: lines a log file keeps.
    pub loglines: usize,
    /// Option `ddns_dateformat`: strftime format of dates in log and `LuCI`.
    pub dateformat: String,
}

/// One `config service`: what to keep right, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
pub struct Section {
    /// Its name; only A-Z a-z 0-9 `_`, so it is safe in a path.
    pub name: String,
    /// Option `enabled`.
    pub enabled: bool,
    /// Option `interface`: the network whose coming and going starts and stops this section.
    pub interface: String,
    /// Option `use_ipv6`: the record's family.
    pub family: Family,
    /// Who is told, and by which recipe.
    pub provider: Provider,
    /// Option `domain`: one name, or several with commas between, each once.
    pub domain: Option<String>,
    /// Option `lookup_host`: the name whose registered address is asked for.
    pub lookup_host: String,
    /// Option `username`.
    pub username: Option<Secret>,
    /// Option `password`.
    pub password: Option<Secret>,
    /// Option `param_enc`: goes percent-encoded into a template.
    pub param_enc: Option<Secret>,
    /// Option `param_opt`: goes into a template as it is.
    pub param_opt: Option<Secret>,
    /// Option `use_https`: an `http:` template is sent as `https:`.
    pub https: bool,
    /// Where the current address comes from.
    pub source: Source,
    /// All intervals.
    pub timing: Timing,
    /// How transfers travel.
    pub transport: Transport,
    /// How the registered address is asked for.
    pub via: Via,
    /// Option `use_api_check`: ask the provider instead of DNS where it can tell.
    pub api_check: bool,
    /// Option `upd_privateip`: private addresses may be sent.
    pub allow_private: bool,
    /// Option `use_syslog`: 0 none, 1 info and worse, 2 notice, 3 warning, 4 errors.
    pub syslog: u8,
    /// Option `use_logfile`.
    pub logfile: bool,
    /// Every option as it stands in the file, defaults of the table included: the variables of a sourced script.
    pub raw: Vec<(String, Secret)>,
    /// Changes whenever anything in this section or in `global` changes.
    pub fingerprint: u64,
}

/// Options `service_name`, `update_script`, `update_url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A name to be found in the tables; wins over `update_url`.
    Service(String),
    /// The owner's own template.
    Url(Secret),
    /// The owner's own script, sourced by a shell.
    Script(PathBuf),
}

/// Option `ip_source` with the option that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A network of netifd, tried in this order (the second is `interface`, where `LuCI` stores only that).
    Network(Vec<String>),
    /// A device (`eth1`), or `@NETWORK` for the device of a network.
    Interface(String),
    /// A page that shows the caller's address.
    Web(Url),
    /// Program and arguments.
    Script(Vec<String>),
}

/// Intervals, floors already applied (contract section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Between two checks.
    pub check: Duration,
    /// After which an update is sent though nothing changed; `None` = run once.
    pub force: Option<Duration>,
    /// Between two tries after a failure.
    pub retry: Duration,
    /// Tries before giving up until the next check; 0 = for ever.
    pub retry_max: u32,
}

/// The section's part of a [`crate::world::Route`]; the rest needs the machine's networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// Option `bind_network`.
    pub bind_network: Option<String>,
    /// Option `force_ipversion`.
    pub only_family: bool,
    /// Option `proxy`.
    pub proxy: Option<Proxy>,
    /// Option `cacert`.
    pub trust: Trust,
    /// Option `user_agent`.
    pub user_agent: Option<String>,
}

/// How bad a [`Fault`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Works, but surely not as meant.
    Warning,
    /// The section cannot run.
    Error,
}

/// Something wrong in the configuration, said so that the owner finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line and column (bytes, both from 1), when it has a place.
    pub place: Option<(usize, usize)>,
    /// Section name, when it is inside one.
    pub section: Option<String>,
    /// Option name.
    pub option: Option<String>,
    /// The value as it stands; `***` for a secret one.
    pub value: Option<String>,
    /// What is wrong and what was wanted: lower case, no final period.
    pub wanted: String,
    /// How bad.
    pub severity: Severity,
}
