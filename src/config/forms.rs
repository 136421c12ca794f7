//! Written forms inside values: a proxy, a name server, host names, a command line. Each error is what was wanted.
//!
//! Pure text; knows no option and no section.
#![forbid(unsafe_code)]

use std::net::{IpAddr, Ipv6Addr};

use crate::secret::Secret;
use crate::url::percent_decoded;
use crate::world::{Proxy, Server};

/// Longest name DNS can carry in text form (RFC 1035 section 2.3.4).
const NAME_LIMIT: usize = 253;

type Wanted = &'static str;

/// A host name that may be looked up.
pub(super) fn host(text: &str) -> Result<String, Wanted> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"@.:_-".contains(&b);
    if text.len() > NAME_LIMIT {
        return Err("a host name has at most 253 characters");
    }
    if !text.is_ascii() {
        return Err("wanted a host name; one with other than ASCII letters must be written in its xn-- form");
    }
    if text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("wanted one host name of letters, digits and @ . : _ -")
    }
}

/// One or several names as a provider wants them, with commas or blanks between; each once, and commas between them, in the result.
pub(super) fn hosts(text: &str) -> Result<String, Wanted> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"@._*-".contains(&b);
    if text.split(',').any(|part| part.trim_ascii().is_empty()) {
        return Err("wanted a host name on both sides of each comma");
    }
    let mut names: Vec<&str> = Vec::new();
    for name in text.split([',', ' ']).filter(|name| !name.is_empty()) {
        if name.len() > NAME_LIMIT {
            return Err("a host name has at most 253 characters");
        }
        if !name.is_ascii() {
            return Err("wanted a host name; one with other than ASCII letters must be written in its xn-- form");
        }
        if !name.bytes().all(allowed) {
            return Err(
                "wanted a host name of letters, digits and @ . _ * -, or several separated by commas or blanks",
            );
        }
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    Ok(names.join(","))
}

/// `name`, `v4`, `v6`, `[v6]`, each with `:port` where that is clear, or with `#port` as name servers write it.
pub(super) fn server(text: &str) -> Result<Server, Wanted> {
    const WANTED: Wanted = "wanted a name server as name, address, name:port, address:port or [IPv6 address]:port";
    let whole = |host: &str, port: u16| Server { host: host.to_owned(), port };
    let with_port = |host: &str, text: &str| port(text).map(|port| whole(host, port)).ok_or(WANTED);
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(whole(&address.to_string(), 53));
    }
    if let Some((address, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let address = address.parse::<Ipv6Addr>().map_err(|_| WANTED)?.to_string();
        return match rest.strip_prefix([':', '#']) {
            Some(text) => with_port(&address, text),
            None if rest.is_empty() => Ok(whole(&address, 53)),
            None => Err(WANTED),
        };
    }
    if let Some((host, text)) = text.split_once('#') {
        let known = host.parse::<IpAddr>().is_ok() || plain_host(host);
        return if known { with_port(host, text) } else { Err(WANTED) };
    }
    match text.split_once(':') {
        Some((host, text)) if plain_host(host) => with_port(host, text),
        None if plain_host(text) => Ok(whole(text, 53)),
        _ => Err(WANTED),
    }
}

