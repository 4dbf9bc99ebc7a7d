"""Processes fitted to series: tables, JSON, and the change of a scenario that they make."""

import math
import textwrap
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.calibrate import (
    FEW,
    LOG_LEVEL,
    LONG,
    TOLD_APART,
    Calibration,
    Entry,
    Fit,
    Link,
    allowed,
    correlation_key,
    drawn,
    half_life,
    sd_after,
    to_column,
)
from ldip.report.folder.records import figure, json_text
from ldip.report.numbers import number
from ldip.report.terminal import table
from ldip.report.words import PER_CENT, PERCENTAGE_POINTS
from ldip.scenario.files.formats import FORMAT
from ldip.scenario.files.writer import value_text
from ldip.scenario.quantities import as_given
from ldip.scenario.schema import Scenario
from ldip.text import Text

NAMES = {
    "rate": Text("rente", "rate"),
    "national_tax": Text("skatt, landet mot budsjett", "national tax against its budget"),
    "free_revenue": Text("frie inntekter, statens nivå", "free revenue, the state's level"),
    "own_tax": Text("skatt, egen", "own tax"),
    "completions": Text("ferdigstilte boliger", "completions"),
    "cpi": Text("konsumpriser", "consumer prices"),
    "wages": Text("lønn", "wages"),
}
"""The series as the tables call them."""
TITLE = Text("Prosesser tilpasset {file}", "Processes fitted to {file}")
HEAD = Text(
    nb="|år|n|φ|feil ±|skjevhet|snitt|feil ±",
    en="|years|n|φ|error ±|bias|mean|error ±",
)
FOLLOWS = Text(
    nb="|φ|σ|feil ±|halveringstid, år|spredning etter {long} år|på lang sikt|",
    en="|φ|σ|error ±|half-life, years|sd after {long} years|in the long run|",
)
KINDS = {
    "least squares": Text("minste kvadrater", "least squares"),
    "corrected": Text("uten skjevhet", "bias taken off"),
    "drawn": Text("midt i {low}–{high}, trukket per framtid", "middle of {low}-{high}, drawn per run"),
    "scenario": Text("scenariet nå", "scenario now"),
}
WRITTEN = Text("← til endringen", "← to the change")
LINKS = Text(
    nb="Samvariasjon mellom årets sjokk|r|feil ±|n|scenariet nå",
    en="Correlation of the year's shocks|r|error ±|n|scenario now",
)
RESPONSE = Text(
    nb="Boligbyggingens svar på fjorårets rente: {value} prosent per prosentpoeng, feil ± {error}. {verdict}",
    en="Completions' response to last year's rate: {value} per cent a percentage point, error ± {error}. {verdict}",
)
RESPONSE_IN = Text("Det tas med i endringen.", "It goes into the change.")
RESPONSE_OUT = Text(
    nb="Det kan ikke skilles fra null; scenariets egen verdi blir stående.",
    en="It cannot be told from zero; the scenario's own value stays.",
)
SHORT = Text(
    nb="{name}: bare {pairs} årspar. Sann φ kan like gjerne være {low} som {high}, og med den spredningen etter "
    "{long} år {narrow} som {wide} {unit}. Bruk tallene som et utgangspunkt, ikke som kunnskap.",
    en="{name}: only {pairs} pairs of years. The true φ may as well be {low} as {high}, and with it the spread after "
    "{long} years {narrow} as {wide} {unit}. Take the figures as a starting point, not as knowledge.",
)
WANDERS = Text(
    nb="{names}: uten skjevhet er φ så nær 1 at serien ikke kan skilles fra en tilfeldig gang uten noe nivå å vende "
    "tilbake til. Spredningen på lang sikt er da ikke bestemt av tallene.",
    en="{names}: without its bias φ is so near 1 that the series cannot be told from a random walk without a level "
    "to return to. The long-run spread is then not determined by the figures.",
)
WANDERING_FROM = 0.97
ELSEWHERE = Text(
    nb="Ferdigstilte boliger: er serien for hele landet, svinger én kommune mer. De "
    "medfølgende scenariene regner med to til to og en halv ganger så mye (en antakelse); gang σ opp i endringen.",
    en="Completions: if the series is of the whole country, one municipality swings more. The shipped "
    "scenarios take 2 to 2.5 times as much (an assumption); scale σ up in the change.",
)
ZEROS = Text(
    nb="Ferdigstilte boliger: {share} prosent av årene har ingen. De teller som en halv bolig i treghetens "
    "logaritme; sjokket σ og snittet er de andre årenes, og sjansen for et slikt år tas med i endringen (zero_year).",
    en="Completions: {share} per cent of the years have none. They count as half a dwelling in the log of the "
    "persistence; the shock σ and the mean are of the other years, and the chance of such a year goes into the "
    "change (zero_year).",
)
NOTE = Text(
    nb="φ: hvor mye av fjorårets avvik som er igjen (AR(1), minste kvadrater, n årspar). Små utvalg gjør den for "
    "lav, med om lag (1 + 3φ)/n (Kendall; Marriott og Pope 1954); «uten skjevhet» legger det til, men aldri over "
    "{cap}. σ: årets sjokk, i prosentpoeng, for boliger og egen skatt i prosent. Tilnærmingen er god for φ opp til "
    "om lag 0,9; nærmere 1 er skjevheten større. Feil er standardfeil.",
    en="φ: how much of last year's deviation is left (AR(1), least squares, n pairs of years). Small samples make it "
    "too low, by about (1 + 3φ)/n (Kendall; Marriott and Pope 1954); 'bias taken off' adds that, but never above "
    "{cap}. σ: the year's shock, in percentage points, for dwellings and own tax in per cent. The approximation is "
    "good for φ up to about 0.9; nearer 1 the bias is larger. Errors are standard errors.",
)


