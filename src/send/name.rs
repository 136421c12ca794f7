//! The name to be kept right, as options `domain` of providers with an API hold it: `host@zone`, `@zone`, or the full name.
//!
//! Pure.
#![forbid(unsafe_code)]

/// A full name and, where the owner said so, the zone it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The whole name, lower case, without a dot at its end.
    pub(super) full: String,
    zone: Option<String>,
}

impl Name {
    /// Reads option `domain`.
    pub(super) fn of(domain: &str) -> Self {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        match domain.split_once('@') {
            // `@.zone` is written too
            Some(("", zone)) if zone.starts_with('.') => Self::of(&format!("@{}", &zone[1..])),
            Some(("", zone)) => Self { full: zone.to_owned(), zone: Some(zone.to_owned()) },
            Some((host, zone)) => Self { full: format!("{host}.{zone}"), zone: Some(zone.to_owned()) },
            None => Self { full: domain, zone: None },
        }
    }

    /// `host` in `zone`, the host written with its zone or without, `@` or nothing for the zone itself.
    pub(super) fn in_zone(host: &str, zone: &str) -> Self {
        let host = host.strip_suffix(zone).filter(|host| host.is_empty() || host.ends_with(['.', '@'])).unwrap_or(host);
        Self::of(&format!("{}@{zone}", host.trim_end_matches(['.', '@'])))
    }

    /// Zones it can be in, the longest first: the one the owner named, else every suffix with two labels at least.
    pub(super) fn zones(&self) -> Vec<&str> {
        if let Some(zone) = &self.zone {
            return vec![zone];
        }
        let suffixes =
            std::iter::successors(Some(self.full.as_str()), |name| name.split_once('.').map(|(_, rest)| rest));
        suffixes.filter(|name| name.contains('.') && !name.starts_with('*')).collect()
    }

    /// The zone, where the owner named it.
    pub(super) fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// The part before `zone`; `@` for the zone itself, as most providers call it. Of a name that is not in `zone` all is left, which is no
    /// name there: it must not become the zone itself.
    pub(super) fn within<'n>(&'n self, zone: &str) -> &'n str {
        match self.full.strip_suffix(zone) {
            Some("") => "@",
            Some(host) => host.strip_suffix('.').unwrap_or(&self.full),
            None => &self.full,
        }
    }

    /// What keeps this from being a name: it has an empty part, or a second `@`.
    pub(super) fn fault(domain: &str) -> Option<&'static str> {
        let Self { full, zone } = Self::of(domain);
        let broken = |name: &str| name.split('.').any(|label| label.is_empty() || label.contains('@'));
        let wanted = "wanted a full name such as home.example.net, or home@example.net with the zone behind the @";
        (broken(&full) || zone.is_some_and(|zone| broken(&zone))).then_some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_s_zone_is_the_only_one_and_without_it_every_suffix_is_tried_the_longest_first() {
        assert_eq!(Name::of("home@example.co.uk").zones(), ["example.co.uk"]);
        assert_eq!(Name::of("a.b.example.net.").zones(), ["a.b.example.net", "b.example.net", "example.net"]);
        assert_eq!(Name::of("*.example.net").zones(), ["example.net"]);
        assert_eq!(Name::of("localhost").zones(), [""; 0]);
    }

    #[test]
    fn the_zone_itself_is_called_at() {
        assert_eq!(Name::of("@example.net"), Name { full: "example.net".into(), zone: Some("example.net".into()) });
        assert_eq!(Name::of("@example.net").within("example.net"), "@");
        assert_eq!(Name::of("Home@Example.net").within("example.net"), "home");
        assert_eq!(Name::of("home.example.net").within("ample.net"), "home.example.net");
        assert_eq!(Name::of("home.example.net").within("example.org"), "home.example.net");
        assert_eq!(Name::of("home.example.net").within("home.example.net.org"), "home.example.net");
        assert_eq!(Name::of("*.home@example.net").full, "*.home.example.net");
    }
    #[test]
    fn what_holds_an_empty_part_is_no_name_and_would_be_the_zone_of_somebody_else() {
        for name in ["home.example.net", "home@example.net", "@example.net", "@.example.net", "*.example.net.", "lan"] {
            assert_eq!(Name::fault(name), None, "{name}");
        }
        for none in ["@", "home@", "@.", ".", "a..b", ".example.net", "joe@home@example.net", "home@.", "home@a..b"] {
            assert!(Name::fault(none).is_some(), "{none}");
        }
    }
}
