"""The baseline accounts in the official forms: their figures, on screen and as records."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ldip.analysis.investment_plan import DIVIDED, LINES
from ldip.analysis.statement import INVESTMENT_LINES, Accounts
from ldip.model.catalogue import MONEY_UNITS, catalogue
from ldip.model.shown import IF_ANY
from ldip.report.answers.form import Form, Row, Sum
from ldip.report.answers.forms import FORMS, forms_of
from ldip.report.numbers import number, shown
from ldip.report.terminal import table
from ldip.report.words import NOT_NAMED
from ldip.scenario.projects import built
from ldip.scenario.quantities import MONEY
from ldip.scenario.schema import Scenario
from ldip.text import Text

PRICES = Text(
    nb="Mill. {year}-kr. Hvert skjema er regnet om med én prisindeks, så radene går opp i summene: kommunal deflator "
    "for drift, investering, rammer og pensjon, KPI for balansen. Nøkkeltallene har hver sin (ldip metrics). "
    "--nominal gir løpende priser.",
    en="Mill. {year}-kr. Each form uses one price index, so its rows add up to its totals: the municipal deflator "
    "for operations, investment, frames and pension, the CPI for the balance. Key figures have each their own (ldip "
    "metrics). --nominal gives current prices.",
)
NOMINAL = Text(nb="Mill. kr i løpende priser.", en="Mill. kr in current prices.")

ROUNDING = 1e-9
"""What is left of a total that is zero, mill. kr; shown as it is, it would be -0.0 in a spreadsheet."""


class Line(NamedTuple):
    """One printed line of a form: its signed terms, label and figures (year,); of a total the places, in the form,
    of the lines it is the sum of."""

    of: str
    label: Text
    unit: str
    price_basis: str
    values: np.ndarray
    parts: tuple[int, ...] = ()


def lines_of(form: Form, accounts: Accounts, *, fixed_prices: bool) -> list[Line]:
    """The lines of a form from top to bottom, in the form's own price index or in current prices.

    What only the published plan divides, and the sums of it, are NaN after the plan years.
    """
    lines: list[Line] = []
    for part in expanded(form.parts, accounts.scenario):
        _append(lines, part, form, accounts, fixed_prices)
    return lines


def _append(lines: list[Line], part: Row | Sum, form: Form, accounts: Accounts, fixed_prices: bool) -> int:
    """Add a row, or the parts of a sum and then the sum, and return its place."""
    if isinstance(part, Row):
        lines.append(_row(part, form, accounts, fixed_prices))
    else:
        shown = [one for one in part.parts if not _is_lacking(one, accounts)]
        places = tuple(_append(lines, one, form, accounts, fixed_prices) for one in shown)
        members = [lines[place] for place in places]
        of = part.equals or " ".join(line.of for line in members)
        total = np.sum([line.values for line in members], axis=0)
        values = np.where(np.abs(total) < ROUNDING, 0.0, total)
        lines.append(Line(of, part.label or _label(of), MONEY, members[0].price_basis, values, places))
    return len(lines) - 1


def _is_lacking(part: Row | Sum, accounts: Accounts) -> bool:
    """Is this a row of what many municipalities lack, and this one too?"""
    if isinstance(part, Sum) or part.of.lstrip("-") not in IF_ANY:
        return False
    return not accounts.ledger[part.of.lstrip("-")].any()


def _row(row: Row, form: Form, accounts: Accounts, fixed_prices: bool) -> Line:
    metric = catalogue().get(row.of.lstrip("-"))
    unit = metric.unit if metric else MONEY
    index = form.price_index or (metric.price_index if metric else "")
    basis, values = "n/a", accounts.sum(row.of, fixed_prices=False)
    if index and unit in MONEY_UNITS:
        basis = f"{accounts.years[0]}-kr ({index})" if fixed_prices else "nominal"
        values = values / accounts.ledger[f"{index}_index"][:, 0] if fixed_prices else values
    return Line(row.of, row.label or _label(row.of), unit, basis, values)


def _label(line: str) -> Text:
    return catalogue()[line.lstrip("-")].label


def expanded(parts: Sequence[Row | Sum], scenario: Scenario) -> Iterator[Row | Sum]:
    """The parts of a form, with the rows that the scenario's sectors, areas and items make."""
    for part in parts:
        if isinstance(part, Sum):
            yield part._replace(parts=tuple(expanded(part.parts, scenario)))
        elif part.of in EXPANDED:
            yield from EXPANDED[part.of](scenario)
        else:
            yield part


