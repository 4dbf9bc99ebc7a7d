"""What a sweep leaves: a file for each finished case, and tables of all of them when none is missing.

The folder ``cases`` is what makes a sweep resumable. A case file is whole or not there, and knows by its checksum
that it is; it is used again only for the same case of the same program.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ldip.errors import Fault, InputError
from ldip.model.catalogue import catalogue
from ldip.model.fiscal_rules import events
from ldip.model.shown import ANSWERS, BREACH
from ldip.report.folder import files
from ldip.report.folder.place import write_whole
from ldip.report.folder.records import json_text, plain, write_csv
from ldip.report.numbers import number, shown, unit_label
from ldip.report.terminal import MEDIAN, POLICY, table
from ldip.report.words import PROBABILITY, SEED
from ldip.scenario.files.grid import Case, Grid
from ldip.statistics.summary import Summary
from ldip.text import Text, counted

Rows = list[list[str]]
TABLES = {
    "summary.csv": (files.FIGURE_COLUMNS, files.figure_rows),
    "sampling_errors.csv": (files.ERROR_COLUMNS, files.error_rows),
    "probabilities.csv": (files.PROBABILITY_COLUMNS, files.probability_rows),
}
"""The tables of ``ldip simulate``, which those of a sweep are made of."""

SHOWN = 40
"""Cases in the terminal's table."""

ONE_CASE = Text(nb="{count} tilfelle, {runs} framtider, {year}", en="{count} case, {runs} runs, {year}")
HEADING = Text(nb="{count} tilfeller, {runs} framtider hvert, {year}", en="{count} cases, {runs} runs each, {year}")
MORE = Text(nb="… og {count} til i summary.csv", en="... and {count} more in summary.csv")


def packed(summary: Summary) -> bytes:
    """The tables of a case, without their headings, as compressed JSON; made where the case was computed."""
    tables = {name: list(rows(summary)) for name, (_, rows) in TABLES.items()}
    return gzip.compress(json_text(tables, separators=(",", ":")).encode(), 1, mtime=0)


def case_file(out: Path, case: Case) -> Path:
    """Where a case's figures stand."""
    return out / "cases" / f"{case.id}.case"


def write_case(out: Path, case: Case, tables: bytes, program: str) -> None:
    """Write a finished case, whole or not at all: a line of id, program and checksum, then its tables (`packed`).

    Raises InputError if it cannot be written.
    """
    path = case_file(out, case)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, _first_line(case, program, tables) + tables)
    except OSError as error:
        raise InputError([files.unwritable(out, error)]) from None


def _first_line(case: Case, program: str, tables: bytes) -> bytes:
    return f"{case.id} {program} {hashlib.sha256(tables).hexdigest()}\n".encode()


def finished(out: Path, case: Case, program: str) -> bytes | None:
    """The packed tables of a finished case; None if it is not there, damaged, or from another program."""
    try:
        content = case_file(out, case).read_bytes()
    except OSError:
        return None
    first, _, tables = content.partition(b"\n")
    return tables if first + b"\n" == _first_line(case, program, tables) else None


def read_case(out: Path, case: Case, program: str) -> dict[str, Rows]:
    """The tables of a finished case. Raises InputError if it is gone."""
    tables = finished(out, case, program)
    if tables is None:
        raise InputError([Fault.of("case_gone", "--out", str(out), name=case_file(out, case).name)])
    return dict(json.loads(gzip.decompress(tables)))


def write_tables(folder: Path, out: Path, grid: Grid, program: str) -> None:
    """The tables of all cases in the grid's order, and provenance; the figures as ``ldip simulate`` writes them.

    Each row has the case's id, its scenario, seed and levers before what it has in the file of ``ldip simulate``.
    """
    for name, (columns, _) in TABLES.items():
        write_csv(folder / name, _table_rows(name, columns, out, grid, program))
    how = {
        "runs": grid.runs,
        "years": grid.years,
        "policy": grid.policy,
        "step": grid.step,
        "model": program,
        "grid_sha256": grid.files,
        "levers": {lever.name: list(lever.values) for lever in grid.levers},
        "seeds": list(dict.fromkeys(case.seed for case in grid.cases)),
        "scenarios": [files.resolved(source) for source in grid.sources],
        "cases": [case.id for case in grid.cases],
    }
    files.write_origin(folder, how)


