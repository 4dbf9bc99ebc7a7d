"""What is run again: a result folder named instead of a scenario, and the command line that does the same again."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.language import say
from ldip.cli.options import check_size
from ldip.errors import Fault, InputError

if TYPE_CHECKING:
    from ldip.scenario.files.recorded import Recorded

RECORDED = ("runs", "seed", "years", "against", "policy", "step", "without", "only")
"""Options that a result folder answers itself."""


def result_given(scenarios: Sequence[str], changes: Sequence[str]) -> "Recorded | None":
    """The result folder that was named instead of scenarios, read back; None for scenarios.

    Raises InputError if something stands beside it or its runs do not fit into memory, and a usage error for one of
    the RECORDED options in the command line.
    """
    from ldip.scenario.files.recorded import is_result_folder, read_recorded

    folders = [word for word in scenarios if is_result_folder(word)]
    if not folders:
        return None
    if len(scenarios) > 1 or changes:
        raise InputError([Fault.of("result_not_alone", "", folders[0])])
    context = click.get_current_context()
    for name in RECORDED:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(
                say("--{name} er den som står i resultatmappen.", "--{name} is that of the result folder.", name=name)
            )
    recorded = read_recorded(Path(folders[0]))
    check_size(recorded.runs, recorded.years, ledgers=2)
    return recorded


def as_recorded(recorded: "Recorded") -> dict[str, Any]:
    """How the result was simulated: what gives the same figures again."""
    return {name: getattr(recorded, name) for name in ("runs", "seed", "years", "policy", "step")}


def command_again(
    name: str, words: Sequence[str], changes: Sequence[str], *more: str, runs: int, seed: int, years: int
) -> str:
    """The command line that does the same again."""
    over = [word for change in changes for word in ("--change", change)]
    numbers = ["--runs", str(runs), "--seed", str(seed), "--years", str(years)]
    return shlex.join(["ldip", name, *words, *over, *numbers, *more])
