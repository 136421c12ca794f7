//! Options `url`, `services_url`, `cacert` and `proxy` of `global`: where the list of providers and their recipes are fetched from, and how.
//!
//! Addresses only; nothing is fetched here. Contract section 4, and the page of `LuCI` for `services_url`.
#![forbid(unsafe_code)]

use super::options::{self, Spec};
use super::read::Reader;
use super::transport::{proxy, trust};
use super::{Fault, ProviderList, Severity, uci};
use crate::url::Url;

/// Where a router keeps list and recipes; the package feed has them at the same place below its files.
const SHARE: &str = "/usr/share/ddns";
/// The package feed's files.
const FEED: (&str, &str) = ("raw.githubusercontent.com", "/openwrt/packages/master/net/ddns-scripts/files");

/// Where the list of providers is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Option `url`: the list is `URL/list`, a recipe `URL/NAME.json`.
    Folder(Url),
    /// Option `services_url`, or the package feed: they are where a router has them, below this.
    Tree(Url),
}

impl Default for Base {
    fn default() -> Self {
        let (host, path) = FEED;
        Self::Tree(Url { secure: true, login: None, host: host.to_owned(), port: 443, path: path.to_owned() })
    }
}

impl Base {
    /// Address of the list of names.
    pub fn list(&self) -> Url {
        match self {
            Self::Folder(base) => below(base, "/list"),
            Self::Tree(base) => below(base, &format!("{SHARE}/list")),
        }
    }

    /// Address of a provider's recipe. The name has to be one ([`super::service::is_name`]).
    pub fn recipe(&self, name: &str) -> Url {
        match self {
            Self::Folder(base) => below(base, &format!("/{name}.json")),
            Self::Tree(base) => below(base, &format!("{SHARE}/default/{name}.json")),
        }
    }
}

fn below(base: &Url, path: &str) -> Url {
    Url { path: format!("{}{path}", base.path.trim_end_matches('/')), ..base.clone() }
}

/// Reads them; with the list come the faults that concern all sections too.
pub(super) fn list(global: &uci::Section) -> (ProviderList, Vec<Fault>) {
    let mut reader = Reader::new(global, None);
    let folder = url(&mut reader, &options::URL).map(Base::Folder);
    let tree = url(&mut reader, &options::SERVICES_URL).map(|url| Base::Tree(without_share(url)));
    let trust = trust(&mut reader);
    let general = reader.faults.clone();
    // each section that uses the proxy complains of it by itself
    let proxy = proxy(&mut reader);
    let faults = reader.faults.into_iter().map(|fault| Fault { severity: Severity::Error, ..fault }).collect();
    (ProviderList { base: folder.or(tree).unwrap_or_default(), trust, proxy, faults }, general)
}

fn url(reader: &mut Reader<'_>, spec: &'static Spec) -> Option<Url> {
    let found = reader.find(spec)?;
    let text = reader.text(spec)?;
    match Url::parse(&text) {
        Ok(url) => Some(url),
        Err(wanted) => {
            reader.wrong(spec, found, Severity::Warning, wanted);
            None
        }
    }
}

/// An owner who wrote the folder itself means the same.
fn without_share(url: Url) -> Url {
    let path = url.path.trim_end_matches('/');
    match path.strip_suffix(SHARE) {
        Some(shorter) => Url { path: shorter.to_owned(), ..url },
        None => url,
    }
}