class Row(NamedTuple):
    """What one persistence means: spreads in units of the series (or of its log)."""

    kind: str
    persistence: float
    volatility: float
    volatility_error: float
    half_life: float
    sd_long: float
    sd_stationary: float


def calibration_text(
    calibration: Calibration, scenario: Scenario, written: list[Entry], lang: str, *, corrected: bool
) -> str:
    """All that the series say, beside what the scenario has, and what to doubt in it."""
    parts = [
        TITLE.say(lang, file=calibration.series.file),
        table([HEAD.say(lang).split("|"), *[_estimate(one, lang) for one in calibration.fits.values()]]),
        table(_consequences(calibration, scenario, lang, corrected=corrected)),
    ]
    if calibration.links:
        parts.append(
            table([LINKS.say(lang).split("|"), *[_link(link, scenario, lang) for link in calibration.links]])
        )
    parts += [textwrap.fill(text, 100) for text in _remarks(calibration, written, lang, corrected=corrected)]
    cap = number(allowed(1.0), 3, lang)
    return "\n\n".join([*parts, textwrap.fill(NOTE.say(lang, cap=cap), 100)])


def _estimate(one: Fit, lang: str) -> list[str]:
    mean, error = float(to_column(one.driver, np.array(one.mean))), one.mean_error(allowed(one.persistence))
    if one.driver in LOG_LEVEL:
        level = [number(value, 0 if mean > 100.0 else 2, lang) for value in (mean, mean * error)]
    else:
        level = [number(100.0 * value, 1, lang) + " %" for value in (mean, error)]
    return [
        NAMES[one.driver].say(lang),
        f"{one.first}-{one.last}" if lang == "en" else f"{one.first}–{one.last}",
        str(one.pairs),
        number(one.persistence, 2, lang),
        number(one.persistence_error, 2, lang),
        number(one.bias, 2, lang),
        *level,
    ]


def rows_of(one: Fit, scenario: Scenario, *, corrected: bool = True) -> list[Row]:
    """What follows from each persistence: least squares, without bias, the middle of the runs' own where they are
    spread, and the scenario's own."""
    kinds = {"least squares": allowed(one.persistence), "corrected": one.corrected}
    if drawn(one, corrected=corrected).spread:
        kinds["drawn"] = drawn(one, corrected=corrected).middle
    rows = [
        _row(kind, persistence, one.volatility_at(persistence), one.volatility_error(persistence))
        for kind, persistence in kinds.items()
    ]
    own = getattr(scenario.drivers, one.driver)
    return [*rows, _row("scenario", own.persistence.value, own.volatility.value, math.nan)]


def _row(kind: str, persistence: float, volatility: float, error: float) -> Row:
    spreads = sd_after(persistence, volatility, LONG), sd_after(persistence, volatility)
    return Row(kind, persistence, volatility, error, half_life(persistence), *spreads)


def _consequences(calibration: Calibration, scenario: Scenario, lang: str, *, corrected: bool) -> list[list[str]]:
    rows = [FOLLOWS.say(lang, long=LONG).split("|")]
    for one in calibration.fits.values():
        spread = drawn(one, corrected=corrected).spread
        chosen = "drawn" if spread else "corrected" if corrected else "least squares"
        rows.append([NAMES[one.driver].say(lang)])
        for row in rows_of(one, scenario, corrected=corrected):
            span = number(row.persistence - spread, 2, lang), number(row.persistence + spread, 2, lang)
            spreads = [number(100.0 * value, 1, lang) for value in (row.sd_long, row.sd_stationary)]
            rows.append(
                [
                    "  " + KINDS[row.kind].say(lang, low=span[0], high=span[1]),
                    number(row.persistence, 3 if row.persistence > WANDERING_FROM else 2, lang),
                    number(100.0 * row.volatility, 2, lang),
                    number(100.0 * row.volatility_error, 2, lang),
                    number(row.half_life, 1, lang),
                    *spreads,
                    WRITTEN.say(lang) if row.kind == chosen else "",
                ]
            )
    return rows


