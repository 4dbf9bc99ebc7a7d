"""Fiscal rules as data: which figure is held against which limit, from which side, from when, and what it is called.

Three kinds stand in one table: the five rules that the accounts themselves know (``accounts/rules.py`` says what each
lacks and what it takes to hold it), the rules that a municipality brings (``[rules.own.NAME]`` of its scenario), and
debt levels that others watch. Charts, page, workbook, probabilities and restructuring read this table and no other.
"""

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ldip.model.accounts.choices import NOISE
from ldip.model.catalogue import HP, catalogue, cited, place_words
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import Scenario
from ldip.scenario.settings import names
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.model.engine.simulate import Ledger

ANY_RULE = "any_rule_breach"
"""The event that at least one rule is broken: the accounts' five, or one that the municipality brings."""


class Limit(NamedTuple):
    """A limit for one figure, from a year on: a share, or money in base-year kroner by the figure's own index."""

    id: str  # what the rule is asked for by
    metric: str
    side: str  # least: broken below; most: broken above
    starts: tuple[int, ...]  # the first years of the values, rising; no limit before the first of them
    values: tuple[float, ...]
    label: Text  # of the limit, as a line in a chart
    source: Text
    event: str  # the event that it is broken
    is_rule: bool = True  # of the municipality; else a level that others watch

    @property
    def name(self) -> Text:
        """What the rule is called in a sentence: as its breach is, or as the municipality calls it."""
        breach = catalogue().get(self.event)
        if breach:
            return Text(*(words.partition(": ")[2] for words in breach.label))
        # Not an abbreviation's first letter.
        return Text(*(w[:1].lower() + w[1:] if w[1:2].islower() else w for w in self.label))

    def at(self, years: np.ndarray) -> np.ndarray:
        """The limit in each of `years` (year,); NaN where there is none."""
        place = np.searchsorted(self.starts, years, side="right")
        return np.array([np.nan, *self.values])[place]


class Event(NamedTuple):
    """Something that happens in a year of a run: an event of the accounts, or a limit that is broken."""

    id: str
    metric: str  # the ledger line that it is read from
    label: Text
    source: Text
    limits: tuple[Limit, ...] = ()

    @property
    def lines(self) -> set[str]:
        """The lines of the ledger that it takes to know."""
        return {self.metric}.union(*map(lines_of, self.limits))

    def happens(self, ledger: "Ledger") -> np.ndarray:
        """Whether it happens (year, run)."""
        values = ledger[self.metric]
        found = values > 0.5 if catalogue()[self.metric].kind == "event" else np.zeros(values.shape, dtype=bool)
        for limit in self.limits:
            found |= broken(limit, ledger)
        return found


ADOPTED = (
    ("result", "underlying_result_share", "least", "result_share_minimum", "result_share_breach"),
    ("equity", "equity_share", "least", "equity_minimum", "equity_share_breach"),
    ("buffer", "closing_buffer_fund", "least", "buffer_minimum", "buffer_fund_breach"),
    ("liquidity", "closing_liquidity_reserve", "least", "liquidity_minimum", "liquidity_breach"),
)
"""The rules that the accounts know: id, figure, side, key of the scenario's ``[rules]``, event of the accounts."""

WATCHED = (
    (
        "debt_ratio_above_75",
        0.75,
        Text("Gjeldsgrad over 75 %", "Debt ratio above 75 %"),
        "Riksrevisjonen; HP 4.2.4 linje 1014",
    ),
    ("debt_ratio_above_100", 1.0, Text("Gjeldsgrad over 100 %", "Debt ratio above 100 %"), "KS; HP 4.2.4 linje 1015"),
)
"""Debt levels that others watch: id, level, label, by whom and where that is told."""

DEFICIT = Limit(
    "deficit",
    "closing_uncovered_deficit",
    "most",
    (0,),
    (0.0,),
    Text("Udekket merforbruk, høyst", "Uncovered deficit, at most"),
    Text("kommuneloven § 14-11", "Local Government Act § 14-11"),
    "uncovered_deficit_breach",
)
"""The law's rule, which no municipality sets."""


