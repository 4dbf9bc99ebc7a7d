"""Restructuring at a chosen confidence: table, file, JSON."""

import math
import textwrap
from pathlib import Path
from typing import Any

from ldip.analysis.reserve import Reserve
from ldip.analysis.restructuring import LARGEST, Restructuring, curve
from ldip.analysis.steering import Steering
from ldip.model.shown import LASTING, REGISTER
from ldip.report.folder.records import figure, write_records
from ldip.report.numbers import error_words, number, shown, unit_label
from ldip.report.terminal import policy_words, table
from ldip.report.words import ERROR, MEDIAN, PER_CENT
from ldip.text import Text

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
    nb="Uten omstilling utover planen holder reglene i {probability} % av framtidene.",
    en="Without restructuring beyond the plan the rules hold in {probability} % of the runs.",
)
NEVER = Text(
    nb="I {share} % av framtidene er ikke engang {largest} mill. i året nok.",
    en="In {share} % of the runs not even {largest} mill. a year is enough.",
)
HELD = Text(nb="Så ofte holder reglene {when}, prosent", en="How often the rules hold {when}, per cent")
STEP = Text(nb="trinn {step}", en="step {step}")
TOGETHER = Text(nb="alle på en gang", en="all at once")
RESERVE = Text(
    nb="Bufferfondet: sannsynlighet for at det aldri faller under minstekravet, prosent",
    en="The buffer fund: probability that it never falls below its minimum, per cent",
)
OPENING = Text(nb="ved start, mill. kr", en="at the start, mill. kr")
UNTIL = Text(nb="til {year}", en="until {year}")
OWN = Text(nb="{amount} (planens)", en="{amount} (the plan's)")
NOTE = Text(
    nb="{runs} framtider, startverdi {seed}. Sannsynlighetene er modellens. Trinnet gjelder tiltak som virker "
    "fullt ut; "
    "services.measures_delivery sier hvor mye av dem som blir noe av. "
    "ldip simulate --policy step --step X viser resten.",
    en="{runs} runs, seed {seed}. Probabilities are the model's. The step is of measures that take full effect; "
    "services.measures_delivery says how much of them comes true. "
    "ldip simulate --policy step --step X shows the rest.",
)


ALL_HOLD = Text("Alle reglene holder {when}, prosent", "All rules hold {when}, per cent")
WAITING = Text(
    nb="Verdien av å vente: Trinnet vedtas nå og tas i alle framtider, også i dem som ikke trenger det: {total} "
    "mill. i {last}. Den som styrer, venter og svarer på det som kommer: {label} er {median} {unit}, i ni av ti "
    "framtider {low} til {high}. Til gjengjeld holder reglene i {held} prosent av framtidene, mot {p}.",
    en="What waiting is worth: the step is decided now and taken in every run, also in those that do not need it: "
    "{total} mill. in {last}. Who steers waits and answers what comes: {label} is {median} {unit}, in nine of ten "
    "runs {low} to {high}. In return the rules hold in {held} per cent of the runs, against {p}.",
)


def decimals(result: Restructuring) -> int:
    """Decimals of a step in a sentence or picture: whole millions, tenths where all steps are small."""
    return 0 if max((a.step for a in result.answers if math.isfinite(a.step)), default=10.0) >= 10.0 else 1


def steering_rows(steering: Steering, when: str, lang: str) -> list[list[str]]:
    """What steering leads to in the last year: a heading, then median and 5 to 95 % of the figures, and chances."""
    summary = steering.summary
    rows = [[policy_words(summary, lang), MEDIAN.say(lang), "5 %", "95 %", ERROR.say(lang)]]
    for spread in (summary.distributions[name] for name in (LASTING, "debt_ratio")):
        unit = unit_label(spread.metric.unit, spread.metric.price_basis(summary.base_year), lang)
        cells = [shown(float(spread.percentile(p)[-1]), spread.metric.unit, lang) for p in (0.50, 0.05, 0.95)]
        error = max(float(spread.percentile_error(p)[-1]) for p in (0.05, 0.50, 0.95))
        said = error_words(error, spread.metric.unit, lang, finer=0)
        rows.append([f"{spread.metric.label.say(lang)}, {unit}", *cells, said])
    register = summary.probabilities[REGISTER]
    chances = {
        ALL_HOLD.say(lang, when=when): steering.together,
        f"{register.event.label.say(lang)}, {PER_CENT.say(lang)}": float(register.in_year[-1]),
    }
    for label, chance in chances.items():
        rows.append(
            [label, number(100.0 * chance, 0, lang), "", "", number(100.0 * _binomial(chance, summary.runs), 1, lang)]
        )
    return rows


