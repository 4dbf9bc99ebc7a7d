"""What ldip scenario check says of a scenario: whether it is in order, what is old or a template's, and what to look
at."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ldip.errors import Doubt
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.scenario.files.reader import Source

IN_ORDER = Text(
    nb="{name}: i orden. {count} regnskapsidentiteter holder i alle år (største avvik {worst:.0e}).",
    en="{name}: in order. {count} accounting identities hold in every year (largest gap {worst:.0e}).",
)
IN_DOUBT = Text(
    nb="{name}: ingen feil. {count} regnskapsidentiteter holder i alle år (største avvik {worst:.0e}).",
    en="{name}: no faults. {count} accounting identities hold in every year (largest gap {worst:.0e}).",
)
DOUBTS = Text(
    nb="Å se på ({count}): tall utenfor vide grenser for hva kommuner har. De stopper ingenting; stemmer de, er det "
    "ingenting å gjøre.",
    en="To look at ({count}): figures outside wide ranges of what municipalities have. They stop nothing; if they "
    "are right, nothing needs to be done.",
)
CHANGES_TOO = Text(
    nb="Det samme gjelder med hver av endringene i changes/, {count} i alt: {names}.",
    en="So it is with each of the changes in changes/, {count} in all: {names}.",
)
OLD_FORMAT = Text(
    nb="Eldre format enn {format}: {names}. Det leses som før; ldip scenario upgrade {where} skriver det om.",
    en="An older format than {format}: {names}. It is read as before; ldip scenario upgrade {where} rewrites it.",
)


def format_notes(scenario: str, lang: str) -> list[str]:
    """What there is to say of the files' format: nothing where all are of the current one."""
    from ldip.scenario.files.formats import FORMAT
    from ldip.scenario.files.reader import find
    from ldip.scenario.files.reading import BASE
    from ldip.scenario.files.upgrade import outdated

    place = find(scenario)
    where = place.folder if place.base.name == BASE else place.base
    names = [path.relative_to(place.folder).as_posix() for path in outdated(where)]
    shown = ", ".join([*names[:3], *(["…"] if names[3:] else [])])
    return [OLD_FORMAT.say(lang, names=shown, format=FORMAT, where=where)] if names else []


PLACEHOLDERS = Text(
    nb="Oppdiktede tall: {count} av {total} igjen; ldip scenario show {where} --placeholders",
    en="Placeholder numbers: {count} of {total} left; ldip scenario show {where} --placeholders",
)
LEFT_IN = Text("{left} av {total}", "{left} of {total}")


def placeholder_notes(source: "Source", where: str, lang: str) -> list[str]:
    """How many numbers of a template are left, and where; nothing where there are none."""
    from ldip.report.terminal import table
    from ldip.scenario.placeholders import invented, left

    count, total = invented(source.scenario)
    if not count:
        return []
    rows = [[it.place, LEFT_IN.say(lang, left=it.left, total=it.total)] for it in left(source.scenario)]
    said = PLACEHOLDERS.say(lang, count=count, total=total, where=shlex.quote(where))
    return [said, table(rows, indent=2, align=str.ljust)]


def doubt_notes(doubts: Sequence[Doubt], lang: str) -> list[str]:
    """What hardly can be, one a line below a heading; nothing where there is nothing to look at."""
    if not doubts:
        return []
    return [DOUBTS.say(lang, count=len(doubts)), *(f"  {doubt.say(lang)}" for doubt in doubts)]
