//! One request from its bytes to its reply: read, looked up, proven, decided, pushed, answered. The only place that knows all of these.

mod abuse;
mod gate;
mod login;
mod outcome;
mod renewal;
mod reply;
mod request_line;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwap;
use futures_util::future::join_all;
use tracing::{Instrument, debug, error, error_span, info};

use crate::account::{Host, User};
use crate::auth::{Auth, Scope};
use crate::config::Settings;
use crate::decide::{self, Said, Verdict};
use crate::desk::Desk;
use crate::pair::{FAMILIES, Pair};
use crate::proof;
use crate::push::{PushFault, Pushed, Pusher, Step};
use crate::request::{self, Hosts, Unread, Update};
use crate::world::{Asked, Clock, Found, Handler, Letter, Reply, Request, StoreFault, Touch, Wish};
use gate::Gate;
use outcome::{Outcome, Word};
use reply::Counted;

/// Makes the letter about a change: for whom, what it was, what it is. `None` when no such letters are wanted.
pub type Letters = dyn Fn(&User, &Host, &Host) -> Option<Letter> + Send + Sync;

/// What of the configuration may become another one while requests are served.
pub struct Rules {
    /// The configuration.
    pub settings: Settings,
    /// For change mail.
    pub letters: Box<Letters>,
}

/// Why a known user's request cannot be done, beside wrong addresses.
const NO_HOST: (Word, &str) = (Word::NoHost, "the user has no such host, or the token is another's");
const NO_NAME: (Word, &str) = (Word::NotFqdn, "the host's name is no full name");
const UNNAMED: (Word, &str) = (Word::NotFqdn, "name the host: there are several");

/// Serves updates.
pub struct Service {
    desk: Arc<Desk>,
    pusher: Arc<Pusher>,
    auth: Arc<Auth>,
    clock: Arc<dyn Clock>,
    rules: ArcSwap<Rules>,
    gate: Gate,
    renewing: renewal::Renewing,
}

impl Service {
    /// By these rules, until they change.
    #[must_use]
    pub fn new(desk: Arc<Desk>, pusher: Arc<Pusher>, auth: Arc<Auth>, clock: Arc<dyn Clock>, rules: Rules) -> Self {
        Self {
            desk,
            pusher,
            auth,
            clock,
            rules: ArcSwap::from_pointee(rules),
            gate: Gate::default(),
            renewing: renewal::Renewing::default(),
        }
    }

    /// By these from the next request on.
    pub fn change_rules(&self, rules: Rules) {
        self.rules.store(Arc::new(rules));
    }

    /// Forgets counters whose windows are over.
    pub fn clean(&self) {
        if let Some(limit) = &self.rules.load().settings.rate_limit {
            let now = Instant::now();
            self.gate.clean(limit, now);
            self.auth.clean(limit, now);
        }
    }

    /// Passwords that are being hashed or wait for it.
    pub fn hashes(&self) -> usize {
        self.auth.proof().waiting()
    }

    async fn served(&self, request: &Request) -> Counted {
        let rules = self.rules.load_full();
        let daemon = &rules.settings.daemon;
        if daemon.log_requests {
            let client = request::client(request, daemon.proxy.as_ref());
            info!(%client, request = request_line::masked(request, &rules.settings.endpoints), "request");
        }
        match request::read(request, &rules.settings.endpoints, daemon.proxy.as_ref()) {
            Ok(update) => self.updated(&update, &rules).await,
            Err(Unread::NotFound) => reply::not_found(),
            Err(Unread::Method) => reply::wrong_method(),
        }
    }

    async fn updated(&self, update: &Update, rules: &Rules) -> Counted {
        let Some(login) = &update.login else { return reply::challenge(update.json) };
        let names = match &update.hosts {
            Hosts::TooMany(_) => return reply::account(Word::NumHost, "at most 20 names in one request", update.json),
            Hosts::Only => Vec::new(),
            Hosts::Named(names) => names.iter().filter_map(|(_, name)| name.clone().ok()).collect(),
        };
        let wish = if matches!(update.hosts, Hosts::Only) { Wish::Only } else { Wish::Named(names) };
        let asked = Asked { user: login.user.clone(), token: proof::digest(&login.password), hosts: wish };
        let found = match self.desk.look(asked).await {
            Ok(found) => found,
            Err(fault) => return trouble(&fault, update.json),
        };
        match self.proven(login, &found, update.client, rules).await {
            Ok(scope) => self.answered(update, &found, scope, rules).await,
            Err(word) => reply::account(word, word.sentence(), update.json),
        }
    }

    /// Host by host; those of one request go to the DNS together.
    async fn answered(&self, update: &Update, found: &Found, scope: Scope, rules: &Rules) -> Counted {
        let Some(user) = &found.user else {
            return reply::account(Word::BadAuth, Word::BadAuth.sentence(), update.json);
        };
        let addresses = match Self::fit(update, rules) {
            Ok(addresses) => addresses,
            Err(why) => {
                return reply::account(self.bad(update, user, "", (Word::DnsErr, &why), rules), &why, update.json);
            }
        };
        let one = async |host: Option<&Host>, name: String| {
            let host = host.filter(|host| host.user == user.id && !host.leaving && scope.holds(host));
            match host {
                Some(host) => self.host(update, user, host, addresses, rules).await.of(name),
                None => Outcome::word(self.bad(update, user, &name, NO_HOST, rules)).of(name),
            }
        };
        let outcomes = match &update.hosts {
            Hosts::Named(names) => {
                let mut rows = found.hosts.iter().map(Option::as_ref);
                let each = names.iter().map(|(written, name)| {
                    let row = name.is_ok().then(|| rows.next().flatten()).flatten();
                    let (bad, one) = (name.is_err(), one(row, written.clone()));
                    async move {
                        if bad {
                            Outcome::word(self.bad(update, user, written, NO_NAME, rules)).of(written.clone())
                        } else {
                            one.await
                        }
                    }
                });
                together(each).await
            }
            _ => match &found.hosts[..] {
                [Some(host)] => vec![one(Some(host), host.name.fqdn()).await],
                [] => vec![one(None, String::new()).await],
                _ => {
                    return reply::account(self.bad(update, user, "", UNNAMED, rules), UNNAMED.1, update.json);
                }
            },
        };
        reply::hosts(&outcomes, update.json)
    }

