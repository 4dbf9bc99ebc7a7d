"""The chapter of the sentences that the report is about."""

from ldip.analysis.findings import CONFIDENCES, Ceiling, Steered
from ldip.model.shown import DEBT, LASTING, REGISTER
from ldip.report.answers.restructuring import decimals
from ldip.report.numbers import error_words, number, shown, unit_label
from ldip.report.page.blocks import Answer, Material, Section, Table, Words
from ldip.report.page.phrases import TWO_FANS, percent, step_words, with_error
from ldip.report.terminal import fan_name, policy_words
from ldip.report.words import ANSWER
from ldip.statistics.summary import Summary
from ldip.text import Text

HOW_HIGH = Text("Hvor høy blir gjeldsgraden?", "How high will the debt ratio get?")
HIGH = Text(
    nb="Gjeldsgraden i {last} blir høyst {a} prosent med 70 prosents sikkerhet, høyst {b} prosent med 80 og "
    "høyst {c} prosent med 90 prosents sikkerhet (± {error}); i halvparten av framtidene blir den lavere "
    "enn {median} prosent.",
    en="The debt ratio in {last} will be at most {a} per cent with 70 per cent confidence, at most {b} per "
    "cent with 80 and at most {c} per cent with 90 per cent confidence (± {error}); in half of the futures "
    "it is below {median} per cent.",
)
HOW_LIKELY = Text("Hvor sannsynlig er en for høy gjeldsgrad?", "How likely is a debt ratio that is too high?")
LIKELY = Text(
    nb="Sannsynligheten for en gjeldsgrad over 75 prosent i {last} er {p75} prosent (± {e75}), og for en over "
    "100 prosent {p100} prosent (± {e100}); i {ever} prosent av framtidene (± {e_ever}) er gjeldsgraden "
    "over 100 prosent i minst ett av årene {first}–{last}.",
    en="The probability of a debt ratio above 75 per cent in {last} is {p75} per cent (± {e75}), and of one "
    "above 100 per cent it is {p100} per cent (± {e100}); in {ever} per cent of the futures (± {e_ever}) "
    "the debt ratio is above 100 per cent in at least one of the years {first}-{last}.",
)
HOW_CHANGED = Text("Hvor mye må tjenestene endres?", "How much must the services change?")
CHANGED = Text(
    nb="{label} er {median} {unit} i {last} (± {error}); i ni av ti framtider mellom {low} og {high}. "
    "Handlingsreglene holder da i {held} prosent av framtidene, og vilkårene for ROBEK er oppfylt i "
    "{register} prosent.",
    en="{label} is {median} {unit} in {last} (± {error}); in nine of ten futures between {low} and {high}. The"
    " fiscal rules then hold in {held} per cent of the futures, and the conditions for the state register "
    "are met in {register} per cent.",
)
HOW_MUCH = Text("Hvor mye må omstilles?", "How much must be restructured?")
MUCH = Text(
    nb="For at handlingsreglene skal holde i {last}, må driften hvert år etter {plan_end} forbedres varig med "
    "{a} mill. {year}-kr mer enn året før med 70 prosents sikkerhet, {b} mill. med 80 og {c} mill. med 90 "
    "prosents sikkerhet (± {error}).",
    en="For the fiscal rules to hold in {last}, operations must every year after {plan_end} be lastingly "
    "improved by {a} mill. {year}-kr more than the year before with 70 per cent confidence, {b} mill. with "
    "80 and {c} mill. with 90 per cent confidence (± {error}).",
)
NOT_IN_DEBT = Text(
    nb="Merk at de dårligste framtidene ikke bare viser seg som gjeld: Når hele overføringen til investering "
    "er strøket og fondene er tomme, blir resten udekket merforbruk, som ikke kan lånes. Regnes det med, er"
    " gjeldsgraden i {last} høyst {c} prosent med 90 prosents sikkerhet, og sannsynligheten for mer enn 100"
    " prosent er {p100} prosent (± {e100}). Så langt ville tilsyn og tiltak i praksis ikke latt det gå.",
    en="Note that the worst futures do not show as debt alone: when the whole transfer to investment is struck"
    " and the funds are empty, the rest is an uncovered deficit, which may not be borrowed. With it the "
    "debt ratio in {last} is at most {c} per cent with 90 per cent confidence, and the probability of more "
    "than 100 per cent is {p100} per cent (± {e100}). Supervision and measures would in practice not let it"
    " go so far.",
)
MEANING = Text(
    nb="Tallene er fra {runs} beregnede framtider. «±» er utvalgsfeilen (standardfeil, den største i "
    "setningen): så mye ville tallene typisk flytte seg om vi trakk andre tilfeldige tall. Den sier "
    "ingenting om hvor gode forutsetningene er. Sannsynlighetene er modellens, ikke verdens. {policies}.",
    en="The figures are from {runs} computed futures. '±' is the sampling error (standard error, the largest "
    "of the sentence): how far the figures would typically move with other random numbers. It says nothing "
    "about how good the assumptions are. The probabilities are the model's, not the world's. {policies}.",
)
CONFIDENCE_TABLE = Text("Svaret ved tre grader av sikkerhet", "The answer at three levels of confidence")
AT_MOST_LAST = Text("{label} i {last}, høyst, prosent", "{label} in {last}, at most, per cent")
AT_MOST_EVER = Text("{label}, høyeste år, høyst, prosent", "{label}, highest year, at most, per cent")
YEARLY_STEP = Text("Årlig omstilling, mill. {year}-kr", "Yearly restructuring, mill. {year}-kr")
SURE = Text("{p} %", "{p} %")


