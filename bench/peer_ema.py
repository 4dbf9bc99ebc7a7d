"""The reference model as an EMA Workbench model: one experiment is one run, one call of a Python function.

The shocks of all runs are drawn beforehand and an experiment is the number of its run, so that the workbench's own
work and a plain loop over the years is all that an experiment costs.

    python bench/peer_ema.py     from process start
"""

import contextlib
import io
import warnings

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

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its dependencies' own
    from ema_workbench import ArrayOutcome, IntegerParameter, Model, SequentialEvaluator


def percentiles(runs, seed=1):
    """Percentiles of debt (percentile, year)."""
    sd = np.array(DEVIATIONS)
    covariance = np.array(CORRELATION) * np.outer(sd, sd)
    shocks = np.random.default_rng(seed).multivariate_normal(np.zeros(3), covariance, size=(runs, YEARS)).tolist()

    def one_run(run=0):
        debt, rate = OPENING_DEBT, RATE
        path = []
        for rate_shock, growth_shock, primary_shock in shocks[run]:
            rate = RATE + PERSISTENCE * (rate - RATE) + rate_shock
            debt = debt * (1.0 + rate) / (1.0 + GROWTH + growth_shock) - (PRIMARY + primary_shock)
            path.append(debt)
        return {"debt": path}

    model = Model("debt", function=one_run)
    model.uncertainties = [IntegerParameter("run", 0, runs - 1)]
    model.outcomes = [ArrayOutcome("debt")]
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):  # its progress bar
        warnings.simplefilter("ignore")
        with SequentialEvaluator(model) as evaluator:
            _, outcomes = evaluator.perform_experiments(scenarios=runs)
    return np.quantile(outcomes["debt"], PERCENTILES, axis=0)


if __name__ == "__main__":
    print(percentiles(10_000)[:, -1])
