"""Lines that most municipalities have and Bærum has not, by hand: property tax, natural-resource tax, concession
revenue, dividends, fees, land sales, one-off items, and an opening deficit with its cover plan (M10, M14)."""

import shutil

import numpy as np
import pytest

from ldip.errors import InputError
from ldip.model import drivers
from ldip.model.engine.simulate import Ledger, run_baseline, simulate, with_policy
from ldip.model.identities import residuals
from ldip.model.plan.baseline import build
from ldip.scenario.files.grid import read_grid
from ldip.scenario.files.overlay import lay_values, with_quantities
from ldip.scenario.files.reader import find, read
from ldip.scenario.numbers import numbers, quantities
from ldip.scenario.settings import name_of

REASON = 'basis = "source", source = "vedtak 12/24"'


def laid(tmp_path, text: str, where: str = "baerum-2020"):
    """The scenario with a change laid over it."""
    path = tmp_path / "change.toml"
    path.write_text(text, encoding="utf-8")
    return read(where, (str(path),)).scenario


def moved(tmp_path, text: str, where: str = "baerum-2020", years: int = 12) -> tuple[Ledger, Ledger]:
    """The baseline path without the change and with it, named projects left out."""
    alone = [
        scenario.model_copy(update={"projects": (), "adopted_projects": ()})
        for scenario in (read(where).scenario, laid(tmp_path, text, where))
    ]
    before, after = (run_baseline(build(scenario, years)) for scenario in alone)
    return before, after


def difference(ledgers: tuple[Ledger, Ledger], line: str, year: int) -> float:
    before, after = ledgers
    place = year - int(before.years[0])
    return float((after[line] - before[line])[place, 0])


# --- each line by hand


def test_property_tax(tmp_path):
    """2 per mille of 90 000, and from 2021 on of 815 dwellings more a year at 3 each; prices 1.029 a year."""
    ledgers = moved(
        tmp_path,
        f"""
[local_revenue]
property_tax_rate = {{ dated = {{ 2020 = 2.0, 2024 = 3.0 }}, {REASON} }}
property_tax_base = {{ value = 90000.0, {REASON} }}
property_tax_base_per_dwelling = {{ value = 3.0, {REASON} }}
""",
    )
    dwellings = np.cumsum(ledgers[0]["completions"][:, 0])
    assert difference(ledgers, "property_tax", 2020) == pytest.approx(180.0)
    by_hand = 0.003 * (90_000 + 3.0 * dwellings[4]) * ledgers[0]["deflator_index"][5, 0]
    assert difference(ledgers, "property_tax", 2025) == pytest.approx(by_hand)
    for line in ("operating_revenue", "central_revenue", "gross_operating_result"):
        assert difference(ledgers, line, 2025) == pytest.approx(by_hand), line
    for line in ("equalisation", "general_grant", "free_revenue", "tax_revenue"):
        assert difference(ledgers, line, 2025) == 0.0, line


def test_the_base_grows_by_itself(tmp_path):
    """2 % a year, and a new valuation that lifts it by a fifth in 2023."""
    _, after = moved(
        tmp_path,
        f"""
[local_revenue]
property_tax_rate = {{ value = 5.0, {REASON} }}
property_tax_base = {{ value = 1000.0, {REASON} }}
property_tax_base_growth = {{ dated = {{ 2020 = 0.02, 2023 = 0.2, 2024 = 0.0 }}, {REASON} }}
""",
    )
    real = (after["property_tax"] / after["deflator_index"])[:, 0]
    np.testing.assert_allclose(real[:5], 5.0 * np.array([1.0, 1.02, 1.0404, 1.24848, 1.24848]))


def test_natural_resource_tax_is_equalised(tmp_path):
    """50 mill. more after the plan: the municipality keeps 40 %. In the plan years the plan's grant holds it."""
    same = f"[local_revenue]\nnatural_resource_tax = {{ value = 30.0, {REASON} }}\n"
    ledgers = moved(tmp_path, same)
    assert difference(ledgers, "natural_resource_tax", 2022) == 30.0
    assert difference(ledgers, "general_grant", 2022) == pytest.approx(0.0, abs=1e-9)
    assert difference(ledgers, "free_revenue", 2022) == pytest.approx(30.0)
    more = f"[local_revenue]\nnatural_resource_tax = {{ dated = {{ 2020 = 30.0, 2025 = 80.0 }}, {REASON} }}\n"
    beside = ledgers[1], moved(tmp_path, more)[1]
    assert difference(beside, "equalisation", 2025) == pytest.approx(-0.6 * 50.0)
    assert difference(beside, "free_revenue", 2025) == pytest.approx(0.4 * 50.0)
    assert difference(beside, "tax_revenue", 2025) == 0.0


