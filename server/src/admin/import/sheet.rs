//! CSV into lines with named cells. Whether a cell makes sense is not known here.

use std::fmt;

use ddns::secret::Secret;

/// One line; empty cells are as if they were not there.
pub(super) struct Line {
    /// In the file, from 1.
    pub(super) number: u64,
    pub(super) user: Option<String>,
    pub(super) email: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) host_limit: Option<String>,
    pub(super) label: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) dns_ttl: Option<String>,
    pub(super) expiry_ttl: Option<String>,
}

/// What is wrong with one line.
pub(super) struct LineFault {
    pub(super) number: u64,
    pub(super) wrong: Wrong,
}

/// Why a line cannot be imported.
#[derive(Debug)]
pub(super) enum Wrong {
    /// The head has no such column.
    NoColumn(&'static str),
    /// The head has a column that nobody knows.
    Column(String),
    /// The head has a column twice.
    Twice(String),
    /// More or fewer cells than the head.
    Cells,
    /// Not UTF-8, or not CSV.
    Text,
    /// A cell that is needed and empty.
    Empty(&'static str),
    /// A number out of its range: column, wanted.
    Number(&'static str, &'static str),
    /// The password is a hash that this program cannot verify.
    Hash(&'static str),
    /// What another command would have said.
    Said(super::Fault),
    /// Another line says otherwise.
    Contradicts(&'static str),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoColumn(name) => write!(f, "the head line has no column '{name}'; 'import --help' shows all"),
            Self::Column(name) => {
                write!(f, "the head line has an unknown column '{name}'; known are {}", COLUMNS.join(", "))
            }
            Self::Twice(name) => write!(f, "the head line has the column '{name}' twice"),
            Self::Cells => {
                f.write_str("the line has more or fewer cells than the head line; quote cells that hold the separator")
            }
            Self::Text => f.write_str("the line is not CSV in UTF-8; save the file as UTF-8"),
            Self::Empty(name) => write!(f, "'{name}' is empty"),
            Self::Number(name, wanted) => write!(f, "'{name}' must be {wanted}"),
            Self::Hash(why) => write!(f, "'password' {why}; wanted is an Argon2 hash or the password itself"),
            Self::Said(fault) => fault.fmt(f),
            Self::Contradicts(name) => write!(f, "'{name}' contradicts an earlier line"),
        }
    }
}

const COLUMNS: [&str; 8] = ["user", "email", "password", "host_limit", "label", "zone", "dns_ttl", "expiry_ttl"];

/// All lines that are CSV, and what is wrong with the others.
pub(super) fn read(bytes: &[u8]) -> (Vec<Line>, Vec<LineFault>) {
    let head = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let separator = if head.contains(&b';') && !head.contains(&b',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::Headers).from_reader(bytes);
    let places = match reader.headers().map_err(|_| Wrong::Text).and_then(places) {
        Ok(places) => places,
        Err(wrong) => return (Vec::new(), vec![LineFault { number: 1, wrong }]),
    };
    let mut lines = Vec::new();
    let mut faults = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => lines.push(line(&record, &places)),
            Err(fault) => {
                let number = fault.position().map_or(0, csv::Position::line);
                let unequal = matches!(fault.kind(), csv::ErrorKind::UnequalLengths { .. });
                faults.push(LineFault { number, wrong: if unequal { Wrong::Cells } else { Wrong::Text } });
            }
        }
    }
    (lines, faults)
}

/// Where each column stands.
fn places(head: &csv::StringRecord) -> Result<[Option<usize>; 8], Wrong> {
    let mut places = [None; 8];
    for (at, name) in head.iter().enumerate() {
        let known = COLUMNS.iter().position(|column| column.eq_ignore_ascii_case(name));
        let place = known.and_then(|known| places.get_mut(known)).ok_or_else(|| Wrong::Column(name.to_owned()))?;
        if place.replace(at).is_some() {
            return Err(Wrong::Twice(name.to_owned()));
        }
    }
    if places[0].is_none() { Err(Wrong::NoColumn("user")) } else { Ok(places) }
}

fn line(record: &csv::StringRecord, places: &[Option<usize>; 8]) -> Line {
    let raw = |column: usize| places[column].and_then(|at| record.get(at)).filter(|cell| !cell.is_empty());
    let cell = |column| raw(column).map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned);
    Line {
        number: record.position().map_or(0, csv::Position::line),
        user: cell(0),
        email: cell(1),
        password: raw(2).map(Secret::new),
        host_limit: cell(3),
        label: cell(4),
        zone: cell(5),
        dns_ttl: cell(6),
        expiry_ttl: cell(7),
    }
}
