"""The chapters of the report page that tell what was found: one small function for each.

The chapters on what can be chosen stand in ``choices.py``, those on what all of it rests on in
``background.py``. A function returns None where there is nothing to tell.
"""

import math

import numpy as np

from ldip.analysis.findings import CONFIDENCES, DEBT, Ceiling, Finding
from ldip.analysis.restructuring import LARGEST
from ldip.model.metrics import catalogue, report_values
from ldip.model.people.cohorts import group_weights
from ldip.report.answers.growth import AGE, GROUPS, TOTAL
from ldip.report.answers.restructuring import decimals
from ldip.report.fans import Threshold, thresholds
from ldip.report.numbers import error_words, number, shown, unit_label
from ldip.report.page import pictures
from ldip.report.page.blocks import Answer, Material, Picture, Section, Table, Words
from ldip.report.terminal import policy_words, selected_years
from ldip.statistics.summary import Distribution
from ldip.text import Text

YEAR = Text("år", "year")
BASELINE = Text("grunnbane", "baseline")
MEDIAN = Text("median", "median")
MEAN = Text("snitt", "mean")
ERROR = Text("feil ±", "error ±")
DEFINITION = Text("{label}: {definition} ({source})", "{label}: {definition} ({source})")
PER_CENT = Text("prosent", "per cent")
MORE_THAN = Text("mer enn {value}", "more than {value}")

ANSWER = Text("Svaret", "The answer")
HOW_HIGH = Text("Hvor høy blir gjeldsgraden?", "How high will the debt ratio get?")
HIGH = Text(
    nb="Gjeldsgraden i {last} blir høyst {a} prosent med 70 prosents sikkerhet, høyst {b} prosent med 80 og høyst "
    "{c} prosent med 90 prosents sikkerhet (± {error}); i halvparten av framtidene blir den lavere enn {median} "
    "prosent.",
    en="The debt ratio in {last} will be at most {a} per cent with 70 per cent confidence, at most {b} per cent "
    "with 80 and at most {c} per cent with 90 per cent confidence (± {error}); in half of the futures it is below "
    "{median} per cent.",
)
HOW_LIKELY = Text("Hvor sannsynlig er en for høy gjeldsgrad?", "How likely is a debt ratio that is too high?")
LIKELY = Text(
    nb="Sannsynligheten for en gjeldsgrad over 75 prosent i {last} er {p75} prosent (± {e75}), og for en over 100 "
    "prosent {p100} prosent (± {e100}); i {ever} prosent av framtidene (± {e_ever}) er gjeldsgraden over 100 "
    "prosent i minst ett av årene {first}–{last}.",
    en="The probability of a debt ratio above 75 per cent in {last} is {p75} per cent (± {e75}), and of one above "
    "100 per cent it is {p100} per cent (± {e100}); in {ever} per cent of the futures (± {e_ever}) the debt ratio "
    "is above 100 per cent in at least one of the years {first}-{last}.",
)
HOW_MUCH = Text("Hvor mye må omstilles?", "How much must be restructured?")
MUCH = Text(
    nb="For at handlingsreglene skal holde i {last}, må driften hvert år etter {plan_end} forbedres varig med {a} "
    "mill. {year}-kr mer enn året før med 70 prosents sikkerhet, {b} mill. med 80 og {c} mill. med 90 prosents "
    "sikkerhet (± {error}).",
    en="For the fiscal rules to hold in {last}, operations must every year after {plan_end} be lastingly improved "
    "by {a} mill. {year}-kr more than the year before with 70 per cent confidence, {b} mill. with 80 and {c} mill. "
    "with 90 per cent confidence (± {error}).",
)
NOT_IN_DEBT = Text(
    nb="Merk at dårlige framtider ikke viser seg som gjeld: En kommune kan ikke låne til drift. Regnes udekket "
    "merforbruk med, er gjeldsgraden i {last} høyst {c} prosent med 90 prosents sikkerhet, og sannsynligheten for "
    "mer enn 100 prosent er {p100} prosent (± {e100}).",
    en="Note that bad futures do not show as debt: a municipality may not borrow for operations. With uncovered "
    "deficits counted, the debt ratio in {last} is at most {c} per cent with 90 per cent confidence, and the "
    "probability of more than 100 per cent is {p100} per cent (± {e100}).",
)
MEANING = Text(
    nb="Tallene er fra {runs} beregnede framtider. «±» er utvalgsfeilen (standardfeil, den største i setningen): "
    "så mye ville tallene typisk flytte seg om vi trakk andre tilfeldige tall. Den sier ingenting om hvor gode "
    "forutsetningene er. Sannsynlighetene er modellens, ikke verdens. {policy}.",
    en="The figures are from {runs} computed futures. '±' is the sampling error (standard error, the largest of "
    "the sentence): how far the figures would typically move with other random numbers. It says nothing about how "
    "good the assumptions are. The probabilities are the model's, not the world's. {policy}.",
)
CONFIDENCE_TABLE = Text("Svaret ved tre grader av sikkerhet", "The answer at three levels of confidence")
AT_MOST_LAST = Text("{label} i {last}, høyst, prosent", "{label} in {last}, at most, per cent")
AT_MOST_EVER = Text("{label}, høyeste år, høyst, prosent", "{label}, highest year, at most, per cent")
YEARLY_STEP = Text("Årlig omstilling, mill. {year}-kr", "Yearly restructuring, mill. {year}-kr")
SURE = Text("{p} %", "{p} %")

