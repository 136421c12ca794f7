//! Tokens of hosts.

use super::fault::{Halt, bound, taken};
use super::found::Row;
use super::link::Link;
use super::row::{Value, values};
use crate::account::{Digest, Token};
use crate::moment::Moment;
use crate::world::Rejected;

/// Columns as [`read`] finds them, of `tokens t` joined with `hosts o`, the host that they are of.
pub(super) const COLUMNS: &str = "t.id, o.user_id, t.host_id, t.note, t.made";

/// How many those are.
pub(super) const WIDTH: usize = 5;

/// The token whose columns begin at `at`.
pub(super) fn read(row: &Row, at: usize) -> Result<Token, sqlx::Error> {
    Ok(Token {
        id: row.int(at)?,
        user: row.int(at + 1)?,
        host: row.int(at + 2)?,
        note: row.text(at + 3)?.to_owned(),
        made: Moment(row.int(at + 4)?),
    })
}

pub(super) async fn add(link: &mut Link<'_>, host: i64, digest: &Digest, note: &str, now: Moment) -> Result<i64, Halt> {
    let values = values![host, Value::Bytes(digest.to_vec()), note, now];
    match link.insert("INSERT INTO tokens (host_id, digest, note, made) VALUES (?, ?, ?, ?)", values).await {
        Err(error) if bound(&error) => Err(Rejected::NoHost.into()),
        Err(error) if taken(&error) => Err(Rejected::Exists.into()),
        done => Ok(done?),
    }
}

pub(super) async fn of_host(link: &mut Link<'_>, host: i64) -> Result<Vec<Token>, sqlx::Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens t JOIN hosts o ON o.id = t.host_id WHERE t.host_id = ? ORDER BY t.made, t.id"
    );
    link.rows(sql, values![host]).await?.iter().map(|row| read(row, 0)).collect()
}

pub(super) async fn revoke(link: &mut Link<'_>, id: i64) -> Result<(), Halt> {
    match link.run("DELETE FROM tokens WHERE id = ?", values![id]).await? {
        0 => Err(Rejected::NoToken.into()),
        _ => Ok(()),
    }
}
