"""What the commands on one or several scenarios share: reading them, running them in turn, what they are called."""

import functools
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ldip.cli.options import DEFAULT_SCENARIO
from ldip.errors import Fault, InputError
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.analysis.compare import Comparison
    from ldip.scenario.files.reader import Source

ALTERNATIVES = ("housing-minus-20", "housing-plus-10")
"""The growth alternatives of HP 4.7.1, compared with the base unless others are named."""


def wanted(scenarios: Sequence[str]) -> list[str]:
    """The scenarios to read: those given, or the base and its growth alternatives; one alone comes after its base."""
    from ldip.scenario.files.reader import alternative, find

    words = [alternative(word) for word in scenarios or (DEFAULT_SCENARIO, *ALTERNATIVES)]
    if len(words) > 1:
        return words
    place = find(words[0])
    if not place.changes:
        raise InputError([Fault.of("nothing_to_compare", "", words[0])])
    return [str(place.base), *words]


def read_all(words: Sequence[str], changes: Sequence[str]) -> list["Source"]:
    """Every scenario, or InputError with the faults of all of them, also those of standing side by side."""
    from ldip.scenario.files.reader import read

    sources: list[Source] = []
    faults: list[Fault] = []
    for word in words:
        try:
            sources.append(read(word, tuple(changes)))
        except InputError as error:
            faults += error.faults
    names = [source.scenario.name for source in sources]
    faults += [Fault.of("named_twice", "", name) for name, count in Counter(names).items() if count > 1]
    first_years = {source.scenario.name: source.scenario.scenario.first_year for source in sources}
    if len(set(first_years.values())) > 1:
        found = ", ".join(f"{name}: {year}" for name, year in first_years.items())
        faults.append(Fault.of("other_first_years", "", "scenario.first_year", found))
    if faults:
        raise InputError(dict.fromkeys(faults))  # a fault of the base is one, however many build on it
    return sources


def reference(against: str, words: Sequence[str], sources: Sequence["Source"], common: int) -> str:
    """The name of the scenario that --against means: as it was given, or with or without the common changes."""
    from ldip.scenario.files.reader import alternative

    for word, source in zip(words, sources, strict=True):
        name = source.scenario.name
        own = source.scenario.changes[: len(source.scenario.changes) - common]
        if {against, alternative(against)} & {word, name, "+".join((source.scenario.scenario.name, *own))}:
            return name
    known = ", ".join(source.scenario.name for source in sources)
    raise InputError([Fault.of("not_compared", "--against", against, known=known)])


def run_all(sources: Sequence["Source"], against: str, **how: Any) -> "Comparison":
    """Simulate the scenarios in turn, `how` being what they have in common, and compare them."""
    from ldip.analysis.compare import compare as compare_all
    from ldip.model.engine.simulate import simulate
    from ldip.model.metrics import lines_needed

    lines = lines_needed()
    return compare_all(
        {
            source.scenario.name: functools.partial(simulate, source.scenario, lines=lines, **how)
            for source in sources
        },
        against=against,
        base_year=sources[0].scenario.scenario.first_year,
        seed=how["seed"],
        plan_years=max(source.scenario.scenario.plan_years for source in sources),
        policy=how.get("policy", "adopted"),
        step=how.get("step", 0.0),
    )


def common_title(sources: Sequence["Source"], changes: Sequence[str], lang: str) -> str:
    """The title that the scenarios have in common, and the changes laid over all of them."""
    headings = [source.scenario.scenario for source in sources]
    titles = dict.fromkeys(Text(heading.title_nb, heading.title_en).say(lang) for heading in headings)
    common = sources[0].change_titles[len(sources[0].change_titles) - len(changes) :]
    return " + ".join((" / ".join(titles), *[title.say(lang) for title in common]))
