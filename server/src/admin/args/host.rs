//! `hostname ...` and `token ...`

use clap::{Args, Subcommand};

use super::Json;

/// A hostname: label and zone, or the full name alone.
#[derive(Args, Clone, Debug)]
pub struct Place {
    /// The hostname before its zone ('@' is the zone itself), or the full name if no ZONE follows
    pub label: String,
    /// The DNS zone
    pub zone: Option<String>,
}

/// `hostname WORD`
#[derive(Debug, Subcommand)]
pub enum Hostname {
    /// Show hostnames
    #[command(
        after_help = "Examples:\n  ddns-service hostname list\n  ddns-service hostname list --user myuser --json"
    )]
    List(HostnameList),
    /// Show one hostname with its addresses, tokens and history
    #[command(after_help = "Examples:\n  ddns-service hostname show mypc dyn.example.com\n  \
        ddns-service hostname show mypc.dyn.example.com --json")]
    Show {
        /// Which
        #[command(flatten)]
        place: Place,
        /// How many lines of history
        #[arg(long, value_name = "N", default_value_t = 20)]
        history: u32,
        /// Form
        #[command(flatten)]
        json: Json,
    },
    /// Make a hostname for a user
    #[command(after_help = "Examples:\n  ddns-service hostname add myuser mypc dyn.example.com\n  \
        ddns-service hostname add myuser mypc dyn.example.com --dns-ttl 60 --expiry-ttl 3024000")]
    Add(HostnameAdd),
    /// Change a hostname's TTLs
    #[command(after_help = "Example:\n  ddns-service hostname modify mypc dyn.example.com --dns-ttl 120")]
    Modify(HostnameModify),
    /// Remove a hostname's DNS records, then the hostname with its tokens and history
    #[command(after_help = "Example:\n  ddns-service hostname delete mypc dyn.example.com")]
    Delete {
        /// Which
        #[command(flatten)]
        place: Place,
        /// Leave the DNS as it is: for a name server that is gone for good
        #[arg(long)]
        keep_dns: bool,
    },
}

/// `hostname list`
#[derive(Args, Debug)]
pub struct HostnameList {
    /// Only this user's
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Form
    #[command(flatten)]
    pub json: Json,
}

/// `hostname add`
#[derive(Args, Debug)]
pub struct HostnameAdd {
    /// Whose it will be
    pub user: String,
    /// Which
    #[command(flatten)]
    pub place: Place,
    /// TTLs
    #[command(flatten)]
    pub ttls: Ttls,
}

/// `hostname modify`
#[derive(Args, Debug)]
pub struct HostnameModify {
    /// Which
    #[command(flatten)]
    pub place: Place,
    /// TTLs
    #[command(flatten)]
    pub ttls: Ttls,
}

/// Both TTLs of a hostname.
#[derive(Args, Clone, Copy, Debug)]
pub struct Ttls {
    /// TTL of its DNS records in seconds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(DNS_TTL_MOST)))]
    pub dns_ttl: Option<u32>,
    /// Seconds without an update until its records are removed; 0 is never
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(EXPIRY_TTL_MOST)))]
    pub expiry_ttl: Option<u32>,
}

/// A week: longer makes no sense for an address that changes.
pub(in super::super) const DNS_TTL_MOST: u32 = 604_800;
/// Ten years.
pub(in super::super) const EXPIRY_TTL_MOST: u32 = 315_360_000;

/// `token WORD`
#[derive(Debug, Subcommand)]
pub enum TokenWord {
    /// Make a token for a hostname and print it once
    #[command(
        after_help = "A token is used in the place of the password, with the user's name; letters and digits only, so that it\n\
        survives every router's form.\n\nExample:\n  ddns-service token add mypc dyn.example.com --note 'FRITZ!Box upstairs'"
    )]
    Add {
        /// For which
        #[command(flatten)]
        place: Place,
        /// What it is for, to know it again
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// Show tokens (never the token itself: it is kept nowhere)
    #[command(after_help = "Examples:\n  ddns-service token list\n  ddns-service token list mypc dyn.example.com")]
    List {
        /// Hostname before its zone, or the full name; all hostnames if left out
        label: Option<String>,
        /// The DNS zone
        zone: Option<String>,
        /// Form
        #[command(flatten)]
        json: Json,
    },
    /// Make a token useless at once
    #[command(after_help = "Example:\n  ddns-service token revoke 7")]
    Revoke {
        /// Its number in 'token list'
        id: i64,
    },
}
