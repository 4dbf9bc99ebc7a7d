"""How much must be restructured, and how sure do we want to be? (rule M12)

Restructuring is a constant step: savings that grow by the same amount every year after the plan. In each run there is
a smallest step with which the chosen rules hold; the share of runs whose step is at most s is the probability that s
is enough. So the smallest step at a confidence is a quantile of the runs' own steps, on the same random numbers.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ldip.model import drivers
from ldip.model.accounts.state import Year
from ldip.model.accounts.steps import NOISE
from ldip.model.engine import kernel
from ldip.model.engine.simulate import built
from ldip.model.soundness import WITNESSES, check_runs
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import quantile, quantile_error

LARGEST = 400.0
"""Largest step looked for, mill. 2020-kr a year: what no step up to it mends counts as never."""

TOLERANCE = 0.01
"""Steps are solved to ten thousand kroner a year."""

RULES = ("result", "equity", "buffer", "liquidity", "deficit")
LINES = (
    *("cpi_index", "deflator_index", "operating_revenue", "net_operating_result", "equity_share"),
    *("general_investment", "general_borrowing", "closing_buffer_fund", "closing_liquidity_reserve"),
    "closing_uncovered_deficit",
)
CLOSED = tuple(dict.fromkeys((*LINES, *WITNESSES)))


class Answer(NamedTuple):
    """The smallest step at one confidence."""

    confidence: float
    step: float  # mill. 2020-kr a year; inf if no step is enough
    share: float  # of net sector expenditure in the last plan year
    probability: float  # share of runs for which the step is enough
    probability_error: float
    step_error: float  # standard error of the step


class Held(NamedTuple):
    """How often each rule holds with a step, and all of them together."""

    step: float  # mill. 2020-kr a year
    by_rule: dict[str, float]
    together: float


class Restructuring(NamedTuple):
    """The runs' own smallest steps and what they say."""

    scenario: str
    rules: tuple[str, ...]
    first_year: int  # the rules must hold from here
    last_year: int
    runs: int
    seed: int
    steps: np.ndarray  # (run,) sorted; inf where none is enough
    answers: tuple[Answer, ...]
    held: tuple[Held, ...]  # without a step, then with each answer's that is enough somewhere

    def probability(self, step: float) -> float:
        """Share of runs for which a step is enough."""
        return float(np.searchsorted(self.steps, step + TOLERANCE, side="right") / self.runs)


def restructure(
    scenario: Scenario,
    *,
    confidences: Sequence[float],
    rules: Sequence[str] = RULES,
    since: int | None = None,
    runs: int,
    seed: int,
    years: int,
    progress: Callable[[int], None] | None = None,
) -> Restructuring:
    """Solve every run's smallest step with which `rules` hold in the last year (or in every year from `since` on)."""
    from scipy.optimize import elementwise

    margins = Margins(scenario, rules, since, runs=runs, seed=seed, years=years)
    indices = np.arange(runs)
    none = margins(np.zeros(runs), indices)
    most = margins(np.full(runs, LARGEST), indices)
    steps = np.where(none >= 0.0, 0.0, np.inf)
    open_runs = np.flatnonzero((none < 0.0) & (most >= 0.0))
    if progress:
        progress(runs - len(open_runs))
    if len(open_runs):
        low, high = np.zeros(len(open_runs)), np.full(len(open_runs), LARGEST)
        tolerances = {"xatol": TOLERANCE, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0}
        told = 0

        def solving(found) -> None:
            nonlocal told
            solved = int(np.count_nonzero(found.success))
            if progress:
                progress(solved - told)
            told = solved

        found = elementwise.find_root(
            margins, (low, high), args=(open_runs,), tolerances=tolerances, callback=solving
        )
        steps[open_runs] = found.bracket[1]  # the end of the bracket where the rules hold
        if progress:
            progress(len(open_runs) - told)
    steps.sort()
    last_plan_year = min(scenario.scenario.plan_years, years) - 1
    answers = tuple(_answer(steps, p, margins.expenditure[last_plan_year]) for p in confidences)
    looked_at = dict.fromkeys((0.0, *[answer.step for answer in answers if np.isfinite(answer.step)]))
    return Restructuring(
        scenario=scenario.name,
        rules=tuple(rules),
        first_year=int(margins.years[margins.start]),
        last_year=int(margins.years[-1]),
        runs=runs,
        seed=seed,
        steps=steps,
        answers=answers,
        held=tuple(margins.held(step) for step in looked_at),
    )


