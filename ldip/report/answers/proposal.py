"""Proposed projects: as a table ``projects.csv``, in words and as records."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ldip.analysis.proposal import Proposal
from ldip.report.answers.projects import SERVICE, area_title
from ldip.report.folder.records import csv_text
from ldip.report.numbers import number
from ldip.report.terminal import table
from ldip.scenario.files.cells import block_of, table_cells
from ldip.scenario.files.tables import IN_TWO, plain_rows
from ldip.scenario.projects import COLUMNS, Project
from ldip.scenario.schema import Scenario
from ldip.text import Text, counted

NOTHING = Text(
    nb="Ingen plasser mangler etter planårene: det er ingenting å foreslå, og ingen fil er skrevet.",
    en="No places are lacking after the plan years: there is nothing to propose, and no file was written.",
)
HEAD = Text("Plasser uten navn etter planårene|uten forslaget|med forslaget", "Places without a name|before|with it")
PROJECT = Text("Prosjekt|fra|åpner|plasser|mill. {year}-kr", "Project|from|opens|places|mill. {year}-kr")
LEFT = Text(
    nb="Kapasitetsinvesteringer uten navn: {before} mill. {year}-kr uten forslaget, {after} med. Forslagene koster "
    "{cost} mill. Størrelser, plassering og tid er antakelser: hver rad er en idé som skal byttes ut.",
    en="Capacity investment without a name: {before} mill. {year}-kr before, {after} with the proposal. The projects "
    "cost {cost} mill. Sizes, sites and time are assumptions: each row is an idea to be replaced.",
)
ONE = Text("{count} prosjekt i {to}.", "{count} project in {to}.")
WRITTEN = Text("{count} prosjekter i {to}.", "{count} projects in {to}.")
KEPT = Text("Radene i {kept} står først.", "The rows of {kept} stand first.")


def proposal_text(kept: Path | None, proposed: Sequence[Project], lang: str) -> str:
    """The table ``projects.csv`` with these projects behind those that the table `kept` has. Where it has one column
    of sources, those of the new projects are in `lang`."""
    sheet = table_cells(kept, kept.name, "projects", [])[0] if kept else None
    header, *old = plain_rows(block_of(sheet)) if sheet else [[]]
    told = [
        {**project.model_dump(), "source": project.source.say(lang)} | dict(zip(IN_TWO, project.source, strict=True))
        for project in proposed
    ]
    used = [name for name in COLUMNS if any(row[name] != Project.model_fields[name].default for row in told)]
    if "source" not in header:
        used = [name for column in used for name in (IN_TWO if column == "source" else (column,))]
    header = [*header, *[name for name in used if name not in header]]
    new = [[_cell(row.get(name)) for name in header] for row in told]
    return csv_text([header, *[[*row, *[""] * (len(header) - len(row))] for row in old], *new])


def _cell(value: Any) -> str:
    """A value as the table has it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(map(_cell, value))
    return repr(int(value) if value == int(value) else value) if isinstance(value, float) else str(value)


def proposal_records(found: Proposal) -> dict[str, Any]:
    """The proposal for ``--json``."""
    names = ("id", "name_nb", "name_en", "housing_area", "service", "places", "start", "opens", "price_year", "p50")
    return {
        "projects": [{name: getattr(project, name) for name in names} for project in found.projects],
        "places_without_a_name": {"before": found.before, "after": found.after},
        "capacity_investment": {"before": found.cost_before, "after": found.cost_after},
    }


def proposal_words(found: Proposal, scenario: Scenario, to: Path, kept: Path | None, lang: str) -> str:
    """What is proposed, where it is written, and what it leaves."""
    if not found.projects:
        return NOTHING.say(lang)
    first_year = scenario.scenario.first_year
    rows = [PROJECT.say(lang, year=first_year).split("|")]
    for it in found.projects:
        amounts = [number(value, 0, lang) for value in (it.places, it.cost)]
        where = f", {area_title(scenario, it.housing_area).say(lang)}" if it.housing_area else ""
        rows.append([f"  {it.name.say(lang)}{where}", str(it.start), str(it.opening), *amounts])
    needs = [HEAD.say(lang).split("|")]
    for service, before in found.before.items():
        places = [number(value, 0, lang) for value in (before, found.after[service])]
        needs.append([f"  {SERVICE[service].say(lang)}", *places])
    left = LEFT.say(
        lang,
        year=first_year,
        before=number(found.cost_before, 0, lang),
        after=number(found.cost_after, 0, lang),
        cost=number(sum(it.cost for it in found.projects), 0, lang),
    )
    written = counted(len(found.projects), ONE, WRITTEN).say(lang, count=len(found.projects), to=to)
    written = f"{written} {KEPT.say(lang, kept=kept)}" if kept else written
    return "\n\n".join([table(rows), table(needs), textwrap.fill(left, 100), written])
