"""The official forms add up: every form, scenario, change, policy, year and price basis."""

import json
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from test_identities import close, random_case

from ldip.analysis.investment_plan import LINES
from ldip.analysis.statement import LINE_OF_USERS, Accounts
from ldip.model.catalogue import MONEY_UNITS
from ldip.model.engine.simulate import Ledger
from ldip.report.answers.accounts import Line, lines_of, plan_records
from ldip.report.answers.form import Form, Row, Sum
from ldip.report.answers.forms import BALANCE, FORM_1A, FORM_2B, FORMS, KEY_FIGURES, OPERATIONS, forms_of
from ldip.report.answers.forms_2019 import INVESTMENT_SPENT
from ldip.scenario.files.reader import change_names, find, read
from ldip.scenario.projects import built

YEARS = 20
NAMES = ("baerum-2020", "eksempelvik-2025")
SHIPPED = [(name, change) for name in NAMES for change in ("", *change_names(find(name).folder))]
POLICIES = (("none", 0.0), ("adopted", 0.0), ("step", 40.0))
TOLERANCE = 1e-7  # mill. kr, of sums of some hundred thousand


def off(values: np.ndarray) -> bool:
    """Is there a year in which they are not zero? What is not a number stands in no year."""
    return bool(np.any(np.abs(values) > TOLERANCE))


def rows_under(lines: Sequence[Line], total: Line) -> list[Line]:
    """The rows that a total adds up, also through other totals."""
    members = [lines[place] for place in total.parts]
    return [row for member in members for row in (rows_under(lines, member) if member.parts else [member])]


def last_totals(lines: Sequence[Line]) -> list[np.ndarray]:
    """The totals that no other total adds up, from top to bottom (year,)."""
    inner = {place for line in lines for place in line.parts}
    return [line.values for place, line in enumerate(lines) if line.parts and place not in inner]


def complaints(accounts: Accounts, *, fixed_prices: bool, forms: Sequence[Form] = FORMS) -> list[str]:
    """Everything in the forms that does not add up."""
    found: list[str] = []
    form = {one.id: lines_of(one, accounts, fixed_prices=fixed_prices) for one in forms}
    for one in forms:
        lines = form[one.id]
        divisor = accounts.ledger[f"{one.price_index}_index"][:, 0] if fixed_prices and one.price_index else 1.0
        for line in lines:
            name = f"{one.id}, {line.label.en}"
            if line.parts and off(line.values - sum(row.values for row in rows_under(lines, line))):
                found.append(f"{name}: not the sum of its rows")
            if one.price_index and off(line.values - accounts.sum(line.of, fixed_prices=False) / divisor):
                found.append(f"{name}: not {line.of}")
    balances = {
        "1A is what 1B distributes": [*last_totals(form["1A"]), *last_totals(form["1B"])],
        "2A is financed": last_totals(form["2A"]),
        "investment is financed": [
            sign * total for sign, total in zip((1, -1), last_totals(form["investment"]), strict=True)
        ],
    }
    spent = [line.values for line in form["5-4"] if line.label.nb == "Sum bevilgninger drift, netto"]
    balances["5-4 is what its areas spend"] = [*spent, *last_totals(form["5-4-2"])]
    nothing = {"5-5 is financed": last_totals(form["5-5"])}
    found += [name for name, totals in nothing.items() if len(totals) != 1 or off(totals[0])]
    found += [name for name, totals in balances.items() if len(totals) != 2 or off(totals[0] + totals[1])]
    return found + result_shares(form, accounts)


def result_shares(form: dict[str, list[Line]], accounts: Accounts) -> list[str]:
    """Forms in which the result's row over the revenue's row is not the result share, where both are printed."""
    share = accounts.ledger["net_operating_result_share"][:, 0]
    printed = [(name, {line.of: line.values for line in lines}) for name, lines in form.items()]
    of_forms = {name: rows["net_operating_result"] for name, rows in printed if "net_operating_result" in rows}
    revenue = {name: rows["operating_revenue"] for name, rows in printed if "operating_revenue" in rows}
    assert {"operations", "5-4", "5-6"} <= of_forms.keys()
    assert "5-6" in revenue
    wrong = {name for name in of_forms for other in revenue if off(of_forms[name] / revenue[other] - share)}
    return [f"{name}: the result share is not its row over the revenue's" for name in wrong]


