"""What the page's simulations have in common, kept from one to the next: people, draws that are weather already.

Nothing here changes a figure: what is kept is given back only for the same inputs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ldip.model import drivers
from ldip.model.accounts.inputs import Weather
from ldip.model.people import counted
from ldip.model.people.cohorts import Fitted, fit
from ldip.scenario.projects import first_dwellings
from ldip.scenario.schema import Scenario


class Memory:
    """The last people and the last weather."""

    def __init__(self) -> None:
        self._fitted: tuple[Any, Fitted] | None = None
        self._counted: tuple[Any, counted.Counted] | None = None
        self._process: Any = None
        self._chunks: dict[Any, tuple[bytes, np.ndarray]] = {}

    def count(self, scenario: Scenario, years: int) -> counted.Counted:
        """As :func:`ldip.model.people.counted.count`."""
        table = (scenario.population, scenario.ages, scenario.residents, scenario.scenario)
        behind = (scenario.housing.reference_completions, scenario.housing.reference_flat_share)
        if self._fitted is None or self._fitted[0] != (table, behind):
            self._fitted = ((table, behind), fit(scenario))
        waits = first_dwellings(scenario.projects)
        served = (scenario.demand, scenario.investment.capacity_lead, scenario.housing, waits, years)
        if self._counted is None or self._counted[0] != (table, served):
            self._counted = ((table, served), counted.count(scenario, years, self._fitted[1]))
        return self._counted[1]

    def weather(
        self,
        process: drivers.Process,
        seed: int,
        first_run: int,
        runs: int,
        step: float | np.ndarray = 0.0,
        seeds: Mapping[str, int] | None = None,
    ) -> np.ndarray:
        """As :func:`ldip.model.drivers.weather`; the next call may change the array."""
        parts = {
            name: part.tobytes() if isinstance(part, np.ndarray) else part for name, part in process._asdict().items()
        }
        amortised = parts.pop("amortised")  # with every plan another one: see drivers.amortise
        key = tuple(parts.values())
        if self._process != key:
            self._process, self._chunks = key, {}
        place = (seed, first_run, runs, tuple((seeds or {}).items()))
        if place not in self._chunks:
            made = np.ascontiguousarray(drivers.weather(process, seed, first_run, runs, step, seeds))
            self._chunks[place] = (amortised, made)
        before, chunk = self._chunks[place]
        if before != amortised:
            drivers.amortise(process, Weather(*chunk))
            self._chunks[place] = (amortised, chunk)
        drivers.take_step(chunk, step)
        return chunk
