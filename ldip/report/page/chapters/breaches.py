"""The chapter of probabilities: how often each threshold is passed and each rule broken."""

import numpy as np

from ldip.model.shown import BREACH
from ldip.report.numbers import error_words
from ldip.report.page import pictures
from ldip.report.page.blocks import Material, Picture, Section, Table, Words
from ldip.report.page.phrases import percent
from ldip.report.terminal import selected_years
from ldip.report.words import ERROR, EVENT, EVER, YEAR
from ldip.text import Text

BREACHES = Text("Sannsynligheten for brudd på reglene", "The probability of breaking the rules")
MOST_LIKELY = Text(
    nb="I {last} er minst én handlingsregel brutt i {any} prosent av framtidene (± {error}), og i {ever} prosent "
    "er det minst ett år med brudd. Vilkårene for ROBEK, statens register, er oppfylt i {robek} prosent i {last}.",
    en="In {last} at least one fiscal rule is broken in {any} per cent of the futures (± {error}), and in {ever} "
    "per cent there is at least one year with a breach. The conditions for ROBEK, the state's register, are met in "
    "{robek} per cent in {last}.",
)
CHANCES_TITLE = Text("Sannsynlighet i hvert år, prosent av løpene", "Probability in each year, per cent of the runs")
CHANCES_SEEN = Text(
    nb="En liten figur for hver hendelse, alle med skala fra 0 til 100 prosent. I {last}: {ends}.",
    en="A small panel for each event, all on a scale from 0 to 100 per cent. In {last}: {ends}.",
)
CHANCES_TABLE = Text("Sannsynlighet i utvalgte år, prosent av løpene", "Probability in selected years, per cent")


def chapter(m: Material) -> Section:
    """How often each threshold is passed and each rule broken."""
    summary, lang = m.findings.main.summary, m.lang
    chances = summary.probabilities
    any_rule = chances[BREACH]
    lead = m.say(
        MOST_LIKELY,
        last=summary.years[-1],
        any=percent(any_rule.in_year[-1], lang),
        error=error_words(any_rule.error(any_rule.in_year)[-1], "share", lang, finer=0),
        ever=percent(any_rule.so_far[-1], lang),
        robek=percent(chances["state_register"].in_year[-1], lang),
    )
    picked = selected_years(summary.years)
    rows = []
    for chance in chances.values():
        cells = np.array([*chance.in_year[picked], chance.so_far[-1]])
        error = float(np.max(chance.error(cells)))
        label = chance.event.label.say(lang)
        rows.append([label, *[percent(cell, lang) for cell in cells], error_words(error, "share", lang, finer=0)])
    head = [m.say(EVENT), *[str(summary.years[t]) for t in picked], m.say(EVER), m.say(ERROR)]
    title = m.say(CHANCES_TITLE)
    by_year = [
        [str(year), *[percent(chance.in_year[t], lang, 1) for chance in chances.values()]]
        for t, year in enumerate(summary.years)
    ]
    names = [chance.event.label.say(lang) for chance in chances.values()]
    ends = "; ".join(
        f"{name}: {percent(chance.in_year[-1], lang)} %" for name, chance in zip(names, chances.values(), strict=True)
    )
    picture = Picture(
        name="probabilities",
        title=title,
        description=m.say(CHANCES_SEEN, last=summary.years[-1], ends=ends),
        draw=pictures.chances(summary, lang),
        tables=[Table(title, [m.say(YEAR), *names], by_year)],
    )
    return Section(
        "breaches", m.say(BREACHES), [Words(lead, "lead"), picture, Table(m.say(CHANCES_TABLE), head, rows)]
    )
