//! Opens a database: pools, the file and its mode, the settings of each connection. Knows no table.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, MySqlConnection, MySqlPool, SqlitePool};

use super::fault::{away, no_setting};
use super::trust::Trust;
use super::{Pools, Sql, scheme};
use crate::config::{Database, SslMode};
use crate::world::StoreFault;

/// How long one waits for a connection, or for SQLite's lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long one waits for a connection to a server. One that is down is asked again and again until then, and requests wait for it.
const HURRY: Duration = Duration::from_secs(3);

/// Connections that read SQLite.
const READERS: u32 = 3;

/// Statements kept ready by each connection: ours, times seven lengths of lists.
const STATEMENTS: usize = 128;

/// Opens the database and brings its scheme up to date; SQLite's file is made where there is none.
pub async fn open(database: &Database) -> Result<Arc<Sql>, StoreFault> {
    let trust = Arc::<Trust>::default();
    let pools = match database {
        Database::Sqlite { path } => sqlite(path).await?,
        Database::Mariadb { .. } => Pools::Mariadb(mariadb(database, &trust).await?),
    };
    Ok(Arc::new(Sql { pools, trust }))
}

async fn sqlite(path: &Path) -> Result<Pools, StoreFault> {
    make_file(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    scheme::ours_sqlite(path).await?;
    // sixty-four hosts anywhere in the file are some two hundred pages: sqlx's connections would write them back at every fifth commit
    let writing = options.clone().pragma("wal_autocheckpoint", "4000").pragma("cache_size", "-8000");
    let writer = sqlite_pool(1, writing);
    scheme::update_sqlite(&writer).await?;
    Ok(Pools::Sqlite { writer, readers: sqlite_pool(READERS, options) })
}

fn sqlite_pool(most: u32, options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(most)
        .acquire_timeout(PATIENCE * 2)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // SQLite ends some transactions by itself, a full disk's among them; sqlx counts them as open ever after
        .after_release(|link, _| Box::pin(async move { Ok(!link.is_in_transaction()) }))
        .connect_lazy_with(options)
}

/// Readable by owner and group, less what umask takes; SQLite gives the files beside it the same mode.
fn make_file(path: &Path) -> Result<(), StoreFault> {
    match OpenOptions::new().write(true).create_new(true).mode(0o660).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(StoreFault::Away(format!("{}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

async fn mariadb(database: &Database, trust: &Arc<Trust>) -> Result<MySqlPool, StoreFault> {
    let Database::Mariadb { host, port, name, user, password, ssl_mode, ssl_ca, pool_size } = database else {
        return Err(StoreFault::Away("no server is configured".to_owned()));
    };
    let options = MySqlConnectOptions::new()
        .username(user)
        .password(&String::from_utf8_lossy(password.reveal()))
        .database(name)
        .charset("utf8mb4")
        .collation("utf8mb4_bin")
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    let options = options.ssl_mode(match ssl_mode {
        _ if host.starts_with('/') => MySqlSslMode::Disabled,
        SslMode::Preferred if database.is_far() => MySqlSslMode::Preferred,
        SslMode::Disabled | SslMode::Preferred => MySqlSslMode::Disabled,
        SslMode::Required => MySqlSslMode::Required,
        SslMode::VerifyFull => MySqlSslMode::VerifyIdentity,
    });
    let options = ssl_ca.iter().fold(options, MySqlConnectOptions::ssl_ca);
    let options = if host.starts_with('/') { options.socket(host) } else { options.host(host).port(*port) };
    let pool = MySqlPoolOptions::new()
        .max_connections((*pool_size).max(1))
        .acquire_timeout(HURRY)
        .after_connect(|link, _| Box::pin(set_up(link)));
    let (lent, back) = (Arc::clone(trust), Arc::clone(trust));
    let pool = pool
        .test_before_acquire(false)
        .before_acquire(move |link, about| {
            let trust = Arc::clone(&lent);
            Box::pin(async move { trust.asked(link, about.age).await })
        })
        .after_release(move |_, about| {
            let holds = back.holds(about.age);
            Box::pin(async move { Ok(holds) })
        })
        .connect_lazy_with(options);
    pool.acquire().await.map_err(|error| away(&error))?;
    scheme::update_mariadb(&pool).await?;
    Ok(pool)
}

async fn set_up(link: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    link.execute(SESSION).await?;
    for setting in [CAUSAL, ABANDONED] {
        match link.execute(setting).await {
            Err(error) if !no_setting(&error) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// What a node of a cluster answers, and a transaction there, waits for all that was committed at any node before: an address may be
/// confirmed, a token revoked, a row moved on at another one. A server that is alone waits for nothing; one without Galera does not know it.
const CAUSAL: &str = "SET SESSION wsrep_sync_wait = 1";

/// Who loses its power in the middle of a transaction closes no connection: the server would keep the rows locked for hours. Longer than we
/// wait for an answer.
const ABANDONED: &str = "SET SESSION idle_transaction_timeout = 30";

/// READ COMMITTED: locks are on rows that were found, not on the gaps between them, where writers of other hosts would wait. A lock that is
/// not to be had soon is a collision like any other.
const SESSION: &str = "SET SESSION time_zone = '+00:00'; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION innodb_lock_wait_timeout = 5; \
                       SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')";
