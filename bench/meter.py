"""Measuring processes: CPU time, system calls, processes started, memory. Knows nothing of what they do.

CPU time is user plus system time of the process and of all children it waited for (wait4's rusage). The kernel takes that from the
scheduler's nanosecond account, so that runs shorter than a tick are right.
"""

import os
import re
import signal
import statistics
import subprocess
import time

STARTS = ("clone", "clone3", "fork", "vfork")


class Figure:
    """A median with its smallest and largest value."""

    def __init__(self, values):
        self.values = sorted(values)
        self.median = statistics.median(self.values)

    def __str__(self):
        return f"{show(self.median)} ({show(self.values[0])}-{show(self.values[-1])})"


def show(number):
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def quiet_spawn(words):
    nowhere = os.open("/dev/null", os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, nowhere, number) for number in (0, 1, 2)]
    try:
        return os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
    finally:
        os.close(nowhere)


def run_once(words, codes=(0,)):
    """CPU and wall time of one run, in milliseconds."""
    begin = time.monotonic()
    _, status, usage = os.wait4(quiet_spawn(words), 0)
    wall = time.monotonic() - begin
    code = os.waitstatus_to_exitcode(status)
    if code not in codes:
        raise RuntimeError(f"{' '.join(words)}: exit code {code}")
    return 1000 * (usage.ru_utime + usage.ru_stime), 1000 * wall


def cost(words, runs, before=lambda: None, codes=(0,)):
    """CPU and wall time over many runs; before() makes the same start for each."""
    every = []
    for turn in range(runs + 1):
        before()
        found = run_once(words, codes)
        if turn > 0:  # the first one warms caches
            every.append(found)
    return Figure([cpu for cpu, _ in every]), Figure([wall for _, wall in every])


# ------------------------------------------------------------------ system calls


class Calls:
    """What strace saw: system calls, processes started (threads do not count) and programs executed."""

    def __init__(self, log):
        self.calls = self.forks = self.execs = 0
        self.names = {}
        for line in open(log, errors="replace"):
            found = re.match(r"(?:\d+ +)?([a-z0-9_]+)\(", line)
            if not found:
                continue
            name = found[1]
            self.calls += 1
            self.names[name] = self.names.get(name, 0) + 1
            self.forks += name in STARTS and "CLONE_THREAD" not in line
            self.execs += name == "execve" and "ENOENT" not in line


def calls(words, log, codes=(0,)):
    done = subprocess.run(["strace", "-f", "-o", log, *words], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode not in codes:
        raise RuntimeError(f"strace {' '.join(words)}: exit code {done.returncode}")
    return Calls(log)


def calls_of(pid, log, while_running):
    """Of a running process, while while_running() runs."""
    strace = subprocess.Popen(["strace", "-f", "-o", log, "-p", str(pid)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.3)
        while_running()
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait()
    return Calls(log)


# ------------------------------------------------------------------ running processes


def cpu_ns(pid):
    """Time on a CPU so far, in nanoseconds (first field of schedstat)."""
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0])


class Memory:
    """One or several processes' memory in kB (smaps_rollup, summed)."""

    def __init__(self, *pids):
        self.rss = self.pss = self.private = self.anonymous = 0
        for pid in pids:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                rows = dict(re.findall(r"^(\w+): +(\d+) kB", file.read(), re.M))
            self.rss += int(rows["Rss"])
            self.pss += int(rows["Pss"])
            self.private += int(rows["Private_Clean"]) + int(rows["Private_Dirty"])
            self.anonymous += int(rows["Anonymous"])


def family(pid):
    """A process and all below it."""
    found = [pid]
    for parent in found:
        try:
            with open(f"/proc/{parent}/task/{parent}/children") as file:
                found += map(int, file.read().split())
        except OSError:
            pass
    return found


def peak(words, before=lambda: None, runs=5):
    """Largest sum of PSS and of anonymous memory over all processes of a run, in kB, sampled without a pause: the largest of several runs."""
    pss = anonymous = 0
    for _ in range(runs):
        before()
        child = quiet_spawn(words)
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            try:
                now = Memory(*family(child))
            except (OSError, KeyError):
                continue
            pss, anonymous = max(pss, now.pss), max(anonymous, now.anonymous)
    return pss, anonymous
