"""The reference model as ldip runs its accounts: a stream per driver and block of runs, weather made in place, one
source for a year that NumPy runs over a chunk of runs or numba over lanes of 256, and percentiles by sorting once.

    python bench/peer_ldip.py     from process start, with NumPy, as ldip does below 200 000 runs
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

BLOCK, CHUNK, LANES = 1024, 8 * 1024, 256


def close_year(debt, rate, rate_shock, growth_shock, primary_shock):
    """Debt and rate of one year."""
    rate = RATE + PERSISTENCE * (rate - RATE) + rate_shock
    return debt * (1.0 + rate) / (1.0 + (GROWTH + growth_shock)) - (PRIMARY + primary_shock), rate


def close_numpy(shocks, ledger):
    """All years of a chunk of runs: `shocks` (driver, year, run) into `ledger` (year, run)."""
    debt, rate = np.full(ledger.shape[1], OPENING_DEBT), np.full(ledger.shape[1], RATE)
    for t in range(len(ledger)):
        debt, rate = close_year(debt, rate, *shocks[:, t])
        ledger[t] = debt


def close_lanes(debt, rate, shocks, t, lo, hi, ledger):
    """One year of up to LANES runs."""
    rates, growths, primaries, out = shocks[0, t, lo:hi], shocks[1, t, lo:hi], shocks[2, t, lo:hi], ledger[t, lo:hi]
    for lane in range(hi - lo):
        debt[lane], rate[lane] = one_year(debt[lane], rate[lane], rates[lane], growths[lane], primaries[lane])
        out[lane] = debt[lane]


def close_blocks(shocks, ledger):
    """As close_numpy, lanes innermost."""
    debt, rate = np.empty(LANES), np.empty(LANES)
    for lo in range(0, ledger.shape[1], LANES):
        hi = min(lo + LANES, ledger.shape[1])
        for lane in range(LANES):
            debt[lane], rate[lane] = OPENING_DEBT, RATE
        for t in range(ledger.shape[0]):
            all_lanes(debt, rate, shocks, t, lo, hi, ledger)


one_year, all_lanes = close_year, close_lanes  # compiled() puts their compiled selves in their place


@functools.cache
def compiled():
    """close_blocks, compiled."""
    global one_year, all_lanes
    import numba

    options = {"error_model": "numpy", "nogil": True}
    one_year = numba.njit(close_year, **options)
    all_lanes = numba.njit(close_lanes, **options)
    return numba.njit(close_blocks, **options)


def draw(factor, seed, first, runs):
    """Correlated shocks (driver, year, run) of the runs from `first` on."""
    blocks = range(first // BLOCK, -(-(first + runs) // BLOCK))
    shocks = np.empty((len(factor), YEARS, len(blocks) * BLOCK))
    for driver in range(len(factor)):
        for place, block in enumerate(blocks):
            bits = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(driver, block)))
            normals = np.random.Generator(bits).standard_normal((YEARS, BLOCK))
            shocks[driver, :, place * BLOCK : (place + 1) * BLOCK] = normals
    for row in reversed(range(len(factor))):
        shocks[row] *= factor[row, row]
        for column in range(row):
            shocks[row] += factor[row, column] * shocks[column]
    return shocks[:, :, :runs]


def percentiles(runs, seed=1, close=close_numpy):
    """Percentiles of debt (percentile, year)."""
    factor = np.linalg.cholesky(np.array(CORRELATION)) * np.array(DEVIATIONS)[:, None]
    ledger = np.empty((YEARS, runs))
    for first in range(0, runs, CHUNK):
        size = min(CHUNK, runs - first)
        close(np.ascontiguousarray(draw(factor, seed, first, size)), ledger[:, first : first + size])
    ledger.sort(axis=1)
    places = np.array(PERCENTILES) * (runs - 1)
    low = np.minimum(places.astype(int), max(runs - 2, 0))
    high = np.minimum(low + 1, runs - 1)
    return (ledger[:, low] + (places - low) * (ledger[:, high] - ledger[:, low])).T


if __name__ == "__main__":
    print(percentiles(10_000)[:, -1])
