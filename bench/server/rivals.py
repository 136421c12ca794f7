"""Who else changes records: nsupdate one after the other, dnsperf sixty-four at once. The same names, key and name server as ours."""

import re
import subprocess

import bed as beds
import seed


def change(number, address):
    name = f"{seed.name(number)}.{beds.ZONE}"
    return f"update delete {name} A\nupdate add {name} 60 A {address}\nsend\n"


def fresh(salt, number):
    return seed.address(12, (salt << 18) + number)


class Nsupdate:
    """One process, which waits for each answer before it sends the next message."""

    def __init__(self, bed):
        self.words = ["nsupdate", "-v", "-k", str(bed.key)]
        self.head = f"server 127.0.0.1 {bed.dns}\nzone {beds.ZONE}\n"

    def run(self, text):
        said = subprocess.run(self.words, input=self.head + text, capture_output=True, text=True)
        if said.returncode != 0 or "failed" in said.stderr:
            raise RuntimeError(f"nsupdate: {said.stderr[:300]}")

    def serial(self, salt, count):
        self.run("".join(change(number, fresh(salt, number)) for number in range(count)))

    def removal(self, batches):
        """Each batch in one message, on condition that no name is an alias, as ours are."""
        parts = []
        for batch in batches:
            names = [f"{seed.name(number)}.{beds.ZONE}" for number in batch]
            parts += (f"prereq nxrrset {name} CNAME\n" for name in names)
            parts += (f"update delete {name} A\n" for name in names)
            parts.append("send\n")
        self.run("".join(parts))


class Dnsperf:
    def __init__(self, bed, most=40_000):
        self.bed, self.most = bed, most

    def run(self, salt, seconds, rate=None):
        """Updates per second and the latency that one in a hundred exceeds, microseconds."""
        data = self.bed.dir / "dnsperf.txt"
        lines = []
        for number in range(self.most):
            name = seed.name(number % 20_000)
            lines.append(f"{beds.ZONE}\ndelete {name} A\nadd {name} 60 A {fresh(salt, number)}\nsend\n")
        data.write_text("".join(lines))
        words = ["dnsperf", "-u", "-m", "tcp", "-q", "64", "-s", "127.0.0.1", "-p", str(self.bed.dns), "-d", str(data), "-l", str(seconds),
                 "-y", f"hmac-sha256:{beds.KEY}:{self.bed.secret}", "-v", "-O", "suppress=timeouts"]  # fmt: skip
        said = subprocess.run([*words, *(["-Q", str(rate)] if rate else [])], capture_output=True, text=True)
        took = sorted(float(found) for found in re.findall(r"^> NOERROR .* ([0-9.]+)$", said.stdout, re.M))
        found = re.search(r"Updates per second:\s+([0-9.]+)", said.stdout)
        if not found or not took:
            raise RuntimeError(f"dnsperf: {said.stdout[-600:]} {said.stderr[-300:]}")
        return float(found[1]), 1e6 * took[len(took) * 99 // 100]
