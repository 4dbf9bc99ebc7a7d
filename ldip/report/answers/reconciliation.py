"""The reconciliation with the published plan as text and as a file."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ldip.analysis.reconcile import DebtRatios, Row
from ldip.report.folder.records import write_records
from ldip.report.numbers import number
from ldip.report.terminal import table
from ldip.text import Text

COLUMNS = (
    *("table", "item", "year", "unit", "price_basis", "published", "model", "difference", "tolerance", "verdict"),
    *("role", "explanation"),
)
HEAD = Text(
    nb="tabell|post|år|publisert|modell|differanse|toleranse|vurdering|rolle",
    en="table|item|year|published|model|difference|tolerance|verdict|role",
)
VERDICTS = {
    "ok": Text(nb="i orden", en="ok"),
    "explained": Text(nb="forklart", en="explained"),
    "off": Text(nb="avvik", en="off"),
    "input": Text(nb="inndata", en="input"),
    "computed": Text(nb="beregnet", en="computed"),
}
COUNTS = Text(
    nb="{computed} beregnede tall: {ok} i orden, {explained} forklart, {off} avvik. {inputs} andre er inndata eller "
    "følger av inndata ved addisjon og beviser ingenting ({input_gaps} av dem avviker).",
    en="{computed} computed figures: {ok} ok, {explained} explained, {off} off. {inputs} others are inputs or follow "
    "from inputs by addition and prove nothing ({input_gaps} of them differ).",
)
RATIOS = Text(
    nb="Gjeldsgraden i {year} i tre lesninger: trykt {published} %, med en gjeld som ruller riktig fram {restated} "
    "%, nominell gjeld over nominelle inntekter {nominal} %. Planen deler gjeld i KPI-kroner på inntekter i "
    "deflator-kroner{late}.",
    en="The debt ratio of {year} in three readings: printed {published} %, with a debt that rolls forward correctly "
    "{restated} %, nominal debt over nominal revenue {nominal} %. The plan divides debt in CPI kroner by revenue in "
    "deflator kroner{late}.",
)
LATE = Text(
    nb=", og den trykte gjelden i {year} er delt på en prisindeks som er om lag ett år for lav",
    en=", and the printed debt of {year} was divided by a price index about one year too low",
)
FITTED = Text(
    nb="Rente og avdrag er regnet med marginer og avdragsandeler som planen selv innebærer år for år. Hva konstante "
    "parametre gir: ldip reconcile {name} --change constant-parameters",
    en="Interest and instalments are computed with the margins and instalment shares that the plan itself implies "
    "year by year. What constant parameters give: ldip reconcile {name} --change constant-parameters",
)
WORST = Text(
    nb="Ett år av hver post: det med størst avvik i forhold til toleransen. --all viser alle poster og år.",
    en="One year of each item: the one that differs most relative to its tolerance. --all shows every item and year.",
)
NOTHING = Text(
    nb="Alle beregnede tall er innenfor toleransen. --all viser alle.",
    en="All computed figures are within tolerance. --all shows every one.",
)


def reconciliation_text(
    rows: Sequence[Row], ratios: DebtRatios | None, lang: str, *, everything: bool, fitted_in: str = ""
) -> str:
    """What matters: counts, the differences with their reasons, the three debt ratios; or every row.

    `fitted_in` is the scenario that has a change with constant parameters to compare with, if there is one.
    """
    differing = [row for row in rows if everything or row.verdict != "ok"]
    shown = differing if everything else worst_years(differing)
    parts = [textwrap.fill(counts_words(rows, lang), 100)]
    if shown:
        body = [HEAD.say(lang).split("|")]
        for row in shown:
            decimals = 0 if "resident" in row.unit else 1
            amounts = [number(v, decimals, lang) for v in (row.published, row.model, row.difference, row.tolerance)]
            words = [VERDICTS[row.verdict].say(lang), VERDICTS[row.role].say(lang)]
            body.append(
                [
                    row.table,
                    textwrap.shorten(row.label.say(lang), 48, placeholder=" …"),
                    str(row.year),
                    *amounts,
                    *words,
                ]
            )
        parts.append(table([[f"{row[0]:<5} {row[1]}", *row[2:]] for row in body]))
        if not everything:
            parts.append(textwrap.fill(WORST.say(lang), 100))
        for reason, names in reasons(differing, lang).items():
            text = f"{', '.join(names)}: {reason}"
            parts.append(textwrap.fill(text, 100, initial_indent="* ", subsequent_indent="  "))
    else:
        parts.append(NOTHING.say(lang))
    if ratios:
        parts.append(textwrap.fill(ratios_words(ratios, lang), 100))
    if fitted_in:
        parts.append(textwrap.fill(FITTED.say(lang, name=fitted_in), 100))
    return "\n\n".join(parts)


def counts_words(rows: Sequence[Row], lang: str) -> str:
    """How many figures are in order, explained and off."""
    computed = Counter(row.verdict for row in rows if row.role == "computed")
    inputs = [row for row in rows if row.role == "input"]
    return COUNTS.say(
        lang,
        computed=sum(computed.values()),
        ok=computed["ok"],
        explained=computed["explained"],
        off=computed["off"],
        inputs=len(inputs),
        input_gaps=sum(row.verdict != "ok" for row in inputs),
    )


def ratios_words(ratios: DebtRatios, lang: str) -> str:
    """The debt ratio in three readings."""
    return RATIOS.say(
        lang,
        year=ratios.year,
        published=number(100 * ratios.published, 0, lang),
        restated=number(100 * ratios.restated, 1, lang),
        nominal=number(100 * ratios.nominal, 1, lang),
        late=LATE.say(lang, year=ratios.year) if ratios.late else "",
    )


def reasons(rows: Sequence[Row], lang: str) -> dict[str, list[str]]:
    """Each explanation and the items, with their tables, that it explains."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.explanation.en:
            found.setdefault(row.explanation.say(lang), {})[f"{row.table} {row.label.say(lang)}"] = None
    return {reason: list(names) for reason, names in found.items()}


def worst_years(rows: Sequence[Row]) -> list[Row]:
    """Of each item the year that differs most, in tolerances."""
    worst: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = (row.table, row.item)
        before = worst.get(key)
        if before is None or abs(row.difference) / row.tolerance > abs(before.difference) / before.tolerance:
            worst[key] = row
    return list(worst.values())


def write_reconciliation(folder: Path, rows: Sequence[Row], lang: str) -> None:
    """``reconcile.csv``: every published figure beside the model's."""
    records = [{name: getattr(row, name) for name in COLUMNS[:-1]} for row in rows]
    said = [{"explanation": row.explanation.say(lang)} for row in rows]
    write_records(folder / "reconcile.csv", [record | last for record, last in zip(records, said, strict=True)])
