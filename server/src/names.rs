//! Names as people and clients write them: made into lower-case A-labels, or refused with the reason; which zone a name is in.
//!
//! Pure.
#![forbid(unsafe_code)]

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::account::Name;

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// There is nothing.
    Empty,
    /// One label only: not a full name.
    Short,
    /// A label is over 63 octets or empty, or the name is over 253 (RFC 1035 section 2.3.4).
    Long,
    /// Something that no host name holds.
    Character,
    /// Letters of other scripts that IDNA does not allow, or that do not fit together.
    International,
    /// The zone of the name is none of those that are configured.
    Zone,
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "there is no name",
            Self::Short => "a full name is wanted, such as mypc.dyn.example.com",
            Self::Long => "a label of a name has 1 to 63 octets, the whole name 253 at most",
            Self::Character => "a name holds letters, digits, hyphens and underscores; its first label may be *",
            Self::International => "this international name is not allowed by IDNA",
            Self::Zone => "the name is in none of the zones",
        })
    }
}

impl std::error::Error for NameFault {}

/// A full name in lower-case A-labels, without a dot at its end.
pub fn full(text: &str) -> Result<String, NameFault> {
    let name = plain(text)?;
    if name.contains('.') { Ok(name) } else { Err(NameFault::Short) }
}

/// As [`full`], but one label will do: a zone may be a top-level domain, a label is one.
pub fn plain(text: &str) -> Result<String, NameFault> {
    let text = text.trim();
    let text = text.strip_suffix('.').unwrap_or(text);
    let (star, rest) = match text.strip_prefix("*.") {
        Some(rest) => ("*.", rest),
        None if text == "*" => return Ok("*".to_owned()),
        None => ("", text),
    };
    if rest.is_empty() {
        return Err(NameFault::Empty);
    }
    let ascii = Uts46::new()
        .to_ascii(rest.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow, DnsLength::Ignore)
        .map_err(|_| NameFault::International)?;
    if !ascii.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        return Err(NameFault::Character);
    }
    let fits = star.len() + ascii.len() <= 253 && ascii.split('.').all(|label| (1..=63).contains(&label.len()));
    if fits { Ok(format!("{star}{}", ascii.to_ascii_lowercase())) } else { Err(NameFault::Long) }
}

/// As people of that script write it, where it can be shown safely; else as it is.
#[must_use]
pub fn shown(name: &str) -> String {
    let (text, fault) = Uts46::new().to_unicode(name.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
    if fault.is_ok() { text.into_owned() } else { name.to_owned() }
}

/// The longest of the zones that `name` is in.
pub fn zone_of<'a>(name: &str, zones: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let inside = |zone: &&str| {
        name == *zone || name.strip_suffix(*zone).is_some_and(|label| label.len() > 1 && label.ends_with('.'))
    };
    zones.into_iter().filter(inside).max_by_key(|zone| zone.len())
}

/// A host's name by its two parts, as the command line takes them: `mypc` and `dyn.example.com`, or `@` for the zone itself.
pub fn host(label: &str, zone: &str) -> Result<Name, NameFault> {
    let zone = plain(zone)?;
    if label.trim() == "@" {
        return Ok(Name { label: "@".to_owned(), zone });
    }
    let label = plain(label)?;
    let name = Name { label, zone };
    if name.fqdn().len() > 253 { Err(NameFault::Long) } else { Ok(name) }
}

/// A host's name by its full name and the zones there are.
pub fn host_in<'a>(text: &str, zones: impl IntoIterator<Item = &'a str>) -> Result<Name, NameFault> {
    let name = full(text)?;
    let zone = zone_of(&name, zones).ok_or(NameFault::Zone)?;
    let label = name.strip_suffix(zone).map_or("", |label| label.trim_end_matches('.'));
    Ok(Name { label: if label.is_empty() { "@" } else { label }.to_owned(), zone: zone.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_lower_case_a_labels_or_says_why_not() {
        assert_eq!(full("MyPC.Dyn.Example.COM.").as_deref(), Ok("mypc.dyn.example.com"));
        assert_eq!(full(" bücher.example ").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(full("xn--bcher-kva.example").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(full("*.home.example.org").as_deref(), Ok("*.home.example.org"));
        assert_eq!(full("_dmarc.example.org").as_deref(), Ok("_dmarc.example.org"));
        for (text, fault) in [
            ("", NameFault::Empty),
            (".", NameFault::Empty),
            ("mypc", NameFault::Short),
            ("a..example.org", NameFault::Long),
            ("a b.example.org", NameFault::Character),
            ("a.*.example.org", NameFault::Character),
            ("a\0b.example.org", NameFault::Character),
            ("a\\.b.example.org", NameFault::Character),
            ("xn--a.example", NameFault::International),
        ] {
            assert_eq!(full(text), Err(fault), "{text:?}");
        }
        assert_eq!(full(&format!("{}.example.org", "a".repeat(64))), Err(NameFault::Long));
        assert_eq!(full(&["abcdefgh"; 30].join(".")), Err(NameFault::Long));
    }

    #[test]
    fn the_longest_zone_counts_and_a_suffix_is_not_a_zone() {
        let zones = ["example.org", "dyn.example.org"];
        assert_eq!(zone_of("a.dyn.example.org", zones), Some("dyn.example.org"));
        assert_eq!(zone_of("dyn.example.org", zones), Some("dyn.example.org"));
        assert_eq!(zone_of("xdyn.example.org", zones), Some("example.org"));
        assert_eq!(zone_of("badexample.org", zones), None);
        assert_eq!(
            host_in("A.b.dyn.example.org", zones).unwrap(),
            Name { label: "a.b".into(), zone: "dyn.example.org".into() }
        );
        assert_eq!(host_in("example.org", zones).unwrap().fqdn(), "example.org");
        assert_eq!(host_in("a.example.net", zones), Err(NameFault::Zone));
    }

    #[test]
    fn international_names_are_shown_as_people_write_them() {
        assert_eq!(shown("xn--bcher-kva.example"), "bücher.example");
        assert_eq!(shown("xn--a.example"), "xn--a.example");
    }
}
