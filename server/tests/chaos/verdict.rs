//! What must hold when all is quiet again.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use crate::clients::Sent;
use crate::town::{EXPIRING, Town};

/// How long it may take until all is quiet: a lease of fifteen seconds, a pause after failures, a second push.
const QUIET: Duration = Duration::from_secs(75);

/// A host of which a message may come late is pushed at growing intervals for ten minutes: it counts as quiet when the last of these pushes was
/// long enough after everything was up again. That was when a quarter of the time from the doubt's beginning to the next push had gone by.
const RESTLESS: &str = "SELECT COUNT(*) FROM hosts WHERE applied <> generation OR lease_owner IS NOT NULL \
                        OR (leaving <> 0 AND doubt IS NULL) OR (due + 3 * (doubt - 600000)) / 4 < {calm} \
                        OR (address4 IS NOT NULL AND expires4 IS NOT NULL) OR (address6 IS NOT NULL AND expires6 IS NOT NULL)";

/// How long after everything was up again an old message may still be on its way.
const CALM: Duration = Duration::from_secs(4);

/// Long troubles, or a busy machine, make these intervals longer than this waits: what would be looked at then is looked at now.
const LOOK: &str = "UPDATE hosts SET due = {now} WHERE applied = generation AND lease_owner IS NULL AND due > {now} \
                    AND (due + 3 * (doubt - 600000)) / 4 < {calm}";

const ROWS: &str = "SELECT label, COALESCE(address4, ''), COALESCE(address6, ''), dns_ttl, generation, applied, \
                    COALESCE(due, 0), COALESCE(lease_owner, ''), leaving FROM hosts WHERE leaving = 0 OR applied <> generation ORDER BY label";

const EXPIRIES: &str = "SELECT COUNT(*) FROM (SELECT DISTINCT host_id, made FROM events WHERE kind = 'expiry') AS e";

const TOLD: &str =
    "SELECT COUNT(*) FROM letters WHERE letter_key LIKE '%-expiry' AND host_id IN (SELECT id FROM hosts)";

/// What a schedule came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) wrong: Vec<String>,
    pub(crate) letters: usize,
    pub(crate) twice: u32,
    pub(crate) quiet_after: Duration,
}

impl Town {
    /// Waits, with everything up, until nothing is left to be done.
    fn quiet(&mut self, wrong: &mut Vec<String>) -> Duration {
        let begun = Instant::now();
        let calm = (std::time::UNIX_EPOCH.elapsed().unwrap() + CALM).as_millis().to_string();
        let restless = RESTLESS.replace("{calm}", &calm);
        loop {
            self.supervise();
            if begun.elapsed() > CALM {
                let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis().to_string();
                self.try_ask(&LOOK.replace("{now}", &now).replace("{calm}", &calm));
            }
            if self.try_ask(&restless).is_some_and(|rows| rows[0][0] == "0") {
                return begun.elapsed();
            }
            if begun.elapsed() > QUIET {
                wrong.push(format!("no quiet after {} s: {:?}", QUIET.as_secs(), self.ask(ROWS)));
                return begun.elapsed();
            }
            thread::sleep(Duration::from_millis(150));
        }
    }