def _link(link: Link, scenario: Scenario, lang: str) -> list[str]:
    named = getattr(scenario.drivers.correlation, correlation_key(scenario, link))
    own = named.value if named else 0.0
    pair = f"{NAMES[link.one].say(lang)}, {NAMES[link.other].say(lang)}"
    return [pair, number(link.value, 2, lang), number(link.error, 2, lang), str(link.pairs), number(own, 2, lang)]


def _remarks(calibration: Calibration, written: list[Entry], lang: str, *, corrected: bool) -> list[str]:
    found = []
    wandering = [NAMES[one.driver].say(lang) for one in calibration.fits.values() if one.corrected > WANDERING_FROM]
    if wandering:
        found.append(WANDERS.say(lang, names=capital(", ".join(wandering))))
    for one in calibration.fits.values():
        name = capital(NAMES[one.driver].say(lang))
        if math.isfinite(one.rate_response):
            verdict = RESPONSE_IN if any(entry.key.endswith("rate_response") for entry in written) else RESPONSE_OUT
            value, error = number(one.rate_response, 1, lang), number(one.rate_response_error, 1, lang)
            found.append(RESPONSE.say(lang, value=value, error=error, verdict=verdict.say(lang)))
        if one.zero_share:
            found.append(ZEROS.say(lang, share=number(100.0 * one.zero_share, 0, lang)))
        if one.driver == "completions":
            found.append(ELSEWHERE.say(lang))
        if one.pairs < FEW:
            middle = one.corrected if corrected else allowed(one.persistence)
            ends = [allowed(middle + side * TOLD_APART * one.persistence_error) for side in (-1.0, 1.0)]
            spreads = [number(100.0 * one.sd_after(end, LONG), 1, lang) for end in ends]
            found.append(
                SHORT.say(
                    lang,
                    name=name,
                    pairs=one.pairs,
                    low=number(ends[0], 2, lang),
                    high=number(ends[1], 2, lang),
                    long=LONG,
                    narrow=spreads[0],
                    wide=spreads[1],
                    unit=(PER_CENT if one.driver in LOG_LEVEL else PERCENTAGE_POINTS).say(lang),
                )
            )
    return found


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def calibration_records(calibration: Calibration, scenario: Scenario, written: list[Entry]) -> dict[str, Any]:
    """The same for ``--json``: fractions and logs, not per cent."""
    return {
        "series": calibration.series.file,
        "sha256": calibration.series.sha256,
        "scenario": scenario.name,
        "fits": [
            {
                "driver": one.driver,
                "first_year": one.first,
                "last_year": one.last,
                "pairs": one.pairs,
                "persistence": one.persistence,
                "persistence_error": one.persistence_error,
                "bias": one.bias,
                "corrected": one.corrected,
                "mean": one.mean,
                "zero_share": one.zero_share,
                "mean_error": figure(one.mean_error(allowed(one.persistence))),
                "rate_response": figure(one.rate_response),
                "rate_response_error": figure(one.rate_response_error),
                "follows": [
                    {key: value if isinstance(value, str) else figure(value) for key, value in row._asdict().items()}
                    for row in rows_of(one, scenario)
                ],
            }
            for one in calibration.fits.values()
        ],
        "correlations": [link._asdict() for link in calibration.links],
        "change": [entry._asdict() | {"source": as_given(entry.source)} for entry in written],
    }


def overlay_text(calibration: Calibration, extends: str, written: list[Entry]) -> str:
    """The change as TOML, in the form of the shipped ones: values, basis and source; units stay the scenario's."""
    series = calibration.series
    head = [
        f"# Made by ldip calibrate from {series.file} (SHA-256 {series.sha256}).",
        "[change]",
        f"format = {FORMAT}",
        f"title_nb = {_quoted(f'Drivkrefter tilpasset {series.file}')}",
        f"title_en = {_quoted(f'Drivers fitted to {series.file}')}",
        f"extends = {_quoted(extends)}",
    ]
    sections: dict[str, list[str]] = {}
    for entry in written:
        section, _, name = entry.key.rpartition(".")
        unit = 'unit = "correlation", ' if section.endswith(".correlation") else ""  # the pair may be a new one
        value = f"value = {_toml_float(entry.value)}"
        quantity = f'{{ {value}, {unit}basis = "derived", source = {value_text(as_given(entry.source))} }}'
        sections.setdefault(section, []).append(f"{name} = {quantity}")
    return (
        "\n".join([*head, *[line for name, lines in sections.items() for line in ("", f"[{name}]", *lines)]]) + "\n"
    )


def _toml_float(value: float) -> str:
    """Four significant digits, always with a point or an exponent: a whole number is another type in TOML."""
    text = f"{value + 0.0:.4g}"
    return text if "." in text or "e" in text else f"{text}.0"


def _quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's too."""
    return json_text(text, ensure_ascii=False)
