//! A section that stands in no file: made of options given on a command line, read by the same table and the same rules.
//!
//! It must not know who gives them.
#![forbid(unsafe_code)]

use super::options::{self, Spec};
use super::read::Reader;
use super::{Fault, GLOBAL, SERVICE, Section, section, uci};

/// What such a section is called; nobody is shown it.
const NAME: &str = "made";
/// What a section says of how its registered address is asked for.
const ASKING: [&Spec; 5] =
    [&options::USE_IPV6, &options::DNS_SERVER, &options::FORCE_DNSTCP, &options::FORCE_IPVERSION, &options::IS_GLUE];

/// `given` over what section `like` says of lookups; what every section must have and nobody asks for here is filled in.
pub(super) fn section(file: &uci::File, like: Option<&str>, given: &[(&Spec, &str)]) -> Result<Section, Vec<Fault>> {
    let mut made = uci::Section::named(SERVICE, NAME);
    made.set(options::UPDATE_URL.name, b"none");
    made.set(options::LOOKUP_HOST.name, b"none");
    if let Some(like) = like.filter(|name| *name != GLOBAL).and_then(|name| file.section(name)) {
        let reader = Reader::new(like, file.section(GLOBAL));
        for spec in ASKING {
            if let Some(found) = reader.find(spec) {
                made.set(spec.name, found.value);
            }
        }
    }
    for (spec, value) in given {
        made.set(spec.name, value.as_bytes());
    }
    let file = uci::File { sections: vec![made], faults: Vec::new() };
    let nameless = |fault| Fault { section: None, ..fault };
    match section::section(&file, NAME) {
        Ok((section, _)) => Ok(section),
        Err(faults) => Err(faults.into_iter().map(nameless).collect()),
    }
}
