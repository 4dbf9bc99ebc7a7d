"""Make the shipped scenario of Porsgrunn anew, from the template and stored statistics: python
tests/update_porsgrunn.py

It is what a user gets by `ldip scenario new`, `ldip scenario import` and `ldip calibrate`, without the template's
invented projects. Run it when the template has other keys; tests/test_porsgrunn.py says when.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from ldip.analysis.calibrate import calibrate, entries
from ldip.scenario.files.reader import read, shipped_folder
from ldip.scenario.files.reading import BASE, toml
from ldip.scenario.files.rewrite import rewritten
from ldip.scenario.files.series import read_series
from ldip.scenario.files.template import write_new
from ldip.scenario.official.draft import joined
from ldip.scenario.official.importing import import_files
from ldip.scenario.quantities import as_given
from ldip.text import Text

NAME, CODE, RESIDENTS = "porsgrunn-2026", "4001", 37_000
STATISTICS = Path(__file__).parent / "cases" / "statistics" / "05940-telemark.csv"
HEAD = """# Porsgrunn: en virkelig kommunes størrelse og boligbygging, og ellers OPPDIKTEDE tall.
# (Porsgrunn: the size and the house-building of a real municipality, and otherwise placeholder numbers.)
#
# Kjent: fullførte boliger 2000–2024 (SSB tabell 05940) og hvor mye SSBs framskrivinger har bommet i Telemark.
# Folketallet, om lag 37 000, er et rundt tall. Alt annet er malens, ganget opp, og sier ingenting om Porsgrunns
# økonomi.
"""
TITLE = {
    "title_nb": "Porsgrunn: boligbyggingen er kjent, økonomien er oppdiktet",
    "title_en": "Porsgrunn: house-building is known, the economy is invented",
    "source": {
        "nb": "SSB tabell 05940 (CC BY 4.0) og malen for et nytt scenario; ingen tall er kommunens egne",
        "en": "Statistics Norway table 05940 (CC BY 4.0) and the template of a new scenario; no figure is the "
        "municipality's own",
    },
}
COMPLETIONS = Text(
    nb="SSB tabell 05940, fullførte boliger 2000–2024, CC BY 4.0",
    en="Statistics Norway table 05940, dwellings completed 2000–2024, CC BY 4.0",
)
FITTED = ("births", "arrivals", "mortality")
"""Drivers whose volatility was fitted to how far projections of this municipality and sixteen others were out."""


def make(folder: Path) -> None:
    """The scenario's files into `folder`, which bears its name."""
    write_new(folder, NAME, "Porsgrunn", first_year=2026, plan_years=4, residents=RESIDENTS)
    (folder / "projects.csv").unlink()
    for change in (folder / "changes").glob("*.toml"):
        if "projects" in toml(change)[0]:
            change.unlink()
    import_files(folder, [STATISTICS], CODE)
    base = folder / BASE
    tree, _ = toml(base)
    tree["scenario"] |= TITLE
    fitted = calibrate(read_series(str(folder / "series.csv")))
    for entry in entries(fitted, read(str(folder)).scenario):
        _, driver, name = entry.key.split(".")
        origin = {"basis": "derived", "source": as_given(joined(COMPLETIONS, "; ldip calibrate series.csv"))}
        tree["drivers"][driver][name] |= {"value": round(entry.value, 4)} | origin
    for driver in FITTED:
        tree["drivers"][driver]["volatility"]["basis"] = "derived"
    text = rewritten(base.read_text(encoding="utf-8"), tree)
    assert text is not None
    base.write_text(re.sub(r"\A(?:#.*\n)", lambda _: HEAD, text, count=1), encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / NAME
        make(made)
        target = shipped_folder() / NAME
        for old in [path for path in target.rglob("*") if path.is_file() and path.name != "README.md"]:
            old.unlink()
        shutil.copytree(made, target, dirs_exist_ok=True)
    sys.stdout.write(f"{target}\n")