@pytest.mark.parametrize("fixed_prices", [True, False], ids=["fixed", "nominal"])
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy[0])
@pytest.mark.parametrize("shipped", SHIPPED, ids="+".join)
def test_every_form_adds_up(shipped, policy, fixed_prices):
    name, change = shipped
    scenario = read(name, [change] if change else []).scenario
    accounts = Accounts(scenario, YEARS, policy=policy[0], step=policy[1])
    assert complaints(accounts, fixed_prices=fixed_prices) == []
    planned = scenario.scenario.plan_years
    for form in FORMS:
        for line in lines_of(form, accounts, fixed_prices=fixed_prices):
            only_planned = form in (FORM_2B, INVESTMENT_SPENT) and line.of.startswith(("plan:", "investment:"))
            assert not np.isnan(line.values[:planned]).any(), line.label.en
            assert np.isnan(line.values[planned:]).all() if only_planned else np.isfinite(line.values).all(), line
    items, investment = last_totals(lines_of(FORM_2B, accounts, fixed_prices=fixed_prices))
    if scenario.projects == scenario.adopted_projects:  # a change that moves one leaves the items as adopted
        np.testing.assert_allclose(items[:planned], investment[:planned], atol=TOLERANCE)


@pytest.fixture(scope="module")
def crisis(scenario) -> Accounts:
    """A random plan in hard random weather, with delays and with years of large grants: no row is always zero."""
    accounts = Accounts(scenario, 12)
    plan, weather, opening = random_case(accounts.baseline, 3, 0.9)
    plan = plan._replace(
        slippage=np.full(12, 0.3),
        grants=plan.grants * np.resize([1.0, 1.0, 50.0], 12),
        growth_grant_per_resident=np.full(12, 0.06),
        growth_grant_limit=np.zeros(12),
        growth_grant_tax_level=np.full(12, 5.0),
        result_share_minimum=np.full(12, 0.1),
        tax=plan.tax * np.resize([0.9, 1.0, 1.3], 12),
        reacts=np.ones(12),
    )
    ledger = close(plan, weather, opening, accounts.baseline.response)
    used = {term.strip("-") for form in FORMS for row, _ in without_one_row(form.parts) for term in row.split()}
    rows = [ledger.lines.index(line) for line in used if not line.startswith("@")]
    run = int(np.argmin((ledger.values[rows] == 0.0).all(axis=1).sum(axis=0)))
    always = [ledger.lines[row] for row in rows if not ledger.values[row, :, run].any()]
    assert always == [], "rows that are always zero"
    accounts.ledger = Ledger(accounts.years, ledger.lines, ledger.values[:, :, run : run + 1])
    others = accounts.ledger["other_service_cost"][:, 0]
    unlike = [area for area in accounts.areas if area not in LINE_OF_USERS]
    accounts.areas = {area: accounts.ledger[line][:, 0] for area, line in LINE_OF_USERS.items()}
    accounts.areas |= {area: others / len(unlike) for area in unlike}
    for kind, line in LINES.items():
        own = [project.id for project in built(scenario.projects) if project.kind == kind and project.p50]
        accounts.projects |= {name: accounts.ledger[line][:, 0] / len(own) for name in own}
    return accounts


def without_one_row(parts: tuple[Row | Sum, ...]) -> Iterator[tuple[str, tuple[Row | Sum, ...]]]:
    """Every row that a sum has, and the parts without it."""
    for place, part in enumerate(parts):
        before, after = parts[:place], parts[place + 1 :]
        if isinstance(part, Row):
            yield part.of, before + after
        else:
            for row, left in without_one_row(part.parts):
                if left:
                    yield row, (*before, part._replace(parts=left), *after)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_row_that_is_missing_is_noticed(crisis, form):
    """Each row of a sum, left out, makes the form differ from the ledger or from the form beside it."""
    assert complaints(crisis, fixed_prices=False) == []
    for row, left in without_one_row(form.parts):
        alone = Row(row) in form.parts  # in no sum
        others = [form._replace(parts=left) if one == form else one for one in FORMS]
        assert bool(complaints(crisis, fixed_prices=False, forms=others)) != alone, row


def test_lost_revenue_stands_wherever_free_revenue_does():
    for form, row in ((OPERATIONS, "-income_system_loss"), (FORM_1A, "income_system_loss")):
        assert row in [of for of, _ in without_one_row(form.parts)]
    assert {Row("free_revenue"), Row("income_system_loss")} <= set(KEY_FIGURES.parts)
    for change in ("income-system-2024", "revenue-shortfall"):
        accounts = Accounts(read("baerum-2020", [change]).scenario, YEARS)
        lines = lines_of(FORM_1A, accounts, fixed_prices=False)
        assert max(next(line for line in lines if line.of == "income_system_loss").values) > 100.0


