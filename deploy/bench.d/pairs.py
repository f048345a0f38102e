"""Alternating pairs: two sides measured in turn, so that what the machine does meanwhile meets both."""

from statistics import median


class Side:
    """The runs of one side: units of work a second, CPU-seconds, and whatever else a run tells."""

    def __init__(self, name, unit):
        self.name, self.unit, self.runs = name, unit, []

    def add(self, units, seconds, cpu, **more):
        self.runs.append({"units": units, "seconds": seconds, "rate": units / seconds, "cpu": cpu, **more})

    @property
    def rates(self):
        return [run["rate"] for run in self.runs]

    def document(self):
        rates, names = self.rates, self.runs[0]["cpu"]
        each = lambda run, name: run["cpu"][name] / run["units"] * 1e6
        return {
            "name": self.name, "unit": self.unit, "rate_median": median(rates), "rate_min": min(rates),
            "rate_max": max(rates),
            "cpu_us_a_unit": {name: median(each(run, name) for run in self.runs) for name in names},
            "cpu_us_a_unit_in_all": median(sum(each(run, name) for name in names) for run in self.runs),
            "runs": self.runs,
        }


def alternate(pairs, *measures):
    """Runs each measure once, `pairs` times over; every second time in the reverse order."""
    for number in range(pairs):
        for measure in measures if number % 2 == 0 else reversed(measures):
            measure()


def ratio(ours, theirs):
    """Of each pair, ours to theirs."""
    each = [mine / other for mine, other in zip(ours.rates, theirs.rates)]
    return {"of": theirs.name, "median": median(each), "min": min(each), "max": max(each), "pairs": each}


def lines(document):
    """A result for people: the sides, then the ratios."""
    for side in document.get("sides", []):
        cpu = ", ".join(f"{name} {value:.0f}" for name, value in side["cpu_us_a_unit"].items())
        yield (
            f"  {side['name']:<44} {side['rate_median']:>9,.0f} {side['unit']}/s"
            f"  ({side['rate_min']:,.0f} to {side['rate_max']:,.0f})"
            f"  CPU {side['cpu_us_a_unit_in_all']:.0f} µs each ({cpu})"
        )
    for one in document.get("ratios", []):
        pairs = " ".join(f"{value:.2f}" for value in one["pairs"])
        aim = f", aim {one['aim']}" if "aim" in one else ""
        yield f"  ratio to {one['of']}: {one['median']:.2f} ({one['min']:.2f} to {one['max']:.2f}{aim}; pairs {pairs})"
    for name, mib in document.get("resident_mib", {}).items():
        yield f"  {name}: {mib:.1f} MiB resident after load"
    for note in document.get("notes", []):
        yield f"  {note}"
