"""The one user-facing error: it carries every fault found, each with where, what, why and what to do."""

from collections.abc import Iterable
from typing import NamedTuple


class Text(NamedTuple):
    """The same words in Norwegian (bokmål) and English."""

    nb: str
    en: str

    def say(self, lang: str, **values: object) -> str:
        """The text in `lang`, with its {placeholders} filled."""
        return (self.en if lang == "en" else self.nb).format(**values)


class Fault(NamedTuple):
    """One fault of an input: the file, the key in it, the value found, the rule it breaks, the remedy."""

    file: str
    key: str
    value: str
    rule: Text
    remedy: Text

    def say(self, lang: str) -> str:
        """The fault as one line for a planner."""
        place = f"{self.file}: " if self.file else ""
        found = f"{self.key} = {self.value}: " if self.value and self.key else f"{self.key}: " if self.key else ""
        rule, remedy = self.rule.nb, self.remedy.nb
        if lang == "en":
            rule, remedy = self.rule.en, self.remedy.en
        return f"{place}{found}{rule}. {remedy}".rstrip()


class InputError(Exception):
    """The input is faulty. Carries all faults, so that a planner can mend them in one go."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(faults)
        super().__init__("\n".join(self.say("en")))

    def say(self, lang: str) -> list[str]:
        """One line per fault."""
        return [fault.say(lang) for fault in self.faults]


class Notice(UserWarning):
    """Something the user should know that stops nothing; the command line says it in the user's language."""

    def __init__(self, text: Text, **values: object):
        self.text, self.values = text, values
        super().__init__(self.say("en"))

    def say(self, lang: str) -> str:
        """The notice as one line."""
        return self.text.say(lang, **self.values)
