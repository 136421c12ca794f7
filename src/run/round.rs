//! One round: look, decide, send, decide, record.

use std::net::IpAddr;
use std::time::Duration;

use super::setup::Session;
use super::{Mode, Order, Stay, job, tell};
use crate::address::Known;
use crate::answer::{Answer, Reply};
use crate::config::Source;
use crate::config::service::Kind;
use crate::decide::{self, Action, Facts, Idle, Why};
use crate::detect::{self, Here};
use crate::memory::Uptime;
use crate::record;
use crate::send;
use crate::world::{Exit, Level, Route, Status, Wake, World};

/// After an address change that was none, look once more: netifd may be about to tell.
const SECOND_LOOK: Duration = Duration::from_secs(2);
/// A page or a script is not asked more often than this because of address changes.
const CALM: Duration = Duration::from_secs(30);

/// What the loop does after a round.
pub(super) enum Outcome {
    Wait,
    End(Exit),
}

/// A round in progress: the parts every step needs.
pub(super) struct Round<'r, 'w> {
    order: &'r Order,
    pub(super) session: &'r Session,
    pub(super) world: &'r mut World<'w>,
    stay: &'r mut Stay,
    now: Uptime,
}

fn first(registered: &Known<Vec<IpAddr>>) -> Option<IpAddr> {
    match registered {
        Known::Is(all) => all.first().copied(),
        Known::Nothing(_) | Known::Unclear(_) => None,
    }
}

/// Does what `wake` asks for and sets `stay.until` to the next look.
pub(super) fn round(order: &Order, session: &Session, world: &mut World<'_>, stay: &mut Stay, wake: Wake) -> Outcome {
    let now = world.clock.uptime();
    let mut round = Round { order, session, world, stay, now };
    if wake == Wake::Reload {
        round.say((Level::Info, "configuration read again, checking now".to_owned()));
    }
    if wake == Wake::ClockSet && !round.failed_lately() {
        return Outcome::Wait;
    }
    let outcome = if round.is_glance(wake) { round.glance(wake) } else { round.full(None) };
    round.stopped().unwrap_or(outcome)
}

impl Round<'_, '_> {
    pub(super) fn say(&mut self, (level, text): (Level, String)) {
        self.world.log.say(level, &text);
    }

    /// Looks for a signal that came meanwhile.
    fn stopped(&mut self) -> Option<Outcome> {
        match self.world.clock.pending() {
            Some(Wake::Stop(signal)) => return Some(Outcome::End(Exit::Signal(signal))),
            Some(Wake::Reload) => self.stay.reload = true,
            Some(Wake::Timer | Wake::AddressChanged | Wake::ClockSet) | None => {}
        }
        None
    }

    /// Whether the clock may be why: a router boots in 1970, and no certificate is valid then.
    fn failed_lately(&self) -> bool {
        self.stay.memory.failures > 0 || self.stay.memory.updated.is_none()
    }

    /// An address change, or the second look after one, asks only whether our own address is another one now.
    fn is_glance(&self, wake: Wake) -> bool {
        let early = wake == Wake::AddressChanged || (wake == Wake::Timer && self.stay.again.is_some());
        // when a check is due it is made: addresses that change without end must not keep it from its turn
        early && self.now < self.stay.until
    }

    fn glance(&mut self, wake: Wake) -> Outcome {
        let asks_outside = matches!(self.session.section.source, Source::Web(_) | Source::Script(_));
        if asks_outside && self.now.since(self.stay.looked) < CALM {
            self.stay.again = Some(self.stay.looked.after(CALM));
            return Outcome::Wait;
        }
        let here = self.look();
        let changed = matches!(here.address, Known::Is(address) if Some(address) != self.stay.memory.current);
        if changed {
            return self.full(Some(here));
        }
        if self.stay.memory.failures > 0 && matches!(here.address, Known::Is(_)) {
            let next_try = self.stay.looked.after(self.pace());
            if next_try <= self.now {
                return self.full(Some(here));
            }
            self.stay.again = Some(next_try);
            return Outcome::Wait;
        }
        self.stay.looked = self.now;
        self.stay.again = (wake == Wake::AddressChanged).then(|| self.now.after(SECOND_LOOK));
        Outcome::Wait
    }

    fn look(&mut self) -> Here {
        detect::here(&self.session.section, self.world.host, self.world.http)
    }

    /// How soon after a failure a change elsewhere on the machine may cause the next try: the line may just have come back, but addresses that
    /// come and go without end must not make a nuisance of us.
    fn pace(&self) -> Duration {
        let doubled = SECOND_LOOK.saturating_mul(1 << (self.stay.memory.failures - 1).min(8));
        doubled.min(CALM).min(self.session.section.timing.retry)
    }

    /// All facts, a decision, and what it asks for.
    fn full(&mut self, seen: Option<Here>) -> Outcome {
        self.stay.again = None;
        self.stay.looked = self.now;
        let Here { address: current, route } = seen.unwrap_or_else(|| self.look());
        let retrying = self.stay.memory.failures > 0 && !matches!(current, Known::Is(_));
        let registered =
            if retrying { Known::Unclear(String::new()) } else { self.registered(route.as_ref().ok(), &current) };
        if let Some(end) = self.stopped() {
            return end;
        }
        let facts = Facts { current, registered };
        let known = self.stay.memory.current;
        let action = decide::next(&self.session.section, &mut self.stay.memory, &facts, self.now);
        if self.stay.memory.current != known {
            // `ddns status` shows it
            self.remember();
        }
        if let Some(line) = tell::facts(&facts, &action, &self.stay.memory) {
            self.say(line);
        }
        match action {
            Action::Send(address, why) => self.send(address, why, &route, &facts),
            Action::Wait(until, idle) => self.idle(until, idle, route.as_ref().ok(), &facts),
        }
    }

