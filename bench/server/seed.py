"""Users, hosts and tokens by the hundred thousand, straight into the database; server/examples/load.rs asks for the same."""

import hashlib
import sqlite3
import time

USERS = 1000
LATER = 400 * 86_400_000


def address(first, number):
    return f"{first}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def name(number):
    return f"h{number}"


def fill(path, zone, hosts, password, expired=False):
    """Hosts as they are after a first update, known to be in the DNS; with `expired`, nobody has confirmed them since."""
    now = int(time.time() * 1000)
    seen, expires = (now - LATER, now - 1000) if expired else (now, now + LATER)
    database = sqlite3.connect(path)
    with database:
        database.executemany(
            "INSERT INTO users (id, name, email, password) VALUES (?, ?, ?, ?)",
            ((n + 1, f"u{n}", f"u{n}@example.com", password) for n in range(USERS)),
        )
        database.executemany(
            "INSERT INTO hosts (id, user_id, fqdn, label, zone, dns_ttl, expiry_ttl, address4, last4, changed4, seen4, expires4,"
            " generation, applied, source, recent, leaving) VALUES (?, ?, ?, ?, ?, 60, 3024000, ?, ?, ?, ?, ?, 1, 1, '127.0.0.1', '', 0)",
            (
                (n + 1, n % USERS + 1, f"{name(n)}.{zone}", name(n), zone, address(11, n), address(11, n), seen, seen, expires)
                for n in range(hosts)
            ),
        )
        database.executemany(
            "INSERT INTO tokens (host_id, digest, note, made) VALUES (?, ?, 'bench', ?)",
            ((n + 1, hashlib.sha256(b"T%031d" % n).digest(), now) for n in range(hosts)),
        )
    database.close()


def zone_file(zone, hosts):
    """The same hosts for BIND."""
    lines = [f"$ORIGIN {zone}.", "$TTL 60", "@ SOA ns hostmaster 1 3600 600 86400 60", "@ NS ns", "ns A 127.0.0.1"]
    lines += (f"{name(n)} A {address(11, n)}" for n in range(hosts))
    return "\n".join(lines) + "\n"
