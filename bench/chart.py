"""The chart of docs/img/bench.png: peers, and how the simulation scales in runs."""

from pathlib import Path

from peers import DSA, DSA_ANNUAL, EMA, LDIP, LDIP_NUMPY, PLAIN
from tables import Table, say

COLOUR, QUIET = "#1f5a86", "#b8c4ce"


def draw(tables: dict[str, Table], path: Path) -> None:
    """Bars of the peers' times, lines of times against runs; both axes logarithmic."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    peers, start = tables["peers_warm"], tables["peers_start"]
    names = [name for name in (LDIP, LDIP_NUMPY, PLAIN, DSA_ANNUAL, DSA, EMA) if peers.figure(name, "ms")]
    for shift, label, colour, found in (
        (-0.2, "warm", COLOUR, [peers.figure(name, "ms") for name in names]),
        (0.2, "from process start", QUIET, [_started(start, name) for name in names]),
    ):
        places = [place + shift for place, ms in enumerate(found) if ms]
        widths = [ms for ms in found if ms]
        bars = left.barh(places, widths, height=0.38, color=colour, label=label)
        left.bar_label(bars, labels=[say(ms) for ms in widths], padding=3, fontsize=8)
    left.set(xscale="log", xlabel="ms of processor time", yticks=range(len(names)), yticklabels=names)
    left.set_title("Reference model, 10,000 runs of 20 years", loc="left", fontsize=10)
    left.margins(x=0.12)
    left.invert_yaxis()
    left.legend(frameon=False, fontsize=8)
    runs = tables["runs"]
    counts = [int(str(row[0]).replace(",", "")) for row in runs.rows]
    for column, colour in (("NumPy, ms", QUIET), ("compiled, ms", COLOUR)):
        times = [row[runs.columns.index(column)] for row in runs.rows]
        right.plot(counts, times, "o-", color=colour, label=column.removesuffix(", ms"))
    right.set(xscale="log", yscale="log", xlabel="runs", ylabel="ms of processor time")
    right.set_title("ldip's simulation, 20 years, one thread", loc="left", fontsize=10)
    right.legend(frameon=False, fontsize=8)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _started(start: Table, name: str) -> float | None:
    return start.figure(name, "ms of processor") if any(row[0] == name for row in start.rows) else None
