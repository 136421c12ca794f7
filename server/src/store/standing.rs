//! A host's row with its lease: read, locked, written back whole. What it becomes, its callers say.

use std::collections::BTreeMap;
use std::time::Duration;

use super::found::Row;
use super::link::Link;
use super::row::{Value, padded, pieces, rows_of_marks, strange, values};
use crate::account::{Held, Host, Name};
use crate::moment::Moment;
use crate::pair::Pair;
use crate::world::{LATE, Lease};

/// Columns of `hosts` as [`read`] finds them, from `id` on.
pub(super) const COLUMNS: &str = "h.id, h.user_id, h.label, h.zone, h.dns_ttl, h.expiry_ttl, \
     h.address4, h.last4, h.changed4, h.seen4, h.expires4, h.address6, h.last6, h.changed6, h.seen6, h.expires6, \
     h.generation, h.applied, h.source, h.recent, h.leaving";

/// How many those are.
pub(super) const WIDTH: usize = 21;

/// Columns that never change once the row is there.
const FIXED: [&str; 5] = ["id", "user_id", "fqdn", "label", "zone"];

/// Columns that are written back.
const LOOSE: [&str; 20] = [
    "dns_ttl",
    "expiry_ttl",
    "address4",
    "last4",
    "changed4",
    "seen4",
    "expires4",
    "address6",
    "last6",
    "changed6",
    "seen6",
    "expires6",
    "generation",
    "applied",
    "source",
    "recent",
    "leaving",
    "lease_owner",
    "due",
    "doubt",
];

/// A locked row.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) host: Host,
    /// Who holds the lease.
    pub(super) owner: Option<String>,
    /// When it ends; see the scheme.
    pub(super) due: Option<i64>,
    /// Until when a late message may undo what the DNS has; see [`LATE`].
    pub(super) doubt: Option<i64>,
    /// The database's clock.
    pub(super) now: i64,
}

impl Standing {
    /// Takes the lease, or makes ours longer; false when it is another's. Who left one to run out may have left a message, too.
    pub(super) fn lease(&mut self, lease: &Lease) -> bool {
        let free = self.owner.is_none() || self.due.is_none_or(|due| due <= self.now);
        let ours = self.owner.as_ref() == Some(&lease.owner);
        if !free && !ours {
            return false;
        }
        if self.owner.is_some() && !ours {
            self.doubt();
        }
        self.owner = Some(lease.owner.clone());
        self.due = Some(self.after(lease.span));
        true
    }

    /// From now on something sent before may be late.
    pub(super) fn doubt(&mut self) {
        self.doubt = Some(self.after(LATE));
    }

    /// Gives the lease back. What is not in the DNS yet is due after `delay`; what is there, but may be undone, when a look is worth it.
    pub(super) fn free(&mut self, delay: Duration) {
        self.owner = None;
        self.doubt = self.doubt.filter(|end| *end > self.now);
        self.due = match self.doubt {
            _ if self.host.applied < self.host.generation => Some(self.after(delay)),
            Some(end) => Some(self.look(end)),
            None => None,
        };
    }

    /// Whether nothing is left to be done about it: it may go if it is leaving.
    pub(super) fn settled(&self) -> bool {
        self.due.is_none() && self.host.applied == self.host.generation
    }

    /// When a doubt that ends then is worth the next push: four times as long after it began as this one, and at last when it ends.
    fn look(&self, end: i64) -> i64 {
        const SOONEST: i64 = 1_000;
        let since = self.after(LATE) - end;
        end.min(self.now + since.saturating_mul(3).max(SOONEST))
    }

    fn after(&self, span: Duration) -> i64 {
        Moment(self.now).plus(span).0
    }
}

/// The host whose columns begin at `at`.
pub(super) fn read(row: &Row, at: usize) -> Result<Host, sqlx::Error> {
    Ok(Host {
        id: row.int(at)?,
        user: row.int(at + 1)?,
        name: Name { label: row.text(at + 2)?.to_owned(), zone: row.text(at + 3)?.to_owned() },
        dns_ttl: row.u32(at + 4)?,
        expiry_ttl: row.u32(at + 5)?,
        held: Pair { v4: held(row, at + 6)?, v6: held(row, at + 11)? },
        generation: row.int(at + 16)?,
        applied: row.int(at + 17)?,
        source: row.address(at + 18)?,
        recent: moments(row.text(at + 19)?)?,
        leaving: row.int(at + 20)? != 0,
    })
}

fn held(row: &Row, at: usize) -> Result<Held, sqlx::Error> {
    Ok(Held {
        address: row.address(at)?,
        last: row.address(at + 1)?,
        changed: row.moment(at + 2)?,
        seen: row.moment(at + 3)?,
        expires: row.moment(at + 4)?,
    })
}

fn moments(text: &str) -> Result<Vec<Moment>, sqlx::Error> {
    text.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().map(Moment).map_err(strange)).collect()
}

fn text_of(moments: &[Moment]) -> String {
    moments.iter().map(|moment| moment.0.to_string()).collect::<Vec<_>>().join(",")
}

