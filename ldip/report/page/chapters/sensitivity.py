"""The chapter on where the uncertainty comes from: drivers and assumptions."""

from ldip.analysis.sensitivity import Tornado
from ldip.model.catalogue import Metric
from ldip.report.answers import sensitivity as sensitivity_words
from ldip.report.numbers import number, shown
from ldip.report.page import pictures
from ldip.report.page.blocks import Block, Material, Picture, Section, Table, Words
from ldip.text import Text

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


def chapter(m: Material) -> Section | None:
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
        rows.append(
            [
                assumption.name.say(lang) or assumption.key,
                *cells,
                sensitivity_words.both_ways(assumption, metric, lang),
            ]
        )
    title = m.say(MOVED_TITLE, metric=sensitivity_words.metric_title(metric, found.base_year, found.year, lang))
    told = "; ".join(f"{row[0]}: {row[-1]}" for row in rows[:5])
    return Picture(
        name=f"assumptions-{metric.id}",
        title=title,
        description=m.say(MOVED_SEEN, rows=told),
        draw=pictures.assumptions(found, metric, lang),
        tables=[Table(title, m.say(MOVED_HEAD).split("|"), rows)],
    )
