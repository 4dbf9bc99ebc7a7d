"""Words for people, in two languages."""

from typing import NamedTuple


class Text(NamedTuple):
    """The same words in Norwegian (bokmål) and English."""

    nb: str
    en: str

    def say(self, lang: str, **values: object) -> str:
        """The text in `lang`, with its {placeholders} filled."""
        return (self.en if lang == "en" else self.nb).format(**values)
