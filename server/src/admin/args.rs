//! The words of the command line and their help; what they do is elsewhere.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

mod host;
mod user;

pub(super) use host::{DNS_TTL_MOST, EXPIRY_TTL_MOST};
pub use host::{Hostname, HostnameAdd, HostnameList, HostnameModify, Place, TokenWord};
pub use user::{Source, UserWord};

/// Where the configuration is if nothing else is said.
pub const CONFIG: &str = "/etc/ddns-service/config.toml";

/// Dynamic DNS update server and its administration.
#[derive(Debug, Parser)]
#[command(
    name = "ddns-service",
    version,
    about = "Dynamic DNS update server and its administration",
    long_about = "ddns-service takes dynamic DNS updates (dyndns2) from routers over HTTP and puts the addresses into the DNS.\n\
        With --daemon it serves; every other command looks at the same database or changes it, while the daemon runs or not.",
    after_help = "Exit codes: 0 done, 1 refused or failed, 2 usage, 3 database, 4 DNS, 5 configuration.\n\n\
        From nothing to a first update:\n  \
        ddns-service --init-db\n  \
        ddns-service user add myuser user@example.com\n  \
        ddns-service hostname add myuser mypc dyn.example.com\n  \
        ddns-service --daemon",
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = false
)]
pub struct Line {
    /// Make the database, or bring it to this version, and end
    #[arg(long, conflicts_with = "daemon")]
    pub init_db: bool,
    /// Serve until SIGTERM
    #[arg(long)]
    pub daemon: bool,
    /// Log everything, whatever the configuration says
    #[arg(long, global = true)]
    pub debug: bool,
    /// Configuration file
    #[arg(long, global = true, value_name = "PATH", default_value = CONFIG)]
    pub config: PathBuf,
    /// What to do
    #[command(subcommand)]
    pub word: Option<Word>,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Word {
    /// Users: list, add, delete, password, mail address, limit
    #[command(subcommand, disable_help_subcommand = true)]
    User(UserWord),
    /// Hostnames: list, show, add, modify, delete
    #[command(subcommand, disable_help_subcommand = true)]
    Hostname(Hostname),
    /// Tokens: passwords that are good for one hostname only
    #[command(subcommand, disable_help_subcommand = true)]
    Token(TokenWord),
    /// Remove the records of expired hostnames now, as the daemon does by itself
    #[command(after_help = "Example:\n  ddns-service cleanup")]
    Cleanup,
    /// Look at everything the daemon needs, and say what to do where something is wrong
    #[command(
        after_help = "Exit code 1 if there is a fault; warnings alone are 0.\n\nExample:\n  ddns-service check --json"
    )]
    Check(Json),
    /// Write a whole copy of the database while the daemon goes on
    #[command(
        after_help = "FILE must not be there yet. It is an SQLite file, whatever the database is; 'restore' brings it back.\n\n\
        Example:\n  ddns-service backup /var/backups/ddns-$(date +%F).db"
    )]
    Backup {
        /// Where to
        file: PathBuf,
    },
    /// Bring a copy made by 'backup' back into an empty database, of whatever kind
    #[command(
        after_help = "Stop the daemon first. A database that has users or hostnames is refused: move it away, or configure a new one.\n\
        All hostnames are pushed to the DNS again once the daemon runs, each with the address that it had in the copy.\n\n\
        Example:\n  ddns-service restore /var/backups/ddns-2026-11-21.db"
    )]
    Restore {
        /// The copy
        file: PathBuf,
    },
    /// Make users and hostnames from a CSV file
    #[command(after_help = IMPORT)]
    Import {
        /// The CSV file; '-' is standard input
        file: PathBuf,
        /// Only look whether all lines could be imported
        #[arg(long)]
        dry_run: bool,
    },
}

/// `--json`
#[derive(Args, Clone, Copy, Debug)]
pub struct Json {
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

/// What `import` reads.
const IMPORT: &str = "\
FILE is CSV (comma or semicolon, UTF-8) with a head line. Columns, in any order:
  user        login name; needed on every line
  email       mail address; needed on one line of each new user
  password    for a new user: an Argon2 hash ($argon2id$...) or the password itself
  host_limit  how many hostnames the user may have, or 'none'; default as configured
  label       hostname before its zone; '@' is the zone itself
  zone        DNS zone
  dns_ttl     seconds; default as configured
  expiry_ttl  seconds, 0 is never; default as configured
A line may make a user, a hostname, or both. Users and hostnames that are there already stay as they are.

Example:
  user,email,password,label,zone,expiry_ttl
  anna,anna@example.com,$argon2id$v=19$m=65536...,laptop,dyn.example.com,3024000
  anna,,,desk,dyn.example.com,0";
