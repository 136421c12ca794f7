//! The end of a run with `-v 2`: a wait and a last look at DNS.

use super::round::{Outcome, Round};
use super::tell;
use crate::address::Known;
use crate::decide::Facts;
use crate::record;
use crate::world::{Exit, Route, Status, Wake};

impl Round<'_, '_> {
    /// `-v 2`: waits the check interval, then the exit code says whether DNS shows the address.
    pub(super) fn last_look(&mut self, route: Option<&Route>, facts: &Facts) -> Outcome {
        let until = self.world.clock.uptime().after(self.session.section.timing.check);
        self.write(Status::NextCheck, record::moment(until).as_bytes());
        let date = self.world.clock.date(until, &self.session.global.dateformat);
        self.say(tell::last_look(&date));
        loop {
            match self.world.clock.wait(until) {
                Wake::Timer => break,
                Wake::Stop(signal) => return Outcome::End(Exit::Signal(signal)),
                Wake::Reload | Wake::AddressChanged | Wake::ClockSet => {}
            }
        }
        let registered = self.registered(route, &facts.current);
        let shown = match (&registered, &facts.current) {
            (Known::Is(all), Known::Is(address)) => all.contains(address),
            _ => false,
        };
        self.say(tell::outcome(shown));
        Outcome::End(Exit::Code(i32::from(!shown)))
    }
}
