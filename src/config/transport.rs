//! Options about the way: proxy, certificates, binding, family, name server (contract section 1).
//!
//! What travels that way is not known here.
#![forbid(unsafe_code)]

use super::options;
use super::read::Reader;
use super::{Severity, Transport, forms};
use crate::address::Family;
use crate::world::{Proxy, Trust, Via};

/// Option `proxy`.
pub(super) fn proxy(reader: &mut Reader<'_>) -> Option<Proxy> {
    let found = reader.find(&options::PROXY)?;
    match forms::proxy(found.value) {
        Ok(proxy) => Some(proxy),
        Err(wanted) => {
            reader.wrong(&options::PROXY, found, Severity::Error, wanted);
            None
        }
    }
}

/// The section's part of the way its transfers travel.
pub(super) fn transport(reader: &mut Reader<'_>) -> Transport {
    let proxy = proxy(reader);
    let user_agent = reader.form(&options::USER_AGENT, |text| {
        if text.is_ascii() { Ok(text.to_owned()) } else { Err("wanted one line of ASCII text") }
    });
    Transport {
        bind_network: reader.form(&options::BIND_NETWORK, forms::network),
        only_family: reader.flag(&options::FORCE_IPVERSION),
        proxy,
        trust: section_trust(reader),
        user_agent,
    }
}

/// A store named in `global` holds for all sections, but `IGNORE` there was meant for the list of providers (`LuCI` before 2025-07 stored
/// nothing else): it must not switch off the protection of passwords behind the owner's back.
fn section_trust(reader: &mut Reader<'_>) -> Trust {
    match trust(reader) {
        Trust::Ignore if reader.own(&options::CACERT).is_none() => Trust::System,
        trust => trust,
    }
}

/// Option `cacert`.
pub(super) fn trust(reader: &mut Reader<'_>) -> Trust {
    match reader.find(&options::CACERT) {
        None => Trust::System,
        Some(found) if found.value.eq_ignore_ascii_case(b"ignore") => Trust::Ignore,
        Some(_) => reader.path(&options::CACERT).map_or(Trust::System, Trust::Path),
    }
}

/// How its registered address is asked for.
pub(super) fn via(reader: &mut Reader<'_>, family: Family) -> Via {
    Via {
        server: reader.form(&options::DNS_SERVER, forms::server),
        tcp: reader.flag(&options::FORCE_DNSTCP),
        only: reader.flag(&options::FORCE_IPVERSION).then_some(family),
        glue: reader.flag(&options::IS_GLUE),
    }
}
