"""The chapter of the three sentences that the report is about."""

from ldip.analysis.findings import CONFIDENCES, Ceiling, Finding
from ldip.model.shown import DEBT
from ldip.report.answers.restructuring import decimals
from ldip.report.numbers import error_words, number, shown
from ldip.report.page.blocks import Answer, Material, Section, Table, Words
from ldip.report.page.phrases import percent, step_words, with_error
from ldip.report.terminal import policy_words
from ldip.report.words import ANSWER
from ldip.text import Text

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


def chapter(m: Material) -> Section:
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
