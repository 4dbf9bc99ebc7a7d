"""The metric catalogue: what every line of the ledger is called, measured in and means, in two languages.

The texts stand in ``catalogue.csv``; labels, units and definitions stand nowhere else. A money line is nominal in
the ledger; the catalogue names the price index that brings it to fixed prices.
"""

import csv
import functools
from importlib.resources import files
from typing import NamedTuple

from ldip.text import Text

MONEY_UNITS = ("mill. kr", "mill. kr per resident")

WHERE = {
    "kommuneloven": "Local Government Act",
    "selvkostforskriften": "self-cost regulation",
    "tabell": "table",
    "linje": "line",
    "Riksrevisjonen": "Auditor General",
}
"""Words of a place in a plan or a law, in Norwegian and in English."""


def place_words(source: str) -> Text:
    """Where a definition stands, as the catalogue has it in Norwegian: «HP tabell 4.6; M10»."""
    english = source
    for nb, en in WHERE.items():
        english = english.replace(nb, en)
    return Text(source, english)


def cited(source: Text, plan: str) -> Text:
    """Of the places where a definition stands those that say something to who reads about one municipality: its own
    `plan` (what it is called in short, or nothing), laws and the model's sections."""
    if plan == HP:
        return source
    return Text(*("; ".join(part for part in words.split("; ") if not part.startswith(HP)) for words in source))


HP = "HP"
"""Bærum's plan, from which the definitions of many figures are taken."""


class Metric(NamedTuple):
    """One entry of the catalogue."""

    id: str
    unit: str
    price_index: str  # deflator, cpi, or nothing: the index that takes it to fixed prices
    kind: str  # stock, flow, ratio, index, event
    better: str  # high, low, or nothing
    headline: bool  # summarised in result files
    label: Text
    definition: Text
    source: Text

    def price_basis(self, base_year: int) -> str:
        """The price basis of the reported figure."""
        return f"{base_year}-kr ({self.price_index})" if self.price_index else "n/a"


@functools.cache
def catalogue() -> dict[str, Metric]:
    """Every metric by id, in the order in which figures are printed."""
    text = (files("ldip.model") / "catalogue.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Metric(
            id=row["id"],
            unit=row["unit"],
            price_index=row["price_index"],
            kind=row["kind"],
            better=row["better"],
            headline=row["headline"] == "yes",
            label=Text(row["label_nb"], row["label_en"]),
            definition=Text(row["definition_nb"], row["definition_en"]),
            source=place_words(row["source"]),
        )
        for row in csv.DictReader(text.splitlines())
    }


def headline() -> list[Metric]:
    """The metrics that result files summarise with percentiles."""
    return [metric for metric in catalogue().values() if metric.headline and metric.kind != "event"]
