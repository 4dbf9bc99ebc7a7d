"""The workbook's sheets of uncertain figures: fans, probabilities, everything in one table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ldip.analysis.compare import Comparison
from ldip.analysis.statement import Accounts
from ldip.model.catalogue import Metric
from ldip.model.engine.simulate import PRESSURE
from ldip.model.metrics import report_values
from ldip.model.shown import DEBT
from ldip.report import words
from ldip.report.fans import SAME_WEATHER
from ldip.report.folder.files import NAMES
from ldip.report.limits import limits
from ldip.report.numbers import number, unit_label
from ldip.report.terminal import fan_name, policy_words
from ldip.report.words import capital
from ldip.report.workbook import charts
from ldip.report.workbook.sheets import Book, Sheet, axis_format, number_format, scale
from ldip.scenario.files.reader import Source
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import PERCENTILES, Distribution, Summary
from ldip.text import Text

HEAD_ROW = 4
SPREAD = (0.05, 0.25, 0.50, 0.75, 0.95)
BANDS = ((0.05, 0.25), (0.25, 0.75), (0.75, 0.95))


class Alternative(NamedTuple):
    """A scenario of the workbook: what it was read from, what readers call it, its baseline accounts."""

    source: Source
    label: str
    accounts: Accounts


Alternatives = Mapping[str, Alternative]

SCENARIO = Text("Alternativ", "Alternative")
YEAR = capital(words.YEAR)
FIGURE = Text("Nøkkeltall", "Key figure")
UNIT = capital(words.UNIT)
MEAN = capital(words.MEAN)
MEDIAN_HEAD = capital(words.MEDIAN)
MEDIAN_ERROR = Text("Feil ± på median", "Error ± of median")
TAIL_ERROR = Text("Feil ± på 5 og 95 %", "Error ± of 5 and 95 %")
BASELINE = capital(words.BASELINE_PATH)
BAND = Text("Bånd {low:.0f}–{high:.0f} %", "Band {low:.0f}-{high:.0f} %")
FOR_CHART = Text("Til figuren: båndenes bredde", "For the chart: widths of the bands")
FAN_NOTE = Text(
    nb="{definition} Enhet: {unit}. I ni av ti framtider ligger tallet mellom 5 og 95 %. «Feil ±» er utvalgsfeilen.",
    en="{definition} Unit: {unit}. In nine of ten runs the figure lies between 5 and 95 %. 'Error ±' is the sampling "
    "error.",
)
RUNS = Text(
    nb="{runs} framtider, {first}–{last}, startverdi {seed}. Modellens sannsynligheter. {policy}.",
    en="{runs} runs, {first}-{last}, seed {seed}. The model's probabilities. {policy}.",
)


def runs_line(summary: Summary, lang: str, *, fans: int = 1) -> str:
    """Where the figures come from, in one line; of several fans that they meet the same."""
    policy = policy_words(summary, lang) if fans == 1 else SAME_WEATHER.say(lang)
    return RUNS.say(
        lang,
        runs=number(summary.runs, 0, lang),
        first=summary.years[0],
        last=summary.years[-1],
        seed=summary.seed,
        policy=policy,
    )


def heading(metric: Metric, base_year: int, lang: str) -> str:
    """A metric's label with unit and price basis."""
    return f"{metric.label.say(lang)}, {unit_label(metric.unit, metric.price_basis(base_year), lang)}"


def fan_sheet(summary: Summary, label: str, lang: str, *, named: bool) -> str:
    """What a sheet of one fan is called; with its fan where there are two."""
    return f"{fan_name(summary, lang)} – {label}" if named else label


def suffix(comparison: Comparison, name: str) -> str:
    """What sets a scenario's named ranges apart: nothing for the reference, else its place."""
    return "" if name == comparison.against else f"_{list(comparison.summaries).index(name) + 1}"


