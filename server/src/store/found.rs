//! A row that was found, whichever database it is from, and its columns. Knows no table.

use std::net::IpAddr;

use sqlx::Row as _;
use sqlx::mysql::MySqlRow;
use sqlx::sqlite::SqliteRow;

use super::packed::{self, Cell};
use super::row::strange;
use crate::moment::Moment;

/// A row found.
pub(super) enum Row {
    Packed(Vec<Cell>),
    Sqlite(SqliteRow),
    Mariadb(MySqlRow),
}

macro_rules! column {
    ($row:expr, $at:expr, $packed:expr) => {
        match $row {
            Row::Packed(cells) => {
                $packed(cells.get($at).ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: $at, len: cells.len() })?)
            }
            Row::Sqlite(row) => row.try_get_unchecked($at),
            Row::Mariadb(row) => row.try_get_unchecked($at),
        }
    };
}

impl Row {
    pub(super) fn int(&self, at: usize) -> Result<i64, sqlx::Error> {
        column!(self, at, |cell: &Cell| cell.maybe_int()?.ok_or_else(|| packed::other("a number")))
    }

    pub(super) fn maybe_int(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
        column!(self, at, Cell::maybe_int)
    }

    pub(super) fn text(&self, at: usize) -> Result<&str, sqlx::Error> {
        match self {
            Self::Packed(_) => self.maybe_text(at)?.ok_or_else(|| packed::other("text")),
            Self::Sqlite(row) => row.try_get_unchecked(at),
            Self::Mariadb(row) => row.try_get_unchecked(at),
        }
    }

    pub(super) fn maybe_text(&self, at: usize) -> Result<Option<&str>, sqlx::Error> {
        column!(self, at, Cell::maybe_text)
    }

    pub(super) fn bytes(&self, at: usize) -> Result<&[u8], sqlx::Error> {
        column!(self, at, |_: &Cell| Err(packed::other("bytes")))
    }

    pub(super) fn u32(&self, at: usize) -> Result<u32, sqlx::Error> {
        u32::try_from(self.int(at)?).map_err(strange)
    }

    pub(super) fn address(&self, at: usize) -> Result<Option<IpAddr>, sqlx::Error> {
        self.maybe_text(at)?.map(|text| text.parse().map_err(strange)).transpose()
    }

    pub(super) fn moment(&self, at: usize) -> Result<Option<Moment>, sqlx::Error> {
        Ok(self.maybe_int(at)?.map(Moment))
    }
}
