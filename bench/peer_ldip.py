"""The reference model as ldip runs its accounts: a stream per driver and block of runs, weather made in place, one
source for a year that NumPy runs over a chunk of runs or numba over lanes of 256, and percentiles by sorting once or,
compiled, by ldip's own selection.

    python bench/peer_ldip.py     from process start, with NumPy, as ldip does with so few runs
"""

import functools

import numpy as np
from peer_model import (
    CORRELATION,
    DEVIATIONS,
    GROWTH,
    OPENING_DEBT,
    PERCENTILES,
    PERSISTENCE,
    PRIMARY,
    RATE,
    YEARS,
)

BLOCK, LANES = 1024, 256
TOGETHER = 8
"""Blocks of runs closed together."""


def close_year(debt, rate, rate_shock, growth_shock, primary_shock):
    """Debt and rate of one year."""
    rate = RATE + PERSISTENCE * (rate - RATE) + rate_shock
    return debt * (1.0 + rate) / (1.0 + (GROWTH + growth_shock)) - (PRIMARY + primary_shock), rate


def close_numpy(shocks, ledger, first):
    """All years of some blocks of runs: `shocks` (driver, block, year, run) into `ledger` (year, block, run), there
    from the block `first` on."""
    blocks = min(TOGETHER, ledger.shape[1] - first)
    debt, rate = np.full((blocks, BLOCK), OPENING_DEBT), np.full((blocks, BLOCK), RATE)
    for t in range(len(ledger)):
        debt, rate = close_year(debt, rate, *shocks[:, :blocks, t])
        ledger[t, first : first + blocks] = debt


def close_lanes(debt, rate, rates, growths, primaries, out):
    """One year of LANES runs."""
    for lane in range(LANES):
        debt[lane], rate[lane] = one_year(debt[lane], rate[lane], rates[lane], growths[lane], primaries[lane])
        out[lane] = debt[lane]


def close_blocks(shocks, ledger, first):
    """As close_numpy, lanes innermost."""
    debt, rate = np.empty(LANES), np.empty(LANES)
    for block in range(min(TOGETHER, ledger.shape[1] - first)):
        for lo in range(0, BLOCK, LANES):
            hi = lo + LANES
            for lane in range(LANES):
                debt[lane], rate[lane] = OPENING_DEBT, RATE
            for t in range(ledger.shape[0]):
                rates, growths, primaries = shocks[0, block, t], shocks[1, block, t], shocks[2, block, t]
                out = ledger[t, first + block]
                all_lanes(debt, rate, rates[lo:hi], growths[lo:hi], primaries[lo:hi], out[lo:hi])


one_year, all_lanes = close_year, close_lanes  # compiled() puts their compiled selves in their place


@functools.cache
def compiled():
    """The parts that are compiled: the years and the order statistics, for :func:`percentiles`."""
    global one_year, all_lanes
    import numba

    from ldip.statistics.compiled_rows import select

    options = {"error_model": "numpy", "nogil": True}
    one_year = numba.njit(close_year, **options)
    all_lanes = numba.njit(close_lanes, **options)
    return {
        "close": numba.njit(close_blocks, **options),
        "order_statistics": select,
    }


def draw(factor, seed, first, shocks):
    """Correlated shocks (driver, block, year, run) of the blocks from `first` on, in place."""
    for driver in range(len(factor)):
        for place in range(shocks.shape[1]):
            bits = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(driver, first + place)))
            shocks[driver, place] = np.random.Generator(bits).standard_normal(shocks.shape[2:])
    for row in reversed(range(len(factor))):
        shocks[row] *= factor[row, row]
        for column in range(row):
            if factor[row, column] != 0.0:
                shocks[row] += factor[row, column] * shocks[column]


def by_sorting(ledger, ranks):
    """Order statistics (year, rank)."""
    ledger.sort(axis=1)
    return ledger[:, ranks]


def percentiles(runs, seed=1, close=close_numpy, order_statistics=by_sorting):
    """Percentiles of debt (percentile, year)."""
    factor = np.linalg.cholesky(np.array(CORRELATION)) * np.array(DEVIATIONS)[:, None]
    blocks = -(-runs // BLOCK)
    paths = np.empty((YEARS, blocks, BLOCK))
    weather = np.empty((len(factor), TOGETHER, YEARS, BLOCK))
    for first in range(0, blocks, TOGETHER):
        draw(factor, seed, first, weather[:, : blocks - first])
        close(weather, paths, first)
    ledger = paths.reshape(YEARS, -1)[:, :runs]
    places = np.array(PERCENTILES) * (runs - 1)
    low = np.minimum(places.astype(int), max(runs - 2, 0))
    ranks, where = np.unique(np.concatenate([low, np.minimum(low + 1, runs - 1)]), return_inverse=True)
    below, above = np.split(order_statistics(ledger, ranks)[:, where], 2, axis=1)
    return (below + (places - low) * (above - below)).T


if __name__ == "__main__":
    print(percentiles(10_000)[:, -1])