    /// Compares everything with everything.
    pub(crate) fn judged(&mut self, sent: &[Sent]) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.quiet_after = self.quiet(&mut outcome.wrong);
        self.note("quiet");
        // a request whose client gave up may still be under way: rows and zone count when they are of one moment
        let begun = Instant::now();
        let rows = loop {
            let (rows, zone) = (self.ask(ROWS), self.zone());
            let settled = rows.iter().all(|row| row[4] == row[5]) && rows == self.ask(ROWS);
            if settled || begun.elapsed() > QUIET {
                zone_is(&rows, zone, &mut outcome.wrong);
                break rows;
            }
            self.quiet(&mut outcome.wrong);
        };
        answers_hold(&rows, sent, &mut outcome.wrong);
        words_are_known(sent, &mut outcome.wrong);
        self.mail(&mut outcome);
        outcome
    }

    /// Every letter left, none left twice, and each expiry has one.
    fn mail(&mut self, outcome: &mut Outcome) {
        // letters that a bad day postponed wait a minute: with nobody there to send one, that minute is over now
        self.stop_all();
        self.ask("UPDATE letters SET due = 1 WHERE due IS NOT NULL");
        self.run(0);
        let begun = Instant::now();
        while self.count("SELECT COUNT(*) FROM letters WHERE due IS NOT NULL") > 0
            && begun.elapsed() < Duration::from_secs(30)
        {
            thread::sleep(Duration::from_millis(100));
        }
        let taken = self.mailbox.taken();
        let keys: BTreeMap<String, String> = self
            .ask("SELECT letter_key, COALESCE(left_at, 0) FROM letters")
            .into_iter()
            .map(|row| (row[0].clone(), row[1].clone()))
            .collect();
        for (key, left) in &keys {
            if left == "0" || !taken.contains_key(key) {
                outcome.wrong.push(format!("letter {key} was lost (left {left}, taken {:?})", taken.get(key)));
            }
        }
        for key in taken.keys().filter(|key| !keys.contains_key(*key)) {
            outcome.wrong.push(format!("letter {key} came from nowhere"));
        }
        outcome.letters = keys.len();
        outcome.twice = taken.values().map(|times| times - 1).sum();
        let ends: u32 = self.instances.iter().map(|instance| instance.ends).sum();
        // an instance has four letters under way at most: those it sent and could not note when it ended are sent once more
        if outcome.twice > 4 * ends {
            outcome.wrong.push(format!("{} letters twice after {ends} ends: {taken:?}", outcome.twice));
        }
        let (events, letters) = (self.count(EXPIRIES), self.count(TOLD));
        if events != letters {
            outcome.wrong.push(format!("{events} expiries and {letters} letters about them"));
        }
    }
}

fn zone_is(rows: &[Vec<String>], zone: Vec<String>, wrong: &mut Vec<String>) {
    let mut wanted = BTreeSet::new();
    for row in rows {
        for (address, kind) in [(&row[1], "A"), (&row[2], "AAAA")] {
            if !address.is_empty() {
                wanted.insert(format!("{} {kind} {address} {}", row[0], row[3]));
            }
        }
    }
    let found: BTreeSet<String> = zone.into_iter().collect();
    for line in found.symmetric_difference(&wanted) {
        let whose = if found.contains(line) {
            "the DNS has, and the database not"
        } else {
            "the database has, and the DNS not"
        };
        let label = line.split(' ').next();
        let row = rows.iter().find(|row| Some(row[0].as_str()) == label);
        wrong.push(format!("{whose}: {line}; row {row:?}"));
    }
}

/// Whatever the trouble, nobody's password is wrong for it.
fn words_are_known(sent: &[Sent], wrong: &mut Vec<String>) {
    for sent in sent {
        if let Some(word) = sent.word.as_deref()
            && !matches!(word, "good" | "nochg" | "dnserr" | "911" | "nohost")
        {
            wrong.push(format!("a strange answer: {sent:?}"));
        }
    }
}

/// An address that was answered for may only be followed by one that came later.
fn answers_hold(rows: &[Vec<String>], sent: &[Sent], wrong: &mut Vec<String>) {
    for row in rows {
        let host: usize = row[0][1..].parse().unwrap();
        let mine: Vec<&Sent> = sent.iter().filter(|sent| sent.host == host).collect();
        let deleted = row[4].parse::<u64>().unwrap() < 1;
        if row[1].is_empty() {
            let surely = mine.iter().any(|sent| sent.good()) && !host.is_multiple_of(EXPIRING) && !deleted;
            if surely && !mine.is_empty() {
                wrong.push(format!("h{host} was answered for and has no address"));
            }
            continue;
        }
        let Some(last) = mine.iter().find(|sent| sent.address == row[1]) else {
            wrong.push(format!("h{host} has {}, which nobody sent", row[1]));
            continue;
        };
        if let Some(newer) = mine.iter().find(|sent| sent.good() && !last.open && sent.from > last.to) {
            wrong.push(format!("h{host} ends with {last:?}, but {newer:?} was answered later"));
        }
    }
}
