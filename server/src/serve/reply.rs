//! Outcomes as clients want to read them: words in lines, or JSON.

use serde_json::{Value, json};

use super::outcome::{Named, Outcome, Word};
use crate::tally::Answer;
use crate::world::Reply;

/// A reply, and what it is counted as.
pub(super) type Counted = (Reply, Answer);

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// Seconds after which a client that was told to slow down may come again.
const RETRY_AFTER: &str = "60";

fn reply(status: u16, kind: &str, body: String) -> Reply {
    let headers = vec![("content-type", kind.to_owned()), ("cache-control", "no-store".to_owned())];
    Reply { status, headers, body: body.into_bytes() }
}

/// No endpoint there.
pub(super) fn not_found() -> Counted {
    (reply(404, TEXT, "not found\n".to_owned()), Answer::NotFound)
}

/// Neither GET nor POST.
pub(super) fn wrong_method() -> Counted {
    let mut reply = reply(405, TEXT, "GET or POST is wanted\n".to_owned());
    reply.headers.push(("allow", "GET, POST".to_owned()));
    (reply, Answer::Method)
}

/// Who asks without credentials is asked for them: GNU wget sends none before that.
pub(super) fn challenge(json: bool) -> Counted {
    (account(Word::BadAuth, "credentials are wanted", json).0, Answer::Challenge)
}

/// What is said once for the whole request.
pub(super) fn account(word: Word, message: &str, json: bool) -> Counted {
    if json {
        finished(word, true, json!({ "status": word.text(), "message": message }).to_string() + "\n")
    } else {
        finished(word, false, format!("{}\n", word.text()))
    }
}

/// What is said of each host, in the order of the request.
pub(super) fn hosts(outcomes: &[Named], json: bool) -> Counted {
    let worst = outcomes.iter().map(|named| named.outcome.word).max().unwrap_or(Word::NoHost);
    if !json {
        let lines: String = outcomes.iter().map(|named| named.outcome.line() + "\n").collect();
        return finished(worst, false, lines);
    }
    let body = match outcomes {
        [one] => object(&one.outcome),
        many => {
            let all: Vec<Value> = many
                .iter()
                .map(|named| {
                    let mut value = object(&named.outcome);
                    value["hostname"] = Value::from(named.name.as_str());
                    value
                })
                .collect();
            json!({ "status": worst.text(), "hosts": all })
        }
    };
    finished(worst, true, body.to_string() + "\n")
}

fn object(outcome: &Outcome) -> Value {
    let text = |address: Option<std::net::IpAddr>| address.map(|address| address.to_string());
    if matches!(outcome.word, Word::Good | Word::NoChange) {
        json!({ "status": outcome.word.text(), "ipv4": text(outcome.addresses.v4), "ipv6": text(outcome.addresses.v6) })
    } else {
        json!({ "status": outcome.word.text(), "message": outcome.word.sentence() })
    }
}

/// Only a refused login has a status of its own in text mode: inadyn takes 404 and 429 as fatal, ddclient reads a body only behind a 2xx.
fn finished(word: Word, json: bool, body: String) -> Counted {
    let status = if json || word == Word::BadAuth { word.status() } else { 200 };
    let mut reply = reply(status, if json { JSON } else { TEXT }, body);
    if status == 401 {
        reply.headers.push(("www-authenticate", "Basic realm=\"ddns\", charset=\"UTF-8\"".to_owned()));
    }
    if status == 429 {
        reply.headers.push(("retry-after", RETRY_AFTER.to_owned()));
    }
    (reply, word.counted())
}
