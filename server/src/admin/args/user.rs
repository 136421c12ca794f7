//! `user ...`

use clap::{Args, Subcommand};

use super::Json;

/// `user WORD`
#[derive(Debug, Subcommand)]
pub enum UserWord {
    /// Show all users
    #[command(after_help = "Example:\n  ddns-service user list")]
    List(Json),
    /// Make a user; asks twice for the password
    #[command(after_help = "Examples:\n  ddns-service user add myuser user@example.com\n  \
        ddns-service user add myuser user@example.com --generate\n  \
        pass show ddns/myuser | ddns-service user add myuser user@example.com --password-stdin")]
    Add {
        /// What the user logs in with: no colon, at most 64 bytes
        name: String,
        /// Where the user's mail goes
        email: String,
        /// Where the password comes from
        #[command(flatten)]
        source: Source,
    },
    /// Delete a user who has no hostnames any more
    #[command(after_help = "Example:\n  ddns-service user delete myuser")]
    Delete {
        /// The user
        name: String,
    },
    /// Change a user's password; works at once, tokens stay good
    #[command(
        after_help = "Examples:\n  ddns-service user passwd myuser\n  ddns-service user passwd myuser --generate"
    )]
    Passwd {
        /// The user
        name: String,
        /// Where the password comes from
        #[command(flatten)]
        source: Source,
    },
    /// Change a user's mail address
    #[command(after_help = "Example:\n  ddns-service user email myuser new@example.com")]
    Email {
        /// The user
        name: String,
        /// The new address
        #[arg(value_name = "NEW")]
        email: String,
    },
    /// Say how many hostnames a user may have
    #[command(after_help = "Examples:\n  ddns-service user limit myuser 5\n  ddns-service user limit myuser none")]
    Limit {
        /// The user
        name: String,
        /// A number, or 'none' for any number
        #[arg(value_name = "N|none", value_parser = limit)]
        limit: Limit,
    },
}

/// Where a password comes from: the terminal, if nothing is said.
#[derive(Args, Clone, Copy, Debug)]
pub struct Source {
    /// Read the password from the first line of standard input
    #[arg(long, conflicts_with = "generate")]
    pub password_stdin: bool,
    /// Make a password and print it once
    #[arg(long)]
    pub generate: bool,
}

/// A number of hostnames, or any.
#[derive(Clone, Copy, Debug)]
pub struct Limit(pub Option<u32>);

fn limit(text: &str) -> Result<Limit, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Limit(None));
    }
    match text.parse() {
        Ok(number) if number <= 1_000_000 => Ok(Limit(Some(number))),
        _ => Err("wanted is a number from 0 to 1000000, or 'none'".to_owned()),
    }
}
