//! Databases that are not ours, or not yet; and two that start at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use ddns_service::config::Database;
use ddns_service::store;
use ddns_service::world::{Store, StoreFault};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use crate::bed::{Bed, user};
use crate::mariadb::Server;

/// The tables that Python's peewee makes for such a program.
const PEEWEE: &str = "CREATE TABLE user (id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(64) NOT NULL, password_hash TEXT, email TEXT);
CREATE TABLE hostname (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL, hostname TEXT, zone TEXT);";

async fn refused(database: &Database) -> String {
    match store::open(database).await {
        Err(StoreFault::Foreign(said)) => said,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[tokio::test]
async fn a_database_of_the_original_program_is_refused_with_a_way_out_and_left_as_it_is() {
    let bed = Bed::sqlite();
    let path = bed.folder.join("ddns.db");
    let mut link = SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.unwrap();
    link.execute(PEEWEE).await.unwrap();
    link.close().await.unwrap();
    let before = fs::read(&path).unwrap();
    let said = refused(&bed.database).await;
    assert!(said.contains("ddns-service import") && said.contains("hostname, user"), "{said}");
    assert_eq!(fs::read(&path).unwrap(), before);
    let bed = Bed::mariadb().await;
    let Database::Mariadb { name, .. } = &bed.database else { panic!() };
    Server::shared().root(name).await.execute("CREATE TABLE hostname (id INT)").await.unwrap();
    let said = refused(&bed.database).await;
    assert!(said.contains("ddns-service import"), "{said}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let bed = Bed::sqlite();
    let path = bed.folder.join("ddns.db");
    let text = "hostname,user\n".repeat(500);
    fs::write(&path, &text).unwrap();
    let said = refused(&bed.database).await;
    assert!(said.contains("no SQLite database"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    for bed in [Bed::sqlite(), Bed::mariadb().await] {
        bed.open().await.close().await;
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'x', 1, 'y', 0)";
        match &bed.database {
            Database::Sqlite { path } => {
                let mut link = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
                link.execute(newer).await.unwrap();
                link.close().await.unwrap();
            }
            Database::Mariadb { name, .. } => {
                Server::shared().root(name).await.execute(newer).await.unwrap();
            }
        }
        let said = refused(&bed.database).await;
        assert!(said.contains("newer ddns-service (scheme 99, this program knows 2)"), "{said}");
    }
}

#[tokio::test]
async fn an_older_database_is_brought_to_this_scheme_and_keeps_its_rows() {
    for bed in [Bed::sqlite(), Bed::mariadb().await] {
        let store = bed.with_ann().await;
        crate::bed::host(&*store, "ann", "pc").await;
        store.close().await;
        bed.raw("ALTER TABLE hosts DROP COLUMN doubt").await;
        bed.raw("DELETE FROM _sqlx_migrations WHERE version = 2").await;
        let store = bed.open().await;
        assert!(store.check().await.unwrap().ends_with(", scheme 2"));
        let wanted = crate::bed::want(&crate::bed::named(&*store, "pc").await, "192.0.2.1", "one");
        assert_eq!(store.want(&[wanted]).await.unwrap(), [ddns_service::world::Wanted::Ours]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_start_at_once_on_a_new_database_all_come_up() {
    for round in 0..4 {
        for bed in [Bed::sqlite(), Bed::mariadb().await] {
            let mut starts = Vec::new();
            for number in 0..4 {
                let database = bed.database.clone();
                starts.push(tokio::spawn(async move {
                    let store = store::open(&database).await.unwrap();
                    store.add_user(&user(&format!("user{number}"))).await.unwrap();
                    store.close().await;
                }));
            }
            for start in starts {
                start.await.unwrap();
            }
            let store = bed.open().await;
            assert_eq!(store.users().await.unwrap().len(), 4, "round {round}");
            store.close().await;
        }
    }
}

#[tokio::test]
async fn the_file_is_never_readable_by_all_and_can_be_opened_again() {
    let bed = Bed::sqlite();
    let store = bed.open().await;
    store.add_user(&user("ann")).await.unwrap();
    let mut names = Vec::new();
    for entry in fs::read_dir(&bed.folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & !0o660, 0, "{:?} has {mode:o}", entry.file_name());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["ddns.db", "ddns.db-shm", "ddns.db-wal"]);
    store.close().await;
    assert_eq!(bed.open().await.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_check_names_database_and_scheme() {
    let said = Bed::sqlite().open().await.check().await.unwrap();
    assert!(said.starts_with("SQLite 3.") && said.ends_with(", scheme 2"), "{said}");
    let said = Bed::mariadb().await.open().await.check().await.unwrap();
    assert!(said.starts_with("MariaDB 1") && said.ends_with(", scheme 2"), "{said}");
}

#[tokio::test]
async fn faults_name_the_place_and_no_password() {
    let bed = Bed::sqlite();
    let missing = Database::Sqlite { path: bed.folder.join("no/folder/ddns.db") };
    let said = store::open(&missing).await.unwrap_err().to_string();
    assert!(said.contains("no/folder/ddns.db"), "{said}");
    let bed = Bed::mariadb().await;
    let mut wrong = bed.database.clone();
    let Database::Mariadb { password, .. } = &mut wrong else { panic!() };
    *password = ddns::secret::Secret::new("wrong-password");
    let fault = store::open(&wrong).await.unwrap_err();
    let said = format!("{fault} {fault:?} {wrong:?}");
    assert!(said.contains("Access denied") && !said.contains("wrong-password"), "{said}");
}

#[tokio::test]
async fn a_migration_that_another_left_half_done_is_told() {
    let bed = Bed::mariadb().await;
    bed.open().await.close().await;
    let Database::Mariadb { name, .. } = &bed.database else { panic!() };
    let mut root = Server::shared().root(name).await;
    root.execute("UPDATE _sqlx_migrations SET success = 0").await.unwrap();
    let opening = tokio::spawn({
        let database = bed.database.clone();
        async move { store::open(&database).await.map(drop) }
    });
    crate::bed::moment(500).await;
    root.execute("UPDATE _sqlx_migrations SET success = 1").await.unwrap();
    opening.await.unwrap().unwrap();
}

/// As when a program was killed in the midst of it.
#[tokio::test]
async fn a_migration_that_nobody_finishes_is_begun_anew() {
    let bed = Bed::mariadb().await;
    let store = bed.with_ann().await;
    store.close().await;
    bed.raw("ALTER TABLE hosts DROP COLUMN doubt").await;
    bed.raw("UPDATE _sqlx_migrations SET success = 0 WHERE version = 2").await;
    let store = bed.open().await;
    assert!(store.check().await.unwrap().ends_with(", scheme 2"));
    let wanted = crate::bed::want(&crate::bed::host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    store.want(&[wanted]).await.unwrap();
}

/// `sqlite3` reads it too: nothing of ours is needed to look into it.
#[tokio::test]
async fn the_file_is_sound_by_sqlites_own_check() {
    let bed = Bed::sqlite();
    let store = bed.open().await;
    store.add_user(&user("ann")).await.unwrap();
    store.close().await;
    let Ok(done) = Command::new("sqlite3")
        .arg(bed.folder.join("ddns.db"))
        .arg("PRAGMA integrity_check; PRAGMA journal_mode")
        .output()
    else {
        return;
    };
    assert_eq!(String::from_utf8_lossy(&done.stdout), "ok\nwal\n");
}

#[tokio::test]
async fn what_is_no_copy_is_not_restored() {
    let bed = Bed::sqlite();
    let store = bed.open().await;
    let at = |name: &str| bed.folder.join(name);
    store.backup(&at("good.db")).await.unwrap();
    fs::write(at("text"), "hostname,user\n".repeat(500)).unwrap();
    fs::write(at("empty"), "").unwrap();
    let good = fs::read(at("good.db")).unwrap();
    fs::write(at("short"), &good[..good.len() / 2]).unwrap();
    for (name, sql) in [
        ("other", PEEWEE),
        (
            "newer",
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'x', 1, 'y', 0)",
        ),
    ] {
        if name == "newer" {
            fs::write(at(name), &good).unwrap();
        }
        let options = SqliteConnectOptions::new().filename(at(name)).create_if_missing(true);
        let mut link = options.connect().await.unwrap();
        link.execute(sql).await.unwrap();
        link.close().await.unwrap();
    }
    for (name, wanted) in [
        ("text", "is no SQLite database"),
        ("empty", "is an empty database"),
        ("short", "give a file that 'ddns-service backup' made"),
        ("other", "another program (table hostname)"),
        ("newer", "newer ddns-service (scheme 99"),
        ("", "is no file"),
        ("none", "is no file"),
        ("ddns.db", "is a database in use"),
    ] {
        let Err(StoreFault::Foreign(said)) = store.restore(&at(name)).await else { panic!("{name} was restored") };
        assert!(said.contains(wanted) && said.contains(at(name).to_str().unwrap()), "{said}");
    }
    store.restore(&at("good.db")).await.unwrap();
}
