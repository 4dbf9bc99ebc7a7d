"""What municipalities' results and debt have been, year by year: a table as scenarios have it, of the nation."""

from pathlib import Path

from pydantic import ValidationError

from ldip.errors import InputError
from ldip.scenario.files.reader import shipped_folder
from ldip.scenario.files.reading import Reading
from ldip.scenario.files.tables import check_history
from ldip.scenario.quantities import Frozen
from ldip.scenario.rows import HistoryRow

HISTORY = "history.csv"
NATION = "norway"
"""The shipped folder whose ``history.csv`` is of all municipalities together."""


class _Rows(Frozen):
    history: tuple[HistoryRow, ...]


def read_history(folder: Path | None = None) -> tuple[HistoryRow, ...]:
    """The rows of ``history.csv`` in `folder`, default the nation's that is shipped; shares of operating revenue.

    Raises InputError with every fault: file, line, column, value, rule and remedy.
    """
    folder = folder or shipped_folder() / NATION
    reading = Reading(folder)
    table = reading.table("history", {})
    rows: tuple[HistoryRow, ...] = ()
    try:
        rows = _Rows.model_validate({"history": table.rows}).history
    except ValidationError as error:
        reading.faults += [reading.translate(detail, {"history": table}) for detail in error.errors()]
    reading.faults += check_history(reading.shown(reading.table_file("history")), table)
    if reading.faults:
        raise InputError(reading.told())
    return rows
