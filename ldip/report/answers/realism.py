"""The simulated future beside the past: tables, reading, files, JSON."""

import math
import textwrap
from pathlib import Path
from typing import Any

from ldip.analysis.realism import (
    FANS,
    LEVEL,
    PRESSURE,
    STEERED,
    UNKNOWN,
    Along,
    Fan,
    Past,
    Realism,
    Row,
)
from ldip.analysis.stabilising import BOUNDS, Resting
from ldip.model.catalogue import catalogue
from ldip.report.answers import realism_words as words
from ldip.report.answers.calibration import NAMES, capital
from ldip.report.folder.records import figure, write_records
from ldip.report.numbers import number, shown
from ldip.report.terminal import table
from ldip.text import Text

WIDTH = 100
SHORT_NAMES = {"net_operating_result_share": words.RESULT, "debt_ratio": words.DEBT}
RESULT, DEBT = SHORT_NAMES


def _points(value: float, lang: str, decimals: int = 1) -> str:
    """A share as per cent or percentage points."""
    return number(100.0 * value, decimals, lang)


def _interval(past: Past, lang: str) -> str:
    return f"{_points(past.low, lang)}–{_points(past.high, lang)}" if math.isfinite(past.low) else "-"


def spread_rows(found: Realism, who: str, lang: str) -> list[list[str]]:
    """The spreads of both fans beside those of "sector" or "municipality": head, then a row each; none without it."""
    of = [row for row in found.rows if row.who == who]
    if not of:
        return []
    pasts = [past for past in found.pasts if past.who == who]
    span = {"first": min(past.first for past in pasts), "last": max(past.last for past in pasts)}
    name = words.SECTOR if who == "sector" else words.OWN
    title = name.say(lang, municipality=found.municipality, **span)
    heads = words.SPREADS.say(lang, who=words.SECTOR_SHORT.say(lang) if who == "sector" else found.municipality)
    first, *rest = heads.split("|")
    rows = [[f"{title}. {first}", *rest]]
    for row in of:
        if row.fan == PRESSURE:
            other = next(one for one in of if one[1:5] == row[1:5] and one.fan == STEERED)
            rows.append(_spread(row, other, lang))
    return rows


def _spread(row: Row, other: Row, lang: str) -> list[str]:
    """One spread of both fans, history's, and both verdicts."""
    name = SHORT_NAMES[row.figure].say(lang)
    if row.ahead == LEVEL:
        label = words.LEVEL.say(lang, figure=name, year=row.year)
    elif row.ahead == 1:
        label = words.CHANGE_ONE.say(lang, figure=name)
    else:
        label = words.CHANGE.say(lang, years=row.ahead)
    sds = [_points(sd, lang) for sd in (row.simulated, other.simulated, row.past.sd)]
    said = [words.VERDICT[one.verdict].say(lang) for one in (row, other)]
    return [capital(label), *sds, _interval(row.past, lang), *said]


def resting_rows(found: Realism, lang: str) -> list[list[str]]:
    """Whether debt comes to rest, and the result that lets it: head, then a row each, a column for each fan."""
    first = found.resting[PRESSURE]

    def row(label: Text, cell: Any, **values: object) -> list[str]:
        return [label.say(lang, **values), *[cell(found.resting[name]) for name in FANS]]

    def three(values: tuple[float, ...]) -> str:
        return " / ".join(_points(value, lang) for value in values)

    def unstable(of: Resting) -> str:
        return f"{_points(of.unstable, lang, 0)} % ± {_points(of.unstable_error, lang)}"

    return [
        words.RESTING.say(lang).split("|"),
        row(words.UNSTABLE, unstable, year=first.last_year),
        row(words.ABOVE, lambda of: f"{_points(of.above, lang, 0)} %", year=first.first_year),
        row(words.NEEDED, lambda of: three(of.needed)),
        row(words.NEEDED_LAST, lambda of: three(of.needed_last), year=first.last_year),
        row(words.ACTUAL, lambda of: three(of.result)),
        row(words.SHORT, lambda of: f"{_points(of.short, lang, 0)} %"),
    ]


