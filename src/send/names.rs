//! Several names in one section: which of them go into one request, and what the answers mean together.
//!
//! Must not know how a request is made. `docs/names.md` argues the rules.
#![forbid(unsafe_code)]

use super::Job;
use crate::answer::{Answer, Refusal, Reply};
use crate::config::service::{Kind, Recipe};
use crate::config::{Fault, Section};

/// So many names go into one request at most (source: the update protocol of Dyn, help.dyn.com/perform-update, 2026-11).
const MOST: usize = 20;
/// So many names are told of in a log line.
const TOLD: usize = 5;

/// The names of a section in their order.
fn names(section: &Section) -> Vec<&str> {
    section.domain.iter().flat_map(|domain| domain.split(',')).collect()
}

/// What option `domain` holds in each request. A script gets it as it stands, a template that names none is sent once.
fn requests(section: &Section, recipe: &Recipe) -> Vec<String> {
    let several = match &recipe.kind {
        Kind::Script(_) => false,
        Kind::Template(template) => template.contains("[DOMAIN]"),
        Kind::Native(_) => true,
    };
    if !several {
        return Vec::new();
    }
    let most = if recipe.rules.together { MOST } else { 1 };
    names(section).chunks(most).map(|group| group.join(",")).collect()
}

/// Names that the provider is known to refuse.
pub(super) fn missing(section: &Section, recipe: &Recipe) -> Vec<Fault> {
    let starred = |name: &&str| name.contains('*');
    match names(section).into_iter().find(starred).filter(|_| recipe.rules.no_star) {
        None => Vec::new(),
        Some(name) => {
            let wanted = "this provider takes no name with a '*', its names stand for all below them anyway: wanted the name without it";
            vec![Fault::error(wanted).in_section(&section.name).of_option("domain").with_value(name.as_bytes())]
        }
    }
}

/// The section with the one name that its registered address is asked for.
pub(super) fn looked_up(section: &Section) -> Option<Section> {
    let names = names(section);
    let name = names.iter().find(|name| name.eq_ignore_ascii_case(&section.lookup_host)).or(names.first())?;
    (names.len() > 1).then(|| section.only(name))
}

/// All requests of an update, one after another. `ask` makes one, and gives a reply for each name in it or one for all of them.
pub(super) fn update(job: &Job<'_>, ask: &mut dyn FnMut(&Job<'_>) -> Vec<Reply>) -> Reply {
    let all = names(job.section).len();
    let groups = requests(job.section, job.recipe);
    let mut told = Vec::new();
    if groups.len() < 2 {
        told = about(job.section.domain.as_deref().unwrap_or_default(), ask(job));
    }
    for group in groups.iter().filter(|_| groups.len() > 1) {
        let section = job.section.only(group);
        told.extend(about(group, ask(&Job { section: &section, ..*job })));
        if told.iter().any(|(_, reply)| ends(&reply.answer)) {
            break;
        }
    }
    together(told, all)
}

/// Replies with the names they are about.
fn about(group: &str, replies: Vec<Reply>) -> Vec<(String, Reply)> {
    if replies.len() == 1 {
        return replies.into_iter().map(|reply| (group.to_owned(), reply)).collect();
    }
    group.split(',').map(str::to_owned).zip(replies).collect()
}

/// What the next name would be told too.
fn ends(answer: &Answer) -> bool {
    match answer {
        Answer::Accepted | Answer::Unchanged | Answer::Unclear => false,
        Answer::Refused(why) => matches!(why, Refusal::BadAuth | Refusal::NotDonator | Refusal::BadAgent),
        _ => true,
    }
}

/// One reply out of those about `all` names: the worst answer decides, and what is said names those that were not accepted.
fn together(mut told: Vec<(String, Reply)>, all: usize) -> Reply {
    let worst = told.iter().enumerate().min_by_key(|(_, (_, reply))| reply.answer.weight()).map_or(0, |(at, _)| at);
    if told.len() < 2 || told[worst].1.answer == Answer::Interrupted {
        return told.swap_remove(worst).1;
    }
    let answer = told[worst].1.answer.clone();
    let good: usize = told.iter().filter(|(_, reply)| reply.answer.is_good()).map(|(names, _)| count(names)).sum();
    let said = if answer.is_good() {
        list(told.iter())
    } else {
        let bad = list(told.iter().filter(|(_, reply)| !reply.answer.is_good()));
        format!("{bad}; {good} of {all} names accepted")
    };
    let body = told.pop().map(|(_, last)| last.body).unwrap_or_default();
    Reply { answer, said, body }
}

fn count(names: &str) -> usize {
    names.split(',').count()
}

/// `name: what was said`, for the first of them.
fn list<'t>(told: impl Iterator<Item = &'t (String, Reply)>) -> String {
    let mut told = told.map(|(names, reply)| {
        let first = names.split(',').next().unwrap_or_default();
        let more = match count(names) - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        if reply.said.is_empty() { format!("{first}{more}") } else { format!("{first}{more}: {}", reply.said) }
    });
    let mut text = told.by_ref().take(TOLD).collect::<Vec<_>>().join(", ");
    if told.next().is_some() {
        text.push_str(", ...");
    }
    text
}