/// `[user:password@]host:port`; an `http://` in front is what other programs write and means nothing more.
pub(super) fn proxy(text: &[u8]) -> Result<Proxy, Wanted> {
    const WANTED: Wanted = "wanted [user:password@]host:port, an IPv6 address in [brackets]";
    const PORT: Wanted = "the port is missing: wanted [user:password@]host:port";
    let text = text.strip_prefix(b"http://").unwrap_or(text);
    let text = text.strip_suffix(b"/").unwrap_or(text);
    let (login, place) = match text.iter().rposition(|&b| b == b'@') {
        Some(at) => (Some(&text[..at]), &text[at + 1..]),
        None => (None, text),
    };
    let place = std::str::from_utf8(place).map_err(|_| WANTED)?;
    let (host, rest) = match place.strip_prefix('[').map(|rest| rest.split_once(']').ok_or(WANTED)).transpose()? {
        Some((address, rest)) => (address.parse::<Ipv6Addr>().map_err(|_| WANTED)?.to_string(), rest),
        None if place.parse::<Ipv6Addr>().is_ok() => {
            return Err("an IPv6 address must stand in [brackets], with :port behind");
        }
        None => {
            let (host, rest) = place.split_at(place.find(':').unwrap_or(place.len()));
            (host.to_owned(), rest)
        }
    };
    if host.is_empty() || !(host.contains(':') || plain_host(&host)) {
        return Err(WANTED);
    }
    let number =
        rest.strip_prefix(':').filter(|text| !text.is_empty()).ok_or(if rest.is_empty() { PORT } else { WANTED })?;
    let port = port(number).ok_or("the port must be a number from 1 to 65535")?;
    Ok(Proxy { host, port, login: login.map(proxy_login) })
}

/// `user:password`, each percent-decoded; a login without a colon is a user with an empty password.
fn proxy_login(text: &[u8]) -> Secret {
    let (user, password) = match text.iter().position(|&b| b == b':') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &b""[..]),
    };
    let mut login = percent_decoded(user);
    login.push(b':');
    login.extend(percent_decoded(password));
    Secret::new(login)
}

fn port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

fn plain_host(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    !text.is_empty() && text.len() <= NAME_LIMIT && text.bytes().all(allowed)
}

/// Words as a shell cuts them, but nothing in them is ever replaced or run.
pub(super) fn command(text: &str) -> Result<Vec<String>, Wanted> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' | '"' => quoted_part(c, &mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(chars.next().ok_or("a lone backslash stands at the end")?),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.first().is_some_and(|program| program.starts_with('/')) {
        Ok(words)
    } else {
        Err("wanted the full path of a script, with its arguments behind it")
    }
}

fn quoted_part(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), Wanted> {
    const OPEN: Wanted = "a quote is never closed";
    loop {
        match chars.next().ok_or(OPEN)? {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => {
                let next = chars.next().ok_or(OPEN)?;
                if !"\"\\$`".contains(next) {
                    word.push('\\');
                }
                word.push(next);
            }
            c => word.push(c),
        }
    }
}

/// A device name as the kernel takes it (at most 15 bytes), or `@` and the name of a network.
pub(super) fn device(text: &str) -> Result<String, Wanted> {
    if let Some(name) = text.strip_prefix('@') {
        return network(name).map(|name| format!("@{name}"));
    }
    let allowed = text.bytes().all(|b| b.is_ascii_graphic() && !b"/'\"".contains(&b));
    if allowed && text.len() <= 15 {
        Ok(text.to_owned())
    } else {
        Err("wanted a device such as eth1, or @ and the name of a network")
    }
}

/// A network's name.
pub(super) fn network(text: &str) -> Result<String, Wanted> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.@-".contains(&b);
    if !text.is_empty() && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("wanted the name of one network of /etc/config/network")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_cut_like_a_shell_cuts_it_and_nothing_is_run() {
        let cut = |text| command(text).unwrap();
        assert_eq!(cut("/usr/bin/a  -x 'b c'\"d\\\"e\" f\\ g ''"), ["/usr/bin/a", "-x", "b cd\"e", "f g", ""]);
        assert_eq!(cut("/a $(id) `id` \"$HOME\\n\""), ["/a", "$(id)", "`id`", "$HOME\\n"]);
        for bad in ["", "a.sh", "/a 'b", "/a \"b", "/a \\"] {
            assert!(command(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_device_name_fits_the_kernel_and_a_path() {
        for good in ["eth1", "br-lan.2", "pppoe-wan", "@wan6"] {
            assert_eq!(device(good).unwrap(), good);
        }
        for bad in ["../etc", "a b", "sixteen_letters_", "@", "@w n"] {
            assert!(device(bad).is_err(), "{bad}");
        }
    }
}