def _sectors(scenario: Scenario) -> Iterator[Row | Sum]:
    """Net expenditure of each sector, with the sign of an expense."""
    for sector in dict.fromkeys(area.sector for area in scenario.areas):
        yield Row(f"-sector:{sector}", Text(scenario.sectors[sector].nb, scenario.sectors[sector].en))


def _areas(scenario: Scenario) -> Iterator[Row | Sum]:
    """The programme areas, by sector."""
    for sector in dict.fromkeys(area.sector for area in scenario.areas):
        members = [area for area in scenario.areas if area.sector == sector]
        rows = tuple(Row(f"area:{area.area}", Text(area.name_nb, area.name_en)) for area in members)
        yield from _by_sector(scenario, f"sector:{sector}", rows)


def _investment(scenario: Scenario) -> Iterator[Row | Sum]:
    """The plan's items of investment, by sector; one without a sector stands alone."""
    groups: dict[tuple[str, str], dict[str, Row]] = {}
    for item in scenario.plan:
        if item.line in INVESTMENT_LINES:
            label = Text(item.item_nb, item.item.replace("_", " ").capitalize())
            row = Row(f"plan:{item.line}/{item.item}@{item.sector}", label)
            groups.setdefault((item.sector, "" if item.sector else row.of), {})[row.of] = row
    for (sector, _), rows in groups.items():
        yield from _by_sector(scenario, f"investment:{sector}", tuple(rows.values()))


def _by_sector(scenario: Scenario, equals: str, rows: tuple[Row, ...]) -> Iterator[Row | Sum]:
    """The rows of a sector and their sum, or the only row."""
    if len(rows) == 1:
        yield rows[0]
        return
    name = scenario.sectors[equals.split(":")[1]]
    yield Sum(equals, rows, Text(f"Sum {name.nb}", f"Sum {name.en}"))


NAMED = Text("Navngitte prosjekter", "Named projects")
REST = Text("Øvrige investeringer", "Other investment")
FIXED_ASSETS = Text("Investeringer i varige driftsmidler", "Investment in fixed assets")


def _divided(line: str) -> Callable[[Scenario], Iterator[Row | Sum]]:
    """A line as the sum of the projects of its class and of what has no name; as a row where there are none."""

    def rows(scenario: Scenario) -> Iterator[Row | Sum]:
        kind, named_line = DIVIDED[line], LINES[DIVIDED[line]]
        left = "" if line == named_line else f"{line} -{named_line}"
        bound = [project for project in scenario.projects if project.dropped and project.committed]
        named = tuple(
            Row(f"project:{project.id}", Text(project.name_nb, project.name_en))
            for project in (*built(scenario.projects), *bound)
            if project.kind == kind and project.p50
        )
        yield Sum(line, ((Row(left, NOT_NAMED),) if left else ()) + named) if named else Row(line)

    return rows


def _gross(scenario: Scenario) -> Iterator[Row | Sum]:
    """Gross investment: what named projects bear and the rest, where there are any."""
    lines = [line for kind, line in LINES.items() if any(project.kind == kind for project in scenario.projects)]
    rest = " ".join(("gross_investment", *(f"-{line}" for line in lines)))
    named = (Row(" ".join(lines), NAMED), Row(rest, REST))
    yield Sum("gross_investment", named) if lines else Row("gross_investment")