def adjustment_words(found: Realism, lang: str) -> str:
    """The lasting adjustment, what it is made of, and the runs' own."""
    of = found.adjustment

    def share(value: float) -> str:
        return _points(value, lang, 2) if math.isfinite(value) else ("∞" if value > 0.0 else "−∞")

    said = [
        words.REACH.say(
            lang,
            level=_points(of.level, lang, 0),
            by=of.by,
            since=of.since,
            share=share(of.baseline),
            amount=number(of.amount, 0, lang),
            amount_last=number(of.amount_last, 0, lang),
            base=found.base_year,
            spread=" / ".join(share(value) for value in of.percentiles),
            needed=_points(of.needed, lang, 0),
        )
    ]
    if of.baseline < 0.0:
        said.append(words.ROOM.say(lang))
    if of.parts:
        parts = {part.name: share(part.share) for part in of.parts}
        said.append(words.PARTS.say(lang, last_plan=of.since - 1, **parts))
    if of.never > 0.0:
        said.append(words.NEVER.say(lang, never=_points(of.never, lang), most=_points(BOUNDS[1], lang, 0)))
    return " ".join(said)


def drawn_rows(found: Realism, lang: str) -> list[list[str]]:
    """The parametric fan beside the one of drawn years: head, then a row each; none where nothing could be drawn."""
    of = found.drawn
    if of is None:
        return []
    rows = [words.DRAWN.say(lang, year=of.year, first=of.first, last=of.last).split("|")]
    for line, both in of.percentiles.items():
        metric = catalogue()[line]
        finer = -1 if metric.unit in ("per year", "index") else 0
        cells = [" / ".join(shown(value, metric.unit, lang, finer=finer) for value in fan) for fan in both]
        rows.append([metric.label.say(lang), *cells])
    return rows


def drawn_words(found: Realism, lang: str) -> str:
    """Which years were drawn, and where they move together otherwise than the scenario says."""
    of = found.drawn
    if of is None:
        return ""
    (one, other), (own, assumed) = max(
        of.correlation.items(), key=lambda pair: abs(pair[1][0] - pair[1][1]), default=(("", ""), (0.0, 0.0))
    )
    if not one:
        return ""
    names = [NAMES[name].say(lang).lower() for name in (one, other)]
    values = {"own": number(own, 2, lang), "assumed": number(assumed, 2, lang)}
    return words.DRAWN_NOTE.say(lang, count=of.size, block=of.block, one=names[0], other=names[1], **values)


def reading(found: Realism, lang: str) -> list[str]:
    """What matches history, what does not, and what that means, a sentence or two each."""
    said: list[str] = []
    calm, steered = found.calm[PRESSURE], found.calm[STEERED]
    if calm is not None:
        said.append(words.PATHS.say(lang, share=_points(calm.as_low, lang, 0), **_along(calm, lang, 100.0)))
        if steered is not None:
            verdict = words.VERDICT[steered.verdict]
            said.append(words.STEERED_IS.say(lang, verdict=verdict, **_along(steered, lang, 100.0)))
        said.append(words.AVERAGE[calm.verdict].say(lang))
    lasting = found.lasting[PRESSURE]
    if lasting is not None:
        of = words.LASTING.say(lang, **_along(lasting, lang, 1.0))
        said.append(f"{of} {words.LASTS[lasting.verdict].say(lang)}")
    debt = found.row(PRESSURE, DEBT, "sector", 1)
    if debt is not None and debt.verdict in words.DEBT_MOVES:
        said.append(words.DEBT_MOVES[debt.verdict].say(lang, **_values(debt, lang)))
    own = found.row(PRESSURE, RESULT, "municipality", LEVEL)
    if own is not None and own.verdict != UNKNOWN:
        more = {"municipality": found.municipality, "count": own.past.cases, "verdict": words.VERDICT[own.verdict]}
        said.append(words.OWN_YEARS.say(lang, **more, **_values(own, lang)))
    said += _errors(found, lang)
    if calm is not None:
        said.append(words.MEANS[calm.verdict].say(lang))
    return said


def _along(of: Along, lang: str, factor: float) -> dict[str, object]:
    numbers = {"history": of.history, "middle": of.middle, "low": of.low, "high": of.high}
    return {name: number(factor * value, 1, lang) for name, value in numbers.items()} | {"years": of.years}


def _values(row: Row, lang: str) -> dict[str, str]:
    numbers = {"simulated": row.simulated, "past": row.past.sd, "low": row.past.low, "high": row.past.high}
    return {name: _points(value, lang) for name, value in numbers.items()}


def _errors(found: Realism, lang: str) -> list[str]:
    return [
        words.ERRORS.say(
            lang,
            mean=_points(one.errors[0], lang),
            sd=_points(one.errors[1], lang),
            figure=SHORT_NAMES[one.figure],
            count=one.errors[2],
        )
        for one in found.pasts
        if one.errors is not None
    ]


