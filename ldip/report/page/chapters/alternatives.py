"""The chapter that sets the alternatives side by side."""

from collections.abc import Callable

from ldip.report.answers import comparison
from ldip.report.page import pictures
from ldip.report.page.blocks import Block, Bullets, Material, Picture, Section, Table, Words
from ldip.report.page.phrases import as_table
from ldip.text import Text

ALTERNATIVES = Text("Alternativene side ved side", "The alternatives side by side")
SAME_WEATHER = Text(
    nb="Samme framtid, altså de samme rentene, den samme skatteveksten og så videre, er regnet for hvert "
    "alternativ. Forskjellene er tatt framtid for framtid, og er derfor mye sikrere enn tallene hver for seg.",
    en="The same future, that is the same interest rates, the same tax growth and so on, has been computed for "
    "every alternative. The differences are taken future by future, and are therefore much surer than the figures "
    "apart.",
)
LEVELS = Text("Gjeldsgrad og omstillingsbehov i alternativene", "Debt ratio and restructuring need")
LEVELS_SEEN = Text(
    nb="Øverst gjeldsgradens median, under omstillingsbehovets gjennomsnitt over årene, en linje for hvert "
    "alternativ: {names}. {conclusions}",
    en="Above, the median of the debt ratio, below, the mean of the restructuring need over the years, a line for "
    "each alternative: {names}. {conclusions}",
)
APART = Text("Hva som skiller alternativene i {last}", "What sets the alternatives apart in {last}")
APART_SEEN = Text(
    nb="Forskjellene fra «{against}» i {last} i gjeldsgrad og omstillingsbehov, framtid for framtid: median og "
    "ni av ti framtider. "
    "Tallene står i tabellen under.",
    en="The differences from '{against}' in {last} in debt ratio and restructuring need, run by run: median and nine "
    "of ten runs. The figures are in the table below.",
)


def chapter(m: Material) -> Section | None:
    """What every alternative leads to, and what sets it apart run by run."""
    found, lang = m.findings.comparison, m.lang
    if found is None:
        return None
    last = found.summaries[found.against].years[-1]
    concluded = comparison.conclusions(found, m.label, lang)

    def table(rows: Callable[..., list[list[str]]]) -> Table:
        return as_table(rows(found, m.label, lang))

    levels = Picture(
        name="alternatives",
        title=m.say(LEVELS),
        description=m.say(LEVELS_SEEN, names=", ".join(m.label.values()), conclusions=" ".join(concluded)),
        draw=pictures.alternatives(found, m.label, lang),
        tables=[table(rows) for rows in (comparison.levels, comparison.probabilities, comparison.regrets)],
    )
    apart = Picture(
        name="differences",
        title=m.say(APART, last=last),
        description=m.say(APART_SEEN, against=m.label[found.against], last=last),
        draw=pictures.apart(found, m.label, lang),
        tables=[table(comparison.differences)],
    )
    note = Words(comparison.NOTE.say(lang), "note")
    blocks: list[Block] = [Words(m.say(SAME_WEATHER)), Bullets(concluded), levels, apart, note]
    return Section("alternatives", m.say(ALTERNATIVES), blocks)