def chapter(m: Material) -> Section:
    """The sentences that answer, each of the fan that it is told of, and the same at three confidences."""
    main = m.findings.main
    two = [Words(m.say(TWO_FANS))] if main.steered else []
    changed = [Answer(m.say(HOW_CHANGED), _changed(m, main.steered))] if main.steered else []
    sentences = [_high(m), Answer(m.say(HOW_LIKELY), _likely(m)), *changed, Answer(m.say(HOW_MUCH), _much(m))]
    return Section(
        "answer",
        m.say(ANSWER),
        [*two, *sentences, Words(_not_in_debt(m)), _at_confidences(m), Words(_meaning(m), "note")],
    )


def _fan(m: Material, summary: Summary) -> str:
    """What a sentence of one fan begins with, where there are two."""
    return f"{fan_name(summary, m.lang)}: " if m.findings.main.steered else ""


def _high(m: Material) -> Answer:
    """How high the debt ratio gets."""
    main, lang = m.findings.main, m.lang
    summary = main.fans.told[0]
    debt = (main.steered or main).ceilings["debt_ratio"]
    sentence = _fan(m, summary) + m.say(
        HIGH,
        last=int(summary.years[-1]),
        **dict(zip("abc", [number(100.0 * value, 0, lang) for value in debt.last], strict=True)),
        error=error_words(max(debt.last_error), "share", lang, finer=0),
        median=number(100.0 * float(summary.distributions["debt_ratio"].percentile(0.5)[-1]), 0, lang),
    )
    return Answer(m.say(HOW_HIGH), sentence)


def _changed(m: Material, steered: Steered) -> str:
    """How much steering changes the services."""
    summary, lang = steered.summary, m.lang
    spread = summary.distributions[LASTING]
    unit = spread.metric.unit
    low, median, high = (shown(float(spread.percentile(p)[-1]), unit, lang) for p in (0.05, 0.50, 0.95))
    return _fan(m, summary) + m.say(
        CHANGED,
        label=spread.metric.label.say(lang),
        unit=unit_label(unit, spread.metric.price_basis(summary.base_year), lang),
        last=int(summary.years[-1]),
        error=error_words(float(spread.percentile_error(0.50)[-1]), unit, lang, finer=0),
        held=percent(steered.steering.together, lang),
        register=percent(summary.probabilities[REGISTER].in_year[-1], lang),
        **{"low": low, "median": median, "high": high},
    )


