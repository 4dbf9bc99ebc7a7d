"""Where a result goes when nobody says where: never over another one that was made otherwise."""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ldip.scenario.files.reader import Source

RESULTS = "ldip-results"
MADE_WITH = ("policy", "step", "runs", "seed", "years")
"""Options that make other figures of the same scenarios."""

LONGEST = 70
"""Letters of a name; one that is longer ends in a sum of the rest."""


def default_out(*parts: str, suffix: str = "") -> Path:
    """The folder of a result, or with a `suffix` the file: named by its `parts`, and by each option of the command
    that is not as it is by itself."""
    context = click.get_current_context()
    own = {option.name: option.get_default(context) for option in context.command.params}
    told = [name for name in MADE_WITH if name in own and context.params[name] != own[name]]
    name = "-".join([*parts, *[f"{option}-{_short(context.params[option])}" for option in told]])
    if len(name) > LONGEST:
        name = f"{name[:LONGEST]}-{zlib.crc32(name.encode()):08x}"
    return Path(RESULTS) / (name + suffix)


def names_of(scenarios: Sequence[str], sources: "Sequence[Source]") -> list[str]:
    """The same of several: those that are changes of the first one's folder as these changes alone."""
    first, *others = map(name_of, scenarios, sources)
    base = first.partition("+")[0]
    return [first, *[name.removeprefix(f"{base}+") for name in others]]


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def name_of(scenario: str, source: "Source") -> str:
    """What a scenario is called in the name of its results: as its folder, so that a copy under another name has
    results of its own, with the changes laid over it."""
    from ldip.scenario.files.reader import find
    from ldip.scenario.files.reading import BASE

    base = find(scenario).base.resolve()
    folder = base.parent.name if base.name == BASE else base.stem
    return "+".join((folder or source.scenario.scenario.name, *source.scenario.changes))