/// Locks rows, always in the order of their numbers: two transactions that want the same rows wait instead of deadlocking.
pub(super) async fn lock(
    link: &mut Link<'_>,
    ids: impl Iterator<Item = i64>,
) -> Result<BTreeMap<i64, Standing>, sqlx::Error> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = BTreeMap::new();
    for ids in ids.chunks(64) {
        let (marks, values) = padded(values_of(ids));
        let words = link.dialect();
        let columns = format!("{COLUMNS}, h.lease_owner, h.due, h.doubt, {}", words.now);
        let rest = format!("FROM hosts h WHERE h.id IN ({marks}) ORDER BY h.id{}", words.lock);
        for row in link.many(&columns, &rest, values).await? {
            let standing = Standing {
                host: read(&row, 0)?,
                owner: row.maybe_text(WIDTH)?.map(str::to_owned),
                due: row.maybe_int(WIDTH + 1)?,
                doubt: row.maybe_int(WIDTH + 2)?,
                now: row.int(WIDTH + 3)?,
            };
            found.insert(standing.host.id, standing);
        }
    }
    Ok(found)
}

pub(super) fn values_of(ids: &[i64]) -> Vec<Value> {
    ids.iter().copied().map(Value::Int).collect()
}

/// Writes locked rows back, each with what it was when it was read, many with one trip to the database: MariaDB by an INSERT that always meets
/// its row, SQLite by an UPDATE of the columns in which any of them differs, because each index on a column that is named costs a search.
pub(super) async fn write(link: &mut Link<'_>, rows: &[(&Standing, &Standing)]) -> Result<(), sqlx::Error> {
    let words = link.dialect();
    for piece in pieces(rows) {
        let made = match words.upsert {
            Some(upsert) => Some(upserts(piece, upsert)),
            None => update(piece),
        };
        if let Some((sql, values)) = made {
            link.run(sql, values).await?;
        }
    }
    Ok(())
}

/// Writes back of locked rows only the lease and how far the DNS is, those that end alike with one statement.
pub(super) async fn write_leases(link: &mut Link<'_>, rows: &[&Standing]) -> Result<(), sqlx::Error> {
    let mut alike: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for row in rows {
        let behind = (row.host.applied != row.host.generation).then_some(row.host.applied);
        alike.entry((behind, row.owner.as_deref(), row.due, row.doubt)).or_default().push(row.host.id);
    }
    for ((behind, owner, due, doubt), ids) in alike {
        for ids in ids.chunks(64) {
            let (marks, ids) = padded(values_of(ids));
            let sql = format!(
                "UPDATE hosts SET applied = COALESCE(?, generation), lease_owner = ?, due = ?, doubt = ? WHERE id IN ({marks})"
            );
            link.run(sql, [values![behind, owner, due, doubt], ids].concat()).await?;
        }
    }
    Ok(())
}

fn upserts(rows: &[(&Standing, &Standing)], (head, before, behind): (&str, &str, &str)) -> (String, Vec<Value>) {
    let set: Vec<String> = LOOSE.iter().map(|column| format!("{column} = {before}{column}{behind}")).collect();
    let columns = [&FIXED[..], &LOOSE[..]].concat();
    let marks = rows_of_marks(rows.len(), columns.len());
    let sql = format!("INSERT INTO hosts ({}) VALUES {marks}{head}{}", columns.join(", "), set.join(", "));
    (sql, rows.iter().flat_map(|(_, row)| [fixed(row), loose(row)].concat()).collect())
}

/// `None` where nothing differs.
fn update(rows: &[(&Standing, &Standing)]) -> Option<(String, Vec<Value>)> {
    let lines: Vec<_> = rows.iter().map(|(was, row)| (loose(was), row.host.id, loose(row))).collect();
    let differs = |at: &usize| lines.iter().any(|(was, _, row)| was[*at] != row[*at]);
    let places: Vec<usize> = (0..LOOSE.len()).filter(differs).collect();
    let set: Vec<String> =
        places.iter().zip(2..).map(|(at, mark)| format!("{} = new.column{mark}", LOOSE[*at])).collect();
    let marks = rows_of_marks(rows.len(), places.len() + 1);
    let sql = format!("UPDATE hosts SET {} FROM (VALUES {marks}) AS new WHERE hosts.id = new.column1", set.join(", "));
    let mut values = Vec::with_capacity(rows.len() * (places.len() + 1));
    for (_, id, mut row) in lines {
        values.push(Value::Int(id));
        values.extend(places.iter().map(|at| std::mem::replace(&mut row[*at], Value::Null)));
    }
    (!places.is_empty()).then_some((sql, values))
}

/// In the order of [`FIXED`].
fn fixed(standing: &Standing) -> Vec<Value> {
    let host = &standing.host;
    values![host.id, host.user, host.name.fqdn(), host.name.label.as_str(), host.name.zone.as_str()]
}

/// In the order of [`LOOSE`].
fn loose(standing: &Standing) -> Vec<Value> {
    let host = &standing.host;
    let mut all = values![host.dns_ttl, host.expiry_ttl];
    for held in [&host.held.v4, &host.held.v6] {
        all.extend(values![held.address, held.last, held.changed, held.seen, held.expires]);
    }
    all.extend(values![host.generation, host.applied, host.source, text_of(&host.recent), i64::from(host.leaving)]);
    all.extend(values![standing.owner.as_deref(), standing.due, standing.doubt]);
    all
}
