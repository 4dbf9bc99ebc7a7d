"""The workbook's sheets of where its figures come from: assumptions, reconciliation, provenance."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ldip import __version__
from ldip.analysis.compare import Comparison
from ldip.analysis.reconcile import DebtRatios
from ldip.analysis.reconcile import Row as Reconciled
from ldip.report import words
from ldip.report.answers import reconciliation as reconciliation_words
from ldip.report.folder.files import package_versions, sha256, write_summary
from ldip.report.terminal import policy_words
from ldip.report.words import ASSUMPTIONS, ORIGIN, capital
from ldip.report.workbook.figures import SCENARIO, UNIT, Alternatives, runs_line
from ldip.report.workbook.sheets import Book, Sheet
from ldip.scenario.numbers import Number, assumed, numbers
from ldip.scenario.placeholders import invented
from ldip.scenario.quantities import UNSOURCED
from ldip.scenario.units import in_words
from ldip.text import Text

ASSUMPTIONS_NOTE = Text(
    nb="Hvert tall med enhet, grunnlag og kilde. Gule rader er våre antakelser ({count} av {total}){invented}. Et "
    "tall gjelder fra året det står i, til neste tall på raden; «konstant» gjelder alle år.",
    en="Every number with unit, basis and source. Yellow rows are our assumptions ({count} of {total}){invented}. A "
    "number holds from its year on, up to the next one in the row; 'constant' holds in all years.",
)
AND_INVENTED = Text(" og oppdiktede tall ({count})", " and placeholders ({count})")
KEY = Text("Nøkkel", "Key")
WHAT = Text("Hva", "What")
BASIS = Text("Grunnlag", "Basis")
SOURCE = Text("Kilde", "Source")
CONSTANT = Text("Konstant", "Constant")
IN_ALTERNATIVE = Text("endret i: {label}", "changed in: {label}")


def write_assumptions(book: Book, comparison: Comparison, alternatives: Alternatives) -> None:
    """Every number of the reference, ours marked, and under each what an alternative has instead."""
    lang = book.lang
    reference = list(numbers(alternatives[comparison.against].source.scenario, lang))
    changed: dict[str, list[tuple[str, Number]]] = {}
    known = {(number.key, *number.values): number for number in reference}
    for name, it in alternatives.items():
        for number in numbers(it.source.scenario, lang) if name != comparison.against else ():
            if known.get((number.key, *number.values)) != number:
                changed.setdefault(number.key, []).append((it.label, number))
    everything = [*reference, *[number for pairs in changed.values() for _, number in pairs]]
    years = sorted({year for number in everything for year in number.values if year is not None})
    scenario = alternatives[comparison.against].source.scenario
    (ours, total), (placeholders, _) = assumed(scenario), invented(scenario)
    and_invented = AND_INVENTED.say(lang, count=placeholders) if placeholders else ""
    note = ASSUMPTIONS_NOTE.say(lang, count=ours, total=total, invented=and_invented)
    sheet = book.sheet(ASSUMPTIONS.say(lang), ASSUMPTIONS.say(lang), [note])
    heads = [text.say(lang) for text in (KEY, WHAT, UNIT, BASIS)]
    sheet.head(3, [*heads, CONSTANT.say(lang), *[str(year) for year in years]], texts=4)
    sheet.write(3, 5 + len(years), SOURCE.say(lang), "head aside")
    row = 4
    for number in reference:
        row = _number_row(sheet, row, number, years)
        for label, other in changed.pop(number.key, []):
            row = _number_row(sheet, row, other._replace(what=IN_ALTERNATIVE.say(lang, label=label)), years)
    for label, number in [pair for pairs in changed.values() for pair in pairs]:
        row = _number_row(sheet, row, number._replace(what=IN_ALTERNATIVE.say(lang, label=label)), years)
    sheet.paper.autofilter(3, 0, row - 1, 5 + len(years))
    sheet.widths(46, 40, 24, 11, 10, *[8.5] * len(years), 80)
    sheet.keep(4, 2)


def _number_row(sheet: Sheet, row: int, number: Number, years: Sequence[int]) -> int:
    look = "assumed" if number.basis in UNSOURCED else "text"
    cells = (number.key, number.what, in_words(number.unit).say(sheet.book.lang), number.basis_words(sheet.book.lang))
    for column, text in enumerate(cells):
        sheet.write(row, column, text, look)
    code = "0.0####%" if number.unit in ("share", "per year") else "General"
    for column, year in enumerate([None, *years], start=4):
        sheet.write(row, column, number.values.get(year), look, code)
    sheet.write(row, 5 + len(years), number.source, "assumed aside" if look == "assumed" else "aside")
    sheet.fit(
        row, *max(((number.source, 96), (number.key, 48), (number.what, 40)), key=lambda it: len(it[0]) / it[1])
    )
    return row + 1


RECONCILIATION = Text("Avstemming", "Reconciliation")
RECONCILIATION_TITLE = Text("Den publiserte planen ved siden av modellen", "The published plan beside the model")
RECONCILIATION_HEADS = (
    Text("Tabell", "Table"),
    Text("Post", "Item"),
    capital(words.UNIT),
    Text("Prisbasis", "Price basis"),
    Text("Rolle", "Role"),
    Text("Vurdering", "Verdict"),
    capital(words.YEAR),
    Text("Publisert", "Published"),
    Text("Modell", "Model"),
    Text("Differanse", "Difference"),
    Text("Toleranse", "Tolerance"),
)
WORST = Text(
    nb="Under står postene som avviker, hver med det året som avviker mest i forhold til toleransen.",
    en="Below are the items that differ, each with the year that differs most relative to its tolerance.",
)
EXPLANATION = Text("Forklaring", "Explanation")


def write_reconciliation(book: Book, rows: Sequence[Reconciled], ratios: DebtRatios | None) -> None:
    """Counts, the three debt ratios, and every figure that differs with its reason: the worst year of each."""
    lang = book.lang
    sheet = book.sheet(RECONCILIATION.say(lang), RECONCILIATION_TITLE.say(lang))
    texts = [
        reconciliation_words.counts_words(rows, lang),
        *([reconciliation_words.ratios_words(ratios, lang)] if ratios else []),
        WORST.say(lang),
    ]
    row = 1
    for text in texts:
        row = sheet.paragraph(row, text, 12, width=190)
    head = row
    sheet.head(head, [text.say(lang) for text in RECONCILIATION_HEADS], texts=6)
    sheet.write(head, 11, EXPLANATION.say(lang), "head aside")
    row = head + 1
    for line in reconciliation_words.worst_years([line for line in rows if line.verdict != "ok"]):
        roles = (
            reconciliation_words.VERDICTS[line.role].say(lang),
            reconciliation_words.VERDICTS[line.verdict].say(lang),
        )
        cells = (line.table, line.label.say(lang), line.unit, line.price_basis, *roles)
        for column, text in enumerate(cells):
            sheet.write(row, column, text, "text")
        sheet.write(row, 6, line.year, "text", "0")
        code = "#,##0" if "resident" in line.unit else "#,##0.0"
        sheet.write(row, 7, line.published, "text", code)
        sheet.write(row, 8, line.model, "text", code)
        apart = f"={sheet.at(row, 8)}-{sheet.at(row, 7)}"
        sheet.formula(row, 9, apart, line.difference, "text", f"+{code};-{code};{code}")
        sheet.write(row, 10, line.tolerance, "text", code)
        sheet.write(row, 11, line.explanation.say(lang), "aside")
        sheet.fit(row, line.explanation.say(lang), 85)
        row += 1
    sheet.widths(8, 44, 14, 13, 10, 10, 7, 11, 11, 11, 11, 78)
    sheet.keep(head + 1, 2)


PROVENANCE = Text("Herkomst", "Provenance")
AGAIN = Text("Kommando som gir de samme tallene", "Command that gives the same figures")
PROVENANCE_ROWS = {
    "program": Text("Program", "Program"),
    "seed": capital(words.SEED),
    "runs": Text("Framtider", "Runs"),
    "years": Text("År", "Years"),
    "policy": words.RESTRUCTURING,
    "changes": Text("Endringer", "Changes"),
    "figures": Text(
        "SHA-256 av summary.csv, som ldip simulate skriver", "SHA-256 of summary.csv, as ldip simulate writes it"
    ),
    "input": Text("SHA-256 av inndatafilen {file}", "SHA-256 of the input file {file}"),
    "package": Text("Pakke", "Package"),
    "recheck": Text("Regnet på nytt", "Computed again"),
    "none": words.NONE,
}


def write_provenance(
    book: Book,
    comparison: Comparison,
    steered: Comparison | None,
    alternatives: Alternatives,
    command: str,
    recheck: Sequence[str],
) -> None:
    """All that is needed to get the same figures again, checksums to know that they are, and, of figures that were
    computed again from a result folder, whether they were (`recheck`)."""
    lang, summary = book.lang, comparison.summaries[comparison.against]
    say = PROVENANCE_ROWS
    rows = [
        (say["program"].say(lang), "", f"ldip {__version__}"),
        (AGAIN.say(lang), "", command),
        *[(say["recheck"].say(lang), "", line) for line in recheck],
        (say["runs"].say(lang), "", summary.runs),
        (say["seed"].say(lang), "", summary.seed),
        (say["years"].say(lang), "", f"{summary.years[0]}–{summary.years[-1]}"),
        *[
            (say["policy"].say(lang), "", policy_words(of.summaries[of.against], lang))
            for of in (comparison, steered)
            if of
        ],
    ]
    for name, it in alternatives.items():
        titles = " + ".join(title.say(lang) for title in it.source.change_titles) or say["none"].say(lang)
        rows.append((say["changes"].say(lang), name, titles))
        rows.append((say["figures"].say(lang), name, _figures_sha256(comparison, steered, name)))
    digests = {file: sha for it in alternatives.values() for file, sha in it.source.files.items()}
    rows += [(say["input"].say(lang, file=file), "", sha) for file, sha in digests.items()]
    rows += [(say["package"].say(lang), name, version) for name, version in package_versions().items()]
    sheet = book.sheet(PROVENANCE.say(lang), ORIGIN.say(lang), [runs_line(summary, lang)])
    sheet.head(3, [WHAT.say(lang), SCENARIO.say(lang), CONSTANT.say(lang)], texts=3)
    sheet.write(3, 2, "", "head")
    for row, (what, scenario, value) in enumerate(rows, start=4):
        sheet.write(row, 0, what, "text")
        sheet.write(row, 1, scenario, "text")
        sheet.write(row, 2, str(value), "text")
    sheet.widths(64, 44, 76)
    sheet.keep(4, 1)


def _figures_sha256(comparison: Comparison, steered: Comparison | None, name: str) -> str:
    """The checksum of the file that a simulation of this scenario alone writes."""
    with tempfile.TemporaryDirectory() as folder:
        write_summary(Path(folder), [of.summaries[name] for of in (comparison, steered) if of])
        return sha256(Path(folder) / "summary.csv")
