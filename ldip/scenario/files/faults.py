"""Turn what is wrong with an input into a fault that a planner can act on. Its words stand in ``ldip/faults.csv``."""

import datetime
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ldip.errors import Fault
from ldip.scenario.correlations import conflict
from ldip.scenario.drivers import PAIRS, TURNED
from ldip.scenario.quantities import MOST_MONEY
from ldip.scenario.schema import kind_at
from ldip.scenario.units import in_a_sentence
from ldip.text import Text, hidden, printable

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
    "eiendomsskatt": ("property_tax_rate",),
    "utbytte": ("dividends",),
    "merforbruk": ("uncovered_deficit",),
    "accumulated_deficit": ("uncovered_deficit",),
    "engangspost": ("one_off",),
    "tjenester": ("services",),
    "verdi": ("value",),
    "enhet": ("unit",),
    "kilde": ("source",),
    "grunnlag": ("basis",),
    "år": ("year",),
    "fra": ("from",),
    "til": ("to",),
    "tillegg": ("shift",),
    "faktor": ("scale",),
    "lønn": ("wages",),
    "lønnsvekst": ("wages",),
    "nibor": ("rate",),
    "styringsrente": ("rate",),
    "kommuneskatt": ("national_tax",),
    "igangsatte": ("completions",),
    "ferdigstilte": ("completions",),
}
"""Norwegian words for keys, tried before spelling distance (which would turn 'rente' into 'renewal')."""

IN_A_CHANGE = ("shift", "scale", "from", "to")
"""What a change may say of a number besides ``value`` or ``dated``."""

KINDS = {
    "missing": "missing",
    "finite_number": "not_finite",
    "value_or_dated": "value_or_dated",
    "two_languages": "two_languages",
    "tails": "tails",
    "not_ordered": "not_ordered",
    "bust_takes_all": "bust_takes_all",
    "not_whole": "not_whole",
    "model_": "bare_number",
    "float_": "not_a_float",
    "int_": "not_whole_number",
    "string_type": "not_text",
    "string_too_short": "too_short",
    "string_pattern": "bad_name",
    "list_type": "not_a_list",
    "too_short": "empty_list",
    "dict_type": "not_dated",
}
"""How an error of the schema begins -> the kind of fault it is."""

BOUNDS = {
    "greater_than_equal": ("below_least", "ge"),
    "greater_than": ("not_above", "gt"),
    "less_than_equal": ("above_most", "le"),
    "less_than": ("not_below", "lt"),
}
"""An error of the schema's limits -> the kind of fault it is, and where the limit stands."""

FUNDS = ("buffer_fund", "wage_reserve", "discretionary_funds", "investment_funds", "restricted_funds")
"""Funds of ``[opening]``: what has been spent beyond them is an uncovered deficit."""

TOML_WORDS = {
    "Invalid value": Text("ugyldig verdi", "invalid value"),
    "Cannot overwrite a value": Text("nøkkelen står to ganger", "the key stands twice"),
    "Duplicate inline table key": Text("nøkkelen står to ganger", "the key stands twice"),
    "Cannot declare": Text("avsnittet står to ganger", "the section stands twice"),
    "Cannot mutate": Text("avsnittet er lukket", "the section is closed"),
    "Expected '=' after a key": Text("likhetstegn mangler etter nøkkelen", "an equals sign is missing after the key"),
    "Expected newline or end of document": Text("det står noe mer på linjen", "there is more on the line"),
    "Expected ']": Text("en hakeparentes mangler", "a bracket is missing"),
    "Unclosed array": Text("listen er ikke lukket", "the list is not closed"),
    "Unclosed inline table": Text("klammeparentesen er ikke lukket", "the brace is not closed"),
    "Unterminated string": Text("anførselstegnet er ikke lukket", "the quote is not closed"),
    "Illegal character": Text("ugyldig tegn", "a character that cannot stand there"),
    "Invalid initial character for a key": Text("nøkkelen har ugyldige tegn", "the key has invalid characters"),
    "Invalid statement": Text("linjen er ikke en nøkkel og en verdi", "the line is not a key and a value"),
}
"""How the TOML reader's messages begin -> our own words."""

BACKSLASH = ("Unescaped", "Invalid hex value", "Escaped character is not")
"""How they begin where a backslash in double quotes is taken for the beginning of a character, as in "C:\\Users"."""


EMPTY = Text("(tomt)", "(empty)")
"""What is shown of a cell without anything in it."""


