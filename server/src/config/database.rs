//! `[database]`: one file, or a server.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use super::keys::{Key, database as k};
use super::settings::Database;
use super::sheet::Sheet;

/// With it the `password_file`, whose content is not this room's to read.
pub(super) fn read(sheet: &Sheet<'_>) -> (Database, Option<PathBuf>) {
    let path = sheet.path(&k::PATH);
    let server = server(sheet);
    if sheet.choice(&k::BACKEND) == "mariadb" {
        require_server(sheet);
        return server;
    }
    let idle: &[&Key] = &[&k::HOST, &k::PORT, &k::NAME, &k::USER, &k::PASSWORD, &k::PASSWORD_FILE, &k::POOL_SIZE];
    sheet.idle(idle, "with backend = \"sqlite\"");
    if path.is_none() {
        sheet.missing(&k::PATH, "with backend = \"sqlite\", such as \"/var/lib/ddns-service/ddns.db\"");
    }
    (Database::Sqlite { path: path.unwrap_or_default() }, None)
}

fn server(sheet: &Sheet<'_>) -> (Database, Option<PathBuf>) {
    let text = |key| sheet.text(key).map(|text| text.text).unwrap_or_default();
    let database = Database::Mariadb {
        host: text(&k::HOST),
        port: sheet.number(&k::PORT),
        name: text(&k::NAME),
        user: text(&k::USER),
        password: sheet.secret(&k::PASSWORD).unwrap_or_default(),
        pool_size: sheet.number(&k::POOL_SIZE),
    };
    (database, sheet.path(&k::PASSWORD_FILE))
}

/// A password is not required: who connects through a socket may be known by the user id.
fn require_server(sheet: &Sheet<'_>) {
    for key in [&k::HOST, &k::NAME, &k::USER] {
        if sheet.text(key).is_none() {
            sheet.missing(key, "with backend = \"mariadb\"");
        }
    }
    if let (Some(_), Some(entry)) = (sheet.secret(&k::PASSWORD), sheet.entry(&k::PASSWORD_FILE)) {
        sheet.wrong(entry, "stands beside 'password': keep one of them".to_owned());
    }
}
