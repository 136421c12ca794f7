//! Configurations as an owner has them: the address from netifd, a check each ten minutes.

use std::fmt::Write as _;

use crate::bed::{PASSWORD, URL, USER, WRONG_PASSWORD};

/// A name, and options that differ from the usual ones or come to them; an empty value takes one away.
pub(crate) type Section<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// The one with the story in the bed.
pub(crate) const HOME: Section<'static> = ("home", &[]);
/// The IPv6 address.
pub(crate) const SIX: Section<'static> =
    ("six", &[("use_ipv6", "1"), ("interface", "wan6"), ("ip_network", "wan6"), ("force_ipversion", "0")]);
/// Runs once.
pub(crate) const ONCE: Section<'static> = (
    "once",
    &[("force_interval", "0"), ("check_interval", "1"), ("check_interval_min", "1"), ("check_unit", "seconds")],
);
/// Over https.
pub(crate) const LATE: Section<'static> = ("late", &[("use_https", "1")]);
/// The provider does not take its password.
pub(crate) const WRONG: Section<'static> = ("wrong", &[("password", WRONG_PASSWORD)]);
/// `HOME` with one option more.
pub(crate) const HOME_EDITED: Section<'static> = ("home", &[("check_interval", "11")]);

/// A whole configuration.
pub(crate) fn config(sections: &[Section<'_>]) -> String {
    let mut text = "config ddns 'global'\n\n".to_owned();
    for (name, options) in sections {
        text += &section(name, options);
    }
    text
}

/// One section.
pub(crate) fn section(name: &str, options: &[(&str, &str)]) -> String {
    let domain = format!("{name}.example.net");
    let usual = [
        ("enabled", "1"),
        ("use_ipv6", "0"),
        ("domain", &*domain),
        ("lookup_host", &*domain),
        ("update_url", URL),
        ("username", USER),
        ("password", PASSWORD),
        ("interface", "wan"),
        ("ip_source", "network"),
        ("ip_network", "wan"),
        ("check_interval", "10"),
        ("check_unit", "minutes"),
        ("retry_interval", "1"),
        ("retry_unit", "seconds"),
    ];
    let mut text = format!("config service '{name}'\n");
    let given = |name: &str| options.iter().any(|(option, _)| *option == name);
    for (option, value) in
        usual.iter().filter(|(name, _)| !given(name)).chain(options).filter(|(_, value)| !value.is_empty())
    {
        let _ = writeln!(text, "\toption {option} '{value}'");
    }
    text + "\n"
}
