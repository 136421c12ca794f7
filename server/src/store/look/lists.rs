//! One list for each kind of key: MariaDB's way. A table of question marks has no types there, and a digest that is compared as a number is
//! like many others; a column that is compared with a list has its own.

use std::collections::HashMap;

use super::{lists, named};
use crate::account::{Digest, Host, Token, User};
use crate::store::link::Link;
use crate::store::row::{Value, padded};
use crate::store::{standing, tokens, users};
use crate::world::{Asked, Found};

pub(super) async fn fill(link: &mut Link<'_>, asked: &[Asked], found: &mut [Found]) -> Result<(), sqlx::Error> {
    let tokens = by_digest(link, asked.iter().filter_map(|one| one.token)).await?;
    let users = by_name(link, asked.iter().filter_map(|one| one.user.as_deref())).await?;
    let hosts = by_fqdn(link, asked.iter().flat_map(named)).await?;
    for (one, found) in asked.iter().zip(found) {
        found.token = one.token.and_then(|digest| tokens.get(&digest)).cloned();
        found.user = one.user.as_ref().and_then(|name| users.get(name.as_str())).cloned();
        found.hosts = named(one).iter().map(|name| hosts.get(name.as_str()).cloned()).collect();
    }
    Ok(())
}

async fn by_digest(
    link: &mut Link<'_>,
    digests: impl Iterator<Item = Digest>,
) -> Result<HashMap<Digest, Token>, sqlx::Error> {
    let mut found = HashMap::new();
    for digests in lists(digests) {
        let (marks, values) = padded(digests.into_iter().map(|digest| Value::Bytes(digest.to_vec())).collect());
        let columns = format!("{}, hex(t.digest)", tokens::COLUMNS);
        let rest = format!("FROM tokens t JOIN hosts o ON o.id = t.host_id WHERE t.digest IN ({marks})");
        for row in link.many(&columns, &rest, values).await? {
            if let Some(digest) = unhex(row.text(tokens::WIDTH)?) {
                found.insert(digest, tokens::read(&row, 0)?);
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
