"""The chapter on how much restructuring gives how much safety."""

import math

import numpy as np

from ldip.analysis.restructuring import LARGEST, Restructuring, curve
from ldip.report.answers.restructuring import HELD, LAST, held_rows, steering_rows, waiting_words
from ldip.report.numbers import error_words, number
from ldip.report.page import pictures
from ldip.report.page.blocks import Block, Material, Picture, Section, Table, Words
from ldip.report.page.phrases import MORE_THAN, percent, step_words
from ldip.text import Text

STEPS = Text("Hvor mye omstilling gir hvor mye trygghet?", "How much restructuring gives how much safety?")
STEPS_TITLE = Text(
    nb="Årlig omstilling og sannsynligheten for at handlingsreglene holder i {last}",
    en="Yearly restructuring and the probability that the fiscal rules hold in {last}",
)
STEPS_INTRO = Text(
    nb="Omstilling regnes som et fast trinn: Besparelsene øker med like mye hvert år etter planen, i {count} år. "
    "Ved 90 prosents sikkerhet er det spart {total} mill. {year}-kr i {last}. Reglene er {rules}. Uten omstilling "
    "utover planen holder de i {without} prosent av framtidene.",
    en="Restructuring is a constant step: savings grow by the same amount every year after the plan, for {count} "
    "years. At 90 per cent confidence {total} mill. {year}-kr are saved in {last}. The rules are {rules}. Without "
    "restructuring beyond the plan they hold in {without} per cent of the futures.",
)
STEPS_INTRO_NEVER = Text(
    nb="I {share} prosent av framtidene er ikke engang {largest} mill. i året nok.",
    en="In {share} per cent of the futures not even {largest} mill. a year is enough.",
)
STEPS_SEEN = Text(
    nb="Kurve fra {without} prosent sannsynlighet uten omstilling til {top} prosent med {step} mill. i året. "
    "Merket: {marks}.",
    en="A curve from a probability of {without} per cent without restructuring to {top} per cent with {step} mill. "
    "a year. Marked: {marks}.",
)
STEP_HEAD = Text(
    nb="sikkerhet|trinn, mill. {year}-kr|feil ±|prosent av driftsutgiftene|nok i, prosent av framtidene|feil ±",
    en="confidence|step, mill. {year}-kr|error ±|per cent of net expenditure|enough in, per cent of runs|error ±",
)
INSTEAD = Text("I stedet for et trinn: styring, tall for {last}", "Instead of a step: steering, figures of {last}")
STEP_TABLE = Text("Minste trinn ved en valgt sikkerhet", "Smallest step at a chosen confidence")
CURVE_TABLE = Text("Trinn og sannsynlighet, prosent av framtidene", "Step and probability, per cent of the runs")
CURVE_STEP = Text("trinn, mill. {year}-kr", "step, mill. {year}-kr")
FULL_EFFECT = Text(
    nb="Trinnet gjelder tiltak som virker fullt ut fra første år. Svikter noen av tiltakene, må det vedtas mer.",
    en="The step is of measures that take full effect from the first year. If some fail, more must be decided.",
)


def chapter(m: Material) -> Section:
    """The curve of step against probability, and the steps at the confidences."""
    main, lang = m.findings.main, m.lang
    solved = {name: finding.restructuring for name, finding in m.findings.scenarios.items()}
    result, year = main.restructuring, main.summary.base_year
    plan_end = year + main.source.scenario.scenario.plan_years - 1
    count = result.last_year - plan_end
    last_answer = result.answers[-1].step
    intro = m.say(
        STEPS_INTRO,
        count=count,
        total=number(count * last_answer, 0, lang)
        if math.isfinite(last_answer)
        else m.say(MORE_THAN, value=number(count * LARGEST, 0, lang)),
        year=year,
        last=result.last_year,
        rules=", ".join(rule.name.say(lang) for rule in result.rules),
        without=percent(result.probability(0.0), lang),
    )
    never = float(np.isinf(result.steps).mean())
    if never > 0.0:
        largest = number(LARGEST, 0, lang)
        intro += " " + m.say(STEPS_INTRO_NEVER, share=percent(never, lang, 1), largest=largest)
    head, *rows = held_rows(result, lang)
    held = Table(HELD.say(lang, when=m.say(LAST, last=result.last_year)), head, rows, marked=[len(rows) - 1])
    marks = "; ".join(f"{percent(a.confidence, lang)} %: {step_words(a.step, m)} mill." for a in result.answers)
    top = curve(result)[-1]
    picture = Picture(
        name="restructuring",
        title=m.say(STEPS_TITLE, last=result.last_year),
        description=m.say(
            STEPS_SEEN,
            without=percent(result.probability(0.0), lang),
            top=percent(top[1], lang),
            step=number(top[0], 0, lang),
            marks=marks,
        ),
        draw=pictures.steps(solved, m.label, year, lang),
        tables=[_curve_table(m, solved, year)],
    )
    blocks: list[Block] = [Words(intro), picture, _steps_table(m, solved, year), held, *_steered(m, plan_end)]
    return Section("restructuring", m.say(STEPS), [*blocks, Words(m.say(FULL_EFFECT), "note")])


def _steered(m: Material, plan_end: int) -> list[Block]:
    """What steering achieves instead of a step, and what waiting is worth."""
    main = m.findings.main
    if main.steered is None:
        return []
    steering, result = main.steered.steering, main.restructuring
    head, *rows = steering_rows(steering, m.say(LAST, last=result.last_year), m.lang)
    waiting = waiting_words(result, steering, plan_end, m.lang)
    table = Table(m.say(INSTEAD, last=result.last_year), head, rows)
    return [table, *([Words(waiting)] if waiting else [])]


def _steps_table(m: Material, solved: dict[str, Restructuring], year: int) -> Table:
    rows: list[list[str]] = []
    for name, result in solved.items():
        if len(solved) > 1:
            rows.append([m.label[name]])
        for a in result.answers:
            rows.append(
                [
                    f"{percent(a.confidence, m.lang)} %",
                    step_words(a.step, m),
                    error_words(a.step_error, "mill. kr", m.lang),
                    percent(a.share, m.lang, 2),
                    percent(a.probability, m.lang, 1),
                    error_words(a.probability_error, "share", m.lang, finer=0),
                ]
            )
    return Table(m.say(STEP_TABLE), m.say(STEP_HEAD, year=year).split("|"), rows)


def _curve_table(m: Material, solved: dict[str, Restructuring], year: int) -> Table:
    """The curves at the first one's steps."""
    steps = [step for step, _ in curve(next(iter(solved.values())), points=21)]
    rows = [
        [number(step, 1, m.lang), *[percent(result.probability(step), m.lang, 1) for result in solved.values()]]
        for step in steps
    ]
    return Table(m.say(CURVE_TABLE), [m.say(CURVE_STEP, year=year), *[m.label[name] for name in solved]], rows)
