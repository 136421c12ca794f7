//! Letters written from the operator's templates: facts and a template's text in, subject and body out.
//!
//! Pure. It reads no file and sends nothing: the daemon hands the templates' texts in, and what comes out waits in the outbox. A template
//! that fails never costs a letter: a plain text of this program's goes instead, and the fault comes back beside it to be logged.
#![forbid(unsafe_code)]

mod facts;
mod fault;
mod parts;
mod plain;
mod template;
mod time;

pub use facts::Facts;
pub use fault::TemplateFault;

use facts::Kind;
use template::Template;

use crate::world::Letter;

/// A template as it was read: what to call it in faults (its path), and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Name in sentences about faults.
    pub name: String,
    /// Jinja2.
    pub text: String,
}

/// A letter, and what was wrong with the template if its own text could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Always fit to be sent.
    pub letter: Letter,
    /// To be logged.
    pub fault: Option<TemplateFault>,
}

/// The operator's templates, ready for use. Without one, no letter of that kind is written.
#[derive(Debug, Default)]
pub struct Templates {
    change: Option<Template>,
    expiry: Option<Template>,
}

impl Templates {
    /// Reads both templates and tries each on made-up facts, so that an unknown filter is found now and not with the first letter.
    pub fn load(change: Option<&Source>, expiry: Option<&Source>) -> Result<Self, TemplateFault> {
        Ok(Self {
            change: change.map(|source| Template::load(source, Kind::Change)).transpose()?,
            expiry: expiry.map(|source| Template::load(source, Kind::Expiry)).transpose()?,
        })
    }

    /// Whether letters about changes are written at all.
    pub fn tells_changes(&self) -> bool {
        self.change.is_some()
    }

    /// The letter about addresses that became others; `None` when there is no template, nobody to write to, or nothing changed.
    pub fn change(&self, facts: &Facts<'_>) -> Option<Written> {
        write(self.change.as_ref()?, Kind::Change, facts)
    }

    /// The letter about addresses that expired; `None` when there is no template, nobody to write to, or nothing expired.
    pub fn expiry(&self, facts: &Facts<'_>) -> Option<Written> {
        write(self.expiry.as_ref()?, Kind::Expiry, facts)
    }
}

fn write(template: &Template, kind: Kind, facts: &Facts<'_>) -> Option<Written> {
    if facts.user.email.trim().is_empty() || !facts.concern(kind) {
        return None;
    }
    let (text, fault) = match template.render(facts.variables(kind)) {
        Ok(text) => (text, None),
        Err(fault) => (plain::text(kind, facts), Some(fault)),
    };
    let (subject, body) = parts::split(&text);
    let letter = Letter {
        key: format!("{}-{}-{}", facts.after.id, facts.after.generation, kind.word()),
        host: facts.after.id,
        generation: facts.after.generation,
        to: facts.user.email.trim().to_owned(),
        subject: subject.unwrap_or_else(|| plain::subject(kind, facts)),
        body,
    };
    Some(Written { letter, fault })
}
