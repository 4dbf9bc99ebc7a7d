"""Sweeps: grids, cases that can be taken up again, and the same bytes from threads, processes and a cluster."""

import gzip
import hashlib
import json
import os
import pickle
import signal
import subprocess
import sys
import time
import warnings
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from conftest import of_fan, rows_of

from ldip.analysis import sweep as analysis
from ldip.analysis.executors import open_executor
from ldip.errors import InputError
from ldip.model.engine.simulate import POLICIES
from ldip.report.answers import sweep as report
from ldip.scenario.files import grid as grids
from ldip.scenario.files.grid import read_grid

TABLES = ("summary.csv", "sampling_errors.csv", "probabilities.csv")
GRID = """
scenario = "baerum-2020"
changes = [[], ["interest-plus-2"]]
seeds = [3, 1]
runs = 100
years = 6

[levers]
"interest.loan_margin" = [0.003, 0.004]
"""


def grid_file(folder: Path, text: str = GRID) -> Path:
    """The grid as a file in the folder, as seen from where we stand."""
    path = Path(os.path.relpath(folder / "grid.toml"))
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def grid(here) -> Path:
    return grid_file(here)


def results(folder: Path) -> dict[str, bytes]:
    """The tables, provenance and cases of a sweep."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# The grid


def test_cases_are_the_product_in_a_documented_order(grid):
    found = [(c.scenario.changes, c.levers, c.seed) for c in read_grid(grid).cases]
    assert found == [
        (changes, (margin,), seed)
        for changes in ((), ("interest-plus-2",))
        for margin in (0.003, 0.004)
        for seed in (3, 1)
    ]


def test_defaults_are_one_case_of_the_shipped_scenario(here):
    grid = read_grid(grid_file(here, ""))
    (case,) = grid.cases
    assert (case.scenario.name, case.seed, case.levers) == ("baerum-2020", 1, ())
    assert (grid.runs, grid.years, grid.policy, grid.step) == (10_000, 20, "adopted", 0.0)


def test_several_scenarios_and_levers_as_tables(here):
    text = 'scenario = ["baerum-2020", "baerum-2020+housing-minus-20"]\n[levers.housing]\npace.scale = [0.5, 1.5]\n'
    cases = read_grid(grid_file(here, text)).cases
    assert [case.scenario.housing.pace.value for case in cases] == pytest.approx([0.5, 1.5, 0.4, 1.2])


def test_a_lever_replaces_shifts_or_scales(scenario):
    key = "interest.money_market_rate"
    dated = scenario.interest.money_market_rate.dated

    def pulled(way: str, value: float):
        lever = grids.Lever(f"{key}.{way}", key, way, (value,))
        return grids.pull(scenario, [lever], [value]).interest

    assert (pulled("value", 0.04).money_market_rate.value, pulled("value", 0.04).money_market_rate.dated) == (
        0.04,
        None,
    )
    assert pulled("shift", 0.01).money_market_rate.dated == {year: rate + 0.01 for year, rate in dated.items()}
    assert pulled("scale", 2.0).money_market_rate.dated == {year: 2.0 * rate for year, rate in dated.items()}
    moved = pulled("shift", 0.01)
    assert moved.money_market_rate.basis == "assumption"
    assert moved.loan_margin == scenario.interest.loan_margin
    assert moved.reference_rate == scenario.interest.reference_rate


def test_levers_of_one_section_are_pulled_together(here):
    text = '[levers]\n"housing.pace" = [0.9]\n"housing.areas.fornebu.per_year.scale" = [0.5]\n'
    (case,) = read_grid(grid_file(here, text)).cases
    assert case.scenario.housing.pace.value == 0.9
    assert case.scenario.housing.areas["fornebu"].per_year.value == 150.0  # half of 300
    assert case.scenario.housing.areas["sandvika"].per_year.value == 120.0


def test_the_grid_knows_the_policies_of_the_simulation():
    assert get_args(grids._Settings.model_fields["policy"].annotation) == POLICIES


def test_ids_depend_on_all_that_decides_the_figures_and_on_nothing_else(here):
    def ids(text: str, runs: int | None = None) -> list[str]:
        return [case.id for case in read_grid(grid_file(here, text), runs).cases]

    base = ids(GRID)
    assert len(set(base)) == 8
    assert base == ids("# a comment\n" + GRID)
    assert set(base) == set(ids(GRID.replace("[3, 1]", "[1, 3]").replace("[0.003, 0.004]", "[0.004, 0.003]")))
    for old, new in (
        ("runs = 100", "runs = 101"),
        ("years = 6", "years = 7"),
        ("years = 6", 'years = 6\npolicy = "react"'),
        ("years = 6", 'years = 6\npolicy = "step"\nstep = 5.0'),
        ("loan_margin", "on_lending_margin"),
    ):
        assert not set(base) & set(ids(GRID.replace(old, new))), new
    assert ids(GRID, runs=101) == ids(GRID.replace("runs = 100", "runs = 101"))


def test_an_id_is_the_hash_that_the_page_says():
    how = '{"policy": "adopted", "runs": 100, "scenario": "abc", "seed": 3, "step": 0.0, "years": 6}'
    expected = hashlib.sha256(how.encode()).hexdigest()[:16]
    assert grids.case_id("abc", seed=3, runs=100, years=6, policy="adopted", step=0.0) == expected


BAD = {
    'seedss = [1]': ("seedss", "Did you mean 'seeds'?"),
    'seeds = 1': ("seeds", "should be a valid list"),
    'seeds = []': ("seeds", "is an empty list"),
    'seeds = [-1]': ("seeds.0", "must be at least 0"),
    'seeds = [1, 2, 1]': ("", "makes the same case as another"),
    'changes = ["interest-plus-2"]': ("changes.0", "should be a valid list"),
    'changes = [["interest-plus2"]]': ("interest-plus2", "Did you mean 'interest-plus-2'?"),
    'scenario = "bearum-2020"': ("bearum-2020", "Did you mean 'baerum-2020'?"),
    'runs = 0': ("runs", "must be at least 1"),
    'runs = "many"': ("runs", "should be a valid integer"),
    'years = 61': ("years", "must be at most 60"),
    'policy = "stepp"': ("policy", "must be one of"),
    'step = 4.0': ("step", 'belongs to policy = "step"'),
    'levers = [1]': ("levers", "must be a table"),
    '[levers]\n"interest.loan_margn" = [0.1]': ("levers.interest.loan_margn", "Did you mean 'interest.loan_margin'?"),
    '[levers]\nloan_margin = [0.1]': ("levers.loan_margin", "Did you mean 'interest.loan_margin'?"),
    '[levers]\nrente = [0.1]': ("levers.rente", "Did you mean 'interest.money_market_rate'?"),
    '[levers]\n"interest.loan_margin" = 0.1': ("levers.interest.loan_margin", "should be a valid list"),
    '[levers]\n"interest.loan_margin" = []': ("levers.interest.loan_margin", "is an empty list"),
    '[levers]\n"interest.loan_margin" = [true]': ("levers.interest.loan_margin", "should be a valid number"),
    '[levers]\n"interest.loan_margin" = [0.1, 0.1]': ("levers.interest.loan_margin", "stands twice"),
    '[levers]\n"interest.loan_margin" = [0.4]': ("levers.interest.loan_margin.value", "Write 0.004 for 0.4 %"),
    '[levers]\n"interest.loan_margin" = [nan]': ("levers.interest.loan_margin", "not an ordinary number"),
    '[levers]\n"interest.money_market_rate.shift" = [0.5]': (
        "levers.interest.money_market_rate.shift.dated.2020",
        "the number after the shift",
    ),
    '[levers]\n"pension.amortisation_years" = [7.5]': ("levers.pension.amortisation_years", "must be a whole number"),
    '[levers]\n"housing.pace" = [0.9]\n"housing.pace.scale" = [2.0]': ("levers.housing.pace.scale", "two levers"),
    '[levers]\n"drivers.correlation.rate_own_tax" = [0.7]\n"drivers.correlation.national_tax_own_tax" = [-0.7]\n'
    '"drivers.correlation.rate_national_tax" = [0.6]': ("levers.drivers.correlation", "cannot hold together"),
}  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_a_bad_grid_is_explained(here, text):
    key, words = BAD[text]
    with pytest.raises(InputError) as caught:
        read_grid(grid_file(here, text))
    (fault,) = caught.value.faults
    assert fault.key == key
    assert words in fault.say("en")
    for lang in (fault.rule, fault.remedy):
        assert lang.nb != lang.en
    assert fault.say("nb").startswith("grid.toml: ") or "baerum-2020" in fault.say("nb")


def test_all_faults_of_a_grid_at_once(here, ldip):
    text = (
        'scenarios = "x"\nruns = "many"\nyears = 61\nchanges = [["a"], ["b"]]\n[levers]\n'
        '"interest.loan_margin" = [0.4, 5]\nrules.x = [1]\n'
    )
    said = ldip("sweep", grid_file(here, text), "--lang", "en")
    assert said.code == 1
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 5, said.err  # no scenario could be read, so the levers have nothing to be held against
    (here / "grid.toml").write_text(text.replace('["a"], ', "[], "), encoding="utf-8")
    assert len(ldip("sweep", here / "grid.toml").err.splitlines()) == 7
    assert [path.name for path in here.iterdir()] == ["grid.toml"]


def test_a_grid_that_explodes_is_refused_before_it_is_built(here):
    values = ", ".join(str(0.0001 * i) for i in range(101))
    text = f"seeds = [{', '.join(map(str, range(101)))}]\n[levers]\n" + "\n".join(
        f'"interest.{name}" = [{values}]' for name in ("loan_margin", "on_lending_margin")
    )
    with pytest.raises(InputError, match="1030301 cases"):
        read_grid(grid_file(here, text))


def test_the_grid_of_the_page_is_one(here):
    page = (Path(__file__).parents[1] / "docs" / "cluster.md").read_text(encoding="utf-8")
    grid = read_grid(grid_file(here, page.split("```toml\n")[1].split("```")[0]))
    assert len(grid.cases) == 3 * 2 * 2 * 3 * 2
    assert [lever.way for lever in grid.levers] == ["value", "shift", "scale"]


# The figures


def test_figures_are_those_of_simulate_to_the_byte(ldip, here, grid):
    """Without levers by the same options; with a lever by a change file that says the same."""
    assert ldip("sweep", grid, "--out", "swept").code == 0
    margin = '[interest]\nloan_margin = { value = 0.004, basis = "assumption", source = "test" }\n'
    Path("margin.toml").write_text(margin, encoding="utf-8")
    options = ("--runs", 100, "--years", 6, "--no-pictures", "--seed", 3, "--change")
    assert ldip("simulate", *options, "interest-plus-2", "--change", "margin.toml", "--out", "alone").code == 0
    (case,) = [c for c in read_grid(grid).cases if c.scenario.changes and c.levers == (0.004,) and c.seed == 3]
    for name in TABLES:
        swept = [row for row in rows_of(Path("swept") / name) if row.pop("case") == case.id]
        for row in swept:
            assert (row.pop("seed"), row.pop("interest.loan_margin")) == ("3", "0.004")
            assert row.pop("scenario") == "baerum-2020+interest-plus-2"
        alone = of_fan(Path("alone") / name)
        assert {row.pop("scenario") for row in alone} == {"baerum-2020+interest-plus-2+margin"}
        assert swept == alone


@pytest.mark.parametrize("policy", [("none", ""), ("react", ""), ("step", "step = 30.0")])
def test_policies_reach_the_figures(ldip, here, policy):
    name, step = policy
    grid_file(here, f'runs = 100\nyears = 8\npolicy = "{name}"\n{step}\n')
    words = ["--step", "30"] if step else []
    assert ldip("sweep", "grid.toml", "--out", "swept").code == 0
    said = ldip("simulate", "--runs", 100, "--years", 8, "--policy", name, *words, "--no-pictures", "--out", "alone")
    assert said.code == 0
    for table in TABLES:
        swept = [
            {k: v for k, v in row.items() if k not in ("case", "seed")} for row in rows_of(Path("swept") / table)
        ]
        assert swept == rows_of(Path("alone") / table)


def test_compiled_and_numpy_engines_give_the_same_summary(grid):
    """A sweep takes the compiled engine when all its cases together are worth loading it."""
    found = read_grid(grid)
    work = analysis._Packing(found, 1)(found.cases[0])
    assert work.engine is None
    assert analysis._Packing(found._replace(runs=100_000), 2)(found.cases[0]).engine == "compiled"
    numpy, compiled = (analysis.compute(work._replace(engine=name)) for name in ("numpy", "compiled"))
    for name, (_, rows) in report.TABLES.items():
        assert list(rows(numpy)) == list(rows(compiled)), name


def test_a_worker_solves_no_equations(grid, monkeypatch):
    """Linear algebra may differ in the last bit from one processor to another: it is done before a case is sent."""
    found = read_grid(grid)
    work = analysis._Packing(found, 1)(found.cases[0])
    expected = list(report.files.figure_rows(analysis.compute(work)))

    def refuse(*arguments, **options):
        raise AssertionError("linear algebra in a worker")

    for name in ("cholesky", "solve", "lstsq", "eigvalsh", "inv", "svd", "qr"):
        monkeypatch.setattr(np.linalg, name, refuse)
    with pytest.raises(AssertionError):
        analysis._Packing(found, 1)(found.cases[0])
    assert list(report.files.figure_rows(analysis.compute(work))) == expected


def test_the_tables_are_tidy_and_in_the_order_of_the_grid(ldip, grid):
    assert ldip("sweep", grid, "--out", "swept", "--workers", 2).code == 0
    cases = read_grid(grid).cases
    for name in TABLES:
        rows = rows_of(Path("swept") / name)
        assert list(dict.fromkeys(row["case"] for row in rows)) == [case.id for case in cases]
        of = {case.id: case for case in cases}
        for row in rows:
            case = of[row["case"]]
            assert (row["scenario"], row["seed"]) == (case.scenario.name, str(case.seed))
            assert float(row["interest.loan_margin"]) == case.levers[0]
        assert len(rows) % len(cases) == 0


def test_provenance_repeats_the_sweep_and_knows_its_tables(ldip, grid):
    assert ldip("sweep", grid, "--out", "swept").code == 0
    content = json.loads(Path("swept/provenance.json").read_text(encoding="utf-8"))
    assert content["levers"] == {"interest.loan_margin": [0.003, 0.004]}
    assert (content["runs"], content["years"], content["policy"], content["seeds"]) == (100, 6, "adopted", [3, 1])
    assert [source["scenario"] for source in content["scenarios"]] == ["baerum-2020", "baerum-2020+interest-plus-2"]
    assert content["cases"] == [case.id for case in read_grid(grid).cases]
    assert content["grid_sha256"] == {"grid.toml": hashlib.sha256(grid.read_bytes()).hexdigest()}
    for name in TABLES:
        assert content["results_sha256"][name] == hashlib.sha256(Path("swept", name).read_bytes()).hexdigest()


def test_json_says_what_the_tables_say(ldip, grid):
    said = ldip("sweep", grid, "--out", "swept", "--json")
    content = json.loads(said.out)
    assert [case["case"] for case in content["cases"]] == [case.id for case in read_grid(grid).cases]
    rows = rows_of(Path("swept/summary.csv"))
    chances = rows_of(Path("swept/probabilities.csv"))
    for case in content["cases"]:
        for metric in ("debt_ratio", "restructuring_need"):
            (row,) = [r for r in rows if (r["case"], r["metric"], r["year"]) == (case["case"], metric, "2025")]
            assert case["last_year"][metric] == float(row["p50"])
        (row,) = [
            r for r in chances if (r["case"], r["event"], r["year"]) == (case["case"], "any_rule_breach", "2025")
        ]
        assert case["last_year"]["any_rule_breach"] == float(row["probability"])
        assert case["levers"].keys() == {"interest.loan_margin"}


def test_the_terminal_names_what_sets_the_cases_apart(ldip, here):
    grid_file(here, 'runs = 50\nyears = 3\n[levers]\n"interest.loan_margin" = [0.003, 0.004]\n')
    for lang, words in (("nb", "Gjeldsgrad, median, prosent"), ("en", "Debt ratio, median, per cent")):
        said = ldip("sweep", "grid.toml", "--out", "swept", "--lang", lang)
        assert words in said.out
        assert "0.003" in said.out
        assert "startverdi" not in said.out  # one seed sets nothing apart
        assert "2022" in said.out


# Taking up again


def test_finished_cases_are_not_computed_again_and_bytes_do_not_depend_on_the_way(ldip, grid, monkeypatch):
    assert ldip("sweep", grid, "--out", "whole").code == 0
    assert ldip("sweep", grid, "--out", "parts").code == 0
    expected = results(Path("whole"))
    assert results(Path("parts")) == expected
    cases = sorted(Path("parts/cases").iterdir())
    cases[0].unlink()
    cases[1].write_bytes(cases[1].read_bytes()[:-100])  # cut off
    first, _, tables = cases[2].read_bytes().partition(b"\n")
    altered = gzip.decompress(tables).replace(b"debt_ratio", b"debt_ratie", 1)
    cases[2].write_bytes(first + b"\n" + gzip.compress(altered))
    cases[3].write_bytes(cases[4].read_bytes())  # another case's figures
    cases[5].write_bytes(b"")
    computed: list[int] = []
    compute = analysis.compute
    monkeypatch.setattr(analysis, "compute", lambda work: computed.append(work.seed) or compute(work))
    said = ldip("sweep", grid, "--out", "parts", "--lang", "en")
    assert said.code == 0
    assert len(computed) == 5
    assert "3 of 8 cases are finished already." in said.err
    assert results(Path("parts")) == expected
    computed.clear()
    assert ldip("sweep", grid, "--out", "parts").code == 0
    assert computed == []
    assert results(Path("parts")) == expected


def test_cases_of_another_program_are_not_used(ldip, grid, monkeypatch):
    assert ldip("sweep", grid, "--out", "swept").code == 0
    case = read_grid(grid).cases[0]
    assert report.finished(Path("swept"), case, analysis.program()) is not None
    assert report.finished(Path("swept"), case, "another") is None


def test_a_grid_that_grows_computes_only_the_new_cases(ldip, here, grid):
    assert ldip("sweep", grid, "--out", "swept").code == 0
    grid_file(here, GRID.replace("[3, 1]", "[3, 1, 2]"))
    said = ldip("sweep", grid, "--out", "swept", "--lang", "en")
    assert "8 of 12 cases are finished already." in said.err
    assert len(dict.fromkeys(row["case"] for row in rows_of(Path("swept/summary.csv")))) == 12


class Faulty(Executor):
    """An executor in which the cases of one seed fail."""

    def submit(self, function, /, work):  # type: ignore[override]
        future: Future = Future()
        if pickle.loads(work)[0].seed == 3:
            future.set_exception(MemoryError("no room"))
        else:
            future.set_result(function(work))
        return future


def test_failed_cases_are_reported_and_computed_next_time(ldip, grid):
    said = ldip("sweep", grid, "--out", "swept", "--executor", "test_sweep:Faulty", "--lang", "en")
    assert said.code == 1
    (line,) = [line for line in said.err.splitlines() if "not computed" in line]
    assert line.startswith("4 of 8 cases were not computed (MemoryError: no room; the first is ")
    assert [path.name for path in Path("swept").iterdir()] == ["cases"]  # no table with holes
    assert len(list(Path("swept/cases").iterdir())) == 4
    assert ldip("sweep", grid, "--out", "swept").code == 0
    assert ldip("sweep", grid, "--out", "whole").code == 0
    assert results(Path("swept")) == results(Path("whole"))


def test_a_worker_with_another_program_is_refused(grid):
    found = read_grid(grid)
    work = analysis._Packing(found, 1)(found.cases[0])
    with pytest.raises(analysis.OtherProgramError, match="expected elsewhere"):
        analysis.compute(work._replace(program="elsewhere"))


def test_leaving_early_cancels_what_has_not_begun(grid, monkeypatch):
    found = read_grid(grid)
    begun: list[int] = []
    monkeypatch.setattr(analysis, "compute", lambda work: begun.append(work.seed) or time.sleep(0.2))
    with ThreadPoolExecutor(1) as pool:
        outcomes = analysis.sweep(found, found.cases, pool, report.packed)
        next(outcomes)
        outcomes.close()
    assert 1 <= len(begun) <= 2


def test_a_place_that_cannot_be_written_to(ldip, here, grid):
    Path("swept").write_text("a file", encoding="utf-8")
    said = ldip("sweep", grid, "--out", "swept", "--lang", "en")
    assert said.code == 1
    assert "--out: swept: cannot be written to" in said.err


# Executors


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("thread", "no such executor"),
        ("dask://nowhere", "no such executor"),
        ("nowhere:pool", "cannot be loaded (No module named 'nowhere')"),
        ("json:dumps", "cannot be loaded"),
        ("time:time", "does not make a concurrent.futures.Executor"),
    ],
)
def test_an_executor_that_does_not_exist_is_explained(ldip, grid, name, words):
    said = ldip("sweep", grid, "--executor", name, "--lang", "en")
    assert said.code == 1
    assert f"--executor = {name}: {words}" in said.err
    assert not Path("ldip-results").exists()


def test_workers_belong_to_executors_of_this_machine(ldip, grid):
    said = ldip("sweep", grid, "--executor", "concurrent.futures:ThreadPoolExecutor", "--workers", 2)
    assert said.code == 2


def test_without_dask_the_remedy_is_said(ldip, grid, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = ldip("sweep", grid, "--executor", "dask://127.0.0.1:8786", "--lang", "en")
    assert said.code == 1
    assert 'pip install "ldip[cluster]"' in said.err


def test_nothing_of_dask_is_loaded_for_threads(tmp_path):
    path = grid_file(tmp_path, "runs = 50\nyears = 2\n")
    code = (
        f"import sys; sys.argv = ['ldip', 'sweep', {str(path.resolve())!r}, '--out', {str(tmp_path / 'r')!r}]\n"
        "from ldip.cli import run; run()\n"
        "assert not {'distributed', 'dask', 'matplotlib', 'numba', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_processes_give_the_same_bytes_and_a_killed_one_loses_nothing(ldip, here, grid):
    """A pool breaks when one of its processes dies: what was finished stays, the rest is computed next time."""
    assert ldip("sweep", grid, "--out", "threads").code == 0
    found, program = read_grid(grid), analysis.program()
    with open_executor("processes", 1) as pool:
        outcomes = analysis.sweep(found, found.cases, pool, report.packed)
        case, tables = next(outcomes)
        report.write_case(here / "processes", case, tables, program)
        os.kill(next(iter(pool._processes)), signal.SIGTERM)
        lost = [outcome for _, outcome in outcomes if isinstance(outcome, BaseException)]
    assert lost
    assert "BrokenProcessPool" in report.failed([(case, lost[0])], 8, here).say("en")[0]
    assert ldip("sweep", grid, "--out", "processes", "--executor", "processes", "--workers", 2).code == 0
    assert results(here / "processes") == results(here / "threads")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals to a group of processes are POSIX's")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_command_leaves_whole_cases_and_is_taken_up_again(here, sent):
    """Ctrl-C, or the end of the process, in the middle of a sweep by processes."""
    path = grid_file(here, f"seeds = {list(range(30))}\nruns = 2000\n")
    command = [sys.executable, "-c", "from ldip.cli import run; run()", "sweep", str(path), "--executor", "processes"]
    running = subprocess.Popen([*command, "--out", "cut"], start_new_session=True, stderr=subprocess.PIPE, text=True)
    while len(list(here.glob("cut/cases/*.case"))) < 3:
        assert running.poll() is None
        time.sleep(0.02)
    os.killpg(running.pid, sent)
    said = running.communicate()[1]
    if sent == signal.SIGINT:
        assert running.returncode == 130, said
        assert "Traceback" not in said
    program = analysis.program()
    cases = read_grid(path).cases
    kept = list((here / "cut" / "cases").glob("*.case"))
    assert 3 <= len(kept) < 30
    assert sum(report.finished(here / "cut", case, program) is not None for case in cases) == len(kept)
    assert [found.name for found in (here / "cut").iterdir()] == ["cases"]
    subprocess.run([*command, "--out", "cut"], check=True, capture_output=True)
    subprocess.run([*command, "--out", "whole"], check=True, capture_output=True)
    cut = {name: content for name, content in results(here / "cut").items() if not name.endswith(".part")}
    assert cut == results(here / "whole")


# A cluster


@pytest.fixture
def cluster():
    """A scheduler and two workers, processes of their own on 127.0.0.1."""
    distributed = pytest.importorskip("distributed", reason="needs distributed: pip install ldip[cluster]")
    with warnings.catch_warnings():
        # Not ours: a busy machine lets distributed complain that its event loop was slow or a port taken.
        warnings.filterwarnings("ignore", category=UserWarning, module="distributed")
        warnings.filterwarnings("ignore", category=ResourceWarning)
        with distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
        ) as made:
            yield made


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(ldip, here, cluster):
    path = grid_file(here, f"changes = [[], ['housing-minus-20']]\nseeds = {list(range(20))}\nruns = 2000\n")
    assert ldip("sweep", path, "--out", "threads").code == 0
    place = cluster.scheduler_address.replace("tcp://", "dask://")
    found, program = read_grid(path), analysis.program()
    first = [nanny.pid for nanny in cluster.workers.values()]
    with open_executor(place) as executor:
        outcomes = analysis.sweep(found, found.cases, executor, report.packed)
        for count, (case, outcome) in enumerate(outcomes):
            assert not isinstance(outcome, BaseException), outcome
            report.write_case(here / "cluster", case, outcome, program)
            if count == 10:
                os.kill(first[0], signal.SIGKILL)
    assert [nanny.pid for nanny in cluster.workers.values()] != first, "no worker was killed in the middle"
    said = ldip("sweep", path, "--out", "cluster", "--executor", place, "--lang", "en")
    assert said.code == 0
    assert "40 of 40 cases are finished already." in said.err
    assert results(here / "cluster") == results(here / "threads")


@pytest.mark.slow
def test_the_command_uses_a_cluster_of_the_same_program(ldip, here, grid, cluster, monkeypatch):
    place = cluster.scheduler_address.replace("tcp://", "dask://")
    with monkeypatch.context() as patched:
        patched.setattr("ldip.analysis.executors.program", lambda: "another")
        said = ldip("sweep", grid, "--out", "cluster", "--executor", place, "--lang", "en")
        assert said.code == 1
        assert said.err.count("has another version of ldip or NumPy") == 2
        assert not Path("cluster").exists()
    assert ldip("sweep", grid, "--out", "cluster", "--executor", place).code == 0
    assert ldip("sweep", grid, "--out", "threads").code == 0
    assert results(here / "cluster") == results(here / "threads")


@pytest.mark.slow
def test_a_cluster_that_does_not_answer_is_explained(ldip, grid, monkeypatch):
    pytest.importorskip("distributed", reason="needs distributed: pip install ldip[cluster]")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ResourceWarning)
        monkeypatch.setattr("ldip.analysis.executors.CONNECT_SECONDS", 1)
        said = ldip("sweep", grid, "--executor", "dask://127.0.0.1:9", "--lang", "en")
    assert said.code == 1
    assert "--executor = dask://127.0.0.1:9: does not answer" in said.err
    assert not Path("ldip-results").exists()