def test_dividends_and_concession_revenue(tmp_path):
    """Dividends are finance, concession revenue is operating revenue; neither is equalised."""
    text = f"""
[local_revenue]
dividends = {{ dated = {{ 2020 = 40.0, 2022 = 60.0 }}, {REASON} }}
concession_revenue = {{ value = 25.0, {REASON} }}
"""
    ledgers = moved(tmp_path, text)
    assert difference(ledgers, "dividends", 2021) == pytest.approx(40.0 * 1.029)
    assert difference(ledgers, "net_financial_cost", 2020) == pytest.approx(-40.0, abs=0.2)  # less is borrowed
    assert difference(ledgers, "operating_revenue", 2020) == pytest.approx(25.0)
    assert difference(ledgers, "net_operating_result", 2020) == pytest.approx(65.0, abs=0.2)
    assert difference(ledgers, "free_revenue", 2022) == 0.0


def test_fees(tmp_path):
    """5 % more from 2023 on: revenue of the sectors, which lowers what they cost net."""
    ledgers = moved(
        tmp_path, f"[local_revenue]\nfee_change = {{ dated = {{ 2020 = 0.0, 2023 = 0.05 }}, {REASON} }}\n"
    )
    assert difference(ledgers, "sector_revenue", 2022) == 0.0
    by_hand = 0.05 * float(build(read().scenario, 5).plan.sector_revenue[3]) * 1.029**3
    for line in ("extra_fees", "sector_revenue", "operating_revenue", "gross_operating_result"):
        assert difference(ledgers, line, 2023) == pytest.approx(by_hand), line
    assert difference(ledgers, "net_sector_expenditure", 2023) == pytest.approx(-by_hand)


def test_land_sales_finance_investment_alone(tmp_path):
    """100 mill. less is borrowed; nothing that is depreciated is gone, and operations get nothing of it."""
    ledgers = moved(
        tmp_path,
        f"[investment]\nland_sales = {{ dated = {{ 2020 = 0.0, 2026 = 100.0, 2027 = 0.0 }}, {REASON} }}\n",
    )
    amount = 100.0 * ledgers[0]["deflator_index"][6, 0]
    assert difference(ledgers, "land_sales", 2026) == pytest.approx(amount)
    assert difference(ledgers, "planned_borrowing", 2026) == pytest.approx(-amount)
    assert difference(ledgers, "closing_fixed_assets", 2026) == 0.0
    assert difference(ledgers, "gross_operating_result", 2026) == 0.0
    too_much = moved(tmp_path, f"[investment]\nland_sales = {{ value = 9000.0, {REASON} }}\n")
    assert difference(too_much, "closing_investment_funds", 2026) > 1000.0, "what is left waits for other investment"
    assert difference(too_much, "gross_operating_result", 2026) == 0.0


def test_what_land_sales_leave_pays_before_loans_do(tmp_path):
    """300 mill. in a year that needs 85: the rest is gone from the funds before the next krone is borrowed, and the
    funds that the plan itself leaves stay."""
    text = f"[investment]\nland_sales = {{ dated = {{ 2025 = 0.0, 2026 = 300.0, 2027 = 0.0 }}, {REASON} }}\n"
    before, after = moved(tmp_path, text, "eksempelvik-2025")
    funds, borrowed = after["closing_investment_funds"][:, 0], after["planned_borrowing"][:, 0]
    assert funds[1] > 200.0
    assert (borrowed[funds > before["closing_investment_funds"][:, 0] + 1e-9] == 0.0).all()
    assert borrowed.max() > 10.0
    np.testing.assert_allclose(funds[-1], before["closing_investment_funds"][-1, 0])


ITEMS = f"""
[one_off.settlement]
nb = "Erstatning"
en = "Settlement"
year = 2022
amount = {{ value = 90.0, unit = "mill. kr", {REASON} }}

[one_off.moving]
nb = "Flytting"
en = "Moving"
year = 2022
amount = {{ value = -35.0, unit = "mill. kr", {REASON} }}

[one_off.clearing]
nb = "Rydding"
en = "Clearing"
year = 2027
amount = {{ value = -50.0, unit = "mill. kr", {REASON} }}
"""


