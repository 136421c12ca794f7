"""What the program costs, beside a stand-in written in shell and beside inadyn. Called by run.sh inside namespaces of its own.

Every figure is of this run; the figures of ddns-scripts itself are constants of goals.py, with their source.
"""

import os
import platform
import shutil
import sys
import time

import bed as beds
import goals
import meter
import rounds
from meter import show

RUNS = 40
STANDIN_RUNS = 9


class Row:
    """One line of the table: who does what, and what it costs."""

    def __init__(self, who, what, cpu, wall, calls, peak):
        self.who, self.what, self.cpu, self.wall, self.calls, self.peak = who, what, cpu, wall, calls, peak

    def line(self):
        forks, execs = self.calls.forks, self.calls.execs - 1
        return (f"{self.who:<10}{self.what:<34}{str(self.cpu):>22}{str(self.wall):>22}{forks:>7}{execs:>7}"
                f"{self.calls.calls:>8}{self.peak[0]:>8}{self.peak[1]:>7}")  # fmt: skip

    @staticmethod
    def head():
        return (f"{'':<44}{'CPU ms: median (range)':>22}{'wall ms':>22}{'forks':>7}{'execs':>7}{'calls':>8}"
                f"{'PSS kB':>8}{'anon':>7}")  # fmt: skip


class Bench:
    def __init__(self, bed, program):
        self.bed, self.program, self.rows = bed, program, {}

    def measure(self, who, what, words, runs, before=lambda: None):
        cpu, wall = meter.cost(words, runs, before)
        before()
        calls = meter.calls(words, str(self.bed.dir / "strace"))
        row = Row(who, what, cpu, wall, calls, meter.peak(words, before))
        self.rows[who, what] = row
        print(row.line(), flush=True)

    def ours(self):
        """`ddns once`: a fresh status directory makes it an update, a remembered one a check with nothing to do."""
        for what, secure, more in (
            ("update, http", False, {}),
            ("update, https", True, {}),
            ("update, http, address from a page", False, {"ip_source": "web", "ip_url": f"http://{beds.PROVIDER}/ip"}),
        ):
            root = self.bed.root("once", {"a": {"update_url": beds.update_url(secure), **more}})
            words = [self.program, "--root", str(root), "once", "a"]
            self.measure("ddns", what, words, RUNS, lambda: shutil.rmtree(root / "var/run", ignore_errors=True))
            if not more:
                self.measure("ddns", what.replace("update", "nothing to do"), words, RUNS)

    def standin(self):
        root = self.bed.root("standin", {"a": {"update_url": beds.update_url()}})
        applets = str(self.bed.applets())
        for what, secure in (("update, http", False), ("update, https", True)):
            words = ["busybox", "ash", str(beds.HERE / "standin.sh"), applets, str(root), beds.update_url(secure)]
            self.measure("stand-in", what, [*words, "1", "force"], STANDIN_RUNS)
        words = ["busybox", "ash", str(beds.HERE / "standin.sh"), applets, str(root), beds.update_url()]
        self.measure("stand-in", "nothing to do, http", [*words, "1", "check"], STANDIN_RUNS)
        self.standin_round = self.further_round(words)

    def further_round(self, words, more=10):
        """A round without the start: what further rounds add."""
        def both(measure):
            return [measure([*words, str(rounds), "check"]) for rounds in (1, 1 + more)]

        begin, end = both(lambda words: meter.cost(words, 5)[0].median)
        least, most = both(lambda words: meter.calls(words, str(self.bed.dir / "strace")))
        forks, execs, calls = ((getattr(most, name) - getattr(least, name)) / more for name in ("forks", "execs", "calls"))
        cpu = (end - begin) / more
        print(f"{'stand-in':<10}{'each further round, nothing to do':<34}{show(cpu):>10}{'':>34}{forks:>7.0f}{execs:>7.0f}{calls:>8.0f}")
        return cpu

    def inadyn(self):
        folder = self.bed.dir / "inadyn"
        folder.mkdir()
        for what, secure in (("update, http, address from a page", "false"), ("update, https, address from a page", "true")):
            conf = folder / "conf"
            conf.write_text(
                "period = 600\nallow-ipv6 = false\niterations = 1\n"
                f"custom bench {{\n  username = bench\n  password = bench-password\n  ssl = {secure}\n"
                f"  checkip-server = {beds.PROVIDER}\n  checkip-path = /ip\n  checkip-ssl = false\n"
                f'  ddns-server = {beds.PROVIDER}\n  ddns-path = "/nic/update?hostname=%h&myip=%i"\n'
                f"  hostname = {beds.HOST}\n}}\n"
            )
            words = ["inadyn", "-1", "-n", "-l", "notice", "-f", str(conf), "--cache-dir", str(folder / "cache"), "--no-pidfile"]

            def fresh():
                shutil.rmtree(folder / "cache", ignore_errors=True)
                (folder / "cache").mkdir()

            self.measure("inadyn", what, words, RUNS, fresh)
            if secure == "false":
                self.measure("inadyn", "nothing to do, address from a page", words, RUNS)


def machine(bed, program, kind):
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, {time.strftime('%F')}")
    print(f"program: {kind}, {os.path.getsize(program):,} bytes; CA bundle with {bed.authorities} authorities; all files in memory (tmpfs)")
    print("provider (Python, HTTP and TLS 1.3) and name server (BIND) on loopback, their CPU time not counted\n")


def main():
    program, kind = sys.argv[1:]
    begin = time.monotonic()
    bed = beds.Bed()
    try:
        machine(bed, program, kind)
        bench = Bench(bed, program)
        print(Row.head())
        bench.ours()
        bench.inadyn()
        bench.standin()
        print(EXPLAINED)
        running = rounds.measure(bed, program)
    finally:
        bed.close()
    print("\nGoals. Figures of ddns-scripts are not of this run: " + goals.SOURCE)
    met = goals.table(bench, running)
    print(f"\n{met}; the whole took {time.monotonic() - begin:.0f} s")


EXPLAINED = f"""
CPU: user and system time of the program and all it started (wait4), medians of {RUNS} runs ({STANDIN_RUNS} of the stand-in). forks, execs,
calls: one run under strace, without the first exec; threads are no forks. PSS, anon: largest sum over all processes, sampled during 5 runs.
ddns: `ddns once`, which looks at the address, asks DNS, sends, judges, writes the status files and the log, as a section's first check
does. inadyn: Debian's package, `inadyn -1`; asks no DNS for the registered address. stand-in: bench/standin.sh on BusyBox ash with its
applets, nslookup and Debian's curl. It is NOT ddns-scripts: it does that kind of work by the same means, with none of its checks and with
fewer processes (ddns-scripts: 342 forks for an update, 92 for a round), so it costs less than the original would here."""


if __name__ == "__main__":
    main()
