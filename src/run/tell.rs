//! The sentences of the log, begun from what the owner wants to know. Pure: values to level and text.

use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use super::{CONFIG, Mode, Order};
use crate::address::{Known, Unfit};
use crate::answer::{Answer, Refusal, Reply};
use crate::config::{Fault, Provider, Section, Source};
use crate::decide::{Action, After, Facts, Idle, Why};
use crate::memory::{HoldReason, Memory, Uptime};
use crate::world::{Exit, Level};

type Line = (Level, String);

pub(super) fn start(order: &Order, section: &Section, pid: u32) -> Vec<Line> {
    let timing = &section.timing;
    let force = timing.force.map_or_else(|| "run once".to_owned(), |force| format!("send again after {}", span(force)));
    let mut lines = vec![
        (Level::Note, format!("started, process {pid}, version {}", env!("CARGO_PKG_VERSION"))),
        (
            Level::Info,
            format!(
                "keeps the {} address of {} right at {}",
                section.family,
                section.lookup_host,
                told_to(&section.provider)
            ),
        ),
        (
            Level::Info,
            format!(
                "address from {}; check every {}, {force}, retry after {}",
                source(&section.source),
                span(timing.check),
                span(timing.retry)
            ),
        ),
    ];
    if order.dry {
        lines.push((Level::Info, "dry run: nothing will be sent".to_owned()));
    }
    if order.mode == Mode::OneRound {
        lines.push((Level::Info, "one round, no retry on error".to_owned()));
    }
    lines
}

fn told_to(provider: &Provider) -> String {
    match provider {
        Provider::Service(name) => name.clone(),
        Provider::Url(_) => "the provider of update_url".to_owned(),
        Provider::Script(path) => format!("the provider of {}", path.display()),
    }
}

fn source(source: &Source) -> String {
    match source {
        Source::Network(names) => format!("network '{}'", names.join("' or '")),
        Source::Interface(name) => format!("interface '{name}'"),
        Source::Web(url) => format!("page {url}"),
        Source::Script(argv) => format!("script '{}'", argv.first().map_or("", String::as_str)),
    }
}

/// A duration in the largest unit that fits: `600 s` is `10 minutes`.
pub(super) fn span(duration: Duration) -> String {
    let secs = duration.as_secs();
    let (number, unit) = match secs {
        s if s >= 86400 && s % 86400 == 0 => (s / 86400, "day"),
        s if s >= 3600 && s % 3600 == 0 => (s / 3600, "hour"),
        s if s >= 60 && s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// What was found and what follows. Trouble that lasts is told ever more rarely (the first, second, fourth, eighth time ...): a line a minute
/// while a line is down would push everything else out of the log.
pub(super) fn facts(facts: &Facts, action: &Action, memory: &Memory) -> Option<Line> {
    let seen = format!("address here: {}; in DNS: {}", here(&facts.current), in_dns(&facts.registered));
    let line = match action {
        Action::Send(..) if !worth_telling(memory.failures.saturating_add(1)) => return None,
        Action::Send(address, why) => (Level::Info, format!("{seen}; sending {address}: {}", because(*why))),
        Action::Wait(_, idle) => match idle {
            Idle::Right => (Level::Debug, format!("{seen}; nothing to do")),
            Idle::Unsure => (Level::Info, format!("{seen}; not sure, so nothing is sent")),
            Idle::Lagging => (Level::Debug, format!("{seen}; the update was accepted, DNS does not show it yet")),
            Idle::Flapping => (
                Level::Info,
                format!("{seen}; it changes again and again, so the newest address is sent a little later"),
            ),
            Idle::Held(reason) => (Level::Debug, format!("{seen}; {}", held(*reason))),
            Idle::Unfit(address, unfit) => (Level::Warn, refused(*address, *unfit)),
            Idle::NoAddress if !worth_telling(memory.failures) => return None,
            Idle::NoAddress => (Level::Warn, format!("no address to send: {}", why_none(facts))),
            Idle::GaveUp => (Level::Warn, format!("still no address: {}; next try at the next check", why_none(facts))),
        },
    };
    Some(line)
}

fn worth_telling(times: u32) -> bool {
    times <= 1 || times.is_power_of_two()
}

fn here(current: &Known<IpAddr>) -> String {
    match current {
        Known::Is(address) => address.to_string(),
        Known::Nothing(why) | Known::Unclear(why) => format!("none ({why})"),
    }
}

fn in_dns(registered: &Known<Vec<IpAddr>>) -> String {
    match registered {
        Known::Is(all) => all.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", "),
        Known::Nothing(why) => format!("none ({why})"),
        Known::Unclear(why) => format!("unknown ({why})"),
    }
}

fn why_none(facts: &Facts) -> &str {
    match &facts.current {
        Known::Is(_) => "",
        Known::Nothing(why) | Known::Unclear(why) => why,
    }
}

fn because(why: Why) -> &'static str {
    match why {
        Why::First => "first update since boot",
        Why::Changed => "the address changed",
        Why::Forced => "the force interval is over",
        Why::NotFollowed => "it was accepted before, but DNS still does not show it",
    }
}

fn held(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Refused => "the provider refused the last update, so it is left alone for now",
        HoldReason::SlowDown => "the provider told us to slow down, so it is left alone for now",
        HoldReason::ServerTrouble => "the provider had trouble, so it is left alone for now",
        HoldReason::Unclear => "the last answer was not understood, next try at the next check",
    }
}

