//! An outbox in memory, with leases as the database has them, and mail servers that do as they are told. Its clock is tokio's, which a test
//! may stop: five days pass at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use ddns::secret::Secret;
use ddns_service::account::{Digest, Host, Name, Token, User};
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::world::{
    Asked, Event, Found, HostFilter, Lease, Letter, LetterFault, Mail, NewHost, NewUser, Posted, Settled, Store,
    StoreFault, Touch, Undone, Waiting, Want, Wanted,
};
use tokio::time::Instant;

#[derive(Debug)]
struct Row {
    letter: Letter,
    tries: u32,
    due: Option<Instant>,
}

/// The outbox; every other question is one that must not be asked.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    rows: Mutex<Vec<Row>>,
    /// Takes letters out, but writes nothing.
    pub(crate) cannot_note: AtomicBool,
    /// Does nothing at all.
    pub(crate) away: AtomicBool,
    /// How often letters were asked for.
    pub(crate) asked: AtomicU32,
}

impl Outbox {
    pub(crate) fn put(&self, letter: Letter) {
        self.rows.lock().unwrap().push(Row { letter, tries: 0, due: Some(Instant::now()) });
    }

    /// Rows that are neither sent nor given up.
    pub(crate) fn waiting(&self) -> usize {
        self.rows.lock().unwrap().iter().filter(|row| row.due.is_some()).count()
    }

    fn away(&self, noting: bool) -> Result<(), StoreFault> {
        if self.away.load(Ordering::SeqCst) || (noting && self.cannot_note.load(Ordering::SeqCst)) {
            return Err(StoreFault::Away("the test says so".to_owned()));
        }
        Ok(())
    }
}

fn index(id: i64) -> usize {
    usize::try_from(id).unwrap()
}

#[async_trait::async_trait]
impl Store for Outbox {
    async fn letters(&self, lease: &Lease, limit: u32) -> Result<Vec<Posted>, StoreFault> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.away(false)?;
        let now = Instant::now();
        let mut taken = Vec::new();
        for (id, row) in self.rows.lock().unwrap().iter_mut().enumerate() {
            if taken.len() < limit as usize && row.due.is_some_and(|due| due <= now) {
                row.due = Some(now + lease.span);
                taken.push(Posted { id: i64::try_from(id).unwrap(), tries: row.tries, letter: row.letter.clone() });
            }
        }
        Ok(taken)
    }

    async fn posted(&self, id: i64) -> Result<(), StoreFault> {
        self.away(true)?;
        self.rows.lock().unwrap()[index(id)].due = None;
        Ok(())
    }

    async fn postponed(&self, id: i64, after: Duration) -> Result<(), StoreFault> {
        self.away(true)?;
        let row = &mut self.rows.lock().unwrap()[index(id)];
        row.tries += 1;
        row.due = row.due.map(|_| Instant::now() + after);
        Ok(())
    }

    async fn host(&self, id: i64) -> Result<Option<Host>, StoreFault> {
        self.away(false)?;
        Ok(Some(Host {
            id,
            user: 1,
            name: Name { label: "mypc".to_owned(), zone: "dyn.example.com".to_owned() },
            dns_ttl: 60,
            expiry_ttl: 3600,
            held: Pair::default(),
            generation: 1,
            applied: 1,
            source: None::<IpAddr>,
            recent: Vec::new(),
            leaving: false,
        }))
    }

    async fn look(&self, _: &[Asked]) -> Result<Vec<Found>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn want(&self, _: &[Want]) -> Result<Vec<Wanted>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn touch(&self, _: &[Touch]) -> Result<Vec<bool>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn applied(&self, _: &[(i64, i64)], _: &Lease) -> Result<Vec<Settled>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn released(&self, _: &[Undone], _: &str) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn claim(&self, _: &Lease, _: u32) -> Result<Vec<Host>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn expired(&self, _: Moment, _: u32) -> Result<Vec<(Host, User)>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn users(&self) -> Result<Vec<(User, u32)>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn add_user(&self, _: &NewUser) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn delete_user(&self, _: &str) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn set_password(&self, _: &str, _: &Secret) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn renew_password(&self, _: &User, _: &Secret) -> Result<bool, StoreFault> {
        unreachable!()
    }
    async fn set_email(&self, _: &str, _: &str) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn set_host_limit(&self, _: &str, _: Option<u32>) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn hosts(&self, _: &HostFilter) -> Result<Vec<(Host, String)>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn add_host(&self, _: &NewHost) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn delete_host(&self, _: i64) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn history(&self, _: i64, _: u32) -> Result<Vec<Event>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn trim_history(&self, _: u32) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn add_token(&self, _: i64, _: &Digest, _: &str, _: Moment) -> Result<i64, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn tokens(&self, _: i64) -> Result<Vec<Token>, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn revoke_token(&self, _: i64) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn check(&self) -> Result<String, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn waiting(&self) -> Result<Waiting, StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
    async fn backup(&self, _: &Path) -> Result<(), StoreFault> {
        panic!("the way of letters asks nothing of this")
    }
}

/// What a mail server does with the next letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    #[default]
    Takes,
    Later,
    Never,
    Hangs,
}

/// A mail server that counts.
#[derive(Debug, Default)]
pub(crate) struct Server {
    pub(crate) mood: Mutex<Mood>,
    /// For a letter.
    pub(crate) takes: Mutex<Duration>,
    /// How often each key was tried, and taken.
    pub(crate) tried: Mutex<HashMap<String, u32>>,
    pub(crate) taken: Mutex<HashMap<String, u32>>,
    under_way: AtomicU32,
    /// The most at once.
    pub(crate) most: AtomicU32,
}

impl Server {
    pub(crate) fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// How often each letter was taken: all keys, and the largest number.
    pub(crate) fn count(&self) -> (usize, u32) {
        let taken = self.taken.lock().unwrap();
        (taken.len(), taken.values().copied().max().unwrap_or(0))
    }
}

#[async_trait::async_trait]
impl Mail for Server {
    async fn send(&self, letter: &Letter) -> Result<(), LetterFault> {
        *self.tried.lock().unwrap().entry(letter.key.clone()).or_default() += 1;
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let span = *self.takes.lock().unwrap();
        tokio::time::sleep(span).await;
        let mood = *self.mood.lock().unwrap();
        if mood == Mood::Hangs {
            std::future::pending::<()>().await;
        }
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        match mood {
            Mood::Later => Err(LetterFault::Later("450 not now".to_owned())),
            Mood::Never => Err(LetterFault::Never("550 no such user".to_owned())),
            _ => {
                *self.taken.lock().unwrap().entry(letter.key.clone()).or_default() += 1;
                Ok(())
            }
        }
    }

    async fn check(&self) -> Result<String, LetterFault> {
        panic!("the way of letters asks nothing of this")
    }
}