def limits(scenario: Scenario) -> tuple[Limit, ...]:
    """Every limit of a scenario: levels that others watch, the rules of the accounts, and its own."""
    found = []
    for name, metric, side, key, event in ADOPTED:
        number = getattr(scenario.rules, key)
        label = names()[f"rules.{key}"]
        found.append(Limit(name, metric, side, *_dated(number), label, number.source, event))
    for name, rule in scenario.rules.own.items():
        starts, values = _dated(rule.limit, rule.since)
        label = Text(rule.nb, rule.en)
        found.append(Limit(name, rule.metric, rule.side, starts, values, label, rule.limit.source, f"{name}_breach"))
    return (*_watched(), *found[: len(ADOPTED)], DEFICIT, *found[len(ADOPTED) :])


def rules(scenario: Scenario) -> tuple[Limit, ...]:
    """The municipality's fiscal rules: those of the accounts, then its own."""
    return tuple(limit for limit in limits(scenario) if limit.is_rule)


def events(scenario: Scenario | None = None) -> tuple[Event, ...]:
    """The events whose probabilities are reported: watched debt levels, those of the accounts, and breaches of the
    municipality's own rules. Without a scenario those that every scenario has."""
    known = {metric.id for metric in catalogue().values() if metric.kind == "event"}
    own = tuple(limit for limit in rules(scenario) if limit.event not in known) if scenario else ()
    plan = scenario.scenario.plan if scenario else HP
    found = [Event(it.event, it.metric, it.label, cited(it.source, plan), (it,)) for it in _watched()]
    for metric in catalogue().values():
        if metric.id == ANY_RULE:
            for limit in own:
                label = Text(f"Brudd: {limit.name.nb}", f"Breach: {limit.name.en}")
                found.append(Event(limit.event, limit.metric, label, limit.source, (limit,)))
        if metric.id in known:
            limits = own if metric.id == ANY_RULE else ()
            found.append(Event(metric.id, metric.id, metric.label, cited(metric.source, plan), limits))
    return tuple(found)


def own_breaches(found: Iterable[Event]) -> list[str]:
    """The events that a rule which a municipality brings is broken, each once."""
    return list(dict.fromkeys(e.id for e in found if e.id != ANY_RULE and any(limit.is_rule for limit in e.limits)))


@functools.cache
def _watched() -> tuple[Limit, ...]:
    return tuple(
        Limit(name, "debt_ratio", "most", (0,), (level,), label, place_words(said), name, is_rule=False)
        for name, level, label, said in WATCHED
    )


def _dated(number: Parameter, since: int | None = None) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The first years of a number's values, and the values; none before `since`."""
    by_year = {int(year): value for year, value in (number.dated or {"0": float(number.value or 0.0)}).items()}
    first = min(by_year)
    by_year[0] = by_year[first]  # before the first dated year, the first value
    if since is not None:
        held = max(year for year in by_year if year <= since)
        by_year = {since: by_year[held]} | {year: value for year, value in by_year.items() if year > since}
    starts = tuple(sorted(by_year))
    return starts, tuple(by_year[year] for year in starts)


def broken(limit: Limit, ledger: "Ledger") -> np.ndarray:
    """Whether a limit is broken in each year and run (year, run); a rule not by rounding alone."""
    return margin(limit, ledger) < (-NOISE if limit.is_rule else 0.0)


def margin(limit: Limit, ledger: "Ledger") -> np.ndarray:
    """By how much a limit holds (year, run): of a share in its own unit, of money as a share of operating revenue;
    NaN where there is none. What investment lacks of equity is no more than what is borrowed for it."""
    values, at = ledger[limit.metric], nominal(limit, ledger)
    holds = values - at if limit.side == "least" else at - values
    if _borrowed_for(limit):
        lacks = np.minimum(-holds * ledger["general_investment"], ledger["general_borrowing"])
        return -lacks / ledger["operating_revenue"]
    return holds if catalogue()[limit.metric].unit == "share" else holds / ledger["operating_revenue"]


def lines_of(limit: Limit) -> set[str]:
    """The lines of the ledger that a limit is held against with."""
    lines = {limit.metric}
    if _borrowed_for(limit):
        lines |= {"general_investment", "general_borrowing", "operating_revenue"}
    if catalogue()[limit.metric].unit != "share":
        lines |= {"operating_revenue", f"{catalogue()[limit.metric].price_index}_index"}
    return lines


def _borrowed_for(limit: Limit) -> bool:
    return limit.metric == "equity_share" and limit.side == "least"


def nominal(limit: Limit, ledger: "Ledger") -> np.ndarray:
    """The limit in each year, in current prices of each run where it is money: (year, 1) or (year, run)."""
    at = limit.at(ledger.years)[:, None]
    index = catalogue()[limit.metric].price_index
    return at * ledger[f"{index}_index"] if index else at
