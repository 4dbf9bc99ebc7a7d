"""What the municipality's accounts say (KOSTRA): revenue, debt, service frames, balance, results of the years behind.

Amounts come in kroner a resident or in thousands; a scenario has millions. Of a sum whose parts no statistics tell,
like debt by purpose, the parts keep the template's shares: then the number is an assumption, and says so.
"""

import csv
import functools
import re
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files

from ldip.scenario.official.cube import Cell, known
from ldip.scenario.official.draft import Draft, joined, significant
from ldip.text import Text

BY_WORDS = {
    "skatt på inntekt og formue": "AG12",
    "rammetilskudd": "A800",
    "brutto driftsinntekter": "AGD13",
    "eiendomsskatt": "AG10",
    "netto lånegjeld": "KG31",
    "langsiktig gjeld": "KG32",
}
"""Key figures by what they are called on the statistics page."""
SHARES = Text("; summen er statistikk, delingen er malens", "; the sum is statistics, its parts the template's")
RESIDENTS = Text("innbyggere", "residents")
OLD_ACCOUNTS = Text(
    nb="Balansen er av 31. desember {year}; planen åpner 31. desember {opening}.",
    en="The balance is of 31 December {year}; the plan opens on 31 December {opening}.",
)
NO_PEOPLE = Text(
    nb="{table} er i kroner per innbygger, og folketallet 31. desember {year} mangler. Les inn 07459 i samme "
    "slengen.",
    en="{table} is in kroner a resident, and residents on 31 December {year} are missing. Import 07459 along "
    "with it.",
)
NET_EXPENSES = Text(
    nb="; netto driftsutgifter uten avskrivninger, områdets funksjoner",
    en="; net operating expenses without depreciation, the area's functions",
)
NET_WITH_WEAR = Text("; netto driftsutgifter, områdets funksjoner", "; net operating expenses, the area's functions")
TAX, GRANT, REVENUE, PROPERTY_TAX = "AG12", "A800", "AGD13", "AG10"
NET_DEBT, DEBT, RESULT, INVESTMENT = "KG31", "KG32", "AGD23", "AGI1"
BALANCE = {
    "discretionary": r"^(?!.*(bundne|investering)).*disposisjonsfond",
    "investment": r"ubundne investeringsfond",
    "restricted": r"(?<!u)bundne (drifts|investerings)fond",
    "lent": r"^utl[åa]n",
    "assets": r"faste eiendommer|utstyr, maskiner",
    "deficit": r"merforbruk.*drift|^merforbruk|udekket i driftsregnskapet",
}
"""Posts of the balance by what they are called."""


@functools.cache
def area_of_function() -> dict[str, str]:
    """The programme area of the template that each function of the accounts belongs to."""
    text = (files("ldip") / "scenario" / "official" / "functions.csv").read_text(encoding="utf-8")
    return {code: row["area"] for row in csv.DictReader(text.splitlines()) for code in row["functions"].split()}


def latest(cells: Sequence[Cell]) -> int:
    """The newest year that has a figure; nought where there is none."""
    return max((cell.year for cell, _ in known(cells)), default=0)


def in_thousands(cells: Sequence[Cell]) -> list[Cell]:
    """The amounts in 1000 kr of the group (kommunekonsern), where the file also holds shares or the municipality
    without its companies."""
    amounts = [cell for cell in cells if "1000" in cell.contents.said or cell.contents.code == "KOSbelop0000"]
    found = amounts or list(cells)
    extents = sorted({cell.at["Omfang"] for cell in found if "Omfang" in cell.at})
    group = [it for it in extents if it.code == "A" or "konsern" in it.label.lower()] or extents[:1]
    return [cell for cell in found if not group or cell.at["Omfang"] == group[0]]


def per_resident(cells: Sequence[Cell]) -> dict[int, dict[str, float]]:
    """Kroner a resident by year and code; not the shares of revenue, where the file holds them too."""
    found: dict[int, dict[str, float]] = defaultdict(dict)
    for cell, value in known(cells):
        if "brinv" not in cell.contents.code and "prosent" not in cell.contents.said:
            found[cell.year][_begrep(cell)] = value
    return found


def _begrep(cell: Cell) -> str:
    """The code of the key figure; where the file has words alone, by them."""
    code = cell.at["Begrep"]
    return next((known for words, known in BY_WORDS.items() if words in code.said), code.code)


def property_tax(draft: Draft, cells: Sequence[Cell]) -> float | None:
    """Property tax of the newest accounts, mill. kr of the first plan year; None where it is not known."""
    figures = {year: them[PROPERTY_TAX] for year, them in per_resident(cells).items() if PROPERTY_TAX in them}
    year = max(figures, default=0)
    residents = _residents(draft, year)
    return figures[year] * residents / 1e6 * draft.prices_from(year) if residents else None


