"""What is laid over a scenario that is read already: named changes, numbers of one's own, stress tests."""

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError, Text
from ldip.scenario.files.reader import Place, Source, lay_over, read_change


def lay_change(source: Source, place: Place, name: str) -> Source:
    """The scenario with a named change (or a .toml file) of the folder at `place` laid over it."""
    change = read_change(place, name)
    changed = lay_over(source, change.keys, change.file, change.title)
    return changed._replace(files=source.files | change.files)


def lay_values(source: Source, values: Mapping[str, Any], name: str) -> Source:
    """The scenario with other numbers at some key paths, as by a change of that name: a number, or numbers by the
    year they hold from, or all of what a scenario file says of one, with `value` or `dated`.

    The unit is the key's own, if none is given. Raises InputError with every fault.
    """
    tree: dict[str, Any] = {}
    faults = []
    for key, value in values.items():
        *sections, last = str(key).split(".")
        place = tree
        for section in sections:
            place = place.setdefault(section, {})
        if last in place:
            faults.append(_twice(name, str(key)))
        place[last] = value if isinstance(value, str) else _written(value)
    if faults:
        raise InputError(faults)
    return lay_over(source, tree, name, Text(name, name))


def _written(value: Any) -> dict[str, Any]:
    """A number as a scenario file has it."""
    if isinstance(value, Mapping) and {"value", "dated"} & value.keys():
        found = dict(value)
    elif isinstance(value, Mapping):
        found = {"dated": {str(year): _number(number) for year, number in value.items()}}
    else:
        found = {"value": _number(value)}
    return {"basis": "assumption", "source": "given in Python"} | found


def _number(value: Any) -> Any:
    """A number of any library as Python's own; anything else as it is, for the schema to say what is wrong."""
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else value


class Stressed(NamedTuple):
    """A scenario, each stress test laid over it, and at last, if `together`, those that move the baseline at once."""

    sources: list[Source]
    together: bool


def stress_sources(
    with_changes: Callable[[tuple[str, ...]], Source], kinds: Mapping[str, str], tests: Sequence[str] = ()
) -> Stressed:
    """The scenario under each of the `tests` (default: all). `with_changes` gives it with named changes laid over it,
    `kinds` (of :func:`ldip.scenario.files.reader.stress_tests`) says which of them are stress tests.

    Raises InputError with every test that is none.
    """
    unknown = [test for test in tests if test not in kinds]
    if unknown or not kinds:
        raise InputError([_unknown(test, list(kinds)) for test in unknown] or [_unknown("", [])])
    chosen = list(tests or kinds)
    sources = [with_changes(()), *[with_changes((test,)) for test in chosen]]
    of_path = tuple(test for test in chosen if kinds[test] == "path")
    if len(of_path) > 1:
        sources.append(with_changes(of_path))
    return Stressed(sources, len(of_path) > 1)


def _twice(name: str, key: str) -> Fault:
    return Fault(
        name,
        key,
        "",
        Text(
            nb="er gitt to ganger, eller både som et tall og som en gruppe", en="is given twice, or also as a group"
        ),
        Text(nb="Gi hvert tall én gang.", en="Give each number once."),
    )


def _unknown(test: str, known: list[str]) -> Fault:
    names = ", ".join(known)
    return Fault(
        "--test",
        test,
        "",
        Text(nb="er ikke en stressprøve i scenariet", en="is not a stress test of the scenario"),
        Text(
            nb=f'Kjente: {names or "ingen"}. En endring blir stressprøve når [change] har stress = "path".',
            en=f'Known: {names or "none"}. A change becomes a stress test when its [change] has stress = "path".',
        ),
    )
