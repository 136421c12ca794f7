//! The history of hosts.

use ddns::address::Family;

use super::fault::Halt;
use super::found::Row;
use super::link::Link;
use super::row::{Value, padded, pieces, rows_of_marks, strange, values};
use super::standing::values_of;
use crate::moment::Moment;
use crate::world::{Event, EventKind};

/// A word and not a number: people read this table too.
const KINDS: [(EventKind, &str); 3] =
    [(EventKind::Update, "update"), (EventKind::Expiry, "expiry"), (EventKind::Admin, "admin")];

/// Lines forgotten in one transaction: Galera carries none of any size.
const PART: i64 = 4096;

/// Writes lines, each with its host.
pub(super) async fn write(link: &mut Link<'_>, lines: &[(i64, &Event)]) -> Result<(), sqlx::Error> {
    for piece in pieces(lines) {
        let sql = format!(
            "INSERT INTO events (host_id, made, kind, family, old_address, new_address, source) VALUES {}",
            rows_of_marks(piece.len(), 7)
        );
        let mut all = Vec::with_capacity(piece.len() * 7);
        for &(host, event) in piece {
            let kind = KINDS.iter().find(|(kind, _)| *kind == event.kind).map_or("", |(_, word)| *word);
            let family = number_of(event.family);
            all.extend(values![host, event.at, kind, family, event.old, event.new, event.source]);
        }
        link.run(sql, all).await?;
    }
    Ok(())
}

pub(super) fn number_of(family: Family) -> i64 {
    match family {
        Family::V4 => 4,
        Family::V6 => 6,
    }
}

/// A host's lines, newest first.
pub(super) async fn of_host(link: &mut Link<'_>, host: i64, limit: u32) -> Result<Vec<Event>, sqlx::Error> {
    let sql = "SELECT made, kind, family, old_address, new_address, source FROM events WHERE host_id = ? \
               ORDER BY made DESC, id DESC LIMIT ?";
    link.rows(sql, values![host, limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Event, sqlx::Error> {
    let word = row.text(1)?;
    let kind = KINDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind);
    Ok(Event {
        at: Moment(row.int(0)?),
        kind: kind.ok_or_else(|| strange(std::io::Error::other("an event of an unknown kind")))?,
        family: if row.int(2)? == 4 { Family::V4 } else { Family::V6 },
        old: row.address(3)?,
        new: row.address(4)?,
        source: row.address(5)?,
    })
}

/// Forgets some of the lines beyond the newest of each host; how many.
pub(super) async fn trim(link: &mut Link<'_>, keep: u32) -> Result<usize, Halt> {
    let sql = "SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY host_id ORDER BY made DESC, id DESC) AS place \
               FROM events) AS placed WHERE place > ? LIMIT ?";
    let mut old = Vec::new();
    for row in link.rows(sql, values![keep, PART]).await? {
        old.push(row.int(0)?);
    }
    for ids in old.chunks(256) {
        let (marks, values): (String, Vec<Value>) = padded(values_of(ids));
        link.run(format!("DELETE FROM events WHERE id IN ({marks})"), values).await?;
    }
    Ok(old.len())
}