def test_a_form_has_one_price_index_and_what_has_several_adds_nothing_up(scenario):
    accounts = Accounts(scenario, YEARS)
    for form in FORMS:
        fixed, nominal = (lines_of(form, accounts, fixed_prices=prices) for prices in (True, False))
        bases = {line.price_basis for line in fixed if line.unit in MONEY_UNITS}
        assert {line.price_basis for line in nominal} <= {"nominal", "n/a"}
        if form == KEY_FIGURES:
            assert bases == {"2020-kr (deflator)", "2020-kr (cpi)"}
            assert not any(line.parts for line in fixed)
            continue
        assert bases == {"2020-kr (cpi)" if form == BALANCE else "2020-kr (deflator)"}
        index = accounts.ledger["cpi_index" if form == BALANCE else "deflator_index"][:, 0]
        for line, current in zip(fixed, nominal, strict=True):
            np.testing.assert_allclose(line.values * index, current.values, rtol=1e-12, atol=TOLERANCE)


def test_labels_stand_once_in_a_form(scenario):
    """What shows the same figure twice in a form would be counted twice by a reader who adds it up."""
    accounts = Accounts(scenario, 4)
    for form in FORMS:
        lines = lines_of(form, accounts, fixed_prices=True)
        for one in ("nb", "en"):
            rows = [line.label.say(one) for line in lines if not line.of.startswith(("area:", "plan:"))]
            assert len(set(rows)) == len(rows), form.id


def test_an_item_that_two_sectors_have_counts_once_in_each(scenario):
    """Nothing in plan.csv says that items have different names."""
    items = [row for row in scenario.plan if row.line == "general_investment"]
    same = [row.model_copy(update={"item": "buildings"}) for row in items]
    others = [row for row in scenario.plan if row.line != "general_investment"]
    accounts = Accounts(scenario.model_copy(update={"plan": (*others, *same)}), 4)
    assert complaints(accounts, fixed_prices=False) == []
    planned, investment = last_totals(lines_of(FORM_2B, accounts, fixed_prices=False))
    np.testing.assert_allclose(planned, investment, atol=TOLERANCE)


def test_records_of_forms_say_their_prices_and_leave_out_what_nobody_knows(scenario):
    records = plan_records(Accounts(scenario, 6), ["operations", "2B", "balance"], fixed_prices=True)
    assert [record["form"] for record in records] == sorted(
        (record["form"] for record in records), key=["operations", "2B", "balance"].index
    )
    at = {(record["form"], record["label_en"], record["year"]): record for record in records}
    assert at["operations", "Interest expenditure", 2025]["price_basis"] == "2020-kr (deflator)"
    assert at["balance", "Total debt", 2025]["price_basis"] == "2020-kr (cpi)"
    assert at["2B", "Items of the plan in all", 2024]["value"] is None
    assert at["2B", "Gross investment", 2024]["value"] > 0.0


def test_the_forms_are_those_of_the_first_year_or_of_the_source():
    old, new = ({form.id for form in forms_of(read(name).scenario)} for name in NAMES)
    assert {"1A", "1B", "2A", "2B", "operations", "investment"} == old - new, "HP prints those of the old regulation"
    assert {"5-4", "5-4-2", "5-5", "5-5-2", "5-6"} == new - old
    heading = read(NAMES[1]).scenario.scenario
    assert heading.forms is None
    assert heading.model_copy(update={"first_year": 2019}).regulation == "2000"
    assert heading.model_copy(update={"forms": "2000"}).regulation == "2000"


def test_rows_of_what_a_municipality_lacks_are_left_out():
    labels = {}
    for name in NAMES:
        accounts = Accounts(read(name).scenario, 6)
        labels[name] = {line.of.lstrip("-") for form in FORMS for line in lines_of(form, accounts, fixed_prices=True)}
    assert "property_tax" not in labels["baerum-2020"]
    assert {"property_tax", "dividends", "concession_revenue"} <= labels["eksempelvik-2025"]
    assert "land_sales" not in labels["eksempelvik-2025"]


def test_printed_figures_add_up_for_who_reads_them(ldip):
    """Revenue, expenditure and result as printed, years after the plan: within what rounding explains."""
    for scenario, form in (("baerum-2020", "operations"), ("eksempelvik-2025", "5-6")):
        records = json.loads(ldip("plan", scenario, "--form", form, "--form", "key-figures", "--json").out)
        at = {record["line"]: record["value"] for record in records if record["year"] == records[-1]["year"]}
        share = at["net_operating_result"] / at["operating_revenue"]
        assert share == pytest.approx(at["net_operating_result_share"], abs=1e-12)


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_a_row_in_kroner_does_not_pass_for_millions(ldip, lang):
    said = ldip("plan", "eksempelvik-2025", "--form", "key-figures", "--years", "2", "--lang", lang).out
    name = {"nb": "Lånegjeld per innbygger", "en": "Debt per resident"}[lang]
    (row,) = [line.strip() for line in said.splitlines() if line.strip().startswith(name)]
    assert row.startswith(f"{name}, kr ")
