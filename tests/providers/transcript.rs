//! Reads a transcript.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use ddns::secret::Secret;
use ddns::world::{Response, Trail};

/// One request and its answer.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) answer: Response,
    pub(crate) trail: Trail,
}

impl Exchange {
    fn leads_on(&mut self, name: &str, value: &str) {
        match name {
            "Location" => self.trail.location = Some(value.to_owned()),
            _ => self.trail.cookies.push(Secret::new(value)),
        }
    }
}

/// An option whose value stands in a file.
fn several_lines(rest: &str) -> Result<(String, String), String> {
    let (name, file) = rest.split_once(' ').ok_or_else(|| format!("no file: {rest}"))?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/providers").join(file);
    let text = fs::read_to_string(path).map_err(|error| format!("{file}: {error}"))?;
    Ok((name.to_owned(), text))
}

#[derive(Debug, Default)]
pub(crate) struct Transcript {
    options: Vec<(String, String)>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) registered: Option<IpAddr>,
    pub(crate) moment: u64,
    pub(crate) dice: u32,
    pub(crate) exchanges: Vec<Exchange>,
    end: Vec<String>,
}

impl Transcript {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut all = Self::default();
        let mut answering = false;
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "#" => {}
                "=" => all.end.push(rest.to_owned()),
                ">" => {
                    if let Some((name, value)) = rest.split_once(": ").filter(|(name, _)| !name.contains(' ')) {
                        let last = all.exchanges.last_mut().ok_or("a header field before any request")?;
                        last.headers.push((name.to_owned(), value.to_owned()));
                        continue;
                    }
                    answering = false;
                    let (method, url) = rest.split_once(' ').ok_or_else(|| format!("no request: {line}"))?;
                    let (method, url) = (method.to_owned(), url.to_owned());
                    all.exchanges.push(Exchange { method, url, ..Exchange::default() });
                }
                "<" => {
                    answering = true;
                    let last = all.exchanges.last_mut().ok_or("an answer before any request")?;
                    if let Some((name, value)) = rest.split_once(": ") {
                        last.leads_on(name, value);
                        continue;
                    }
                    let (status, fields) = rest.split_once(' ').unwrap_or((rest, ""));
                    last.answer.status = status.parse().map_err(|_| format!("no status: {line}"))?;
                    let field = |name: &str| fields.split(' ').find_map(|word| word.strip_prefix(name));
                    last.answer.retry_after =
                        field("retry-after=").and_then(|w| w.parse().ok()).map(Duration::from_secs);
                    let date = field("date=").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
                    last.answer.date = date.map(|since| SystemTime::UNIX_EPOCH + since);
                    last.answer.cookie = field("cookie=").map(Secret::new);
                }
                _ if !all.exchanges.is_empty() => {
                    let last = all.exchanges.last_mut().ok_or("text before any request")?;
                    if answering {
                        last.answer.body.extend_from_slice(line.as_bytes());
                        last.answer.body.push(b'\n');
                    } else {
                        last.body.push_str(line);
                        last.body.push('\n');
                    }
                }
                "option" => {
                    let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
                    all.options.push((name.to_owned(), value.to_owned()));
                }
                "file" => all.options.push(several_lines(rest)?),
                "address" => all.address = Some(rest.parse().map_err(|_| format!("no address: {rest}"))?),
                "registered" => all.registered = Some(rest.parse().map_err(|_| format!("no address: {rest}"))?),
                "moment" => all.moment = rest.parse().map_err(|_| format!("no moment: {rest}"))?,
                "dice" => all.dice = rest.parse().map_err(|_| format!("no number: {rest}"))?,
                "ask" | "" => {}
                other => return Err(format!("'{other}' is not understood")),
            }
        }
        if all.end.is_empty() { Err("it does not say how it ends".to_owned()) } else { Ok(all) }
    }

    /// `/etc/config/ddns` with its options.
    pub(crate) fn configuration(&self, provider: &str) -> String {
        let six = self.address.is_some_and(|address| address.is_ipv6());
        let own = |name: &str| self.options.iter().any(|(known, _)| known == name);
        let usual = [("use_ipv6", if six { "1" } else { "0" }), ("lookup_host", "home.example.net")];
        let usual = usual.into_iter().filter(|(name, _)| !own(name));
        let given = self.options.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let lines = std::iter::once(("service_name", provider)).chain(usual).chain(given);
        let lines: Vec<String> = lines.map(|(name, value)| format!("\toption {name} '{value}'\n")).collect();
        format!("config service 'test'\n{}", lines.concat())
    }

    /// What nobody may be told: each line of it.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let secret = |name: &str| matches!(name, "password" | "param_enc");
        let lines = self.options.iter().filter(|(name, _)| secret(name)).flat_map(|(_, value)| value.lines());
        lines.filter(|line| !line.starts_with("-----") && line.len() > 1).map(str::to_owned).collect()
    }

    /// Whether it ended as it must: the first word or words, and every further line somewhere in what was said.
    pub(crate) fn ends_with(&self, said: &str) -> Result<(), String> {
        let begins = self.end.first().is_some_and(|class| said.starts_with(class.as_str()));
        match self.end.iter().skip(1).find(|words| !said.contains(words.as_str())) {
            _ if !begins => Err(format!("ended with: {said}")),
            Some(words) => Err(format!("does not say '{words}': {said}")),
            None => Ok(()),
        }
    }
}
