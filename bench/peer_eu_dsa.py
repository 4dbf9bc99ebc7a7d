"""The stochastic debt recursion of the European Commission's debt sustainability analysis, in the form its published
replications in Python are written in. Written for this comparison; it is nobody's code but ours.

The form (after the replication by Bruegel: Darvas, Welslau and Zettelmeyer 2023, A quantitative evaluation of the
European Commission's fiscal governance proposal, annex 2, and its published code, lennardwelslau/
eu-debt-sustainability-analysis; the method is that of the Commission's Debt Sustainability Monitor 2023):

1. quarterly shocks to short rate, long rate, nominal growth and primary balance are drawn from a normal
   distribution with the covariance of a sample of past shocks, outliers cut at three standard deviations, with
   ``numpy.random.multivariate_normal``, one matrix (run, quarter, variable);
2. they are summed to years; the long rate's over the quarters of the average maturity, weighted in gradually; short
   and long are averaged with the short-term share of debt;
3. added to the baseline, run by run, and the debt recursion loops over runs and years: both compiled by numba's
   ``jit`` without a cache;
4. percentiles with ``numpy.percentile``, one call each.

Without exchange rates and stock-flow adjustment, which the reference model has not either. Its rate is baseline plus
shocks instead of an AR(1), and it draws four variables four times a year: that is the method, and it is what makes
it dearer than the reference model. ``frequency="annual"``, which the replication also knows, draws once a year.
The sample of past shocks is drawn here from the reference model's deviations.

    python bench/peer_eu_dsa.py [annual] [published-imports]     from process start
"""

import sys

import numpy as np
import pandas as pd
from numba import jit
from peer_model import CORRELATION, DEVIATIONS, GROWTH, OPENING_DEBT, PERCENTILES, PRIMARY, RATE, YEARS

MATURITY = 7.0  # years
SHORT_SHARE = 0.10


def past_shocks(frequency, periods=200):
    """A sample of past shocks (period, variable), outliers cut."""
    parts = 4 if frequency == "quarterly" else 1
    rate, growth, primary = (100.0 * sd / np.sqrt(parts) for sd in DEVIATIONS)
    sd = np.array([rate, 0.5 * rate, growth, primary])
    correlation = np.eye(4)
    correlation[:2, :2] = [[1.0, 0.6], [0.6, 1.0]]
    correlation[0, 2] = correlation[2, 0] = CORRELATION[0][1]
    correlation[2, 3] = correlation[3, 2] = CORRELATION[1][2]
    sample = np.random.RandomState(1).multivariate_normal(np.zeros(4), correlation * np.outer(sd, sd), size=periods)
    shocks = pd.DataFrame(sample, columns=["short_rate", "long_rate", "growth", "primary_balance"])
    return shocks.clip(shocks.mean() - 3 * shocks.std(), shocks.mean() + 3 * shocks.std(), axis=1)


def to_years(draws, frequency):
    """Yearly shocks to interest, growth and primary balance (run, variable, year)."""
    runs = draws.shape[0]
    parts = 4 if frequency == "quarterly" else 1
    grouped = draws.reshape((runs, YEARS, parts, 4))
    short, growth, primary = (np.sum(grouped[:, :, :, place], axis=2) for place in (0, 2, 3))
    long = np.zeros((runs, YEARS))
    for t in range(1, YEARS + 1):
        last = t * parts
        first = last - min(last, round(MATURITY * parts))
        long[:, t - 1] = min(t / MATURITY, 1.0) * np.sum(draws[:, first:last, 1], axis=1)
    interest = SHORT_SHARE * short + (1.0 - SHORT_SHARE) * long
    return np.transpose(np.stack([interest, growth, primary], axis=2), (0, 2, 1))


@jit(nopython=True)
def add_baseline(shocks, interest, growth, primary, interest_path, growth_path, primary_path):
    """Baseline plus shocks, run by run, in percent."""
    for run in range(shocks.shape[0]):
        interest_path[run, 1:] = interest + shocks[run, 0]
        growth_path[run, 1:] = growth + shocks[run, 1]
        primary_path[run, 1:] = primary + shocks[run, 2]


@jit(nopython=True)
def simulate_debt(debt, interest, growth, primary):
    """The recursion, run by run and year by year, in percent of income."""
    for run in range(debt.shape[0]):
        for t in range(1, debt.shape[1]):
            debt[run, t] = (
                debt[run, t - 1] * (1 + interest[run, t] / 100) / (1 + growth[run, t] / 100) - primary[run, t]
            )


def percentiles(runs, seed=1, frequency="quarterly"):
    """Percentiles of debt (percentile, year)."""
    covariance = past_shocks(frequency).cov()
    periods = YEARS * (4 if frequency == "quarterly" else 1)
    np.random.seed(seed)
    draws = np.random.multivariate_normal(mean=np.zeros(4), cov=covariance, size=(runs, periods))
    shocks = to_years(draws, frequency)
    debt, interest, growth, primary = (np.zeros((runs, YEARS + 1)) for _ in range(4))
    baseline = (np.full(YEARS, 100.0 * value) for value in (RATE, GROWTH, PRIMARY))
    add_baseline(shocks, *baseline, interest, growth, primary)
    debt[:, 0] = 100.0 * OPENING_DEBT
    simulate_debt(debt, interest, growth, primary)
    return np.stack([np.percentile(debt, 100.0 * p, axis=0)[1:] / 100.0 for p in PERCENTILES])


if __name__ == "__main__":
    if "published-imports" in sys.argv:  # what the replication imports besides, less seaborn
        import scipy.optimize  # noqa: F401
    print(percentiles(10_000, frequency="annual" if "annual" in sys.argv else "quarterly")[:, -1])
