"""Read a result folder back: what was simulated, so that it can be run again and compared with its own figures."""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ldip.errors import Fault, InputError, Text
from ldip.scenario.files.reader import Source
from ldip.scenario.schema import Scenario

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
            raise InputError([_unreadable(path, f"results_sha256: {', '.join(checksums)}")])
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
            checksums=checksums,
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputError([_unreadable(path, f"{type(error).__name__}: {error}")]) from None


def _no_number(word: str) -> float:
    """What Python's JSON takes for a number, and JSON does not: NaN and Infinity."""
    raise ValueError(word)


def _finite(value: Any) -> float:
    if not math.isfinite(number := float(value)):
        raise ValueError(value)
    return number


def _source(path: Path, version: str, entry: dict[str, Any]) -> Source:
    """One scenario of the provenance, checked again like one that is read from its own files."""
    try:
        scenario = Scenario.model_validate_json(json.dumps(entry["scenario_resolved"]))
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError([_other_schema(path, version, ".".join(map(str, first["loc"])), first["msg"])]) from None
    titles = entry.get("change_titles", [[name, name] for name in scenario.changes])
    return Source(scenario, dict(entry["inputs_sha256"]), tuple(Text(*title) for title in titles))


def _unreadable(path: Path, reason: str) -> Fault:
    return Fault(
        path.as_posix(),
        "",
        "",
        Text(nb=f"er ikke opphavet til et resultat fra ldip ({reason})", en=f"is not ldip's provenance ({reason})"),
        Text(
            nb="Velg en mappe som ldip simulate eller ldip compare har skrevet, eller kjør dem på nytt.",
            en="Choose a folder that ldip simulate or ldip compare has written, or run them again.",
        ),
    )


def _other_schema(path: Path, version: str, key: str, reason: str) -> Fault:
    return Fault(
        path.as_posix(),
        key,
        "",
        Text(
            nb=f"scenarioet, fra ldip {version}, passer ikke med denne versjonen ({reason})",
            en=f"the scenario, from ldip {version}, does not fit this version ({reason})",
        ),
        Text(
            nb="Bruk versjonen som skrev resultatet, eller simuler på nytt fra scenariofilene.",
            en="Use the version that wrote the result, or simulate again from the scenario files.",
        ),
    )
