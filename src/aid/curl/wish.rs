//! Options of `curl` to one request and its way. Pure but for the files that options name, which come through a loader.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use super::super::transfer::ascii;
use super::words::{Load, Opt, Word};
use super::{MISUSED, Trouble};
use crate::address::Family;
use crate::aid::Env;
use crate::config::proxy;
use crate::secret::Secret;
use crate::url::Url;
use crate::world::{Bind, Proxy, Request, Route, Trust};

/// What an HTTP status of 400 and above means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fail {
    /// Nothing.
    Never,
    /// Failure; the body is not shown.
    WithoutBody,
    /// Failure; the body is shown.
    WithBody,
}

/// All that a command line asks for.
pub(super) struct Wish {
    pub(super) request: Request,
    pub(super) route: Route,
    pub(super) fail: Fail,
    /// Where the body goes; standard output otherwise.
    pub(super) output: Option<PathBuf>,
    /// Where complaints go; standard error otherwise.
    pub(super) errors: Option<PathBuf>,
    /// Complaints are wanted.
    pub(super) loud: bool,
    /// What is written behind the body.
    format: String,
    /// The URL without its login.
    url: String,
}

impl Wish {
    pub(super) fn of(words: &[Word], env: Env<'_>, load: Load<'_>) -> Result<Self, Trouble> {
        let words = Words(words);
        let body = body(words, load)?;
        let url = url(words, body.as_ref().filter(|_| words.has(Opt::Get)))?;
        let body = body.filter(|_| !words.has(Opt::Get));
        let method = method(words, body.is_some())?;
        let headers = headers(words, &url, body.is_some())?;
        let route = route(words, &url, env)?;
        let fail = if words.has(Opt::Fail) {
            Fail::WithoutBody
        } else if words.has(Opt::FailWithBody) {
            Fail::WithBody
        } else {
            Fail::Never
        };
        Ok(Self {
            url: url.to_string(),
            request: Request { method, url, headers, body, confidential: true },
            route,
            fail,
            output: words.path(Opt::Output),
            errors: words.path(Opt::Stderr),
            loud: words.has(Opt::ShowError) || !words.has(Opt::Silent),
            format: words.text(Opt::WriteOut).unwrap_or_default(),
        })
    }

    /// The text of `--write-out`.
    pub(super) fn told(&self, status: u16) -> String {
        let status = format!("{status:03}");
        let named = [("%{http_code}", status.as_str()), ("%{response_code}", &status), ("%{url_effective}", &self.url)];
        let escapes = [("%%", "%"), ("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t")];
        let mut out = String::new();
        let mut rest = self.format.as_str();
        while let Some(letter) = rest.chars().next() {
            let known = named.iter().chain(&escapes).find(|(name, _)| rest.starts_with(name));
            let (text, length) =
                known.map_or((&rest[..letter.len_utf8()], letter.len_utf8()), |(name, text)| (text, name.len()));
            out.push_str(text);
            rest = &rest[length..];
        }
        out
    }
}

/// The options, to be asked.
#[derive(Clone, Copy)]
struct Words<'w>(&'w [Word]);

impl<'w> Words<'w> {
    fn has(self, opt: Opt) -> bool {
        self.0.iter().any(|(known, _)| *known == opt)
    }

    fn all(self, opt: Opt) -> impl Iterator<Item = &'w [u8]> {
        self.0.iter().filter(move |(known, _)| *known == opt).map(|(_, value)| value.as_slice())
    }

    /// The last one counts.
    fn last(self, opt: Opt) -> Option<&'w [u8]> {
        self.all(opt).last()
    }

    fn text(self, opt: Opt) -> Option<String> {
        self.last(opt).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    fn path(self, opt: Opt) -> Option<PathBuf> {
        self.text(opt).filter(|path| path != "-").map(PathBuf::from)
    }
}

fn misused(why: &str) -> Trouble {
    (MISUSED, why.to_owned())
}

