"""The baseline accounts on screen and as records, in the official forms."""

import textwrap
from collections.abc import Sequence

from ldip.analysis.statement import Accounts
from ldip.model.metrics import catalogue
from ldip.report.answers.forms import FORMS, Row, rows_of
from ldip.report.numbers import number, shown
from ldip.report.terminal import table
from ldip.text import Text

PRICES = Text(
    nb="Mill. {year}-kr. Drift og investering er regnet om med kommunal deflator, gjeld, fond og finans med KPI, "
    "slik handlingsprogrammet gjør; derfor går summer på tvers av de to ikke helt opp. --nominal gir løpende priser.",
    en="Mill. {year}-kr. Operations and investment use the municipal deflator, debt, funds and finance the CPI, "
    "as the published plan does; so sums across the two do not balance exactly. --nominal gives current prices.",
)
NOMINAL = Text(nb="Mill. kr i løpende priser.", en="Mill. kr in current prices.")


def form_ids() -> tuple[str, ...]:
    """The words a form is asked for by."""
    return tuple(form.id for form in FORMS)


def plan_text(accounts: Accounts, wanted: Sequence[str], *, fixed_prices: bool, width: int, lang: str) -> str:
    """The forms `wanted` (none: all) year by year, in blocks of as many years as fit the width."""
    forms = [form for form in FORMS if form.id in (wanted or form_ids())]
    rows = {form: list(rows_of(form, accounts.scenario)) for form in forms}
    cells = {form: [_cells(accounts, row, fixed_prices, lang) for row in rows[form]] for form in forms}
    labels = max(len(line[0]) for lines in cells.values() for line in lines)
    per_block = max((width - labels) // 10, 4)
    years = [str(year) for year in accounts.years]
    price = PRICES.say(lang, year=int(accounts.years[0])) if fixed_prices else NOMINAL.say(lang)
    parts = [textwrap.fill(price, width)]
    for form in forms:
        for start in range(0, len(years), per_block):
            block = slice(start, start + per_block)
            body = [[form.title.say(lang).ljust(labels), *years[block]]]
            for row, (label, *values) in zip(rows[form], cells[form], strict=True):
                body.append([label, *values[block]])
                if row.total:
                    body.append([""])
            parts.append(table(body).rstrip())
    return "\n\n".join(parts)


def plan_records(accounts: Accounts, wanted: Sequence[str], *, fixed_prices: bool) -> list[dict[str, object]]:
    """Every line of the ledger and year as records, or every row of the forms `wanted`."""
    base_year = int(accounts.years[0])
    rows = [("", Row(line)) for line in catalogue()]
    if wanted:
        rows = [(form.id, row) for form in FORMS if form.id in wanted for row in rows_of(form, accounts.scenario)]
    records: list[dict[str, object]] = []
    for form_id, row in rows:
        metric = catalogue().get(row.of.lstrip("-"))
        basis = f"{base_year}-kr" if fixed_prices else "nominal"
        if metric:
            basis = metric.price_basis(base_year) if fixed_prices or not metric.price_index else "nominal"
        form = {"form": form_id, "label_nb": row.name("nb"), "label_en": row.name("en")} if form_id else {}
        for year, value in zip(accounts.years, accounts.sum(row.of, fixed_prices=fixed_prices), strict=True):
            amount = None if value != value else float(value)  # what only the plan divides is not a number later
            unit = metric.unit if metric else "mill. kr"
            cells = {"line": row.of, "year": int(year), "unit": unit, "price_basis": basis, "value": amount}
            records.append(form | cells)
    return records


def _cells(accounts: Accounts, row: Row, fixed_prices: bool, lang: str) -> list[str]:
    metric = catalogue().get(row.of.lstrip("-"))
    unit = metric.unit if metric else "mill. kr"
    values = accounts.sum(row.of, fixed_prices=fixed_prices).tolist()
    cells = [number(value, 1, lang) if unit == "mill. kr" else shown(value, unit, lang) for value in values]
    percent = " %" if unit in ("share", "per year") else ""
    return [f"  {row.name(lang)}{percent}", *cells]
