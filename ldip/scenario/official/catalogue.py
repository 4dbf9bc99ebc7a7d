"""The tables that are known, in the order of their weight for the answer (weights.csv says how it was measured)."""

import csv
import functools
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

from ldip.scenario.official.cube import Cube
from ldip.scenario.official.municipalities import former
from ldip.text import Text

SERVICE = "https://data.ssb.no/api/pxwebapi/v2"
"""Statistics Norway's own service; answers in json-stat2 are read as they are."""
SAME = {
    **{"14746": "14288", "13600": "14288", "12882": "14288", "11668": "14288"},
    **{"12177": "13202", "03014": "14700", "03013": "14700", "07230": "07221", "13542": "12134"},
}
"""Tables of the same shape as a known one: older, newer or of another extent."""


class Table(NamedTuple):
    """A table that is known: who publishes it, what it fills, how it is asked for."""

    table: str
    owner: str
    kind: str
    region: str  # the service's name of its dimension of municipalities; empty where it has none
    query: str
    marks: str  # words that dimensions, codes and labels together have, where the title has no number
    name: Text
    gives: Text

    @property
    def shown(self) -> Text:
        """What it is called in a list."""
        number = f"{self.table} " if self.owner == "ssb" else ""
        return Text(number + self.name.nb, number + self.name.en)

    def selection(self, code: str, given: tuple[str, ...] = ()) -> dict[str, str]:
        """What is asked for: the service's parameters, for a municipality and the numbers it has had."""
        asked = dict(part.split("=", 1) for part in self.query.split("&"))
        if self.kind == "population":  # the service adds merged municipalities up itself
            asked |= {"valueCodes[Region]": f"K-{code}", "codelist[Region]": "agg_KommSummer"}
            asked["outputValues[Region]"] = "aggregated"
        elif self.kind == "projection":  # has today's numbers only
            asked["valueCodes[Region]"] = code
        elif self.region:
            asked[f"valueCodes[{self.region}]"] = ",".join(former(code, given))
        return asked

    def address(self, code: str, given: tuple[str, ...] = (), service: str = SERVICE) -> str:
        """The address that answers with the table for a municipality; of the Ministry the page that has it."""
        return address_of(self.table, self.selection(code, given), service) if self.owner == "ssb" else self.query


def address_of(table: str, selection: Mapping[str, str], service: str = SERVICE) -> str:
    """The address of a selection of a table's figures."""
    asked = {"lang": "no", "outputFormat": "json-stat2", **selection}
    return f"{service}/tables/{table}/data?" + "&".join(f"{name}={value}" for name, value in asked.items())


@functools.cache
def catalogue() -> dict[str, Table]:
    """The known tables by number, in the order of their weight."""
    text = (files("ldip") / "scenario" / "official" / "catalogue.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["table"]: Table(
            row["table"],
            row["owner"],
            row["kind"],
            row["region"],
            row["query"],
            row["marks"],
            Text(row["name_nb"], row["name_en"]),
            Text(row["gives_nb"], row["gives_en"]),
        )
        for row in rows
    }


def recognised(cube: Cube) -> Table | None:
    """The known table that a cube is: by the number in its own title, else by its dimensions, codes and labels. The
    name of the file says nothing."""
    known = catalogue()
    number = SAME.get(cube.table, cube.table)
    if number in known:
        return known[number]
    if number:
        return None
    words = " ".join([*cube.dimensions, *(code.said for name in cube.dimensions for code in cube.members(name))])
    there = [
        table
        for table in known.values()
        if table.marks and all(mark.lower() in words.lower() for mark in table.marks.split())
    ]
    return max(there, key=lambda table: len(table.marks), default=None)
