"""What the answer depends on: tables, files, JSON."""

import math
import textwrap
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ldip import __version__
from ldip.analysis.discovery import Box, Discovery, Limit
from ldip.analysis.sensitivity import Assumption, Bar, Tornado
from ldip.analysis.sobol import Index, Sobol
from ldip.model.catalogue import Metric
from ldip.model.engine.simulate import PRESSURE
from ldip.report.answers.projects import shortened
from ldip.report.folder.records import figure, write_records
from ldip.report.numbers import NO_BREAK_SPACE, SHOWN, difference_label, number, shown, unit_label
from ldip.report.terminal import POLICY, table
from ldip.report.words import AND, DOWN, UP
from ldip.scenario.drivers import ABOUT
from ldip.text import Text

WIDEST_NAME = 48

TOP = 12
"""Assumptions that are shown; the files have all."""

FOLDS = {
    "mean": Text("{label}, gjennomsnitt {first}–{last}", "{label}, average {first}-{last}"),
    "growth": Text("{label}, vekst per år {first}–{last}", "{label}, yearly growth {first}-{last}"),
    "relative": Text("{label}, sum {first}–{last}", "{label}, sum {first}-{last}"),
}
HEAD = Text(
    nb="{runs} framtider i hver simulering ({few} for hver antakelse, {size} for variansen), startverdi {seed}",
    en="{runs} runs in each simulation ({few} for each assumption, {size} for the variance), seed {seed}",
)
ALL = Text("Alle drivkrefter på", "All drivers on")
WITH_ERROR = Text("|feil ±", "|error ±")
DRIVER_HEADS = (
    Text("bare denne på|10 %", "only this one on|10 %"),
    Text("|90 %", "|90 %"),
    Text("snitt i tidelen|når lavest", "mean in the tenth|when lowest"),
    Text("|når høyest", "|when highest"),
    Text("uten den|smalere, %", "without it|narrower, %"),
    WITH_ERROR,
    Text("av variansen, %|alene", "of the variance, %|alone"),
    Text("|med samspill", "|with the others"),
    WITH_ERROR,
)
DRIVER_NOTE = Text(
    nb="Til venstre: hvor svaret havner i åtte av ti framtider når bare denne drivkraften er usikker, og hva det "
    "blir i gjennomsnitt når den er på sitt laveste og høyeste. «Smalere»: så mye av spennet mellom 10 og 90 % "
    "blir borte uten den; minus betyr at den demper de andre. «Av variansen» er Sobol-indekser, uten korrelasjon "
    "mellom dem.",
    en="To the left: where the answer ends in eight of ten runs when only this driver is uncertain, and its mean in "
    "the tenth of the runs in which it is lowest and highest. 'Narrower': so much of the span from 10 to 90 % goes "
    "without it; minus means that it dampens the others. 'Of the variance' are Sobol indices, without correlation "
    "between the drivers.",
)
OFF = Text("Avslått i dette scenariet: {names}.", "Off in this scenario: {names}.")
TOGETHER = Text("Samspill mellom drivkrefter", "Drivers together")
ASSUMPTIONS = Text("Antakelser som betyr mest i {year}", "Assumptions that matter most in {year}")
ASSUMPTION_HEADS = (Text("verdi", "value"), DOWN, UP)
LARGEST_ERROR = Text("største standardfeil ±", "largest standard error ±")
ASSUMPTION_NOTE = Text(
    nb="Endring i svarets gjennomsnitt når antakelsen flyttes ned / opp, framtid for framtid; verdi og endring som i "
    "scenariofilen. {moved} av {count} antakelser påvirker svarene; alle står i sensitivity_assumptions.csv.",
    en="Change of the answer's mean when the assumption is moved down / up, run by run; value and change as in the "
    "scenario file. {moved} of {count} assumptions affect the answers; all are in sensitivity_assumptions.csv.",
)
CONDITIONS = Text(
    "{event} i {year}: i {share} % av framtidene (±{error})",
    "{event} in {year}: in {share} % of the runs (±{error})",
)
BOX = Text(
    nb="{limits}: i {density} % (±{density_error}) av slike framtider, som er {share} % av alle; dekker {coverage} % "
    "(±{coverage_error}) av tilfellene.",
    en="{limits}: in {density} % (±{density_error}) of such runs, {share} % of all; covers {coverage} % "
    "(±{coverage_error}) of the cases.",
)
ABOVE = Text("over {value} {unit}", "above {value} {unit}")
BELOW = Text("under {value} {unit}", "below {value} {unit}")
OF_PLAN, PLAN = Text("prosent av planen", "per cent of the plan"), Text("(planen: {value})", "(plan: {value})")
NO_BOX = Text(
    nb="For få framtider med eller uten hendelsen til å lete etter vilkår.",
    en="Too few runs with or without the event to look for conditions.",
)
BOX_NOTE = Text(
    nb="Vilkårene er funnet på halvparten av framtidene og målt på den andre. Sannsynlighetene er modellens.",
    en="Conditions are found on half of the runs and measured on the other. Probabilities are the model's.",
)