def _much(m: Material) -> str:
    """How much must be restructured every year if nobody else reacts."""
    main = m.findings.main
    summary, solved = main.summary, main.restructuring
    return _fan(m, summary) + m.say(
        MUCH,
        last=int(summary.years[-1]),
        plan_end=int(summary.years[0]) + main.source.scenario.scenario.plan_years - 1,
        year=summary.base_year,
        **dict(zip("abc", [step_words(a.step, m, decimals(solved)) for a in solved.answers], strict=True)),
        error=error_words(max(a.step_error for a in solved.answers), "mill. kr", m.lang),
    )


def _not_in_debt(m: Material) -> str:
    """What the debt ratio does not show, if nobody reacts."""
    main, lang = m.findings.main, m.lang
    grave = main.with_deficits["debt_ratio_above_100"]
    return _fan(m, main.summary) + m.say(
        NOT_IN_DEBT,
        last=int(main.summary.years[-1]),
        c=number(100.0 * main.ceilings["debt_ratio_with_deficits"].last[-1], 0, lang),
        p100=percent(grave.in_year[-1], lang),
        e100=error_words(grave.error(grave.in_year)[-1], "share", lang, finer=0),
    )


def _likely(m: Material) -> str:
    """Probabilities of a debt ratio that is too high, with their errors."""
    summary, lang = m.findings.main.fans.told[0], m.lang
    high, too_high = (summary.probabilities[f"debt_ratio_above_{limit}"] for limit in (75, 100))
    found = {"p75": high.in_year, "p100": too_high.in_year, "ever": too_high.so_far}
    errors = {
        "e75": high.error(high.in_year),
        "e100": too_high.error(too_high.in_year),
        "e_ever": too_high.error(too_high.so_far),
    }
    words = {name: percent(values[-1], lang) for name, values in found.items()}
    words |= {name: error_words(values[-1], "share", lang, finer=0) for name, values in errors.items()}
    first, last = int(summary.years[0]), int(summary.years[-1])
    return _fan(m, summary) + m.say(LIKELY, first=first, last=last, **words)


def _meaning(m: Material) -> str:
    fans = m.findings.main.fans
    policies = ". ".join(policy_words(summary, m.lang) for summary in fans.told)
    return m.say(MEANING, runs=number(fans.pressure.runs, 0, m.lang), policies=policies)


def _at_confidences(m: Material) -> Table:
    """What the sentences say, for every scenario and fan, with sampling errors."""
    rows: list[list[str]] = []
    for name, finding in m.findings.scenarios.items():
        if m.findings.comparison:
            rows.append([m.label[name]])
        last = int(finding.summary.years[-1])
        of_fans = [*([finding.steered.ceilings] if finding.steered else []), finding.ceilings]
        for summary, ceilings in zip(finding.fans.told, of_fans, strict=True):
            fan = _fan(m, summary)
            for metric_id in DEBT:
                found = ceilings[metric_id]
                label = fan + found.metric.label.say(m.lang)
                rows.append([m.say(AT_MOST_LAST, label=label, last=last), *_ceiling(found, m, "last")])
            highest = ceilings[DEBT[0]]
            label = fan + highest.metric.label.say(m.lang)
            rows.append([m.say(AT_MOST_EVER, label=label), *_ceiling(highest, m, "highest")])
        answers = finding.restructuring.answers
        cells = [with_error(step_words(a.step, m), a.step_error, "mill. kr", m.lang) for a in answers]
        step = _fan(m, finding.summary) + m.say(YEARLY_STEP, year=finding.summary.base_year)
        rows.append([step, *cells])
    head = ["", *[m.say(SURE, p=number(100.0 * p, 0, m.lang)) for p in CONFIDENCES]]
    return Table(m.say(CONFIDENCE_TABLE), head, rows)


def _ceiling(found: Ceiling, m: Material, when: str) -> list[str]:
    values, errors = getattr(found, when), getattr(found, f"{when}_error")
    return [
        with_error(shown(value, found.metric.unit, m.lang), error, found.metric.unit, m.lang)
        for value, error in zip(values, errors, strict=True)
    ]