def write_fans(
    book: Book, comparison: Comparison, alternatives: Alternatives, names: Sequence[str], *, named: bool
) -> None:
    """One sheet for each of the metrics `names`: percentiles by year, and the fan that Excel draws. `named` with the
    fan that the comparison is of, which is then one of two."""
    of = comparison.summaries[comparison.against]
    metrics = [of.distributions[name].metric for name in names]
    reference = alternatives[comparison.against].source.scenario
    sheets = {metric.id: _fan_sheet(book, comparison, metric, reference, named=named) for metric in metrics}
    before = f"{of.fan}_" if named and of.policy != PRESSURE else ""
    for metric in metrics:
        row, breaks = HEAD_ROW + 1, []
        deficits = sheets.get(DEBT[1]) if metric.id == DEBT[0] else None
        ends = _axis_ends(comparison, metric, DEBT[1] if deficits else metric.id, reference)
        for name, summary in comparison.summaries.items():
            label, spread = alternatives[name].label, summary.distributions[metric.id]
            cells = _fan_rows(sheets[metric.id], row, alternatives[name], spread, summary.years, reference)
            last = row + len(summary.years) - 1
            if deficits:  # what may not be borrowed shows up here rather than as debt
                cells = cells._replace(deficits=deficits.block((row, 6), (last, 6)))
            title = heading(metric, summary.base_year, book.lang)
            if len(comparison.summaries) > 1:
                title = f"{label}: {title}"
            if named:
                title = f"{title} ({fan_name(summary, book.lang).lower()})"
            chart = charts.fan(book, cells, title, axis_format(metric.unit), ends)
            place = _chart_column(metric, reference, summary.years)
            sheets[metric.id].paper.insert_chart(row, place, chart, {"x_offset": 12, "y_offset": 4})
            for p, column in zip(SPREAD, range(2, 7), strict=True):
                ending = suffix(comparison, name)
                book.call(
                    f"{before}{metric.id}_p{100 * p:02.0f}{ending}", sheets[metric.id], (row, column), (last, column)
                )
            row = max(last, row + charts.ROWS) + 2
            breaks.append(row)
        sheets[metric.id].paper.set_h_pagebreaks(two_a_page(breaks))
        sheets[metric.id].paper.print_area(0, 0, row - 1, _chart_column(metric, reference, summary.years) + 10)


def _axis_ends(comparison: Comparison, metric: Metric, highest: str, reference: Scenario) -> charts.Ends:
    """The ends of the value axis, the same for every alternative; of one alone Excel finds the end itself."""
    summaries, factor = comparison.summaries.values(), scale(metric.unit)
    lows = [float(np.min(summary.distributions[metric.id].percentile(0.05))) for summary in summaries]
    highs = [float(np.max(summary.distributions[highest].percentile(0.95))) for summary in summaries]
    years = comparison.summaries[comparison.against].years
    above = [float(np.nanmax(limit.values)) for limit in limits(metric, reference, years)]
    bottom, top = charts.axis_ends(factor * min(lows), factor * max((*highs, *above)))
    return bottom, top if bottom is not None or len(summaries) > 1 else None


def two_a_page(ends: Sequence[int]) -> list[int]:
    """After which rows a printed page ends when two blocks fit on it."""
    return list(ends[1:-1:2])


def _chart_column(metric: Metric, scenario: Scenario, years: np.ndarray) -> int:
    return 11 + len(limits(metric, scenario, years))


def _fan_sheet(book: Book, comparison: Comparison, metric: Metric, scenario: Scenario, *, named: bool) -> Sheet:
    summary, lang = comparison.summaries[comparison.against], book.lang
    unit = unit_label(metric.unit, metric.price_basis(summary.base_year), lang)
    note = FAN_NOTE.say(lang, definition=metric.definition.say(lang), unit=unit)
    name = fan_sheet(summary, metric.label.say(lang), lang, named=named)
    sheet = book.sheet(name, fan_sheet(summary, heading(metric, summary.base_year, lang), lang, named=named))
    sheet.write(1, 0, note, "quiet")
    sheet.write(2, 0, runs_line(summary, lang), "quiet")
    spread = [f"{100 * p:.0f} %" if p != 0.50 else MEDIAN_HEAD.say(lang) for p in SPREAD]
    others = [text.say(lang) for text in (MEAN, MEDIAN_ERROR, TAIL_ERROR, BASELINE)]
    labels = [SCENARIO.say(lang), YEAR.say(lang), *[f"{text}, {unit}" for text in (*spread, *others)]]
    held = [limit.name.say(lang) for limit in limits(metric, scenario, summary.years)]
    sheet.head(HEAD_ROW, [*labels, *held], texts=1, height=62)
    helper = _chart_column(metric, scenario, summary.years) + 12
    sheet.write(HEAD_ROW - 1, helper, FOR_CHART.say(lang), "quiet")
    bands = [BAND.say(lang, low=100 * low, high=100 * high) for low, high in BANDS]
    sheet.head(HEAD_ROW, [f"{text}, {unit}" for text in bands], texts=0, start=helper)
    sheet.widths(38, 6, *[9.5] * (9 + len(held)))
    sheet.keep(HEAD_ROW + 1, 2)
    return sheet


