"""Medians with their spread, and the table of goals."""

import statistics


class Figure:
    """A median with its smallest and largest value."""

    def __init__(self, values):
        self.values = sorted(values)
        self.median = statistics.median(self.values)

    def __str__(self):
        return f"{show(self.median)} ({show(self.values[0])}-{show(self.values[-1])})"


def show(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


class Goals:
    def __init__(self):
        self.rows, self.notes = [], []

    def row(self, goal, what, wanted, values, unit="", most=None, least=None):
        """One goal: its value of each round, and the limit that their median has to keep."""
        figure = Figure(values)
        met = (most is None or figure.median <= most) and (least is None or figure.median >= least)
        self.rows.append((goal, what, wanted, f"{figure}{unit}", "met" if met else "NOT MET"))
        print(f"{goal}  {what}: {figure}{unit}, wanted {wanted}", flush=True)

    def note(self, what, values, unit=""):
        """What the goals are made of."""
        print(f"    {what}: {Figure(values)}{unit}", flush=True)

    def table(self):
        print(f"\n{'':<4}{'':<66}{'goal':<12}{'median (range)':<26}")
        for goal, what, wanted, figure, met in self.rows:
            print(f"{goal:<4}{what:<66}{wanted:<12}{figure:<26}{met}")
        missed = sum(met != "met" for *_, met in self.rows)
        print(f"\n{len(self.rows) - missed} of {len(self.rows)} goals met")
