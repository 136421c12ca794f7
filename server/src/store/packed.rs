//! Rows of SQLite that come as one text. sqlx hands every row over from another thread and copies every value by itself, which costs more
//! than the search; a JSON array that SQLite makes of them all is handed over once. Knows no table.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Text(String),
}

/// The rows of a text that `json_group_array(json_array(...))` made.
pub(super) fn rows(text: &str) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
    let lines: Vec<Line> = serde_json::from_str(text).map_err(super::row::strange)?;
    Ok(lines.into_iter().map(|line| line.0).collect())
}

/// The widest question has so many columns; a row that grew cell by cell would be moved five times.
const WIDE: usize = 32;

struct Line(Vec<Cell>);

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(LineReader)
    }
}

struct LineReader;

impl<'de> Visitor<'de> for LineReader {
    type Value = Line;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<Line, A::Error> {
        let mut line = Vec::with_capacity(WIDE);
        while let Some(cell) = cells.next_element()? {
            line.push(cell);
        }
        Ok(Line(line))
    }
}

impl Cell {
    pub(super) fn maybe_int(&self) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Self::Null => Ok(None),
            Self::Int(value) => Ok(Some(*value)),
            Self::Text(_) => Err(other("a number")),
        }
    }

    pub(super) fn maybe_text(&self) -> Result<Option<&str>, sqlx::Error> {
        match self {
            Self::Null => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Int(_) => Err(other("text")),
        }
    }
}

/// A column that is not what it was made as.
pub(super) fn other(wanted: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("the column is not {wanted}").into())
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text or null")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Cell, E> {
        i64::try_from(value).map(Cell::Int).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Cell, E> {
        Ok(Cell::Text(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, rows};

    #[test]
    fn every_kind_of_value_comes_back_as_it_was_and_nothing_else_is_taken() {
        let text = r#"[[1,-9223372036854775808,null,"a\"\\b\u00fc\n"],[9223372036854775807]]"#;
        let first = vec![Cell::Int(1), Cell::Int(i64::MIN), Cell::Null, Cell::Text("a\"\\bü\n".to_owned())];
        assert_eq!(rows(text).unwrap(), [first, vec![Cell::Int(i64::MAX)]]);
        assert_eq!(rows("[]").unwrap(), Vec::<Vec<Cell>>::new());
        for strange in ["[[1.5]]", "[[true]]", "[[[]]]", "[[9223372036854775808]]", "", "[[1]"] {
            assert!(rows(strange).is_err(), "{strange}");
        }
    }
}