/// The one URL; without a scheme it is `http:`. With `-G` the data is its query.
fn url(words: Words<'_>, query: Option<&Vec<u8>>) -> Result<Url, Trouble> {
    let mut all = words.all(Opt::Url);
    let first = all.next().ok_or_else(|| misused("no URL specified"))?;
    if all.next().is_some() {
        return Err(misused("more than one URL: the small curl of ddns does one request; install curl for it"));
    }
    let mut text = ascii(first);
    if !text.contains("://") {
        text.insert_str(0, "http://");
    }
    if let Some(query) = query {
        text.push(if text.contains('?') { '&' } else { '?' });
        text.push_str(&ascii(query));
    }
    let mut url = Url::parse(&text).map_err(|why| (3, format!("URL rejected: {why}")))?;
    if let Some(login) = words.last(Opt::User) {
        let colon: &[u8] = if login.contains(&b':') { b"" } else { b":" };
        url.login = Some(Secret::new([login, colon].concat()));
    }
    Ok(url)
}

fn method(words: Words<'_>, with_body: bool) -> Result<&'static str, Trouble> {
    let usual = if with_body { "POST" } else { "GET" };
    let Some(wanted) = words.text(Opt::Request) else { return Ok(usual) };
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().find(|known| *known == wanted);
    known.ok_or_else(|| misused(&format!("request method '{wanted}': wanted GET, POST, PUT, PATCH or DELETE")))
}

/// All data, joined with `&` as forms are.
fn body(words: Words<'_>, load: Load<'_>) -> Result<Option<Vec<u8>>, Trouble> {
    let mut body: Option<Vec<u8>> = None;
    for (opt, value) in words.0 {
        let piece = match opt {
            Opt::DataRaw => value.clone(),
            Opt::Data | Opt::DataBinary | Opt::Json => match value.strip_prefix(b"@") {
                None => value.clone(),
                Some(name) => {
                    let mut text = load(&path(name))?;
                    if *opt == Opt::Data {
                        text.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
                    }
                    text
                }
            },
            Opt::DataEncoded => form_encoded(value, load)?,
            _ => continue,
        };
        body = Some(match body {
            None => piece,
            Some(before) if *opt == Opt::Json => [before, piece].concat(),
            Some(before) => [before, b"&".to_vec(), piece].concat(),
        });
    }
    Ok(body)
}

fn path(name: &[u8]) -> PathBuf {
    PathBuf::from(&*String::from_utf8_lossy(name))
}

/// `--data-urlencode`: `CONTENT`, `=CONTENT`, `NAME=CONTENT`, `@FILE` or `NAME@FILE`.
fn form_encoded(value: &[u8], load: Load<'_>) -> Result<Vec<u8>, Trouble> {
    let Some(at) = value.iter().position(|byte| matches!(byte, b'=' | b'@')) else { return Ok(escaped(value)) };
    let (name, rest) = (&value[..at], &value[at + 1..]);
    let content = if value[at] == b'@' { escaped(&load(&path(rest))?) } else { escaped(rest) };
    let sign: &[u8] = if name.is_empty() { b"" } else { b"=" };
    Ok([name, sign, &content].concat())
}

/// Percent-encoding with capital digits, as signatures of some APIs want it (RFC 3986 section 2.1).
fn escaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("%{byte:02X}").into_bytes());
        }
    }
    out
}