class Margins:
    """By how much the rules hold, run by run, for a step of each run's own: negative where one is broken."""

    def __init__(
        self, scenario: Scenario, rules: Sequence[str], since: int | None, *, runs: int, seed: int, years: int
    ):
        baseline, process = built(scenario, years)
        self.name, self.years, self.rules, self.plan = baseline.name, baseline.years, rules, baseline.plan
        self.start = years - 1 if since is None else max(since - int(baseline.years[0]), 0)
        self.table, self.response = baseline.plan_table(), baseline.response
        self.opening = np.array(baseline.opening)
        frames = ("kindergartens", "schools", "care", "other_services")
        self.expenditure = np.sum([getattr(baseline.plan, name) for name in frames], axis=0)
        with np.errstate(all="ignore"):  # what is not finite is told with line and year
            self.weather = drivers.weather(process, seed, 0, runs)
        self.lines = [Year._fields.index(line) for line in CLOSED]

    def __call__(self, step: np.ndarray, run: np.ndarray) -> np.ndarray:
        """The smallest margin of the rules over the years asked for, as a share of revenue (run,)."""
        return np.min(self.by_rule(step, run), axis=0)

    def held(self, step: float) -> Held:
        """How often the rules hold in all runs with a step."""
        every = np.arange(self.weather.shape[2])
        holds = self.by_rule(np.full(len(every), step), every) >= 0.0
        return Held(
            step, dict(zip(self.rules, map(float, holds.mean(axis=1)), strict=True)), float(holds.all(axis=0).mean())
        )

    def by_rule(self, step: np.ndarray, run: np.ndarray) -> np.ndarray:
        """The smallest margin of each rule over the years asked for, as a share of revenue (rule, run)."""
        run = np.asarray(run, dtype=int)
        weather = np.ascontiguousarray(self.weather[:, :, run])
        drivers.take_step(weather, step)
        book = np.empty((len(CLOSED), len(self.years), len(run)))
        with np.errstate(all="ignore"):
            kernel.run_numpy(self.table, self.response, weather, self.opening, self.lines, book)
        check_runs(self.name, self.years, CLOSED, book)
        line = dict(zip(CLOSED, book[:, self.start :], strict=True))
        revenue = line["operating_revenue"]
        # A rule holds that is missed by rounding only: a reserve kept just at its minimum must not look broken.
        margins = [self._margin(rule, line) / revenue + NOISE for rule in self.rules]
        return np.min(margins, axis=1)

    def _margin(self, rule: str, line: dict[str, np.ndarray]) -> np.ndarray:
        """By how much one rule holds, nominal mill. kr (year, run)."""
        plan = {name: np.asarray(values)[self.start :, None] for name, values in self.plan._asdict().items()}
        if rule == "result":
            return line["net_operating_result"] - plan["result_share_minimum"] * line["operating_revenue"]
        if rule == "equity":
            lacks = (plan["equity_minimum"] - line["equity_share"]) * line["general_investment"]
            return _holds_or_lacks(np.minimum(lacks, line["general_borrowing"]), line["operating_revenue"])
        if rule == "buffer":
            return line["closing_buffer_fund"] - plan["buffer_minimum"] * line["cpi_index"]
        if rule == "liquidity":
            return line["closing_liquidity_reserve"] - plan["liquidity_minimum"] * line["cpi_index"]
        return _holds_or_lacks(line["closing_uncovered_deficit"], line["operating_revenue"])


def _holds_or_lacks(lack: np.ndarray, revenue: np.ndarray) -> np.ndarray:
    """A margin of what can only lack or not: below zero by what lacks, else clear of zero, where a root finder would
    take it for the root."""
    return np.where(lack > NOISE * revenue, -lack, 1e-3 * revenue)


def _answer(steps: np.ndarray, confidence: float, expenditure: float) -> Answer:
    """The smallest step that is enough in at least that share of the runs: an order statistic, nothing between."""
    runs = len(steps)
    step = float(steps[min(int(np.ceil(confidence * runs)) - 1, runs - 1)])
    probability = float((steps <= step).mean()) if np.isfinite(step) else float(np.isfinite(steps).mean())
    finite = np.minimum(steps, LARGEST)[None, :]
    return Answer(
        confidence=confidence,
        step=step,
        share=step / float(expenditure),
        probability=probability,
        probability_error=float(np.sqrt(probability * (1.0 - probability) / runs)),
        step_error=float(quantile_error(finite, confidence)[0]) if runs > 1 else float("nan"),
    )


def curve(result: Restructuring, points: int = 41) -> list[tuple[float, float]]:
    """Step against the probability that it is enough, from none to the 99th percentile."""
    finite = np.minimum(result.steps, LARGEST)[None, :]
    top = max(float(quantile(finite, 0.99)[0]), 1.0)
    return [(float(step), result.probability(float(step))) for step in np.linspace(0.0, top, points)]