def realism_text(found: Realism, lang: str) -> str:
    """All of it for the terminal: one screen."""
    head = words.TITLE.say(lang, municipality=found.municipality)
    last = found.resting[PRESSURE].last_year
    how = words.HOW.say(lang, runs=number(found.runs, 0, lang), seed=found.seed, last=last)
    spreads = [table(rows) for who in ("sector", "municipality") if (rows := spread_rows(found, who, lang))]
    drawn = drawn_rows(found, lang)
    blocks = [
        f"{head}\n{how}",
        *spreads,
        textwrap.fill(" ".join(reading(found, lang)), WIDTH),
        table(resting_rows(found, lang)),
        textwrap.fill(adjustment_words(found, lang), WIDTH),
        *([f"{table(drawn)}\n{textwrap.fill(drawn_words(found, lang), WIDTH)}"] if drawn else []),
        textwrap.fill(words.NOTE.say(lang), WIDTH),
    ]
    return "\n\n".join(blocks)


def realism_records(found: Realism) -> dict[str, Any]:
    """The same for ``--json``; shares as fractions, no number where it is not known or has no end."""
    adjustment = found.adjustment
    parts = {f"adjustment_{part.name}": figure(part.share) for part in adjustment.parts}
    return {
        "scenario": found.scenario,
        "runs": found.runs,
        "seed": found.seed,
        "policies": dict(FANS),
        "spreads": [_spread_record(row) for row in found.rows],
        "fans": [_fan_record(name, one) for name, of in found.fans.items() for one in of],
        "along": [
            {"fan": name, "statistic": what, "verdict": one.verdict}
            | {key: figure(v) for key, v in one._asdict().items()}
            for what, of in (("sd", found.calm), ("lasting", found.lasting))
            for name, one in of.items()
            if one is not None
        ],
        "resting": [{"fan": name} | _resting_record(of) for name, of in found.resting.items()],
        "adjustment": {
            "level": adjustment.level,
            "by": adjustment.by,
            "since": adjustment.since,
            "baseline": figure(adjustment.baseline),
            **parts,
            "amount": figure(adjustment.amount),
            "amount_last": figure(adjustment.amount_last),
            **{f"p{p}": figure(value) for p, value in zip(("05", "50", "95"), adjustment.percentiles, strict=True)},
            "needed": adjustment.needed,
            "never": adjustment.never,
            "runs": adjustment.runs,
        },
        "drawn": _drawn_record(found),
    }


def _spread_record(row: Row) -> dict[str, Any]:
    return {
        "fan": row.fan,
        "figure": row.figure,
        "who": row.who,
        "change_years": row.ahead,
        "year": row.year,
        "simulated_sd": figure(row.simulated),
        "historical_sd": row.past.sd,
        "low": figure(row.past.low),
        "high": figure(row.past.high),
        "cases": row.past.cases,
        "apart": row.past.apart,
        "verdict": row.verdict,
    }


def _fan_record(name: str, of: Fan) -> dict[str, Any]:
    levels = {f"level_{year}": figure(sd) for year, sd in of.levels.items()}
    return {"fan": name, "figure": of.figure} | levels | {f"change_{n}": figure(sd) for n, sd in of.changes.items()}


def _resting_record(of: Resting) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, value in of._asdict().items():
        if isinstance(value, tuple):
            record |= {f"{name}_p{p}": figure(one) for p, one in zip(("05", "50", "95"), value, strict=True)}
        else:
            record[name] = figure(value) if isinstance(value, float) else value
    return record


def _drawn_record(found: Realism) -> dict[str, Any] | None:
    of = found.drawn
    if of is None:
        return None
    percentiles = {
        line: {name: list(values) for name, values in zip(("parametric", "drawn"), both, strict=True)}
        for line, both in of.percentiles.items()
    }
    correlation = {f"{one}_{other}": list(both) for (one, other), both in of.correlation.items()}
    years = {"year": of.year, "first": of.first, "last": of.last, "count": of.size, "block": of.block}
    return years | {"percentiles": percentiles, "correlation": correlation}


def write_realism(folder: Path, found: Realism) -> None:
    """``realism.csv``: every spread beside history's; ``stabilising.csv``: whether debt comes to rest, by fan."""
    records = realism_records(found)
    write_records(folder / "realism.csv", records["spreads"])
    write_records(folder / "stabilising.csv", records["resting"])
