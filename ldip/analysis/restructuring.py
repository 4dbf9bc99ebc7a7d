"""How much must be restructured, and how sure do we want to be? (rule M12)

Restructuring is a constant step: savings that grow by the same amount every year after the plan. In each run there is
a smallest step with which the chosen rules hold; the share of runs whose step is at most s is the probability that s
is enough. So the smallest step at a confidence is a quantile of the runs' own steps, on the same random numbers.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model import drivers
from ldip.model.accounts.choices import NOISE
from ldip.model.accounts.year import LINES
from ldip.model.engine import kernel
from ldip.model.engine.simulate import Ledger, built
from ldip.model.fiscal_rules import Limit, lines_of
from ldip.model.fiscal_rules import margin as rule_margin
from ldip.model.fiscal_rules import rules as rules_of
from ldip.model.people.extra import extra_people
from ldip.model.projects.chance import projects_of
from ldip.model.soundness import WITNESSES, check_runs
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import quantile, quantile_error

LARGEST = 400.0
"""Largest step looked for, mill. 2020-kr a year: what no step up to it mends counts as never."""

TOLERANCE = 0.01
"""Steps are solved to ten thousand kroner a year."""


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
    rules: tuple[Limit, ...]
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
    rules: Sequence[str] = (),
    since: int | None = None,
    runs: int,
    seed: int,
    years: int,
    progress: Callable[[int], None] | None = None,
) -> Restructuring:
    """Solve every run's smallest step with which `rules` hold in the last year (or in every year from `since` on):
    the fiscal rules of these ids (none named: all of the scenario's).

    Raises InputError if there is no rule of such an id.
    """
    from scipy.optimize import elementwise

    margins = Margins(scenario, chosen_rules(scenario, rules), since, runs=runs, seed=seed, years=years)
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
        rules=margins.rules,
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
        self, scenario: Scenario, rules: tuple[Limit, ...], since: int | None, *, runs: int, seed: int, years: int
    ):
        baseline, process = built(scenario, years)
        self.name, self.years, self.rules = baseline.name, baseline.years, rules
        self.start = years - 1 if since is None else max(since - int(baseline.years[0]), 0)
        plan_years = scenario.scenario.plan_years
        if years <= plan_years:
            raise InputError(
                [Fault.of("no_step_yet", "--years", str(years), plan_years=plan_years, least=plan_years + 1)]
            )
        if self.start >= years:
            last = int(baseline.years[-1])
            raise InputError([Fault.of("above_most", "--since", str(since), limit=last)])
        self.table, self.opening = baseline.plan_table(), np.array(baseline.opening)
        frames = ("kindergartens", "schools", "care", "other_services")
        self.expenditure = np.sum([getattr(baseline.plan, name) for name in frames], axis=0)
        with np.errstate(all="ignore"):  # what is not finite is told with line and year
            self.weather = drivers.weather(process, seed, 0, runs)
            self.people = extra_people(baseline.response, self.weather)
            projects = projects_of(baseline.portfolio, scenario.drivers, seed, 0, runs)
            self.projects = np.broadcast_to(projects, (*projects.shape[:2], runs))
        needed = set(WITNESSES).union(*map(lines_of, rules))
        self.lines = tuple(line for line in LINES if line in needed)
        self.places = [LINES.index(line) for line in self.lines]

    def __call__(self, step: np.ndarray, run: np.ndarray) -> np.ndarray:
        """The smallest margin of the rules over the years asked for, as a share of revenue (run,)."""
        return np.min(self.by_rule(step, run), axis=0)

    def held(self, step: float) -> Held:
        """How often the rules hold in all runs with a step."""
        every = np.arange(self.weather.shape[2])
        holds = self.by_rule(np.full(len(every), step), every) >= 0.0
        by_rule = {rule.id: float(of.mean()) for rule, of in zip(self.rules, holds, strict=True)}
        return Held(step, by_rule, float(holds.all(axis=0).mean()))

    def by_rule(self, step: np.ndarray, run: np.ndarray) -> np.ndarray:
        """The smallest margin of each rule over the years asked for, as a share of revenue (rule, run)."""
        run = np.asarray(run, dtype=int)
        weather = np.ascontiguousarray(self.weather[:, :, run])
        drivers.take_step(weather, step)
        book = np.empty((len(self.lines), len(self.years), len(run)))
        with np.errstate(all="ignore"):
            people, projects = self.people[:, :, run], self.projects[:, :, run]
            kernel.run_numpy(self.table, people, projects, weather, self.opening, self.places, book)
        check_runs(self.name, self.years, self.lines, book)
        ledger = Ledger(self.years[self.start :], self.lines, book[:, self.start :])
        return margins_of(ledger, self.rules)


def margins_of(ledger: Ledger, rules: Sequence[Limit]) -> np.ndarray:
    """The smallest margin of each rule over the years of a ledger, as a share of revenue (rule, run)."""
    # A rule holds that is missed by rounding only: a reserve kept just at its minimum must not look broken.
    margins = [np.nan_to_num(_margin(rule, ledger), nan=np.inf) + NOISE for rule in rules]
    found: np.ndarray = np.min(margins, axis=1)
    return found


def chosen_rules(scenario: Scenario, wanted: Sequence[str]) -> tuple[Limit, ...]:
    """The scenario's rules of these ids, or all of them.

    Raises InputError if there is no rule of such an id.
    """
    known = {rule.id: rule for rule in rules_of(scenario)}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise InputError(Fault.of("no_such_rule", "--rule", name, known=", ".join(known)) for name in unknown)
    return tuple(known[name] for name in wanted or known)


def _margin(rule: Limit, ledger: Ledger) -> np.ndarray:
    """By how much a rule holds, as a share of revenue (year, run); NaN in years that it is not for. Equity and
    deficits can only lack or not: below zero by what lacks, else clear of zero, where a root finder would take it for
    the root."""
    margin = rule_margin(rule, ledger)
    if rule.metric in ("equity_share", "closing_uncovered_deficit"):
        return np.where(margin < -NOISE, margin, np.where(np.isnan(margin), margin, 1e-3))
    return margin


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