def driver_label(name: str, lang: str) -> str:
    """What a driver is called."""
    return ABOUT[name].name.say(lang)


def tornado_text(tornado: Tornado, sobol: Sobol, title: str, lang: str) -> str:
    """The drivers, a table for each answer, and the leading assumptions."""
    head = HEAD.say(
        lang,
        runs=number(tornado.runs, 0, lang),
        few=number(tornado.assumption_runs, 0, lang),
        size=number(sobol.runs, 0, lang),
        seed=tornado.seed,
    )
    parts = [f"{title}\n{POLICY[PRESSURE].say(lang)}\n{head}"]
    parts += [_driver_table(tornado, sobol, metric, lang) for metric in tornado.metrics]
    if tornado.off:
        names = ", ".join(driver_label(name, lang) for name in tornado.off)
        parts.append(textwrap.fill(OFF.say(lang, names=names), 100))
    parts += [textwrap.fill(DRIVER_NOTE.say(lang), 100), _assumption_table(tornado, lang)]
    moved = sum(any(e.size > 0.0 for e in a.effects.values()) for a in tornado.assumptions)
    parts.append(textwrap.fill(ASSUMPTION_NOTE.say(lang, moved=moved, count=len(tornado.assumptions)), 100))
    return "\n\n".join(parts)


def metric_title(metric: Metric, base_year: int, year: int, lang: str) -> str:
    """The answer: label, year and unit."""
    return f"{metric.label.say(lang)} {year}, {unit_label(metric.unit, metric.price_basis(base_year), lang)}"


def _driver_table(tornado: Tornado, sobol: Sobol, metric: Metric, lang: str) -> str:
    heads = [head.say(lang).split("|") for head in DRIVER_HEADS]
    rows = [
        ["", *[head[0] for head in heads]],
        ["", *[head[1] for head in heads]],
    ]
    full = tornado.full[metric.id]
    rows.append([ALL.say(lang), *[shown(end, metric.unit, lang) for end in (full.low, full.high)]])
    for name, bar in tornado.drivers[metric.id].items():
        index = sobol.indices[metric.id][name]
        ends = [bar.alone.low, bar.alone.high, bar.at_low, bar.at_high]
        shares = [
            bar.narrower,
            bar.narrower_error,
            index.first,
            index.total,
            max(index.first_error, index.total_error),
        ]
        cells = [shown(end, metric.unit, lang) for end in ends]
        rows.append([driver_label(name, lang), *cells, *[number(100.0 * share, 0, lang) for share in shares]])
    together = number(100.0 * sobol.together(metric.id), 0, lang)
    rows.append([TOGETHER.say(lang), *[""] * 6, together])
    return f"{metric_title(metric, tornado.base_year, tornado.year, lang)}\n{table(rows)}"


def leading(tornado: Tornado, count: int = TOP) -> list[Assumption]:
    """The assumptions with the largest effect, as a share of what chance does to the same answer."""

    def weight(assumption: Assumption) -> float:
        widths = {metric: spread.width for metric, spread in tornado.full.items() if spread.width > 0.0}
        return max((assumption.effects[metric].size / width for metric, width in widths.items()), default=0.0)

    order = sorted(tornado.assumptions, key=lambda assumption: -weight(assumption))
    return [assumption for assumption in order[:count] if weight(assumption) > 0.0]


