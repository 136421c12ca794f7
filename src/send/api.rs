//! Requests to a provider's own API: JSON or a form there, JSON back, and one way of sorting what went wrong.
//!
//! A provider reads as a straight line: each step gives what it found, or the [`Reply`] that ends the line. Nothing of one provider is
//! known here.

use std::time::{Duration, SystemTime};

use serde_json::Value;

pub(super) use super::choice::Outcome;
pub(super) use super::json::{End, Step, addresses, end, fault, list, message, number, odd, rows, text};
pub(super) use super::status::{by_status, silent};
pub(super) use super::zones::{in_granted_zone, in_zone};
use super::{Job, keys, not_sent, sign};
use crate::answer::{Answer, Refusal};
use crate::secret::{Secret, percent_encoded};
use crate::url::Url;
use crate::world::{BODY_LIMIT, Http, Request, Response};

/// Finds the provider's own words for what is wrong in its answer.
pub(super) type Complaint = fn(&Value) -> Option<String>;

/// The class of an answer by the provider's own code in it, whatever its HTTP status; `None` where it complains of nothing, and `Unclear`
/// where the status may know better. [`CLOCK`] means that it does not believe our clock.
pub(super) type Sort = fn(&Value) -> Option<Answer>;

/// The class of the provider's own words, where they say more than the status does. [`CLOCK`] means that it does not believe our clock.
pub(super) type Sorting = fn(&str) -> Option<Answer>;

/// A signature refused for its time is tried again like a server that was not reached: the owner has nothing to mend, and a clock that is
/// set wakes a section whose last try failed. A refusal would keep it silent for an hour after the clock is right.
pub(super) const CLOCK: Answer = Answer::Unreachable;

/// Providers differ in how wrong a clock may be; the strictest wants five seconds.
const PUNCTUAL: Duration = Duration::from_secs(5);

/// The header fields that sign a finished request.
pub(super) type Signer = fn(&Job<'_>, &Request) -> Vec<(&'static str, Secret)>;

/// One provider's API during one update.
pub(super) struct Api<'a> {
    job: &'a Job<'a>,
    http: &'a mut dyn Http,
    base: String,
    headers: Vec<(&'static str, Secret)>,
    complaint: Complaint,
    sort: Sort,
    sorting: Sorting,
    signer: Option<Signer>,
    session: bool,
    /// What signatures say.
    now: SystemTime,
    /// What was given or made on the way and opens doors: tokens, sessions, signatures.
    keys: Vec<Secret>,
}

impl<'a> Api<'a> {
    /// An API below `base`, an `https:` URL without a slash at its end.
    pub(super) fn new(job: &'a Job<'a>, http: &'a mut dyn Http, base: &str, complaint: Complaint) -> Self {
        Self {
            job,
            http,
            base: base.to_owned(),
            headers: Vec::new(),
            complaint,
            sort: |_| None,
            sorting: |_| None,
            signer: None,
            session: false,
            now: job.moment,
            keys: Vec::new(),
        }
    }

    /// An API whose answers say in a code of their own what went wrong, even with status 200.
    pub(super) fn sorted_by(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }

