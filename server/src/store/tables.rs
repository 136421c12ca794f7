//! All tables as lists of columns: their rows read page by page, put elsewhere, and the counters of their numbers. For copies and their return.

use super::fault::Halt;
use super::link::Link;
use super::row::{Value, pieces, rows_of_marks, values};

/// Each table, in an order in which rows come after those they need; how many columns make its key, which come first; its columns.
/// A column marked `#` holds numbers, `*` bytes, others text.
pub(super) const TABLES: [Table; 8] = [
    ("users", 1, &["#id", "name", "email", "password", "#host_limit", "#turn"]),
    (
        "hosts",
        1,
        &[
            "#id",
            "#user_id",
            "fqdn",
            "label",
            "zone",
            "#dns_ttl",
            "#expiry_ttl",
            "address4",
            "last4",
            "#changed4",
            "#seen4",
            "#expires4",
            "address6",
            "last6",
            "#changed6",
            "#seen6",
            "#expires6",
            "#generation",
            "#applied",
            "source",
            "recent",
            "#leaving",
            "lease_owner",
            "#due",
            "#doubt",
        ],
    ),
    ("tokens", 1, &["#id", "#host_id", "*digest", "note", "#made"]),
    ("events", 1, &["#id", "#host_id", "#made", "kind", "#family", "old_address", "new_address", "source"]),
    (
        "letters",
        1,
        &["#id", "letter_key", "#host_id", "#generation", "recipient", "subject", "body", "#tries", "#due", "#left_at"],
    ),
    ("zones", 1, &["#id", "name", "#version"]),
    ("zone_records", 3, &["#zone_id", "owner", "#family", "address", "#ttl"]),
    (
        "zone_changes",
        3,
        &["#zone_id", "#version", "#place", "owner", "old_address", "#old_ttl", "new_address", "#new_ttl"],
    ),
];

/// Rows read at once.
const PAGE: i64 = 1024;

/// A table as it stands in [`TABLES`].
pub(super) type Table = (&'static str, usize, &'static [&'static str]);

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| column.trim_start_matches(['#', '*']).to_owned()).collect()
}

/// The next rows in the order of their keys, `None` at the end.
pub(super) async fn page(
    link: &mut Link<'_>,
    &(table, key, columns): &Table,
    after: Option<&[Value]>,
) -> Result<Option<Vec<Vec<Value>>>, sqlx::Error> {
    let names = names(columns);
    let order = names[..key].join(", ");
    let (which, mut values) = after.map_or_else(Default::default, |after| behind(&names[..key], after));
    let sql = format!("SELECT {} FROM {table} {which} ORDER BY {order} LIMIT ?", names.join(", "));
    values.push(Value::Int(PAGE));
    let mut rows = Vec::new();
    for row in link.rows(sql, values).await? {
        let cells = columns.iter().enumerate().map(|(at, column)| match column.chars().next() {
            Some('#') => row.maybe_int(at).map(Value::from),
            Some('*') => row.bytes(at).map(|bytes| Value::Bytes(bytes.to_vec())),
            _ => row.maybe_text(at).map(Value::from),
        });
        rows.push(cells.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(Some(rows).filter(|rows| !rows.is_empty()))
}

/// `WHERE (a > ?) OR (a = ? AND b > ?)`: a comparison of whole keys is the same, but MariaDB finds no index for it.
fn behind(names: &[String], after: &[Value]) -> (String, Vec<Value>) {
    let mut values = Vec::new();
    let ways: Vec<String> = (0..names.len())
        .map(|last| {
            values.extend_from_slice(&after[..=last]);
            let mut same: Vec<String> = names[..last].iter().map(|name| format!("{name} = ?")).collect();
            same.push(format!("{} > ?", names[last]));
            format!("({})", same.join(" AND "))
        })
        .collect();
    (format!("WHERE {}", ways.join(" OR ")), values)
}

/// Puts rows into a table.
pub(super) async fn put(link: &mut Link<'_>, &(table, _, columns): &Table, rows: &[Vec<Value>]) -> Result<(), Halt> {
    for piece in pieces(rows) {
        let marks = rows_of_marks(piece.len(), columns.len());
        let sql = format!("INSERT INTO {table} ({}) VALUES {marks}", names(columns).join(", "));
        link.run(sql, piece.concat()).await?;
    }
    Ok(())
}

/// For each table with numbered rows, the last number that it gave.
pub(super) async fn counters(link: &mut Link<'_>) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let sql = match link {
        Link::Sqlite(_) => "SELECT name, seq FROM sqlite_sequence",
        Link::Mariadb(_) => {
            "SELECT table_name, CAST(auto_increment - 1 AS SIGNED) FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND auto_increment IS NOT NULL"
        }
    };
    let mut found = Vec::new();
    for row in link.rows(sql, Vec::new()).await? {
        let (table, number) = (row.text(0)?.to_owned(), row.int(1)?);
        if number > 0 && TABLES.iter().any(|known| known.0 == table) {
            found.push((table, number));
        }
    }
    Ok(found)
}

/// SQLite's counter of a table, to this number at least.
pub(super) async fn raise(link: &mut Link<'_>, table: &str, number: i64) -> Result<(), Halt> {
    let met = link.run("UPDATE sqlite_sequence SET seq = MAX(seq, ?) WHERE name = ?", values![number, table]).await?;
    if met == 0 {
        link.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", values![table, number]).await?;
    }
    Ok(())
}
