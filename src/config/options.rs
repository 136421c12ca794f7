//! The one table of options: name, older names, where it may stand, what it may hold, default, meaning.
//!
//! Source: the option reference of the `OpenWrt` wiki and contract section 1. Knows no values; outside `config/` no option has a name.
#![forbid(unsafe_code)]

/// In which sections an option has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `config service`, or `config ddns 'global'` as the default for all services.
    Service,
    /// `config ddns 'global'` only.
    Global,
    /// `config ddns 'global'`; a service section may differ.
    Both,
}

/// What an option holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `1 on true yes enabled` or `0 off false no disabled`.
    Bool,
    /// A whole number between these, both included.
    Number(u64, u64),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `seconds`, `minutes`, `hours` or `days`.
    Unit,
    /// Any text of one line.
    Text,
    /// Any bytes, never shown.
    Secret,
    /// A host name to be asked for in DNS.
    Host,
    /// Host names as a provider wants them, separated by commas or blanks.
    Hosts,
    /// A name server with an optional port.
    Server,
    /// A proxy with an optional login; never shown with it.
    Proxy,
    /// `http:` or `https:`; never shown with a login.
    Url,
    /// A file or directory.
    Path,
    /// A file or directory, or `IGNORE`.
    Certificates,
    /// A program with arguments.
    Command,
    /// A network of `/etc/config/network`.
    Network,
    /// A device, or `@NETWORK`.
    Device,
}

/// A row of the table.
#[derive(Debug)]
pub struct Spec {
    /// The name in the file.
    pub name: &'static str,
    /// Names it had before ddns-scripts 2.7.6.
    pub old: &'static [&'static str],
    /// Where it may stand.
    pub scope: Scope,
    /// What it may hold.
    pub kind: Kind,
    /// What holds when it is absent, as it would stand in the file; empty = nothing.
    pub default: &'static str,
    /// One line for the owner.
    pub doc: &'static str,
}

impl Spec {
    /// Whether the value must never be shown.
    pub fn secret(&self) -> bool {
        matches!(self.kind, Kind::Secret | Kind::Proxy)
    }
}

macro_rules! options {
    ($($id:ident $name:literal $([$old:literal])? $scope:ident $kind:ident $(($($arg:expr),*))? $default:literal $doc:literal;)*) => {
        $(
            #[doc = concat!("Option `", $name, "`.")]
            pub static $id: Spec = Spec {
                name: $name,
                old: &[$($old)?],
                scope: Scope::$scope,
                kind: Kind::$kind $(($($arg),*))?,
                default: $default,
                doc: $doc,
            };
        )*
        /// All rows.
        pub static ALL: &[&Spec] = &[$(&$id),*];
    };
}

/// Longest interval in days: ten years, more than any router stays up and still safe in every clock.
pub const MOST_DAYS: u64 = 3650;
const MOST: u64 = u32::MAX as u64;

