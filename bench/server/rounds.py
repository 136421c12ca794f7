"""What is measured: rounds of ours and of the rivals."""

import collections
import os
import pathlib
import signal
import sqlite3
import statistics
import time

import rivals
from bed import expect

# updated hosts come first, those that only say the same behind them
MOVING = 20_000

Scale = collections.namedtuple("Scale", "rounds hosts seconds requests reloads expired sweeps")
WHOLE = Scale(rounds=5, hosts=100_000, seconds=4, requests=1_000_000, reloads=100, expired=100_000, sweeps=3)
SHORT = Scale(rounds=2, hosts=30_000, seconds=2, requests=50_000, reloads=20, expired=10_000, sweeps=1)


def rss(process):
    """MiB."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def cpu(process):
    """Seconds of CPU so far."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def commit(folder, times=100):
    """Milliseconds of one commit of one row, as a median: SQLite with WAL and synchronous FULL in the same folder."""
    path = folder / "commit.db"
    link = sqlite3.connect(path, isolation_level=None)
    link.execute("PRAGMA journal_mode = WAL")
    link.execute("PRAGMA synchronous = FULL")
    link.execute("CREATE TABLE IF NOT EXISTS t (a)")
    took = []
    for number in range(times):
        begin = time.monotonic()
        link.execute("INSERT INTO t VALUES (?)", (number,))
        took.append(1000 * (time.monotonic() - begin))
    link.close()
    return statistics.median(took)


def serving(*goals):
    """Marks what a function measures."""

    def mark(function):
        function.goals = goals
        return function

    return mark


class Round:
    """One round's figures."""


@serving("G1", "G2", "G3", "G4", "G5")
def updates(bed, scale, goals):
    named = bed.name_server(scale.hosts)
    hello = bed.hello_server()
    daemon = bed.daemon(bed.database("ours", scale.hosts))
    time.sleep(2)
    idle = rss(daemon)
    found = [one_round(bed, scale, turn, daemon, hello) for turn in range(scale.rounds)]
    told(goals, found)
    goals.row("G5", "RSS, idle with its database of hosts", "<= 25 MiB", [idle], " MiB", most=25)
    busy = rss(daemon)
    many = expect(bed.load(bed.http, "same", total=scale.requests, hosts=scale.hosts), "good", "nochg")
    goals.note("RSS before the many requests", [busy], " MiB")
    goals.note("requests/s of the many", [many["rate"]])
    goals.row("G5", f"RSS after {scale.requests:,} requests over {scale.hosts:,} hosts", "<= 48 MiB", [rss(daemon)], " MiB", most=48)
    for process in (daemon, hello, named):
        bed.stop(process)


def one_round(bed, scale, turn, daemon, hello):
    now, still = Round(), {"first": MOVING, "hosts": scale.hosts - MOVING}
    moving = {"first": 0, "hosts": MOVING}
    begin = time.monotonic()
    count = 300 * scale.seconds
    rivals.Nsupdate(bed).serial(turn, count)
    now.serial = count / (time.monotonic() - begin)
    now.dnsperf, _ = rivals.Dnsperf(bed).run(10 + turn, scale.seconds)
    before = cpu(daemon)
    ours = expect(bed.load(bed.http, "fresh", seconds=scale.seconds, salt=3 * turn, **moving), "good")
    now.ours, now.ours_cpu = ours["rate"], 1e6 * (cpu(daemon) - before) / ours["requests"]
    before = cpu(hello)
    # the same requests as ours gets: what differs is what the service does with them
    bare = expect(bed.load(bed.hello + 1, "same", seconds=scale.seconds, **still), "hello")
    now.bare, now.bare_cpu = bare["rate"], 1e6 * (cpu(hello) - before) / bare["requests"]
    before = cpu(daemon)
    same = expect(bed.load(bed.http, "same", seconds=scale.seconds, **still), "nochg")
    now.same, now.same_cpu = same["rate"], 1e6 * (cpu(daemon) - before) / same["requests"]
    half = int(now.ours / 2)
    now.commit = commit(bed.dir)
    _, now.dnsperf_p99 = rivals.Dnsperf(bed).run(20 + turn, scale.seconds)
    _, now.dnsperf_half = rivals.Dnsperf(bed).run(30 + turn, scale.seconds, rate=half)
    now.half = expect(bed.load(bed.http, "fresh", seconds=scale.seconds, rate=half, salt=3 * turn + 1, **moving), "good")["p99"]
    alone = {"clients": 1, "rate": 100, "seconds": 2 * scale.seconds, **still}
    now.calm = expect(bed.load(bed.http, "same", **alone), "nochg")["p99"]
    flood = bed.begun(bed.http, "wrong", clients=300, rate=200, seconds=2 * scale.seconds + 1, **still)
    time.sleep(0.5)
    now.storm = expect(bed.load(bed.http, "same", **alone), "nochg")["p99"]
    wrong = expect(bed.heard(flood), "401", "911")
    now.wrong, now.refused = wrong["words"].get("401", 0) / wrong["seconds"], wrong["words"].get("911", 0) / wrong["seconds"]
    return now


