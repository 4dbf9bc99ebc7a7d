"""What a notebook shows of a result: a small table of the leading figures."""

from html import escape

from ldip.model.shown import HEADLINES
from ldip.report.numbers import shown, unit_label
from ldip.report.terminal import selected_years
from ldip.statistics.summary import Summary


def headline_table(title: str, caption: str, summary: Summary) -> str:
    """The median of each leading metric in some years, and below it where nine in ten runs are."""
    picked = [t for t in selected_years(summary.years) if t in (0, 3) or summary.years[t] == summary.years[-1]]
    rows = ["<tr><th></th>" + "".join(f"<th>{summary.years[t]}</th>" for t in picked) + "</tr>"]
    for spread in (summary.distributions[name] for name in HEADLINES if name in summary.distributions):
        metric = spread.metric
        unit = unit_label(metric.unit, metric.price_basis(summary.base_year), "en")
        cells = []
        for t in picked:
            low, middle, high = (shown(float(spread.percentile(p)[t]), metric.unit, "en") for p in (0.05, 0.5, 0.95))
            cells.append(f"<td>{middle}<br><small>{low} to {high}</small></td>")
        rows.append(f"<tr><th>{escape(metric.label.en)}, {escape(unit)}</th>{''.join(cells)}</tr>")
    note = "Median, and below it where nine in ten runs are. Probabilities are the model's."
    return (
        f"<table><caption><b>{escape(title)}</b><br><small>{escape(caption)}. {note}</small></caption>"
        f"{''.join(rows)}</table>"
    )