def fill_finance(draft: Draft, cells: Sequence[Cell], source: Text) -> None:
    """Tax, block grant, other revenue and debt, from kroner a resident; and the debt ratio of the years behind."""
    figures = per_resident(cells)
    year = max((year for year, them in figures.items() if REVENUE in them), default=0)
    if not year:
        return
    _fill_debt_history(draft, figures, source)
    residents = _residents(draft, year)
    if residents is None:
        draft.say(NO_PEOPLE, table="12137", year=year)
        return
    heads = joined(f" × {residents:.0f} ", RESIDENTS)
    said = joined(source, f"; {year}, ")
    real = draft.prices_from(year)
    amounts = {code: value * residents / 1e6 for code, value in figures[year].items()}
    prices = _prices(draft, year)
    for code, line, what in ((TAX, "tax", _TAX), (GRANT, "general_grant", _GRANT)):
        if code in amounts:
            _spread(draft, line, amounts[code] * real, what, "derived", joined(said, code, heads, prices))
    if {TAX, GRANT, REVENUE} <= set(amounts):
        others = amounts[REVENUE] - amounts[TAX] - amounts[GRANT] - amounts.get(PROPERTY_TAX, 0.0)
        words = joined(said, f"{REVENUE} − {TAX} − {GRANT} − {PROPERTY_TAX}", heads, prices, SHARES)
        _spread(draft, "sector_revenue", others * real, _OTHER, "assumption", words)
    _fill_debt(draft, amounts, (said, heads), year)


def _prices(draft: Draft, year: int) -> Text:
    """The words for amounts of `year` in kroner of the first plan year."""
    first = draft.first_year
    if year == first:
        return Text("", "")
    return Text(
        nb=f"; regnet om fra {year}- til {first}-kr med deflatoren her",
        en=f"; from {year}-kr to {first}-kr by the deflator here",
    )


_TAX = Text("Skatt på inntekt og formue", "Tax on income and wealth")
_GRANT = Text("Rammetilskudd", "Block grant")
_OTHER = Text("Andre driftsinntekter", "Other operating revenue")
_FRAMES = Text("Netto rammer", "Net frames")


def _residents(draft: Draft, year: int) -> float | None:
    if year in draft.counted:
        return draft.counted[year]
    rows = draft.tables["population"]
    if rows and str(year) in rows[0] and all(row["basis"] in ("source", "derived") for row in rows):
        return sum(float(row[str(year)]) for row in rows)
    return None


def _spread(draft: Draft, line: str, total: float, what: Text, basis: str, source: Text) -> None:
    """Give the rows of a line of the plan the total in every plan year, each its share of today's."""
    rows = [row for row in draft.tables.get("plan", []) if row["line"] == line]
    for place, year in enumerate(draft.years):
        before = sum(float(row[str(year)]) for row in rows)
        for row in rows:
            share = float(row[str(year)]) / before if before else 1.0 / len(rows)
            row[str(year)] = f"{significant(total * share, 5):g}"
            if place == 0:
                row |= {"basis": basis, **draft.origin(source)}
    if rows:
        draft.fill_table("plan", what, total, draft.real, basis, source)


def _fill_debt(draft: Draft, amounts: dict[str, float], around: tuple[Text, Text], year: int) -> None:
    """General and self-financing debt: net debt, in the template's shares; on-lending: what is lent of the loans.
    `around` are the words before and after what an amount is made of."""
    said, heads = around
    if NET_DEBT not in amounts:
        return
    keys = ("opening.general_debt", "opening.self_financing_debt")
    before = sum(draft.value(key) for key in keys)
    for key, what in zip(keys, (_GENERAL, _SELF), strict=True):
        if before:
            share = draft.value(key) / before
            words = joined(said, NET_DEBT, heads, SHARES)
            draft.put(key, amounts[NET_DEBT] * share, "assumption", words, what)
    if DEBT in amounts:
        lent = max(amounts[DEBT] - amounts[NET_DEBT], 0.0)
        words = joined(said, f"{DEBT} − {NET_DEBT}", heads, LENT_AND_UNSPENT)
        draft.put("opening.on_lending_debt", lent, "assumption", words, _LENDING)
        draft.put("opening.on_lent", lent, "assumption", words, _LENT)
    if year != draft.first_year - 1:
        draft.say(OLD_ACCOUNTS, year=year, opening=draft.first_year - 1)


LENT_AND_UNSPENT = Text("; utlån og ubrukte lånemidler under ett", "; lending and unspent loans together")
_GENERAL = Text("Lån til ikke-rentable investeringer", "Debt of non-self-financing investment")
_SELF = Text("Lån til selvfinansierende investeringer", "Debt of self-financing investment")
_LENDING = Text("Lån til videreutlån", "Debt for on-lending")
_LENT = Text("Utlånt", "On-lent")
_HISTORY = Text("Gjeldsgrad i årene bak", "Debt ratio of the years behind")
_RESULTS = Text("Netto driftsresultat i årene bak", "Net operating result of the years behind")


def _fill_debt_history(draft: Draft, per_head: dict[int, dict[str, float]], source: Text) -> None:
    shares = {
        year: them[NET_DEBT] / them[REVENUE]
        for year, them in per_head.items()
        if NET_DEBT in them and them.get(REVENUE)
    }
    _fill_history(draft, "debt_ratio", shares, "derived", joined(source, f"; {NET_DEBT} / {REVENUE}"), _HISTORY)


