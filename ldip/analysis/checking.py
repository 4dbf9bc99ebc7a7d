"""Is a scenario in order? Its files, the accounts of its baseline, and every change that lies in its folder."""

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.plausibility import all_doubts
from ldip.analysis.reconcile import published_file, reconcile
from ldip.errors import Doubt, Fault, InputError
from ldip.model.engine.simulate import Ledger, run_baseline
from ldip.model.identities import residuals
from ldip.model.plan.baseline import build
from ldip.scenario.files import faults as f
from ldip.scenario.files.horizon import beginning_late
from ldip.scenario.files.reader import STRESS, Source, change_file, change_names, find, read
from ldip.scenario.files.reading import BASE, Reading
from ldip.scenario.horizon import USUAL

HEADING = ("format", "title_nb", "title_en", "extends", "stress")
"""What a change may say under [change]."""


class Checked(NamedTuple):
    """A scenario in order."""

    source: Source
    identities: int  # how many accounting identities hold on the baseline
    gap: float  # the largest gap in any of them
    doubts: tuple[Doubt, ...]  # what hardly can be; of a change what only it brings
    changes: tuple[str, ...]  # of its folder, each laid over it alone


def check(scenario: str, changes: tuple[str, ...] = ()) -> Checked:
    """The scenario with `changes`; without any, each change of its folder too, laid over it alone.

    Raises InputError with every fault of all of them, each of the file that it is in.
    """
    faults: list[Fault] = []
    checked = _checked(scenario, changes, faults)
    place = find(scenario)
    if checked:
        for notice in beginning_late(checked.source.scenario, Reading(place.folder).shown(place.base)):
            warnings.warn(notice, stacklevel=2)
    beside = () if place.changes or changes else change_names(place.folder)
    doubts = list(checked.doubts) if checked else []
    known = {(doubt.kind, doubt.key) for doubt in doubts}
    told = {(fault.file, fault.kind, fault.key) for fault in faults}
    for name in beside:
        own: list[Fault] = []
        file = place.folder / "changes" / f"{name}.toml"
        if with_it := _checked(scenario, (name,), own):
            doubts += [doubt for doubt in with_it.doubts if (doubt.kind, doubt.key) not in known]
            reading = Reading(place.folder)
            own += _heading_faults(reading.toml(file).get("change", {}), reading.shown(file))
        own = [fault for fault in own if (fault.file.partition("+")[0], fault.kind, fault.key) not in told]
        faults += [fault if fault.file else fault._replace(file=Reading(place.folder).shown(file)) for fault in own]
    if faults or checked is None:
        raise InputError(dict.fromkeys(faults))  # a fault of the base is one, however many build on it
    return checked._replace(changes=beside, doubts=tuple(doubts))


def _checked(scenario: str, changes: tuple[str, ...], faults: list[Fault]) -> Checked | None:
    """The scenario with the changes, or None and the faults added."""
    source = None
    try:
        source = read(scenario, changes)
        reconcile(source.scenario, published_file(source))
        baseline = build(source.scenario, USUAL)
        path = run_baseline(baseline)
        gaps = [np.max(np.abs(gap)) for gap in residuals(path, baseline.opening).values()]
    except InputError as error:
        faults += error.faults
        if source:  # accounts that cannot be: what hardly can be among their figures is the likely cause
            faults += _doubts(source, scenario, changes)
        return None
    return Checked(source, len(gaps), float(max(gaps)), _doubts(source, scenario, changes, path), ())


def _doubts(source: Source, scenario: str, changes: tuple[str, ...], path: Ledger | None = None) -> tuple[Doubt, ...]:
    """The doubts about the scenario with its changes; those about a setting that a change makes are of its file."""
    place = find(scenario)
    reading = Reading(place.folder)
    stated = []
    for change in (*place.changes, *changes):
        file = change_file(place.folder, change)
        stated.append((reading.shown(file), reading.toml(file)))

    def file_of(doubt: Doubt) -> str:
        section, _, rest = doubt.key.partition(".")
        of = [file for file, tree in stated if rest.partition(".")[0] in tree.get(section, {})]
        return of[-1] if of and doubt.file == BASE else doubt.file

    return tuple(doubt._replace(file=file_of(doubt)) for doubt in all_doubts(source.scenario, path))


def _heading_faults(heading: Any, file: str) -> Iterator[Fault]:
    """What [change] says that nobody reads."""
    if not isinstance(heading, dict):
        yield Fault.of("not_a_section", file, "change", str(heading))
        return
    yield from (f.unknown(file, f"change.{key}", "", HEADING) for key in heading if key not in HEADING)
    if "stress" in heading and heading["stress"] not in STRESS:
        yield Fault.of("not_one_of", file, "change.stress", str(heading["stress"]), known=", ".join(STRESS))
