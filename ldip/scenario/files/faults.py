"""Turn what is wrong with an input into words a planner can act on, in Norwegian and English."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ldip.errors import Fault
from ldip.scenario.quantities import unit_words
from ldip.scenario.schema import Scenario
from ldip.text import Text

SYNONYMS = {
    "rente": ("interest", "money_market_rate", "rate"),
    "rentenivå": ("money_market_rate",),
    "pengemarkedsrente": ("money_market_rate",),
    "gjeld": ("general_debt",),
    "boliger": ("per_year", "completions"),
    "boligbygging": ("housing", "pace"),
    "skatt": ("tax_growth_per_working_age", "national_tax"),
    "prisvekst": ("cpi_growth", "cpi"),
    "kpi": ("cpi_growth", "cpi"),
    "deflator": ("deflator_growth",),
    "egenkapital": ("equity_target",),
    "avdrag": ("instalment_share",),
    "bufferfond": ("buffer_fund",),
    "likviditet": ("liquidity_reserve",),
    "investeringer": ("investment",),
    "inntekter": ("revenue",),
    "tjenester": ("services",),
    "verdi": ("value",),
    "enhet": ("unit",),
    "kilde": ("source",),
    "grunnlag": ("basis",),
    "år": ("year",),
    "lønn": ("wages",),
    "lønnsvekst": ("wages",),
    "nibor": ("rate",),
    "styringsrente": ("rate",),
    "kommuneskatt": ("national_tax",),
    "igangsatte": ("completions",),
    "ferdigstilte": ("completions",),
}
"""Norwegian words for keys, tried before spelling distance (which would turn 'rente' into 'renewal')."""


def translate(detail: ErrorDetails, file: str, key: str) -> Fault:
    """One pydantic error as a fault of `key` in `file`."""
    context: dict[str, Any] = detail.get("ctx", {})
    value = detail["input"]
    shown = "" if isinstance(value, dict | list | tuple) else str(value)
    kind = detail["type"]
    location = tuple(str(part) for part in detail["loc"])
    if kind == "extra_forbidden":
        return unknown(file, key, "", _keys_at(location[:-1]))
    if kind == "missing":
        return fault("missing", file, key)
    if kind == "wrong_unit":
        return fault("wrong_unit", file, f"{key}.unit", str(context["found"]), unit=context["unit"])
    if kind == "outside_limits":
        return Fault(file, f"{key}.{context['where']}", f"{context['number']:g}", *_limits(context))
    if kind == "not_positive_definite":
        return Fault(file, key, "", *_matrix(float(context["smallest"])))
    if kind == "too_wide":
        return Fault(file, f"{key}.{context['key']}".lstrip("."), f"{context['spread']:g}", *_too_wide(context))
    if kind == "not_a_year":
        return Fault(file, f"{key}.dated", str(context["key"]), *PLAIN["not_a_year"])
    if kind == "literal_error":
        return Fault(file, key, shown, *_one_of(str(context.get("expected", ""))))
    if kind.startswith(("greater_than", "less_than")):
        return Fault(file, key, shown, *_bound(context))
    for start, texts in PLAIN.items():
        if kind.startswith(start):
            return Fault(file, key, shown, *texts)
    rule = Text(nb=f"ugyldig verdi ({detail['msg']})", en=detail["msg"])
    return Fault(file, key, shown, rule, Text("Se docs/scenario-format.md.", "See docs/scenario-format.md."))


PLAIN: dict[str, tuple[Text, Text]] = {
    "finite_number": (
        Text(nb="er ikke et vanlig tall", en="is not an ordinary number"),
        Text(nb="Skriv et endelig tall, ikke nan eller inf.", en="Write a finite number, not nan or inf."),
    ),
    "value_or_dated": (
        Text(nb="må ha enten value eller dated", en="must have either value or dated"),
        Text(
            nb="Skriv value = 0.02, eller dated = { 2020 = 0.02, 2024 = 0.03 }.",
            en="Write value = 0.02, or dated = { 2020 = 0.02, 2024 = 0.03 }.",
        ),
    ),
    "tails": (
        Text(nb="skal være 0 (normal) eller minst 3", en="must be 0 (normal) or at least 3"),
        Text(nb="Skriv for eksempel 5.0; jo lavere, jo tykkere haler.", en="Write for example 5.0; lower is fatter."),
    ),
    "not_ordered": (
        Text(nb="den minste er større enn den største", en="the smallest is larger than the largest"),
        Text(nb="Bytt om smallest og largest.", en="Exchange smallest and largest."),
    ),
    "not_whole": (
        Text(nb="skal være et helt antall", en="must be a whole number"),
        Text(nb="Skriv for eksempel 2.0.", en="Write for example 2.0."),
    ),
    "not_a_year": (
        Text(nb="er ikke et årstall", en="is not a year"),
        Text(nb="Skriv fire sifre, som 2024.", en="Write four digits, like 2024."),
    ),
    "model_": (
        Text(nb="et tall må stå med enhet, grunnlag og kilde", en="a number must come with unit, basis and source"),
        Text(
            nb='Skriv { value = ..., unit = "...", basis = "source|derived|assumption", source = "..." }.',
            en='Write { value = ..., unit = "...", basis = "source|derived|assumption", source = "..." }.',
        ),
    ),
    "float_": (
        Text(nb="er ikke et tall", en="should be a valid number"),
        Text(
            nb="Skriv et tall uten anførselstegn og med desimalpunktum.",
            en="Write a number without quotes and with a decimal point.",
        ),
    ),
    "int_": (
        Text(nb="er ikke et heltall", en="should be a valid integer"),
        Text(nb="Skriv et heltall uten anførselstegn.", en="Write a whole number without quotes."),
    ),
    "string_type": (
        Text(nb="skal være tekst", en="should be a valid string"),
        Text(nb="Sett teksten i anførselstegn.", en="Put the text into quotes."),
    ),
    "string_too_short": (
        Text(nb="er for kort", en="is too short: should have at least 3 characters"),
        Text(nb="Skriv hvor tallet kommer fra.", en="Write where the number comes from."),
    ),
    "string_pattern": (
        Text(
            nb="kan bare ha små bokstaver, tall, bindestrek og understrek",
            en="should match: only small letters, digits, hyphen and underscore",
        ),
        Text(nb="Skriv for eksempel min-kommune-2024.", en="Write for example my-municipality-2024."),
    ),
    "list_type": (
        Text(nb="skal være en liste", en="should be a valid list"),
        Text(nb="Skriv en liste i hakeparenteser: [1, 2].", en="Write a list in brackets: [1, 2]."),
    ),
    "too_short": (
        Text(nb="er en tom liste", en="is an empty list"),
        Text(nb="Skriv minst ett ledd, eller fjern nøkkelen.", en="Write at least one item, or remove the key."),
    ),
    "dict_type": (
        Text(nb="skal være en tabell av årstall og verdier", en="should be a valid dictionary of years and values"),
        Text(nb="Skriv dated = { 2020 = 0.02, 2024 = 0.03 }.", en="Write dated = { 2020 = 0.02, 2024 = 0.03 }."),
    ),
}
"""Kind of error (its beginning) -> rule and remedy."""


UNITS_NB = {
    "share": "en andel",
    "per year": "en andel per år",
    "correlation": "en korrelasjon",
    "years": "år",
    "ratio": "et forholdstall",
    "share per year": "en andel per år",
    "standard deviation per year": "et standardavvik per år",
    "dwellings per year": "boliger per år",
    "dwellings": "boliger",
    "year": "et årstall",
    "mill. 2020-kr per dwelling": "mill. 2020-kr per bolig",
    "log points per unit rate": "logpoeng per renteenhet",
    "probability per year": "en sannsynlighet per år",
    "degrees of freedom": "frihetsgrader",
}


def _keys_at(location: Sequence[str]) -> list[str]:
    """The known keys at a place of the scenario."""
    model: Any = Scenario
    for part in location:
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        model = field.annotation if field else None
        while model is not None and get_origin(model) is not None:
            model = get_args(model)[-1]
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that was probably meant, or nothing."""
    for synonym in SYNONYMS.get(word.lower(), ()):
        if synonym in known:
            return synonym
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.55)), "")


