//! The database: rows to nouns and back, on SQLite and MariaDB.
