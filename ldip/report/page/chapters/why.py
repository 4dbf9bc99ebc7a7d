"""The chapter on why the debt ratio changes, term by term."""

from ldip.analysis.explain import Explanation
from ldip.report.answers import explain as explanation_words
from ldip.report.answers.explain_charts import APART, TITLE, Bar, bars
from ldip.report.numbers import number
from ldip.report.page import pictures
from ldip.report.page.blocks import Block, Fold, Material, Picture, Section, Table, Words
from ldip.text import Text

WHY = Text("Hvorfor gjeldsgraden endrer seg", "Why the debt ratio changes")
GROUP_INTRO = Text(
    nb="Den neste figuren viser hva som skiller den tidelen av framtidene som får høyest gjeldsgrad, fra den "
    "midterste femdelen.",
    en="The next picture shows what sets the tenth of the futures with the highest debt ratio apart from the "
    "middle fifth.",
)
WATERFALL_SEEN = Text("Søyler fra øverst til nederst: {bars}.", "Bars from top to bottom: {bars}.")
TERMS = Text("Hva leddene betyr", "What the terms mean")
TERMS_HEAD = Text("ledd|forklaring", "term|explanation")


def chapter(m: Material) -> Section | None:
    """Why the baseline's debt ratio changes, and what sets the worst futures apart."""
    found = m.findings.explanations
    if not found:
        return None
    blocks: list[Block] = []
    for place, explanation in enumerate(found):
        if place:
            blocks.append(Words(m.say(GROUP_INTRO)))
        blocks += [Words(explanation_words.intro_words(explanation, m.lang)), _waterfall(m, explanation, place)]
    groups = found[0].groups()
    terms = [
        [explanation_words.label_of(group, m.lang), explanation_words.DEFINITIONS[group].say(m.lang)]
        for group in groups
    ]
    table = Table(m.say(TERMS), m.say(TERMS_HEAD).split("|"), terms, words=(1,))
    blocks += [Fold(m.say(TERMS), table), Words(explanation_words.NOTE.say(m.lang), "note")]
    return Section("why", m.say(WHY), blocks)


def _waterfall(m: Material, explanation: Explanation, place: int) -> Picture:
    title = (TITLE if explanation.against is None else APART).say(m.lang, year=explanation.years[-1])
    head, *rows = explanation_words.explanation_rows(explanation, m.lang)
    told = "; ".join(f"{bar.label}: {number(_told(bar), 1, m.lang)}" for bar in bars(explanation, m.lang))
    return Picture(
        name=f"waterfall-{place + 1}",
        title=title,
        description=m.say(WATERFALL_SEEN, bars=told),
        draw=pictures.waterfall(explanation, m.lang),
        tables=[Table(title, head, rows)],
    )


def _told(bar: Bar) -> float:
    """What a bar says: a level, or a change."""
    return bar.right if bar.is_level else bar.right - bar.left