def no_scenario(where: str, names: Sequence[str], path: Path) -> Fault:
    """No such scenario."""
    near = nearest(where, list(names))
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
    near = nearest(change, list(names))
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


def no_driver(name: str, names: Sequence[str]) -> Fault:
    """No such driver."""
    near = nearest(name, list(names))
    return Fault(
        "",
        name,
        "",
        Text(nb="er ikke en driver", en="is not a driver"),
        Text(
            nb=(f"Mente du «{near}»? " if near else "") + "Drivere: " + ", ".join(names),
            en=(f"Did you mean '{near}'? " if near else "") + "Drivers: " + ", ".join(names),
        ),
    )


FIXED: dict[str, tuple[Text, Text]] = {
    "extends_itself": (
        Text(nb="bygger på seg selv", en="extends itself"),
        Text(nb="La den bygge på et scenario.", en="Let it extend a scenario."),
    ),
    "unreadable": (
        Text(nb="kan ikke leses ({reason})", en="cannot be read ({reason})"),
        Text(nb="Legg filen i scenariomappen.", en="Put the file into the scenario's folder."),
    ),
    "not_toml": (
        Text(nb="er ikke gyldig TOML: {error}", en="is not valid TOML: {error}"),
        Text(
            nb="Se etter anførselstegn, komma eller klammer på linjen som er nevnt. Desimaltegn er punktum.",
            en="Look for quotes, commas or brackets on the line named. The decimal sign is a point.",
        ),
    ),
    "missing": (
        Text(nb="mangler", en="is missing"),
        Text(nb="Legg den inn med verdi, enhet, grunnlag og kilde.", en="Add it with value, unit, basis and source."),
    ),
    "wrong_unit": (
        Text(nb="enheten skal være «{unit}»", en="the unit must be '{unit}'"),
        Text(nb="Regn om tallet og skriv enheten slik.", en="Convert the number and write the unit so."),
    ),
    "not_in_a_change": (
        Text(nb="kan ikke stå i en endring", en="cannot stand in a change"),
        Text(
            nb="Tabeller endres i en kopi av scenariomappen.",
            en="Tables are changed in a copy of the scenario's folder.",
        ),
    ),
    # tables
    "not_a_table": (
        Text(nb="har ingen overskrift med komma mellom feltene", en="has no header with commas between the cells"),
        Text(
            nb="Lagre som CSV delt med komma, med kolonnene {names} og årene.",
            en="Save as CSV divided by commas, with the columns {names} and the years.",
        ),
    ),
    "year_columns": (
        Text(nb="skal ha {count} årskolonner", en="must have {count} year columns"),
        Text(nb="Kolonnene skal være {names}, i den rekkefølgen.", en="The columns must be {names}, in that order."),
    ),
    "wrong_width": (
        Text(nb="har et annet antall felt enn overskriften", en="has another number of cells than the header"),
        Text(
            nb='Sett tekst som inneholder komma i "anførselstegn".', en='Put text that holds a comma into "quotes".'
        ),
    ),
    "no_rows": (
        Text(nb="har ingen rader", en="has no rows"),
        Text(nb="Legg inn minst én rad.", en="Add at least one row."),
    ),
    "twice": (
        Text(nb="står to ganger", en="stands twice"),
        Text(nb="Fjern eller slå sammen.", en="Remove or merge one of them."),
    ),
    "negative_residents": (
        Text(nb="har et negativt folketall", en="has a negative number of residents"),
        Text(nb="Rett tallet.", en="Correct the number."),
    ),
    "nobody": (
        Text(nb="har ingen innbyggere", en="has no residents"),
        Text(nb="Fyll inn folketallet for året.", en="Fill in the residents of the year."),
    ),
    "not_next_age": (
        Text(nb="alderen her skal være {age}", en="the age here must be {age}"),
        Text(nb="Ett alderstrinn per rad, fra 0 og oppover.", en="One year of age per row, from 0 upwards."),
    ),
    "no_users": (
        Text(nb="har ingen brukere som telles", en="has no users that are counted"),
        Text(nb="Bare {names} kan følge users; skriv residents.", en="Only {names} follow users; write residents."),
    ),
    "elasticity_of_what": (
        Text(nb="gjelder bare områder som følger residents", en="only belongs to areas that follow residents"),
        Text(nb="Skriv 0, eller follows = residents.", en="Write 0, or follows = residents."),
    ),
    "not_before": (
        Text(nb="skal være et år før {year}", en="must be a year before {year}"),
        Text(
            nb="Premieavvik i planårene står i plan.csv, linjen premium_deviation.",
            en="Deviations of the plan years stand in plan.csv, line premium_deviation.",
        ),
    ),
    # yearly series
    "no_series": (
        Text(nb="ingen slik fil, heller ikke blant de medfølgende", en="no such file, nor among the shipped ones"),
        Text(nb="Medfølgende: {names}.", en="Shipped: {names}."),
    ),
    "no_columns": (
        Text(nb="har ingen kjent kolonne utenom year", en="has no known column besides year"),
        Text(nb="Legg inn minst én av {names}.", en="Add at least one of {names}."),
    ),
    "missing_column": (
        Text(nb="mangler", en="is missing"),
        Text(nb="Første kolonne skal være year, ett årstall per rad.", en="Let the first column be year, one a row."),
    ),
    "not_a_year": (
        Text(nb="er ikke et årstall mellom 1800 og 2200", en="is not a year between 1800 and 2200"),
        Text(nb="Skriv fire sifre, som 2019.", en="Write four digits, like 2019."),
    ),
    "year_twice": (
        Text(nb="står to ganger", en="stands twice"),
        Text(nb="Behold én rad per år.", en="Keep one row per year."),
    ),
    "not_next_year": (
        Text(nb="året her skal være {year}", en="the year here must be {year}"),
        Text(
            nb="Ett år per rad i stigende rekkefølge; la felt uten tall stå tomme.",
            en="One year per row in rising order; leave cells without a number empty.",
        ),
    ),
    "hole": (
        Text(
            nb="er tomt midt i kolonnen, men kolonnen må henge sammen",
            en="is empty inside the column, which must hang together",
        ),
        Text(
            nb="Fyll inn tallet, eller del kolonnen på to filer.",
            en="Fill in the number, or divide the column between two files.",
        ),
    ),
    "per_cent": (
        Text(
            nb="ser ut til å være i prosent: ventet {unit} mellom {low:g} og {high:g}",
            en="looks like per cent: expected {unit} between {low:g} and {high:g}",
        ),
        Text(
            nb="Del hele kolonnen på 100; skriv {better:g} for {value:g}.",
            en="Divide the whole column by 100; write {better:g} for {value:g}.",
        ),
    ),
    "implausible": (
        Text(nb="ventet {unit} mellom {low:g} og {high:g}", en="expected {unit} between {low:g} and {high:g}"),
        Text(nb="Rett tallet eller enheten.", en="Correct the number or its unit."),
    ),
    "never_changes": (
        Text(nb="har samme verdi hvert år", en="has the same value in every year"),
        Text(nb="Ta kolonnen ut; her er det ingenting å tilpasse.", en="Take the column out; nothing can be fitted."),
    ),
    "few_years": (
        Text(nb="har bare {count} år; det trengs {least}", en="has only {count} years; {least} are needed"),
        Text(nb="Legg til flere år, eller ta kolonnen ut.", en="Add more years, or take the column out."),
    ),
}
"""Kind of fault -> rule and remedy; words in braces are put in."""


