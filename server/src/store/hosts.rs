//! Hosts as the operator sees them, and those whose time has come.

use super::fault::{Halt, taken};
use super::link::Link;
use super::row::{strange, values};
use super::{standing, users};
use crate::account::{Host, User};
use crate::moment::Moment;
use crate::world::{HostFilter, NewHost, Rejected};

pub(super) async fn one(link: &mut Link<'_>, id: i64) -> Result<Option<Host>, sqlx::Error> {
    let sql = format!("SELECT {} FROM hosts h WHERE h.id = ?", standing::COLUMNS);
    link.one(sql, values![id]).await?.map(|row| standing::read(&row, 0)).transpose()
}

pub(super) async fn list(link: &mut Link<'_>, filter: &HostFilter) -> Result<Vec<(Host, String)>, sqlx::Error> {
    let (which, values) = match filter {
        HostFilter::All => ("", Vec::new()),
        HostFilter::Of(name) => (" WHERE u.name = ?", values![name.as_str()]),
    };
    let sql = format!(
        "SELECT {}, u.name FROM hosts h JOIN users u ON u.id = h.user_id{which} ORDER BY h.fqdn",
        standing::COLUMNS
    );
    let rows = link.rows(sql, values).await?;
    rows.iter().map(|row| Ok((standing::read(row, 0)?, row.text(standing::WIDTH)?.to_owned()))).collect()
}

/// Those with a record that expired, by its time, each with its user.
pub(super) async fn expired(link: &mut Link<'_>, now: Moment, limit: u32) -> Result<Vec<(Host, User)>, sqlx::Error> {
    let columns = format!("{}, {}, past.sweep", standing::COLUMNS, users::COLUMNS);
    // found first and joined then: else MariaDB begins with the users and sorts all hosts
    let rest = "FROM (SELECT id, sweep FROM hosts WHERE sweep < ? ORDER BY sweep LIMIT ?) AS past \
                JOIN hosts h ON h.id = past.id JOIN users u ON u.id = h.user_id";
    let mut found = Vec::new();
    for row in link.many(&columns, rest, values![now, limit]).await? {
        let host = standing::read(&row, 0)?;
        found.push((row.int(standing::WIDTH + users::WIDTH)?, host, users::read(&row, standing::WIDTH)?));
    }
    found.sort_by_key(|(sweep, host, _)| (*sweep, host.id));
    Ok(found.into_iter().map(|(_, host, user)| (host, user)).collect())
}

/// The user's row is written first: of two that count at once, one waits, or on Galera is turned away.
pub(super) async fn add(link: &mut Link<'_>, host: &NewHost) -> Result<(), Halt> {
    if link.run("UPDATE users SET turn = turn + 1 WHERE name = ?", values![host.user.as_str()]).await? == 0 {
        return Err(Rejected::NoUser.into());
    }
    let sql = "SELECT u.id, u.host_limit, (SELECT COUNT(*) FROM hosts h WHERE h.user_id = u.id) FROM users u WHERE u.name = ?";
    let row = link.one(sql, values![host.user.as_str()]).await?.ok_or(sqlx::Error::RowNotFound)?;
    if let Some(limit) = row.maybe_int(1)?.filter(|limit| row.int(2).is_ok_and(|count| count >= *limit)) {
        return Err(Rejected::TooMany(u32::try_from(limit).map_err(strange)?).into());
    }
    let name = &host.name;
    let mut values = values![row.int(0)?, name.fqdn(), name.label.as_str(), name.zone.as_str()];
    values.extend(values![host.dns_ttl, host.expiry_ttl]);
    let sql = "INSERT INTO hosts (user_id, fqdn, label, zone, dns_ttl, expiry_ttl, generation, applied, recent, leaving) \
               VALUES (?, ?, ?, ?, ?, ?, 0, 0, '', 0)";
    match link.run(sql, values).await {
        Err(error) if taken(&error) => Err(Rejected::Exists.into()),
        done => Ok(done.map(drop)?),
    }
}

/// With its tokens and its history.
pub(super) async fn delete(link: &mut Link<'_>, id: i64) -> Result<(), Halt> {
    link.run("DELETE FROM hosts WHERE id = ?", values![id]).await?;
    Ok(())
}