DEVELOPMENT = Text("Utviklingen år for år", "Year by year")
READ_FAN = Text(
    nb="I ni av ti framtider ligger tallet innenfor det lyse båndet, i halvparten innenfor det mørke. Den "
    "heltrukne linjen er medianen: halvparten av framtidene ligger over, halvparten under. Den stiplede linjen er "
    "grunnbanen, planen videreført uten overraskelser. De røde linjene er grenser.",
    en="In nine of ten futures the figure lies inside the light band, in half of them inside the dark one. The "
    "solid line is the median: half of the futures lie above, half below. The dashed line is the baseline, the "
    "plan continued with no surprises. The red lines are limits.",
)
SPREAD = Text(
    nb="I {last}: median {median} {unit} (± {error}); i ni av ti framtider mellom {low} og {high}.",
    en="In {last}: median {median} {unit} (± {error}); in nine of ten futures between {low} and {high}.",
)
FAN_TITLE = Text("{label}, {unit}", "{label}, {unit}")
FAN_SEEN = Text(
    nb="Vifte for {label} {first}–{last}: bånd for ni av ti og for halvparten av løpene, median og grunnbane. "
    "{spread} {levels}",
    en="Fan chart of {label} {first}-{last}: bands of nine of ten and of half of the runs, median and baseline. "
    "{spread} {levels}",
)
LEVELS = Text("Grenser: {names}.", "Limits: {names}.")
MINIMUM = Text("Handlingsregel: minst {value} {unit}", "Fiscal rule: at least {value} {unit}")

BREACHES = Text("Sannsynligheten for brudd på reglene", "The probability of breaking the rules")
MOST_LIKELY = Text(
    nb="I {last} er minst én handlingsregel brutt i {any} prosent av framtidene (± {error}), og i {ever} prosent "
    "er det minst ett år med brudd. Vilkårene for ROBEK, statens register, er oppfylt i {robek} prosent i {last}.",
    en="In {last} at least one fiscal rule is broken in {any} per cent of the futures (± {error}), and in {ever} "
    "per cent there is at least one year with a breach. The conditions for ROBEK, the state's register, are met in "
    "{robek} per cent in {last}.",
)
CHANCES_TITLE = Text("Sannsynlighet i hvert år, prosent av løpene", "Probability in each year, per cent of the runs")
CHANCES_SEEN = Text(
    nb="En liten figur for hver hendelse, alle med skala fra 0 til 100 prosent. I {last}: {ends}.",
    en="A small panel for each event, all on a scale from 0 to 100 per cent. In {last}: {ends}.",
)
CHANCES_TABLE = Text("Sannsynlighet i utvalgte år, prosent av løpene", "Probability in selected years, per cent")
EVENT = Text("hendelse", "event")
EVER = Text("noen gang", "ever")

