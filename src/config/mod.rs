//! `/etc/config/ddns` as values. After this room no option name appears as a string.
//!
//! Pure: bytes in, [`Config`] out. `uci.rs` knows the grammar, `options.rs` the one table of options, `section.rs` makes typed sections,
//! `service.rs` reads provider tables, `migrate.rs` renames old spellings, `check.rs` says what is foolish.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::time::Duration;

use crate::address::Family;
use crate::secret::Secret;
use crate::url::Url;
use crate::world::{Proxy, Trust, Via};

/// Settings that concern all sections (`config ddns 'global'`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// Option `ddns_rundir`: directory of the status files.
    pub rundir: PathBuf,
    /// Option `ddns_logdir`: directory of the log files.
    pub logdir: PathBuf,
    /// Option `ddns_loglines`: lines a log file keeps.
    pub loglines: usize,
    /// Option `ddns_dateformat`: strftime format of dates in log and LuCI.
    pub dateformat: String,
}

/// One `config service`: what to keep right, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Option `domain`.
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
    /// A network of netifd, tried in this order (the second is `interface`, where LuCI stores only that).
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
