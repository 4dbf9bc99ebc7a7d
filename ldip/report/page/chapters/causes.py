"""The chapters of the report page on causes: what a shock does, and why the debt ratio goes where it goes."""

from ldip.analysis.explain import Explanation
from ldip.analysis.sensitivity import Tornado
from ldip.analysis.stress import Stress
from ldip.model.metrics import Metric
from ldip.report.answers import explain as explanation_words
from ldip.report.answers import sensitivity as sensitivity_words
from ldip.report.answers import stress as stress_words
from ldip.report.answers.explain_charts import APART, TITLE
from ldip.report.answers.stress_charts import KEY
from ldip.report.numbers import error_words, number, shown, signed
from ldip.report.page import pictures
from ldip.report.page.blocks import Block, Fold, Material, Picture, Section, Table, Words
from ldip.report.page.chapters.choices import as_table
from ldip.text import Text

STRESS = Text("Stressprøvene", "The stress tests")
STRESS_INTRO = Text(
    nb="Hver prøve er lagt på planen for seg. Prøvene er regnet med {runs} av framtidene, alle i samme vær. Mest "
    "flytter «{worst}» gjennomsnittet av {metric} i {year}: {moved} prosentpoeng (± {error}).",
    en="Each test is laid over the plan by itself. The tests are computed with {runs} of the futures, all in the "
    "same weather. '{worst}' moves the mean of {metric} in {year} most: {moved} percentage points (± {error}).",
)
STRESS_TITLE = Text("Hvor det ender i hver prøve", "Where it ends in each test")
STRESS_SEEN = Text(
    nb="En rad for hver prøve: {names}. {key}. Tallene står i tabellene under.",
    en="A row for each test: {names}. {key}. The figures are in the tables below.",
)
MEASURE = "debt_ratio_with_deficits"
"""What the tests are ranked by."""

TORNADO = Text("Hva usikkerheten kommer av", "Where the uncertainty comes from")
TORNADO_INTRO = Text(
    nb="Hver drivkraft er slått på alene, og slått av alene, i {runs} av framtidene. Mest av usikkerheten i {year} "
    "({metric}) kommer av «{driver}»: med den alene havner åtte av ti framtider mellom {low} og {high} prosent.",
    en="Each driver has been switched on alone, and off alone, in {runs} of the futures. Most of the uncertainty "
    "in {year} ({metric}) comes from '{driver}': with it alone eight of ten futures end between {low} and {high} "
    "per cent.",
)
TORNADO_TITLE = Text("Drivkreftene: {metric}", "The drivers: {metric}")
TORNADO_SEEN = Text(
    nb="En søyle for hver drivkraft, fra 10- til 90-prosentilen når bare den er usikker. {rows}.",
    en="A bar for each driver, from the 10th to the 90th percentile when only it is uncertain. {rows}.",
)
TORNADO_HEAD = Text(
    nb="drivkraft|alene: 10 %|alene: 90 %|snitt når lavest|snitt når høyest|smalere uten, %|feil ±",
    en="driver|alone: 10 %|alone: 90 %|mean when lowest|mean when highest|narrower without, %|error ±",
)
TORNADO_NOTE = Text(
    nb="«Smalere uten» er så mye av spennet mellom 10 og 90 prosent som blir borte uten drivkraften; minus betyr "
    "at den demper de andre. «Snitt når lavest» er gjennomsnittet i den tidelen av framtidene der den er lavest.",
    en="'Narrower without' is so much of the span between 10 and 90 per cent as goes without the driver; minus "
    "means that it dampens the others. 'Mean when lowest' is the mean in the tenth of the futures in which it is "
    "lowest.",
)
MOVED_TITLE = Text("Antakelsene: {metric}", "The assumptions: {metric}")
MOVED_SEEN = Text(
    nb="Hvor mye gjennomsnittet flytter seg når hver antakelse flyttes ned og opp. Sterkest: {rows}.",
    en="How far the mean moves when each assumption is moved down and up. Strongest: {rows}.",
)
MOVED_HEAD = Text(nb="antakelse|verdi|ned|opp|svar ned / opp", en="assumption|value|down|up|answer down / up")
NOT_MOVED = Text(
    nb="Hvor mye hver av våre antakelser betyr, er ikke regnet her; det gjør ldip report --assumptions eller ldip "
    "sensitivity.",
    en="How much each of our assumptions matters has not been computed here; ldip report --assumptions or ldip "
    "sensitivity does.",
)