def fault(kind: str, file: str, key: str = "", value: str = "", **words: object) -> Fault:
    """A fault of one of the FIXED kinds."""
    return worded(FIXED[kind], file, key, value, **words)


def worded(texts: tuple[Text, Text], file: str, key: str = "", value: str = "", **words: object) -> Fault:
    """A fault with this rule and remedy, words put in."""
    rule, remedy = (Text(text.say("nb", **words), text.say("en", **words)) for text in texts)
    return Fault(file, key, value, rule, remedy)


def not_utf8(file: str, raw: bytes, error: UnicodeDecodeError) -> Fault:
    """The file is not UTF-8."""
    line = raw[: error.start].count(b"\n") + 1
    guess = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "Windows-1252"
    return Fault(
        f"{file}:{line}",
        "",
        "",
        Text(nb="er ikke lagret som UTF-8", en="is not saved as UTF-8"),
        Text(
            nb=f"Lagre filen med tegnkoding UTF-8 (den ser ut til å være {guess}).",
            en=f"Save the file with encoding UTF-8 (it looks like {guess}).",
        ),
    )


def not_a_number(place: str, column: str, cell: str) -> Fault:
    """A cell should be a number."""
    better = cell.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    remedy = Text(nb="Skriv et tall med desimalpunktum.", en="Write a number with a decimal point.")
    if better.replace(".", "", 1).lstrip("-").isdigit():
        remedy = Text(nb=f"Skriv {better}.", en=f"Write {better}.")
    return Fault(place, column, cell or "(tomt)", Text(nb="er ikke et tall", en="is not a number"), remedy)


