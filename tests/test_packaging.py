"""What the README's commands install: exact versions with hashes of all that pyproject.toml asks for, and one package
from which the same commands work. And how CI runs its parts."""

import re
import shutil
import subprocess
import tarfile
import tomllib
from pathlib import Path

import pytest

from ldip import __version__

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN, TEST = ROOT / ".ci" / "constraints.txt", ROOT / ".ci" / "constraints-test.txt"


def pins(path: Path) -> dict[tuple[str, str], str]:
    """Package and the machines it is for -> exact version."""
    entries = re.split(r"\n(?! )", path.read_text(encoding="utf-8").strip())
    found = {}
    for entry in entries:
        pinned = re.match(r"([a-z0-9-]+)==([\w.]+)(?: ; ([^\\]+?))? \\\n", entry)
        assert pinned, entry
        name, version, machines = pinned.groups()
        assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\\n|$))+", entry[pinned.end() :]), name
        found[name, machines or ""] = version
    return found


def asked(requirements: list[str]) -> dict[str, tuple[int, ...]]:
    """Package -> the lowest version asked for."""
    found = {}
    for requirement in requirements:
        name, bound = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement).groups()
        found[name.lower().replace("_", "-")] = tuple(map(int, bound.split(".")))
    return found


def release(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


@pytest.mark.parametrize("path", [RUN, TEST], ids=lambda path: path.name)
def test_all_that_is_asked_for_is_pinned(path):
    wanted = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
    if path == TEST:
        wanted = wanted + PROJECT["project"]["optional-dependencies"]["test"]
    pinned = pins(path)
    names = {name for name, _ in pinned}
    for name, lowest in asked(wanted).items():
        assert name in names, f"{name}: .ci/pin --keep"
        assert all(release(version) >= lowest for (it, _), version in pinned.items() if it == name), name


def test_those_who_test_run_the_same_versions():
    run, test = pins(RUN), pins(TEST)
    assert run.items() <= test.items()


@pytest.mark.parametrize("path", [RUN, TEST], ids=lambda path: path.name)
def test_where_packages_are_fetched_from_is_the_readers_choice(path):
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text


def test_the_source_package_has_what_the_readme_names(tmp_path, monkeypatch):
    from hatchling.build import build_sdist

    monkeypatch.chdir(ROOT)
    name = build_sdist(str(tmp_path))
    with tarfile.open(tmp_path / name) as archive:
        files = {file.removeprefix(f"ldip-{__version__}/") for file in archive.getnames()}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"-r (\S+\.txt)", readme)) | set(re.findall(r"\]\(([\w./-]+\.(?:md|png))\)", readme))
    assert len(named) > 12
    assert named <= files
    assert {"ldip/__main__.py", "scenarios/baerum-2020/base.toml", "tests/conftest.py", ".ci/run"} <= files


def test_citation_and_changelog_know_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^cff-version: 1\.2\.0$", text, re.MULTILINE)
    assert re.search(rf'^version: "?{re.escape(__version__)}"?$', text, re.MULTILINE)
    log = (ROOT / "docs" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", log, re.MULTILINE)


PARTS = """
set -euo pipefail
logs=$PWD
declare -A running=()
failed=()
{functions}
good() {{ echo "good $1"; }}
bad() {{ echo before; false; echo after; }}
begin aside good a
begin broken-aside {aside} b
part shown good c
part broken {here} d
finish aside broken-aside
stop_if_failed
echo "== the next"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("here", "aside", "failed"),
    [("good", "good", []), ("bad", "good", ["broken"]), ("good", "bad", ["broken-aside"])],
)
def test_a_part_that_fails_at_any_line_fails_the_run_and_every_part_is_told(tmp_path, here, aside, failed):
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    functions = run[run.index("timed() {") : run.index("command_of() {")]
    script = PARTS.format(functions=functions, here=here, aside=aside)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "== the next" in done.stdout) == ((1, False) if failed else (0, True)), done.stderr
    assert "after" not in done.stdout
    assert f"== failed: {' '.join(failed)};" in done.stdout or not failed
    heads = re.findall(r"^== ([\w-]+)$", done.stdout, re.MULTILINE)
    assert heads == ["shown", "broken", "aside", "broken-aside"]
    for name in heads:
        said = (tmp_path / f"{name}.log").read_text(encoding="utf-8")
        assert said in done.stdout
        assert said.endswith(f"s, exit code {1 if name in failed else 0}\n")