def translate(detail: ErrorDetails, file: str, key: str) -> Fault:
    """One pydantic error as a fault of `key` in `file`."""
    context: dict[str, Any] = detail.get("ctx", {})
    value = detail["input"]
    shown = "" if isinstance(value, dict | list | tuple) else str(value)
    kind, key = detail["type"], key.removesuffix(".[key]")
    if kind == "property_tax_law":
        return Fault.of(kind, file, key, str(context["broken"]))
    if kind == "before_plan":
        return Fault.of(kind, file, str(context["key"]), str(context["year"]))
    if kind == "rule_name_taken":
        return Fault.of(kind, file, key)
    if kind == "extra_forbidden":
        known = keys_at([str(part) for part in detail["loc"][:-1]])
        if "unit" in known and detail["loc"][-1] in IN_A_CHANGE:
            return Fault.of("only_in_a_change", file, key)
        return unknown(file, key, "", [*known, *(IN_A_CHANGE if "unit" in known else ())])
    if kind == "missing":
        return Fault.of("missing", file, key)
    if kind == "wrong_unit":
        return Fault.of("wrong_unit", file, f"{key}.unit", str(context["found"]), unit=context["unit"])
    if kind == "outside_limits":
        return _outside(context, file, f"{key}.{context['where']}".rstrip("."))
    if kind == "not_positive_definite":
        return _in_conflict(context["matrix"], file, key)
    if kind == "too_wide":
        place = f"{key}.{context['key']}".lstrip(".")
        return Fault.of(kind, file, place, f"{context['spread']:g}", of=context["of"], most=context["most"])
    if kind == "not_a_year":
        return Fault.of(kind, file, f"{key}.dated", str(context["key"]))
    if kind == "literal_error":
        expected = str(context.get("expected", ""))
        return Fault.of("not_one_of", file, key, shown, known=Text(expected.replace(" or ", " eller "), expected))
    if kind in BOUNDS:
        told, limit = BOUNDS[kind]
        if told == "above_most" and context[limit] == MOST_MONEY:
            told, shown = "amount_too_large", f"{float(value):.12g}"
        return Fault.of(told, file, key, shown, limit=f"{context[limit]:.12g}")
    if kind.startswith("string_pattern") and key.endswith("tolerance"):
        return Fault.of("bad_tolerance", file, key, shown)
    told = next((KINDS[start] for start in KINDS if kind.startswith(start)), "not_allowed")
    return Fault.of(told, file, key, shown)


def _in_conflict(matrix: np.ndarray, file: str, key: str) -> Fault:
    """Correlations that cannot be at once: the fewest that contradict each other, and the nearest that do not."""
    found = conflict(matrix)
    pairs, near = (
        ", ".join(f"{PAIRS[pair]} = {value:g}" for pair, value in part.items())
        for part in (found.pairs, found.nearest)
    )
    kind = "correlation_of_one" if len(found.pairs) == 1 else "not_positive_definite"
    return Fault.of(kind, file, key, pairs=pairs, near=near)


def _outside(context: Mapping[str, Any], file: str, key: str) -> Fault:
    """A number beyond its limits, perhaps because it is in per cent."""
    low, high, number, unit = context["low"], context["high"], context["number"], context["unit"]
    if number < 0.0 and key in (f"opening.{name}.value" for name in FUNDS):
        return Fault.of("negative_fund", file, key, f"{number:g}", amount=-number)
    places = {"unit": in_a_sentence(unit), "low": low, "high": high}
    fractions = ("share", "per year", "correlation", "probability per year")
    if unit in fractions and abs(number) > high and low <= number / 100 <= high:
        return Fault.of("in_per_cent", file, key, f"{number:g}", fraction=number / 100, number=number, **places)
    return Fault.of("outside_limits", file, key, f"{number:g}", **places)


def moved_too_far(detail: ErrorDetails, file: str, key: str, way: str, amount: float) -> Fault:
    """A number beyond its limits because a change moved it: told by what the change says."""
    context: dict[str, Any] = detail["ctx"]
    low, high, number = context["low"], context["high"], context["number"]
    year = str(context["where"]).removeprefix("dated.")
    when = Text(f" fra {year}", f" from {year}") if year.isdigit() else Text("", "")
    small = {"shift": number - amount + amount / 100.0, "scale": number / 100.0, "value": amount / 100.0}[way]
    fits = abs(amount) >= 1.0 and low <= small <= high
    places = {"unit": in_a_sentence(context["unit"]), "low": low, "high": high}
    return Fault.of(
        *("moved_too_far", file, f"{key}.{way}", f"{amount:g}"),
        number=number,
        when=when,
        hint=per_cent_hint(amount) if fits else Text("", ""),
        **places,
    )


def per_cent_hint(amount: float) -> Text:
    """What to write if per cent was meant, with a blank before it."""
    words = Text(" Skriv {fraction:g} hvis {amount:g} er prosent.", " Write {fraction:g} if {amount:g} is per cent.")
    return Text(*(words.say(lang, fraction=amount / 100.0, amount=amount) for lang in ("nb", "en")))


def may_have_years(path: Sequence[str]) -> bool:
    """May the number at a key path of the scenario change from a year on?"""
    return "dated" in keys_at(path)


