//! What requests need to know, many requests in a handful of questions. The busiest path of all.

use std::collections::HashMap;

use super::link::Link;
use super::row::{Value, padded, pieces};
use super::{standing, tokens, users};
use crate::account::{Digest, Host, Token, User};
use crate::world::{Asked, Found, Wish};

pub(super) async fn look(link: &mut Link<'_>, asked: &[Asked]) -> Result<Vec<Found>, sqlx::Error> {
    let tokens = by_digest(link, asked.iter().filter_map(|one| one.token)).await?;
    let names = asked.iter().filter_map(|one| one.user.as_deref());
    let users = by_name(link, names).await?;
    let missing = asked.iter().filter(|one| one.user.is_none()).filter_map(|one| tokens.get(&one.token?));
    let owners = by_number(link, missing.map(|token| token.user)).await?;
    let hosts = by_fqdn(link, asked.iter().flat_map(named)).await?;
    let mut found = Vec::with_capacity(asked.len());
    for one in asked {
        let token = one.token.and_then(|digest| tokens.get(&digest)).cloned();
        let user = match &one.user {
            Some(name) => users.get(name.as_str()).cloned(),
            None => token.as_ref().and_then(|token| owners.get(&token.user)).cloned(),
        };
        let hosts = match &one.hosts {
            Wish::Named(names) => names.iter().map(|name| hosts.get(name.as_str()).cloned()).collect(),
            Wish::Only => Vec::new(),
        };
        found.push(Found { user, token, hosts });
    }
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

async fn by_digest(
    link: &mut Link<'_>,
    digests: impl Iterator<Item = Digest>,
) -> Result<HashMap<Digest, Token>, sqlx::Error> {
    let mut found = HashMap::new();
    for digests in lists(digests) {
        let (marks, values) = padded(digests.into_iter().map(|digest| Value::Bytes(digest.to_vec())).collect());
        let columns = format!("{}, hex(t.digest)", tokens::COLUMNS);
        let rest = format!("FROM tokens t JOIN hosts h ON h.id = t.host_id WHERE t.digest IN ({marks})");
        for row in link.many(&columns, &rest, values).await? {
            if let Some(digest) = unhex(row.text(5)?) {
                found.insert(digest, tokens::read(&row)?);
            }
        }
    }
    Ok(found)
}

fn unhex(text: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

async fn by_name<'a>(
    link: &mut Link<'_>,
    names: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, User>, sqlx::Error> {
    let mut found = HashMap::new();
    for names in lists(names) {
        let (marks, values) = padded(names.into_iter().map(Value::from).collect());
        let rest = format!("FROM users u WHERE u.name IN ({marks})");
        for row in link.many(users::COLUMNS, &rest, values).await? {
            let user = users::read(&row, 0)?;
            found.insert(user.name.clone(), user);
        }
    }
    Ok(found)
}

async fn by_number(link: &mut Link<'_>, numbers: impl Iterator<Item = i64>) -> Result<HashMap<i64, User>, sqlx::Error> {
    let mut found = HashMap::new();
    for numbers in lists(numbers) {
        let (marks, values) = padded(standing::values_of(&numbers));
        let rest = format!("FROM users u WHERE u.id IN ({marks})");
        for row in link.many(users::COLUMNS, &rest, values).await? {
            let user = users::read(&row, 0)?;
            found.insert(user.id, user);
        }
    }
    Ok(found)
}

async fn by_fqdn<'a>(
    link: &mut Link<'_>,
    names: impl Iterator<Item = &'a String>,
) -> Result<HashMap<String, Host>, sqlx::Error> {
    let mut found = HashMap::new();
    for names in lists(names) {
        let (marks, values) = padded(names.into_iter().map(|name| Value::from(name.as_str())).collect());
        let rest = format!("FROM hosts h WHERE h.fqdn IN ({marks})");
        for row in link.many(standing::COLUMNS, &rest, values).await? {
            let host = standing::read(&row, 0)?;
            found.insert(host.name.fqdn(), host);
        }
    }
    Ok(found)
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