def fill_key_figures(draft: Draft, cells: Sequence[Cell], source: Text) -> None:
    """The net operating results of the years behind, as a share of revenue."""
    shares = {cell.year: value / 100.0 for cell, value in known(cells) if "AGD23" in cell.contents.code}
    _fill_history(draft, "net_operating_result_share", shares, "source", joined(source, "; KOSAGD230000"), _RESULTS)


def _fill_history(draft: Draft, figure: str, shares: dict[int, float], basis: str, source: Text, what: Text) -> None:
    """A row of history.csv, beside the rows of other figures that are there."""
    shares = {year: share for year, share in shares.items() if year < draft.first_year}
    if not shares:
        return
    rows = [row for row in draft.tables.get("history", []) if (row["figure"], row["kind"]) != (figure, "actual")]
    new = {"figure": figure, "kind": "actual", "unit": "share", "basis": basis, **draft.origin(source)}
    rows.append(new | {str(year): f"{share:.4f}" for year, share in shares.items()})
    years = sorted({int(name) for row in rows for name in row if name.isdigit()})
    span = [str(year) for year in range(years[0], years[-1] + 1)]
    draft.set_table("history", ["figure", "kind", "unit", *span, "basis", "source"], rows)
    draft.fill_table("history", what, shares[max(shares)], "share", basis, source)


def fill_frames(draft: Draft, cells: Sequence[Cell], source: Text) -> None:
    """The net frames of the programme areas, and the depreciation, from net operating expenses by function."""
    year = latest(cells)
    net: dict[str, float] = defaultdict(float)
    worn: dict[str, float] = defaultdict(float)
    for cell, value in known(in_thousands(cells)):
        function = cell.at["Funksjon"].code
        if cell.year != year or not re.fullmatch(r"\d{3}", function):
            continue
        if cell.at["Art"].code == "AGD2" or cell.at["Art"].label.lower() == "netto driftsutgifter":
            net[function] += value / 1000.0
        elif "avskrivning" in cell.at["Art"].label.lower() and "motpost" not in cell.at["Art"].label.lower():
            worn[function] += value / 1000.0
    real, known_areas = draft.prices_from(year), area_of_function()
    frames: dict[str, float] = defaultdict(float)
    for function, amount in net.items():
        if function in known_areas:
            frames[known_areas[function]] += (amount - worn[function]) * real
    told = []
    prices = _prices(draft, year)
    for row in draft.tables.get("areas", []):
        if row["area"] in frames:
            # What fees cover is no frame: the model's own line follows them.
            amount = 0.0 if row["follows"] == "fees" else frames[row["area"]]
            words = joined(source, NET_EXPENSES if worn else NET_WITH_WEAR, prices)
            draft.put_row(row, [amount] * draft.plan_years, "derived", words)
            told.append(amount)
    if told:
        draft.fill_table("areas", _FRAMES, sum(told), draft.real, "derived", source)
    if worn:
        what = Text("Avskrivninger i året", "Depreciation of the year")
        words = joined(source, Text("; avskrivninger, alle funksjoner", "; depreciation, all functions"))
        draft.put("opening.depreciation", sum(worn.values()), "derived", words, what)


def fill_balance(draft: Draft, cells: Sequence[Cell], source: Text) -> None:
    """Funds, lending and fixed assets of the latest balance."""
    year = latest(cells)
    posts: dict[str, float] = defaultdict(float)
    for cell, value in known(in_thousands(cells)):
        label = cell.at["Balanse"].label.lower()
        if cell.year == year:
            for post, pattern in BALANCE.items():
                if re.search(pattern, label):
                    posts[post] += abs(value) / 1000.0  # equity stands with minus in some editions
    at = joined(source, Text(f"; 31. desember {year}", f"; 31 December {year}"))
    if "discretionary" in posts:
        buffer, rest = draft.value("opening.buffer_fund"), draft.value("opening.discretionary_funds")
        share = buffer / (buffer + rest) if buffer + rest else 0.0
        words = joined(at, Text(", disposisjonsfond", ", discretionary funds"), SHARES)
        for key, part in (("buffer_fund", share), ("discretionary_funds", 1.0 - share)):
            what = Text("Disposisjonsfond", "Discretionary funds")
            draft.put(f"opening.{key}", posts["discretionary"] * part, "assumption", words, what)
    for post, key, what in (
        ("investment", "investment_funds", Text("Ubundne investeringsfond", "Investment funds")),
        ("restricted", "restricted_funds", Text("Bundne fond", "Restricted funds")),
        ("lent", "on_lent", Text("Utlån", "Lending")),
        ("deficit", "uncovered_deficit", Text("Udekket merforbruk", "Uncovered deficit")),
        ("assets", "fixed_assets", Text("Eiendommer, anlegg, utstyr", "Property, plant and equipment")),
    ):
        if post in posts:
            draft.put(f"opening.{key}", posts[post], "source", at, what)
    if posts and year != draft.first_year - 1:
        draft.say(OLD_ACCOUNTS, year=year, opening=draft.first_year - 1)
