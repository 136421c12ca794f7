//! What a running service cannot take over at a reload.
#![forbid(unsafe_code)]

use super::settings::{Database, Settings};

/// A sentence for each setting that differs and holds only after a restart.
pub fn fixed_changes(old: &Settings, new: &Settings) -> Vec<String> {
    let mut said = Vec::new();
    let (from, to) = (&old.daemon, &new.daemon);
    if from.host != to.host {
        said.push(format!("[daemon] host stays '{}' until a restart; the file now says '{}'", from.host, to.host));
    }
    if from.port != to.port {
        said.push(format!("[daemon] port stays {} until a restart; the file now says {}", from.port, to.port));
    }
    if from.thread_pool_size != to.thread_pool_size {
        said.push(format!(
            "[daemon] thread_pool_size stays {} until a restart; the file now says {}",
            from.thread_pool_size, to.thread_pool_size
        ));
    }
    if old.database != new.database {
        let (from, to) = (place(&old.database), place(&new.database));
        said.push(if from == to {
            format!("[database] stays as it was until a restart, at {from}")
        } else {
            format!("[database] stays {from} until a restart; the file now says {to}")
        });
    }
    said
}

fn place(database: &Database) -> String {
    match database {
        Database::Sqlite { path } => format!("'{}'", path.display()),
        Database::Mariadb { host, port, name, .. } => format!("'{name}' at '{host}', port {port}"),
    }
}