POPULATION = Text("Innbyggerne bak tallene", "The people behind the figures")
PYRAMID = Text("Innbyggere etter alder, {before} og {last}", "Residents by age, {before} and {last}")
PYRAMID_SEEN = Text(
    nb="Aldersfordelingen i femårsgrupper: {before} som søyler, {last} som linje. Innbyggere i alt: {first_total} "
    "og {last_total}.",
    en="The age distribution in five-year groups: {before} as bars, {last} as a line. Residents in all: "
    "{first_total} and {last_total}.",
)
PEOPLE = Text(
    nb="Grunnbanen har {last_total} innbyggere i {last}, {growth} prosent flere enn i {before}. Innbyggere og "
    "boliger svinger rundt den: i ni av ti framtider er det mellom {low} og {high} innbyggere.",
    en="The baseline has {last_total} residents in {last}, {growth} per cent more than in {before}. Residents and "
    "dwellings vary around it: in nine of ten futures there are between {low} and {high} residents.",
)
PEOPLE_LIMIT = Text(
    nb="Alderstallene er grunnbanens. Tilfeldighetene i modellen når folketallet bare gjennom boligbyggingen.",
    en="The ages are the baseline's. Chance reaches the number of people in the model through building only.",
)

FANS = (
    *DEBT,
    "net_operating_result_share",
    "closing_buffer_fund",
    "closing_liquidity_reserve",
    "restructuring_need",
)
"""The metrics that get a fan, in order."""


def answer(m: Material) -> Section:
    """The three sentences, and the same at three confidences for every scenario."""
    main, lang = m.findings.main, m.lang
    summary, solved = main.summary, main.restructuring
    last, first = int(summary.years[-1]), int(summary.years[0])
    debt = main.ceilings["debt_ratio"]
    sentences = [
        Answer(
            m.say(HOW_HIGH),
            m.say(
                HIGH,
                last=last,
                **dict(zip("abc", [number(100.0 * value, 0, lang) for value in debt.last], strict=True)),
                error=error_words(max(debt.last_error), "share", lang, finer=0),
                median=number(100.0 * float(summary.distributions["debt_ratio"].percentile(0.5)[-1]), 0, lang),
            ),
        ),
        Answer(m.say(HOW_LIKELY), m.say(LIKELY, first=first, last=last, **_likely(main, lang))),
        Answer(
            m.say(HOW_MUCH),
            m.say(
                MUCH,
                last=last,
                plan_end=first + main.source.scenario.scenario.plan_years - 1,
                year=summary.base_year,
                **dict(zip("abc", [step_words(a.step, m, decimals(solved)) for a in solved.answers], strict=True)),
                error=error_words(max(a.step_error for a in solved.answers), "mill. kr", lang),
            ),
        ),
    ]
    grave = main.with_deficits["debt_ratio_above_100"]
    deficits = m.say(
        NOT_IN_DEBT,
        last=last,
        c=number(100.0 * main.ceilings["debt_ratio_with_deficits"].last[-1], 0, lang),
        p100=percent(grave.in_year[-1], lang),
        e100=error_words(grave.error(grave.in_year)[-1], "share", lang, finer=0),
    )
    return Section(
        "answer", m.say(ANSWER), [*sentences, Words(deficits), _at_confidences(m), Words(_meaning(m), "note")]
    )


def _likely(main: Finding, lang: str) -> dict[str, str]:
    """Probabilities of the second sentence with their errors."""
    high, too_high = (main.summary.probabilities[f"debt_ratio_above_{limit}"] for limit in (75, 100))
    found = {"p75": high.in_year, "p100": too_high.in_year, "ever": too_high.so_far}
    errors = {
        "e75": high.error(high.in_year),
        "e100": too_high.error(too_high.in_year),
        "e_ever": too_high.error(too_high.so_far),
    }
    words = {name: percent(values[-1], lang) for name, values in found.items()}
    return words | {name: error_words(values[-1], "share", lang, finer=0) for name, values in errors.items()}


def _meaning(m: Material) -> str:
    summary = m.findings.main.summary
    return m.say(MEANING, runs=number(summary.runs, 0, m.lang), policy=policy_words(summary, m.lang))


def _at_confidences(m: Material) -> Table:
    """What the three sentences say, for every scenario, with sampling errors."""
    rows: list[list[str]] = []
    for name, finding in m.findings.scenarios.items():
        if m.findings.comparison:
            rows.append([m.label[name]])
        last = int(finding.summary.years[-1])
        for metric_id in DEBT:
            found = finding.ceilings[metric_id]
            label = found.metric.label.say(m.lang)
            rows.append([m.say(AT_MOST_LAST, label=label, last=last), *_ceiling(found, m, "last")])
        highest = finding.ceilings["debt_ratio"]
        rows.append([m.say(AT_MOST_EVER, label=highest.metric.label.say(m.lang)), *_ceiling(highest, m, "highest")])
        answers = finding.restructuring.answers
        cells = [with_error(step_words(a.step, m), a.step_error, "mill. kr", m.lang) for a in answers]
        rows.append([m.say(YEARLY_STEP, year=finding.summary.base_year), *cells])
    head = ["", *[m.say(SURE, p=number(100.0 * p, 0, m.lang)) for p in CONFIDENCES]]
    return Table(m.say(CONFIDENCE_TABLE), head, rows)


