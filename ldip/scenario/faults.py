"""Turn what is wrong with an input into words a planner can act on, in Norwegian and English."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ldip.errors import Fault, InputError, Text
from ldip.scenario.schema import PLAN_LINES, Scenario

if TYPE_CHECKING:
    from ldip.scenario.reader import _Reading

SYNONYMS = {
    "rente": "interest",
    "rentenivå": "money_market_rate",
    "pengemarkedsrente": "money_market_rate",
    "gjeld": "general_debt",
    "boliger": "completions",
    "boligbygging": "completions",
    "skatt": "tax_growth_per_working_age",
    "prisvekst": "cpi_growth",
    "kpi": "cpi_growth",
    "deflator": "deflator_growth",
    "egenkapital": "equity_target",
    "avdrag": "instalment_share",
    "bufferfond": "buffer_fund",
    "likviditet": "liquidity_reserve",
    "investeringer": "investment",
    "inntekter": "revenue",
    "tjenester": "services",
    "verdi": "value",
    "enhet": "unit",
    "kilde": "source",
    "grunnlag": "basis",
}
"""Norwegian words for keys, tried before spelling distance (which would turn 'rente' into 'renewal')."""


def check(tree: dict[str, Any], reading: "_Reading") -> Scenario:
    """The tree as a Scenario, or InputError with all faults, those of the reading included."""
    found = list(reading.faults)
    scenario: Scenario | None = None
    try:
        scenario = Scenario.model_validate(tree)
    except ValidationError as error:
        found += [_translate(detail, reading) for detail in error.errors()]
    found += _check_tables(tree, reading)
    if found or scenario is None:
        raise InputError(found)
    return scenario


def _check_tables(tree: dict[str, Any], reading: "_Reading") -> list[Fault]:
    """What no single row can tell: missing and unknown lines, widths, groups that do not meet."""
    found: list[Fault] = []
    heading = tree.get("scenario", {})
    years = heading.get("plan_years", 0) if isinstance(heading, dict) else 0
    folder = reading.folder.name
    lines = set()
    for number, row in enumerate(tree.get("plan", ())):
        place = f"{folder}/plan.csv:{reading.rows['plan', number]}"
        line = row.get("line", "")
        lines.add(line)
        if line not in PLAN_LINES:
            near = _nearest(line, list(PLAN_LINES))
            found.append(Fault(place, "line", line, *_unknown(near)))
        elif row.get("unit") != PLAN_LINES[line]:
            found.append(Fault(place, "unit", str(row.get("unit")), *_unit(PLAN_LINES[line])))
        if isinstance(years, int) and len(row.get("values", ())) != years:
            found.append(Fault(place, "", "", *_width(years)))
    for line in PLAN_LINES:
        if tree.get("plan") and line not in lines:
            found.append(Fault(f"{folder}/plan.csv", line, "", *_missing()))
    groups = {row.get("group") for row in tree.get("population", ())}
    for number, row in enumerate(tree.get("population", ())):
        place = f"{folder}/population.csv:{reading.rows['population', number]}"
        if isinstance(years, int) and len(row.get("residents", ())) != years + 2:
            found.append(Fault(place, "", "", *_width(years + 2)))
        if any(isinstance(n, float) and n < 0 for n in row.get("residents", ())):
            found.append(Fault(place, str(row.get("group")), "", *_negative()))
    for number, row in enumerate(tree.get("demand", ())):
        if groups and row.get("group") not in groups:
            place = f"{folder}/demand.csv:{reading.rows['demand', number]}"
            near = _nearest(str(row.get("group")), [str(g) for g in groups])
            found.append(Fault(place, "group", str(row.get("group")), *_unknown(near)))
    return found


def _translate(detail: ErrorDetails, reading: "_Reading") -> Fault:
    """One pydantic error as a fault."""
    location = tuple(str(part) for part in detail["loc"])
    if location and location[0] in ("plan", "population", "demand") and len(location) > 1:
        line = reading.rows.get((location[0], int(location[1])), 0)
        file = f"{reading.folder.name}/{location[0]}.csv:{line}"
        key = ".".join(location[2:])
    else:
        file = reading.file_of(location)
        key = ".".join(location)
    context = detail.get("ctx", {})
    value = detail["input"]
    shown = "" if isinstance(value, dict | list | tuple) else str(value)
    kind = detail["type"]
    if kind == "extra_forbidden":
        return Fault(file, key, "", *_unknown(_nearest(location[-1], _keys_at(location[:-1]))))
    if kind == "missing":
        return Fault(file, key, "", *_missing())
    if kind == "wrong_unit":
        return Fault(file, f"{key}.unit", str(context["found"]), *_unit(str(context["unit"])))
    if kind == "outside_limits":
        return Fault(file, f"{key}.value", f"{context['number']:g}", *_limits(context))
    if kind == "finite_number":
        return Fault(file, key, shown, *_finite())
    if kind == "not_positive_definite":
        return Fault(file, key, "", *_matrix(float(context["smallest"])))
    if kind == "value_or_dated":
        return Fault(file, key, "", *_value_or_dated())
    if kind == "not_a_year":
        return Fault(file, f"{key}.dated", str(context["key"]), *_year())
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return Fault(file, key, shown, *_bare_number())
    if kind == "literal_error":
        return Fault(file, key, shown, *_one_of(str(context.get("expected", ""))))
    if kind.startswith(("greater_than", "less_than")):
        return Fault(file, key, shown, *_bound(context))
    rule = Text(nb=f"ugyldig verdi ({detail['msg']})", en=detail["msg"])
    return Fault(file, key, shown, rule, Text("Se docs/scenario-format.md.", "See docs/scenario-format.md."))


def _keys_at(location: Sequence[str]) -> list[str]:
    """The known keys at a place of the scenario."""
    model: Any = Scenario
    for part in location:
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        model = field.annotation if field else None
        while model is not None and get_origin(model) is not None:
            model = get_args(model)[0]
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _nearest(word: str, known: Sequence[str]) -> str:
    synonym = SYNONYMS.get(word.lower(), "")
    if synonym in known:
        return synonym
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.55)), "")


def no_scenario(where: str, names: Sequence[str], path: Path) -> Fault:
    """No such scenario."""
    near = _nearest(where, list(names))
    hint = Text(
        nb=f"Mente du «{near}»? " if near else "",
        en=f"Did you mean '{near}'? " if near else "",
    )
    known = ", ".join(names)
    return Fault(
        "",
        where,
        "",
        Text(nb="fant verken mappe, fil eller medfølgende scenario", en="no such folder, file or shipped scenario"),
        Text(
            nb=f"{hint.nb}Medfølgende: {known}. En mappe må ha en base.toml.",
            en=f"{hint.en}Shipped: {known}. A folder must hold a base.toml.",
        ),
    )


def no_change(change: str, names: Sequence[str], folder: Path) -> Fault:
    """No such change."""
    near = _nearest(change, list(names))
    return Fault(
        f"{folder.name}/changes",
        change,
        "",
        Text(nb="ukjent endring", en="unknown change"),
        Text(
            nb=(f"Mente du «{near}»? " if near else "") + "Kjente: " + ", ".join(names),
            en=(f"Did you mean '{near}'? " if near else "") + "Known: " + ", ".join(names),
        ),
    )


def unreadable(file: str, error: OSError) -> Fault:
    """The file cannot be read."""
    reason = error.strerror or str(error)
    return Fault(
        file,
        "",
        "",
        Text(nb=f"kan ikke leses ({reason})", en=f"cannot be read ({reason})"),
        Text(nb="Legg filen i scenariomappen.", en="Put the file into the scenario's folder."),
    )


def not_utf8(file: str, raw: bytes, error: UnicodeDecodeError) -> Fault:
    """The file is not UTF-8."""
    line = raw[: error.start].count(b"\n") + 1
    return Fault(
        f"{file}:{line}",
        "",
        "",
        Text(nb="er ikke lagret som UTF-8", en="is not saved as UTF-8"),
        Text(
            nb="Lagre filen med tegnkoding UTF-8 (den ser ut til å være Windows-1252).",
            en="Save the file with encoding UTF-8 (it looks like Windows-1252).",
        ),
    )


def not_toml(file: str, error: Exception) -> Fault:
    """The file is not TOML."""
    return Fault(
        file,
        "",
        "",
        Text(nb=f"er ikke gyldig TOML: {error}", en=f"is not valid TOML: {error}"),
        Text(
            nb="Se etter anførselstegn, komma eller klammer på linjen som er nevnt. Desimaltegn er punktum.",
            en="Look for quotes, commas or brackets on the line named. The decimal sign is a point.",
        ),
    )


def wrong_width(file: str, line: int) -> Fault:
    """A row has more or fewer cells than the header."""
    return Fault(
        f"{file}:{line}",
        "",
        "",
        Text(nb="har et annet antall felt enn overskriften", en="has another number of cells than the header"),
        Text(
            nb='Sett tekst som inneholder komma i "anførselstegn".',
            en='Put text that holds a comma into "quotes".',
        ),
    )


def not_a_number(place: str, column: str, cell: str) -> Fault:
    """A cell should be a number."""
    better = cell.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    remedy = Text(nb="Skriv et tall med desimalpunktum.", en="Write a number with a decimal point.")
    if better.replace(".", "", 1).lstrip("-").isdigit():
        remedy = Text(nb=f"Skriv {better}.", en=f"Write {better}.")
    return Fault(place, column, cell or "(tomt)", Text(nb="er ikke et tall", en="is not a number"), remedy)


def _unknown(near: str) -> tuple[Text, Text]:
    remedy = Text(nb="Fjern den, eller se docs/scenario-format.md.", en="Remove it, or see docs/scenario-format.md.")
    if near:
        remedy = Text(nb=f"Mente du «{near}»?", en=f"Did you mean '{near}'?")
    return Text(nb="ukjent nøkkel", en="unknown key"), remedy


def _missing() -> tuple[Text, Text]:
    return (
        Text(nb="mangler", en="is missing"),
        Text(nb="Legg den inn med verdi, enhet, grunnlag og kilde.", en="Add it with value, unit, basis and source."),
    )


def _unit(unit: str) -> tuple[Text, Text]:
    return (
        Text(nb=f"enheten skal være «{unit}»", en=f"the unit must be '{unit}'"),
        Text(nb="Regn om tallet og skriv enheten slik.", en="Convert the number and write the unit so."),
    )


def _limits(context: dict[str, Any]) -> tuple[Text, Text]:
    low, high, number, unit = context["low"], context["high"], context["number"], context["unit"]
    rule = Text(
        nb=f"ventet {unit} mellom {low:g} og {high:g}",
        en=f"expected {unit} between {low:g} and {high:g}",
    )
    if abs(number) > high and low <= number / 100 <= high and unit in ("share", "per year", "correlation"):
        fraction = f"{number / 100:g}"
        return rule, Text(nb=f"Skriv {fraction} for {number:g} %.", en=f"Write {fraction} for {number:g} %.")
    return rule, Text(nb="Rett tallet eller enheten.", en="Correct the number or its unit.")


def _finite() -> tuple[Text, Text]:
    return (
        Text(nb="er ikke et vanlig tall", en="is not an ordinary number"),
        Text(nb="Skriv et endelig tall, ikke nan eller inf.", en="Write a finite number, not nan or inf."),
    )


def _matrix(smallest: float) -> tuple[Text, Text]:
    return (
        Text(
            nb=f"korrelasjonsmatrisen er ikke positivt definitt (minste egenverdi {smallest:.3g})",
            en=f"the correlation matrix is not positive definite (smallest eigenvalue {smallest:.3g})",
        ),
        Text(
            nb="Korrelasjonene motsier hverandre: trekk de største nærmere null.",
            en="The correlations contradict each other: move the largest ones towards zero.",
        ),
    )


def _value_or_dated() -> tuple[Text, Text]:
    return (
        Text(nb="må ha enten value eller dated", en="must have either value or dated"),
        Text(
            nb="Skriv value = 0.02, eller dated = { 2020 = 0.02, 2024 = 0.03 }.",
            en="Write value = 0.02, or dated = { 2020 = 0.02, 2024 = 0.03 }.",
        ),
    )


def _year() -> tuple[Text, Text]:
    return (
        Text(nb="er ikke et årstall", en="is not a year"),
        Text(nb="Skriv fire sifre, som 2024.", en="Write four digits, like 2024."),
    )


def _bare_number() -> tuple[Text, Text]:
    return (
        Text(nb="et tall må stå med enhet, grunnlag og kilde", en="a number must come with unit, basis and source"),
        Text(
            nb='Skriv { value = ..., unit = "...", basis = "source|derived|assumption", source = "..." }.',
            en='Write { value = ..., unit = "...", basis = "source|derived|assumption", source = "..." }.',
        ),
    )


def _one_of(expected: str) -> tuple[Text, Text]:
    return (
        Text(nb=f"må være en av {expected.replace(' or ', ' eller ')}", en=f"must be one of {expected}"),
        Text(nb="Velg en av dem.", en="Choose one of them."),
    )


def _bound(context: dict[str, Any]) -> tuple[Text, Text]:
    name, limit = next(iter(context.items()))
    words = {
        "ge": ("minst", "at least"),
        "gt": ("over", "above"),
        "le": ("høyst", "at most"),
        "lt": ("under", "below"),
    }
    nb, en = words.get(name, (name, name))
    return (
        Text(nb=f"skal være {nb} {limit}", en=f"must be {en} {limit}"),
        Text(nb="Rett tallet.", en="Correct the number."),
    )


def _width(years: int) -> tuple[Text, Text]:
    return (
        Text(nb=f"skal ha {years} årskolonner", en=f"must have {years} year columns"),
        Text(nb="Legg til eller fjern kolonner.", en="Add or remove columns."),
    )


def _negative() -> tuple[Text, Text]:
    return (
        Text(nb="har et negativt folketall", en="has a negative number of residents"),
        Text(nb="Rett tallet.", en="Correct the number."),
    )
