"""Write the golden files anew: python tests/update_golden.py, then read the diff before you commit it."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ldip.model.catalogue import catalogue, headline
from ldip.model.engine.simulate import run_baseline, simulate
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import change_names, find, read

FOLDER = Path(__file__).parent / "golden"
RUNS, SEED, YEARS = 400, 20_200_101, 20


def baseline_rows() -> Iterator[list[str]]:
    """Every line and year of the baseline of the base scenario, and headline lines of each change in three years."""
    for changes in ((), *[(name,) for name in change_names(find("baerum-2020").folder)]):
        scenario = read("baerum-2020", changes).scenario
        ledger = run_baseline(build(scenario, YEARS))
        lines = list(catalogue()) if not changes else [metric.id for metric in headline()]
        for line in lines:
            for year, value in zip(ledger.years, ledger[line][:, 0], strict=True):
                if changes and year not in (2024, 2031, 2039):
                    continue
                yield [scenario.name, line, str(year), f"{value:.12g}"]


def simulation_rows() -> Iterator[list[str]]:
    """Mean and three percentiles of the headline lines of a small simulation (nominal)."""
    lines = [metric.id for metric in headline()]
    scenario = read("baerum-2020").scenario
    ledger = simulate(scenario, runs=RUNS, seed=SEED, years=YEARS, lines=lines)
    for line in lines:
        figures = np.column_stack([ledger[line].mean(axis=1), np.percentile(ledger[line], (5, 50, 95), axis=1).T])
        for year, row in zip(ledger.years, figures, strict=True):
            yield [scenario.name, line, str(year), *[f"{value:.12g}" for value in row]]


GOLDEN = {"baseline.csv": baseline_rows, "simulation.csv": simulation_rows}

if __name__ == "__main__":
    for name, rows in GOLDEN.items():
        with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows())