def _ceiling(found: Ceiling, m: Material, when: str) -> list[str]:
    values, errors = getattr(found, when), getattr(found, f"{when}_error")
    return [
        with_error(shown(value, found.metric.unit, m.lang), error, found.metric.unit, m.lang)
        for value, error in zip(values, errors, strict=True)
    ]


def with_error(value: str, error: float, unit: str, lang: str) -> str:
    """A figure and its sampling error, to a tenth of a per cent or million."""
    return f"{value} ± {error_words(error, unit, lang, finer=0 if unit == 'share' else 1)}"


def step_words(step: float, m: Material, decimals: int = 1) -> str:
    """A step, or that it is more than was looked for."""
    if math.isfinite(step):
        return number(step, decimals, m.lang)
    return m.say(MORE_THAN, value=number(LARGEST, 0, m.lang))


def percent(share: float, lang: str, decimals: int = 0) -> str:
    """A share as a number of per cent."""
    return number(100.0 * float(share), decimals, lang)


def development(m: Material) -> Section:
    """The fans."""
    fans = [fan_picture(m, name) for name in FANS]
    return Section("development", m.say(DEVELOPMENT), [Words(m.say(READ_FAN)), *fans])


def fan_picture(m: Material, name: str) -> Picture:
    """The fan of a metric of the main scenario, with all its years as a table."""
    finding, lang = m.findings.main, m.lang
    summary = finding.summary
    spread = summary.distributions[name]
    metric = spread.metric
    unit = unit_label(metric.unit, metric.price_basis(summary.base_year), lang)
    levels = limits(finding, name, lang)
    title = m.say(FAN_TITLE, label=metric.label.say(lang), unit=unit)
    low, median, high = (shown(float(spread.percentile(p)[-1]), metric.unit, lang) for p in (0.05, 0.50, 0.95))
    words = m.say(
        SPREAD,
        last=summary.years[-1],
        median=median,
        unit=unit,
        error=error_words(float(spread.percentile_error(0.50)[-1]), metric.unit, lang, finer=0),
        low=low,
        high=high,
    )
    seen = m.say(
        FAN_SEEN,
        label=metric.label.say(lang).lower(),
        first=summary.years[0],
        last=summary.years[-1],
        spread=words,
        levels=m.say(LEVELS, names="; ".join(level.name for level in levels)) if levels else "",
    )
    return Picture(
        name=name,
        title=title,
        description=seen.strip(),
        draw=pictures.fan(finding, name, levels, lang),
        tables=[_fan_table(m, finding, spread, title)],
        caption=words,
    )


def _fan_table(m: Material, finding: Finding, spread: Distribution, title: str) -> Table:
    """Every year's percentiles, mean, baseline and the median's sampling error."""
    unit = spread.metric.unit
    baseline = report_values(finding.path, spread.metric)[:, 0]
    percentiles = (0.05, 0.25, 0.50, 0.75, 0.95)
    rows = []
    for t, year in enumerate(finding.summary.years):
        cells = [float(baseline[t]), *[float(spread.percentile(p)[t]) for p in percentiles], float(spread.mean[t])]
        error = float(spread.percentile_error(0.50)[t])
        rows.append(
            [str(year), *[shown(cell, unit, m.lang) for cell in cells], error_words(error, unit, m.lang, finer=0)]
        )
    names = [m.say(MEDIAN) if p == 0.50 else f"{number(100.0 * p, 0, m.lang)} %" for p in percentiles]
    error_of_median = f"{m.say(MEDIAN)} {m.say(ERROR)}"
    head = [m.say(YEAR), m.say(BASELINE), *names, m.say(MEAN), error_of_median]
    definition = m.say(
        DEFINITION,
        label=spread.metric.label.say(m.lang),
        definition=spread.metric.definition.say(m.lang),
        source=spread.metric.source,
    )
    return Table(title, head, rows, note=definition)


