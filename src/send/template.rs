//! A provider that is told by one GET: the template of a table, of a JSON file, or of `update_url`.

use std::net::IpAddr;

use super::{Job, ascii, not_sent, quoted};
use crate::address::expanded;
use crate::answer::{Answer, Reply, judge_each, lines};
use crate::config::{Fault, Section};
use crate::secret::{Secret, percent_encoded};
use crate::url::Url;
use crate::world::{Broken, Http, Request, Response};

/// What a placeholder stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Username,
    Password,
    ParamEnc,
    ParamOpt,
    Domain,
    Ip,
    Both,
}

/// The address, and behind a comma the one that a sister section keeps in the other family: for providers that would delete that one else.
pub(super) const BOTH: &str = "[IPBOTH]";
/// Placeholders, what they stand for, and the option that fills them (contract section 2).
const SLOTS: [(&str, Slot, &str); 7] = [
    ("[USERNAME]", Slot::Username, "username"),
    ("[PASSWORD]", Slot::Password, "password"),
    ("[PARAMENC]", Slot::ParamEnc, "param_enc"),
    ("[PARAMOPT]", Slot::ParamOpt, "param_opt"),
    ("[DOMAIN]", Slot::Domain, "domain"),
    ("[IP]", Slot::Ip, ""),
    (BOTH, Slot::Both, ""),
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
        .filter(|(name, slot, option)| {
            !option.is_empty() && template.contains(name) && value(section, *slot, &[]).is_empty()
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

fn value(section: &Section, slot: Slot, addresses: &[IpAddr]) -> String {
    let encoded = |secret: &Option<Secret>| secret.as_ref().map_or_else(String::new, |s| percent_encoded(s.reveal()));
    match slot {
        Slot::Username => encoded(&section.username),
        Slot::Password => encoded(&section.password),
        Slot::ParamEnc => encoded(&section.param_enc),
        Slot::ParamOpt => section.param_opt.as_ref().map_or_else(String::new, |s| as_it_is(s.reveal())),
        Slot::Domain => section.domain.as_ref().map_or_else(String::new, |domain| as_it_is(domain.as_bytes())),
        Slot::Ip => addresses.first().copied().map_or_else(String::new, expanded),
        Slot::Both => addresses.iter().copied().map(expanded).collect::<Vec<_>>().join(","),
    }
}

/// A value that is not encoded. A `#` in it is meant for the provider: as the start of a fragment it would swallow the rest of the URL.
fn as_it_is(value: &[u8]) -> String {
    ascii(value).replace('#', "%23")
}

/// The template with everything put in, our own address first; `use_https` turns `http:` into `https:` and leaves a written port alone.
fn filled(section: &Section, template: &str, addresses: &[IpAddr]) -> Result<Url, String> {
    let text: String = pieces(template)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Slot(slot) => value(section, slot, addresses),
        })
        .collect();
    let text = text.trim_start();
    let insecure = text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("http:"));
    if section.https && insecure { Url::parse(&format!("https:{}", &text[5..])) } else { Url::parse(text) }
}

/// The login that the filled template carries, for the mask.
pub(super) fn login(section: &Section, template: &str) -> Option<Secret> {
    filled(section, template, &[]).ok()?.login
}

/// One GET, judged: a reply for each name, where each has a line of its own in the answer, else one.
pub(super) fn update(job: &Job<'_>, template: &str, http: &mut dyn Http) -> Vec<Reply> {
    let addresses: Vec<IpAddr> = job.address.into_iter().chain(job.other).collect();
    let url = match filled(job.section, template, &addresses) {
        Ok(url) => url,
        Err(why) => return vec![*not_sent(format!("the provider's URL cannot be used: {why}"))],
    };
    // whatever else is in a template, it was written for one provider: it is not carried to another host
    let request = Request { confidential: true, ..Request::get(url) };
    match http.exchange(&request, job.route) {
        Ok(response) => judged(job, &response),
        Err(Broken::Interrupted) => vec![Reply { answer: Answer::Interrupted, said: String::new(), body: Vec::new() }],
        Err(broken) => vec![Reply::unreachable(broken.to_string())],
    }
}

fn judged(job: &Job<'_>, response: &Response) -> Vec<Reply> {
    let Response { status, retry_after, body, .. } = response;
    let names = job.section.domain.as_ref().map_or(0, |domain| domain.split(',').count());
    let answers = judge_each(*status, *retry_after, body, &job.recipe.answers, names);
    let parts: Vec<&[u8]> = if answers.len() == 1 { vec![body] } else { lines(body).collect() };
    let said = |part: &[u8]| match (quoted(job, part), status) {
        (text, 200) => text,
        (text, status) => format!("HTTP status {status} {text}").trim_end().to_owned(),
    };
    let told = answers.into_iter().zip(parts).map(|(answer, part)| (answer, said(part)));
    let mut replies: Vec<Reply> = told.map(|(answer, said)| Reply { answer, said, body: Vec::new() }).collect();
    if let Some(last) = replies.last_mut() {
        last.body.clone_from(body);
    }
    replies
}
