"""Pictures come out the same wherever they are made: a notebook's backend, a matplotlibrc, dollars in a title."""

import os
import subprocess
import sys

import pytest

import ldip
from ldip.text import Text

BACKEND = "module://matplotlib_inline.backend_inline"
COMMAND = """
import sys
sys.argv = ['ldip', *{words}]
from ldip.cli import run
try:
    run()
except SystemExit as leaving:
    assert not leaving.code
"""
NOTEBOOK = """
import os, ldip
{first}
figure = ldip.load().simulate(100, years=6).plot()
figure.savefig('mine.png')
open('shown.png', 'wb').write(figure._repr_png_())
assert os.environ.get('MPLBACKEND') == {backend!r}
"""
WORDS = {
    "simulate": ["--runs", "100", "--years", "6", "--out", "r"],
    "stress": ["--runs", "100", "--years", "6", "--test", "interest-plus-2", "--out", "r"],
    "explain": ["--years", "6", "--out", "r"],
}


def made(folder, code, backend=None):
    """Run the code in a folder of its own: the files that it makes there."""
    environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    if backend:
        environment["MPLBACKEND"] = backend
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    files = [path for path in folder.rglob("*") if path.suffix in (".png", ".svg", ".html")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def places(tmp_path):
    """A clean folder, and one with settings that would change every picture, or fail."""
    for name in ("clean", "other"):
        (tmp_path / name).mkdir()
    settings = "text.usetex: true\nfont.size: 30\naxes.facecolor: red\nsavefig.dpi: 20\nsvg.fonttype: path\n"
    (tmp_path / "other" / "matplotlibrc").write_text(settings, encoding="utf-8")
    return tmp_path / "clean", tmp_path / "other"


@pytest.mark.parametrize("name", list(WORDS))
def test_a_commands_pictures_do_not_look_around(tmp_path, name):
    clean, other = places(tmp_path)
    code = COMMAND.format(words=[name, *WORDS[name]])
    found = made(clean, code)
    assert found
    assert made(other, code, BACKEND) == found


@pytest.mark.parametrize("first", ["", "import matplotlib; matplotlib.rcParams['text.usetex'] = True"])
def test_a_picture_in_python_is_the_same_before_and_after_matplotlib(tmp_path, first):
    clean, other = places(tmp_path)
    found = made(clean, NOTEBOOK.format(first="", backend=None))
    backend = None if first else BACKEND  # matplotlib itself refuses a backend that is not installed
    assert made(other, NOTEBOOK.format(first=first, backend=backend), backend) == found


def test_settings_are_as_before_when_a_picture_is_made():
    import matplotlib

    before = dict(matplotlib.rcParams)
    ldip.load().simulate(50, years=4).plot()._repr_png_()
    assert dict(matplotlib.rcParams) == before


def test_dollars_in_a_title_are_dollars(tmp_path):
    case = ldip.load().with_change("interest-plus-2")
    title = r"$\frac and $x_2$"
    source = case.source._replace(change_titles=(Text(title, title),))
    found = ldip.compare(ldip.load(), ldip.Case(source), runs=50, years=5)
    found.plot(lang="en").savefig(tmp_path / "c.svg")
    assert "$x_2$" in (tmp_path / "c.svg").read_text(encoding="utf-8")