    /// What the world says of our name; `SECTION.ip` shows it to LuCI.
    pub(super) fn registered(&mut self, route: Option<&Route>, current: &Known<IpAddr>) -> Known<Vec<IpAddr>> {
        let section = &self.session.section;
        let told = match route {
            Some(route) if section.api_check => self.told_by_provider(route),
            _ => None,
        };
        let mut registered = told.unwrap_or_else(|| detect::registered(section, self.world.dns));
        let ours = match current {
            Known::Is(address) => Some(*address),
            _ => None,
        };
        if let Some(route) = route.filter(|_| !section.api_check && self.hidden(&registered, ours)) {
            registered = self.told_by_provider(route).unwrap_or(registered);
        }
        self.write(Status::Ip, record::registered(&registered, ours).as_bytes());
        registered
    }

    fn told_by_provider(&mut self, route: &Route) -> Option<Known<Vec<IpAddr>>> {
        let job = job::job(self.session, route, None, None, self.world.clock);
        match send::registered(&job, self.world.http, self.world.dns, self.world.host)? {
            Known::Unclear(why) => {
                self.say((Level::Warn, format!("{why}; asking DNS instead")));
                None
            }
            known => Some(known),
        }
    }

    /// DNS shows other addresses than the one the provider took: the name may be proxied (Cloudflare), and only the provider knows.
    fn hidden(&self, registered: &Known<Vec<IpAddr>>, ours: Option<IpAddr>) -> bool {
        let native = matches!(self.session.recipe.kind, Kind::Native(_));
        let other = matches!((registered, ours), (Known::Is(all), Some(ours)) if !all.contains(&ours));
        native && other && ours == self.stay.memory.accepted
    }

    fn send(&mut self, address: IpAddr, why: Why, route: &Result<Route, String>, facts: &Facts) -> Outcome {
        if self.order.dry {
            self.say(tell::dry(address));
            return Outcome::End(Exit::Code(0));
        }
        let reply = match route {
            Ok(route) => {
                let registered = first(&facts.registered);
                job::update(self.session, &mut self.stay.memory, route, (address, registered), self.world)
            }
            // the configured binding cannot be had: nothing is sent another way
            Err(trouble) if self.order.mode == Mode::Stay => Reply::unreachable(trouble.clone()),
            Err(trouble) => {
                self.world.log.terminate(Level::Warn, trouble);
                return Outcome::End(Exit::Code(1));
            }
        };
        if reply.answer == Answer::Interrupted {
            return Outcome::Wait;
        }
        self.keep_answer(&reply);
        let now = self.world.clock.uptime();
        let dice = self.world.clock.dice();
        let after =
            decide::after(&self.session.section, &mut self.stay.memory, (address, why), &reply.answer, now, dice);
        let again = (self.order.mode == Mode::Stay).then_some(tell::Again { after, now });
        if let Some(line) = tell::answer(&reply, (address, why), &self.stay.memory, again) {
            self.say(line);
        }
        let good = reply.answer.is_good();
        if good {
            self.write(Status::Update, record::moment(now).as_bytes());
        }
        self.remember();
        match self.order.mode {
            Mode::Once => Outcome::End(Exit::Code(i32::from(!good))),
            Mode::OneRound => self.last_look(route.as_ref().ok(), facts),
            Mode::Stay if after.gave_up && self.runs_once() => Outcome::End(Exit::Code(1)),
            Mode::Stay => self.sleep_until(after.until),
        }
    }

    fn keep_answer(&mut self, reply: &Reply) {
        let failed = matches!(reply.answer, Answer::Unreachable | Answer::NotSent);
        let mask = &self.session.mask;
        let own = matches!(self.session.recipe.kind, Kind::Script(_));
        if !own {
            self.write(Status::Dat, &mask.cover_bytes(&reply.body));
        }
        if failed {
            self.write(Status::Err, mask.cover(&reply.said).as_bytes());
        }
    }

    fn idle(&mut self, until: Uptime, idle: Idle, route: Option<&Route>, facts: &Facts) -> Outcome {
        let fine = matches!(idle, Idle::Right | Idle::Unsure | Idle::Lagging);
        match self.order.mode {
            _ if self.order.dry => Outcome::End(Exit::Code(i32::from(!fine))),
            Mode::Once => Outcome::End(Exit::Code(i32::from(!fine))),
            Mode::OneRound => self.last_look(route, facts),
            Mode::Stay if self.runs_once() && fine && self.stay.memory.updated.is_some() => {
                self.say(tell::ran_once());
                Outcome::End(Exit::Code(0))
            }
            Mode::Stay if self.runs_once() && idle == Idle::GaveUp => Outcome::End(Exit::Code(1)),
            Mode::Stay => self.sleep_until(until),
        }
    }

    fn runs_once(&self) -> bool {
        self.session.section.timing.force.is_none()
    }

    fn sleep_until(&mut self, until: Uptime) -> Outcome {
        self.stay.until = until;
        self.write(Status::NextCheck, record::moment(until).as_bytes());
        Outcome::Wait
    }

    fn remember(&mut self) {
        if self.order.dry {
            return;
        }
        let text = record::memory(&self.stay.memory, &self.world.life.boot());
        self.write(Status::Memory, text.as_bytes());
    }

    /// Trouble with a status file is said once, and never keeps an update from being sent.
    pub(super) fn write(&mut self, file: Status, content: &[u8]) {
        let written = self.world.desk.write(&self.order.section, file, content);
        match written {
            Ok(()) => {}
            Err(_) if self.stay.told.desk => {}
            Err(error) => {
                self.stay.told.desk = true;
                self.say(tell::desk_trouble(&error));
            }
        }
    }
}
