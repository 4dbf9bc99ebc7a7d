"""What planners write is said as they wrote it: braces, dollars and backslashes in titles and names mean nothing to
the program, and what no terminal, page or workbook can take is refused when it is read."""

import html
import json
import re
import shutil
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from test_bad_inputs import edit

from ldip.errors import InputError
from ldip.scenario.files.reader import find, read
from ldip.web.answers import page_records
from ldip.web.simulator import Simulator

SIGNS = r"{x} { } {0} %s %(a)d $a$ $5 \1 $\frac{ back\slash <b>&"
RUNS = ("--runs", "40", "--years", "6")


@pytest.fixture
def odd(here: Path) -> Path:
    """A municipality with all the signs in its titles and names, and a change whose file name has them too."""
    folder = shutil.copytree(find("baerum-2020").folder, here / "{x} $a$ %s")
    base = folder / "base.toml"
    lines = base.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        key = line.partition(" = ")[0]
        if key in ("title_nb", "title_en", "municipality"):
            lines[number] = f"{key} = {json.dumps(f'{key} {SIGNS}')}"
        elif re.search(r'\bnb = "', line):  # the name of a sector or of a housing area
            lines[number] = re.sub(r'\b(nb|en) = "', lambda found: found[0] + json.dumps(SIGNS + " ")[1:-1], line)
    base.write_text("\n".join(lines) + "\n", encoding="utf-8")
    edit(folder / "areas.csv", ",Barnehager,Kindergartens,", f',"Barnehager {SIGNS}","Kindergartens {SIGNS}",')
    edit(folder / "plan.csv", ",Oppgradering og formuesbevaring,", f',"Oppgradering {SIGNS}",')
    change = "[change]\ntitle_nb = {title}\ntitle_en = {title}\n[interest]\nloan_margin = { value = 0.01, basis = "
    change += '"assumption", source = {title} }\n'
    (here / "{x} $a$ %s.toml").write_text(change.replace("{title}", json.dumps(f"Dyrt {SIGNS}")), encoding="utf-8")
    return folder


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "FOLDER", "--change", "CHANGE", *RUNS),
        ("compare", "FOLDER", "FOLDER+CHANGE", *RUNS),
        ("report", "FOLDER", "--change", "housing-minus-20", *RUNS, "--out", "page.html"),
        ("workbook", "FOLDER", "--change", "CHANGE", *RUNS, "--out", "book.xlsx"),
        ("explain", "FOLDER", "--change", "CHANGE", "--against-base", *RUNS),
        ("plan", "FOLDER", "--change", "CHANGE", "--form", "1B"),
        ("plan", "FOLDER", "--change", "CHANGE", "--form", "2B"),
        ("reconcile", "FOLDER"),
        ("restructure", "FOLDER", *RUNS),
        ("stress", "FOLDER", *RUNS),
        ("payback", "fornebu", "FOLDER", *RUNS),
        ("population", "FOLDER"),
        ("scenario", "show", "FOLDER", "--assumptions"),
        ("scenario", "sheet", "sheet.xlsx", "FOLDER"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_every_command_takes_any_sign(ldip, odd, words, lang):
    given = [word.replace("FOLDER", odd.name).replace("CHANGE", "{x} $a$ %s.toml") for word in words]
    said = ldip(*given, "--lang", lang) if words[1] != "show" else ldip(*given)
    assert said.code == 0, said.err
    if words[0] == "report":
        assert html.escape(SIGNS, quote=False) in Path("page.html").read_text(encoding="utf-8").replace("<wbr>", "")
    elif words[0] in ("simulate", "compare", "explain", "reconcile"):
        assert SIGNS in said.out.replace("\n", " ")
    for path in Path.cwd().rglob("*.svg"):
        ET.parse(path)
    for path in Path.cwd().rglob("*.xlsx"):
        with zipfile.ZipFile(path) as parts:
            for name in parts.namelist():
                if name.endswith((".xml", ".rels")):
                    ET.fromstring(parts.read(name))


def test_the_page_takes_any_sign(odd):
    simulator = Simulator(str(odd), (), years=5, seed=1, runs=100)
    assert SIGNS in json.dumps(page_records(simulator, "nb"), ensure_ascii=False).replace("\\\\", "\\")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("base.toml", 'municipality = "', 'municipality = "\\u0007'),
        ("base.toml", 'title_nb = "', 'title_nb = "\\u001b[31m'),
        ("base.toml", 'title_en = "', 'title_en = "\u2028'),
        ("areas.csv", ",Barnevern,", ",Barne\x0cvern,"),
        ("plan.csv", ",Skatt", ",\x85Skatt"),
    ],
)
def test_a_character_that_cannot_be_shown_is_refused_where_it_stands(odd, file, old, new):
    edit(odd / file, old, new)
    with pytest.raises(InputError) as caught:
        read(str(odd))
    (fault,) = [fault for fault in caught.value.faults if fault.kind == "hidden_character"]
    assert fault.file.partition(":")[0] == f"{odd.name}/{file}"


@pytest.mark.parametrize("name", ["a\x07", "a\nb", "a\u2028b", "a\udcffb"])
def test_a_name_that_cannot_be_shown_is_refused(ldip, odd, here, name):
    shutil.copytree(odd, here / name)
    shutil.copyfile(here / "{x} $a$ %s.toml", here / f"{name}.toml")
    for words in ((name,), (odd.name, "--change", f"{name}.toml"), (f"{name}.toml",)):
        said = ldip("simulate", *words, *RUNS, "--lang", "en")
        assert said.code == 1
        assert "holds a character that cannot be shown" in said.err
        assert name not in said.err


def test_a_line_break_in_a_cell_is_a_blank(odd):
    edit(odd / "areas.csv", ",Kirke og andre", ',"Kirke\r\n  og andre')
    edit(odd / "areas.csv", "religiøse formål,", 'religiøse formål",')
    assert "Kirke og andre religiøse formål" in [area.name_nb for area in read(str(odd)).scenario.areas]