def test_one_off_items_hold_one_year_only(tmp_path):
    ledgers = moved(tmp_path, ITEMS)
    assert difference(ledgers, "operating_revenue", 2022) == pytest.approx(90.0)
    assert difference(ledgers, "net_sector_expenditure", 2022) == pytest.approx(35.0)
    assert difference(ledgers, "gross_operating_result", 2022) == pytest.approx(55.0)
    assert difference(ledgers, "gross_operating_result", 2027) == pytest.approx(-50.0)
    for year in (2021, 2023, 2026, 2028):
        assert difference(ledgers, "gross_operating_result", year) == 0.0


def test_nobody_cuts_for_good_because_of_one_year(tmp_path):
    """A flood of 80 mill. in 2034, in a municipality that steers: the year is as bad as it is, but decisions and
    the rule look at what lasts."""
    flood = '[one_off.flood]\nnb = "Flom"\nen = "Flood"\nyear = 2034\n'
    flood += f'amount = {{ value = -80.0, unit = "mill. kr", {REASON} }}'
    where = "eksempelvik-2025"
    both = (read(where).scenario, laid(tmp_path, flood, where))
    calm, hit = (run_baseline(with_policy(build(scenario, 14), "react")) for scenario in both)
    at = 2034 - 2025
    for line in ("newly_decided", "underlying_result", "result_share_breach", "postponement"):
        assert hit[line][at, 0] == pytest.approx(calm[line][at, 0], abs=1e-9), line
    assert (hit["net_operating_result"] - calm["net_operating_result"])[at, 0] == pytest.approx(-80.0)
    assert (hit["closing_debt"] - calm["closing_debt"])[at, 0] > 30.0


def test_one_off_items_are_numbers_of_the_scenario(tmp_path):
    """Listed with their names, moved by their key, checked by their unit, and added to by a second change."""
    scenario = laid(tmp_path, ITEMS)
    key = "one_off.clearing.amount"
    assert name_of(scenario, key).nb == "Rydding (2027)"
    listed = {number.key: number for number in numbers(scenario, "nb")}
    assert listed[key].unit == "mill. kr"
    dearer = with_quantities(scenario, {key: quantities(scenario)[key].model_copy(update={"value": -80.0})})
    assert run_baseline(build(dearer, 9))["one_off_expenditure"][7, 0] == 80.0
    path = tmp_path / "more.toml"
    path.write_text("[one_off.clearing]\nyear = 2026\n", encoding="utf-8")
    later = read("baerum-2020", (str(tmp_path / "change.toml"), str(path))).scenario
    assert later.one_off["clearing"].year == 2026
    again = lay_values(read("baerum-2020", (str(tmp_path / "change.toml"),)), {key: -10.0}, "python").scenario
    assert again.one_off["clearing"].amount.value == -10.0
    with pytest.raises(InputError) as caught:
        laid(tmp_path, ITEMS.replace("mill. kr", "kr", 1).replace("year = 2027", 'year = "2027"'))
    said = "\n".join(caught.value.say("en"))
    assert "one_off.settlement.amount.unit" in said
    assert "one_off.clearing.year" in said