fn refused(address: IpAddr, unfit: Unfit) -> String {
    match unfit {
        Unfit::Private => format!(
            "{address} is private and says nothing to the Internet, so it is not sent; \
             behind another router use ip_source 'web', or set upd_privateip to send it all the same"
        ),
        Unfit::Never => {
            format!("{address} can never be the address of this router, so it is not sent; check ip_source")
        }
    }
}

pub(super) fn dry(address: IpAddr) -> Line {
    (Level::Info, format!("dry run: {address} would be sent now"))
}

/// What the provider said, what it means, and when it is asked again (which a process that ends after one round does not promise).
pub(super) fn answer(
    reply: &Reply,
    (address, why): (IpAddr, Why),
    memory: &Memory,
    again: Option<Again>,
) -> Option<Line> {
    let said = if reply.said.is_empty() { String::new() } else { format!(": {}", reply.said) };
    let next = again.map_or_else(String::new, |again| format!("; {}", again.told(memory)));
    let line = match reply.answer {
        Answer::Accepted if why == Why::Forced => {
            (Level::Info, format!("forced update accepted, {address} sent{said}"))
        }
        Answer::Accepted => (Level::Info, format!("update accepted, {address} sent{said}")),
        Answer::Unchanged if matches!(why, Why::Changed | Why::NotFollowed) => (
            Level::Warn,
            format!("the provider had {address} already{said}; DNS shows another address, check lookup_host"),
        ),
        Answer::Unchanged => (Level::Info, format!("the provider had {address} already{said}")),
        Answer::Refused(refusal) => (Level::Error, format!("the provider refuses{said}; {}{next}", advice(refusal))),
        Answer::SlowDown(_) => (Level::Error, format!("the provider asks us to slow down{said}{next}")),
        Answer::ServerTrouble(_) => (Level::Warn, format!("the provider has trouble{said}{next}")),
        Answer::Unclear => (Level::Error, format!("update not accepted, the answer means no success{said}{next}")),
        Answer::NotSent => (Level::Error, format!("no update sent{said}{next}")),
        Answer::Unreachable if again.is_some_and(|again| again.after.gave_up) => {
            (Level::Error, format!("provider not reached{said}; retry_max_count is reached{next}"))
        }
        Answer::Unreachable if !worth_telling(memory.failures) => return None,
        Answer::Unreachable => (Level::Warn, format!("provider not reached{said}{next}")),
        Answer::Interrupted => (Level::Debug, "stopped while asking the provider".to_owned()),
    };
    Some(line)
}

/// The moment of the next try, for a process that stays.
#[derive(Clone, Copy)]
pub(super) struct Again {
    pub(super) after: After,
    pub(super) now: Uptime,
}

impl Again {
    fn told(self, memory: &Memory) -> String {
        let until = memory.hold.map_or(self.after.until, |hold| hold.until);
        format!("next try in {}", span(Duration::from_secs(until.since(self.now).as_secs().max(1))))
    }
}

fn advice(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::BadAuth => "check username and password of this section",
        Refusal::NotDonator => "this needs a paid account there",
        Refusal::NotFqdn => "'domain' must be a full name as the provider lists it",
        Refusal::NoHost => "check that 'domain' exists in the account there, and the URL",
        Refusal::NumHost => "too many or too few names in 'domain'",
        Refusal::BadAgent => "the provider does not like this program's user agent, see user_agent",
        Refusal::Forbidden => "the account may not change this name",
    }
}

pub(super) fn last_look(date: &str) -> Line {
    (Level::Info, format!("waiting the check interval, then a last look at DNS at {date}"))
}

pub(super) fn outcome(shown: bool) -> Line {
    if shown {
        (Level::Info, "DNS shows the address of this machine".to_owned())
    } else {
        (Level::Warn, "DNS does not show the address of this machine".to_owned())
    }
}

pub(super) fn ran_once() -> Line {
    (Level::Info, "configured to run once (force_interval 0), done".to_owned())
}

pub(super) fn took_over(pid: u32) -> String {
    format!("took over from process {pid} of this section")
}

pub(super) fn replaced(pid: u32) -> String {
    format!("process {pid} took over this section")
}

pub(super) fn pid_file(error: &io::Error) -> String {
    format!("cannot keep the pid file: {error}")
}

pub(super) fn rundir(dir: &Path, error: &io::Error) -> String {
    format!("cannot use ddns_rundir '{}': {error}; updates go on, LuCI will not see them", dir.display())
}

pub(super) fn desk_trouble(error: &io::Error) -> Line {
    (Level::Error, format!("cannot write a status file: {error}; updates go on, LuCI will not see them"))
}

/// The configuration of a running section is right again.
pub(super) const MENDED: &str = "the configuration can be used again";

pub(super) fn broken(fault: &Fault) -> String {
    format!("{}; nothing is sent until this is mended", fault.in_file(CONFIG))
}

pub(super) fn fault(fault: &Fault) -> String {
    fault.in_file(CONFIG).to_string()
}

pub(super) fn end(exit: Exit, pid: u32) -> Line {
    match exit {
        Exit::Code(0) => (Level::Note, format!("process {pid} done")),
        Exit::Code(code) => (Level::Warn, format!("process {pid} ends with code {code}")),
        Exit::Signal(signal) => (Level::Note, format!("process {pid} stopped by signal {signal}")),
    }
}