WHY = Text("Hvorfor gjeldsgraden endrer seg", "Why the debt ratio changes")
GROUP_INTRO = Text(
    nb="Den neste figuren viser hva som skiller den tidelen av framtidene som får høyest gjeldsgrad, fra den "
    "midterste femdelen.",
    en="The next picture shows what sets the tenth of the futures with the highest debt ratio apart from the "
    "middle fifth.",
)
WATERFALL_SEEN = Text("Søyler fra øverst til nederst: {bars}.", "Bars from top to bottom: {bars}.")
TERMS = Text("Hva leddene betyr", "What the terms mean")
TERMS_HEAD = Text("ledd|forklaring", "term|explanation")


def stress(m: Material) -> Section | None:
    """What each stress test does to baseline and distribution."""
    result, lang = m.findings.stress, m.lang
    if result is None:
        return None
    label = m.tests
    measures = [as_table(stress_words.metric_rows(result, name, label, lang)) for name in stress_words.METRICS]
    events = [as_table(stress_words.event_rows(result, name, label, lang)) for name in stress_words.EVENTS]
    key = KEY.say(lang)
    picture = Picture(
        name="stress",
        title=m.say(STRESS_TITLE),
        description=m.say(STRESS_SEEN, names=", ".join(map(stress_words.short, label.values())), key=key),
        draw=pictures.stress(result, label, lang),
        tables=[*measures, *events],
        caption=key[0].upper() + key[1:] + ".",
    )
    note = Words(stress_words.NOTE.say(lang), "note")
    return Section("stress", m.say(STRESS), [Words(_worst(m, result)), picture, note])


def _worst(m: Material, result: Stress) -> str:
    """Which test moves the mean most, those of several tests together aside."""
    comparison = result.comparison
    fewest = min(name.count("+") for name in comparison.pairs)
    moved = {
        name: pair.metrics[MEASURE].difference for name, pair in comparison.pairs.items() if name.count("+") == fewest
    }
    worst = max(moved, key=lambda name: float(moved[name].mean[-1]))
    metric, summary = moved[worst].metric, comparison.summaries[worst]
    return m.say(
        STRESS_INTRO,
        runs=number(summary.runs, 0, m.lang),
        worst=m.tests[worst].split(":")[0],
        metric=metric.label.say(m.lang).lower(),
        year=summary.years[-1],
        moved=signed(float(moved[worst].mean[-1]), metric.unit, m.lang, finer=0),
        error=error_words(float(moved[worst].mean_error[-1]), metric.unit, m.lang, finer=0),
    )


def tornado(m: Material) -> Section | None:
    """Which driver, and which assumption, the answers depend on."""
    found, lang = m.findings.tornado, m.lang
    if found is None:
        return None
    first = found.metrics[0]
    driver, bar = next(iter(found.drivers[first.id].items()))
    intro = m.say(
        TORNADO_INTRO,
        runs=number(found.runs, 0, lang),
        metric=first.label.say(lang).lower(),
        year=found.year,
        driver=sensitivity_words.driver_label(driver, lang),
        low=shown(bar.alone.low, first.unit, lang),
        high=shown(bar.alone.high, first.unit, lang),
    )
    blocks: list[Block] = [Words(intro), *[_drivers(m, found, metric) for metric in found.metrics]]
    if found.assumptions:
        blocks += [_moved(m, found, metric) for metric in found.metrics]
    else:
        blocks.append(Words(m.say(NOT_MOVED), "note"))
    return Section("sensitivity", m.say(TORNADO), blocks)


