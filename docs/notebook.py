"""Make docs/ldip.ipynb, run: python docs/notebook.py

Needs nbformat, nbclient and ipykernel, which the program itself does not.
"""

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient

PLACE = Path(__file__).with_name("ldip.ipynb")
CELLS = (
    "# A municipality's economy twenty years ahead\n\nThe same as [docs/python.md](python.md), with what comes out.",
    ">import ldip\n\ncase = ldip.load('baerum-2020')\ncase",
    ">result = case.simulate(10_000)\nresult",
    "Percentiles of the debt ratio: a row for each year. Shares are fractions.",
    ">result['debt_ratio'].quantiles.loc[[2020, 2023, 2031, 2039]].round(3)",
    "How likely the adopted rules are to break, and a limit of one's own.",
    ">result.probability('any_rule_breach').loc[[2023, 2031, 2039]].round(3)",
    ">result['debt_ratio'].probability(above=0.9).loc[[2023, 2031, 2039]].round(3)",
    ">result.plot('debt_ratio')",
    "Dearer loans and more renewal, run by run in the same weather.",
    ">dear = case.with_values({'interest.loan_margin': 0.01, 'investment.renewal': {2026: 900.0}})\n"
    "apart = ldip.compare(case, dear)\n"
    "apart.difference('debt_ratio').loc[[2023, 2031, 2039]].round(4)",
    "The yearly step of restructuring that is enough.",
    ">case.restructure(confidence=(0.7, 0.8, 0.9), runs=2_000).answers.round(3)",
    "What is wrong is said all at once.",
    ">try:\n"
    "    case.with_values({'interest.loan_margn': 0.01, 'interest.floating_share': 60})\n"
    "except ldip.InputError as error:\n"
    "    print(error)",
)
"""Cells in order; those that begin with ">" are code."""


def main() -> None:
    """Write the notebook with its outputs."""
    notebook = nbformat.v4.new_notebook()
    for number, text in enumerate(CELLS):
        make = nbformat.v4.new_code_cell if text.startswith(">") else nbformat.v4.new_markdown_cell
        notebook.cells.append(make(text.removeprefix(">"), id=f"cell-{number}"))
    os.environ.pop("LDIP_LANG", None)
    NotebookClient(notebook, kernel_name="python3", record_timing=False).execute()
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(notebook, PLACE)


if __name__ == "__main__":
    main()
