"""What the commands on one or several scenarios share: which are meant, and reading them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ldip.cli.options import DEFAULT_SCENARIO, tell_doubts
from ldip.errors import Fault, InputError

if TYPE_CHECKING:
    from ldip.scenario.files.reader import Source

ALTERNATIVES = ("housing-minus-20", "housing-plus-10")
"""The growth alternatives of HP 4.7.1, compared with the base unless others are named."""


def given(scenarios: Sequence[str]) -> list[str]:
    """What to find for each of the scenarios given: named changes after the first are, if it has them, its own."""
    from ldip.scenario.files.reader import alternative

    first = alternative(scenarios[0])
    return [first, *(alternative(word, first) for word in scenarios[1:])]


def wanted(scenarios: Sequence[str]) -> list[str]:
    """The scenarios to read: those given, or the base and its growth alternatives; one alone comes after its base."""
    from ldip.scenario.files.reader import find

    words = given(scenarios or (DEFAULT_SCENARIO, *ALTERNATIVES))
    if len(words) > 1:
        return words
    place = find(words[0])
    if not place.changes:
        raise InputError([Fault.of("nothing_to_compare", "", words[0])])
    return [str(place.base), *words]


def read_all(words: Sequence[str], changes: Sequence[str]) -> list["Source"]:
    """Every scenario, or InputError with the faults of all of them, also those of standing side by side."""
    from ldip.analysis.compare import side_by_side
    from ldip.scenario.files.reader import read

    sources: list[Source] = []
    faults: list[Fault] = []
    for word in words:
        try:
            sources.append(read(word, tuple(changes)))
        except InputError as error:
            faults += error.faults
    faults += side_by_side([source.scenario for source in sources])
    if faults:
        raise InputError(dict.fromkeys(faults))  # a fault of the base is one, however many build on it
    any(tell_doubts(source, word, changes) for source, word in zip(sources, words, strict=True))  # once for all
    return sources


def reference(against: str, words: Sequence[str], sources: Sequence["Source"], common: int) -> str:
    """The name of the scenario that --against means: as it was given, or with or without the common changes."""
    from ldip.scenario.files.reader import alternative

    for word, source in zip(words, sources, strict=True):
        name = source.scenario.name
        own = source.scenario.changes[: len(source.scenario.changes) - common]
        if {against, alternative(against, words[0])} & {word, name, "+".join((source.scenario.scenario.name, *own))}:
            return name
    known = ", ".join(source.scenario.name for source in sources)
    raise InputError([Fault.of("not_compared", "--against", against, known=known)])
