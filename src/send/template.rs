//! A provider that is told by one GET: the template of a table, of a JSON file, or of `update_url`.

use std::net::IpAddr;

use super::{Job, ascii, not_sent, quoted};
use crate::address::expanded;
use crate::answer::{Answer, Reply, judge};
use crate::config::{Fault, Section};
use crate::secret::{Secret, percent_encoded};
use crate::url::Url;
use crate::world::{Broken, Http, Request};

/// What a placeholder stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Username,
    Password,
    ParamEnc,
    ParamOpt,
    Domain,
    Ip,
}

/// Placeholders, what they stand for, and the option that fills them (contract section 2).
const SLOTS: [(&str, Slot, &str); 6] = [
    ("[USERNAME]", Slot::Username, "username"),
    ("[PASSWORD]", Slot::Password, "password"),
    ("[PARAMENC]", Slot::ParamEnc, "param_enc"),
    ("[PARAMOPT]", Slot::ParamOpt, "param_opt"),
    ("[DOMAIN]", Slot::Domain, "domain"),
    ("[IP]", Slot::Ip, ""),
];

/// A template taken apart once: a value that looks like a placeholder never becomes one.
enum Piece<'t> {
    Text(&'t str),
    Slot(Slot),
}

fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('[') {
        let (text, tail) = rest.split_at(open);
        let known = SLOTS.iter().find(|(name, ..)| tail.starts_with(name));
        let (piece, length) = known.map_or((Piece::Text("["), 1), |(name, slot, _)| (Piece::Slot(*slot), name.len()));
        pieces.extend([Piece::Text(text), piece]);
        rest = &tail[length..];
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// Words in brackets and capitals that look like placeholders but are none: `ddns check` asks what they were meant to be.
pub fn unknown_placeholders(template: &str) -> Vec<String> {
    let plain = |word: &str| word.chars().all(|c| c.is_ascii_alphabetic() || c == '_') && word.len() > 1;
    template
        .split('[')
        .skip(1)
        .filter_map(|tail| tail.split_once(']'))
        .map(|(word, _)| format!("[{word}]"))
        .filter(|name| plain(&name[1..name.len() - 1]) && SLOTS.iter().all(|(known, ..)| known != name))
        .collect()
}

/// Options that the template names and the section lacks.
pub(super) fn missing(section: &Section, template: &str) -> Vec<Fault> {
    let mut faults: Vec<Fault> = SLOTS
        .iter()
        .filter(|(name, slot, _)| {
            *slot != Slot::Ip && template.contains(name) && value(section, *slot, None).is_empty()
        })
        .map(|(name, _, option)| {
            Fault::error(format!("missing, and the provider's URL needs it for {name}"))
                .in_section(&section.name)
                .of_option(option)
        })
        .collect();
    if !is_web(template) {
        let wanted = "wanted a URL that begins with http:// or https://";
        faults.push(Fault::error(wanted).in_section(&section.name).of_option("update_url"));
    }
    faults
}

fn is_web(template: &str) -> bool {
    let template = template.trim_start();
    let lower = template.get(..8).unwrap_or(template).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://")
}

fn value(section: &Section, slot: Slot, address: Option<IpAddr>) -> String {
    let encoded = |secret: &Option<Secret>| secret.as_ref().map_or_else(String::new, |s| percent_encoded(s.reveal()));
    match slot {
        Slot::Username => encoded(&section.username),
        Slot::Password => encoded(&section.password),
        Slot::ParamEnc => encoded(&section.param_enc),
        Slot::ParamOpt => section.param_opt.as_ref().map_or_else(String::new, |s| as_it_is(s.reveal())),
        Slot::Domain => section.domain.as_ref().map_or_else(String::new, |domain| as_it_is(domain.as_bytes())),
        Slot::Ip => address.map_or_else(String::new, expanded),
    }
}

/// A value that is not encoded. A `#` in it is meant for the provider: as the start of a fragment it would swallow the rest of the URL.
fn as_it_is(value: &[u8]) -> String {
    ascii(value).replace('#', "%23")
}

/// The template with everything put in; `use_https` turns `http:` into `https:` and leaves a written port alone.
fn filled(section: &Section, template: &str, address: Option<IpAddr>) -> Result<Url, String> {
    let text: String = pieces(template)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Slot(slot) => value(section, slot, address),
        })
        .collect();
    let text = text.trim_start();
    let insecure = text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("http:"));
    if section.https && insecure { Url::parse(&format!("https:{}", &text[5..])) } else { Url::parse(text) }
}

/// The login that the filled template carries, for the mask.
pub(super) fn login(section: &Section, template: &str) -> Option<Secret> {
    filled(section, template, None).ok()?.login
}

/// One GET, judged.
pub(super) fn update(job: &Job<'_>, template: &str, http: &mut dyn Http) -> Reply {
    let url = match filled(job.section, template, job.address) {
        Ok(url) => url,
        Err(why) => return not_sent(format!("the provider's URL cannot be used: {why}")),
    };
    // whatever else is in a template, it was written for one provider: it is not carried to another host
    let request = Request { confidential: true, ..Request::get(url) };
    match http.exchange(&request, job.route) {
        Ok(response) => {
            let answer = judge(response.status, response.retry_after, &response.body, &job.recipe.answers);
            let said = match (quoted(job, &response.body), response.status) {
                (text, 200) => text,
                (text, status) => format!("HTTP status {status} {text}").trim_end().to_owned(),
            };
            Reply { answer, said, body: response.body }
        }
        Err(Broken::Interrupted) => Reply { answer: Answer::Interrupted, said: String::new(), body: Vec::new() },
        Err(broken) => Reply::unreachable(broken.to_string()),
    }
}