def _drivers(m: Material, found: Tornado, metric: Metric) -> Picture:
    lang = m.lang
    full = found.full[metric.id]
    ends = [shown(end, metric.unit, lang) for end in (full.low, full.high)]
    rows = [[sensitivity_words.ALL.say(lang), *ends]]
    for name, bar in found.drivers[metric.id].items():
        values = (bar.alone.low, bar.alone.high, bar.at_low, bar.at_high)
        narrower = [number(100.0 * share, 0, lang) for share in (bar.narrower, bar.narrower_error)]
        cells = [shown(value, metric.unit, lang) for value in values]
        rows.append([sensitivity_words.driver_label(name, lang), *cells, *narrower])
    title = m.say(TORNADO_TITLE, metric=sensitivity_words.metric_title(metric, found.base_year, found.year, lang))
    told = "; ".join(f"{name}: {low}–{high}" for name, low, high, *_ in rows)
    return Picture(
        name=f"tornado-{metric.id}",
        title=title,
        description=m.say(TORNADO_SEEN, rows=told),
        draw=pictures.drivers(found, metric, lang),
        tables=[Table(title, m.say(TORNADO_HEAD).split("|"), rows, note=m.say(TORNADO_NOTE))],
    )


def _moved(m: Material, found: Tornado, metric: Metric) -> Picture:
    lang = m.lang
    rows = []
    for assumption in found.strongest(metric.id, sensitivity_words.TOP):
        sizes = [assumption.value, assumption.down, assumption.up]
        cells = [sensitivity_words.compact(size, lang) for size in sizes]
        rows.append([assumption.key, *cells, sensitivity_words.both_ways(assumption, metric, lang)])
    title = m.say(MOVED_TITLE, metric=sensitivity_words.metric_title(metric, found.base_year, found.year, lang))
    told = "; ".join(f"{row[0]}: {row[-1]}" for row in rows[:5])
    return Picture(
        name=f"assumptions-{metric.id}",
        title=title,
        description=m.say(MOVED_SEEN, rows=told),
        draw=pictures.assumptions(found, metric, lang),
        tables=[Table(title, m.say(MOVED_HEAD).split("|"), rows)],
    )


def waterfall(m: Material) -> Section | None:
    """Why the baseline's debt ratio changes, and what sets the worst futures apart."""
    found = m.findings.explanations
    if not found:
        return None
    blocks: list[Block] = []
    for place, explanation in enumerate(found):
        if place:
            blocks.append(Words(m.say(GROUP_INTRO)))
        blocks += [Words(explanation_words.intro_words(explanation, m.lang)), _waterfall(m, explanation, place)]
    groups = found[0].groups()
    terms = [
        [explanation_words.label_of(group, m.lang), explanation_words.DEFINITIONS[group].say(m.lang)]
        for group in groups
    ]
    table = Table(m.say(TERMS), m.say(TERMS_HEAD).split("|"), terms, words=(1,))
    blocks += [Fold(m.say(TERMS), table), Words(explanation_words.NOTE.say(m.lang), "note")]
    return Section("why", m.say(WHY), blocks)


def _waterfall(m: Material, explanation: Explanation, place: int) -> Picture:
    from ldip.report.answers.explain_charts import bars

    title = (TITLE if explanation.against is None else APART).say(m.lang, year=explanation.years[-1])
    head, *rows = explanation_words.explanation_rows(explanation, m.lang)
    told = "; ".join(f"{bar.label}: {number(_told(bar), 1, m.lang)}" for bar in bars(explanation, m.lang))
    return Picture(
        name=f"waterfall-{place + 1}",
        title=title,
        description=m.say(WATERFALL_SEEN, bars=told),
        draw=pictures.waterfall(explanation, m.lang),
        tables=[Table(title, head, rows)],
    )


def _told(bar: object) -> float:
    """What a bar says: a level, or a change."""
    from ldip.report.answers.explain_charts import Bar

    assert isinstance(bar, Bar)
    return bar.right if bar.is_level else bar.right - bar.left
