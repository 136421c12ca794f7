//! What the provider of a section is asked, put together.

use std::net::IpAddr;

use super::setup::Session;
use super::sister;
use crate::answer::Reply;
use crate::memory::Memory;
use crate::send::{self, Job};
use crate::world::{Clock, Route, World};

/// A question or an update; the address is `None` when the provider is only asked.
pub(super) fn job<'j>(
    session: &'j Session,
    route: &'j Route,
    address: Option<IpAddr>,
    registered: Option<IpAddr>,
    clock: &mut dyn Clock,
) -> Job<'j> {
    let Session { section, recipe, place, .. } = session;
    let (moment, dice) = (clock.moment(), clock.dice());
    Job { section, recipe, route, address, other: None, registered, place, moment, dice, guessed: None }
}

/// Sends the address (`registered` is what DNS has) for those names of the section that do not have it yet, and keeps in mind which have it now.
pub(super) fn update(
    session: &Session,
    memory: &mut Memory,
    route: &Route,
    (address, registered): (IpAddr, Option<IpAddr>),
    world: &mut World<'_>,
) -> Reply {
    let other = sister::address(session, world);
    let job = Job { other, ..job(session, route, Some(address), registered, world.clock) };
    let mut done = memory.partly.filter(|(told, _)| *told == address).map_or(0, |(_, names)| names);
    let reply = send::update_rest(&job, &mut done, world.http, world.dns, world.host);
    memory.partly = Some((address, done)).filter(|(_, names)| *names != 0);
    reply
}
