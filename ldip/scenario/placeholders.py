"""Numbers that nobody has put in yet: those of a template, until a municipality has replaced them by its own.

They are counted, listed by the place where they stand, and named in the title of whatever is made with them.
"""

from typing import NamedTuple

from ldip.scenario.numbers import numbers, settings, table_numbers
from ldip.scenario.quantities import PLACEHOLDER
from ldip.scenario.schema import Scenario
from ldip.text import Text

MARK = Text("oppdiktede tall: {count} av {total}", "placeholder numbers: {count} of {total}")


class Left(NamedTuple):
    """How many of the numbers in one place are placeholders."""

    place: str  # a table's file, or a section of base.toml
    left: int
    total: int


def left(scenario: Scenario) -> list[Left]:
    """The places with placeholders, in reading order; the rows of a table count as one number each, a row of
    ``demand.csv`` as three."""
    counts: dict[str, list[bool]] = {}
    for place, listed in (("[{}]", settings), ("{}.csv", table_numbers)):
        for number in listed(scenario, "en"):
            section = number.key.partition(".")[0]
            counts.setdefault(place.format(section), []).append(number.basis == PLACEHOLDER)
    return [Left(place, sum(found), len(found)) for place, found in counts.items() if any(found)]


def invented(scenario: Scenario) -> tuple[int, int]:
    """How many of a scenario's numbers are placeholders, and how many numbers there are."""
    bases = [number.basis for number in numbers(scenario, "en")]
    return bases.count(PLACEHOLDER), len(bases)


def mark(count: int, total: int) -> Text:
    """What stands on everything that is made with so many placeholders; nothing without any."""
    if not count:
        return Text("", "")
    return Text(*(MARK.say(lang, count=count, total=total) for lang in ("nb", "en")))


def title_of(scenario: Scenario) -> Text:
    """A scenario's title, with the mark of its placeholders."""
    heading, said = scenario.scenario, mark(*invented(scenario))
    if not said.nb:
        return Text(heading.title_nb, heading.title_en)
    return Text(f"{heading.title_nb} [{said.nb}]", f"{heading.title_en} [{said.en}]")