def unknown(file: str, key: str, value: str, known: Sequence[str]) -> Fault:
    """Something that is not known there; proposes the nearest that is."""
    near = nearest(value or key.split(".")[-1], known)
    remedy = Text(nb="Fjern den, eller se docs/scenario-format.md.", en="Remove it, or see docs/scenario-format.md.")
    if near:
        remedy = Text(nb=f"Mente du «{near}»?", en=f"Did you mean '{near}'?")
    return Fault(file, key, value, Text(nb="ukjent nøkkel", en="unknown key"), remedy)


def _limits(context: dict[str, Any]) -> tuple[Text, Text]:
    low, high, number, unit = context["low"], context["high"], context["number"], context["unit"]
    rule = Text(
        nb=f"ventet {unit_words(unit, UNITS_NB)} mellom {low:g} og {high:g}",
        en=f"expected {unit} between {low:g} and {high:g}",
    )
    if (
        abs(number) > high
        and low <= number / 100 <= high
        and unit in ("share", "per year", "correlation", "probability per year")
    ):
        fraction = f"{number / 100:g}"
        return rule, Text(nb=f"Skriv {fraction} for {number:g} %.", en=f"Write {fraction} for {number:g} %.")
    return rule, Text(nb="Rett tallet eller enheten.", en="Correct the number or its unit.")


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


def _too_wide(context: dict[str, Any]) -> tuple[Text, Text]:
    of, most = context["of"], context["most"]
    return (
        Text(
            nb=f"er så stor at {of} ± den kommer under 0 eller over {most:g}",
            en=f"is so large that {of} ± it falls below 0 or rises above {most:g}",
        ),
        Text(nb=f"Gjør den mindre, eller endre {of}.", en=f"Make it smaller, or change {of}."),
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
