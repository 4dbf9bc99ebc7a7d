"""Start another municipality: a copy of the shipped fictitious one under its own name."""

import re
import shutil
import unicodedata
from pathlib import Path

from ldip.errors import InputError
from ldip.scenario.files.faults import hidden_in_name
from ldip.scenario.files.reader import shipped_folder
from ldip.scenario.files.reading import BASE
from ldip.scenario.files.writer import value_text

TEMPLATE = "eksempelvik-2025"
"""The fictitious municipality that new scenarios begin as: commented, complete, every number marked as invented."""


def scenario_name(folder: Path) -> str:
    """A scenario name made of a folder's: small ASCII letters, digits and hyphens."""
    spelled = folder.name.lower().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-") or "kommune"


def write_new(folder: Path, name: str, municipality: str) -> None:
    """The template's files into `folder`, under the name of the new scenario and its municipality."""
    template = shipped_folder() / TEMPLATE
    shutil.copytree(template, folder, dirs_exist_ok=True)
    base = folder / BASE
    text = base.read_text(encoding="utf-8")
    hidden = hidden_in_name(municipality)
    if hidden:
        raise InputError(hidden)
    heading = {
        "name": name,
        "municipality": municipality,
        "title_nb": f"{municipality} (tallene er ennå oppdiktet), økonomiplan videreført",
        "title_en": f"{municipality} (figures still fictitious), financial plan continued",
        "source": {
            "nb": f"mal for et nytt scenario; bytt ut tallene med {municipality} sine egne",
            "en": f"template of a new scenario; replace the figures with those of {municipality}",
        },
    }
    for key, value in heading.items():
        text = _put(text, rf"(?m)^{key} = .*$", f"{key} = {value_text(value)}")
    text = _put(
        text, r"\A# Eksempelvik.*\n# \(A fictitious.*\n", f"# {municipality}: startet fra en oppdiktet mal.\n"
    )
    base.write_text(text, encoding="utf-8")


def _put(text: str, pattern: str, line: str) -> str:
    """The text with `line` in place of the first match: as it stands, whatever signs a name has."""
    return re.sub(pattern, lambda _: line, text, count=1)
