"""The chapter that sets the simulated future beside the past: what matches history, and what does not."""

from ldip.report.answers import realism as realism_answers
from ldip.report.answers import realism_words as words
from ldip.report.numbers import number
from ldip.report.page.blocks import Block, Bullets, Fold, Material, Section, Table, Words
from ldip.text import Text

REALISM = Text("Realisme", "Realism")
INTRO = Text(
    nb="En vifte er bare til å stole på om framtidene i den er omtrent så urolige som årene bak oss. Her står "
    "spredningen i {runs} av framtidene ved siden av den som var.",
    en="A fan can only be trusted if the futures in it are about as restless as the years behind us. Here the spread "
    "in {runs} of the futures stands beside the one that was.",
)
REST = Text("Kommer gjelden til ro?", "Does debt come to rest?")
YEARS_DRAWN = Text("De samme viftene av norske år", "The same fans from Norwegian years")


def chapter(m: Material) -> Section | None:
    """The spreads beside history's, whether debt comes to rest, what would make it, and years drawn again."""
    found, lang = m.findings.realism, m.lang
    if found is None:
        return None
    blocks: list[Block] = [
        Words(m.say(INTRO, runs=number(found.runs, 0, lang))),
        Bullets(realism_answers.reading(found, lang)),
    ]
    for who in ("sector", "municipality"):
        if rows := realism_answers.spread_rows(found, who, lang):
            blocks.append(_table(rows[0][0], rows, words_from=5))
    blocks.append(_table(m.say(REST), realism_answers.resting_rows(found, lang)))
    blocks.append(Words(realism_answers.adjustment_words(found, lang)))
    if drawn := realism_answers.drawn_rows(found, lang):
        table = _table(m.say(YEARS_DRAWN), drawn)._replace(note=realism_answers.drawn_words(found, lang))
        blocks.append(Fold(m.say(YEARS_DRAWN), table))
    blocks.append(Words(words.NOTE.say(lang), "note"))
    return Section("realism", m.say(REALISM), blocks)


def _table(caption: str, rows: list[list[str]], words_from: int | None = None) -> Table:
    """Rows as a table of the page; columns from `words_from` on hold words."""
    head, *rest = rows
    places = tuple(range(words_from, len(head))) if words_from is not None else ()
    return Table(caption, ["" if caption == head[0] else head[0], *head[1:]], rest, words=places)
