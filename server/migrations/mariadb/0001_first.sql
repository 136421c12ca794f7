-- Times are milliseconds since 1970 (UTC), spans seconds, addresses text. The SQLite file makes the same tables with the same columns.
-- IF NOT EXISTS throughout: tables are made outside of transactions here, and Galera may repeat a statement.

CREATE TABLE IF NOT EXISTS users (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255) NOT NULL UNIQUE,
    email VARCHAR(255) NOT NULL,
    password VARCHAR(1024) NOT NULL,
    host_limit BIGINT,
    turn BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS hosts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    fqdn VARCHAR(255) NOT NULL UNIQUE,
    label VARCHAR(255) NOT NULL,
    zone VARCHAR(255) NOT NULL,
    dns_ttl BIGINT NOT NULL,
    expiry_ttl BIGINT NOT NULL,
    address4 VARCHAR(45),
    last4 VARCHAR(45),
    changed4 BIGINT,
    seen4 BIGINT,
    expires4 BIGINT,
    address6 VARCHAR(45),
    last6 VARCHAR(45),
    changed6 BIGINT,
    seen6 BIGINT,
    expires6 BIGINT,
    generation BIGINT NOT NULL,
    applied BIGINT NOT NULL,
    source VARCHAR(45),
    recent MEDIUMTEXT NOT NULL,
    leaving BIGINT NOT NULL,
    lease_owner VARCHAR(255),
    due BIGINT,
    sweep BIGINT GENERATED ALWAYS AS (least(
        CASE WHEN address4 IS NULL OR expires4 IS NULL THEN 9223372036854775807 ELSE expires4 END,
        CASE WHEN address6 IS NULL OR expires6 IS NULL THEN 9223372036854775807 ELSE expires6 END
    )) STORED,
    KEY hosts_of_user (user_id),
    KEY hosts_due (due),
    KEY hosts_sweep (sweep),
    CONSTRAINT hosts_have_users FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS tokens (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    host_id BIGINT NOT NULL,
    digest VARBINARY(32) NOT NULL UNIQUE,
    note VARCHAR(255) NOT NULL,
    made BIGINT NOT NULL,
    KEY tokens_of_host (host_id),
    CONSTRAINT tokens_have_hosts FOREIGN KEY (host_id) REFERENCES hosts (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS events (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    host_id BIGINT NOT NULL,
    made BIGINT NOT NULL,
    kind VARCHAR(16) NOT NULL,
    family BIGINT NOT NULL,
    old_address VARCHAR(45),
    new_address VARCHAR(45),
    source VARCHAR(45),
    KEY events_of_host (host_id, made),
    CONSTRAINT events_have_hosts FOREIGN KEY (host_id) REFERENCES hosts (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS letters (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    letter_key VARCHAR(255) NOT NULL UNIQUE,
    host_id BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    recipient VARCHAR(255) NOT NULL,
    subject TEXT NOT NULL,
    body MEDIUMTEXT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    due BIGINT,
    left_at BIGINT,
    KEY letters_due (due),
    KEY letters_left (left_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS zones (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(255) NOT NULL UNIQUE,
    version BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS zone_records (
    zone_id BIGINT NOT NULL,
    owner VARCHAR(255) NOT NULL,
    family BIGINT NOT NULL,
    address VARCHAR(45) NOT NULL,
    ttl BIGINT NOT NULL,
    PRIMARY KEY (zone_id, owner, family),
    CONSTRAINT records_have_zones FOREIGN KEY (zone_id) REFERENCES zones (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS zone_changes (
    zone_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    place BIGINT NOT NULL,
    owner VARCHAR(255) NOT NULL,
    old_address VARCHAR(45),
    old_ttl BIGINT,
    new_address VARCHAR(45),
    new_ttl BIGINT,
    PRIMARY KEY (zone_id, version, place),
    CONSTRAINT changes_have_zones FOREIGN KEY (zone_id) REFERENCES zones (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin;
