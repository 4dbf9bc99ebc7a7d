"""A result folder, opened again."""

import os
from pathlib import Path

from ldip.api.case import Case
from ldip.api.result import Result, of_fans
from ldip.scenario.files.reader import BASE, Place, Source, shipped_folder
from ldip.scenario.files.recorded import read_recorded


def open(folder: str | os.PathLike[str]) -> "Result":
    """Open a folder that ``ldip simulate`` or :meth:`Result.save` has written.

    Figures are those of its files (ten significant digits), and the scenario that of its ``provenance.json``, so
    that it can be plotted, asked for runs (which are simulated again) and changed.

    Raises
    ------
    InputError
        If it is no such folder, or a file was changed since it was written.

    Examples
    --------
    >>> import ldip, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> ldip.load().simulate(200).save(folder, pictures=False)
    >>> ldip.open(folder)
    <ldip.Result baerum-2020: 200 runs, 2020-2039, seed 1, pressure fan, policy adopted>
    """
    from ldip.report.folder.reading import read_fans

    recorded = read_recorded(Path(folder))
    return of_fans(_at_home(recorded.sources[0]), read_fans(recorded), recorded=recorded)


def _at_home(source: Source) -> Case:
    """The case of a source that was not read from its files, with the shipped folder of its name, if there is one."""
    home = Path(shipped_folder() / source.scenario.scenario.name)
    return Case(source, Place(home, home / BASE) if (home / BASE).is_file() else None)
