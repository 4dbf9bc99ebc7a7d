"""The one user-facing error: it carries every fault found, each with where, what, why and what to do.

What a fault of each kind is called stands in ``faults.csv``: the rule it breaks and the remedy, in two languages,
with {places} that are filled. Nothing else in the program has words for a fault.
"""

import csv
import errno
import functools
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import NamedTuple, Self

from ldip.text import Text, printable

MOST_TOLD = 30
"""So many faults are told, one a line; of the others only how many there are."""
WORKBOOKS = (".xlsx", ".ods")
NUMBER = re.compile(r"-?\d+\.\d+")
AND_MORE = Text(nb="… og {count} feil til", en="… and {count} faults more")

REASONS = {
    errno.ENOENT: Text("finnes ikke", "no such file or folder"),
    errno.EACCES: Text("ingen tilgang", "permission denied"),
    errno.EPERM: Text("ingen tilgang", "permission denied"),
    errno.EEXIST: Text("finnes allerede", "exists already"),
    errno.EISDIR: Text("er en mappe", "is a folder"),
    errno.ENOTDIR: Text("er ikke en mappe", "is not a folder"),
    errno.ENOTEMPTY: Text("mappen er ikke tom", "the folder is not empty"),
    errno.ENOSPC: Text("disken er full", "no space left on the disk"),
    errno.EDQUOT: Text("diskkvoten er brukt opp", "the disk quota is used up"),
    errno.EFBIG: Text("filen blir for stor", "the file becomes too large"),
    errno.EROFS: Text("kan bare leses, ikke skrives", "can only be read, not written"),
    errno.ENAMETOOLONG: Text("navnet er for langt", "the name is too long"),
    errno.ELOOP: Text("lenker i ring", "links in a circle"),
    errno.EXDEV: Text("ligger på en annen disk", "is on another disk"),
    errno.EBUSY: Text("er i bruk", "is in use"),
    errno.EMFILE: Text("for mange åpne filer", "too many open files"),
    errno.ENFILE: Text("for mange åpne filer", "too many open files"),
    errno.EIO: Text("disken svarer med en feil", "the disk answers with a fault"),
    errno.EADDRINUSE: Text("er i bruk", "is in use"),
    errno.EADDRNOTAVAIL: Text("er ikke en adresse på denne maskinen", "is not an address of this machine"),
}
"""What the operating system says most often, in our own words."""
OTHER_REASON = Text("feil {number} fra operativsystemet", "error {number} of the operating system")


def reason(error: OSError) -> Text:
    """Why the operating system refused; its own words are in one language only."""
    number = error.errno or 0
    return REASONS.get(number, Text(*(OTHER_REASON.say(lang, number=number) for lang in ("nb", "en"))))


class Words(NamedTuple):
    """What a kind of fault is called."""

    rule: Text
    remedy: Text


@functools.cache
def fault_words() -> dict[str, Words]:
    """The rule and the remedy of every kind of fault; read when the first one is told."""
    text = (files("ldip") / "faults.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Words(Text(row["rule_nb"], row["rule_en"]), Text(row["remedy_nb"], row["remedy_en"]))
        for row in csv.DictReader(text.splitlines())
    }


class Fault(NamedTuple):
    """One fault of an input: its kind, the file, the key in it, the value found, and what fills its words."""

    kind: str  # a row of faults.csv
    file: str
    key: str
    value: str | Text
    places: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, kind: str, file: str = "", key: str = "", value: str | Text = "", **places: object) -> Self:
        """A fault of that kind; `places` fill its words: numbers, names, or Text where languages differ."""
        return cls(kind, file, key, value, tuple(places.items()))

    @property
    def rule(self) -> Text:
        """The rule that is broken."""
        return self._filled(fault_words()[self.kind].rule)

    @property
    def remedy(self) -> Text:
        """What to do."""
        return self._filled(fault_words()[self.kind].remedy)

    def _filled(self, text: Text) -> Text:
        places = dict(self.places)
        return Text(self._as_typed(text.say("nb", **places)), text.say("en", **places))

    def _as_typed(self, norwegian: str) -> str:
        """Norwegian words with numbers as a Norwegian Excel takes them, where the fault is in a workbook; those of
        what Excel made of a cell quote it as it was."""
        quoted = "{" in norwegian or self.kind.startswith("sheet_")
        written = self.file.lower().endswith(WORKBOOKS) and not quoted
        return re.sub(r"(?<=\d)\.(?=\d)", ",", norwegian) if written else norwegian

    def say(self, lang: str) -> str:
        """The fault as one line for a planner."""
        place = f"{self.file}: " if self.file else ""
        value = self.value.say(lang) if isinstance(self.value, Text) else self.value
        if lang == "nb" and NUMBER.fullmatch(value):
            value = self._as_typed(value)
        found = f"{self.key} = {value}: " if value and self.key else f"{self.key}: " if self.key else ""
        return printable(f"{place}{found}{self.rule.say(lang)}. {self.remedy.say(lang)}".rstrip())


class Doubt(Fault):
    """What hardly can be, but may be right: told like a fault, it stops nothing. Its words are rows of ``faults.csv``
    too; what is expected stands in ``scenario/plausible/ranges.csv``."""

    __slots__ = ()

    def record(self) -> dict[str, str]:
        """The doubt for JSON: its kind, place and value, and what is said of it in both languages."""
        value = self.value.en if isinstance(self.value, Text) else self.value
        place = {"kind": self.kind, "file": self.file, "key": self.key, "value": value}
        return place | {lang: self.say(lang) for lang in ("nb", "en")}


class InputError(Exception):
    """The input is faulty. Carries all faults, so that a planner can mend them in one go."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(faults)
        super().__init__("\n".join(self.say("en")))

    def __reduce__(self) -> tuple[type["InputError"], tuple[list[Fault]]]:
        """How it is sent from another process: with its faults."""
        return InputError, (self.faults,)

    def say(self, lang: str) -> list[str]:
        """One line per fault, and how many more there are."""
        said = [fault.say(lang) for fault in self.faults[:MOST_TOLD]]
        more = len(self.faults) - len(said)
        return [*said, AND_MORE.say(lang, count=more)] if more else said


class Notice(UserWarning):
    """Something the user should know that stops nothing; the command line says it in the user's language."""

    def __init__(self, text: Text, **values: object):
        self.text, self.values = text, values
        super().__init__(self.say("en"))

    def say(self, lang: str) -> str:
        """The notice as one line."""
        return self.text.say(lang, **self.values)
