//! `token ...`: what stands for a password, for one host only. A token is shown once, when it is made; only its digest is kept.

use ddns::secret::Secret;
use serde_json::{Value, json};

use crate::account::{Host, Token};
use crate::proof::{HashFault, digest, new_token};
use crate::world::{HostFilter, Rejected};

use super::Office;
use super::args::{Place, TokenWord};
use super::naming::shown;
use super::outcome::{Fault, rejected};
use super::table::Table;
use super::when;

/// Longest note, letters.
const NOTE: usize = 200;

impl Office<'_, '_> {
    pub(super) async fn token(&mut self, word: &TokenWord) -> Result<(), Fault> {
        match word {
            TokenWord::Add { place, note } => self.token_add(place, note).await,
            TokenWord::List { label: Some(label), zone, json } => {
                let place = Place { label: label.clone(), zone: zone.clone() };
                let host = self.find_host(&place).await?;
                self.token_list(vec![host], json.json).await
            }
            TokenWord::List { json, .. } => {
                let hosts = self.store.hosts(&HostFilter::All).await?;
                self.token_list(hosts.into_iter().map(|(host, _)| host).collect(), json.json).await
            }
            TokenWord::Revoke { id } => self.token_revoke(*id).await,
        }
    }

    async fn token_add(&mut self, place: &Place, note: &str) -> Result<(), Fault> {
        let note = note.trim();
        if note.chars().count() > NOTE || note.chars().any(char::is_control) {
            return Err(Fault::Note(NOTE));
        }
        let host = self.find_host(place).await?;
        if host.leaving {
            return Err(Fault::Leaving(host.name.fqdn()));
        }
        let token = new_token()?;
        let kept = digest(&Secret::new(token.as_str())).ok_or(HashFault::Random)?;
        let id = self.store.add_token(host.id, &kept, note, self.house.now()).await?;
        let mut printer = self.printer();
        printer.line(&format!(
            "token {id} is made; it is good for {} only, in the place of the password",
            shown(&host.name.fqdn())
        ))?;
        printer.line(&format!("token: {token}"))?;
        printer.line("it is kept nowhere and not shown again")
    }

    async fn token_list(&mut self, hosts: Vec<Host>, json: bool) -> Result<(), Fault> {
        let mut rows = Vec::new();
        for host in hosts {
            let tokens = self.store.tokens(host.id).await?;
            rows.extend(tokens.into_iter().map(|token| (token, host.name.fqdn())));
        }
        if json {
            let values = rows.iter().map(|(token, fqdn)| {
                let mut value = value(token);
                value["hostname"] = json!(fqdn);
                value
            });
            return self.printer().json(&values.collect());
        }
        let mut table =
            Table::new(&["token", "hostname", "made", "note"], "no tokens; 'token add LABEL ZONE' makes one");
        for (token, fqdn) in &rows {
            table.row(&[token.id.to_string(), shown(fqdn), when::shown(token.made), token.note.clone()]);
        }
        self.printer().table(&table)
    }

    async fn token_revoke(&mut self, id: i64) -> Result<(), Fault> {
        self.store.revoke_token(id).await.map_err(|fault| match rejected(&fault) {
            Some(Rejected::NoToken) => Fault::NoToken(id),
            _ => Fault::Store(fault),
        })?;
        self.printer().line(&format!("token {id} is revoked"))
    }
}

/// Tokens of one host.
pub(super) fn table(tokens: &[Token]) -> Table {
    let mut table = Table::new(&["token", "made", "note"], "");
    for token in tokens {
        table.row(&[token.id.to_string(), when::shown(token.made), token.note.clone()]);
    }
    table
}

/// One token for a program.
pub(super) fn value(token: &Token) -> Value {
    json!({ "id": token.id, "note": token.note, "made": when::exact(token.made) })
}