options! {
    ENABLED "enabled" Service Bool "0" "run this section";
    INTERFACE "interface" Service Network "wan" "network whose coming and going starts and stops this section";
    USE_IPV6 "use_ipv6" Service Bool "0" "update the AAAA record instead of the A record";
    SERVICE_NAME "service_name" Service Text "" "provider, by its name in the tables";
    UPDATE_URL "update_url" Service Secret "" "own URL template, when the provider is not in the tables";
    UPDATE_SCRIPT "update_script" Service Path "" "own script that tells the provider";
    DOMAIN "domain" Service Hosts "" "host name or names to update, separated by commas or blanks";
    LOOKUP_HOST "lookup_host" Service Host "" "host name whose registered address is asked for";
    USERNAME "username" Service Secret "" "user name at the provider";
    PASSWORD "password" Service Secret "" "password or token at the provider";
    PARAM_ENC "param_enc" Service Secret "" "further value for the provider, percent-encoded into the URL";
    PARAM_OPT "param_opt" Service Secret "" "further value for the provider, put into the URL as it is";
    USE_HTTPS "use_https" Service Bool "0" "send an http: template as https:";
    CACERT "cacert" Both Certificates "" "file or directory of CA certificates, or IGNORE for no verification";
    IP_SOURCE "ip_source" Service Choice(&["network", "interface", "web", "script"]) "network" "where the current address comes from";
    IP_NETWORK "ip_network" Service Network "" "network for ip_source network: wan, or wan6 with use_ipv6";
    IP_URL "ip_url" Service Url "" "page for ip_source web";
    IP_INTERFACE "ip_interface" Service Device "" "device for ip_source interface";
    IP_SCRIPT "ip_script" Service Command "" "script with arguments for ip_source script";
    CHECK_INTERVAL "check_interval" Service Number(1, MOST) "10" "time between two checks";
    CHECK_UNIT "check_unit" Service Unit "minutes" "unit of check_interval";
    CHECK_INTERVAL_MIN "check_interval_min" Service Number(0, MOST) "5" "least check_interval that is taken as it is, in check_unit";
    FORCE_INTERVAL "force_interval" Service Number(0, MOST) "72" "time after which an update is sent though nothing changed; 0 = run once";
    FORCE_UNIT "force_unit" Service Unit "hours" "unit of force_interval";
    RETRY_INTERVAL "retry_interval" Service Number(1, MOST) "60" "time between two tries after a failure";
    RETRY_UNIT "retry_unit" Service Unit "seconds" "unit of retry_interval";
    RETRY_MAX_COUNT "retry_max_count" ["retry_count"] Service Number(0, MOST) "0" "tries before giving up; 0 = for ever";
    USE_SYSLOG "use_syslog" Service Number(0, 4) "2" "0 none, 1 info, 2 notice, 3 warning, 4 errors, and all that is worse";
    USE_LOGFILE "use_logfile" Service Bool "1" "write a log file";
    DNS_SERVER "dns_server" Service Server "" "name server to ask for the registered address";
    FORCE_DNSTCP "force_dnstcp" Service Bool "0" "ask DNS over TCP";
    IS_GLUE "is_glue" Service Bool "0" "the record is a glue record of dns_server";
    PROXY "proxy" Service Proxy "" "proxy for all transfers";
    FORCE_IPVERSION "force_ipversion" Service Bool "0" "talk over the record's IP version only";
    BIND_NETWORK "bind_network" Service Network "" "network that transfers leave through";
    USER_AGENT "user_agent" Service Text "" "User-Agent that is sent";
    USE_API_CHECK "use_api_check" Service Bool "0" "ask the provider for the registered address where it can tell";
    REC_ID "rec_id" Service Text "" "record to update, when the name has several";
    ZONE_ID "zone_id" Service Text "" "zone at the provider";
    DNS_RECORD_ID "dns_record_id" Service Text "" "record to update, when the name has several";
    RECORD_ID "record_id" Service Text "" "record to update, when the name has several";
    ZONE "zone" Service Text "" "zone at the provider";
    RECORD "record" Service Text "" "record in that zone";
    IP_DYNAMIC "ip_dynamic" Service Text "" "kind of address, for providers that ask for it";
    UPD_PRIVATEIP "upd_privateip" ["allow_local_ip"] Both Bool "0" "private addresses may be sent";
    DATEFORMAT "ddns_dateformat" ["date_format"] Global Text "%F %R" "strftime format of dates";
    RUNDIR "ddns_rundir" ["run_dir"] Global Path "/var/run/ddns" "directory of the status files";
    LOGDIR "ddns_logdir" ["log_dir"] Global Path "/var/log/ddns" "directory of the log files";
    LOGLINES "ddns_loglines" ["log_lines"] Global Number(1, 1_000_000) "250" "lines a log file keeps";
    USE_CURL "use_curl" Global Bool "0" "accepted for old files, without effect";
    URL "url" Global Url "" "where the list of providers is fetched from: URL/list and URL/NAME.json";
    SERVICES_URL "services_url" Global Url "" "the same in LuCI's way: URL/usr/share/ddns/list and URL/usr/share/ddns/default/NAME.json";
}

/// The row of an option, by its name of today or of old.
pub fn find(name: &str) -> Option<&'static Spec> {
    ALL.iter().copied().find(|spec| spec.name == name || spec.old.contains(&name))
}

/// The option whose name is most like `name`, if any is like it at all.
pub fn nearest(name: &str) -> Option<&'static Spec> {
    let best = ALL.iter().copied().min_by_key(|spec| distance(name, spec.name))?;
    (distance(name, best.name) <= best.name.len().min(name.len()) / 3 + 1).then_some(best)
}

/// Levenshtein's distance; good for short words, and anything long is far away.
pub(super) fn distance(a: &str, b: &str) -> usize {
    if a.len() > 40 {
        return a.len();
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut before = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = before + usize::from(x != y);
            before = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}
