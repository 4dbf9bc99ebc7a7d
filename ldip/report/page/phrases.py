"""Figures as the page writes them, in the words that several chapters share."""

import math
from collections.abc import Sequence

from ldip.analysis.restructuring import LARGEST
from ldip.report.numbers import error_words, number
from ldip.report.page.blocks import Material, Table
from ldip.text import Text

TWO_FANS = Text(
    nb="Rapporten viser to vifter, regnet i de samme framtidene. «Press»: ingen griper inn etter den vedtatte "
    "planen. Det som da mangler for at handlingsreglene skal holde, er omstillingsbehovet. «Styrt»: kommunen følger "
    "sine egne regler år for år. Da viser de dårlige framtidene seg i hvor mye tjenestene må endres, og mindre i "
    "gjeld og underskudd. Press sier hva som er i vente om ingenting gjøres, styrt hvor det ender med denne regelen.",
    en="The report shows two fans, computed in the same futures. 'Pressure': nobody steps in after the adopted plan. "
    "What then lacks for the fiscal rules to hold is the restructuring need. 'Steered': the municipality follows its "
    "own rules year by year. Bad futures then show in how much the services must change, and less in debt and "
    "deficits. Pressure says what lies ahead if nothing is done, steered where it ends with this rule.",
)
ONE_FAN = Text("Dette kapitlet gjelder bare én vifte. {policy}.", "This chapter is about one fan only. {policy}.")

MORE_THAN = Text("mer enn {value}", "more than {value}")


def with_error(value: str, error: float, unit: str, lang: str) -> str:
    """A figure and its sampling error, to a tenth of a per cent or million."""
    return f"{value} ± {error_words(error, unit, lang, finer=0 if unit == 'share' else 1)}"


def step_words(step: float, m: Material, decimals: int = 1) -> str:
    """A step, or that it is more than was looked for."""
    if math.isfinite(step):
        return number(step, decimals, m.lang)
    return m.say(MORE_THAN, value=number(LARGEST, 0, m.lang))


def percent(share: float, lang: str, decimals: int = 0) -> str:
    """A share as a number of per cent."""
    return number(100.0 * float(share), decimals, lang)


def as_table(rows: Sequence[Sequence[str]]) -> Table:
    """A table of the terminal as one of the page: its title, its head (of one line or two) and the rest."""
    first, second, *rest = rows
    if len(first) == 1:
        return Table(first[0], second, rest)
    if len(second) == 1:  # the head's first cell is the title
        return Table(first[0], ["", *first[1:]], [second, *rest])
    spans = list(first)
    for place, cell in enumerate(spans):
        spans[place] = cell or (spans[place - 1] if place > 1 else "")
    head = ["", *[f"{year}: {name}" for year, name in zip(spans[1:], second[1:], strict=True)]]
    return Table(second[0], head, rest)
