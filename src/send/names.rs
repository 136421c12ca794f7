//! Several names in one section: which of them go into one request, and what the answers mean together.
//!
//! Must not know how a request is made. `docs/names.md` argues the rules.
#![forbid(unsafe_code)]

use std::fmt::Write as _;

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

/// The bit that stands for a name; none for the 65th and further ones, which are told again then.
fn bit(all: &[&str], name: &str) -> u64 {
    let at = all.iter().position(|known| *known == name).and_then(|at| u32::try_from(at).ok());
    at.and_then(|at| 1_u64.checked_shl(at)).unwrap_or_default()
}

/// What option `domain` holds in each request; `None` where one request does for the section as it stands. A script gets all names as they
/// are written, a template that names none is sent once.
fn requests(recipe: &Recipe, all: &[&str], done: u64) -> Option<Vec<String>> {
    let says_names = match &recipe.kind {
        Kind::Script(_) => false,
        Kind::Template(template) => template.contains("[DOMAIN]"),
        Kind::Native(_) => true,
    };
    let most = if recipe.rules.together { MOST } else { 1 };
    let left: Vec<&str> = all.iter().copied().filter(|name| done & bit(all, name) == 0).collect();
    let several = says_names && (left.len() > most || left.len() < all.len());
    several.then(|| left.chunks(most).map(|group| group.join(",")).collect())
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

/// All requests of an update, one after another. `ask` makes one, and gives a reply for each name in it or one for all of them. `done` has a
/// bit for each name that is known to have this address, and gets one for each that is accepted now: those are not told again.
pub(super) fn update(job: &Job<'_>, done: &mut u64, ask: &mut dyn FnMut(&Job<'_>) -> Vec<Reply>) -> Reply {
    let all = names(job.section);
    if all.iter().all(|name| *done & bit(&all, name) != 0) {
        *done = 0;
    }
    let mut accepted = done.count_ones() as usize;
    let mut told = Vec::new();
    match requests(job.recipe, &all, *done) {
        None => told = about(job.section.domain.as_deref().unwrap_or_default(), ask(job)),
        Some(groups) => {
            for group in groups {
                let section = job.section.only(&group);
                told.extend(about(&group, ask(&Job { section: &section, ..*job })));
                if told.iter().any(|(_, reply)| ends(&reply.answer)) {
                    break;
                }
            }
        }
    }
    for name in told.iter().filter(|(_, reply)| reply.answer.is_good()).flat_map(|(names, _)| names.split(',')) {
        *done |= bit(&all, name);
        accepted += 1;
    }
    together(told, accepted, all.len())
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
fn together(mut told: Vec<(String, Reply)>, accepted: usize, all: usize) -> Reply {
    let worst = told.iter().enumerate().min_by_key(|(_, (_, reply))| reply.answer.weight()).map_or(0, |(at, _)| at);
    let one_for_all = told.len() < 2 && count(&told[worst].0) >= all;
    if one_for_all || told[worst].1.answer == Answer::Interrupted {
        return told.swap_remove(worst).1;
    }
    let answer = told[worst].1.answer.clone();
    let said = match list(&told, answer.is_good()) {
        good if answer.is_good() => good,
        bad => format!("{bad}; {accepted} of {all} names accepted"),
    };
    let body = told.pop().map(|(_, last)| last.body).unwrap_or_default();
    Reply { answer, said, body }
}

fn count(names: &str) -> usize {
    names.split(',').count()
}

/// `name: what was said`, for the first of those that were accepted, or of those that were not.
fn list(told: &[(String, Reply)], good: bool) -> String {
    let mut text = String::new();
    let wanted = told.iter().filter(|(_, reply)| reply.answer.is_good() == good);
    for (at, (names, reply)) in wanted.enumerate() {
        if at == TOLD {
            text.push_str(", ...");
            break;
        }
        if at > 0 {
            text.push_str(", ");
        }
        text.push_str(names.split(',').next().unwrap_or_default());
        if count(names) > 1 {
            let _ = write!(text, " and {} more", count(names) - 1);
        }
        if !reply.said.is_empty() {
            text.push_str(": ");
            text.push_str(&reply.said);
        }
    }
    text
}