def told(goals, found):
    def of(name):
        return [getattr(one, name) for one in found]

    goals.note("nsupdate, serial: updates/s", of("serial"))
    goals.note("dnsperf, 64 at once: updates/s", of("dnsperf"))
    goals.note("ours, 64 clients: updates/s", of("ours"))
    goals.note("ours: CPU of an update", of("ours_cpu"), " us")
    goals.row("G1", "updates/s with 64 clients, of serial nsupdate's", ">= 3", [one.ours / one.serial for one in found], least=3)
    goals.note("updates/s, of dnsperf's", [one.ours / one.dnsperf for one in found])
    goals.note("bare hyper: answers/s", of("bare"))
    goals.note("bare hyper: CPU of an answer", of("bare_cpu"), " us")
    goals.note("ours: nochg/s", of("same"))
    goals.note("ours: CPU of a nochg", of("same_cpu"), " us")
    goals.row("G2", "nochg/s, of the bare server's answers/s", ">= 0.4", [one.same / one.bare for one in found], least=0.4)
    goals.note("one commit, ms", of("commit"))
    goals.note("dnsperf, 64 at once without rest: p99", [one.dnsperf_p99 / 1000 for one in found], " ms")
    goals.note("dnsperf at half of our rate: p99", [one.dnsperf_half / 1000 for one in found], " ms")
    goals.note("ours at half of our rate: p99", [one.half / 1000 for one in found], " ms")

    def bound(one, p99):
        return 2 * p99 + 1000 * one.commit

    goals.row("G3", "p99 at half rate, of (2 x dnsperf's at 64 + a commit)", "<= 1", [one.half / bound(one, one.dnsperf_p99) for one in found], most=1)
    goals.note("the same of (2 x dnsperf's at that rate + a commit)", [one.half / bound(one, one.dnsperf_half) for one in found])
    goals.note("a good token alone: p99", [one.calm / 1000 for one in found], " ms")
    goals.note("a good token under 200 wrong passwords/s: p99", [one.storm / 1000 for one in found], " ms")
    goals.note("wrong passwords hashed/s", of("wrong"))
    goals.note("wrong passwords turned away/s", of("refused"))
    goals.row("G4", "a good token's p99 under 200 wrong passwords/s, of alone", "<= 2", [one.storm / one.calm for one in found], most=2)


@serving("G8")
def reloads(bed, scale, goals):
    """SIGHUPs while sixty-four clients update without rest; whatever is not `good` or is cut has failed."""
    named = bed.name_server(scale.hosts)
    daemon = bed.daemon(bed.database("ours", scale.hosts))
    every = 0.05
    load = bed.begun(bed.http, "fresh", seconds=int(scale.reloads * every) + 3, hosts=scale.hosts, salt=40)
    time.sleep(1)
    for _ in range(scale.reloads):
        daemon.send_signal(signal.SIGHUP)
        time.sleep(every)
    found = bed.heard(load)
    failed = sum(found["faults"].values()) + sum(count for word, count in found["words"].items() if word != "good")
    done = (bed.dir / "ours.log").read_text().count("reloaded")
    goals.note("reloads done under load", [done])
    goals.note("requests meanwhile", [found["requests"]])
    if failed:
        print(f"    what failed: {found['words']} {found['faults']}")
    goals.row("G8", f"failed requests during {scale.reloads} reloads", "0", [failed], most=0)
    for process in (daemon, named):
        bed.stop(process)


@serving("G6")
def sweep(bed, scale, goals):
    """`ddns-service cleanup` on a database of expired hosts, and nsupdate told to remove the same, sixty-four in a message."""
    ours, theirs = [], []
    for _ in range(scale.sweeps):
        named = bed.name_server(scale.expired)
        config = bed.database("expired", scale.expired, expired=True)
        begin = time.monotonic()
        bed.service(config, "cleanup")
        ours.append(time.monotonic() - begin)
        left = bed.resolves(f"h0.dyn.example.com") + bed.resolves(f"h{scale.expired - 1}.dyn.example.com")
        bed.stop(named)
        named = bed.name_server(scale.expired)
        batches = [range(at, min(at + 64, scale.expired)) for at in range(0, scale.expired, 64)]
        begin = time.monotonic()
        rivals.Nsupdate(bed).removal(batches)
        theirs.append(time.monotonic() - begin)
        bed.stop(named)
        if left:
            raise RuntimeError("the sweep left records in the DNS")
    goals.note("ours: seconds", ours)
    goals.note("nsupdate, the same batches: seconds", theirs)
    goals.row("G6", f"sweep of {scale.expired:,} expired hosts, of nsupdate's time", "<= 1.3", [a / b for a, b in zip(ours, theirs)], most=1.3)