/// Fields that a script sets, and those that data brings along. The host is the URL's: another one cannot be set.
fn headers(words: Words<'_>, url: &Url, with_body: bool) -> Result<Vec<(&'static str, Secret)>, Trouble> {
    let mut fields: Vec<(&'static str, Secret)> = Vec::new();
    let mut left_out: Vec<String> = Vec::new();
    for line in words.all(Opt::Header).filter(|line| !line.trim_ascii().is_empty()) {
        let colon =
            line.iter().position(|byte| matches!(byte, b':' | b';')).ok_or_else(|| misused("a header without ':'"))?;
        let (name, value) = (String::from_utf8_lossy(&line[..colon]).into_owned(), line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case("host") {
            let same = value.eq_ignore_ascii_case(url.authority().as_bytes());
            if !same {
                return Err(misused("a Host field other than the URL's cannot be sent"));
            }
        } else if value.is_empty() && line[colon] == b':' {
            left_out.push(name);
        } else {
            // names live as long as the process, which makes one request
            fields.push((Box::leak(name.into_boxed_str()), Secret::new(value)));
        }
    }
    let json = words.has(Opt::Json);
    let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
    let usual = [("Content-Type", kind, with_body), ("Accept", "application/json", json)];
    for (name, value, wanted) in usual {
        let set = fields.iter().map(|(name, _)| *name).chain(left_out.iter().map(String::as_str));
        if wanted && !set.into_iter().any(|known| known.eq_ignore_ascii_case(name)) {
            fields.push((name, Secret::new(value)));
        }
    }
    if let Some(referer) = words.last(Opt::Referer) {
        fields.push(("Referer", Secret::new(referer)));
    }
    Ok(fields)
}

fn route(words: Words<'_>, url: &Url, env: Env<'_>) -> Result<Route, Trouble> {
    let last = |opts: [Opt; 2]| words.0.iter().rev().find(|(opt, _)| opts.contains(opt)).map(|(opt, _)| *opt);
    let prefer = last([Opt::V4, Opt::V6]).map(|opt| if opt == Opt::V4 { Family::V4 } else { Family::V6 });
    let trust = if words.has(Opt::Insecure) {
        Trust::Ignore
    } else {
        words.path(Opt::CaFile).or(words.path(Opt::CaDir)).map_or(Trust::System, Trust::Path)
    };
    Ok(Route {
        prefer,
        only: prefer.is_some(),
        bind: words.text(Opt::Interface).map_or_else(Bind::default, |name| bind(&name)),
        proxy: way_out(words, url, env)?,
        trust,
        user_agent: words.text(Opt::Agent),
    })
}

/// A device, or an address to leave from.
fn bind(name: &str) -> Bind {
    match name.parse() {
        Ok(address) => Bind { device: None, sources: vec![address], strict: true },
        Err(_) => Bind { device: Some(name.to_owned()), sources: Vec::new(), strict: true },
    }
}

/// `--proxy`, else the variable of the environment; none for hosts of `--noproxy`.
fn way_out(words: Words<'_>, url: &Url, env: Env<'_>) -> Result<Option<Proxy>, Trouble> {
    let spared = |host: &str| {
        let host = host.trim().trim_start_matches('.');
        host == "*" || (!host.is_empty() && (url.host == host || url.host.ends_with(&format!(".{host}"))))
    };
    let without = words.text(Opt::NoProxy).or_else(|| text(env, "no_proxy")).unwrap_or_default();
    if without.split(',').any(spared) {
        return Ok(None);
    }
    let names: &[&str] = if url.secure { &["https_proxy", "HTTPS_PROXY"] } else { &["http_proxy"] };
    let found = words.last(Opt::Proxy).map(<[u8]>::to_vec).or_else(|| {
        let mut set = names.iter().chain(&["all_proxy", "ALL_PROXY"]).filter_map(|name| text(env, name));
        set.next().map(String::into_bytes)
    });
    let Some(found) = found.filter(|proxy| !proxy.is_empty()) else { return Ok(None) };
    let mut proxy = proxy(&found).map_err(|why| (5, format!("proxy: {why}")))?;
    if let Some(login) = words.last(Opt::ProxyUser) {
        proxy.login = Some(Secret::new(login));
    }
    Ok(Some(proxy))
}

fn text(env: Env<'_>, name: &str) -> Option<String> {
    env(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
}
