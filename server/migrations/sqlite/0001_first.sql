-- Times are milliseconds since 1970 (UTC), spans seconds, addresses text. The MariaDB file makes the same tables with the same columns.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    password TEXT NOT NULL,
    host_limit INTEGER,
    -- written whenever a host is made: two that count the user's hosts at once thereby meet
    turn INTEGER NOT NULL DEFAULT 0
) STRICT;

-- AUTOINCREMENT, because a number that came back would give new letters the keys of old ones
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id),
    fqdn TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    zone TEXT NOT NULL,
    dns_ttl INTEGER NOT NULL,
    expiry_ttl INTEGER NOT NULL,
    address4 TEXT,
    last4 TEXT,
    changed4 INTEGER,
    seen4 INTEGER,
    expires4 INTEGER,
    address6 TEXT,
    last6 TEXT,
    changed6 INTEGER,
    seen6 INTEGER,
    expires6 INTEGER,
    generation INTEGER NOT NULL,
    applied INTEGER NOT NULL,
    source TEXT,
    recent TEXT NOT NULL,
    leaving INTEGER NOT NULL,
    -- who pushes it now; NULL is nobody
    lease_owner TEXT,
    -- when the lease ends, or without an owner: not before when it is to be pushed; NULL where nothing is to be pushed
    due INTEGER,
    sweep INTEGER NOT NULL GENERATED ALWAYS AS (min(
        CASE WHEN address4 IS NULL OR expires4 IS NULL THEN 9223372036854775807 ELSE expires4 END,
        CASE WHEN address6 IS NULL OR expires6 IS NULL THEN 9223372036854775807 ELSE expires6 END
    )) VIRTUAL
) STRICT;
CREATE INDEX hosts_of_user ON hosts (user_id);
CREATE INDEX hosts_due ON hosts (due) WHERE due IS NOT NULL;
CREATE INDEX hosts_sweep ON hosts (sweep);

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host_id INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    note TEXT NOT NULL,
    made INTEGER NOT NULL
) STRICT;
CREATE INDEX tokens_of_host ON tokens (host_id);

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host_id INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    made INTEGER NOT NULL,
    kind TEXT NOT NULL,
    family INTEGER NOT NULL,
    old_address TEXT,
    new_address TEXT,
    source TEXT
) STRICT;
CREATE INDEX events_of_host ON events (host_id, made);

-- no reference to hosts: the letter that tells of a host's end outlives it
CREATE TABLE letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    letter_key TEXT NOT NULL UNIQUE,
    host_id INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    -- when it may leave, or while it is leaving, when that lease ends; NULL once it left: the key stays, so that it never leaves again
    due INTEGER,
    left_at INTEGER
) STRICT;
CREATE INDEX letters_due ON letters (due) WHERE due IS NOT NULL;
CREATE INDEX letters_left ON letters (left_at) WHERE left_at IS NOT NULL;

CREATE TABLE zones (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- the serial is its low 32 bits
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE zone_records (
    zone_id INTEGER NOT NULL REFERENCES zones (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    family INTEGER NOT NULL,
    address TEXT NOT NULL,
    ttl INTEGER NOT NULL,
    PRIMARY KEY (zone_id, owner, family)
) STRICT, WITHOUT ROWID;

CREATE TABLE zone_changes (
    zone_id INTEGER NOT NULL REFERENCES zones (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    place INTEGER NOT NULL,
    owner TEXT NOT NULL,
    old_address TEXT,
    old_ttl INTEGER,
    new_address TEXT,
    new_ttl INTEGER,
    PRIMARY KEY (zone_id, version, place)
) STRICT, WITHOUT ROWID;