def keys_at(location: Sequence[str]) -> list[str]:
    """The known keys at a place of the scenario."""
    model = kind_at(location)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that was probably meant, or nothing; codes without letters are never near each other."""
    if not any(sign.isalpha() for sign in word):
        return ""
    for synonym in (*SYNONYMS.get(word.lower(), ()), *([TURNED[word]] if word in TURNED else ())):
        if synonym in known:
            return synonym
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.55)), "")


def hint(word: str, known: Sequence[str]) -> Text:
    """A question after what was probably meant, with a blank behind it; empty where nothing is near."""
    near = nearest(word, known)
    return Text(f"Mente du «{near}»? ", f"Did you mean '{near}'? ") if near else Text("", "")


def no_scenario(where: str, names: Sequence[str], path: Path) -> Fault:
    """No such scenario, or something else of that name."""
    if path.exists():
        return Fault.of("not_a_scenario", where, names=", ".join(names))
    return Fault.of("no_scenario", "", where, hint=hint(where, names), names=", ".join(names))


def no_change(change: str, names: Sequence[str], folder: Path) -> Fault:
    """No such change, or something else of that name."""
    if Path(change).exists():
        return Fault.of("not_a_change", change, names=", ".join(names))
    file = f"{folder.name}/changes"
    return Fault.of("no_change", file, change, hint=hint(change, names), names=", ".join(names))


def no_driver(name: str, names: Sequence[str]) -> Fault:
    """No such driver."""
    return Fault.of("no_driver", "", name, hint=hint(name, names), names=", ".join(names))


def not_utf8(file: str, raw: bytes, error: UnicodeDecodeError) -> Fault:
    """The file is not UTF-8."""
    line = raw[: error.start].count(b"\n") + 1
    guess = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "Windows-1252"
    return Fault.of("not_utf8", f"{file}:{line}", guess=guess)


def not_toml(file: str, error: ValueError) -> Fault:
    """The file is not TOML: where, and what the reader stumbled over, in our own words."""
    message = str(error)
    if message.startswith(BACKSLASH):
        found = re.search(r"line (\d+)", message)
        return Fault.of("backslash", f"{file}:{found[1]}" if found else file)
    words = next((TOML_WORDS[start] for start in TOML_WORDS if message.startswith(start)), None)
    found = re.search(r"line (\d+), column (\d+)", message)
    place = Text("på siste linje", "on the last line")
    if found:
        line, column = found.groups()
        place = Text(f"på linje {line}, tegn {column}", f"on line {line}, character {column}")
    why = Text(f": {words.nb}", f": {words.en}") if words else Text("", "")
    return Fault.of("not_toml", file, reason=why, place=place)


def hidden_in_text(file: str, text: str) -> list[Fault]:
    """The lines of a file that hold a character which cannot be shown."""
    if not hidden(text):
        return []
    lines = ((number, hidden(line)) for number, line in enumerate(text.split("\n"), 1))
    return [_hidden(f"{file}:{number}", "", sign) for number, sign in lines if sign]


def hidden_in_tree(file: str, tree: Any, key: str = "") -> Iterator[Fault]:
    """The texts and keys in a tree that hold a character which cannot be shown, written as an escape."""
    if isinstance(tree, Mapping):
        for name, part in tree.items():
            place = f"{key}.{name}".lstrip(".")
            sign = hidden(name)
            yield from [_hidden(file, place, sign)] if sign else hidden_in_tree(file, part, place)
    elif isinstance(tree, list | tuple):
        for part in tree:
            yield from hidden_in_tree(file, part, key)
    elif isinstance(tree, str) and (sign := hidden(tree)):
        yield _hidden(file, key, sign)


def hidden_in_name(name: str) -> list[Fault]:
    """The name of a file or folder that holds a character which cannot be shown, or an end of a line."""
    shown = printable(name)
    return [] if shown == name else [Fault.of("hidden_character", "", shown, sign=_escapes(name))]


def _hidden(file: str, key: str, sign: re.Match[str]) -> Fault:
    return Fault.of("hidden_character", file, key, sign=printable(sign[0]))


def _escapes(name: str) -> str:
    return " ".join(dict.fromkeys(printable(sign) for sign in name if printable(sign) != sign))


def a_date(file: str, place: str, day: datetime.date, shown: str) -> Fault:
    """Excel made a date of a number that was written with a point."""
    return Fault.of("sheet_date", file, place, shown, day=day.day, month=day.month)


def unknown(file: str, key: str, value: str, known: Sequence[str]) -> Fault:
    """Something that is not known there; proposes the nearest that is."""
    near = nearest(value or key.split(".")[-1], known)
    if near:
        return Fault.of("misspelt_key", file, key, value, near=near)
    if value and known:
        return Fault.of("unknown_choice", file, key, value, known=", ".join(known))
    return Fault.of("unknown_key", file, key, value)
