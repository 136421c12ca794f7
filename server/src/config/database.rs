//! `[database]`: one file, or a server.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use super::keys::{Key, database as k};
use super::settings::{Database, SslMode};
use super::sheet::Sheet;

/// With it the `password_file`, whose content is not this room's to read.
pub(super) fn read(sheet: &Sheet<'_>) -> (Database, Option<PathBuf>) {
    let path = sheet.path(&k::PATH);
    let server = server(sheet);
    if sheet.choice(&k::BACKEND) == "mariadb" {
        require_server(sheet);
        if let (true, Some(entry), None) = (server.0.is_far(), sheet.entry(&k::HOST), sheet.entry(&k::SSL_MODE)) {
            sheet.odd(
                entry,
                "is another machine: wanted ssl_mode = \"verify-full\" beside it, with ssl_ca, or another one if that is meant; now \
                 everything goes to whoever answers there, and in clear if they have no TLS"
                    .to_owned(),
            );
        }
        return server;
    }
    let idle: &[&Key] = &[
        &k::HOST,
        &k::PORT,
        &k::NAME,
        &k::USER,
        &k::PASSWORD,
        &k::PASSWORD_FILE,
        &k::SSL_MODE,
        &k::SSL_CA,
        &k::POOL_SIZE,
    ];
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
        ssl_mode: ssl_mode(sheet),
        ssl_ca: sheet.path(&k::SSL_CA),
        pool_size: sheet.number(&k::POOL_SIZE),
    };
    (database, sheet.path(&k::PASSWORD_FILE))
}

/// There is no `verify-ca`: the library trusts the web's authorities always, and any of them signs somebody's certificate.
fn ssl_mode(sheet: &Sheet<'_>) -> SslMode {
    match sheet.choice(&k::SSL_MODE) {
        "disabled" => SslMode::Disabled,
        "required" => SslMode::Required,
        "verify-full" => SslMode::VerifyFull,
        _ => SslMode::Preferred,
    }
}

/// A password is not required: who connects through a socket may be known by the user id.
fn require_server(sheet: &Sheet<'_>) {
    for key in [&k::HOST, &k::NAME, &k::USER] {
        if sheet.text(key).is_none() {
            sheet.missing(key, "with backend = \"mariadb\"");
        }
    }
    if sheet.text(&k::HOST).is_some_and(|host| host.text.starts_with('/')) {
        sheet.idle(&[&k::SSL_MODE, &k::SSL_CA], "with a socket's path as host: it does not leave this machine");
    } else if ssl_mode(sheet) != SslMode::VerifyFull {
        sheet.idle(&[&k::SSL_CA], "without ssl_mode = \"verify-full\"");
    }
    if let (Some(_), Some(entry)) = (sheet.secret(&k::PASSWORD), sheet.entry(&k::PASSWORD_FILE)) {
        sheet.wrong(entry, "stands beside 'password': keep one of them".to_owned());
    }
}
