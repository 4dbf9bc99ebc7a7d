"""Read a result folder back: what was simulated, so that it can be run again and compared with its own figures."""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ldip.errors import Fault, InputError, reason
from ldip.scenario.defaults import fill
from ldip.scenario.files import faults as f
from ldip.scenario.files.formats import SCENARIO, bring_up
from ldip.scenario.files.reader import Source
from ldip.scenario.schema import Scenario
from ldip.text import Text

PROVENANCE = "provenance.json"
FILES = ("summary.csv", "comparison.csv")
"""One of these is among the results of a simulation or a comparison, and of nothing else."""


class Recorded(NamedTuple):
    """What a result folder's provenance says: enough to get the same figures, and checksums to know they are."""

    folder: Path
    sources: tuple[Source, ...]  # in the order of its files
    against: str | None  # the one compared with
    version: str
    runs: int
    seed: int
    years: int
    policy: str
    step: float
    fans: dict[str, str]  # fan -> its policy, in the order of the files; nothing in a folder of before there were two
    checksums: dict[str, str]  # file -> SHA-256 when it was written


def is_result_folder(where: str) -> bool:
    """Is this the folder of a finished simulation or comparison?"""
    return (Path(where) / PROVENANCE).is_file()


def read_recorded(folder: Path) -> Recorded:
    """Read ``provenance.json`` of a result folder.

    Raises InputError if it is not what this program writes, or if its scenario is no longer one.
    """
    path = folder / PROVENANCE
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        version = str(content["version"])
        checksums = dict(content["results_sha256"])
        if not set(FILES) & checksums.keys():
            names = ", ".join(checksums)
            raise InputError([_unreadable(path, Text(f"results_sha256: {names}", f"results_sha256: {names}"))])
        kept = content.get("scenarios", [content])
        sources = [_source(path, version, entry) for entry in kept]
        return Recorded(
            folder=folder,
            sources=tuple(sources),
            against=content.get("against"),
            version=version,
            runs=int(content["runs"]),
            seed=int(content["seed"]),
            years=len(content["years"]),
            policy=str(content.get("policy", "adopted")),
            step=_finite(content.get("step", 0.0)),
            fans={str(fan): str(policy) for fan, policy in content.get("fans", {}).items()},
            checksums=checksums,
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputError([_unreadable(path, _why(error))]) from None


def _no_number(word: str) -> float:
    """What Python's JSON takes for a number, and JSON does not: NaN and Infinity."""
    raise ValueError(word)


def _finite(value: Any) -> float:
    if not math.isfinite(number := float(value)):
        raise ValueError(value)
    return number


def _source(path: Path, version: str, entry: dict[str, Any]) -> Source:
    """One scenario of the provenance, checked again like one that is read from its own files."""
    tree = entry["scenario_resolved"]
    bring_up(tree, SCENARIO, path.as_posix())
    fill(tree, tree["scenario"].get("first_year"))
    try:
        scenario = Scenario.model_validate_json(json.dumps(tree))
    except ValidationError as error:
        first = error.errors()[0]
        fault = f.translate(first, path.as_posix(), ".".join(map(str, first["loc"])))
        raise InputError([Fault.of("other_schema", *fault[1:3], version=version, reason=fault.rule)]) from None
    titles = entry.get("change_titles", [[name, name] for name in scenario.changes])
    return Source(scenario, dict(entry["inputs_sha256"]), tuple(Text(*title) for title in titles))


def _why(error: Exception) -> Text:
    """What keeps the file from being read."""
    if isinstance(error, OSError):
        return reason(error)
    if isinstance(error, json.JSONDecodeError):
        return Text(f"linje {error.lineno} er ikke JSON", f"line {error.lineno} is not JSON")
    if isinstance(error, KeyError):
        return Text(f"{error.args[0]} mangler", f"{error.args[0]} is missing")
    return Text("noe har en annen form", "something has another form")


def _unreadable(path: Path, why: Text) -> Fault:
    return Fault.of("not_provenance", path.as_posix(), reason=why)