def _fan_rows(
    sheet: Sheet,
    first: int,
    alternative: Alternative,
    spread: Distribution,
    years: np.ndarray,
    reference: Scenario,
) -> charts.FanCells:
    """One scenario's rows, a year each, held against the limits that the reference has too; returns where the chart
    finds them."""
    metric = spread.metric
    code, factor = number_format(metric.unit), scale(metric.unit)
    own = {limit.id: limit for limit in limits(metric, alternative.source.scenario, years)}
    rules = [own.get(limit.id, limit) for limit in limits(metric, reference, years)]
    helper = _chart_column(metric, reference, years) + 12
    baseline = report_values(alternative.accounts.ledger, metric)[:, 0]
    tails = np.maximum(spread.percentile_error(0.05), spread.percentile_error(0.95))
    values = [spread.percentile(p) for p in SPREAD]
    values += [spread.mean, spread.percentile_error(0.50), tails, baseline]
    for t, year in enumerate(years):
        row = first + t
        sheet.write(row, 0, alternative.label)
        sheet.write(row, 1, int(year), code="0")
        for column, value in enumerate(values, start=2):
            finer = number_format(metric.unit, finer=1) if column in (8, 9) else code
            sheet.write(row, column, factor * value[t], code=finer)
        for column, limit in enumerate(rules, start=11):
            sheet.write(row, column, factor * limit.values[t], "quiet", code)
        for place, (low, high) in enumerate(BANDS):
            top, bottom = (sheet.at(row, 2 + SPREAD.index(p)) for p in (high, low))
            width = factor * float(spread.percentile(high)[t] - spread.percentile(low)[t])
            sheet.formula(row, helper + place, f"={top}-{bottom}", width, "quiet", code)
    last = first + len(years) - 1

    def cells(place: int) -> charts.Block:
        return sheet.block((first, place), (last, place))

    return charts.FanCells(
        years=cells(1),
        p05=cells(2),
        bands=[cells(helper + place) for place in range(3)],
        median=cells(4),
        baseline=cells(10),
        thresholds=[(limit.titled(sheet.book.lang), cells(11 + place)) for place, limit in enumerate(rules)],
    )


PROBABILITIES = Text("Sannsynligheter", "Probabilities")
PROBABILITY_NOTE = Text(
    nb="Andel av framtidene i prosent. Modellens sannsynligheter, gitt antakelsene, ikke verdens.",
    en="Share of the runs, per cent. The model's probabilities, given its assumptions, not the world's.",
)
EVENT = capital(words.EVENT)
WHEN = Text("Når", "When")
IN_YEAR = Text("i året", "in the year")
SO_FAR = Text("i året eller før", "that year or before")
LARGEST_ERROR = Text("Største feil ±", "Largest error ±")
IN_LAST = Text("Sannsynlighet i {year}, prosent", "Probability in {year}, per cent")
BY_YEAR = Text("{label}: sannsynlighet i året, prosent", "{label}: probability in the year, per cent")


