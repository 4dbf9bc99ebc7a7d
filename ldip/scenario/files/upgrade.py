"""Bring the files of a scenario up to the current format: their texts, with comments and layout as they are."""

import copy
from pathlib import Path
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError
from ldip.scenario.files.formats import CHANGE, FORMAT, SCENARIO, bring_up, format_of, with_format
from ldip.scenario.files.reading import BASE, Reading
from ldip.scenario.files.rewrite import rewritten


class Upgrade(NamedTuple):
    """A file of an older format, and what it becomes; the texts with their line ends and byte order mark."""

    path: Path
    format: int
    old: str
    new: str

    @property
    def kept(self) -> Path:
        """Where the file as it was is kept: base.toml.v1 beside base.toml."""
        return self.path.with_name(f"{self.path.name}.v{self.format}")


def outdated(where: Path) -> list[Path]:
    """The files of a scenario folder, or the one file, that are of an older format.

    Raises InputError with every fault: what is no scenario, cannot be read, or is of a newer format.
    """
    return [path for path, tree in _trees(where) if format_of(tree, _heading(path, tree), str(path)) < FORMAT]


def upgrades(where: Path) -> list[Upgrade]:
    """What brings the :func:`outdated` files up; nothing is written.

    Raises InputError with every fault, also for a file that cannot be rewritten key by key and for one whose older
    text cannot be kept because something else lies there.
    """
    found, faults = [], []
    for path, tree in _trees(where):
        heading, wanted = _heading(path, tree), copy.deepcopy(tree)
        before = bring_up(wanted, heading, str(path))
        if before == FORMAT:
            continue
        old = path.read_bytes().decode("utf-8")
        mark = "\ufeff" if old.startswith("\ufeff") else ""
        new = rewritten(old.removeprefix(mark), with_format(wanted, heading))
        if new is None:
            faults.append(Fault.of("not_by_line", str(path), heading=heading))
            continue
        upgrade = Upgrade(path, before, old, mark + new)
        if upgrade.kept.exists() and upgrade.kept.read_bytes() != old.encode("utf-8"):
            faults.append(Fault.of("kept_file_in_the_way", str(upgrade.kept)))
        found.append(upgrade)
    if faults:
        raise InputError(faults)
    return found


def _trees(where: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The base file and the changes of a folder, or the one file, as trees of a known format."""
    if (where / BASE).is_file():
        paths = [where / BASE, *sorted((where / "changes").glob("*.toml"))]
    elif where.is_file() and where.suffix == ".toml":
        paths = [where]
    else:
        raise InputError([Fault.of("nothing_to_upgrade", "", str(where), base=BASE)])
    found, faults = [], []
    for path in paths:
        try:
            tree = Reading(where if where.is_dir() else path.parent).toml(path)
            format_of(tree, _heading(path, tree), str(path))
            found.append((path, tree))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return found


def _heading(path: Path, tree: dict[str, Any]) -> str:
    return CHANGE if path.parent.name == "changes" or "scenario" not in tree else SCENARIO
