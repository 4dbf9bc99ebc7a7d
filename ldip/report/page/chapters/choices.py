"""The chapters of the report page on what can be chosen: alternatives, and how much to restructure."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from ldip.analysis.restructuring import LARGEST, Restructuring, curve
from ldip.report.answers import comparison
from ldip.report.answers.restructuring import HELD, LAST, RULES, held_rows
from ldip.report.numbers import error_words, number
from ldip.report.page import pictures
from ldip.report.page.blocks import Block, Bullets, Material, Picture, Section, Table, Words
from ldip.report.page.chapters.findings import MORE_THAN, percent, step_words
from ldip.text import Text

ALTERNATIVES = Text("Alternativene side ved side", "The alternatives side by side")
SAME_WEATHER = Text(
    nb="Samme framtid, altså de samme rentene, den samme skatteveksten og så videre, er regnet for hvert "
    "alternativ. Forskjellene er tatt framtid for framtid, og er derfor mye sikrere enn tallene hver for seg.",
    en="The same future, that is the same interest rates, the same tax growth and so on, has been computed for "
    "every alternative. The differences are taken future by future, and are therefore much surer than the figures "
    "apart.",
)
LEVELS = Text("Gjeldsgrad og omstillingsbehov i alternativene", "Debt ratio and restructuring need")
LEVELS_SEEN = Text(
    nb="Øverst gjeldsgradens median, under omstillingsbehovets gjennomsnitt over årene, en linje for hvert "
    "alternativ: {names}. {conclusions}",
    en="Above, the median of the debt ratio, below, the mean of the restructuring need over the years, a line for "
    "each alternative: {names}. {conclusions}",
)
APART = Text("Hva som skiller alternativene i {last}", "What sets the alternatives apart in {last}")
APART_SEEN = Text(
    nb="Forskjellene fra «{against}» i {last} i gjeldsgrad og omstillingsbehov, løp for løp: median og ni av ti løp. "
    "Tallene står i tabellen under.",
    en="The differences from '{against}' in {last} in debt ratio and restructuring need, run by run: median and nine "
    "of ten runs. The figures are in the table below.",
)

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
    nb="sikkerhet|trinn, mill. {year}-kr|feil ±|prosent av driftsutgiftene|nok i, prosent av løpene|feil ±",
    en="confidence|step, mill. {year}-kr|error ±|per cent of net expenditure|enough in, per cent of runs|error ±",
)
STEP_TABLE = Text("Minste trinn ved en valgt sikkerhet", "Smallest step at a chosen confidence")
CURVE_TABLE = Text("Trinn og sannsynlighet, prosent av løpene", "Step and probability, per cent of the runs")
CURVE_STEP = Text("trinn, mill. {year}-kr", "step, mill. {year}-kr")
FULL_EFFECT = Text(
    nb="Trinnet gjelder tiltak som virker fullt ut fra første år. Svikter noen av tiltakene, må det vedtas mer.",
    en="The step is of measures that take full effect from the first year. If some fail, more must be decided.",
)


def alternatives(m: Material) -> Section | None:
    """What every alternative leads to, and what sets it apart run by run."""
    found, lang = m.findings.comparison, m.lang
    if found is None:
        return None
    last = found.summaries[found.against].years[-1]
    concluded = comparison.conclusions(found, m.label, lang)

    def table(rows: Callable[..., list[list[str]]]) -> Table:
        return as_table(rows(found, m.label, lang))

    levels = Picture(
        name="alternatives",
        title=m.say(LEVELS),
        description=m.say(LEVELS_SEEN, names=", ".join(m.label.values()), conclusions=" ".join(concluded)),
        draw=pictures.alternatives(found, m.label, lang),
        tables=[table(rows) for rows in (comparison.levels, comparison.probabilities, comparison.regrets)],
    )
    apart = Picture(
        name="differences",
        title=m.say(APART, last=last),
        description=m.say(APART_SEEN, against=m.label[found.against], last=last),
        draw=pictures.apart(found, m.label, lang),
        tables=[table(comparison.differences)],
    )
    note = Words(comparison.NOTE.say(lang), "note")
    blocks: list[Block] = [Words(m.say(SAME_WEATHER)), Bullets(concluded), levels, apart, note]
    return Section("alternatives", m.say(ALTERNATIVES), blocks)


def as_table(rows: Sequence[Sequence[str]]) -> Table:
    """A table of the terminal as one of the page: its title, its head (of one line or two) and the rest."""
    first, second, *rest = rows
    if len(first) == 1:
        return Table(first[0], second, rest)
    if len(second) == 1:  # the head's first cell is the title
        return Table(first[0], ["", *first[1:]], [second, *rest])
    spans = list(first)
    for place, cell in enumerate(spans):
        spans[place] = cell or (spans[place - 1] if place > 1 else "")
    head = ["", *[f"{year}: {name}" for year, name in zip(spans[1:], second[1:], strict=True)]]
    return Table(second[0], head, rest)


def restructuring(m: Material) -> Section:
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
        rules=", ".join(RULES[rule].say(lang) for rule in result.rules),
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
    return Section(
        "restructuring",
        m.say(STEPS),
        [Words(intro), picture, _steps_table(m, solved, year), held, Words(m.say(FULL_EFFECT), "note")],
    )


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