def waiting_words(result: Restructuring, steering: Steering, plan_end: int, lang: str) -> str:
    """What it is worth to wait and answer what comes instead of deciding on a step now; nothing where no step is
    enough."""
    answer = result.answers[-1]
    if not math.isfinite(answer.step):
        return ""
    spread = steering.summary.distributions[LASTING]
    metric = spread.metric
    low, median, high = (shown(float(spread.percentile(p)[-1]), metric.unit, lang) for p in (0.05, 0.50, 0.95))
    label = metric.label.say(lang)
    return WAITING.say(
        lang,
        total=number(answer.step * (result.last_year - plan_end), step_decimals(result) - 1, lang),
        last=result.last_year,
        label=label[:1].lower() + label[1:],
        unit=unit_label(metric.unit, metric.price_basis(steering.summary.base_year), lang),
        held=number(100.0 * steering.together, 0, lang),
        p=number(100.0 * answer.probability, 0, lang),
        **{"low": low, "median": median, "high": high},
    )


def steering_records(steering: Steering) -> dict[str, Any]:
    """What steering leads to in the last year, for ``--json`` and ``steering.csv``."""
    summary = steering.summary
    found: dict[str, Any] = {"policy": summary.policy}
    for name in (LASTING, "debt_ratio"):
        spread = summary.distributions[name]
        found |= {f"{name}_p{100 * p:02.0f}": figure(spread.percentile(p)[-1]) for p in (0.05, 0.50, 0.95)}
        found[f"{name}_p50_standard_error"] = figure(spread.percentile_error(0.50)[-1])
    found["rules_hold"] = steering.together
    found["rules_hold_standard_error"] = _binomial(steering.together, summary.runs)
    register = summary.probabilities[REGISTER]
    return found | {REGISTER: float(register.in_year[-1]), f"{REGISTER}_so_far": float(register.so_far[-1])}


def restructuring_records(result: Restructuring) -> dict[str, Any]:
    """Steps and curve for ``--json`` and ``restructuring.csv``."""
    return {
        "scenario": result.scenario,
        "rules": [rule.id for rule in result.rules],
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
        "rules_held": [
            {
                "step_mnok": held.step,
                "rule": rule,
                "probability": probability,
                "standard_error": _binomial(probability, result.runs),
            }
            for held in result.held
            for rule, probability in (*held.by_rule.items(), ("all", held.together))
        ],
        "curve": [{"step_mnok": step, "probability": probability} for step, probability in curve(result)],
    }


def reserve_records(reserve: Reserve) -> list[dict[str, Any]]:
    """The reserve curve for ``--json`` and ``reserve_curve.csv``."""
    return [
        {
            "opening_buffer_fund_mnok": float(opening),
            "year": int(year),
            "probability": float(reserve.probability[row, t]),
            "standard_error": float(reserve.error[row, t]),
        }
        for row, opening in enumerate(reserve.openings)
        for t, year in enumerate(reserve.years)
    ]


def write_restructuring(folder: Path, result: Restructuring, steering: Steering, reserve: Reserve | None) -> None:
    """``restructuring.csv`` (steps by confidence), ``restructuring_curve.csv`` (step against probability),
    ``rules_held.csv``, ``steering.csv`` and, if there is one, ``reserve_curve.csv``."""
    records = restructuring_records(result)
    files = {
        "restructuring": records["steps"],
        "restructuring_curve": records["curve"],
        "rules_held": records["rules_held"],
        "steering": [steering_records(steering)],
    }
    if reserve:
        files["reserve_curve"] = reserve_records(reserve)
    for name, rows in files.items():
        write_records(folder / f"{name}.csv", rows)


