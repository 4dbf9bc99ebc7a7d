"""What a notebook shows of a result: a small table of the leading figures."""

from collections.abc import Sequence
from html import escape

from ldip.model.shown import figures_of
from ldip.report.numbers import shown, unit_label
from ldip.report.terminal import policy_words, selected_years
from ldip.statistics.summary import Distribution, Fans


def headline_table(title: str, caption: str, fans: Fans) -> str:
    """The median of each fan's leading metrics in some years, and below it where nine in ten runs are."""
    summary = fans.pressure
    picked = [t for t in selected_years(summary.years) if t in (0, 3) or summary.years[t] == summary.years[-1]]
    rows = ["<tr><th></th>" + "".join(f"<th>{summary.years[t]}</th>" for t in picked) + "</tr>"]
    for fan in fans.told:
        rows.append(f"<tr><th colspan={len(picked) + 1}>{escape(policy_words(fan, 'en'))}</th></tr>")
        rows += [
            _row(fan.distributions[name], picked, fan.base_year)
            for name in figures_of(fan.fan)
            if name in fan.distributions
        ]
    note = "Median, and below it where nine in ten runs are. Probabilities are the model's."
    return (
        f"<table><caption><b>{escape(title)}</b><br><small>{escape(caption)}. {note}</small></caption>"
        f"{''.join(rows)}</table>"
    )


def _row(spread: Distribution, picked: Sequence[int], base_year: int) -> str:
    metric = spread.metric
    unit = unit_label(metric.unit, metric.price_basis(base_year), "en")
    cells = []
    for t in picked:
        low, middle, high = (shown(float(spread.percentile(p)[t]), metric.unit, "en") for p in (0.05, 0.5, 0.95))
        cells.append(f"<td>{middle}<br><small>{low} to {high}</small></td>")
    return f"<tr><th>{escape(metric.label.en)}, {escape(unit)}</th>{''.join(cells)}</tr>"
