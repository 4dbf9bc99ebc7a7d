"""Words for people, in two languages, and what keeps other people's words from doing harm in them."""

import math
import re
from typing import NamedTuple

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([^{}]*))?\}")
NO_BREAK_SPACE = "\u00a0"  # not the thin space U+202F, which a Windows console cannot print
_BIDI = "\u202a-\u202e\u2066-\u2069"
_NOT_XML = "\ud800-\udfff\ufffe\uffff"
_HIDDEN = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_BIDI}{_NOT_XML}]")
_HIDDEN_IN_A_FILE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029{_BIDI}{_NOT_XML}]")


class Text(NamedTuple):
    """The same words in Norwegian (bokmål) and English."""

    nb: str
    en: str

    def say(self, lang: str, **values: object) -> str:
        """The text in `lang`, with {name} and {name:format} filled by the `values` of those names.

        All else stays as it stands, braces too: what a planner has written, like a title with {x} in it, is never
        taken for a pattern to fill. A value that is itself a Text is said in `lang`.
        """
        words = self.en if lang == "en" else self.nb
        if not values:
            return words

        def filled(place: re.Match[str]) -> str:
            if place[1] not in values:
                return place[0]
            value = values[place[1]]
            return value.say(lang) if isinstance(value, Text) else format(value, place[2] or "")

        return _PLACE.sub(filled, words)

    def filled(self, **values: object) -> "Text":
        """The text with its {places} filled in both languages."""
        return Text(self.say("nb", **values), self.say("en", **values))


NO_WORDS = Text("", "")


def counted(count: int, one: Text, many: Text) -> Text:
    """The words for one, or for none and several."""
    return one if count == 1 else many


def in_figures(number: float, form: str = "g") -> Text:
    """A number as a sentence has it in each language: 0,5 and 0.5."""
    told = format(number, form)
    return Text(told.replace(".", ","), told)


def number(value: float, decimals: int, lang: str) -> str:
    """A number with grouped thousands and a fixed number of decimals; "-" where there is none."""
    if not math.isfinite(value):
        return "-"
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0.0:
        text = text.lstrip("-")
    if lang == "en":
        return text
    return text.replace(",", NO_BREAK_SPACE).replace(".", ",")


def printable(text: str) -> str:
    """The text with control characters and others that hide, turn or break a line written as escapes."""
    return _HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)


def hidden(text: str) -> re.Match[str] | None:
    """The first character that no file of a planner's needs and that a terminal, a page or a workbook cannot take;
    tabs and ends of lines are in order."""
    return _HIDDEN_IN_A_FILE.search(text)