def write_probabilities(book: Book, comparison: Comparison, alternatives: Alternatives, *, named: bool) -> None:
    """Each event in each year, in the year and up to it; lines by year, and the alternatives' last year as bars. Of
    one fan, `named` where there are two."""
    lang, of = book.lang, comparison.summaries[comparison.against]
    years, name = of.years, fan_sheet(of, PROBABILITIES.say(lang), lang, named=named)
    sheet = book.sheet(name, name, [PROBABILITY_NOTE.say(lang)])
    sheet.write(2, 0, runs_line(comparison.summaries[comparison.against], lang), "quiet")
    heads = [text.say(lang) for text in (EVENT, SCENARIO, WHEN)]
    labels = [*heads, *[str(year) for year in years], LARGEST_ERROR.say(lang)]
    sheet.head(HEAD_ROW, labels, texts=3, height=32)
    row = HEAD_ROW + 1
    first: dict[str, int] = {}
    for when in (IN_YEAR, SO_FAR):
        for name, summary in comparison.summaries.items():
            first.setdefault(name, row)
            for chance in summary.probabilities.values():
                values = chance.in_year if when is IN_YEAR else chance.so_far
                texts = (chance.event.label.say(lang), alternatives[name].label, when.say(lang))
                for column, text in enumerate(texts):
                    sheet.write(row, column, text)
                for column, value in enumerate(values, start=3):
                    sheet.write(row, column, float(value), code="0.0%")
                sheet.write(row, 3 + len(years), float(np.max(chance.error(values))), code="0.00%")
                row += 1
    sheet.widths(42, 38, 14, *[6.8] * len(years), 9)
    sheet.keep(HEAD_ROW + 1, 3)
    sheet.paper.autofilter(HEAD_ROW, 0, row - 1, 3 + len(years))
    events = [chance.event for chance in comparison.summaries[comparison.against].probabilities.values()]
    count, head = len(events), sheet.block((HEAD_ROW, 3), (HEAD_ROW, 2 + len(years)))
    top = first[comparison.against]
    series = [
        (event.label.say(lang), sheet.block((top + place, 3), (top + place, 2 + len(years))))
        for place, event in enumerate(events)
    ]
    title = BY_YEAR.say(lang, label=alternatives[comparison.against].label)
    sheet.paper.insert_chart(row + 1, 0, charts.lines(book, head, series, title, "0%", (0.0, 1.0), width=760))
    last = 2 + len(years)
    together = [
        (
            alternatives[name].label,
            sheet.block((start, 0), (start + count - 1, 0)),
            sheet.block((start, last), (start + count - 1, last)),
        )
        for name, start in first.items()
    ]
    chart = charts.bars(book, together, IN_LAST.say(lang, year=years[-1]), "0%", width=760)
    sheet.paper.insert_chart(row + 1, 8, chart)
    if len(first) > 1:
        sheet.paper.set_h_pagebreaks([row + 1])


TIDY = Text("Alle tall", "All figures")
TIDY_NOTE = Text(
    nb="Samme tall som summary.csv og sampling_errors.csv: ett nøkkeltall, alternativ, vifte og år på hver rad. "
    "Andeler og renter vises som prosent. Kolonnenavnene er de samme overalt.",
    en="The same figures as summary.csv and sampling_errors.csv: one key figure, alternative, fan and year in each "
    "row. Shares and rates are shown as per cent. The names of the columns are the same everywhere.",
)
TIDY_COLUMNS = ("scenario", "fan", "metric", "label", "unit", "price_basis", "year", "mean", "sd")


def write_tidy(book: Book, comparisons: Sequence[Comparison]) -> None:
    """Everything in one table that Excel can filter and turn: a row a scenario, fan, metric and year."""
    lang = book.lang
    sheet = book.sheet(TIDY.say(lang), TIDY.say(lang), [TIDY_NOTE.say(lang)])
    errors = [f"se_{name}" for name in ("mean", *NAMES)]
    columns = [*TIDY_COLUMNS, *NAMES, *errors]
    row = 4
    for summary in [summary for comparison in comparisons for summary in comparison.summaries.values()]:
        for spread in summary.distributions.values():
            for cells in _tidy_rows(summary, spread, lang):
                unit = spread.metric.unit
                code, finer = number_format(unit), number_format(unit, finer=1)
                for column, cell in enumerate(cells):
                    shown = "" if column < 6 else "0" if column == 6 else code if column < 9 + len(NAMES) else finer
                    sheet.write(row, column, cell, code=shown)
                row += 1
    sheet.paper.add_table(
        3,
        0,
        row - 1,
        len(columns) - 1,
        {
            "columns": [{"header": name} for name in columns],
            "style": "Table Style Light 1",
            "name": "figures",
        },
    )
    sheet.widths(24, 10, 26, 38, 20, 18, 6, *[10] * (len(columns) - 7))
    sheet.keep(4, 3)


def _tidy_rows(summary: Summary, spread: Distribution, lang: str) -> Iterator[Sequence[object]]:
    metric = spread.metric
    factor = scale(metric.unit)
    basis = metric.price_basis(summary.base_year)
    unit = unit_label(metric.unit, basis, lang)
    for t, year in enumerate(summary.years):
        figures = [spread.mean[t], spread.sd[t], *[spread.percentiles[p, t] for p in range(len(PERCENTILES))]]
        figures += [spread.mean_error[t], *[spread.percentile_errors[p, t] for p in range(len(PERCENTILES))]]
        key = (summary.scenario, summary.fan, metric.id, metric.label.say(lang), unit, basis, int(year))
        yield (*key, *[factor * float(value) for value in figures])