def _gross_spent(scenario: Scenario) -> Iterator[Row | Sum]:
    """The same with the sign of an expense."""
    for part in _gross(scenario):
        rows = part.parts if isinstance(part, Sum) else ()
        signed = tuple(Row(_minus(row.of), row.label) for row in rows if isinstance(row, Row))
        yield Sum("-gross_investment", signed, FIXED_ASSETS) if signed else Row("-gross_investment", FIXED_ASSETS)


def _minus(terms: str) -> str:
    return " ".join(term[1:] if term.startswith("-") else f"-{term}" for term in terms.split())


EXPANDED = {
    "@gross_investment": _gross,
    "@-gross_investment": _gross_spent,
    "@sectors": _sectors,
    "@areas": _areas,
    "@investment": _investment,
    **{f"@{line}": _divided(line) for line in DIVIDED},
}


def form_ids() -> tuple[str, ...]:
    """The words a form is asked for by."""
    return tuple(form.id for form in FORMS)


def prices(accounts: Accounts, lang: str, *, fixed_prices: bool) -> str:
    """What the forms' kroner are."""
    return PRICES.say(lang, year=int(accounts.years[0])) if fixed_prices else NOMINAL.say(lang)


def plan_text(accounts: Accounts, wanted: Sequence[str], *, fixed_prices: bool, width: int, lang: str) -> str:
    """The forms `wanted` (none: those of the scenario) year by year, in blocks of as many years as fit the width."""
    forms = [form for form in FORMS if form.id in wanted] or list(forms_of(accounts.scenario))
    lines = {form: lines_of(form, accounts, fixed_prices=fixed_prices) for form in forms}
    cells = {form: [_cells(line, lang) for line in lines[form]] for form in forms}
    labels = max(len(row[0]) for rows in cells.values() for row in rows)
    per_block = max((width - labels) // 10, 4)
    years = [str(year) for year in accounts.years]
    parts = [textwrap.fill(prices(accounts, lang, fixed_prices=fixed_prices), width)]
    for form in forms:
        gaps = _gaps(lines[form])
        for start in range(0, len(years), per_block):
            block = slice(start, start + per_block)
            body = [[form.title.say(lang).ljust(labels), *years[block]]]
            for place, (label, *values) in enumerate(cells[form]):
                body += [[""]] * (place in gaps)
                body.append([label, *values[block]])
            parts.append(table(body).rstrip())
    return "\n\n".join(parts)


def _gaps(lines: Sequence[Line]) -> set[int]:
    """The places that stand apart from what is above them: after a total, and where the rows of a sum begin."""
    after = {place + 1 for place, line in enumerate(lines) if line.parts}
    firsts = {line.parts[0] for line in lines if line.parts and line.parts[0] > 0}
    return after | {place for place in firsts if not lines[place].parts}


NOT_MILLIONS = {"share": " %", "per year": " %", "mill. kr per resident": ", kr"}
"""What stands behind the names of rows that are not in mill. kr, as the heading says of the others."""


def _cells(line: Line, lang: str) -> list[str]:
    values = line.values.tolist()
    cells = [number(value, 1, lang) if line.unit == MONEY else shown(value, line.unit, lang) for value in values]
    return [f"  {line.label.say(lang)}{NOT_MILLIONS.get(line.unit, '')}", *cells]


def plan_records(accounts: Accounts, wanted: Sequence[str], *, fixed_prices: bool) -> list[dict[str, object]]:
    """Every line and year of the forms `wanted` as records; none: of the ledger, each line in its own price index."""
    ledger = Form("", Text("", ""), "", tuple(Row(line) for line in catalogue()))
    records: list[dict[str, object]] = []
    for form in [form for form in FORMS if form.id in wanted] or [ledger]:
        for line in lines_of(form, accounts, fixed_prices=fixed_prices):
            names = {"form": form.id, "label_nb": line.label.nb, "label_en": line.label.en} if form.id else {}
            for year, value in zip(accounts.years, line.values, strict=True):
                amount = None if value != value else float(value)  # what only the plan divides is not a number later
                basis = {"unit": line.unit, "price_basis": line.price_basis}
                records.append({**names, "line": line.of, "year": int(year), **basis, "value": amount})
    return records
