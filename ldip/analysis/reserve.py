"""How large must the buffer fund be at the start for it to last? (rules M10, M12)

Every opening balance meets the same weather, so a larger fund never lasts a shorter time by chance.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ldip.model.engine.simulate import simulate
from ldip.scenario.schema import Scenario

OPENINGS = (0.0, 100.0, 200.0, 400.0, 600.0, 800.0, 1200.0, 1600.0, 2000.0)
"""Balances looked at besides the scenario's own, nominal mill. kr at the start."""


class Reserve(NamedTuple):
    """The chance that the buffer fund never falls below its minimum, by opening balance and year."""

    own: float  # the scenario's opening balance, nominal mill. kr
    openings: np.ndarray  # (opening,) nominal mill. kr, rising
    years: np.ndarray  # (year,)
    probability: np.ndarray  # (opening, year) share of runs in which it has lasted until 31 December
    runs: int
    seed: int

    @property
    def error(self) -> np.ndarray:
        """Binomial standard errors (opening, year)."""
        return np.sqrt(self.probability * (1.0 - self.probability) / self.runs)


def reserve_curve(
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    years: int,
    openings: Sequence[float] = OPENINGS,
    progress: Callable[[int], None] | None = None,
) -> Reserve:
    """Simulate the scenario with each opening balance of the buffer fund; the money is in the bank too, so that the
    liquidity reserve is as much larger or smaller."""
    own = scenario.opening.buffer_fund.value
    balances = sorted({*openings, own})
    lasting = []
    for balance in balances:
        ledger = simulate(
            _with_buffer(scenario, balance),
            runs=runs,
            seed=seed,
            years=years,
            lines=["buffer_fund_breach"],
            progress=progress,
        )
        lasting.append(1.0 - np.maximum.accumulate(ledger["buffer_fund_breach"], axis=0).mean(axis=1))
    return Reserve(own, np.array(balances), ledger.years, np.array(lasting), runs, seed)


def _with_buffer(scenario: Scenario, balance: float) -> Scenario:
    opening = scenario.opening
    more = balance - opening.buffer_fund.value
    fund = opening.buffer_fund.model_copy(update={"value": balance})
    liquidity = opening.liquidity_reserve.model_copy(update={"value": opening.liquidity_reserve.value + more})
    changed = opening.model_copy(update={"buffer_fund": fund, "liquidity_reserve": liquidity})
    return scenario.model_copy(update={"opening": changed})
