"""Are the figures of a result folder those that come out today?"""

import tempfile
from pathlib import Path
from typing import NamedTuple

from ldip import __version__
from ldip.analysis.compare import Comparison
from ldip.report.answers.comparison_files import write_comparison
from ldip.report.folder.files import sha256, write_figures
from ldip.scenario.files.recorded import Recorded
from ldip.statistics.summary import Fans
from ldip.text import Text

SAME = Text(
    nb="Tallene er regnet på nytt fra {folder}, og er de samme til siste siffer i {count} filer.",
    en="The figures were computed again from {folder}, and are the same to the last digit in {count} files.",
)
OTHER = Text(
    nb="Tallene er regnet på nytt fra {folder}, men {names} blir ikke som da resultatet ble skrevet (med ldip "
    "{version}; dette er {now}). Det er de nye tallene som vises.",
    en="The figures were computed again from {folder}, but {names} do not come out as when the result was written "
    "(with ldip {version}; this is {now}). The new figures are shown.",
)
ALTERED = Text(
    nb="I mappen {folder} er {names} endret eller fjernet etter at resultatet ble skrevet.",
    en="In the folder {folder} {names} have been changed or removed since the result was written.",
)


class Recheck(NamedTuple):
    """How today's figures compare with those of a result folder."""

    other: tuple[str, ...]  # files that come out differently
    altered: tuple[str, ...]  # files that are no longer what was written

    def words(self, recorded: Recorded, lang: str) -> list[str]:
        """What there is to say, a sentence each."""
        folder = recorded.folder.as_posix()
        said = []
        if self.other:
            names = ", ".join(self.other)
            said.append(OTHER.say(lang, folder=folder, names=names, version=recorded.version, now=__version__))
        else:
            said.append(SAME.say(lang, folder=folder, count=len(recorded.checksums)))
        if self.altered:
            said.append(ALTERED.say(lang, folder=folder, names=", ".join(self.altered)))
        return said


def checksums(fans: Fans, comparison: Comparison | None) -> dict[str, str]:
    """The SHA-256 of each file of figures that ``ldip compare`` writes of this comparison, or where there is none
    ``ldip simulate`` of these fans."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if comparison:
            write_comparison(folder, comparison)
        else:
            write_figures(folder, fans)
        return {path.name: _digest(path) for path in sorted(folder.glob("*.csv"))}


def recheck(recorded: Recorded, found: dict[str, str]) -> Recheck:
    """Compare the checksums `found` with those that the folder's provenance tells, and those with its files."""
    written = recorded.checksums
    names = sorted(written.keys() | found.keys())
    return Recheck(
        other=tuple(name for name in names if found.get(name) != written.get(name)),
        altered=tuple(name for name in sorted(written) if _digest(recorded.folder / name) != written[name]),
    )


def _digest(path: Path) -> str:
    """The file's SHA-256; nothing where there is no such file."""
    return sha256(path) if path.is_file() else ""