def _binomial(probability: float, runs: int) -> float:
    return math.sqrt(probability * (1.0 - probability) / runs)


def reserve_text(reserve: Reserve, plan_years: int, lang: str) -> str:
    """The reserve curve at the end of the plan, half-way and at the horizon."""
    last = len(reserve.years) - 1
    places = sorted({min(plan_years - 1, last), (plan_years - 1 + last) // 2, last})
    rows = [[OPENING.say(lang), *[UNTIL.say(lang, year=reserve.years[t]) for t in places], ERROR.say(lang)]]
    for row, opening in enumerate(reserve.openings):
        amount = number(float(opening), 0, lang)
        cells = [number(100.0 * float(reserve.probability[row, t]), 0, lang) for t in places]
        error = number(100.0 * float(reserve.error[row, places].max()), 1, lang)
        rows.append([OWN.say(lang, amount=amount) if opening == reserve.own else amount, *cells, error])
    return f"{RESERVE.say(lang)}\n{table(rows, indent=2)}"


def restructuring_text(
    result: Restructuring, steering: Steering, title: str, base_year: int, plan_years: int, lang: str
) -> str:
    """The steps at each confidence, what they mean, and what steering achieves instead."""
    when = LAST if result.first_year == result.last_year else EVERY
    names = ", ".join(rule.name.say(lang) for rule in result.rules)
    intro = INTRO.say(
        lang,
        when=when.say(lang, first=result.first_year, last=result.last_year),
        rules=names,
        count=result.last_year - base_year - plan_years + 1,
    )
    rows = [HEAD.say(lang, year=base_year).split("|")]
    finer = step_decimals(result)
    for a in result.answers:
        rows.append(
            [
                f"{number(100.0 * a.confidence, 0, lang)} %",
                number(a.step, finer, lang) if math.isfinite(a.step) else f"> {number(LARGEST, 0, lang)}",
                number(a.step_error, finer, lang),
                number(100.0 * a.share, 2, lang) if math.isfinite(a.share) else "-",
                f"{number(100.0 * a.probability, 1, lang)} %",
                number(100.0 * a.probability_error, 1, lang),
            ]
        )
    words = WITHOUT.say(lang, probability=number(100.0 * result.probability(0.0), 0, lang))
    never = sum(math.isinf(step) for step in result.steps) / result.runs
    if never > 0.0:
        words += " " + NEVER.say(lang, share=number(100.0 * never, 1, lang), largest=number(LARGEST, 0, lang))
    span = when.say(lang, first=result.first_year, last=result.last_year)
    held = f"{HELD.say(lang, when=span)}\n{table(held_rows(result, lang), indent=2)}"
    note = NOTE.say(lang, runs=number(result.runs, 0, lang), seed=result.seed)
    waiting = waiting_words(result, steering, base_year + plan_years - 1, lang)
    filled = [textwrap.fill(text, 100) for text in (intro, words, note, waiting)]
    steered = table(steering_rows(steering, span, lang))
    return "\n\n".join(filter(None, [title, filled[0], table(rows), filled[1], held, steered, filled[3], filled[2]]))


def step_decimals(result: Restructuring) -> int:
    """One, and more where all steps are below a million: a municipality of 600 saves tens of thousands a year."""
    largest = max((a.step for a in result.answers if math.isfinite(a.step)), default=0.0)
    return 1 + sum(0.0 < largest < limit for limit in (1.0, 0.1))


def held_rows(result: Restructuring, lang: str) -> list[list[str]]:
    """A row for each rule and one for all together, a column for each step."""
    finer = step_decimals(result)
    rows = [["", *[STEP.say(lang, step=number(held.step, finer, lang)) for held in result.held], ERROR.say(lang)]]
    for rule in (*result.rules, None):
        shares = [held.by_rule[rule.id] if rule else held.together for held in result.held]
        error = max(_binomial(share, result.runs) for share in shares)
        name = rule.name.say(lang) if rule else TOGETHER.say(lang)
        rows.append([name, *[number(100.0 * s, 0, lang) for s in shares], number(100.0 * error, 1, lang)])
    return rows
