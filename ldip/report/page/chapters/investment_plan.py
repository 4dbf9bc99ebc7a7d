"""The chapter of the investment plan: named projects, what nobody has named, and places against users."""

from ldip.report.answers import projects as words
from ldip.report.answers.projects_charts import TIMELINE
from ldip.report.page import pictures
from ldip.report.page.blocks import Fold, Material, Picture, Section, Table, Words
from ldip.report.words import INVESTMENT_PLAN, OPENS, PROJECT, capital
from ldip.text import Text

LEAD = Text(
    nb="{count} prosjekter har navn. {committed} {short}",
    en="{count} projects have a name. {committed} {short}",
)
SEEN = Text(
    nb="En søyle for hvert av {count} navngitte prosjekter, fra start til åpning, i fargen til investeringsklassen, "
    "og et merke der det åpner.",
    en="A bar for each of {count} named projects, from start to opening, in the colour of its class of investment, "
    "and a mark where it opens.",
)


def chapter(m: Material) -> Section | None:
    """Named projects and the rest; nothing where the scenario has none."""
    plan, scenario, lang = m.findings.investment_plan, m.findings.main.source.scenario, m.lang
    if plan is None or not plan.projects:
        return None
    count, heads = len(plan.projects), words.block_heads(plan.years, lang)
    short = " ".join(words.short_words(of, lang) for of in plan.places)
    lead = m.say(LEAD, count=count, committed=words.committed_words(plan, lang), short=short)
    rows = [
        [of.name.say(lang), m.say(words.PHASES[of.phase]), str(of.start), str(of.opening)]
        for of in (it.project for it in plan.projects)
    ]
    timeline = Picture(
        name="projects",
        title=m.say(TIMELINE),
        description=m.say(SEEN, count=count),
        draw=pictures.timeline(plan, lang),
        tables=[Table(m.say(TIMELINE), [m.say(capital(PROJECT)), *words.silent_heads(lang)[1:4]], rows, words=[1])],
    )
    by_class = Table(m.say(words.BY_CLASS, year=plan.years[0]), ["", *heads], _told(words.class_rows(plan, lang)))
    costs = _told(words.project_rows(plan, lang))
    by_project = Fold(m.say(words.BY_PROJECT), Table(m.say(words.BY_PROJECT), ["", m.say(OPENS), *heads], costs))
    places = Table(m.say(words.PLACES), ["", *words.place_heads(plan)], _told(words.place_rows(plan, lang)))
    note = Words(words.note_words(plan, scenario, lang), "note")
    return Section(
        "investment_plan",
        m.say(INVESTMENT_PLAN),
        [Words(lead), timeline, by_class, *([by_project] if costs else []), places, note],
    )


def _told(rows: list[list[str]]) -> list[list[str]]:
    """Rows without the indents of the terminal."""
    return [[row[0].strip(), *row[1:]] for row in rows]
