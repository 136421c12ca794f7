"""The goals, as ratios to figures of ddns-scripts 2.8.4-2 and to what else was measured in the same run."""

from meter import show

SOURCE = """measured once on 2 x86-64
cores under Linux 6.18 with files on disk, with two sets of programs: (A) curl and BIND's host, (B) curl and BusyBox nslookup. On another
machine, or with files in memory as here, only the ratios to the stand-in of the same run can be relied on."""

# CPU ms of one steady round with nothing to do, log on: B, A
ROUND_MS = (65, 83)
# CPU ms of a one-shot update over http: B, A
UPDATE_MS = (176, 322)
# one waiting section (ash and sleep), kB
IDLE_RSS, IDLE_ANONYMOUS = 1536, 368


def rows(bench, running):
    """What, bound as text, figure as text, whether it is met."""

    def cpu(who, what):
        return bench.rows[who, what].cpu.median

    update, secure = cpu("ddns", "update, http"), cpu("ddns", "update, https")
    page, inadyn = cpu("ddns", "update, http, address from a page"), cpu("inadyn", "update, http, address from a page")
    latency = max(running.changes + running.secure_changes) / 1000
    for who, goal, (least, most) in (("round", 50, ROUND_MS), ("update", 20, UPDATE_MS)):
        figure, beside = (running.round_ms, bench.standin_round) if who == "round" else (update, cpu("stand-in", "update, http"))
        name = "check with nothing to do" if who == "round" else "one-shot update, http"
        yield f"{name}: CPU, of ddns-scripts", f"1/{goal}: {show(least / goal)} ms (B), {show(most / goal)} ms (A)", \
            f"{show(figure)} ms: 1/{least / figure:.0f}, 1/{most / figure:.0f}", figure <= least / goal  # fmt: skip
        yield f"{name}: CPU, of the stand-in", f"1/{goal}: {show(beside / goal)} ms", \
            f"{show(figure)} ms: 1/{beside / figure:.0f}", figure <= beside / goal  # fmt: skip
    beside = cpu("stand-in", "update, https")
    yield "one-shot update, https: CPU, of the stand-in", f"1/20: {show(beside / 20)} ms", \
        f"{show(secure)} ms: 1/{beside / secure:.0f}", secure <= beside / 20  # fmt: skip
    yield "check with nothing to do: processes", "0", f"{running.round_forks:.0f}", running.round_forks == 0
    yield "one-shot, http, address from a page: CPU, of inadyn", f"1/1: {show(inadyn)} ms", \
        f"{show(page)} ms: {page / inadyn:.2f}", page <= inadyn  # fmt: skip
    for what, memory in (("idle", running.idle), ("after many https updates", running.many)):
        yield f"{what}: anonymous memory", "100 kB", f"{memory.anonymous} kB: 1/{IDLE_ANONYMOUS / memory.anonymous:.1f}", \
            memory.anonymous <= 100  # fmt: skip
        yield f"{what}: RSS", f"{IDLE_RSS // 2} kB", f"{memory.rss} kB: 1/{IDLE_RSS / memory.rss:.1f}", memory.rss <= IDLE_RSS / 2
    yield "change of address to request, after it settled", "200 ms", f"{1000 * (latency - 0.1):.0f} ms (slowest)", latency - 0.1 < 0.2


def table(bench, running):
    """Prints it; a sentence that sums it up."""
    found = list(rows(bench, running))
    print(f"{'':<52}{'goal, at most':<34}{'measured':<26}")
    for what, goal, figure, met in found:
        print(f"{what:<52}{goal:<34}{figure:<26}{'met' if met else 'NOT MET'}")
    missed = sum(not met for *_, met in found)
    return f"{len(found) - missed} of {len(found)} goals met"
