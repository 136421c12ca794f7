//! The outbox.

use std::time::Duration;

use super::fault::Halt;
use super::found::Row;
use super::link::Link;
use super::row::{padded, pieces, rows_of_marks, values};
use super::standing::values_of;
use crate::moment::Moment;
use crate::world::{Lease, Letter, Posted};

/// How long the key of a letter that left is remembered.
const REMEMBERED: Duration = Duration::from_hours(30 * 24);

/// Puts letters in; one whose key was ever there stays out.
pub(super) async fn write(link: &mut Link<'_>, letters: &[&Letter]) -> Result<(), sqlx::Error> {
    for piece in pieces(letters) {
        let sql = format!(
            "INSERT INTO letters (letter_key, host_id, generation, recipient, subject, body, due) VALUES {}{}",
            rows_of_marks(piece.len(), 7),
            link.dialect().keep
        );
        let mut all = Vec::with_capacity(piece.len() * 7);
        for letter in piece {
            all.extend(values![letter.key.as_str(), letter.host, letter.generation, letter.to.as_str()]);
            all.extend(values![letter.subject.as_str(), letter.body.as_str(), 0_i64]);
        }
        link.run(sql, all).await?;
    }
    Ok(())
}

/// Takes letters that may leave. They are found first and locked then, so that no host's row is locked for a letter.
pub(super) async fn take(link: &mut Link<'_>, lease: &Lease, limit: u32) -> Result<Vec<Posted>, Halt> {
    let now = link.now().await?;
    let sql = "SELECT l.id FROM letters l LEFT JOIN hosts h ON h.id = l.host_id \
               WHERE l.due <= ? AND (h.id IS NULL OR l.generation <= h.applied) ORDER BY l.due, l.id LIMIT ?";
    let mut ids = Vec::new();
    for row in link.rows(sql, values![now, limit]).await? {
        ids.push(row.int(0)?);
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (marks, mut values) = padded(values_of(&ids));
    let sql = format!(
        "SELECT id, tries, letter_key, host_id, generation, recipient, subject, body FROM letters \
         WHERE id IN ({marks}) AND due <= ? ORDER BY due, id{}",
        link.dialect().skip
    );
    values.extend(values![now]);
    let taken: Vec<Posted> = link.rows(sql, values).await?.iter().map(read).collect::<Result<_, _>>()?;
    let ids: Vec<i64> = taken.iter().map(|posted| posted.id).collect();
    if !ids.is_empty() {
        let (marks, held) = padded(values_of(&ids));
        let mut values = values![Moment(now).plus(lease.span)];
        values.extend(held);
        link.run(format!("UPDATE letters SET due = ? WHERE id IN ({marks})"), values).await?;
    }
    Ok(taken)
}

fn read(row: &Row) -> Result<Posted, sqlx::Error> {
    Ok(Posted {
        id: row.int(0)?,
        tries: row.u32(1)?,
        letter: Letter {
            key: row.text(2)?.to_owned(),
            host: row.int(3)?,
            generation: row.int(4)?,
            to: row.text(5)?.to_owned(),
            subject: row.text(6)?.to_owned(),
            body: row.text(7)?.to_owned(),
        },
    })
}

/// Only the key stays: whom and what it told is nobody's business any more.
pub(super) async fn posted(link: &mut Link<'_>, id: i64) -> Result<(), Halt> {
    let sql = format!(
        "UPDATE letters SET due = NULL, left_at = {}, recipient = '', subject = '', body = '' WHERE id = ?",
        link.dialect().now
    );
    link.run(sql, values![id]).await?;
    Ok(())
}

pub(super) async fn postponed(link: &mut Link<'_>, id: i64, after: Duration) -> Result<(), Halt> {
    let due = Moment(link.now().await?).plus(after);
    let sql = "UPDATE letters SET tries = tries + 1, due = ? WHERE id = ? AND due IS NOT NULL";
    link.run(sql, values![due, id]).await?;
    Ok(())
}

/// Forgets the keys of letters that left long ago.
pub(super) async fn trim(link: &mut Link<'_>) -> Result<(), Halt> {
    let before = Moment(link.now().await?).minus(REMEMBERED);
    link.run("DELETE FROM letters WHERE left_at < ?", values![before]).await?;
    Ok(())
}
