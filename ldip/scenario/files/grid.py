"""Read a grid: a file that names scenarios, changes, levers and seeds, and means every combination of them.

A lever is a key path of the scenario with a list of values. Every case is checked as a scenario of its own, by the
same schema; all faults of the grid are collected and raised together.
"""

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, ValidationError

from ldip.errors import Fault, InputError
from ldip.scenario.files import faults as f
from ldip.scenario.files.overlay import with_quantities
from ldip.scenario.files.reader import DEFAULT, Source, read
from ldip.scenario.files.reading import toml
from ldip.scenario.horizon import USUAL, YEARS
from ldip.scenario.numbers import quantities
from ldip.scenario.paths import WAYS, by_year, entry, moved
from ldip.scenario.quantities import Frozen, Parameter, Quantity
from ldip.scenario.schema import Scenario
from ldip.text import Text

MAX_CASES = 1_000_000
SOURCE = Text("et tall som et sveip flytter", "a lever of a sweep")


class Lever(NamedTuple):
    """A number of the scenario and what it is to be."""

    name: str  # as it stands in the grid, and as its column is called
    key: str  # key path in the scenario
    way: str  # one of WAYS, in all years
    values: tuple[float, ...]


class Case(NamedTuple):
    """One combination: a scenario with its levers already pulled, and a seed."""

    id: str
    scenario: Scenario
    seed: int
    levers: tuple[float, ...]  # in the order of the grid's levers


class Grid(NamedTuple):
    """All cases, in the order scenarios, changes, levers (each as in the file), seeds: the last varies fastest."""

    cases: tuple[Case, ...]
    levers: tuple[Lever, ...]
    runs: int
    years: int
    policy: str
    step: float
    sources: tuple[Source, ...]  # every scenario with every set of changes, before the levers
    files: dict[str, str]  # the grid itself: name -> SHA-256


class _Settings(Frozen):
    """The keys of a grid file besides its levers."""

    scenario: list[str] = Field([DEFAULT], min_length=1)
    changes: list[list[str]] = Field([[]], min_length=1)
    seeds: list[Annotated[int, Field(ge=0)]] = Field([1], min_length=1)
    runs: int = Field(10_000, ge=1, le=10**9)
    years: int = Field(USUAL, ge=YEARS[0], le=YEARS[1])
    policy: Literal["none", "adopted", "step", "react"] = "adopted"
    step: float = Field(0.0, ge=0.0, le=10_000.0)


def read_grid(path: Path, runs: int | None = None) -> Grid:
    """Read the grid; `runs` replaces the file's own. Raises InputError with every fault."""
    tree, digests = toml(path)
    file = next(iter(digests))
    faults: list[Fault] = []
    settings = _settings(tree, file, faults)
    levers = _levers(tree.get("levers", {}), file, faults)
    sources = _sources(settings, faults)
    for source, lever in itertools.product(sources, levers):
        faults += _faults_of(source.scenario, lever, file)  # each value alone, before they meet
    count = len(sources) * math.prod(len(lever.values) for lever in levers) * len(settings.seeds)
    if count > MAX_CASES:
        faults.append(Fault.of("too_many_cases", file, count=count, most=MAX_CASES))
    if faults:
        raise InputError(dict.fromkeys(faults))
    how: dict[str, Any] = {"runs": runs or settings.runs, **settings.model_dump(include={"years", "policy", "step"})}
    cases = tuple(_cases(sources, levers, settings.seeds, how, file))
    return Grid(cases=cases, levers=levers, sources=sources, files=digests, **how)


def _settings(tree: Mapping[str, Any], file: str, faults: list[Fault]) -> _Settings:
    """The settings, with what is wrong in them added to the faults; what is wrong is as if it were not there."""
    known = [*_Settings.model_fields, "levers"]
    faults += [f.unknown(file, key, "", known) for key in tree if key not in known]
    given = {key: tree[key] for key in tree if key in _Settings.model_fields}
    if isinstance(given.get("scenario"), str):
        given["scenario"] = [given["scenario"]]
    try:
        settings = _Settings.model_validate(given)
    except ValidationError as error:
        faults += [_translate(detail, file) for detail in error.errors()]
        wrong = {detail["loc"][0] for detail in error.errors()}
        settings = _Settings.model_validate({key: given[key] for key in given if key not in wrong})
    if settings.step and settings.policy != "step":
        faults.append(Fault.of("step_of_what", file, "step", f"{settings.step:g}"))
    return settings


def _translate(detail: Any, file: str) -> Fault:
    return f.translate(detail, file, ".".join(str(part) for part in detail["loc"]))


