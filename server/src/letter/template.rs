//! One Jinja2 template: read once, rendered within bounds of work and of size.
#![forbid(unsafe_code)]

use std::io;

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};

use super::facts::Kind;
use super::fault::TemplateFault;
use super::{Source, plain};

/// Steps that a letter may take; the shipped ones take about a hundred.
const FUEL: u64 = 200_000;
/// Bytes that a letter may have: no one reads more, and mail servers refuse much more.
const SIZE: usize = 64 * 1024;

/// A template that was tried once on made-up facts.
#[derive(Debug)]
pub(super) struct Template {
    name: String,
    jinja: Environment<'static>,
}

impl Template {
    pub(super) fn load(source: &Source, kind: Kind) -> Result<Self, TemplateFault> {
        let broken =
            |fault: &Error| TemplateFault::Broken { name: source.name.clone(), line: fault.line(), said: said(fault) };
        let mut jinja = Environment::new();
        jinja.set_undefined_behavior(UndefinedBehavior::Lenient);
        jinja.set_auto_escape_callback(|_| AutoEscape::None);
        jinja.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        jinja.set_fuel(Some(FUEL));
        jinja.add_template_owned(source.name.clone(), source.text.clone()).map_err(|fault| broken(&fault))?;
        let template = Self { name: source.name.clone(), jinja };
        let example = plain::example(kind);
        template.run(example.facts().variables(kind)).map_err(|fault| broken(&fault))?;
        Ok(template)
    }

    pub(super) fn render(&self, variables: Value) -> Result<String, TemplateFault> {
        self.run(variables).map_err(|fault| TemplateFault::Failed {
            name: self.name.clone(),
            line: fault.line(),
            said: said(&fault),
        })
    }

    fn run(&self, variables: Value) -> Result<String, Error> {
        let mut page = Page(Vec::new());
        self.jinja.get_template(&self.name)?.render_captured_to(variables, &mut page)?;
        Ok(String::from_utf8_lossy(&page.0).into_owned())
    }
}

/// What the fault says, without the place, which stands beside it.
fn said(fault: &Error) -> String {
    use std::error::Error as _;
    let cause = fault.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    match fault.detail() {
        Some(detail) => format!("{}: {detail}{cause}", fault.kind()),
        None => format!("{}{cause}", fault.kind()),
    }
}

/// Takes [`SIZE`] bytes and no more.
struct Page(Vec<u8>);

impl io::Write for Page {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if self.0.len() + text.len() > SIZE {
            return Err(io::Error::other(format!("a letter may have {} KiB", SIZE / 1024)));
        }
        self.0.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
