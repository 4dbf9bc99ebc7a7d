"""What a report page is made of: sections of words, tables and pictures, before any of it is HTML."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ldip.analysis.findings import Findings
from ldip.text import Text


class Words(NamedTuple):
    """A paragraph. `kind` is "lead" (what matters most), "note" (small), "warning", or nothing."""

    text: str
    kind: str = ""


class Answer(NamedTuple):
    """A question and the sentence that answers it."""

    question: str
    sentence: str


class Bullets(NamedTuple):
    """A list of points."""

    items: Sequence[str]


class Table(NamedTuple):
    """Rows of cells. The first cell names its row; a row of one cell is a heading over the rows below it."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    words: Sequence[int] = ()  # columns that hold words: to the left, and they may break
    marked: Sequence[int] = ()  # rows to be set off


class Fold(NamedTuple):
    """A table that stays closed until the reader opens it."""

    title: str
    table: Table


class Picture(NamedTuple):
    """A picture with the figures it shows.

    `draw` makes it, wide (for a screen or a sheet of paper) or narrow (for a telephone), without title and foot.
    """

    name: str  # of its files, and where links lead
    title: str
    description: str  # what can be seen, for those who cannot
    draw: Callable[[bool], Any]
    tables: Sequence[Table]
    caption: str = ""


Block = Words | Answer | Bullets | Table | Fold | Picture


class Section(NamedTuple):
    """One chapter of the page."""

    id: str
    title: str
    blocks: Sequence[Block]


class Material(NamedTuple):
    """What every section is written from."""

    findings: Findings
    label: Mapping[str, str]  # scenario name -> what readers call it
    tests: Mapping[str, str]  # stressed scenario -> what readers call the test
    title: str
    command: str  # what makes the same page again
    recheck: Sequence[str]  # how the figures compare with those of the result folder; nothing without one
    checksums: Mapping[str, str]  # result file -> SHA-256
    lang: str

    def say(self, text: Text, **values: object) -> str:
        """The text in the page's language."""
        return text.say(self.lang, **values)


def pictures(sections: Sequence[Section]) -> list[Picture]:
    """Every picture of the page in order."""
    return [block for section in sections for block in section.blocks if isinstance(block, Picture)]
