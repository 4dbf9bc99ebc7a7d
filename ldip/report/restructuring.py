"""Restructuring at a chosen confidence: table, file, JSON."""

import math
import textwrap
from pathlib import Path
from typing import Any

from ldip.analysis.restructuring import LARGEST, Restructuring, curve
from ldip.errors import Text
from ldip.report.files import figure, plain, write_csv
from ldip.report.numbers import number
from ldip.report.text import table

RULES = {
    "result": Text("resultatgrad", "net operating result share"),
    "equity": Text("egenkapitalfinansiering", "equity share"),
    "buffer": Text("bufferfond", "buffer fund"),
    "liquidity": Text("likviditetsreserve", "liquidity reserve"),
    "deficit": Text("udekket merforbruk", "uncovered deficit"),
}
HEAD = Text(
    nb="sikkerhet|trinn, mill. {year}-kr i året|feil ±|prosent av driftsutgiftene|nok i|feil ±",
    en="confidence|step, mill. {year}-kr a year|error ±|per cent of net expenditure|enough in|error ±",
)
LAST = Text(nb="i {last}", en="in {last}")
EVERY = Text(nb="i hvert år {first}–{last}", en="in every year {first}-{last}")
INTRO = Text(
    nb="Minste årlige omstilling som må til for at reglene holder {when}: {rules}. Trinnet kommer i tillegg hvert år "
    "etter planen ({count} år): etter to år er det spart to trinn.",
    en="Smallest yearly restructuring with which the rules hold {when}: {rules}. The step is added every year after "
    "the plan ({count} years): after two years two steps are saved.",
)
WITHOUT = Text(
    nb="Uten omstilling utover planen holder reglene i {probability} % av løpene.",
    en="Without restructuring beyond the plan the rules hold in {probability} % of the runs.",
)
NEVER = Text(
    nb="I {share} % av løpene er ikke engang {largest} mill. i året nok.",
    en="In {share} % of the runs not even {largest} mill. a year is enough.",
)
NOTE = Text(
    nb="{runs} løp, frø {seed}. Sannsynlighetene er modellens. Trinnet gjelder tiltak som virker fullt ut; "
    "services.measures_delivery sier hvor mye av dem som blir noe av. "
    "ldip simulate --policy step --step X viser resten.",
    en="{runs} runs, seed {seed}. Probabilities are the model's. The step is of measures that take full effect; "
    "services.measures_delivery says how much of them comes true. "
    "ldip simulate --policy step --step X shows the rest.",
)


def restructuring_records(result: Restructuring) -> dict[str, Any]:
    """Steps and curve for ``--json`` and ``restructuring.csv``."""
    return {
        "scenario": result.scenario,
        "rules": list(result.rules),
        "first_year": result.first_year,
        "last_year": result.last_year,
        "runs": result.runs,
        "seed": result.seed,
        "steps": [
            {
                "confidence": a.confidence,
                "step_mnok": figure(a.step),
                "step_share": figure(a.share),
                "probability": a.probability,
                "standard_error": a.probability_error,
                "step_standard_error": figure(a.step_error),
            }
            for a in result.answers
        ],
        "curve": [{"step_mnok": step, "probability": probability} for step, probability in curve(result)],
    }


def write_restructuring(folder: Path, result: Restructuring) -> None:
    """``restructuring.csv`` (steps by confidence) and ``restructuring_curve.csv`` (step against probability)."""
    records = restructuring_records(result)
    for name, rows in (("restructuring", records["steps"]), ("restructuring_curve", records["curve"])):
        cells = [[plain(math.inf if value is None else value) for value in row.values()] for row in rows]
        write_csv(folder / f"{name}.csv", [list(rows[0]), *cells])


def restructuring_text(result: Restructuring, title: str, base_year: int, plan_years: int, lang: str) -> str:
    """The steps at each confidence, and what they mean."""
    when = LAST if result.first_year == result.last_year else EVERY
    names = ", ".join(RULES[rule].say(lang) for rule in result.rules)
    intro = INTRO.say(
        lang,
        when=when.say(lang, first=result.first_year, last=result.last_year),
        rules=names,
        count=result.last_year - base_year - plan_years + 1,
    )
    rows = [HEAD.say(lang, year=base_year).split("|")]
    for a in result.answers:
        rows.append(
            [
                f"{number(100.0 * a.confidence, 0, lang)} %",
                number(a.step, 1, lang) if math.isfinite(a.step) else f"> {number(LARGEST, 0, lang)}",
                number(a.step_error, 1, lang),
                number(100.0 * a.share, 2, lang) if math.isfinite(a.share) else "-",
                f"{number(100.0 * a.probability, 1, lang)} %",
                number(100.0 * a.probability_error, 1, lang),
            ]
        )
    words = WITHOUT.say(lang, probability=number(100.0 * result.probability(0.0), 0, lang))
    never = sum(math.isinf(step) for step in result.steps) / result.runs
    if never > 0.0:
        words += " " + NEVER.say(lang, share=number(100.0 * never, 1, lang), largest=number(LARGEST, 0, lang))
    note = NOTE.say(lang, runs=number(result.runs, 0, lang), seed=result.seed)
    filled = [textwrap.fill(text, 100) for text in (intro, words, note)]
    return "\n\n".join([title, filled[0], table(rows), filled[1], filled[2]])
