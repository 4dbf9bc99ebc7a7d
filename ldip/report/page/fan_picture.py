"""The fan of a metric as the page has it: the picture, what can be seen in it, and every year as a table."""

from ldip.model.catalogue import Metric, cited
from ldip.model.engine.simulate import Ledger
from ldip.model.metrics import report_values
from ldip.report.limits import limits
from ldip.report.numbers import error_words, number, shown, unit_label
from ldip.report.page import pictures
from ldip.report.page.blocks import Material, Picture, Table
from ldip.report.terminal import fan_name, policy_words
from ldip.report.words import ERROR, MEAN, MEDIAN, YEAR
from ldip.statistics.summary import Summary
from ldip.text import Text

BASELINE = Text("referansebane", "baseline")
DEFINITION = Text("{label}: {definition} {source}", "{label}: {definition} {source}")
SPREAD = Text(
    nb="{fan}: i {last} median {median} {unit} (± {error}); i ni av ti framtider mellom {low} og {high}.",
    en="{fan}: in {last} median {median} {unit} (± {error}); in nine of ten futures between {low} and {high}.",
)
FAN_TITLE = Text("{label}, {unit}", "{label}, {unit}")
FAN_SEEN = Text(
    nb="Vifte for {label} {first}–{last}: bånd for ni av ti og for halvparten av framtidene, median og "
    "referansebane. "
    "{spread} {levels}",
    en="Fan chart of {label} {first}-{last}: bands of nine of ten and of half of the runs, median and baseline. "
    "{spread} {levels}",
)
LEVELS = Text("Grenser: {names}.", "Limits: {names}.")


def fan_picture(m: Material, name: str) -> Picture:
    """The fans of a metric of the main scenario, with all their years as tables."""
    finding, lang = m.findings.main, m.lang
    summary, metric = finding.summary, finding.summary.distributions[name].metric
    unit = unit_label(metric.unit, metric.price_basis(summary.base_year), lang)
    levels = limits(metric, finding.source.scenario, summary.years)
    drawn = "; ".join(level.drawn(summary.base_year, lang) for level in levels)
    title = m.say(FAN_TITLE, label=metric.label.say(lang), unit=unit)
    fans = pictures.fans_of(finding, name)
    words = " ".join(_spread(m, summary, metric) for summary, _ in fans)
    seen = m.say(
        FAN_SEEN,
        label=metric.label.say(lang).lower(),
        first=summary.years[0],
        last=summary.years[-1],
        spread=words,
        levels=m.say(LEVELS, names=drawn) if levels else "",
    )
    return Picture(
        name=name,
        title=title,
        description=seen.strip(),
        draw=pictures.fan(finding, name, levels, lang),
        tables=[_fan_table(m, summary, path, name, title) for summary, path in fans],
        caption=words,
    )


def _spread(m: Material, summary: Summary, metric: Metric) -> str:
    """Where a fan ends in the last year, in a sentence."""
    spread = summary.distributions[metric.id]
    low, median, high = (shown(float(spread.percentile(p)[-1]), metric.unit, m.lang) for p in (0.05, 0.50, 0.95))
    return m.say(
        SPREAD,
        fan=fan_name(summary, m.lang),
        last=summary.years[-1],
        median=median,
        unit=unit_label(metric.unit, metric.price_basis(summary.base_year), m.lang),
        error=error_words(float(spread.percentile_error(0.50)[-1]), metric.unit, m.lang, finer=0),
        low=low,
        high=high,
    )


def _fan_table(m: Material, summary: Summary, path: Ledger, name: str, title: str) -> Table:
    """Every year's percentiles, mean, baseline and the median's sampling error."""
    spread = summary.distributions[name]
    title = f"{title}. {policy_words(summary, m.lang)}"
    unit = spread.metric.unit
    baseline = report_values(path, spread.metric)[:, 0]
    percentiles = (0.05, 0.25, 0.50, 0.75, 0.95)
    rows = []
    for t, year in enumerate(summary.years):
        cells = [float(baseline[t]), *[float(spread.percentile(p)[t]) for p in percentiles], float(spread.mean[t])]
        error = float(spread.percentile_error(0.50)[t])
        rows.append(
            [str(year), *[shown(cell, unit, m.lang) for cell in cells], error_words(error, unit, m.lang, finer=0)]
        )
    names = [m.say(MEDIAN) if p == 0.50 else f"{number(100.0 * p, 0, m.lang)} %" for p in percentiles]
    error_of_median = f"{m.say(MEDIAN)} {m.say(ERROR)}"
    head = [m.say(YEAR), m.say(BASELINE), *names, m.say(MEAN), error_of_median]
    source = cited(spread.metric.source, m.findings.main.source.scenario.scenario.plan).say(m.lang)
    definition = m.say(
        DEFINITION,
        label=spread.metric.label.say(m.lang),
        definition=spread.metric.definition.say(m.lang),
        source=f"({source})" if source else "",
    )
    return Table(title, head, rows, note=definition.rstrip())