def _assumption_table(tornado: Tornado, lang: str) -> str:
    labels = []
    for metric in tornado.metrics:
        unit = difference_label(metric.unit, metric.price_basis(tornado.base_year), lang)
        labels.append(textwrap.wrap(f"{metric.label.say(lang)}, {unit}", 15, break_long_words=False))
    wrapped = list(zip_longest(*[lines[::-1] for lines in labels], fillvalue=""))[::-1]
    rows = [["", "", "", "", *line] for line in wrapped]
    rows[-1][:4] = ["", *[head.say(lang) for head in ASSUMPTION_HEADS]]
    for assumption in leading(tornado):
        sizes = [assumption.value, assumption.down, assumption.up]
        cells = [both_ways(assumption, metric, lang) for metric in tornado.metrics]
        rows.append([assumption_label(assumption, lang), *[compact(size, lang) for size in sizes], *cells])
    errors = [
        max((e for a in leading(tornado) for e in a.effects[m.id][1::2] if math.isfinite(e)), default=math.nan)
        for m in tornado.metrics
    ]
    error_cells = [shown(e, m.unit, lang, finer=1) for e, m in zip(errors, tornado.metrics, strict=True)]
    rows.append([LARGEST_ERROR.say(lang), "", "", "", *error_cells])
    return f"{ASSUMPTIONS.say(lang, year=tornado.year)}\n{table(rows)}"


def assumption_label(assumption: Assumption, lang: str) -> str:
    """What an assumption is called in a table or a picture; its key where it has no name."""
    return shortened(assumption.name.say(lang) or assumption.key, WIDEST_NAME)


def both_ways(assumption: Assumption, metric: Metric, lang: str) -> str:
    """What moving an assumption down and up does to the mean of an answer."""
    effect = assumption.effects[metric.id]
    return " / ".join(_signed(value, metric.unit, lang) for value in (effect.down, effect.up))


def _signed(value: float, unit: str, lang: str) -> str:
    text = shown(value, unit, lang)
    return f"+{text}" if value > 0.0 and float(f"{value * SHOWN[unit][0]:.{SHOWN[unit][1]}f}") > 0.0 else text


def compact(value: float, lang: str) -> str:
    """A number of a scenario file with four significant digits, or all before the decimal point."""
    text = f"{value:.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
    return text if lang == "en" else text.replace(".", ",")


def discovery_text(found: Discovery, lang: str) -> str:
    """The conditions of the event, one sentence for each box."""
    head = CONDITIONS.say(
        lang,
        event=found.event.label.say(lang),
        year=found.year,
        share=number(100.0 * found.probability, 0, lang),
        error=number(100.0 * found.probability_error, 1, lang),
    )
    words = [box_words(found, box, lang).replace(" %", f"{NO_BREAK_SPACE}%") for box in found.boxes]
    lines = [textwrap.fill(text, 98, initial_indent="- ", subsequent_indent="  ") for text in words]
    return "\n".join([head, *(lines or [NO_BOX.say(lang)]), *([BOX_NOTE.say(lang)] if lines else [])])


def box_words(found: Discovery, box: Box, lang: str) -> str:
    """A box as a sentence."""
    shares = {
        "density": box.density,
        "density_error": box.density_error,
        "share": box.share,
        "coverage": box.coverage,
        "coverage_error": box.coverage_error,
    }
    words = {name: number(100.0 * v, 1 if name.endswith("error") else 0, lang) for name, v in shares.items()}
    return BOX.say(lang, limits=AND.say(lang).join(limit_words(found, limit, lang) for limit in box.limits), **words)


def limit_words(found: Discovery, limit: Limit, lang: str) -> str:
    """A limit in words: what, over which years, above or below how much."""
    feature = limit.feature
    what = FOLDS[feature.fold].say(
        lang, label=feature.metric.label.say(lang), first=found.first_year, last=found.year
    )
    unit = unit_label(feature.unit, feature.metric.price_basis(found.first_year), lang)
    side = ABOVE if limit.above else BELOW
    value = shown(limit.value, feature.unit, lang)
    if feature.fold == "relative":
        return f"{what} {side.say(lang, value=value, unit=OF_PLAN.say(lang))}"
    planned = shown(found.planned[feature], feature.unit, lang)
    return f"{what} {side.say(lang, value=value, unit=unit)} {PLAN.say(lang, value=planned)}"