def test_a_sweep_moves_property_tax(tmp_path):
    """Each case by itself, refused where the law does."""
    grid = tmp_path / "grid.toml"
    text = 'scenario = "eksempelvik-2025"\nyears = 6\n[levers]\nlocal_revenue.property_tax_rate = [3.0, 5.0]\n'
    grid.write_text(text, encoding="utf-8")
    rates = [case.scenario.local_revenue.property_tax_rate.value for case in read_grid(grid).cases]
    assert rates == [3.0, 5.0]
    grid.write_text(text.replace("5.0", "7.5"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_grid(grid)
    assert any("7.5" in line for line in caught.value.say("en"))


def test_a_gain_from_the_income_system(tmp_path):
    """A negative loss, also in the first year."""
    text = f"[revenue]\nincome_system_loss = {{ dated = {{ 2020 = -40.0, 2021 = -60.0 }}, {REASON} }}\n"
    ledgers = moved(tmp_path, text)
    assert difference(ledgers, "free_revenue", 2020) == pytest.approx(40.0)
    assert difference(ledgers, "free_revenue", 2021) == pytest.approx(60.0 * 1.029)


def test_chance_of_companies_moves_both_and_nothing_else(tmp_path):
    """The spread of an AR(1) of the log, expectation as planned; off it is as if there were no driver."""
    own = f"""
[local_revenue]
dividends = {{ value = 40.0, {REASON} }}
concession_revenue = {{ value = 25.0, {REASON} }}
"""
    on = f"""{own}
[drivers.companies]
persistence = {{ value = 0.6, {REASON} }}
volatility = {{ value = 0.3, {REASON} }}
"""
    calm, shaken = (simulate(laid(tmp_path, text), runs=20_000, seed=4, years=8) for text in (own, on))
    price = shaken["deflator_index"]
    np.testing.assert_array_equal(price, calm["deflator_index"])
    factor = shaken["dividends"] / (40.0 * price)
    np.testing.assert_allclose(shaken["concession_revenue"] / (25.0 * price), factor)
    np.testing.assert_allclose(calm["dividends"] / (40.0 * price), 1.0)
    variance = 0.3**2 * ((1 - 0.6**14) / (1 - 0.6**2) + (0.7 * 0.6**7) ** 2)
    logs = np.log(factor[7])
    assert logs.var() == pytest.approx(variance, rel=4.5 * np.sqrt(2 / 20_000))
    assert factor[7].mean() == pytest.approx(1.0, abs=4.5 * np.sqrt((np.exp(variance) - 1) / 20_000))
    for line in ("tax_revenue", "completions", "care_cost"):
        np.testing.assert_array_equal(shaken[line], calm[line])


# --- the opening deficit and its cover plan


def covered(tmp_path, text: str) -> Ledger:
    """The first years of Eksempelvik with an opening deficit of 40, in calm weather and a result that is enough."""
    scenario = laid(
        tmp_path,
        f"[opening]\nuncovered_deficit = {{ value = 40.0, {REASON} }}\n{text}\n"
        f"[local_revenue]\nconcession_revenue = {{ value = 20.0, {REASON} }}\n"
        f"[rules]\nbuffer_target_share = {{ value = 0.0, {REASON} }}\n",
        "eksempelvik-2025",
    )
    baseline = build(scenario, 8)
    ledger = run_baseline(baseline)
    for name, gap in residuals(ledger, baseline.opening).items():
        assert np.abs(gap).max() < 1e-9, name
    return ledger


@pytest.mark.parametrize(
    ("text", "budgeted"),
    [
        ("", [20.0, 20.0, 0.0, 0.0]),  # within two years, by law
        (f"cover_years = {{ value = 4.0, {REASON} }}", [10.0, 10.0, 10.0, 10.0]),
        (f"cover_per_year = {{ dated = {{ 2025 = 5.0, 2027 = 30.0 }}, {REASON} }}", [5.0, 5.0, 30.0, 0.0]),
    ],
    ids=["by law", "years", "amounts"],
)
def test_the_cover_plan_is_budgeted(tmp_path, text, budgeted):
    """Before any transfer; what a surplus covers comes on top of it."""
    ledger = covered(tmp_path, text)
    assert ledger["budgeted_cover"][0, 0] == pytest.approx(budgeted[0])
    covers = np.cumsum(ledger["covered_deficit"][:, 0])
    assert (covers[: len(budgeted)] >= np.cumsum(budgeted) - 1e-9).all()
    assert ledger["closing_uncovered_deficit"][-1, 0] == pytest.approx(0.0)


def test_what_the_plan_leaves_is_kept_in_each_year(tmp_path):
    """The plan of each year, without what surpluses do."""
    for years, left in ((2.0, [20.0, 0.0, 0.0]), (4.0, [30.0, 20.0, 10.0]), (1.0, [0.0, 0.0, 0.0])):
        text = f"[opening]\nuncovered_deficit = {{ value = 40.0, {REASON} }}\n"
        text += f"cover_years = {{ value = {years}, {REASON} }}\n"
        plan = build(laid(tmp_path, text, "eksempelvik-2025"), 3)
        np.testing.assert_allclose(plan.plan.uncovered_by_plan, left, atol=1e-12)
        assert plan.opening.latest_deficit == (40.0 if years <= 2 else 0.0)


def test_a_plan_longer_than_the_law_is_in_the_register(tmp_path):
    """§ 28-1: until it is covered, though it is no more than 3 % of revenue."""
    lean = (
        f"[opening]\nuncovered_deficit = {{ value = 20.0, {REASON} }}\ncover_years = {{ value = YEARS, {REASON} }}\n"
    )
    lean += f"[revenue]\nshortfall = {{ value = 0.012, {REASON} }}\n"
    short, long = (
        run_baseline(build(laid(tmp_path, lean.replace("YEARS", years), "eksempelvik-2025"), 6))
        for years in ("2.0", "5.0")
    )
    assert short["closing_uncovered_deficit"][0, 0] < 0.03 * short["operating_revenue"][0, 0]
    assert short["state_register"][0, 0] == 0.0
    assert long["closing_uncovered_deficit"][0, 0] > 0.0
    assert long["state_register"][0, 0] == 1.0


def test_a_plan_that_begins_later_is_longer_than_the_law(tmp_path):
    """Nothing the first two years, then 5 a year: in the register from the first, and the same plan however far one
    looks."""
    text = f"[opening]\nuncovered_deficit = {{ value = 20.0, {REASON} }}\n"
    text += f"cover_per_year = {{ dated = {{ 2025 = 0.0, 2027 = 5.0 }}, {REASON} }}\n"
    scenario = laid(tmp_path, text, "eksempelvik-2025")
    short, long = build(scenario, 2), build(scenario, 8)
    np.testing.assert_array_equal(short.plan.uncovered_by_plan, [20.0, 20.0])
    np.testing.assert_array_equal(long.plan.uncovered_by_plan, [20.0, 20.0, 15.0, 10.0, 5.0, 0.0, 0.0, 0.0])
    assert short.opening.latest_deficit == long.opening.latest_deficit == 0.0


def test_a_surplus_covers_more_than_the_plan(tmp_path):
    ledger = covered(tmp_path, f"cover_years = {{ value = 10.0, {REASON} }}")
    extra = ledger["extra_cover"][:, 0]
    assert extra.max() > 1.0
    assert ledger["budgeted_cover"][0, 0] == pytest.approx(4.0)
    standing = 40.0 - np.cumsum(ledger["covered_deficit"][:, 0])
    np.testing.assert_allclose(ledger["closing_uncovered_deficit"][:, 0], standing, atol=1e-9)
    assert (ledger["extra_transfer"][standing > 1e-9] == 0.0).all(), "deficits come before less borrowing"


# --- what people wrote who began on the state's register (27 municipalities in April 2026)


def rewritten(tmp_path, **lines: str):
    """A copy of Eksempelvik whose opening balance has other lines; a new one comes last."""
    folder = tmp_path / "testvik"
    shutil.copytree(find("eksempelvik-2025").folder, folder)
    base = folder / "base.toml"
    kept = []
    for line in base.read_text(encoding="utf-8").split("\n"):
        key = line.partition(" = ")[0]
        kept.append(lines.pop(key) if key in lines else line)
    assert not lines
    base.write_text("\n".join(kept), encoding="utf-8")
    return folder


def stock(key: str, value: float) -> str:
    return f'{key} = {{ value = {value}, unit = "mill. kr", basis = "assumption", source = "balansen" }}'


def test_a_negative_fund_is_answered_with_the_key_for_deficits(ldip, tmp_path):
    folder = rewritten(tmp_path, buffer_fund=stock("buffer_fund", -30.0))
    for lang, words in (("nb", "et fond kan ikke være negativt"), ("en", "a fund cannot be negative")):
        said = ldip("scenario", "check", folder, "--lang", lang)
        assert said.code == 1
        assert words in said.err
        assert "opening.buffer_fund" in said.err
        assert "uncovered_deficit = 30" in said.err


def test_an_opening_deficit_and_empty_funds_give_a_result(ldip, tmp_path):
    lines = {name: stock(name, 0.0) for name in ("buffer_fund", "discretionary_funds")}
    lines["uncovered_deficit"] = stock("uncovered_deficit", 40.0)
    lines["liquidity_reserve"] = stock("liquidity_reserve", -40.0)
    folder = rewritten(tmp_path, **lines)
    assert ldip("scenario", "check", folder).code == 0
    scenario = read(str(folder)).scenario
    ledger = simulate(scenario, runs=300, seed=1, years=12)
    baseline = build(scenario, 12)
    for name, gap in residuals(ledger, baseline.opening).items():
        assert np.abs(gap).max() < 1e-7, name
    assert ledger["state_register"][0].mean() > 0.3, "in bad years nothing is covered, and 40 is above 3 % of revenue"
    assert ledger["state_register"][-1].mean() < ledger["state_register"][0].mean()
    weather = drivers.weather(drivers.prepare(scenario.drivers, baseline.plan), 1, 0, 300)
    on_bank = (-40.0 + float(baseline.plan.other_bank_balances[0])) * weather[0, 0]
    lent = 0.5 * (100.0 + ledger["closing_on_lent"][0]) * (weather[0, 0] + float(baseline.plan.on_lending_margin[0]))
    np.testing.assert_allclose(ledger["interest_income"][0], lent + on_bank)