def limits(finding: Finding, name: str, lang: str) -> list[Threshold]:
    """The thresholds of a metric: those of its events, and the fiscal rules' minima."""
    if name in DEBT:
        return thresholds("debt_ratio", lang)
    plan = finding.baseline.plan
    minima = {
        "net_operating_result_share": plan.result_share_minimum,
        "closing_buffer_fund": plan.buffer_minimum,
        "closing_liquidity_reserve": plan.liquidity_minimum,
    }
    if name not in minima:
        return []
    level = np.asarray(minima[name])
    metric = catalogue()[name]
    unit = unit_label(metric.unit, metric.price_basis(finding.summary.base_year), lang)
    value = shown(float(level[-1]), metric.unit, lang)
    return [Threshold(level, MINIMUM.say(lang, value=value, unit=unit))]


def breaches(m: Material) -> Section:
    """How often each threshold is passed and each rule broken."""
    summary, lang = m.findings.main.summary, m.lang
    chances = summary.probabilities
    any_rule = chances["any_rule_breach"]
    lead = m.say(
        MOST_LIKELY,
        last=summary.years[-1],
        any=percent(any_rule.in_year[-1], lang),
        error=error_words(any_rule.error(any_rule.in_year)[-1], "share", lang, finer=0),
        ever=percent(any_rule.so_far[-1], lang),
        robek=percent(chances["state_register"].in_year[-1], lang),
    )
    picked = selected_years(summary.years)
    rows = []
    for chance in chances.values():
        cells = np.array([*chance.in_year[picked], chance.so_far[-1]])
        error = float(np.max(chance.error(cells)))
        label = chance.event.label.say(lang)
        rows.append([label, *[percent(cell, lang) for cell in cells], error_words(error, "share", lang, finer=0)])
    head = [m.say(EVENT), *[str(summary.years[t]) for t in picked], m.say(EVER), m.say(ERROR)]
    title = m.say(CHANCES_TITLE)
    by_year = [
        [str(year), *[percent(chance.in_year[t], lang, 1) for chance in chances.values()]]
        for t, year in enumerate(summary.years)
    ]
    names = [chance.event.label.say(lang) for chance in chances.values()]
    ends = "; ".join(
        f"{name}: {percent(chance.in_year[-1], lang)} %" for name, chance in zip(names, chances.values(), strict=True)
    )
    picture = Picture(
        name="probabilities",
        title=title,
        description=m.say(CHANCES_SEEN, last=summary.years[-1], ends=ends),
        draw=pictures.chances(summary, lang),
        tables=[Table(title, [m.say(YEAR), *names], by_year)],
    )
    return Section(
        "breaches", m.say(BREACHES), [Words(lead, "lead"), picture, Table(m.say(CHANCES_TABLE), head, rows)]
    )


def population(m: Material) -> Section:
    """Residents by age on the baseline, and the fan of their number."""
    main, lang = m.findings.main, m.lang
    baseline, years = main.baseline, main.summary.years
    groups = group_weights(main.source.scenario) @ baseline.population.closing  # (group, year), from two years before
    groups = groups[:, : len(years) + 2]  # the cohort model looks further ahead
    totals = groups.sum(axis=0)
    before, last = int(years[0]) - 1, int(years[-1])
    fan = main.summary.distributions["closing_residents"]
    words = {
        "before": before,
        "last": last,
        "first_total": number(float(totals[1]), 0, lang),
        "last_total": number(float(totals[-1]), 0, lang),
    }
    lead = m.say(
        PEOPLE,
        growth=number(100.0 * float(totals[-1] / totals[1] - 1.0), 0, lang),
        low=number(float(fan.percentile(0.05)[-1]), 0, lang),
        high=number(float(fan.percentile(0.95)[-1]), 0, lang),
        **words,
    )
    picked = [1, *[t + 2 for t in selected_years(years)]]
    rows = [
        [m.say(AGE, group=group.group), *[number(float(values[place]), 0, lang) for place in picked]]
        for group, values in zip(main.source.scenario.population, groups, strict=True)
    ]
    rows.append([m.say(TOTAL), *[number(float(totals[place]), 0, lang) for place in picked]])
    head = ["", str(before), *[str(years[place - 2]) for place in picked[1:]]]
    picture = Picture(
        name="ages",
        title=m.say(PYRAMID, before=before, last=last),
        description=m.say(PYRAMID_SEEN, **words),
        draw=pictures.pyramid(main, lang),
        tables=[Table(m.say(GROUPS), head, rows, marked=[len(rows) - 1])],
    )
    return Section(
        "population",
        m.say(POPULATION),
        [Words(lead), picture, fan_picture(m, "closing_residents"), Words(m.say(PEOPLE_LIMIT), "note")],
    )
