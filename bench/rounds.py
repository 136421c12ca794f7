"""Sections that run: what a check costs in a waiting process, what it holds, how soon it hears of a change.

A round is caused by nothing but its own timer: five sections check each second, which is far more often than any owner would have it, but
it is the very round of a real section, cold caches and the execution anew included. Its CPU time is read from schedstat, in nanoseconds.
"""

import os
import subprocess
import time

import bed as beds
import meter
from meter import Figure, Memory, show

QUIET = 0.1
EVERY_SECOND = {"check_interval": "1", "check_unit": "seconds", "check_interval_min": "1"}
SECONDS = 30
# an update at every check
EVERY_TIME = {**EVERY_SECOND, "force_interval": "1", "force_unit": "seconds"}
UPDATES = 40
# more changes in a row are followed at a growing distance: a line that flaps
AT_ONCE = 5


class Running:
    """What was measured; see the names."""


class Sections:
    """Some running sections of one root, until the with-block ends."""

    def __init__(self, bed, program, folder, names, secure=False, more=None):
        self.bed = bed
        options = {"update_url": beds.update_url(secure), **(more or {})}
        self.root = bed.root(folder, {name: options for name in names})
        self.processes = {name: bed.start(program, "--root", str(self.root), "run", name, stdout=subprocess.DEVNULL) for name in names}
        self.pids = [process.pid for process in self.processes.values()]

    def __enter__(self):
        for name in self.processes:
            beds.until(lambda: self.nextcheck(name))
        # the second look after the first address
        time.sleep(0.5)
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            process.terminate()
            process.wait()
            self.bed.started.remove(process)

    def nextcheck(self, name):
        """Changes with each round: the file is written anew."""
        try:
            return os.stat(self.root / f"var/run/ddns/{name}.nextcheck").st_mtime_ns
        except OSError:
            return 0

    def count(self, seconds):
        """Rounds within so many seconds."""
        seen = {name: self.nextcheck(name) for name in self.processes}
        rounds, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.05)
            for name, before in seen.items():
                seen[name] = self.nextcheck(name)
                rounds += seen[name] != before
        return rounds


def steady(bed, program, found):
    with Sections(bed, program, "steady", "abcde", more=EVERY_SECOND) as sections:
        sections.count(2)
        begin = sum(map(meter.cpu_ns, sections.pids))
        found.rounds = sections.count(SECONDS)
        found.round_ms = (sum(map(meter.cpu_ns, sections.pids)) - begin) / found.rounds / 1e6
        traced = []
        calls = meter.calls_of(sections.pids[0], str(bed.dir / "strace"), lambda: traced.append(sections.count(5)))
        turns = traced[0] / len(sections.pids)
        found.round_calls, found.round_forks, found.round_execs = calls.calls / turns, calls.forks / turns, calls.execs / turns


def change(bed, old, new):
    """From the end of a change of address to the request at the provider, in seconds."""
    bed.forget_requests()
    moment = bed.change_address(old, new)
    return float(bed.requests.get(timeout=10)[0]) - moment


def changes(bed, program, folder, times, secure=False):
    """Changes to one address after the other, in milliseconds each; a new section after some, before it takes the line for one that flaps."""
    found = []
    for turn in range(times):
        with Sections(bed, program, f"{folder}{turn}", ["a"], secure):
            before = beds.ADDRESS
            for last in range(20, 20 + AT_ONCE):
                after = f"203.0.113.{last}"
                found.append(1000 * change(bed, before, after))
                before = after
        bed.change_address(before, beds.ADDRESS)
    return found


def idle(bed, program, found):
    with Sections(bed, program, "idle", ["a"]) as sections:
        found.idle = Memory(*sections.pids)
    found.changes = changes(bed, program, "change", 4)
    found.secure_changes = changes(bed, program, "secure", 4, secure=True)


def after_many(bed, program, found):
    with Sections(bed, program, "many", ["a"], secure=True, more=EVERY_TIME) as sections:
        bed.forget_requests()
        for _ in range(UPDATES):
            bed.requests.get(timeout=10)
        time.sleep(0.3)
        found.many = Memory(*sections.pids)


def ten(bed, program, found):
    with Sections(bed, program, "ten", "abcdefghij") as sections:
        found.ten = Memory(*sections.pids)


def measure(bed, program):
    found = Running()
    steady(bed, program, found)
    idle(bed, program, found)
    after_many(bed, program, found)
    ten(bed, program, found)
    print(f"\nsteady round, nothing to do, full log: {show(found.round_ms)} ms CPU (mean of {found.rounds} rounds of five sections that check"
          f" each second, by their own timers); {found.round_forks:.1f} forks, {found.round_calls:.0f} system calls,"
          f" executes itself anew {found.round_execs:.1f} times")  # fmt: skip
    print(f"change of address to request: http {Figure(found.changes)} ms, https {Figure(found.secure_changes)} ms,"
          f" of which {1000 * QUIET:.0f} ms are waiting for the address to settle")  # fmt: skip
    print(f"\n{'waiting, kB':<44}{'RSS':>8}{'PSS':>8}{'private':>9}{'anonymous':>11}")
    for what, memory in (
        ("a section after an http update", found.idle),
        (f"a section after {UPDATES} https updates", found.many),
        ("ten sections, together", found.ten),
    ):
        print(f"{what:<44}{memory.rss:>8}{memory.pss:>8}{memory.private:>9}{memory.anonymous:>11}")
    return found
