//! What requests need to know, many requests in a handful of questions. The busiest path of all.

mod lines;
mod lists;

use std::collections::HashMap;

use super::link::Link;
use super::row::{padded, pieces};
use super::{standing, users};
use crate::account::{Host, User};
use crate::world::{Asked, Found, Wish};

pub(super) async fn look(link: &mut Link<'_>, asked: &[Asked]) -> Result<Vec<Found>, sqlx::Error> {
    let mut found: Vec<Found> =
        asked.iter().map(|one| Found { user: None, token: None, hosts: vec![None; named(one).len()] }).collect();
    match link {
        Link::Sqlite(_) => lines::fill(link, asked, &mut found).await?,
        Link::Mariadb(_) => lists::fill(link, asked, &mut found).await?,
    }
    owners(link, asked, &mut found).await?;
    only(link, asked, &mut found).await?;
    Ok(found)
}

fn named(asked: &Asked) -> &[String] {
    match &asked.hosts {
        Wish::Named(names) => names,
        Wish::Only => &[],
    }
}

/// Each key once, in lists short enough for one question.
fn lists<K: Ord + Clone>(keys: impl Iterator<Item = K>) -> Vec<Vec<K>> {
    let mut keys: Vec<K> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.chunks(64).map(<[K]>::to_vec).collect()
}

/// Fills in the users of those who named none, but have a token.
async fn owners(link: &mut Link<'_>, asked: &[Asked], found: &mut [Found]) -> Result<(), sqlx::Error> {
    let whose =
        |(one, found): (&Asked, &Found)| found.token.as_ref().filter(|_| one.user.is_none()).map(|token| token.user);
    let wanted: Vec<_> = asked.iter().zip(found.iter()).map(whose).collect();
    let mut owners: HashMap<i64, User> = HashMap::new();
    for numbers in lists(wanted.iter().flatten().copied()) {
        let (marks, values) = padded(standing::values_of(&numbers));
        let rest = format!("FROM users u WHERE u.id IN ({marks})");
        for row in link.many(users::COLUMNS, &rest, values).await? {
            let user = users::read(&row, 0)?;
            owners.insert(user.id, user);
        }
    }
    for (found, wanted) in found.iter_mut().zip(wanted) {
        if let Some(owner) = wanted {
            found.user = owners.get(&owner).cloned();
        }
    }
    Ok(())
}

/// Fills in the hosts of those who named none: of the user two at most, which is enough to know that there is not only one; of a bare token
/// its own.
async fn only(link: &mut Link<'_>, asked: &[Asked], found: &mut [Found]) -> Result<(), sqlx::Error> {
    let whose = |(one, found): (&Asked, &Found)| match (&one.hosts, &one.user, &found.user, &found.token) {
        (Wish::Only, Some(_), Some(user), _) => Some(("user_id", user.id)),
        (Wish::Only, None, _, Some(token)) => Some(("id", token.host)),
        _ => None,
    };
    let wanted: Vec<_> = asked.iter().zip(found.iter()).map(whose).collect();
    let mut hosts: HashMap<_, Vec<Host>> = HashMap::new();
    for column in ["user_id", "id"] {
        let keys = wanted.iter().flatten().filter(|(of, _)| *of == column).map(|(_, key)| *key);
        for keys in lists(keys) {
            for key in pieces(&keys) {
                let each = format!(
                    "SELECT * FROM (SELECT {} FROM hosts h WHERE h.{column} = ? ORDER BY h.id LIMIT 2) AS two",
                    standing::COLUMNS
                );
                let sql = vec![each.as_str(); key.len()].join(" UNION ALL ");
                for row in link.rows(sql, standing::values_of(key)).await? {
                    let host = standing::read(&row, 0)?;
                    let key = if column == "id" { host.id } else { host.user };
                    hosts.entry((column, key)).or_default().push(host);
                }
            }
        }
    }
    for (found, wanted) in found.iter_mut().zip(wanted) {
        let theirs = wanted.and_then(|wanted| hosts.get(&wanted));
        found.hosts.extend(theirs.into_iter().flatten().cloned().map(Some));
    }
    Ok(())
}
