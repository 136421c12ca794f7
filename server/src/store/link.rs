//! One connection of either kind: a statement with values in, rows out. The only file that says everything twice, and it holds no table.

use sqlx::mysql::MySqlConnection;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, MySql, Sqlite, Transaction};

use super::found::Row;
use super::packed;
use super::row::Value;

/// A connection in use.
pub(super) enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Mariadb(&'c mut MySqlConnection),
}

/// A connection lent by a pool, for reading.
pub(super) enum Loan {
    Sqlite(PoolConnection<Sqlite>),
    Mariadb(PoolConnection<MySql>),
}

/// A transaction; dropped, it is rolled back.
pub(super) enum Work {
    Sqlite(Transaction<'static, Sqlite>),
    Mariadb(Transaction<'static, MySql>),
}

/// The words by which the two differ.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The database's clock, milliseconds.
    pub(super) now: &'static str,
    /// Behind a SELECT: others wait. SQLite's transactions hold the whole file.
    pub(super) lock: &'static str,
    /// Behind a SELECT: rows that others hold are left out.
    pub(super) skip: &'static str,
    /// Behind an INSERT, where that is the way to write many rows over: a row whose `id` is there takes values; and what stands before and
    /// behind a column's name for the value that was to be inserted.
    pub(super) upsert: Option<(&'static str, &'static str, &'static str)>,
    /// Behind an INSERT: a row whose unique key is there stays as it is.
    pub(super) keep: &'static str,
    /// Its name and version.
    pub(super) version: &'static str,
}

pub(super) const SQLITE: Dialect = Dialect {
    now: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    lock: "",
    skip: "",
    upsert: None,
    keep: " ON CONFLICT DO NOTHING",
    version: "SELECT 'SQLite ' || sqlite_version()",
};

pub(super) const MARIADB: Dialect = Dialect {
    now: "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)",
    lock: " FOR UPDATE",
    skip: " FOR UPDATE SKIP LOCKED",
    upsert: Some((" ON DUPLICATE KEY UPDATE ", "VALUES(", ")")),
    keep: " ON DUPLICATE KEY UPDATE id = id",
    version: "SELECT CONCAT('MariaDB ', VERSION())",
};

/// Binds every value in its place; text never becomes part of a statement.
macro_rules! bound {
    ($sql:expr, $values:expr) => {
        $values.into_iter().fold(sqlx::query(AssertSqlSafe($sql)), |query, value| match value {
            Value::Null => query.bind(None::<i64>),
            Value::Int(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
    };
}

impl Link<'_> {
    /// Runs a statement; the number of rows it met.
    pub(super) async fn run(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Result<u64, sqlx::Error> {
        let sql = sql.into();
        match self {
            Self::Sqlite(link) => Ok(bound!(sql, values).execute(&mut **link).await?.rows_affected()),
            Self::Mariadb(link) => Ok(bound!(sql, values).execute(&mut **link).await?.rows_affected()),
        }
    }

    /// Runs a question.
    pub(super) async fn rows(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Result<Vec<Row>, sqlx::Error> {
        let sql = sql.into();
        match self {
            Self::Sqlite(link) => {
                Ok(bound!(sql, values).fetch_all(&mut **link).await?.into_iter().map(Row::Sqlite).collect())
            }
            Self::Mariadb(link) => {
                Ok(bound!(sql, values).fetch_all(&mut **link).await?.into_iter().map(Row::Mariadb).collect())
            }
        }
    }

    /// Runs `SELECT columns rest`, for what is asked often: numbers and texts only, and no order that matters. See [`packed`].
    pub(super) async fn many(
        &mut self,
        columns: &str,
        rest: &str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, sqlx::Error> {
        if let Self::Mariadb(_) = self {
            return self.rows(format!("SELECT {columns} {rest}"), values).await;
        }
        let found = self.one(format!("SELECT json_group_array(json_array({columns})) {rest}"), values).await?;
        let found = found.ok_or(sqlx::Error::RowNotFound)?;
        Ok(packed::rows(found.text(0)?)?.into_iter().map(Row::Packed).collect())
    }

    /// Runs a question with one answer at most.
    pub(super) async fn one(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.rows(sql, values).await?.pop())
    }

    /// Runs an INSERT; the number that the row got.
    pub(super) async fn insert(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Result<i64, sqlx::Error> {
        let sql = sql.into();
        match self {
            Self::Sqlite(link) => Ok(bound!(sql, values).execute(&mut **link).await?.last_insert_rowid()),
            Self::Mariadb(link) => {
                let id = bound!(sql, values).execute(&mut **link).await?.last_insert_id();
                i64::try_from(id).map_err(|error| sqlx::Error::Decode(error.into()))
            }
        }
    }

    pub(super) fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Sqlite(_) => &SQLITE,
            Self::Mariadb(_) => &MARIADB,
        }
    }

    /// The database's clock.
    pub(super) async fn now(&mut self) -> Result<i64, sqlx::Error> {
        let sql = format!("SELECT {}", self.dialect().now);
        self.one(sql, Vec::new()).await?.ok_or(sqlx::Error::RowNotFound)?.int(0)
    }
}

impl Loan {
    pub(super) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(loan) => Link::Sqlite(loan),
            Self::Mariadb(loan) => Link::Mariadb(loan),
        }
    }
}

impl Work {
    pub(super) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(work) => Link::Sqlite(work),
            Self::Mariadb(work) => Link::Mariadb(work),
        }
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(work) => work.commit().await,
            Self::Mariadb(work) => work.commit().await,
        }
    }

    /// Waits until the locks are given back. That it failed matters to nobody: the connection does not come back to the pool then.
    pub(super) async fn rollback(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(work) => work.rollback().await,
            Self::Mariadb(work) => work.rollback().await,
        }
    }
}