def _levers(tree: Any, file: str, faults: list[Fault]) -> tuple[Lever, ...]:
    """The levers of the [levers] section; a key path may be written in quotes or as tables in tables."""
    if not isinstance(tree, dict):
        faults.append(Fault.of("not_a_section", file, "levers", str(tree)))
        return ()
    levers: list[Lever] = []
    for name, values in _flat(tree):
        place = f"levers.{name}"
        key, _, way = name.rpartition(".")
        if way not in WAYS:
            key, way = name, "value"
        if not isinstance(values, list):
            faults.append(Fault.of("not_a_list", file, place, str(values)))
            continue
        if not values:
            faults.append(Fault.of("empty_list", file, place))
        wrong = [value for value in values if isinstance(value, bool) or not isinstance(value, int | float)]
        faults += [Fault.of("not_a_float", file, place, str(value)) for value in wrong]
        endless = [value for value in values if value not in wrong and not math.isfinite(value)]
        faults += [Fault.of("not_finite", file, place, str(value)) for value in endless]
        if any(lever.key == key for lever in levers):
            faults.append(Fault.of("not_one_way", file, place, number=key))
        if not wrong and not endless:
            repeated = {value for value in values if values.count(value) > 1}
            faults += [Fault.of("twice", file, place, f"{value:g}") for value in sorted(repeated)]
            levers.append(Lever(name, key, way, tuple(float(value) for value in values)))
    return tuple(levers)


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value


def _sources(settings: _Settings, faults: list[Fault]) -> tuple[Source, ...]:
    """Every scenario with every set of changes; what is wrong in them is added to the faults."""
    sources = []
    for scenario, changes in itertools.product(settings.scenario, settings.changes):
        try:
            sources.append(read(scenario, changes))
        except InputError as error:
            faults += error.faults
    return tuple(sources)


def _faults_of(scenario: Scenario, lever: Lever, file: str) -> Iterator[Fault]:
    """What is wrong with a lever in a scenario: a key that it does not have, or values outside the key's limits."""
    known = list(quantities(scenario))
    if lever.key not in known:
        place, name = f"levers.{lever.name}", scenario.scenario.name
        yield Fault.of("no_such_lever", file, place, name=name, near=_nearest_path(lever.key, known))
        return
    for value in lever.values:
        try:
            pull(scenario, [lever], [value])
        except InputError as error:
            for fault in error.faults:
                beyond = fault.key.removeprefix(lever.key) if fault.key.startswith(lever.key) else ""
                key = f"levers.{lever.name}{beyond}"
                if lever.way == "value":
                    yield fault._replace(file=file, key=key)
                else:
                    yield Fault.of("lever_too_far", file, key, fault.value, rule=fault.rule)


def _nearest_path(path: str, known: Sequence[str]) -> str:
    """The key path that was probably meant: by its last name, or as a whole."""
    names = {key.rpartition(".")[2]: key for key in known}
    near = f.nearest(path.rpartition(".")[2], list(names))
    return names[near] if near else f.nearest(path, known) or known[0]


def pull(scenario: Scenario, levers: Sequence[Lever], values: Sequence[float]) -> Scenario:
    """The scenario with each lever at its value, checked anew. Raises InputError."""
    known = quantities(scenario)
    changed = {lever.key: _moved(known[lever.key], lever.way, v) for lever, v in zip(levers, values, strict=True)}
    return with_quantities(scenario, changed)


def _moved(old: Quantity | Parameter, way: str, value: float) -> Quantity | Parameter:
    """The number replaced, shifted or scaled in all years, and called an assumption."""
    new = entry(moved(by_year(old), way, value, first_year=0))
    none = dict.fromkeys(("value", "dated")) if isinstance(old, Parameter) else {}
    return old.model_copy(update={"basis": "assumption", "source": SOURCE} | none | new)


def _cases(
    sources: Sequence[Source], levers: Sequence[Lever], seeds: Sequence[int], how: Mapping[str, Any], file: str
) -> Iterator[Case]:
    """All cases in order. Raises InputError if a combination is no scenario, or two are the same."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for source, values in itertools.product(sources, itertools.product(*(lever.values for lever in levers))):
        try:
            scenario = pull(source.scenario, levers, values) if levers else source.scenario
        except InputError as error:
            faults += [fault._replace(file=file, key=f"levers.{fault.key}") for fault in error.faults]
            continue
        digest = hashlib.sha256(scenario.model_dump_json(exclude_defaults=True).encode())
        for seed in seeds:
            name = case_id(digest.hexdigest(), seed=seed, **how)
            if name in seen:
                faults.append(Fault.of("same_case", file, name=f"{scenario.name}, {seed}"))
            seen.add(name)
            if not faults:
                yield Case(name, scenario, seed, values)
    if faults:
        raise InputError(dict.fromkeys(faults))


def case_id(scenario_sha256: str, **how: Any) -> str:
    """The name of a case on every machine: from the resolved scenario, seed, runs, years, policy and step."""
    text = json.dumps({"scenario": scenario_sha256, **how}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
