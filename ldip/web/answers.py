"""What the page is told: its words and controls once, then the figures of every answer, as JSON-able records."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from ldip.analysis.compare import Pair
from ldip.analysis.plausibility import all_doubts
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import POLICIES, PRESSURE, STEERED
from ldip.model.fiscal_rules import events
from ldip.model.metrics import report_values
from ldip.model.plan.places import places
from ldip.model.shown import WEB, WEB_CHARTS, WEB_ON_TOP
from ldip.report.folder.files import NAMES
from ldip.report.limits import limits
from ldip.report.numbers import SHOWN, difference_label, number, unit_label
from ldip.report.terminal import policy_words
from ldip.scenario.placeholders import title_of
from ldip.scenario.projects import KINDS, PHASES, PURPOSES, Project, built
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Distribution
from ldip.web.controls import STEP, Control, controls_of
from ldip.web.exports import EXPORTS
from ldip.web.simulator import DRAGGED, Result, Simulator
from ldip.web.words import POLICY_NAMES, READINGS, WORDS

if TYPE_CHECKING:
    from ldip.analysis.prioritise import Prioritised

SENT = ("p05", "p25", "p50", "p75", "p95")
DEBT = "debt_ratio"
OPTION = re.compile(r" \(--[^()]*\)")
"""An option of the command line in a sentence: the page has fields for it."""
SUGGESTED = 0.8
"""The confidence that the page asks for before anybody has chosen another."""


def page_records(simulator: Simulator, lang: str) -> dict[str, Any]:
    """What the page is built from, in one language."""
    scenario = simulator.source.scenario
    heading = scenario.scenario
    first = heading.first_year
    growth = simulator.growth

    def titled(names: list[str]) -> list[dict[str, str]]:
        return [{"id": name, "label": simulator.changes[name][0].say(lang)} for name in names]

    return {
        "lang": lang,
        "scenario": scenario.name,
        "title": " + ".join(
            [title_of(scenario).say(lang)] + [title.say(lang) for title in simulator.source.change_titles]
        ),
        "doubts": [doubt.say(lang) for doubt in all_doubts(scenario)],
        "years": list(range(first, first + simulator.years)),
        "seed": simulator.seed,
        "runs": {"dragged": min(DRAGGED, simulator.runs), "released": simulator.runs},
        "metrics": [_metric(name, first, lang) for name in WEB],
        "fans": WEB_CHARTS,
        "answer": [{"id": name, "figure": figure} for name, figure in WEB_ON_TOP],
        "events": [{"id": e.id, "label": e.label.say(lang), "source": e.source.say(lang)} for e in events(scenario)],
        "controls": [_control(control, first, lang) for control in controls_of(scenario)],
        "step": _control(STEP, first, lang),
        "policies": [{"id": name, "label": POLICY_NAMES[name].say(lang)} for name in POLICIES],
        "both": [{"id": policy, "label": POLICY_NAMES[policy].say(lang)} for policy in (STEERED, PRESSURE)],
        "projects": [_project(project, simulator, lang) for project in scenario.projects],
        "growth": titled(growth),
        "others": titled([name for name in simulator.changes if name not in growth]),
        "exports": [{"id": name, "label": export.label.say(lang)} for name, export in EXPORTS.items()],
        "words": {name: getattr(words, lang) for name, words in WORDS.items()},  # the page fills their {places}
    }


def _metric(name: str, base_year: int, lang: str) -> dict[str, Any]:
    metric = catalogue()[name]
    factor, decimals = SHOWN[metric.unit]
    basis = metric.price_basis(base_year)
    return {
        "id": name,
        "label": metric.label.say(lang),
        "definition": metric.definition.say(lang),
        "better": metric.better,
        "unit": unit_label(metric.unit, basis, lang),
        "difference": difference_label(metric.unit, basis, lang),
        "factor": factor,
        "decimals": decimals,
    }


def _project(project: Project, simulator: Simulator, lang: str) -> dict[str, Any]:
    """A bar: where it stands in the scenario and what it is."""
    why = simulator.fixed().get(project.id)
    about = [KINDS[project.kind], PURPOSES[project.purpose], PHASES[project.phase]]
    return _standing(project, built(simulator.source.scenario.projects)) | {
        "id": project.id,
        "label": project.name.say(lang),
        "about": ", ".join(words.say(lang) for words in about),
        "kind": project.kind,
        "duration": len(project.profile) if project.cost else max(project.opening - project.start, 1),
        "cost": project.cost / project.scale,
        "earliest": project.earliest,
        "latest": project.latest,
        "movable": why is None,
        "fixed": why.say(lang) if why else "",
    }


def _standing(project: Project, standing: Collection[Project]) -> dict[str, Any]:
    """When a project is built, if it is."""
    return {
        "start": project.start,
        "opens": project.opening,
        "scale": project.scale,
        "dropped": project.dropped,
        "built": project in standing,
    }


def _projects(scenario: Scenario) -> dict[str, dict[str, Any]]:
    standing = built(scenario.projects)
    return {project.id: _standing(project, standing) for project in scenario.projects}


def _places(result: Result, lang: str) -> list[dict[str, Any]]:
    """Places that no project covers, by service and year of the users; nothing where nothing is named."""
    scenario, years = result.alternative.source.scenario, result.baseline.years
    if not scenario.projects:
        return []
    found = []
    for of in places(scenario, result.baseline):
        by_year = dict(zip(of.years.tolist(), of.lacking.tolist(), strict=True))
        area = scenario.area(of.service)
        label = area.name_en if lang == "en" else area.name_nb
        found.append({"label": label, "lacking": [by_year.get(year, 0.0) for year in years.tolist()]})
    return found


def _ceiling(result: Result) -> int:
    """A ceiling of the debt ratio that some projects must wait for, per cent: what holds today with the confidence
    that the page suggests, in the worst year after the plan, rounded down."""
    summary, heading = result.summary, result.alternative.source.scenario.scenario
    later = min(heading.plan_years, len(result.baseline.years) - 1)
    worst = later + int(np.argmax(summary.distributions[DEBT].percentile(0.75)[later:]))
    level = report_values(result.ledger, catalogue()[DEBT])[worst]
    return max(int(np.floor(100.0 * np.quantile(level, SUGGESTED))), 1)


def _control(control: Control, base_year: int, lang: str) -> dict[str, Any]:
    return {
        **{name: getattr(control, name) for name in ("id", "low", "high", "step")},
        "label": control.label.say(lang),
        "unit": control.unit.say(lang),
        "note": control.note.say(lang, year=base_year),
    }


def answer_records(result: Result, pair: Pair | None, lang: str) -> dict[str, Any]:
    """The figures of a result, and what sets it apart from what it is compared with."""
    alternative, summary, calm = result.alternative, result.summary, result.calm
    return {
        "scenario": summary.scenario,
        "runs": summary.runs,
        "unmoved": alternative.unmoved,
        "projects": _projects(alternative.source.scenario),
        "unmoved_projects": _projects(alternative.before_bars),
        "places": _places(result, lang),
        "ceiling": _ceiling(result),
        "readings": _readings(result, lang),
        "policy": policy_words(summary, lang),
        "thresholds": _thresholds(result, lang),
        "metrics": {
            name: _distribution(found) | {"baseline": plain(report_values(calm, found.metric)[:, 0])}
            for name, found in summary.distributions.items()
        },
        "events": {
            name: {
                "in_year": plain(chance.in_year),
                "in_year_error": plain(chance.error(chance.in_year)),
                "so_far": plain(chance.so_far),
                "so_far_error": plain(chance.error(chance.so_far)),
            }
            for name, chance in summary.probabilities.items()
        },
        "apart": None if pair is None else _apart(pair),
    }


def prioritised_records(found: "Prioritised", lang: str) -> dict[str, Any]:
    """An order of projects: what moves, and sentences: how much moves, one for each move, and what it buys."""
    from ldip.report.answers.prioritise import moved_sentences

    said = [OPTION.sub("", sentence) for sentence in moved_sentences(found, lang)]
    return {"projects": found.change, "moves": len(found.moves), "said": said}


def plain(values: np.ndarray) -> list[float | None]:
    """Numbers as JSON can hold them, to the last digit; None where there is none."""
    if np.isfinite(values).all():
        return values.tolist()
    return [float(value) if np.isfinite(value) else None for value in values]


def _distribution(found: Distribution) -> dict[str, Any]:
    figures = dict(zip(NAMES, found.percentiles, strict=True))
    errors = dict(zip(NAMES, found.percentile_errors, strict=True))
    return {
        "mean": plain(found.mean),
        **{name: plain(figures[name]) for name in SENT},
        "errors": {"mean": plain(found.mean_error), **{name: plain(errors[name]) for name in SENT}},
    }


def _apart(pair: Pair) -> dict[str, Any]:
    return {
        "metrics": {
            name: {
                "mean": plain(one.difference.mean),
                "error": plain(one.difference.mean_error),
                "lower": plain(one.lower),
                "equal": plain(one.equal),
            }
            for name, one in pair.metrics.items()
        },
        "events": {
            name: {"in_year": plain(one.in_year), "in_year_error": plain(one.in_year_error)}
            for name, one in pair.events.items()
        },
    }


def _thresholds(result: Result, lang: str) -> dict[str, list[dict[str, Any]]]:
    """The lines to draw into the charts: a value for every year, and what it is called."""
    years, scenario = result.baseline.years, result.alternative.source.scenario
    return {
        name: [{"label": limit.short(lang), "values": plain(limit.values)} for limit in found]
        for name in WEB_CHARTS
        if (found := limits(catalogue()[name], scenario, years))
    }


def _readings(result: Result, lang: str) -> dict[str, str]:
    """What the controls that are relative mean in absolute figures."""
    scenario, years = result.alternative.source.scenario, result.baseline.years
    last = years[-1:]
    base_year = scenario.scenario.first_year
    figures = {
        "rate": number(100.0 * float(scenario.interest.money_market_rate.at(last)[0]), 2, lang),
        "pace": number(float(np.mean(result.baseline.plan.programme)), 0, lang),
        "fees": number(float(result.calm["extra_fees"][-1, 0] / result.calm["deflator_index"][-1, 0]), 1, lang),
        "property_tax": number(
            float(result.calm["property_tax"][-1, 0] / result.calm["deflator_index"][-1, 0]), 1, lang
        ),
        "renewal": number(float(scenario.investment.renewal.at(last)[0]), 0, lang),
    }
    return {
        name: words.say(lang, value=figures[name], year=base_year, last=int(last[0]))
        for name, words in READINGS.items()
    }
