//! Who is logged in. Sessions live in memory only: a restart ends them, and each instance knows its own.
//!
//! An id is known to its browser alone; here is its SHA-256. What forms carry is an HMAC of the id, so that whoever does not have the cookie
//! cannot make it. The form to log in by carries the same of an id that is not a session yet and never becomes one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::account::User;
use crate::moment::Moment;
use crate::proof::HashFault;

/// Without a request a session ends after this time.
const IDLE: Duration = Duration::from_mins(30);
/// With requests, after this.
const LONGEST: Duration = Duration::from_hours(12);
/// Sessions in all; the one that was silent for longest makes room.
const MOST: usize = 4096;
/// Sessions of one user.
const MOST_EACH: usize = 16;

type Mark = [u8; 32];

/// Something that is said once, on the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// A token is good no more.
    Revoked,
    /// The password is another one.
    Password,
}

impl Notice {
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Revoked => "The token is revoked. A router that still uses it is refused from now on.",
            Self::Password => {
                "The password is changed, and all other sessions have ended. Routers that use the password need the new one; those with a \
                 token do not."
            }
        }
    }
}

/// One session.
#[derive(Clone)]
pub(super) struct Session {
    user: i64,
    /// The user's name.
    pub(super) name: String,
    password: Mark,
    made: Moment,
    seen: Moment,
    notice: Option<Notice>,
}

impl Session {
    /// Whether it is this user's, with the password that it was opened by.
    pub(super) fn holds(&self, user: &User) -> bool {
        self.user == user.id && self.password == mark(user.password.reveal())
    }

    fn over(&self, now: Moment) -> bool {
        now.since(self.seen) >= IDLE || now.since(self.made) >= LONGEST
    }
}

/// All of them.
pub(super) struct Sessions {
    key: hmac::Key,
    open: Mutex<HashMap<Mark, Session>>,
}

impl Sessions {
    pub(super) fn new() -> Result<Self, HashFault> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| HashFault::Random)?;
        Ok(Self { key, open: Mutex::default() })
    }

    /// A session for this user; its id, which nobody knew before.
    pub(super) fn open(&self, user: &User, now: Moment) -> Result<String, HashFault> {
        let id = new_id()?;
        let mut open = self.all();
        open.retain(|_, session| !session.over(now));
        let own = open.values().filter(|session| session.user == user.id).count();
        if own >= MOST_EACH {
            end_oldest(&mut open, |session| session.user == user.id);
        } else if open.len() >= MOST {
            end_oldest(&mut open, |_| true);
        }
        let password = mark(user.password.reveal());
        let session = Session { user: user.id, name: user.name.clone(), password, made: now, seen: now, notice: None };
        open.insert(mark(id.as_bytes()), session);
        Ok(id)
    }

    /// The session of this id, if it is not over; it is in use now.
    pub(super) fn find(&self, id: &str, now: Moment) -> Option<Session> {
        let (mut open, key) = (self.all(), mark(id.as_bytes()));
        let session = open.get_mut(&key)?;
        if session.over(now) {
            open.remove(&key);
            return None;
        }
        session.seen = now;
        Some(session.clone())
    }

    pub(super) fn close(&self, id: &str) {
        self.all().remove(&mark(id.as_bytes()));
    }

    pub(super) fn close_all_of(&self, user: &User) {
        self.all().retain(|_, session| session.user != user.id);
    }

    /// To be said on the session's next page.
    pub(super) fn note(&self, id: &str, notice: Notice) {
        if let Some(session) = self.all().get_mut(&mark(id.as_bytes())) {
            session.notice = Some(notice);
        }
    }

    pub(super) fn take_notice(&self, id: &str) -> Option<Notice> {
        self.all().get_mut(&mark(id.as_bytes()))?.notice.take()
    }

    /// What a form of this id carries.
    pub(super) fn seal(&self, id: &str) -> String {
        hex(hmac::sign(&self.key, &sealed_text(id)).as_ref())
    }

    /// Whether that is what it carried; the time it takes tells nothing.
    pub(super) fn sealed(&self, id: &str, given: &str) -> bool {
        bytes(given).is_some_and(|given| hmac::verify(&self.key, &sealed_text(id), &given).is_ok())
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Mark, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end_oldest(open: &mut HashMap<Mark, Session>, of: impl Fn(&Session) -> bool) {
    let oldest = open.iter().filter(|(_, session)| of(session)).min_by_key(|(_, session)| session.seen);
    if let Some(key) = oldest.map(|(key, _)| *key) {
        open.remove(&key);
    }
}

/// 256 random bits.
pub(super) fn new_id() -> Result<String, HashFault> {
    let mut id = [0; 32];
    SystemRandom::new().fill(&mut id).map_err(|_| HashFault::Random)?;
    Ok(hex(&id))
}

fn mark(bytes: &[u8]) -> Mark {
    let mut mark = Mark::default();
    mark.copy_from_slice(digest(&SHA256, bytes).as_ref());
    mark
}

fn sealed_text(id: &str) -> Vec<u8> {
    [b"form ", id.as_bytes()].concat()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks_exact(2);
    let whole = digits.remainder().is_empty();
    let all = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    all.collect::<Option<Vec<u8>>>().filter(|_| whole)
}
