//! The section that keeps the other family's address of the same name, and that address.
//!
//! Asked for only where the provider's request would delete it otherwise; `docs/names.md` argues why, and why it comes from there.

use std::net::IpAddr;

use super::setup::{Session, configuration};
use crate::address::{Known, unfit};
use crate::config::{Config, Section};
use crate::detect;
use crate::record;
use crate::send;
use crate::world::{Status, World};

/// The address of the other family that belongs into this section's request, if the owner keeps one. What the sister found on this machine
/// last is newer than what DNS shows: after a reconnection both addresses are new.
pub(super) fn address(session: &Session, world: &mut World<'_>) -> Option<IpAddr> {
    if !send::wants_both(&session.recipe) {
        return None;
    }
    let config = configuration(world.desk).ok()?;
    let sister = sister(&config, &session.section)?;
    let memory = world.desk.read(&sister.name, Status::Memory).unwrap_or_default();
    let current = record::parse_memory(&memory, &world.life.boot()).current;
    let fit = |address: &IpAddr| unfit(*address, sister.allow_private).is_none();
    current.filter(fit).or_else(|| match detect::registered(&sister, world.dns) {
        Known::Is(addresses) => addresses.first().copied(),
        Known::Nothing(_) | Known::Unclear(_) => None,
    })
}

/// The first enabled section of the other family that tells the same account at the same provider of the same name.
fn sister(config: &Config, section: &Section) -> Option<Section> {
    let mut sections =
        config.names().into_iter().filter_map(|name| config.section(name).ok()).map(|(section, _)| section);
    sections.find(|other| {
        let names = other.domain.as_deref().unwrap_or_default();
        let mut ours = section.domain.iter().flat_map(|domain| domain.split(','));
        let same = ours.any(|name| names.split(',').any(|known| known.eq_ignore_ascii_case(name)));
        let account = other.provider == section.provider && other.username == section.username;
        other.enabled && other.family != section.family && account && same
    })
}
