"""The chapter of probabilities: how often each threshold is passed and each rule broken."""

from collections.abc import Sequence

import numpy as np

from ldip.model.fiscal_rules import Event
from ldip.model.shown import BREACH, REGISTER, RESULT, RESULT_TWICE
from ldip.report.numbers import error_words, number
from ldip.report.page import pictures
from ldip.report.page.blocks import Material, Picture, Section, Table, Words
from ldip.report.page.phrases import percent
from ldip.report.terminal import fan_name, policy_words, selected_years
from ldip.report.words import ERROR, EVENT, EVER, YEAR
from ldip.statistics.summary import Fans, Summary
from ldip.text import Text

BREACHES = Text("Sannsynligheten for brudd på reglene", "The probability of breaking the rules")
MOST_LIKELY = Text(
    nb="{fan}: I {last} er minst én handlingsregel brutt i {any} prosent av framtidene (± {error}), og i {ever} "
    "prosent er det minst ett år med brudd. Vilkårene for ROBEK, statens register, er oppfylt i {robek} prosent i "
    "{last}, og i {on} år i snitt. Resultatet er under sitt minstekrav i {below} av {count} år i snitt, og to år på "
    "rad i {twice} prosent av framtidene.",
    en="{fan}: In {last} at least one fiscal rule is broken in {any} per cent of the futures (± {error}), and in "
    "{ever} per cent there is at least one year with a breach. The conditions for ROBEK, the state's register, are "
    "met in {robek} per cent in {last}, and in {on} years on average. The result is below its minimum in {below} of "
    "{count} years on average, and two years in a row in {twice} per cent of the futures.",
)
YEARS_OF_IT = Text("År i snitt", "Years on average")
CHANCES_TITLE = Text(
    "Sannsynlighet i hvert år, prosent av framtidene", "Probability in each year, per cent of the runs"
)
CHANCES_SEEN = Text(
    nb="En liten figur for hver hendelse, alle med skala fra 0 til 100 prosent. I {last}: {ends}.",
    en="A small panel for each event, all on a scale from 0 to 100 per cent. In {last}: {ends}.",
)
CHANCES_TABLE = Text("Sannsynlighet i utvalgte år, prosent av framtidene", "Probability in selected years, per cent")


def chapter(m: Material) -> Section:
    """How often each threshold is passed and each rule broken, in each fan."""
    fans, lang = m.findings.main.fans, m.lang
    last = fans.pressure.years[-1]
    events = [chance.event for chance in fans.pressure.probabilities.values()]
    title = m.say(CHANCES_TITLE)
    ends = ". ".join(
        f"{fan_name(summary, lang)}: "
        + "; ".join(f"{e.label.say(lang)} {percent(summary.probabilities[e.id].in_year[-1], lang)} %" for e in events)
        for summary in fans.told
    )
    picture = Picture(
        name="probabilities",
        title=title,
        description=m.say(CHANCES_SEEN, last=last, ends=ends),
        draw=pictures.chances(fans, lang),
        tables=[_by_year(m, summary, events, title) for summary in fans.told],
    )
    leads = [Words(_lead(m, summary), "lead") for summary in fans.told]
    return Section("breaches", m.say(BREACHES), [*leads, picture, _in_some_years(m, fans)])


def _lead(m: Material, summary: Summary) -> str:
    """The gravest probabilities of a fan in a sentence."""
    any_rule, register = summary.probabilities[BREACH], summary.probabilities[REGISTER]
    return m.say(
        MOST_LIKELY,
        fan=fan_name(summary, m.lang),
        last=summary.years[-1],
        any=percent(any_rule.in_year[-1], m.lang),
        error=error_words(any_rule.error(any_rule.in_year)[-1], "share", m.lang, finer=0),
        ever=percent(any_rule.so_far[-1], m.lang),
        robek=percent(register.in_year[-1], m.lang),
        on=number(summary.years_of(REGISTER), 1, m.lang),
        below=number(summary.years_of(RESULT), 1, m.lang),
        count=len(summary.years),
        twice=percent(summary.probabilities[RESULT_TWICE].so_far[-1], m.lang),
    )


def _by_year(m: Material, summary: Summary, events: Sequence[Event], title: str) -> Table:
    """Every event in every year of a fan."""
    rows = [
        [str(year), *[percent(summary.probabilities[event.id].in_year[t], m.lang, 1) for event in events]]
        for t, year in enumerate(summary.years)
    ]
    rows.append([m.say(YEARS_OF_IT), *[number(summary.years_of(event.id), 1, m.lang) for event in events]])
    named = f"{title}. {policy_words(summary, m.lang)}"
    return Table(named, [m.say(YEAR), *[event.label.say(m.lang) for event in events]], rows)


def _in_some_years(m: Material, fans: Fans) -> Table:
    """Every event in some years, fan by fan."""
    picked = selected_years(fans.pressure.years)
    rows: list[list[str]] = []
    for summary in fans.told:
        rows += [[policy_words(summary, m.lang)]] if fans.steered else []
        for chance in summary.probabilities.values():
            cells = np.array([*chance.in_year[picked], chance.so_far[-1]])
            error = error_words(float(np.max(chance.error(cells))), "share", m.lang, finer=0)
            rows.append([chance.event.label.say(m.lang), *[percent(cell, m.lang) for cell in cells], error])
    head = [m.say(EVENT), *[str(fans.pressure.years[t]) for t in picked], m.say(EVER), m.say(ERROR)]
    return Table(m.say(CHANCES_TABLE), head, rows)