    /// A header field of every request.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name, Secret::new(value)));
        self
    }

    /// `Authorization: Bearer TOKEN`, the token from option `password`.
    pub(super) fn bearer(self) -> Self {
        let token = self.job.section.password.clone().unwrap_or_default();
        self.with("Authorization", [b"Bearer ", token.reveal()].concat())
    }

    /// Another value of a header field, from now on.
    pub(super) fn change(&mut self, name: &'static str, value: impl Into<Vec<u8>>) {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, Secret::new(value)));
    }

    /// Sorts complaints by the provider's own codes first.
    pub(super) fn sorted(mut self, sorting: Sorting) -> Self {
        self.sorting = sorting;
        self
    }

    /// Every request is signed.
    pub(super) fn signed(mut self, signer: Signer) -> Self {
        self.signer = Some(signer);
        self
    }

    /// A cookie is given back with the requests that follow.
    pub(super) fn with_session(mut self) -> Self {
        self.session = true;
        self
    }

    /// Keeps what opens doors and is no option, a token or a session, out of every text.
    pub(super) fn hide(&mut self, key: &str) {
        self.keys.push(Secret::new(key));
    }

    /// Asks for what need not be there: status 404 is `None`.
    pub(super) fn find(&mut self, path: &str) -> Step<Option<Value>> {
        self.ask(path, None, true)
    }

    /// Asks, with POST where there is a body of a content type; status 404 may mean that there is nothing.
    pub(super) fn ask(&mut self, path: &str, body: Option<(&str, String)>, none_is_404: bool) -> Step<Option<Value>> {
        let response = self.exchange(if body.is_some() { "POST" } else { "GET" }, path, body)?;
        if none_is_404 && response.status == 404 { Ok(None) } else { self.read(&response).map(Some) }
    }

    /// Asks.
    pub(super) fn get(&mut self, path: &str) -> Step<Value> {
        let response = self.exchange("GET", path, None)?;
        self.read(&response)
    }

    /// Sends JSON.
    pub(super) fn send(&mut self, method: &'static str, path: &str, body: &Value) -> Step<Value> {
        let response = self.exchange(method, path, Some(("application/json", body.to_string())))?;
        self.read(&response)
    }

    /// Sends a body that is written already; whatever comes back with status 2xx is good.
    pub(super) fn write(&mut self, method: &'static str, path: &str, content_type: &str, body: String) -> Step<Value> {
        let response = self.exchange(method, path, Some((content_type, body)))?;
        self.read(&response)
    }

    /// Sends a form, as a browser does: for APIs that want one.
    pub(super) fn post_form(&mut self, path: &str, fields: &[(&str, &[u8])]) -> Step<Value> {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        let response = self.exchange("POST", path, Some(("application/x-www-form-urlencoded", fields.join("&"))))?;
        self.read(&response)
    }

    /// Asks or sends where the API speaks no JSON; the text of an answer of status 2xx. The complaint of another one is looked for in a
    /// [`Value::String`].
    pub(super) fn text(&mut self, method: &'static str, path: &str, body: Option<String>) -> Step<String> {
        let body = body.map(|text| (if text.starts_with('<') { "text/xml" } else { "text/plain" }, text));
        let response = self.exchange(method, path, body)?;
        let text = String::from_utf8_lossy(&response.body).into_owned();
        if (200..300).contains(&response.status) {
            return Ok(text);
        }
        let own = (self.complaint)(&Value::String(text));
        Err(self.refused(&response, None, own))
    }

    fn exchange(&mut self, method: &'static str, path: &str, body: Option<(&str, String)>) -> Step<Response> {
        // what an API gives for a path may be a host as well: `.elsewhere.example/` behind the base
        if !(path.is_empty() || path.starts_with(['/', '?'])) {
            return Err(odd("it leads to another host"));
        }
        // the path is not told: some providers want their key in it
        let url =
            Url::parse(&format!("{}{path}", self.base)).map_err(|why| not_sent(format!("the API's URL: {why}")))?;
        let mut headers = self.headers.clone();
        let body = body.map(|(content_type, body)| {
            headers.push(("Content-Type", Secret::new(content_type)));
            body.into_bytes()
        });
        let request = Request { method, url, headers, body, confidential: true };
        let mut response = self.carry(&request)?;
        // a signature may be refused for its time whatever the words are: once it is made by their clock
        let date = response.date.filter(|_| self.signer.is_some() && (400..=403).contains(&response.status));
        if let Some(date) = date.filter(|date| apart(*date, self.now) > PUNCTUAL) {
            self.now = date;
            response = self.carry(&request)?;
        }
        if let Some(cookie) = response.cookie.as_ref().filter(|_| self.session) {
            self.keys.extend(keys::in_cookie(cookie));
            self.change("Cookie", cookie.reveal());
        }
        Ok(response)
    }

    /// Signs and sends a request.
    fn carry(&mut self, request: &Request) -> Step<Response> {
        let mut request = request.clone();
        if let Some(signer) = self.signer {
            let signed = signer(&Job { moment: self.now, ..*self.job }, &request);
            request.headers.extend(signed);
        }
        self.keys.extend(keys::of(&request));
        self.http.exchange(&request, self.job.route).map_err(|broken| silent(&broken))
    }

    /// The JSON of an answer of status 2xx; an empty body is `null`, where a provider's answers need not say that all went well.
    fn read(&self, response: &Response) -> Step<Value> {
        let json = serde_json::from_slice::<Value>(&response.body);
        let good = (200..300).contains(&response.status);
        match json {
            Ok(json) => match (self.sort)(&json) {
                None if good => Ok(json),
                code => Err(self.refused(response, code, (self.complaint)(&json))),
            },
            Err(_) if !good => Err(self.refused(response, None, None)),
            Err(_) if response.body.trim_ascii().is_empty() => match (self.sort)(&Value::Null) {
                None => Ok(Value::Null),
                Some(_) => Err(self.ended(Answer::Unclear, "the answer is empty", b"")),
            },
            Err(_) if response.body.len() >= BODY_LIMIT => {
                Err(self.ended(Answer::Unclear, "the answer is too long", b""))
            }
            // what begins as JSON is cut off: a token in it would be known to nobody here
            Err(_) if response.body.trim_ascii_start().starts_with(b"{") => {
                Err(self.ended(Answer::Unclear, "the answer is no JSON, or not all of it", b""))
            }
            Err(_) => Err(self.ended(Answer::Unclear, "the answer is no JSON", &response.body)),
        }
    }

    fn refused(&self, response: &Response, code: Option<Answer>, own: Option<String>) -> End {
        let answer = match code.unwrap_or(Answer::Unclear) {
            Answer::Unclear => by_status(response),
            Answer::SlowDown(None) => Answer::SlowDown(response.retry_after),
            Answer::ServerTrouble(None) => Answer::ServerTrouble(response.retry_after),
            answer => answer,
        };
        let said = match response.status {
            200..300 => "the provider says".to_owned(),
            status => format!("HTTP status {status}"),
        };
        match own {
            Some(own) => self.complained(answer, &said, &own, response.retry_after),
            None => self.ended(answer, &said, &response.body),
        }
    }

    /// Ends with what the provider's own words mean; `answer` where they mean nothing.
    pub(super) fn complained(&self, answer: Answer, ours: &str, own: &str, wait: Option<Duration>) -> End {
        let answer = match (self.sorting)(own).unwrap_or(answer) {
            CLOCK => {
                let clock = sign::Stamp::of(self.job.moment).long();
                let ours = format!(
                    "the signature was refused for its time: the clock of this machine says {clock}; \
                     it is tried again, at once when the clock is set;"
                );
                return self.ended(CLOCK, &ours, own.as_bytes());
            }
            Answer::SlowDown(None) => Answer::SlowDown(wait),
            answer => answer,
        };
        self.ended(answer, ours, own.as_bytes())
    }

    /// How the line ends: a class, our words, the provider's.
    pub(super) fn ended(&self, answer: Answer, ours: &str, theirs: &[u8]) -> End {
        keys::ended(self.job, &self.keys, answer, (ours, theirs))
    }

    /// The name is not in this account.
    pub(super) fn no_such(&self, what: &str) -> End {
        self.ended(Answer::Refused(Refusal::NoHost), what, b"")
    }
}

fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|earlier| earlier.duration())
}