def write_sensitivity(folder: Path, tornado: Tornado, sobol: Sobol, found: Discovery) -> None:
    """``sensitivity_drivers.csv``, ``sensitivity_assumptions.csv`` and ``sensitivity_conditions.csv``."""
    records = sensitivity_records(tornado, sobol, found)
    for name in ("drivers", "assumptions", "conditions"):
        if records[name]:
            write_records(folder / f"sensitivity_{name}.csv", records[name])


def sensitivity_records(tornado: Tornado, sobol: Sobol, found: Discovery) -> dict[str, Any]:
    """All figures for ``--json`` and the files."""
    return {
        "scenario": tornado.scenario,
        "version": __version__,
        "year": tornado.year,
        "runs": tornado.runs,
        "runs_of_assumptions": tornado.assumption_runs,
        "runs_of_variance": sobol.runs,
        "seed": tornado.seed,
        "drivers": list(_driver_records(tornado, sobol)),
        "assumptions": list(_assumption_records(tornado)),
        "event": found.event.id,
        "probability": found.probability,
        "probability_standard_error": found.probability_error,
        "conditions": list(_condition_records(found)),
    }


def _driver_records(tornado: Tornado, sobol: Sobol) -> Iterator[dict[str, Any]]:
    for metric in tornado.metrics:
        full = tornado.full[metric.id]
        for name, bar in tornado.drivers[metric.id].items():
            yield {
                "scenario": tornado.scenario,
                "metric": metric.id,
                "year": tornado.year,
                "unit": metric.unit,
                "price_basis": metric.price_basis(tornado.base_year),
                "driver": name,
                "planned": figure(tornado.planned[metric.id]),
                "all_p10": figure(full.low),
                "all_p90": figure(full.high),
                **_bar_record(bar),
                **_index_record(sobol.indices[metric.id][name]),
            }


def _bar_record(bar: Bar) -> dict[str, float | None]:
    return {
        "alone_mean": figure(bar.alone.mean),
        "alone_p10": figure(bar.alone.low),
        "alone_median": figure(bar.alone.median),
        "alone_p90": figure(bar.alone.high),
        "mean_when_lowest": figure(bar.at_low),
        "mean_when_highest": figure(bar.at_high),
        "without_p10": figure(bar.without.low),
        "without_p90": figure(bar.without.high),
        "narrower": figure(bar.narrower),
        "narrower_standard_error": figure(bar.narrower_error),
    }


def _index_record(index: Index) -> dict[str, float | None]:
    return {
        "sobol_first": figure(index.first),
        "sobol_first_standard_error": figure(index.first_error),
        "sobol_total": figure(index.total),
        "sobol_total_standard_error": figure(index.total_error),
    }


def _assumption_records(tornado: Tornado) -> Iterator[dict[str, Any]]:
    for metric in tornado.metrics:
        for assumption in sorted(tornado.assumptions, key=lambda a: -a.effects[metric.id].size):
            effect = assumption.effects[metric.id]
            yield {
                "scenario": tornado.scenario,
                "metric": metric.id,
                "year": tornado.year,
                "unit": metric.unit,
                "price_basis": metric.price_basis(tornado.base_year),
                "assumption": assumption.key,
                "assumption_unit": assumption.unit,
                "value": figure(assumption.value),
                "moved_down": figure(assumption.down),
                "moved_up": figure(assumption.up),
                "effect_down": figure(effect.down),
                "effect_down_standard_error": figure(effect.down_error),
                "effect_up": figure(effect.up),
                "effect_up_standard_error": figure(effect.up_error),
            }


def _condition_records(found: Discovery) -> Iterator[dict[str, Any]]:
    for place, box in enumerate(found.boxes, start=1):
        for limit in box.limits:
            yield {
                "scenario": found.scenario,
                "event": found.event.id,
                "year": found.year,
                "conditions": place,
                "feature": limit.feature.id,
                "unit": limit.feature.unit,
                "side": "above" if limit.above else "below",
                "value": figure(limit.value),
                "planned": figure(found.planned[limit.feature]),
                "share_of_runs": figure(box.share),
                "density": figure(box.density),
                "density_standard_error": figure(box.density_error),
                "coverage": figure(box.coverage),
                "coverage_standard_error": figure(box.coverage_error),
                "density_where_found": figure(box.found_density),
                "coverage_where_found": figure(box.found_coverage),
            }
