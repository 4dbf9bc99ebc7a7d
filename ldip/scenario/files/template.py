"""Start another municipality: a copy of the shipped fictitious one under its own name."""

import re
import shutil
import unicodedata
from pathlib import Path

from ldip.scenario.files.reader import shipped_folder
from ldip.scenario.files.reading import BASE

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
    shown = municipality.replace('"', "'")
    heading = {
        "name": name,
        "municipality": shown,
        "title_nb": f"{shown} (tallene er ennå oppdiktet), økonomiplan videreført",
        "title_en": f"{shown} (figures still fictitious), financial plan continued",
        "source": f"mal for et nytt scenario; bytt ut tallene med {shown} sine egne",
    }
    for key, value in heading.items():
        line = f'{key} = "{value}"'.replace("\\", "")
        text = re.sub(rf'(?m)^{key} = ".*"$', line, text, count=1)
    text = re.sub(r"\A# Eksempelvik.*\n# \(A fictitious.*\n", f"# {shown}: startet fra en oppdiktet mal.\n", text)
    base.write_text(text, encoding="utf-8")
