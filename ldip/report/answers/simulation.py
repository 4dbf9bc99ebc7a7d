"""A simulation on one screen: the answer in three lines, then both fans in a few figures."""

from collections.abc import Sequence

import numpy as np

from ldip.model.shown import LASTING, REGISTER, SCREEN_EVENTS, figures_of
from ldip.report.numbers import error_words, number, shown, unit_label
from ldip.report.terminal import fan_name, policy_words, runs_words, table
from ldip.report.words import ERROR, EVER, PROBABILITY, capital
from ldip.statistics.summary import Distribution, Fans, Summary
from ldip.text import Text

DEBT = Text(
    nb="Gjeldsgraden i {last}, {fan}: {median} prosent i median; {low} til {high} i ni av ti framtider.",
    en="The debt ratio in {last}, {fan}: median {median} per cent; {low} to {high} in nine of ten futures.",
)
NEED = Text(
    nb="Omstillingsbehov, {fan}: {median} {unit}; {low} til {high} i ni av ti ({high} er {share} % av driften).",
    en="Restructuring need, {fan}: {median} {unit}; {low} to {high} in nine of ten ({share} % of costs).",
)
CHANGED = Text(
    nb="Tjenestene, {fan}: {median} prosent i {last} mot planen ({low} til {high}). ROBEK: {p} %{under}.",
    en="Services, {fan}: {median} % in {last} against the plan ({low} to {high}). Register: {p} %{under}.",
)
UNDER = Text(", press {p} %", ", pressure {p} %")
BETWEEN = Text("{median} ({low} til {high})", "{median} ({low} to {high})")
HEAD = Text("Median (5 til 95 %)", "Median (5 to 95 %)")
NEAR = 4
"""The place of the year that is shown beside the last: as far ahead as one plans."""
YEARS_ON = Text("År på statens register (ROBEK), snitt", "Years on the state register (ROBEK), mean")
MODEL = Text(
    nb="Sannsynlighetene er modellens, ikke verdens. «feil ±»: utvalgsfeil. Alle tall: --details",
    en="The probabilities are the model's, not the world's. 'error ±': sampling error. More: --details",
)


def simulation_text(fans: Fans, title: str, lang: str) -> str:
    """The first screen: the question answered in three lines, both fans in some years, a few probabilities."""
    heading = f"{title}. {runs_words(fans.pressure, lang)}"
    parts = [*answers(fans, lang), "", heading, table(_figures(fans, lang), free_headings=True)]
    return "\n".join([*parts, "", table(_chances(fans, lang)), MODEL.say(lang)])


def answers(fans: Fans, lang: str) -> list[str]:
    """The three sentences: how high debt is, what lacks if nobody reacts, what steering takes."""
    steered, pressure = fans.told[0], fans.pressure
    share = pressure.distributions["restructuring_need_share"].percentile(0.95)[-1]
    p, under = (number(100.0 * float(of.probabilities[REGISTER].in_year[-1]), 0, lang) for of in (steered, pressure))
    return [
        DEBT.say(lang, last=int(steered.years[-1]), **_said(steered, "debt_ratio", lang)),
        NEED.say(lang, share=shown(float(share), "share", lang), **_said(pressure, "restructuring_need", lang)),
        CHANGED.say(
            lang,
            last=int(steered.years[-1]),
            p=p,
            under=UNDER.say(lang, p=under) if steered is not pressure else "",  # one policy alone has no other fan
            **_said(steered, LASTING, lang),
        ),
    ]


def _said(summary: Summary, metric_id: str, lang: str) -> dict[str, str]:
    """A figure of the last year as it is said: the fan's name inside a sentence, unit, median and ends."""
    spread, name = summary.distributions[metric_id], fan_name(summary, lang)
    unit = unit_label(spread.metric.unit, spread.metric.price_basis(summary.base_year), lang)
    return {"fan": name[:1].lower() + name[1:], "unit": unit} | _ends(spread, -1, lang)


def _ends(spread: Distribution, t: int, lang: str) -> dict[str, str]:
    at = {"median": 0.50, "low": 0.05, "high": 0.95}
    return {name: shown(float(spread.percentile(p)[t]), spread.metric.unit, lang) for name, p in at.items()}


def _places(summary: Summary) -> list[int]:
    """Places of the years to show: one near by, and the last."""
    last = len(summary.years) - 1
    return sorted({min(NEAR, last), last})


def _figures(fans: Fans, lang: str) -> list[list[str]]:
    """Each fan's figures in some years; above them its name and what is done in it."""
    places = _places(fans.pressure)
    rows = [[HEAD.say(lang), *[str(fans.pressure.years[t]) for t in places], ERROR.say(lang)]]
    for summary in fans.told:
        rows.append([policy_words(summary, lang)])
        for metric_id in figures_of(summary.fan):
            rows.append(_figure(summary.distributions[metric_id], places, summary.base_year, lang))
    return rows


def _figure(spread: Distribution, places: Sequence[int], base_year: int, lang: str) -> list[str]:
    metric = spread.metric
    label = f"  {metric.label.say(lang)}, {unit_label(metric.unit, metric.price_basis(base_year), lang)}"
    error = max(float(np.max(spread.percentile_error(p)[places])) for p in (0.05, 0.50, 0.95))
    return [
        label,
        *[BETWEEN.say(lang, **_ends(spread, t, lang)) for t in places],
        error_words(error, metric.unit, lang, finer=0),
    ]


def _chances(fans: Fans, lang: str) -> list[list[str]]:
    """The gravest events in both fans, in the last year and ever, and the years on the state's register."""
    last = str(fans.pressure.years[-1])
    heads = [head for summary in fans.told for head in (f"{fan_name(summary, lang)} {last}", EVER.say(lang))]
    rows = [[capital(PROBABILITY).say(lang), *heads, ERROR.say(lang)]]
    for event_id in SCREEN_EVENTS:
        chances = [summary.probabilities[event_id] for summary in fans.told]
        cells = [float(p) for chance in chances for p in (chance.in_year[-1], chance.so_far[-1])]
        errors = [float(np.max(chance.error(np.array(cells)))) for chance in chances]
        label = f"  {chances[0].event.label.say(lang)}"
        rows.append([label, *[number(100.0 * p, 0, lang) for p in cells], number(100.0 * max(errors), 1, lang)])
    years = [cell for summary in fans.told for cell in ("", number(summary.years_of(REGISTER), 1, lang))]
    return [*rows, [f"  {YEARS_ON.say(lang)}", *years]]
