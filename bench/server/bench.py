"""The update server's goals G1 to G6 and G8, each as a ratio to a rival of the same run. Called by run.sh.

Every round measures all that are compared, one after the other, so that what the machine does besides falls on all of them.
"""

import os
import platform
import sys
import time

import bed as beds
import rounds
from figures import Goals


def machine(programs, disk):
    size = os.path.getsize(f"{programs}/ddns-service")
    device = os.stat(disk).st_dev
    print(f"machine: {os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}, {time.strftime('%F')},"
          f" disk {os.major(device)}:{os.minor(device)}, load before {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"program: release build, {size:,} bytes; clients, rivals and servers share the cores\n", flush=True)


def main():
    programs, disk = sys.argv[1:]
    short = os.environ.get("SHORT", "") not in ("", "0")
    only = os.environ.get("ONLY", "").split()
    scale = rounds.SHORT if short else rounds.WHOLE
    begin = time.monotonic()
    machine(programs, disk)
    goals = Goals()
    bed = beds.Bed(programs, disk)
    try:
        for measure in (rounds.updates, rounds.reloads, rounds.sweep):
            if not only or set(only) & set(measure.goals):
                measure(bed, scale, goals)
    finally:
        bed.close()
    goals.table()
    print(f"\nthe whole took {time.monotonic() - begin:.0f} s" + ("; SHORT: fewer and shorter rounds, to be looked at and not kept" if short else ""))


if __name__ == "__main__":
    main()
