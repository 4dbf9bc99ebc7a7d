"""The command line as a planner meets it: result files, messages, exit codes, and what is left behind."""

import contextlib
import csv
import hashlib
import importlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import click
import numpy as np
import pytest
from conftest import Said, of_fan, rows_of, snapshot

from ldip import __version__, cli
from ldip.cli import COMMANDS, run
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import FANS
from ldip.model.shown import SIMULATED
from ldip.report.folder import files
from ldip.scenario.drivers import Drivers
from ldip.scenario.files.reader import read, shipped_folder
from ldip.scenario.files.recorded import read_recorded
from ldip.scenario.files.tables import COLUMNS

SUMMARY_COLUMNS = "scenario,fan,metric,year,unit,price_basis,mean,sd,p01,p05,p10,p25,p50,p75,p90,p95,p99"
PROBABILITY_COLUMNS = "scenario,fan,event,year,probability,standard_error"
PERCENTILES = SUMMARY_COLUMNS.split(",")[8:]
DATA = {"summary.csv", "sampling_errors.csv", "probabilities.csv", "provenance.json"}
PICTURES = {f"{name}.{kind}" for name in SIMULATED for kind in ("png", "svg")}
SMALL = ("simulate", "--runs", "100", "--no-pictures")


def real(*words: object, cwd: Path, encoding: str = "utf-8", **more: str) -> Said:
    """The command in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in ("LDIP_LANG", "PYTHONUTF8")}
    environment |= {"PYTHONIOENCODING": encoding, "COLUMNS": "120", **more}
    command = [sys.executable, "-c", "from ldip.cli import run; run()", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, timeout=120, check=False)
    assert b"Traceback" not in done.stderr
    # click takes an ASCII stream for a fault of the system and writes UTF-8 into it.
    written = "utf-8" if encoding == "ascii" else encoding
    return Said(done.returncode, done.stdout.decode(written), done.stderr.decode(written))


def calm_change(folder: Path) -> Path:
    quantity = '{ value = 0.0, basis = "assumption", source = "no shocks" }'
    path = folder / "calm.toml"
    sections = [
        "\n".join(
            (f"[drivers.{name}]", *(f"{key} = {quantity}" for key in Drivers.model_fields[name].annotation.moved_by))
        )
        for name in Drivers.names()
    ]
    path.write_text("\n".join(sections), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """A real run of 200 futures with pictures."""
    folder = tmp_path_factory.mktemp("results")
    said = real("simulate", "--runs", 200, "--seed", 7, "--out", "base", cwd=folder)
    assert said.code == 0
    assert said.err == ""
    assert [path.name for path in folder.iterdir()] == ["base"]
    return folder / "base"


# What simulate writes


def test_result_folder_is_complete(results):
    assert {path.name for path in results.iterdir()} == DATA | PICTURES


def test_summary_has_the_promised_columns(results):
    assert (results / "summary.csv").read_text(encoding="utf-8").splitlines()[0] == SUMMARY_COLUMNS


def test_summary_has_every_metric_in_every_year_once(results):
    rows = rows_of(results / "summary.csv")
    metrics = {row["metric"] for row in rows}
    assert metrics >= {"debt_ratio", "net_operating_result_share", "restructuring_need"}
    assert metrics <= set(catalogue())
    wanted = {(fan, metric, str(year)) for fan in FANS.values() for metric in metrics for year in range(2020, 2040)}
    assert {(row["fan"], row["metric"], row["year"]) for row in rows} == wanted
    assert len(rows) == len(wanted)


def test_summary_says_scenario_unit_and_price_basis(results):
    for row in rows_of(results / "summary.csv"):
        metric = catalogue()[row["metric"]]
        assert row["scenario"] == "baerum-2020"
        assert row["unit"] == metric.unit
        assert row["price_basis"] == metric.price_basis(2020)
        assert row["price_basis"] in ("2020-kr (cpi)", "2020-kr (deflator)", "n/a")


def test_summary_figures_are_finite_and_in_order(results):
    for row in rows_of(results / "summary.csv"):
        figures = np.array([float(row[name]) for name in PERCENTILES])
        assert np.all(np.isfinite(figures)), row
        assert np.all(np.diff(figures) >= 0.0), row
        assert float(row["sd"]) >= 0.0, row
        assert figures[0] <= float(row["mean"]) <= figures[-1] or float(row["sd"]) > 0.0, row


def test_sampling_errors_stand_in_the_same_order(results):
    figures, errors = rows_of(results / "summary.csv"), rows_of(results / "sampling_errors.csv")
    assert len(figures) == len(errors)
    for figure, error in zip(figures, errors, strict=True):
        assert (figure["metric"], figure["year"]) == (error["metric"], error["year"])
        assert float(error["mean"]) == pytest.approx(float(figure["sd"]) / 200**0.5, rel=1e-8, abs=1e-15)
        told = [name for name in PERCENTILES if error[name]]
        assert told == [name for name in PERCENTILES if name not in ("p01", "p99")], "too few runs beyond"
        assert all(float(error[name]) >= 0.0 for name in told)


def test_probabilities_are_probabilities(results):
    lines = (results / "probabilities.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == PROBABILITY_COLUMNS
    found: dict[str, list[float]] = {}
    for row in of_fan(results / "probabilities.csv"):
        assert 0.0 <= float(row["probability"]) <= 1.0
        assert 0.0 < float(row["standard_error"]) < 0.5
        found.setdefault(row["event"], []).append(float(row["probability"]))
    assert found.keys() >= {"debt_ratio_above_75", "debt_ratio_above_100", "any_rule_breach"}
    for event, values in found.items():
        assert len(values) == 20
        if event.endswith("_so_far"):
            assert values == sorted(values)
            assert values[-1] >= max(found[event.removesuffix("_so_far")])


def test_an_unknown_command_is_told_what_may_have_been_meant(ldip):
    said = ldip("simulat")
    assert said.code == 2
    assert "Mente du 'simulate'?" in said.err


def test_the_help_tells_of_every_command_in_the_order_of_use(ldip):
    names = re.findall(r"^  ([a-z]+) {2,}[A-ZÅ]", ldip("--help").out, re.MULTILINE)
    assert names == list(COMMANDS)
    for name in names:
        assert f"Bruk: ldip {name}" in ldip(name, "--help").out


def test_a_command_is_in_the_file_that_bears_its_name_and_alone_there():
    room = Path(cli.__file__).parent
    names = sorted(path.stem for path in room.glob("*.py") if path.name != "__init__.py")
    modules = [importlib.import_module(f"ldip.cli.{name}") for name in names]
    found = {
        module.__name__: [it for it in vars(module).values() if isinstance(it, click.Command)] for module in modules
    }
    groups = [it for own in found.values() for it in own if isinstance(it, click.Group)]
    below = [it for group in groups for it in group.commands.values()]
    for name, (module, commands) in zip(names, found.items(), strict=True):
        own = [it for it in commands if is_of(it, module) and it not in below]
        assert {it.name for it in own} == {name} & set(COMMANDS), name


def is_of(command: click.Command, module: str) -> bool:
    return command.callback is not None and command.callback.__module__ == module


def test_the_package_itself_is_the_command(tmp_path):
    """python -m ldip is ldip: same words, same codes; and what lies in the current folder is not executed."""
    for name in ("click", "numpy", "numba", "pydantic", "matplotlib", "socket"):
        (tmp_path / f"{name}.py").write_text(f"open('executed-{name}', 'w')\n", encoding="utf-8")
    before = snapshot(tmp_path)
    said = module("simulate", "--runs", 100, "--years", 2, "--out", "r", cwd=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert {path.name for path in (tmp_path / "r").iterdir()} == DATA | PICTURES
    said = module("simulat", cwd=tmp_path)
    assert said.code == 2
    assert said.err.startswith("Bruk: ldip [VALG] KOMMANDO")
    (tmp_path / "grid.toml").write_text("runs = 20\nyears = 2\n", encoding="utf-8")
    assert module("sweep", "grid.toml", "--executor", "processes", "--out", "s", cwd=tmp_path).code == 0
    for name in ("r", "s"):
        shutil.rmtree(tmp_path / name)
    (tmp_path / "grid.toml").unlink()
    assert snapshot(tmp_path) == before


def module(*words: object, cwd: Path) -> Said:
    """python -m ldip in a process of its own, with nothing that keeps the current folder from being searched."""
    environment = {name: value for name, value in os.environ.items() if name not in ("LDIP_LANG", "PYTHONSAFEPATH")}
    command = [sys.executable, "-m", "ldip", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


def test_provenance_is_enough_to_repeat_the_run(results):
    content = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    assert content["version"] == __version__
    assert (content["seed"], content["runs"], content["scenario"]) == (7, 200, "baerum-2020")
    assert content["years"] == list(range(2020, 2040))
    assert content["packages"] == {"python": platform.python_version(), "numpy": np.__version__}
    (recorded,) = read_recorded(results).sources
    assert recorded.scenario == read("baerum-2020").scenario


def test_provenance_holds_the_checksums_of_inputs_and_results(results):
    content = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    inputs = content["inputs_sha256"]
    assert set(inputs) == {
        "baerum-2020/base.toml",
        *(f"baerum-2020/{table}.csv" for table in COLUMNS if table != "national_ages"),  # Bærum has none of its own
    }
    for shown, digest in inputs.items():
        assert digest == hashlib.sha256((shipped_folder() / shown).read_bytes()).hexdigest()
    written = content["results_sha256"]
    assert set(written) == {name for name in DATA if name.endswith(".csv")}
    for name, digest in written.items():
        assert digest == hashlib.sha256((results / name).read_bytes()).hexdigest()


def test_pictures_are_pictures(results):
    for name in PICTURES:
        raw = (results / name).read_bytes()
        if name.endswith(".png"):
            assert raw.startswith(b"\x89PNG\r\n\x1a\n")
        else:
            assert raw.startswith(b"<?xml")
            assert ElementTree.fromstring(raw).tag == "{http://www.w3.org/2000/svg}svg"
            assert b"baerum-2020" in raw


def test_pictures_of_one_year_and_their_removal(ldip, here):
    said = ldip("simulate", "--runs", 20, "--years", 1, "--out", "one")
    assert said.code == 0
    assert {path.name for path in (here / "one").iterdir()} == DATA | PICTURES
    assert said.out.rstrip().endswith("Resultater og figurer: one (Excel: ldip workbook, --csv nb)")
    said = ldip("simulate", "--runs", 20, "--years", 1, "--out", "one", "--no-pictures")
    assert said.code == 0
    assert {path.name for path in (here / "one").iterdir()} == DATA  # no pictures of another run
    assert said.out.rstrip().endswith("Resultater: one (Excel: ldip workbook, --csv nb)")


def test_no_pictures_writes_none(ldip, here):
    assert ldip(*SMALL, "--out", "r").code == 0
    assert {path.name for path in (here / "r").iterdir()} == DATA


def test_result_folder_is_named_after_the_scenario(ldip, here):
    assert ldip(*SMALL, "--change", "interest-plus-2", "--change", "housing-minus-20").code == 0
    [folder] = (here / "ldip-results").iterdir()
    name = "baerum-2020+interest-plus-2+housing-minus-20"
    assert folder.name.startswith(f"{name}-runs-")
    assert {path.name for path in folder.iterdir()} == DATA
    content = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert content["scenario"] == name
    assert "baerum-2020/changes/interest-plus-2.toml" in content["inputs_sha256"]
    assert {row["scenario"] for row in rows_of(folder / "summary.csv")} == {name}


def test_results_made_otherwise_are_kept_apart(ldip, here):
    """Another policy, number of runs, seed or horizon, and a copy of the folder, have results of their own; the same
    again replaces itself."""
    shutil.copytree(shipped_folder() / "eksempelvik-2025", here / "copy")
    few = ("--years", 5, "--no-pictures")
    for words in (
        ("eksempelvik-2025", "--runs", 20),
        ("eksempelvik-2025", "--runs", 21),
        ("eksempelvik-2025", "--runs", 20, "--seed", 2),
        ("eksempelvik-2025", "--runs", 20, "--policy", "step", "--step", "2,5"),
        ("eksempelvik-2025", "--runs", 20, "--without", "rate"),
        ("copy", "--runs", 20),
        ("copy", "--runs", 20),
    ):
        assert ldip("simulate", *words, *few).code == 0
    assert sorted(path.name for path in (here / "ldip-results").iterdir()) == [
        "copy-runs-20-years-5",
        "eksempelvik-2025+without-rate-runs-20-years-5",
        "eksempelvik-2025-policy-step-step-2.5-runs-20-years-5",
        "eksempelvik-2025-runs-20-seed-2-years-5",
        "eksempelvik-2025-runs-20-years-5",
        "eksempelvik-2025-runs-21-years-5",
    ]


def test_two_folders_of_one_name_are_told_what_to_change(ldip, here):
    for name in ("one", "two"):
        shutil.copytree(shipped_folder() / "eksempelvik-2025", here / name)
    said = ldip("compare", "one", "two", "--runs", 20, "--no-pictures")
    assert said.code == 1
    assert "name i [scenario]" in said.err


def test_out_makes_the_folders_above_it(ldip, here):
    assert ldip(*SMALL, "--out", "a/b/c").code == 0
    assert {path.name for path in (here / "a/b/c").iterdir()} == DATA


def test_files_of_others_in_the_result_folder_stay(ldip, here):
    (here / "r").mkdir()
    (here / "r" / "notes.txt").write_text("mine", encoding="utf-8")
    assert ldip(*SMALL, "--out", "r").code == 0
    assert (here / "r" / "notes.txt").read_text(encoding="utf-8") == "mine"


# The same again


def test_same_seed_same_bytes_other_seed_other_bytes(ldip, here):
    for seed, out in ((5, "a"), (5, "b"), (6, "c")):
        assert ldip(*SMALL, "--seed", seed, "--out", out).code == 0
    for name in DATA:
        assert (here / "a" / name).read_bytes() == (here / "b" / name).read_bytes(), name
    assert (here / "a" / "summary.csv").read_bytes() != (here / "c" / "summary.csv").read_bytes()


def test_language_does_not_touch_the_result_files(ldip, here):
    assert ldip(*SMALL, "--out", "nb", "--lang", "nb").code == 0
    assert ldip(*SMALL, "--out", "en", "--lang", "en").code == 0
    assert snapshot(here / "nb") == snapshot(here / "en")


def test_default_seed_is_one(ldip, here):
    assert ldip(*SMALL, "--out", "a").code == 0
    assert ldip(*SMALL, "--out", "b", "--seed", 1).code == 0
    assert snapshot(here / "a") == snapshot(here / "b")


def test_change_given_by_name_and_by_path_say_the_same(ldip, here):
    path = shipped_folder() / "baerum-2020" / "changes" / "housing-minus-20.toml"
    assert ldip(*SMALL, "--out", "a", "--change", "housing-minus-20").code == 0
    assert ldip(*SMALL, "--out", "b", "--change", path).code == 0
    assert (here / "a" / "summary.csv").read_bytes() == (here / "b" / "summary.csv").read_bytes()


# Numbers of runs and years


def test_one_run(ldip, here):
    said = ldip("simulate", "--runs", 1, "--no-pictures", "--out", "r")
    assert said.code == 0
    for row in rows_of(here / "r" / "summary.csv"):
        assert float(row["sd"]) == 0.0
        assert {row[name] for name in PERCENTILES} == {row["mean"]}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1e3", 1000),
        ("2k", 2000),
        *[(written, 1000) for written in ("1_000", "1 000", "1.000", "1,000", "1\u202f000")],
        ("0.1k", 100),
        ("0,1k", 100),
        ("1E2", 100),
    ],
)
def test_runs_may_be_written_short(ldip, here, written, meant):
    assert ldip("simulate", "--runs", written, "--years", 2, "--no-pictures", "--out", "r").code == 0
    assert json.loads((here / "r" / "provenance.json").read_text(encoding="utf-8"))["runs"] == meant


@pytest.mark.parametrize("years", [1, 3, 4, 5, 40, 60])
def test_number_of_years(ldip, here, years):
    assert ldip("simulate", "--runs", 50, "--years", years, "--no-pictures", "--out", "r").code == 0
    rows = rows_of(here / "r" / "summary.csv")
    assert sorted({int(row["year"]) for row in rows}) == list(range(2020, 2020 + years))
    assert all(np.isfinite(float(row["p50"])) for row in rows)
    said = ldip("plan", "--years", years, "--json")
    assert said.code == 0
    assert {record["year"] for record in json.loads(said.out)} == set(range(2020, 2020 + years))


def test_fewer_years_leave_the_first_ones_as_they_were(ldip, here):
    for years in (3, 20):
        assert ldip(*SMALL, "--years", years, "--out", years).code == 0
    long = {(row["metric"], row["year"]): row for row in of_fan(here / "20" / "summary.csv")}
    needs_later_years = {"restructuring_need", "restructuring_need_share"}
    for row in of_fan(here / "3" / "summary.csv"):
        if row["metric"] not in needs_later_years:
            assert row == long[row["metric"], row["year"]]


@pytest.mark.parametrize(
    "words",
    [
        ("--runs", "0"),
        ("--runs", "-5"),
        ("--runs", "abc"),
        ("--runs", "1.5"),
        ("--runs", "k"),
        ("--runs", ""),
        ("--years", "0"),
        ("--years", "61"),
        ("--years", "ten"),
        ("--seed", "-1"),
        ("--lang", "fr"),
        ("--colour",),
    ],
)
def test_wrong_options_are_usage_errors(ldip, here, words):
    said = ldip("simulate", *words, "--no-pictures", "--out", "r")
    assert said.code == 2
    assert "Bruk: ldip simulate" in said.err
    assert words[0] in said.err
    assert said.out == ""
    assert snapshot(here) == {}


@pytest.mark.parametrize("runs", ["nan", "inf", "1e400"])
def test_runs_that_are_no_number_are_usage_errors(ldip, runs):
    assert ldip("simulate", "--runs", runs, "--no-pictures", "--out", "r").code == 2


def test_more_runs_than_memory_allows(ldip, here):
    said = ldip("payback", "fornebu", "--runs", "10m", "--years", 60, "--lang", "en")
    assert said.code == 1
    assert "Choose at most 333333 runs for 60 years" in said.err
    assert snapshot(here) == {}


def test_unknown_command_is_a_usage_error(ldip):
    said = ldip("simulere")
    assert said.code == 2
    assert "simulere" in said.err


# Failures leave nothing behind


@pytest.fixture
def faulty(here) -> Path:
    path = here / "faulty.toml"
    path.write_text("[opening]\nbuffer_fund = 455\n[interest]\nrente = 0.02\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "expect"),
    [
        (("no-such-scenario",), "no such folder, file or shipped scenario"),
        (("baerum-2021",), "Did you mean 'baerum-2020'?"),
        (("--change", "interest-plus-3"), "Did you mean 'interest-plus-2'?"),
        (("--change", "faulty.toml"), "a number must come with unit, basis and source"),
        (("--out", "faulty.toml"), "cannot be written to"),
        (("--out", "faulty.toml/below"), "cannot be written to"),
        (("--out", "faulty.toml/far/below"), "cannot be written to"),
    ],
)
def test_user_errors_are_told_and_leave_nothing(ldip, here, faulty, words, expect):
    before = snapshot(here)
    said = ldip(*SMALL, "--lang", "en", *words)
    assert said.code == 1
    assert expect in said.err
    assert said.out == ""
    assert snapshot(here) == before


def test_all_faults_are_told_in_the_language_asked_for(ldip, faulty, monkeypatch):
    english = ldip(*SMALL, "--change", faulty, "--lang", "en")
    assert len(english.err.splitlines()) == 2
    assert "unknown key" in english.err
    assert ldip(*SMALL, "--change", faulty, "--lang=en").err == english.err
    norwegian = ldip(*SMALL, "--change", faulty)
    assert "ukjent nøkkel" in norwegian.err
    assert len(norwegian.err.splitlines()) == 2
    monkeypatch.setenv("LDIP_LANG", "en")
    assert ldip(*SMALL, "--change", faulty).err == english.err


@pytest.mark.parametrize("command", [("plan",), ("scenario", "check"), ("scenario", "show")])
def test_other_commands_tell_user_errors_too(ldip, here, faulty, command):
    before = snapshot(here)
    for words in (("no-such-scenario",), ("--change", faulty)):
        said = ldip(*command, *words)
        assert said.code == 1
        assert said.out == ""
        assert said.err.strip()
    assert snapshot(here) == before


@pytest.mark.parametrize(
    "words", [("--change", "faulty.toml"), ("--change", "zzz"), ("no-such-scenario",), ("--runs", "0")]
)
def test_failed_run_leaves_earlier_results_as_they_were(ldip, here, faulty, words):
    assert ldip(*SMALL, "--out", "r").code == 0
    before = snapshot(here)
    assert ldip(*SMALL, "--seed", 2, "--out", "r", *words).code != 0
    assert snapshot(here) == before


@pytest.mark.parametrize(
    ("error", "code", "expect"),
    [
        (OSError(28, "No space left on device"), 1, "no space left on the disk"),
        (KeyboardInterrupt(), 130, "Interrupted; no half results"),
    ],
    ids=["disk full", "interrupted"],
)
def test_run_that_fails_while_writing_leaves_earlier_results_as_they_were(
    ldip, here, monkeypatch, error, code, expect
):
    assert ldip(*SMALL, "--out", "r").code == 0
    before = snapshot(here)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(files, "write_provenance", fail)
    said = ldip(*SMALL, "--seed", 2, "--out", "r", "--lang", "en")
    assert said.code == code
    assert expect in said.err
    assert snapshot(here) == before
    assert ldip(*SMALL, "--seed", 2, "--out", "new").code == code
    assert snapshot(here) == before


def test_result_file_that_cannot_be_replaced_leaves_earlier_results_as_they_were(ldip, here):
    assert ldip(*SMALL, "--out", "r").code == 0
    (here / "r" / "summary.csv").unlink()
    (here / "r" / "summary.csv").mkdir()
    before = snapshot(here)
    assert ldip(*SMALL, "--seed", 2, "--out", "r").code == 1
    assert snapshot(here) == before


def test_scenario_the_model_cannot_compute_is_not_reported_as_a_result(here):
    folder = shutil.copytree(shipped_folder() / "baerum-2020", here / "kommune")
    path = folder / "population.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *(row[:3] + ["0"] * 6 + row[9:] for row in rows[1:])])
    said = real("simulate", "kommune", "--runs", 20, "--no-pictures", "--out", "r", cwd=here)
    assert said.code == 1


def test_user_error_in_a_process_of_its_own(tmp_path):
    said = real("simulate", "no-such-scenario", cwd=tmp_path)
    assert said.code == 1
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert snapshot(tmp_path) == {}


# JSON


def test_json_is_one_document_with_the_figures_of_the_files(ldip, here):
    said = ldip(*SMALL, "--json", "--out", "r")
    assert said.code == 0
    assert said.err == ""
    content = json.loads(said.out)
    assert len(said.out.strip().splitlines()) == 1
    assert (content["scenario"], content["runs"], content["seed"]) == ("baerum-2020", 100, 1)
    assert (content["version"], content["out"]) == (__version__, "r")
    rows = of_fan(here / "r" / "summary.csv")
    assert len(rows) == len(content["summary"])
    for row, record in zip(rows, content["summary"], strict=True):
        assert (row["metric"], row["year"]) == (record["metric"], str(record["year"]))
        assert (row["unit"], row["price_basis"]) == (record["unit"], record["price_basis"])
        for name in ("mean", "sd", *PERCENTILES):
            assert float(row[name]) == pytest.approx(record[name], rel=1e-9, abs=1e-15)
    chances = of_fan(here / "r" / "probabilities.csv")
    for row, record in zip(chances, content["probabilities"], strict=True):
        assert (row["event"], row["year"]) == (record["event"], str(record["year"]))
        assert float(row["probability"]) == pytest.approx(record["probability"], rel=1e-9)


# Without shocks the distribution is the plan


def test_without_volatility_every_percentile_is_the_plan(ldip, here):
    calm = calm_change(here)
    assert ldip(*SMALL, "--change", calm, "--out", "r").code == 0
    said = ldip("plan", "--change", calm, "--json")
    assert said.code == 0
    planned = {(record["line"], str(record["year"])): record for record in json.loads(said.out)}
    rows = rows_of(here / "r" / "summary.csv")
    assert len(rows) >= 20 * 20
    for row in rows:
        record = planned[row["metric"], row["year"]]
        assert (row["unit"], row["price_basis"]) == (record["unit"], record["price_basis"])
        assert {row[name] for name in PERCENTILES} == {row["mean"]}
        assert float(row["sd"]) == 0.0
        assert float(row["mean"]) == pytest.approx(record["value"], rel=1e-9, abs=1e-12), row


def test_without_volatility_probabilities_are_nought_or_one(ldip, here):
    assert ldip(*SMALL, "--change", calm_change(here), "--out", "r").code == 0
    assert {row["probability"] for row in rows_of(here / "r" / "probabilities.csv")} <= {"0", "1"}


def test_drivers_can_be_switched_off(ldip, here):
    assert (
        ldip(*SMALL, "--only", "rate", "--out", "r", "--lang", "en")
        .out.splitlines()[4]
        .split(". ")[0]
        .endswith("+ only-rate")
    )
    alone = {(row["metric"], row["year"]): float(row["sd"]) for row in of_fan(here / "r" / "summary.csv")}
    assert alone["money_market_rate", "2039"] > 0.0
    assert alone["tax_revenue", "2020"] == 0.0
    assert ldip(*SMALL, "--without", "rate", "--without", "completions", "--out", "s").code == 0
    without = {(row["metric"], row["year"]): float(row["sd"]) for row in of_fan(here / "s" / "summary.csv")}
    assert without["money_market_rate", "2039"] == without["completions", "2039"] == 0.0
    assert without["tax_revenue", "2020"] > 0.0
    resolved = json.loads((here / "s" / "provenance.json").read_text(encoding="utf-8"))["scenario_resolved"]
    assert resolved["drivers"]["rate"]["volatility"]["value"] == 0.0
    said = ldip("simulate", "--only", "rates", "--without", "nothing", "--lang", "en")
    assert said.code == 1
    assert "Did you mean 'rate'?" in said.err
    assert "nothing" in said.err


def test_volatility_does_not_move_the_plan(ldip, here):
    assert ldip("plan", "--json", "--change", calm_change(here)).out == ldip("plan", "--json").out


# The table of a simulation


def test_simulate_speaks_norwegian_and_english(ldip):
    norwegian, english = ldip(*SMALL, "--out", "r"), ldip(*SMALL, "--out", "r", "--lang", "en")
    assert "Gjeldsgrad" in norwegian.out
    assert "Omstillingsbehov" in norwegian.out
    assert re.search(r"Gjeldsgrad, prosent +\d+,\d \(", norwegian.out)
    assert not re.search(r"\d\.\d", norwegian.out.split("Resultater")[0])
    assert "Debt ratio" in english.out
    assert "Restructuring need" in english.out
    assert re.search(r"Debt ratio, per cent +\d+\.\d \(", english.out)
    assert "Gjeldsgrad" not in english.out
    for said in (norwegian, english):
        assert "2020" in said.out
        assert "2039" in said.out


def test_simulate_names_changes_assumptions_and_where_the_results_are(ldip):
    said = ldip(*SMALL, "--change", "interest-plus-2", "--out", "r", "--lang", "en")
    assert "interest-plus-2" in said.out.splitlines()[4]
    asked = "baerum-2020 --change interest-plus-2"
    assert f"are our assumptions: ldip scenario show {asked} --assumptions" in said.out
    assert said.out.rstrip().endswith("Results: r (Excel: ldip workbook, --csv nb)")


def test_simulate_counts_placeholders_apart_and_names_the_folder_that_was_asked_for(ldip, here):
    """A copy of a scenario keeps its name inside; the command that is proposed must show the copy."""
    assert ldip("scenario", "new", "first").code == 0
    shutil.copytree(here / "first", here / "the copy")
    said = ldip("simulate", "the copy", "--runs", "20", "--years", "6", "--no-pictures").out
    assert "67 av 289 tall er antakelser, 222 oppdiktede: ldip scenario show 'the copy' --assumptions" in said


def test_language_may_be_set_once_and_for_all(ldip, monkeypatch):
    asked = ldip(*SMALL, "--out", "r", "--lang", "en")
    monkeypatch.setenv("LDIP_LANG", "en")
    assert ldip(*SMALL, "--out", "r").out == asked.out


def test_progress_of_a_long_job_goes_to_stderr_alone(ldip):
    said = ldip("simulate", "--runs", "20k", "--years", 2, "--no-pictures", "--json", "--out", "r", "--lang", "en")
    assert said.code == 0
    assert json.loads(said.out)["runs"] == 20_000


# The other commands


def test_plan_shows_the_published_figures(ldip):
    norwegian = ldip("plan", "--years", 4)
    assert norwegian.code == 0
    assert re.search(r"Skatteinntekter +6\s931,2 +7\s015,4 +7\s132,7 +7\s256,9", norwegian.out)
    english = ldip("plan", "--years", 4, "--lang", "en")
    assert re.search(r"Tax revenue +6,931\.2 +7,015\.4 +7,132\.7 +7,256\.9", english.out)


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_plan_in_current_prices_is_another_table(ldip, lang):
    fixed, nominal = ldip("plan", "--lang", lang), ldip("plan", "--lang", lang, "--nominal")
    assert fixed.code == nominal.code == 0
    assert fixed.out != nominal.out
    assert "2020-kr" in fixed.out
    assert "2020-kr" not in nominal.out.split("\n\n", 1)[0]
    for title in ("Hovedoversikt drift", "Balanse 31.12") if lang == "nb" else ("Operating account", "Key figures"):
        assert title in fixed.out
        assert title in nominal.out


def test_plan_shows_every_year(ldip):
    said = ldip("plan", "--lang", "en")
    assert all(str(year) in said.out for year in range(2020, 2040))
    assert "2040" not in said.out


def test_plan_json_in_both_prices_differs_by_the_index(ldip):
    def values(*words: str) -> dict[tuple[str, int], dict]:
        said = ldip("plan", "--json", *words)
        assert said.code == 0
        return {(record["line"], record["year"]): record for record in json.loads(said.out)}

    fixed, nominal = values(), values("--nominal")
    assert fixed.keys() == nominal.keys()
    assert {line for line, _ in fixed} == set(catalogue())
    for (line, year), record in fixed.items():
        assert record["price_basis"] == catalogue()[line].price_basis(2020)
        index = re.fullmatch(r"2020-kr \((cpi|deflator)\)", record["price_basis"])
        factor = fixed[f"{index[1]}_index", year]["value"] if index else 1.0
        assert nominal[line, year]["value"] == pytest.approx(record["value"] * factor, rel=1e-12, abs=1e-12)
        assert nominal[line, year]["price_basis"] == ("nominal" if index else "n/a")


def test_plan_follows_a_change(ldip):
    assert ldip("plan", "--json").out != ldip("plan", "--json", "--change", "interest-plus-2").out


def test_scenario_list(ldip):
    said = ldip("scenario", "list")
    assert said.code == 0
    assert "baerum-2020" in said.out
    assert "--change housing-minus-20" in said.out


def test_scenario_show_gives_unit_basis_and_source(ldip):
    said = ldip("scenario", "show")
    assert said.code == 0
    assert "(housing.reference_completions): 815 boliger per år  [kilde]\n    programmet bak" in said.out
    for key in ("interest.money_market_rate", "plan.tax", "population.1-5", "demand.care.home.95+"):
        assert key in said.out
    changed = ldip("scenario", "show", "baerum-2020", "--change", "housing-minus-20")
    assert "(housing.pace): 0,8 forholdstall" in changed.out


def test_scenario_show_assumptions_shows_only_those(ldip):
    everything, assumptions = ldip("scenario", "show"), ldip("scenario", "show", "--assumptions")
    assert assumptions.code == 0
    assert 0 < len(assumptions.out) < len(everything.out)
    assert " andel  [antakelse]" in assumptions.out
    assert not re.search(r"\[(kilde|avledet)\]", assumptions.out)


def test_scenario_show_assumptions_leaves_out_residents_from_a_source(ldip, here):
    folder = shutil.copytree(shipped_folder() / "baerum-2020", here / "kommune")
    path = folder / "population.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",assumption,", ",source,"), encoding="utf-8")
    assert "population." in ldip("scenario", "show", "kommune").out
    assert "population." not in ldip("scenario", "show", "kommune", "--assumptions").out


def test_scenario_check_finds_the_accounts_in_order(ldip):
    english, norwegian = ldip("scenario", "check", "--lang", "en"), ldip("scenario", "check")
    assert english.code == norwegian.code == 0
    assert "in order" in english.out
    assert "i orden" in norwegian.out


@pytest.mark.parametrize("change", ["equalisation-64", "housing-minus-20", "housing-plus-10", "interest-plus-2"])
def test_scenario_check_of_each_change(ldip, change):
    said = ldip("scenario", "check", "--change", change)
    assert said.code == 0
    assert change in said.out


def test_metrics_lists_every_figure_in_both_languages(ldip):
    norwegian, english = ldip("metrics"), ldip("metrics", "--lang", "en")
    assert norwegian.code == english.code == 0
    assert norwegian.out != english.out
    for said in (norwegian, english):
        listed = {line.split(" ")[0] for line in said.out.splitlines() if line and not line.startswith(" ")}
        assert listed == set(catalogue())
    for metric in catalogue().values():
        assert metric.label.nb.split(",")[0].split(" ")[0] in norwegian.out
        assert metric.label.en.split(",")[0].split(" ")[0] in english.out


# Help


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize(
    "command",
    [(), ("simulate",), ("compare",), ("sweep",), ("plan",), ("scenario", "show"), ("scenario", "check")],
    ids=" ".join,
)
def test_help_has_an_example(ldip, here, command, flag):
    said = ldip(*command, flag)
    assert said.code == 0
    assert "Eksempler:" in said.out
    assert re.search(rf"^ +ldip {' '.join(command)}", said.out, re.MULTILINE)
    assert said.err == ""
    assert snapshot(here) == {}


@pytest.mark.parametrize("command", [("scenario",), ("scenario", "list"), ("metrics",)], ids=" ".join)
def test_help_of_commands_without_arguments(ldip, command):
    said = ldip(*command, "--help")
    assert said.code == 0
    assert f"Bruk: ldip {' '.join(command)}" in said.out
    assert len(said.out.splitlines()) > 4


SHORT = ("--runs", "20", "--years", "6")
CUT = dict.fromkeys(("simulate", "compare", "stress"), (*SHORT, "--no-pictures"))
CUT |= dict.fromkeys(("restructure", "payback", "population", "report", "workbook", "explain"), SHORT)
CUT |= {"backtest": ("--runs", "100", "--no-pictures")}
"""What makes the slow commands quick."""

ELSEWHERE = {("web",): "test_web", ("sensitivity",): "test_sensitivity", ("prioritise", "kommune"): "test_prioritise"}
"""Examples that another file's tests run: one serves until it is interrupted, one takes seconds however it is cut,
one wants a municipality with projects."""


def examples() -> list[tuple[str, ...]]:
    """Every example line in the help of ldip, of a command and of a command in a group, as words."""
    of_commands = [importlib.import_module(f"ldip.cli.{name}") for name in ("plan", "scenario")]
    told = [cli.main.help, of_commands[0].plan.help, of_commands[1].show_scenario.help]
    lines = [line.strip() for text in told for line in text.splitlines() if line.strip().startswith("ldip ")]
    return sorted({tuple(re.split(r" {2,}", line)[0].split()[1:]) for line in lines})


def test_there_are_examples():
    assert len(examples()) >= 20
    assert {words[0] for words in examples()} >= set(COMMANDS) - {"metrics"}


@pytest.mark.parametrize("words", [words for words in examples() if words not in ELSEWHERE], ids=" ".join)
def test_examples_of_the_help_run(ldip, here, words, monkeypatch):
    """Every example line is a command that works; the slow ones are cut, and the report is without the pictures that
    test_report.py draws."""
    monkeypatch.setattr("ldip.report.page.html._svgs", lambda picture: "")
    (here / "grid.toml").write_text("runs = 20\nyears = 4\n", encoding="utf-8")
    assert ldip(*words, *CUT.get(words[0], ())).code == 0


def test_version(ldip):
    said = ldip("--version")
    assert said.code == 0
    assert __version__ in said.out


# Where the output goes


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_output_survives_a_narrow_encoding(tmp_path, encoding):
    said = real("plan", "--years", "2", cwd=tmp_path, encoding=encoding)
    assert said.code == 0
    assert "Skatteinntekter" in said.out
    if encoding == "cp1252":
        assert "?" not in said.out.replace("–", "")
        assert "Bærum, handlingsprogram 2020–2023" in said.out


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1"])
@pytest.mark.parametrize(
    "words",
    [
        (*SMALL, "--out", "r"),
        (*SMALL, "--out", "r", "--lang", "en", "--json"),
        ("scenario", "show"),
        ("metrics",),
        ("simulate", "zzz"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_every_command_survives_a_narrow_encoding(here, monkeypatch, encoding, words):
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    err = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "argv", ["ldip", *words])
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.suppress(SystemExit):
        run()
    out.flush()
    err.flush()
    assert len(out.buffer.getvalue() + err.buffer.getvalue()) > 20
