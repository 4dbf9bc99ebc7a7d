"""The chapter of the stress tests."""

from ldip.analysis.stress import Stress
from ldip.model.shown import STRESSED, STRESSED_ENDS
from ldip.report.answers import stress as stress_words
from ldip.report.answers.stress_charts import KEY
from ldip.report.numbers import error_words, number, signed
from ldip.report.page import pictures
from ldip.report.page.blocks import Material, Picture, Section, Words
from ldip.report.page.phrases import as_table
from ldip.text import Text

STRESS = Text("Stressprøvene", "The stress tests")
STRESS_INTRO = Text(
    nb="Hver prøve er lagt på planen for seg. Prøvene er regnet med {runs} av framtidene, alle med samme renter, "
    "skatteår og boligår. Mest "
    "flytter «{worst}» gjennomsnittet av {metric} i {year}: {moved} prosentpoeng (± {error}).",
    en="Each test is laid over the plan by itself. The tests are computed with {runs} of the futures, all in the "
    "same rates, tax years and building years. '{worst}' moves the mean of {metric} in {year} most: {moved} "
    "percentage points (± {error}).",
)
STRESS_TITLE = Text("Hvor det ender i hver prøve", "Where it ends in each test")
STRESS_SEEN = Text(
    nb="En rad for hver prøve: {names}. {key}. Tallene står i tabellene under.",
    en="A row for each test: {names}. {key}. The figures are in the tables below.",
)


def chapter(m: Material) -> Section | None:
    """What each stress test does to baseline and distribution."""
    result, lang = m.findings.stress, m.lang
    if result is None:
        return None
    label = m.tests
    measures = [as_table(stress_words.metric_rows(result, name, label, lang)) for name in STRESSED]
    events = [as_table(stress_words.event_rows(result, name, label, lang)) for name in stress_words.events_of(result)]
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
    single = {name: pair for name, pair in comparison.pairs.items() if name.count("+") == fewest}
    moved = {name: pair.metrics[STRESSED_ENDS[0]].difference for name, pair in single.items()}
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
