"""What an official form is made of, and how one is written down.

A form is made of rows and sums. A row is signed terms of the accounts (``analysis/statement.py``). A sum is written
with its parts inside it and printed below them, and it is nothing but the sum of them: a total cannot differ from its
rows, because there is no other way to make one. What it equals in the ledger stands beside it and is tested.

``@sectors``, ``@areas`` and ``@investment`` stand for as many rows as the scenario has. ``@`` before a line stands
for that line, divided into what named projects bear and what is left, where the scenario has projects. Rows of lines
that many municipalities lack (``IF_ANY`` in ``model/shown.py``) are left out where they are zero in every year.
"""

from typing import NamedTuple

from ldip.analysis.investment_plan import DIVIDED
from ldip.model.accounts.year import SUMS
from ldip.text import Text


class Row(NamedTuple):
    """One row: its signed terms, and its label where it is not that of a line of the ledger."""

    of: str
    label: Text | None = None


class Sum(NamedTuple):
    """The total of rows and other sums, which are printed above it.

    `equals` is the same figure elsewhere in the accounts, as signed terms, if there is one. A single line of the
    ledger gives the label as well.
    """

    equals: str
    parts: "tuple[Row | Sum, ...]"
    label: Text | None = None


class Form(NamedTuple):
    """One form: the word it is asked for by, its title and its parts.

    In fixed prices every amount of a form is divided by the one `price_index`, or its rows would not add up. Without
    one each row has the catalogue's, and nothing may be added up.
    """

    id: str
    title: Text
    price_index: str
    parts: tuple[Row | Sum, ...]


def parts(*rows: str | Row | Sum) -> tuple[Row | Sum, ...]:
    """Rows and sums as they are; of a text each word as a row of its own."""
    found: list[Row | Sum] = []
    for row in rows:
        found += [Row(word) for word in row.split()] if isinstance(row, str) else [row]
    return tuple(found)


def total(name: str | Text, *rows: str | Row | Sum, equals: str = "") -> Sum:
    """A sum by the name of the ledger's line for it, or by a label."""
    if isinstance(name, str):
        return Sum(name, parts(*rows))
    return Sum(equals, parts(*rows), name)


def form(word: str, title: Text, price_index: str, *rows: str | Row | Sum) -> Form:
    """A form, its rows as in :func:`parts`."""
    return Form(word, title, price_index, parts(*rows))


def terms(line: str, without: str = "", sign: int = 1) -> str:
    """The terms that a line of the ledger is the sum of, but for those shown in another way."""
    found = [term for term in SUMS[line].split() if term.lstrip("-") not in without.split()]
    return " ".join(found if sign > 0 else [term[1:] if term.startswith("-") else f"-{term}" for term in found])


def by_project(line: str) -> str:
    """The terms of a line, those that projects divide marked as such."""
    return " ".join(f"@{term}" if term in DIVIDED else term for term in SUMS[line].split())


OF_SECTORS = "kindergarten_cost school_cost care_cost other_service_cost"
"""What the rows of sectors and areas hold between them."""

TO_ENDOWMENT = Text("Forvaltningsfondet, til bufferkapital", "To the endowment fund's buffer")
USE_OF_LOANS = Text("Bruk av lån", "Use of loans")
