"""The shipped scenario of a real municipality: what is known of it and that the rest is a placeholder."""

import html

import numpy as np
from update_porsgrunn import CODE, NAME, RESIDENTS, STATISTICS, make

from ldip.model.engine.simulate import run_baseline
from ldip.model.identities import residuals
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import read, shipped_folder
from ldip.scenario.numbers import numbers
from ldip.scenario.official.building import full_years
from ldip.scenario.official.municipalities import of_municipality
from ldip.scenario.official.saved import read_saved
from ldip.scenario.placeholders import invented


def test_it_is_what_a_user_gets_from_the_template_and_the_stored_statistics(tmp_path):
    """Another template makes another scenario: python tests/update_porsgrunn.py"""
    make(tmp_path / NAME)
    shipped = {p.relative_to(shipped_folder() / NAME): p for p in (shipped_folder() / NAME).rglob("*") if p.is_file()}
    made = {path.relative_to(tmp_path / NAME): path for path in (tmp_path / NAME).rglob("*") if path.is_file()}
    assert set(shipped) - set(made) == {next(path for path in shipped if path.name == "README.md")}
    assert {name for name in made if made[name].read_bytes() != shipped[name].read_bytes()} == set()


def test_what_is_known_is_the_statistics_and_says_so():
    scenario = read(NAME).scenario
    known = full_years(of_municipality(read_saved(STATISTICS), CODE))
    last = [known[year] for year in range(2015, 2025)]
    assert scenario.housing.reference_completions.value == sum(last) / 10
    found = [number for number in numbers(scenario, "nb") if number.basis in ("source", "derived")]
    assert {number.key for number in found} == {
        *("housing.reference_completions", "drivers.completions.persistence", "drivers.completions.volatility"),
        *(f"drivers.{name}.volatility" for name in ("births", "arrivals", "mortality")),
    }
    sources = [number.source for number in numbers(scenario, "en") if number.basis in ("source", "derived")]
    assert all("Statistics Norway" in source for source in sources), sources
    count, total = invented(scenario)
    assert count > 0.7 * total


def test_it_simulates_and_closes_every_identity(ldip, here):
    baseline = build(read(NAME).scenario, 20)
    ledger = run_baseline(baseline)
    assert abs(ledger["closing_residents"][0, 0] / RESIDENTS - 1.0) < 0.03
    for name, gap in residuals(ledger, baseline.opening).items():
        assert np.abs(gap).max() < 1e-8, name
    assert ldip("stress", NAME, "--runs", "50").code == 0


def test_its_report_says_what_is_known_and_what_is_not(ldip, here, undrawn):
    count, total = invented(read(NAME).scenario)
    for lang, words in (
        ("nb", ("Hva som er kjent, og hva som er oppdiktet", "Rammer for programområdene", f"{count} av {total}")),
        ("en", ("What is known, and what is a placeholder", "Frames of the programme areas", f"{count} of {total}")),
    ):
        assert ldip("report", NAME, "--runs", "50", "--lang", lang, "--out", f"{lang}.html").code == 0
        page = (here / f"{lang}.html").read_text(encoding="utf-8")
        assert all(word in page for word in words)
        known = [n.what for n in numbers(read(NAME).scenario, lang) if n.basis in ("source", "derived")]
        said = page[page.index({"nb": "Kjent, altså", "en": "Known, that is"}[lang]) :].partition("</p>")[0]
        assert all(html.escape(name) in said for name in known)
    assert ldip("report", "baerum-2020", "--runs", "50", "--out", "baerum.html").code == 0
    assert "Hva som er kjent" not in (here / "baerum.html").read_text(encoding="utf-8")
