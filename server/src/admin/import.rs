//! `import`: users and hostnames from a table.

/// The columns, for `--help`.
pub(super) const COLUMNS: &str = "";