def _table_rows(name: str, columns: Sequence[str], out: Path, grid: Grid, program: str) -> Iterator[list[str]]:
    yield ["case", columns[0], "seed", *[lever.name for lever in grid.levers], *columns[1:]]
    for case in grid.cases:
        before = [str(case.seed), *[plain(value) for value in case.levers]]
        for row in read_case(out, case, program)[name]:
            yield [case.id, row[0], *before, *row[1:]]


def failed(failures: Sequence[tuple[Case, BaseException]], total: int, out: Path) -> InputError:
    """What to say of cases that could not be computed: each reason once, with the number of its cases."""
    reasons: dict[str, list[Case]] = {}
    for case, error in failures:
        reasons.setdefault(f"{type(error).__name__}: {error}".splitlines()[0][:300], []).append(case)
    return InputError(
        Fault.of("cases_failed", count=len(cases), total=total, reason=reason, first=cases[0].id, out=out)
        for reason, cases in reasons.items()
    )


def sweep_records(grid: Grid, out: Path, program: str) -> dict[str, Any]:
    """The sweep for ``--json``: its cases and the last year's figures that the terminal shows."""
    cases = []
    for case in grid.cases:
        levers = {lever.name: value for lever, value in zip(grid.levers, case.levers, strict=True)}
        described = {"case": case.id, "scenario": case.scenario.name, "seed": case.seed, "levers": levers}
        cases.append(described | {"last_year": _last_year(read_case(out, case, program))})
    return {"runs": grid.runs, "years": grid.years, "policy": grid.policy, "cases": cases}


def _last_year(tables: dict[str, Rows]) -> dict[str, float]:
    """Medians of the debt ratio and the need, and how likely a broken rule is, in the last year."""
    metric, place = (files.FIGURE_COLUMNS.index(name) for name in ("metric", "p50"))
    medians = {row[metric]: row for row in tables["summary.csv"]}  # the last row of a metric is its last year
    event, chance = (files.PROBABILITY_COLUMNS.index(name) for name in ("event", "probability"))
    chances = {row[event]: row for row in tables["probabilities.csv"]}
    found = {name: float(medians[name][place]) for name in ANSWERS}
    return found | {BREACH: float(chances[BREACH][chance])}


def sweep_text(grid: Grid, out: Path, program: str, lang: str) -> str:
    """The cases side by side: what sets them apart, and the last year's figures."""
    base_year = grid.cases[0].scenario.scenario.first_year
    debt, need = (catalogue()[name] for name in ANSWERS)
    breach = next(event for event in events() if event.id == BREACH)
    apart = {
        "scenario": [case.scenario.name for case in grid.cases],
        SEED.say(lang): [str(case.seed) for case in grid.cases],
    } | {lever.name: [plain(case.levers[i]) for case in grid.cases] for i, lever in enumerate(grid.levers)}
    apart = {name: column for name, column in apart.items() if name == "scenario" or len(set(column)) > 1}
    labels = [
        ", ".join((m.label.say(lang), MEDIAN.say(lang), unit_label(m.unit, m.price_basis(base_year), lang)))
        for m in (debt, need)
    ]
    rows = [[*apart, "A", "B", "C"]]
    for place, case in enumerate(grid.cases[:SHOWN]):
        last = _last_year(read_case(out, case, program))
        figures = [shown(last[metric.id], metric.unit, lang) for metric in (debt, need)]
        chance = number(100.0 * last[BREACH], 0, lang)
        rows.append([*[column[place] for column in apart.values()], *figures, chance])
    legend = [*labels, f"{breach.label.say(lang)}, {PROBABILITY.say(lang)}"]
    lines = [
        POLICY[grid.policy].say(lang, step=number(grid.step, 1, lang)),
        counted(len(grid.cases), ONE_CASE, HEADING).say(
            lang, count=number(len(grid.cases), 0, lang), runs=number(grid.runs, 0, lang), year=_last(grid)
        ),
        "",
        table(rows),
    ]
    if len(grid.cases) > SHOWN:
        lines.append(MORE.say(lang, count=number(len(grid.cases) - SHOWN, 0, lang)))
    return "\n".join([*lines, "", *[f"{letter}  {text}" for letter, text in zip("ABC", legend, strict=True)]])


def _last(grid: Grid) -> str:
    years = {case.scenario.scenario.first_year + grid.years - 1 for case in grid.cases}
    return ", ".join(str(year) for year in sorted(years))
