"""Numbers as a reader writes them: 12 345,6 in Norwegian, 12,345.6 in English."""

from ldip.report.words import DWELLINGS, PER_CENT, PERCENTAGE_POINTS, PERSONS
from ldip.text import NO_BREAK_SPACE as NO_BREAK_SPACE
from ldip.text import Text
from ldip.text import number as number


def shown(value: float, unit: str, lang: str, *, finer: int = 0) -> str:
    """A value of the catalogue as it is shown: shares and rates as percent, money in whole millions; `finer` adds
    decimals."""
    scale, decimals = SHOWN[unit]
    return number(value * scale, decimals + finer, lang)


def plain(value: float, lang: str) -> str:
    """A number of a scenario as it stands in its file, with the language's decimal sign."""
    text = f"{value:.10g}"
    return text if lang == "en" else text.replace(".", ",")


def as_set(value: float, unit: str, lang: str) -> str:
    """A value that somebody has decided, as it is shown but with all the decimals that were written."""
    scale, decimals = SHOWN[unit]
    written = f"{value * scale:.10g}".partition(".")[2]
    return number(value * scale, max(decimals, min(len(written), 4)), lang)


def signed(value: float, unit: str, lang: str, finer: int = 1) -> str:
    """A difference with its sign; none where it is shown as zero."""
    text = shown(value, unit, lang, finer=finer)
    return f"+{text}" if value > 0.0 and any(digit in "123456789" for digit in text) else text


def error_words(value: float, unit: str, lang: str, finer: int = 1) -> str:
    """A standard error; one that is too small to be shown is not zero."""
    text = shown(value, unit, lang, finer=finer)
    if value > 0.0 and not any(digit in "123456789" for digit in text):
        return f"<{text[:-1]}1"
    return text


def percent(share: float, lang: str) -> str:
    """A share as whole per cent."""
    return f"{number(100.0 * float(share), 0, lang)} %"


SHOWN = {
    "share": (100.0, 1),
    "per year": (100.0, 2),
    "mill. kr": (1.0, 0),
    "mill. kr per resident": (1e6, 0),
    "index": (1.0, 3),
    "persons": (1.0, 0),
    "dwellings": (1.0, 0),
    "event": (1.0, 2),
}
"""Catalogue unit -> factor and decimals in text."""


PER_RESIDENT = Text("per innbygger", "per resident")
NAMED = {
    "persons": PERSONS,
    "dwellings": DWELLINGS,
    "index": Text("indeks", "index"),
    "event": Text("0 eller 1", "0 or 1"),
}


def difference_label(unit: str, price_basis: str, lang: str) -> str:
    """The unit as it stands beside a difference: percentage points where the figures are per cent."""
    if unit in ("share", "per year"):
        return PERCENTAGE_POINTS.say(lang)
    return unit_label(unit, price_basis, lang)


def unit_label(unit: str, price_basis: str, lang: str) -> str:
    """The unit as it stands beside a shown number."""
    prices = "" if price_basis == "n/a" else price_basis.split(" (")[0]
    if unit in ("share", "per year"):
        return PER_CENT.say(lang)
    if unit == "mill. kr":
        return f"mill. {prices or 'kr'}"
    if unit == "mill. kr per resident":
        return f"{prices or 'kr'} {PER_RESIDENT.say(lang)}"
    return NAMED[unit].say(lang) if unit in NAMED else ""
