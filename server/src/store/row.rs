//! Values as they are bound, lists of question marks, and numbers and addresses read back. Pure; knows no table.

use std::error::Error;
use std::net::IpAddr;

use crate::moment::Moment;

/// What is bound to a question mark.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

impl From<Moment> for Value {
    fn from(value: Moment) -> Self {
        Self::Int(value.0)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<IpAddr> for Value {
    fn from(value: IpAddr) -> Self {
        Self::Text(value.to_string())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Values of several types in a row.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::row::Value::from($value)),*] };
}
pub(super) use values;

/// A value that this program cannot have written.
pub(super) fn strange(error: impl Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

/// How many rows one statement takes. Statements are prepared once for each number of rows, so only powers of two are used.
const MOST: usize = 64;

/// Cuts into slices whose lengths are powers of two, the longest first.
pub(super) fn pieces<T>(mut rest: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = 1_usize.checked_shl(rest.len().checked_ilog2()?)?.min(MOST);
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(piece)
    })
}

/// `(?,?),(?,?)`
pub(super) fn rows_of_marks(rows: usize, columns: usize) -> String {
    let row = format!("({})", marks(columns));
    vec![row.as_str(); rows].join(",")
}

/// `?,?,?`
pub(super) fn marks(count: usize) -> String {
    vec!["?"; count].join(",")
}

/// For `IN (?,?)`: the last value is repeated up to a power of two.
pub(super) fn padded(mut values: Vec<Value>) -> (String, Vec<Value>) {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    (marks(values.len()), values)
}

#[cfg(test)]
mod tests {
    use super::{Value, padded, pieces};

    #[test]
    fn rows_are_cut_into_powers_of_two_and_none_is_lost() {
        for length in 0..300 {
            let rows: Vec<usize> = (0..length).collect();
            let cut: Vec<&[usize]> = pieces(&rows).collect();
            assert!(cut.iter().all(|piece| piece.len().is_power_of_two() && piece.len() <= 64), "{length}");
            assert_eq!(cut.concat(), rows);
        }
    }

    #[test]
    fn lists_are_padded_to_powers_of_two() {
        let (marks, values) = padded(vec![Value::Int(1), Value::Int(2), Value::Int(3)]);
        assert_eq!((marks.as_str(), values.len()), ("?,?,?,?", 4));
    }
}
