//! Tokens of hosts.

use super::fault::{Halt, bound, taken};
use super::link::{Link, Row};
use super::row::{Value, values};
use crate::account::{Digest, Token};
use crate::moment::Moment;
use crate::world::Rejected;

/// Columns as [`read`] finds them, of `tokens t` joined with `hosts h`.
pub(super) const COLUMNS: &str = "t.id, h.user_id, t.host_id, t.note, t.made";

pub(super) fn read(row: &Row) -> Result<Token, sqlx::Error> {
    Ok(Token {
        id: row.int(0)?,
        user: row.int(1)?,
        host: row.int(2)?,
        note: row.text(3)?.to_owned(),
        made: Moment(row.int(4)?),
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
        "SELECT {COLUMNS} FROM tokens t JOIN hosts h ON h.id = t.host_id WHERE t.host_id = ? ORDER BY t.made, t.id"
    );
    link.rows(sql, values![host]).await?.iter().map(read).collect()
}

pub(super) async fn revoke(link: &mut Link<'_>, id: i64) -> Result<(), Halt> {
    match link.run("DELETE FROM tokens WHERE id = ?", values![id]).await? {
        0 => Err(Rejected::NoToken.into()),
        _ => Ok(()),
    }
}
