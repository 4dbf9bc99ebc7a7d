"""The tables of a scenario as sheets of a workbook: what they and their columns are called, and what cells may hold.

Names and notes stand in ``columns.csv``, in two languages; limits and choices are those of the schema's rows.
"""

import csv
import functools
import math
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Literal, NamedTuple, get_args, get_origin

from ldip.scenario.files.tables import COLUMNS, NUMERIC, YEARLY
from ldip.scenario.projects import KINDS, PHASES, PURPOSES
from ldip.scenario.rows import PLAN_LINES
from ldip.scenario.schema import Scenario
from ldip.scenario.settings import BASES
from ldip.text import Text

SHEETS = {
    "areas": Text("Rammer", "Frames"),
    "plan": Text("Plan", "Plan"),
    "population": Text("Folketall", "Population"),
    "demand": Text("Brukere", "Demand"),
    "projects": Text("Prosjekter", "Projects"),
    "vintages": Text("Premieavvik", "Premium deviations"),
    "ages": Text("Alder", "Ages"),
    "national_ages": Text("Landets alder", "National ages"),
    "history": Text("Historie", "History"),
    "published": Text("Publisert", "Published"),
}
"""What the sheet of each table is called, in the order that they are filled in."""

ABOUT = {
    "areas": Text(
        "Netto rammer for programområdene i planårene, og hva utgiftene følger etterpå.",
        "Net frames of the programme areas in the plan years, and what their cost follows later.",
    ),
    "plan": Text(
        "Resten av økonomiplanen, linje for linje. Alle linjene må være med, med minst én rad hver.",
        "The rest of the financial plan, line by line. All lines must be there, with at least one row each.",
    ),
    "population": Text("Innbyggere etter alder 31. desember.", "Residents by age at 31 December."),
    "demand": Text(
        "Hvor mange i en aldersgruppe som bruker en tjeneste, hva en bruker koster, og hva en ny plass koster.",
        "How many of an age group use a service, what a user costs, and what a new place costs.",
    ),
    "projects": Text("Navngitte investeringsprosjekter. Kan stå tomt.", "Named projects. May be empty."),
    "vintages": Text(
        "Premieavvik fra før planen som ikke er ferdig amortisert. Kan stå tomt.",
        "Premium deviations from before the plan, still to be charged. May be empty.",
    ),
    "ages": Text(
        "Dødelighet, fruktbarhet og hvem som flytter inn i nye boliger, for hvert alderstrinn.",
        "Mortality, fertility and who moves into new dwellings, by year of age.",
    ),
    "national_ages": Text(
        "Landets innbyggere etter alder, i stedet for programmets. Kan stå tomt.",
        "The nation's residents by age, in place of the program's. May be empty.",
    ),
    "history": Text(
        "Resultat og gjeld i årene bak, bare til realismesiden. Kan stå tomt.",
        "Result and debt of the years behind, for the realism page only. May be empty.",
    ),
    "published": Text(
        "Den publiserte planens egne tall, bare til avstemming. Kan stå tomt.",
        "The published plan's own figures, for reconciliation only. May be empty.",
    ),
}
"""What stands on each."""

WORDS = {
    "basis": BASES,
    "kind": KINDS
    | {
        "actual": Text("faktisk", "actual"),
        "planned": Text("budsjettert", "planned"),
        "spread": Text("spredning", "spread"),
    },
    "purpose": PURPOSES,
    "phase": PHASES,
    "follows": {
        "users": Text("brukerne", "users"),
        "residents": Text("innbyggerne", "residents"),
        "fees": Text("gebyrer", "fees"),
    },
    "service": {
        "kindergartens": Text("barnehager", "kindergartens"),
        "schools": Text("skoler", "schools"),
        "care": Text("omsorg", "care"),
    },
    "before_dwellings": (YES_NO := {"yes": Text("ja", "yes"), "no": Text("nei", "no")}),
    "in_plan": YES_NO,
    "role": {"input": Text("inndata", "input"), "computed": Text("beregnet", "computed")},
    "figure": {
        "net_operating_result_share": Text("netto driftsresultat", "net operating result"),
        "debt_ratio": Text("gjeldsgrad", "debt ratio"),
    },
}
"""What the choices of a column are called."""


class Column(NamedTuple):
    """One column of a table: its name in the file, what it is called, what it is, and what may stand in it."""

    id: str
    label: Text
    note: Text
    choices: tuple[str, ...]  # as the file has them; none where anything may stand
    number: bool
    low: float  # of a number
    high: float

    def say(self, cell: str, lang: str) -> str:
        """A choice in words; anything else as it stands."""
        word = WORDS.get(self.id, {}).get(cell) if self.choices else None
        return word.say(lang) if word else cell

    def known(self) -> Text:
        """The choices in words, one after the other."""
        return Text(*(", ".join(self.say(choice, lang) for choice in self.choices) for lang in ("nb", "en")))

    def meant(self, cell: Any) -> Any:
        """A choice as the file has it, from its words in either language; anything else as it stands."""
        words = WORDS.get(self.id, {}) if self.choices else {}
        text = str(cell).strip().lower()
        return next((own for own, said in words.items() if text in (said.nb.lower(), said.en.lower())), cell)


def columns(table: str, header: list[str]) -> list[Column]:
    """What there is to know of the columns of a table's header, of a year's too."""
    return [_column(table, name) for name in header]


@functools.cache
def _column(table: str, name: str) -> Column:
    year = name.isdigit()
    row = _names().get(f"{table}.{'years' if year else name}") or _names().get(f"*.{name}") or {}
    field = _row_model(table).model_fields.get(YEARLY.get(table, name) if year else name)
    parts = list(_parts(field.annotation, field.metadata)) if field else []
    literals = [part for part in parts if get_origin(part) is Literal]
    choices = tuple(map(str, get_args(literals[0]))) if literals else ()
    if (table, name) == ("plan", "line"):
        choices = tuple(PLAN_LINES)
    low = max((part.ge for part in parts if hasattr(part, "ge")), default=-math.inf)
    high = min((part.le for part in parts if hasattr(part, "le")), default=math.inf)
    label = Text(name, name) if year else Text(row.get("nb") or name, row.get("en") or name)
    note = Text(row.get("note_nb", ""), row.get("note_en", ""))
    return Column(name, label, note, choices, year or name in NUMERIC, low, high)


def _row_model(table: str) -> Any:
    return get_args(Scenario.model_fields[table].annotation)[0]


def _parts(annotation: Any, metadata: Any = ()) -> Iterator[Any]:
    """What an annotation is made of: types, literals, and the limits on the way."""
    yield annotation
    for rule in metadata:
        yield rule
        yield from getattr(rule, "metadata", ())
    for part in get_args(annotation) if get_origin(annotation) is not Literal else ():
        if part is not Ellipsis:
            yield from _parts(part, getattr(annotation, "__metadata__", ()))


def full_header(table: str, years: list[str]) -> list[str]:
    """The columns of a table that a scenario does not have yet."""
    names = [name for name in COLUMNS[table] if name not in ("basis", "source")]
    last = [name for name in ("basis", "source") if name in COLUMNS[table]]
    return [*names, *(years if table in YEARLY else []), *last, "note"]


@functools.cache
def _names() -> Mapping[str, dict[str, str]]:
    text = (files("ldip.scenario.sheet") / "columns.csv").read_text(encoding="utf-8")
    return {row["column"]: row for row in csv.DictReader(text.splitlines())}