    /// The addresses, all of them fit to be put into the DNS; else the sentence that says what is wrong.
    fn fit(update: &Update, rules: &Rules) -> Result<Pair<Option<IpAddr>>, String> {
        let addresses = update.addresses.map_err(|fault| fault.to_string())?;
        let allow_private = rules.settings.daemon.allow_private_addresses;
        match addresses.present().find(|address| !decide::publishable(*address, allow_private)) {
            Some(address) => Err(format!("{address} is not an address for the public DNS")),
            None => Ok(addresses),
        }
    }

    async fn host(
        &self,
        update: &Update,
        user: &User,
        host: &Host,
        addresses: Pair<Option<IpAddr>>,
        rules: &Rules,
    ) -> Outcome {
        let limit = rules.settings.rate_limit.as_ref();
        if limit.is_some_and(|limit| self.gate.good_full(host.id, limit, Instant::now())) {
            return Outcome::word(self.flooded(update, host, rules));
        }
        let said = Said { addresses, source: update.client, now: self.clock.now() };
        // what nearly all ask for needs no copy of the row, and no room for what a change would need
        let outcome = if decide::update(host, &said, limit.map(|limit| limit.good)) == Verdict::Unchanged(None) {
            Outcome::with(Word::NoChange, said.addresses)
        } else {
            Box::pin(self.moved(update, user, host, said, rules)).await.unwrap_or_else(|fault| {
                error!(host = %host.name, %fault, "not updated");
                Outcome::word(Word::Trouble)
            })
        };
        if let (Some(limit), Word::Good | Word::NoChange) = (limit, outcome.word) {
            self.gate.good(host.id, limit, Instant::now());
        }
        if outcome.word == Word::Abuse {
            self.flooded(update, host, rules);
        }
        if outcome.word == Word::Good {
            let old: Vec<_> = FAMILIES.iter().filter_map(|family| host.held.get(*family).address).collect();
            info!(client = %update.client, host = %host.name, user = user.name, ?old, new = outcome.addresses_text(), "updated");
        }
        outcome
    }

    async fn moved(
        &self,
        update: &Update,
        user: &User,
        host: &Host,
        said: Said,
        rules: &Rules,
    ) -> Result<Outcome, PushFault> {
        let window = rules.settings.rate_limit.as_ref().map(|limit| limit.good);
        let mut row = host.clone();
        loop {
            let pushed = self.pusher.change(row.clone(), |row| match decide::update(row, &said, window) {
                Verdict::Change(next, events) => {
                    let letter = update.notify.then(|| (rules.letters)(user, row, &next)).flatten();
                    Ok(Step { host: *next, events, letter })
                }
                Verdict::Again => Ok(Step::anew(row)),
                Verdict::Unchanged(touch) => Err(Unmoved::Holds(touch)),
                Verdict::TooOften => Err(Unmoved::TooOften),
                Verdict::Leaving => Err(Unmoved::Leaving),
            });
            return Ok(match pushed.await? {
                Pushed::Applied(_) => Outcome::with(Word::Good, said.addresses),
                Pushed::Pending(_) => Outcome::word(Word::DnsErr),
                Pushed::Gone | Pushed::Nothing(Unmoved::Leaving) => Outcome::word(Word::NoHost),
                Pushed::Nothing(Unmoved::TooOften) => Outcome::word(Word::Abuse),
                Pushed::Nothing(Unmoved::Holds(None)) => Outcome::with(Word::NoChange, said.addresses),
                Pushed::Nothing(Unmoved::Holds(Some(touch))) => {
                    if self.desk.touch(touch).await? {
                        Outcome::with(Word::NoChange, said.addresses)
                    } else if let Some(now) = self.desk.host(row.id).await? {
                        // somebody else changed it between our look and our note
                        row = now;
                        continue;
                    } else {
                        Outcome::word(Word::NoHost)
                    }
                }
            });
        }
    }
}

/// Why an update changes nothing.
enum Unmoved {
    /// All is so already; the note of it, where it is worth one.
    Holds(Option<Touch>),
    TooOften,
    Leaving,
}

/// One of them needs no list of what is under way, as most requests name one host.
async fn together<F: Future>(all: impl ExactSizeIterator<Item = F>) -> Vec<F::Output> {
    let mut all = all;
    match (all.len(), all.next()) {
        (1, Some(one)) => vec![one.await],
        (_, first) => join_all(first.into_iter().chain(all)).await,
    }
}

fn trouble(fault: &StoreFault, json: bool) -> Counted {
    error!(%fault, "no update can be served");
    reply::account(Word::Trouble, Word::Trouble.sentence(), json)
}

#[async_trait::async_trait]
impl Handler for Service {
    async fn answer(&self, request: Request) -> Reply {
        // of the highest level, because a span that the log's level leaves out leaves its lines without an id
        let span = error_span!("request", id = %request.mark());
        let began = Instant::now();
        let (reply, answer) = self.served(&request).instrument(span.clone()).await;
        let tally = self.pusher.tally();
        tally.request_time.add(began.elapsed());
        tally.answers.add(answer);
        span.in_scope(|| debug!(status = reply.status, "answered"));
        reply
    }
}
