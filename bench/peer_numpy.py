"""The reference model as one writes it in NumPy without a thought for speed: arrays over all runs, np.quantile.

python bench/peer_numpy.py     from process start
"""

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


def percentiles(runs, seed=1):
    """Percentiles of debt (percentile, year)."""
    sd = np.array(DEVIATIONS)
    covariance = np.array(CORRELATION) * np.outer(sd, sd)
    shocks = np.random.default_rng(seed).multivariate_normal(np.zeros(3), covariance, size=(YEARS, runs))
    debt, rate = np.full(runs, OPENING_DEBT), np.full(runs, RATE)
    path = np.empty((YEARS, runs))
    for t in range(YEARS):
        rate = RATE + PERSISTENCE * (rate - RATE) + shocks[t, :, 0]
        growth = GROWTH + shocks[t, :, 1]
        debt = debt * (1.0 + rate) / (1.0 + growth) - (PRIMARY + shocks[t, :, 2])
        path[t] = debt
    return np.quantile(path, PERCENTILES, axis=1)


if __name__ == "__main__":
    print(percentiles(10_000)[:, -1])
