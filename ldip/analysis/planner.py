"""Looking for a programme of projects: predicting from what the engine measured, choosing, simulating what was
chosen, and looking again in futures that it was not made for."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ldip.analysis.moves import COLUMNS, Engine
from ldip.analysis.options import Freedom, change_of, changed, options, order_rows
from ldip.analysis.programme import GAP, Programme, greedy, least_given, solve
from ldip.model import drivers
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import Ledger
from ldip.model.fiscal_rules import Limit
from ldip.model.metrics import report_values

PLANNING = 4 * drivers.BLOCK
"""The most runs that a programme is looked for in; it is verified in as many as are asked for."""

MEASURED = (16, 128)
"""Runs in which the options are measured, the fewest and the most: those around the percentile that decides."""

ROUNDS, TRIALS = 4, 4
"""How often the prediction is corrected, and how many fresh seeds a programme is tried on, at most."""

FIRST_GAP = 0.05
"""How near to the least the first choice is, which a prediction from afar says little of."""

JOINT_STEPS = 4
"""How often the confidence of single years is halved towards that of all at once."""

MORE = 1.2
"""By so much more than what it lacked in fresh futures a limit is tightened."""


class Question(NamedTuple):
    """What is asked for."""

    limits: tuple[Limit, ...]
    confidence: float
    jointly: bool
    freedom: Freedom
    places: bool
    policy: str
    first_year: int
    last_year: int
    runs: int
    seed: int


class Held(NamedTuple):
    """How often the limits hold in simulated runs, before or after."""

    probability: np.ndarray  # (limit, year) of the years asked for; not a number where there is no limit
    together: float  # of all limits in every year
    level: np.ndarray  # (limit, year) the figure's percentile at the confidence, as it is reported
    short: np.ndarray  # (limit, year) what the margins lack at the confidence
    runs: int

    def error(self, probability: np.ndarray | float) -> np.ndarray:
        """Standard error of a probability."""
        return np.sqrt(np.asarray(probability) * (1.0 - np.asarray(probability)) / self.runs)

    def enough(self, question: Question) -> bool:
        """Whether it is as sure as was asked for."""
        found = self.together if question.jointly else float(np.nanmin(self.probability, initial=1.0))
        return found >= question.confidence


class Planner:
    """Looks for the programme: anchored where it was simulated last, predicting from there."""

    def __init__(self, engine: Engine, question: Question, progress: Callable[[int], None]):
        scenario = engine.scenario
        self.scenario, self.question, self.progress = scenario, question, progress
        self.engine = engine.of(question.limits)
        self.every = options(scenario, question.last_year, question.freedom)
        first = scenario.scenario.first_year
        self.start = question.first_year - first
        self.years = np.arange(question.first_year, question.last_year + 1)
        self.runs, self.fresh_seed = min(question.runs, PLANNING), question.seed
        self.missed: list[float] = []
        order = order_rows(self.every)
        lacking, wanted = self.engine.lacking(scenario, self.every)
        if not question.places:
            lacking, wanted = lacking[:0], wanted[:0]
        self._rows = np.concatenate([order, lacking])
        self._least = np.concatenate([np.zeros(len(order)), wanted])
        self.ordered = len(order)
        self.slack = np.zeros((len(question.limits), len(self.years)))
        self.more = self.slack
        self.allowed = self.every.allowed
        self._decided: dict[tuple[int, ...], Programme] = {}
        self.anchor(self.every.current, None)

    def anchor(self, chosen: np.ndarray, margins: np.ndarray | None, *, measure: bool = True) -> None:
        """Predict from this choice on: simulate it, and measure there what each option does."""
        self.margins = self.simulated(chosen) if margins is None else margins
        self.at = chosen
        if measure:
            self.measure(self.allowed)

    def measure(self, wanted: np.ndarray) -> None:
        """Measure what each of the options `wanted` does to what was simulated last."""
        now = changed(self.scenario, change_of(self.scenario, self.every, self.at))
        found = self.engine.measure(now, self.every, self.at, self.question.seed, self._deciding(), wanted)
        self.response = found[:, :, self.start :]

    def simulated(self, chosen: np.ndarray) -> np.ndarray:
        """The margins of a choice in the runs for planning (limit, year asked for, run)."""
        found = self.engine.margins(self._ledger(chosen, self.runs, self.question.seed))
        return found[:, self.start :]

    def _ledger(self, chosen: np.ndarray, runs: int, seed: int) -> Ledger:
        self.progress(runs)
        return self.engine.simulate(
            changed(self.scenario, change_of(self.scenario, self.every, chosen)), runs=runs, seed=seed
        )

    def _deciding(self) -> np.ndarray:
        """The runs of the first block that lie around the percentile that decides, in the worst limit and year."""
        worst = np.unravel_index(np.argmin(self._quantile(self.question.confidence)), self.slack.shape)
        block = self.margins[worst][: drivers.BLOCK]
        middle = rank_of(self.question.confidence, len(block))
        fewest, most = MEASURED
        size = min(max(COLUMNS // len(self.every.every), fewest), most)
        first = min(max(middle - size // 2, 0), max(len(block) - size, 0))
        found: np.ndarray = np.sort(np.argsort(block, kind="stable")[first : first + size])
        return found

    def _quantile(self, confidence: float) -> np.ndarray:
        """The margin that is reached in that share of the runs, as simulated last (limit, year)."""
        rank = rank_of(confidence, self.margins.shape[2])
        found: np.ndarray = np.partition(self.margins, rank, axis=2)[:, :, rank]
        return found

    def programme(self, confidence: float) -> Programme:
        """The integer programme at a confidence of single years."""
        reached = self._quantile(confidence)
        rows = self.response.reshape(len(self.every.every), -1).T
        of_now = rows[:, self.at].sum(axis=1)
        least = (of_now.reshape(reached.shape) + self.slack + self.more - reached).ravel()
        least = np.where(np.isfinite(reached.ravel()), least, -1e6)
        prices = np.array([option.price for option in self.every.every])
        return Programme(
            self.every.family, prices, np.concatenate([rows, self._rows]), np.concatenate([least, self._least])
        )

    def predicted(self, chosen: np.ndarray) -> np.ndarray:
        """The margins that a choice is predicted to have (limit, year, run)."""
        shift = (self.response[chosen] - self.response[self.at]).sum(axis=0)
        found: np.ndarray = self.margins + shift[:, :, None]
        return found

    def best(self) -> np.ndarray | None:
        """The cheapest choice that is predicted to hold; none if there is none. All years at once: each year is made
        surer until they are sure enough together."""
        low, high = self.question.confidence, 1.0
        found = self._cheapest(low)
        if not self.question.jointly or found is None or self._together(found) >= self.question.confidence:
            return found
        found = None
        for _ in range(JOINT_STEPS):
            middle = 0.5 * (low + high)
            tried = self._cheapest(middle)
            if tried is None or self._together(tried) >= self.question.confidence:
                high, found = middle, found if tried is None else tried
            else:
                low = middle
        return found

    def _cheapest(self, confidence: float) -> np.ndarray | None:
        programme = self.programme(confidence)
        gap = GAP if self.missed else FIRST_GAP
        found = [choice for choice in self._by_simple_rules(programme).values() if choice is not None]
        exact = solve(programme, self.allowed, gap)
        if exact is not None:
            found.insert(0, exact)
        if not found:
            return None
        chosen = min(found, key=programme.total)
        self._decided[tuple(chosen)] = programme
        return chosen

    def _together(self, chosen: np.ndarray) -> float:
        return float((self.predicted(chosen) >= self.slack[:, :, None]).all(axis=(0, 1)).mean())

    def holds(self, margins: np.ndarray) -> bool:
        """Whether simulated margins are sure enough, with what was tightened."""
        found = margins >= self.slack[:, :, None]
        sure = found.all(axis=(0, 1)).mean() if self.question.jointly else found.mean(axis=2).min()
        return bool(sure >= self.question.confidence)

    def search(self) -> np.ndarray | None:
        """The cheapest choice that holds in the runs for planning, the prediction corrected where it was wrong."""
        best: np.ndarray | None = None
        self.more = np.zeros_like(self.slack)
        chosen = self.best()
        if chosen is None and (extreme := self.extreme()) is not None:
            self.anchor(extreme, None)
            chosen = self.best()
        seen: set[tuple[int, ...]] = set()
        for turn in range(ROUNDS):
            if chosen is None or tuple(chosen) in seen:
                break
            seen.add(tuple(chosen))
            margins = self.simulated(chosen)
            self._miss(self.predicted(chosen), margins)
            if self.holds(margins):
                if best is None or self.price(chosen) < self.price(best):
                    best = chosen
            else:
                self.more = self.more + self._lacks(margins)
            self.anchor(chosen, margins, measure=turn == 0 and not np.array_equal(chosen, self.at))
            chosen = self.best()
            if best is not None and chosen is not None and self.price(chosen) >= (1.0 - GAP) * self.price(best):
                break
        return best

    def price(self, chosen: np.ndarray) -> float:
        """What a choice costs: mill. kr x years x benefit."""
        return sum(self.every.every[place].price for place in chosen)

    def _lacks(self, margins: np.ndarray) -> np.ndarray:
        """What simulated margins lack of what is asked for (limit, year): with that much more asked for in the
        prediction, the next choice is another."""
        rank = rank_of(self.question.confidence, margins.shape[2])
        if self.question.jointly:
            worst = float(np.partition((margins - self.slack[:, :, None]).min(axis=(0, 1)), rank)[rank])
            return np.full_like(self.slack, max(-worst, 0.0))
        found: np.ndarray = np.maximum(self.slack - np.partition(margins, rank, axis=2)[:, :, rank], 0.0)
        return found

    def _miss(self, predicted: np.ndarray, margins: np.ndarray) -> None:
        """How far off the prediction was, at the percentile that decides."""
        rank = rank_of(self.question.confidence, margins.shape[2])
        ends = [np.partition(of, rank, axis=2)[:, :, rank] for of in (predicted, margins)]
        finite = np.isfinite(ends[1])
        self.missed.append(float(np.abs(ends[0][finite] - ends[1][finite]).max(initial=0.0)))

    def extreme(self) -> np.ndarray | None:
        """The choice that comes nearest to holding."""
        programme = self.programme(self.question.confidence)
        gives = np.arange(len(programme.least)) < self.slack.size
        found = least_given(programme, self.allowed, gives)
        return None if found is None else found[0]

    def verified(self) -> tuple[np.ndarray | None, Held | None]:
        """The choice, tightened until it holds in futures that it was not made for, and how often the limits hold
        there. No choice where none holds."""
        chosen, after = self.search(), None
        for trial in range(TRIALS):
            self.fresh_seed += 1
            after = None if chosen is None else self.held(chosen)
            if after is None or after.enough(self.question) or trial == TRIALS - 1:
                break
            self.slack = self.slack + MORE * after.short
            tighter = self.search()
            if tighter is None:
                break
            chosen = tighter
        return chosen, after

    def fresh(self, chosen: np.ndarray) -> Ledger:
        """A choice in fresh futures."""
        return self._ledger(chosen, self.question.runs, self.fresh_seed)

    def held(self, chosen: np.ndarray) -> Held:
        """How often the limits hold with a choice in fresh futures."""
        ledger = self.fresh(chosen)
        margins = self.engine.margins(ledger)[:, self.start :]
        rank = rank_of(self.question.confidence, margins.shape[2])
        short = np.maximum(-np.partition(margins, rank, axis=2)[:, :, rank], 0.0)
        if self.question.jointly:
            worst = np.partition(margins.min(axis=(0, 1)), rank)[rank]
            short = np.full_like(short, max(-float(worst), 0.0))
        missing = np.isinf(margins).all(axis=2)
        levels = []
        for limit in self.question.limits:
            values = report_values(ledger, catalogue()[limit.metric])[self.start :]
            place = rank if limit.side == "least" else values.shape[1] - 1 - rank
            levels.append(np.partition(values, place, axis=1)[:, place])
        holds = margins >= 0.0
        probability = np.where(missing, np.nan, holds.mean(axis=2))
        return Held(probability, float(holds.all(axis=(0, 1)).mean()), np.array(levels), short, margins.shape[2])

    def _by_simple_rules(self, programme: Programme) -> dict[str, np.ndarray | None]:
        """What two simple rules choose, which postpone those that start latest first, or the largest first."""
        now = [self.every.every[place].project for place in self.every.current]
        orders = {
            "latest_first": sorted(range(len(now)), key=lambda place: -now[place].start),
            "largest_first": sorted(range(len(now)), key=lambda place: -now[place].cost),
        }
        own = [
            option.project.id == now[option.family].id and not option.project.dropped for option in self.every.every
        ]
        allowed = self.allowed & np.array(own)
        return {name: greedy(programme, allowed, self.every.current, order) for name, order in orders.items()}

    def simple(self, chosen: np.ndarray) -> dict[str, float | None]:
        """What the simple rules come to, on the same measured responses and demands as a choice was made on; none
        where they find nothing that holds."""
        programme = self._decided[tuple(chosen)]
        found = self._by_simple_rules(programme)
        return {name: None if one is None else programme.total(one) for name, one in found.items()}


def rank_of(confidence: float, runs: int) -> int:
    """The place, from 0, of the margin that at least that share of the runs reaches."""
    return min(int(np.floor((1.0 - confidence) * runs + 1e-9)), runs - 1)
