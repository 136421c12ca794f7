//! Users.

use ddns::secret::Secret;

use super::fault::{Halt, bound, taken};
use super::found::Row;
use super::link::Link;
use super::row::{Value, strange, values};
use crate::account::User;
use crate::world::{NewUser, Rejected};

/// Columns of `users` as [`read`] finds them.
pub(super) const COLUMNS: &str = "u.id, u.name, u.email, u.password, u.host_limit";

/// How many those are.
pub(super) const WIDTH: usize = 5;

/// The user whose columns begin at `at`.
pub(super) fn read(row: &Row, at: usize) -> Result<User, sqlx::Error> {
    Ok(User {
        id: row.int(at)?,
        name: row.text(at + 1)?.to_owned(),
        email: row.text(at + 2)?.to_owned(),
        password: Secret::new(row.text(at + 3)?),
        host_limit: row.maybe_int(at + 4)?.map(u32::try_from).transpose().map_err(strange)?,
    })
}

pub(super) async fn all(link: &mut Link<'_>) -> Result<Vec<(User, u32)>, sqlx::Error> {
    let sql =
        format!("SELECT {COLUMNS}, (SELECT COUNT(*) FROM hosts h WHERE h.user_id = u.id) FROM users u ORDER BY u.name");
    link.rows(sql, Vec::new()).await?.iter().map(|row| Ok((read(row, 0)?, row.u32(WIDTH)?))).collect()
}

pub(super) async fn add(link: &mut Link<'_>, user: &NewUser) -> Result<(), Halt> {
    let values = values![user.name.as_str(), user.email.as_str(), phc(&user.password), user.host_limit];
    match link.run("INSERT INTO users (name, email, password, host_limit) VALUES (?, ?, ?, ?)", values).await {
        Err(error) if taken(&error) => Err(Rejected::Exists.into()),
        done => Ok(done.map(drop)?),
    }
}

/// A PHC string is ASCII.
fn phc(password: &Secret) -> String {
    String::from_utf8_lossy(password.reveal()).into_owned()
}

pub(super) async fn delete(link: &mut Link<'_>, name: &str) -> Result<(), Halt> {
    match link.run("DELETE FROM users WHERE name = ?", values![name]).await {
        Err(error) if bound(&error) => Err(Rejected::HasHosts.into()),
        done => found(done?),
    }
}

pub(super) async fn set_password(link: &mut Link<'_>, name: &str, password: &Secret) -> Result<(), Halt> {
    found(link.run("UPDATE users SET password = ? WHERE name = ?", values![phc(password), name]).await?)
}

pub(super) async fn renew_password(link: &mut Link<'_>, user: &User, hash: &Secret) -> Result<bool, Halt> {
    let sql = "UPDATE users SET password = ? WHERE id = ? AND password = ?";
    Ok(link.run(sql, values![phc(hash), user.id, phc(&user.password)]).await? > 0)
}

pub(super) async fn set_email(link: &mut Link<'_>, name: &str, email: &str) -> Result<(), Halt> {
    found(link.run("UPDATE users SET email = ? WHERE name = ?", values![email, name]).await?)
}

pub(super) async fn set_host_limit(link: &mut Link<'_>, name: &str, limit: Option<u32>) -> Result<(), Halt> {
    found(link.run("UPDATE users SET host_limit = ? WHERE name = ?", values![Value::from(limit), name]).await?)
}

fn found(rows: u64) -> Result<(), Halt> {
    if rows == 0 { Err(Rejected::NoUser.into()) } else { Ok(()) }
}
