"""Fitting the drivers to series: hand-computed fits, published estimates, known processes found again, round trip."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from test_bad_inputs import check_words

from ldip.analysis.calibrate import (
    Calibration,
    allowed,
    calibrate,
    drawn,
    entries,
    fit_ar1,
    fit_with_rate,
    half_life,
    levels,
    sd_after,
    to_column,
    to_level,
)
from ldip.errors import InputError
from ldip.scenario.files.reader import DEFAULT, read, shipped, shipped_folder
from ldip.scenario.files.series import COLUMNS, Series, read_series, shipped_series

EARLIER = "norway/earlier.csv"
STARTS = [31608, 33314, 32520, 25950, 19748, 21145, 27735, 30189, 30450, 27250, 31301, 36203, 35273]
"""Dwellings started in Norway 2005-2017 (Norges Bank, Monetary Policy Report 4/18)."""


def series_of(**columns: np.ndarray) -> Series:
    years = np.arange(1900, 1900 + max(map(len, columns.values())))
    padded = {
        name: np.concatenate([values, np.full(len(years) - len(values), np.nan)]) for name, values in columns.items()
    }
    return Series("made.csv", "0" * 64, years, padded)


def ar1(rng: np.random.Generator, persistence: float, volatility: float, years: int, runs: int = 1) -> np.ndarray:
    """A stationary AR(1) around zero (year, run)."""
    x = np.empty((years, runs))
    x[0] = rng.standard_normal(runs) * volatility / math.sqrt(1.0 - persistence**2)
    for t in range(1, years):
        x[t] = persistence * x[t - 1] + volatility * rng.standard_normal(runs)
    return x


# The estimates


def test_a_fit_by_hand():
    """Pairs (1, 2), (2, 4), (4, 3): Sxx = 14/3, Sxy = 1, so the slope is 3/14; squared residuals sum to 25/14."""
    fit = fit_ar1("rate", np.arange(2000, 2004), np.array([1.0, 2.0, 4.0, 3.0]))
    assert fit.persistence == pytest.approx(3.0 / 14.0)
    assert fit.volatility == pytest.approx(5.0 / math.sqrt(14.0))
    assert fit.persistence_error == pytest.approx(math.sqrt(75.0) / 14.0)
    assert (fit.first, fit.last, fit.pairs, fit.mean) == (2000, 2003, 3, 2.5)
    assert fit.bias == pytest.approx(-(1.0 + 9.0 / 14.0) / 3.0)
    assert fit.corrected == pytest.approx(3.0 / 14.0 + 23.0 / 42.0)
    np.testing.assert_allclose(fit.residuals, [-5.0 / 7.0, 15.0 / 14.0, -5.0 / 14.0])


@pytest.mark.parametrize(
    ("file", "name", "first", "pairs", "persistence", "volatility"),
    [
        (None, "rate", 1994, 25, 0.84, 0.0122),
        (None, "cpi", 1995, 23, -0.17, 0.0088),
        (None, "wages", 2005, 13, 0.73, 0.0093),
        (None, "completions", 2005, 12, 0.69, 0.140),
        (EARLIER, "completions", 1983, 20, 0.80, 0.104),
        (EARLIER, "rate", 1994, 25, 0.93, 0.0065),
    ],
)
def test_the_figures_worked_out_before_the_program_was_written(file, name, first, pairs, persistence, volatility):
    """Least squares on the printed numbers, computed apart from the program; growth as it is, not in logs."""
    series = read_series(*([file] if file else []))
    years, values = series.known(name)
    values = np.log(values) if name == "completions" else values
    fit = fit_ar1(name, years[years >= first], values[years >= first])
    assert fit.pairs == pairs
    assert fit.persistence == pytest.approx(persistence, abs=0.0051)
    assert fit.volatility == pytest.approx(volatility, rel=0.006)


def test_starts_and_the_small_difference_that_logs_make():
    fit = fit_ar1("completions", np.arange(2005, 2018), np.log(STARTS))
    assert (round(fit.persistence, 2), round(fit.volatility, 2)) == (0.68, 0.15)
    series = read_series()
    for name in ("cpi", "wages"):
        plain, log = fit_ar1(name, *series.known(name)), fit_ar1(name, *levels(series, name))
        assert log.persistence == pytest.approx(plain.persistence, abs=0.005)
        assert log.volatility == pytest.approx(plain.volatility, rel=0.05)


def test_a_known_process_is_found_again_within_its_errors():
    rng = np.random.default_rng(3)
    for persistence in (0.2, 0.6, 0.9):
        fit = fit_ar1("rate", np.arange(3000), 0.03 + ar1(rng, persistence, 0.01, 3000)[:, 0])
        assert abs(fit.persistence - persistence) < 3.5 * fit.persistence_error
        assert abs(fit.volatility - 0.01) < 3.5 * fit.volatility_error(fit.persistence)
        assert abs(fit.mean - 0.03) < 3.5 * fit.mean_error(fit.persistence)
        error = math.sqrt((1.0 - persistence**2) / 3000)  # the large-sample one, written here
        assert fit.persistence_error == pytest.approx(error, rel=0.1)


def test_the_stated_errors_are_those_of_repeated_samples():
    """60 pairs of years, 800 times: the mean stated error against the spread of the estimates."""
    rng = np.random.default_rng(4)
    fits = [fit_ar1("rate", np.arange(61), x) for x in ar1(rng, 0.5, 1.0, 61, 800).T]
    spread = np.std([fit.persistence for fit in fits])
    assert np.mean([fit.persistence_error for fit in fits]) == pytest.approx(spread, rel=0.1)
    spread = np.std([fit.volatility for fit in fits])
    assert np.mean([fit.volatility_error(fit.persistence) for fit in fits]) == pytest.approx(spread, rel=0.1)
    spread = np.std([fit.mean for fit in fits])
    assert np.mean([fit.mean_error(fit.persistence) for fit in fits]) == pytest.approx(spread, rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("persistence", "bias", "left"), [(0.5, 0.099, 0.010), (0.7, 0.127, 0.019), (0.9, 0.162, 0.048)]
)
def test_the_bias_and_what_the_correction_leaves(persistence, bias, left):
    """As docs/calibration.md says of 25 pairs; the standard error of the means is below 0.002."""
    rng = np.random.default_rng(5)
    fits = [fit_ar1("rate", np.arange(26), x) for x in ar1(rng, persistence, 1.0, 26, 12_000).T]
    found = np.mean([fit.persistence for fit in fits]) - persistence
    assert found == pytest.approx(-bias, abs=0.006)
    assert found == pytest.approx(-(1.0 + 3.0 * persistence) / 25.0, abs=0.018)
    assert np.mean([fit.corrected for fit in fits]) - persistence == pytest.approx(-left, abs=0.008)


def test_the_response_to_the_rate_is_found_again():
    rng = np.random.default_rng(6)
    rate, own = 0.04 + ar1(rng, 0.8, 0.01, 1500)[:, 0], ar1(rng, 0.6, 0.1, 1500)[:, 0]
    completions = np.exp(6.0 + np.concatenate([[0.0], -7.5 * rate[:-1]]) + own)
    fit = calibrate(series_of(rate=rate, completions=completions)).fits["completions"]
    assert fit.parameters == 3
    assert abs(fit.rate_response + 7.5) < 3.5 * fit.rate_response_error
    assert abs(fit.persistence - 0.6) < 3.5 * fit.persistence_error
    assert abs(fit.volatility - 0.1) < 3.5 * fit.volatility_error(fit.persistence)
    assert fit.rate_response_error == pytest.approx(0.1 / 0.01 / math.sqrt(1500), rel=0.25)


def test_the_response_is_least_squares():
    """No other persistence or response nearby leaves smaller residuals."""
    series = read_series()
    years, values = levels(series, "completions")
    rates = series.known("rate")[1][np.isin(series.known("rate")[0], years - 1)]
    fit = fit_with_rate(years, values, rates)

    def squares(persistence: float, response: float) -> float:
        h = values - response * rates
        left = h[1:] - persistence * h[:-1]
        return float(((left - left.mean()) ** 2).sum())

    least = squares(fit.persistence, fit.rate_response)
    assert least == pytest.approx(float(fit.residuals @ fit.residuals))
    for step in (-0.02, 0.02):
        assert squares(fit.persistence + step, fit.rate_response) > least
        assert squares(fit.persistence, fit.rate_response + 10.0 * step) > least


def test_completions_without_enough_rates_are_fitted_alone():
    series = read_series()
    few = np.where(series.years >= 2011, series.columns["rate"], np.nan)
    alone = calibrate(series._replace(columns=series.columns | {"rate": few})).fits["completions"]
    assert math.isnan(alone.rate_response)
    assert alone.pairs == 12


def test_the_volatility_of_another_persistence():
    """Against the residuals themselves, with the level fitted to that persistence."""
    fit = fit_ar1("rate", *read_series().known("rate"))
    _, x = read_series().known("rate")
    for persistence in (0.2, 0.9, 0.98):
        left = x[1:] - persistence * x[:-1]
        expected = math.sqrt(((left - left.mean()) ** 2).sum() / (fit.pairs - 2))
        assert fit.volatility_at(persistence) == pytest.approx(expected)
    assert fit.volatility_at(fit.persistence) == pytest.approx(fit.volatility)


def test_spreads_and_half_lives():
    assert sd_after(0.8, 2.0, 1) == pytest.approx(2.0)
    assert sd_after(0.8, 2.0, 3) == pytest.approx(2.0 * math.sqrt(1.0 + 0.64 + 0.4096))
    assert sd_after(0.6, 1.0) == pytest.approx(1.25)
    assert half_life(0.5) == pytest.approx(1.0)
    assert half_life(0.0) == 0.0
    assert (allowed(-0.3), allowed(1.2), allowed(0.7)) == (0.0, 0.999, 0.7)


@pytest.mark.parametrize("name", COLUMNS)
def test_there_and_back(name):
    values = np.array([1.1, 1.4]) if name in ("own_tax", "completions") else np.array([-0.01, 0.04])
    np.testing.assert_allclose(to_column(name, to_level(name, values)), values)


def test_correlation_of_the_shocks():
    rng = np.random.default_rng(8)
    one = rng.standard_normal(600)
    other = 0.6 * one + 0.8 * rng.standard_normal(600)

    def built(shocks: np.ndarray, persistence: float) -> np.ndarray:
        x = 0.01 * shocks
        for t in range(1, len(x)):
            x[t] += persistence * x[t - 1]
        return 0.03 + x

    (link,) = calibrate(series_of(rate=built(one, 0.8), cpi=built(other, 0.2))).links
    assert (link.one, link.other, link.pairs) == ("rate", "cpi", 599)
    assert link.error == pytest.approx(0.8 / math.sqrt(597), rel=0.05)
    assert abs(link.value - 0.6) < 4.0 * link.error


def test_few_common_years_are_no_correlation():
    series = read_series()
    wages = np.where(series.years < 2013, series.columns["wages"], np.nan)  # eight years, seven pairs
    assert not calibrate(series._replace(columns={"rate": series.columns["rate"], "wages": wages})).links


# What becomes a change


def test_the_rate_is_drawn_around_its_estimate():
    fit = calibrate(read_series()).fits["rate"]
    persistence = drawn(fit, corrected=True)
    low, high = persistence.middle - persistence.spread, persistence.middle + persistence.spread
    assert low == pytest.approx(fit.corrected - math.sqrt(3.0) * fit.persistence_error)
    assert high == pytest.approx(0.999)
    assert drawn(fit, corrected=False) == (fit.persistence, 0.0)
    wages = calibrate(read_series()).fits["wages"]
    assert drawn(wages, corrected=True) == (wages.corrected, 0.0)


@pytest.mark.parametrize("file", shipped_series())
@pytest.mark.parametrize("words", [(), ("--uncorrected",)])
def test_round_trip(ldip, here, file, words):
    """What is written reads, means the same, and simulates."""
    said = ldip("calibrate", file, "--out", "mine.toml", *words, "--lang", "en")
    assert said.code == 0
    assert "mine.toml" in said.out
    calibration = calibrate(read_series(file))
    wanted = entries(calibration, read(DEFAULT).scenario, corrected=not words)
    drivers = read(DEFAULT, ["mine.toml"]).scenario.drivers
    for entry in wanted:
        _, driver, name = entry.key.split(".")
        found = getattr(getattr(drivers, driver), name)
        assert found.value == pytest.approx(entry.value, rel=1e-3)
        assert found.basis == "derived"
        assert all(file in said for said in found.source)
    assert {"drivers.rate.persistence", "drivers.rate.volatility", "drivers.completions.persistence"} <= {
        entry.key for entry in wanted
    }
    assert read("mine.toml").scenario.name == f"{DEFAULT}+mine", "says itself what it extends"
    done = ldip("simulate", "--change", "mine.toml", "--runs", 50, "--no-pictures", "--out", "r")
    assert done.code == 0


def test_the_scenario_keeps_what_the_series_do_not_know(ldip, here):
    ldip("calibrate", "--out", "mine.toml")
    before, after = read(DEFAULT).scenario.drivers, read(DEFAULT, ["mine.toml"]).scenario.drivers
    assert after.national_tax == before.national_tax
    assert after.own_tax == before.own_tax
    assert after.rate.lower_bound == before.rate.lower_bound
    assert after.completions.rate_response == before.completions.rate_response, "+1 +- 4 cannot be told from zero"
    assert after.correlation.rate_national_tax == before.correlation.rate_national_tax


def test_a_clear_response_is_written(scenario):
    rng = np.random.default_rng(9)
    rate, own = 0.04 + ar1(rng, 0.8, 0.01, 300)[:, 0], ar1(rng, 0.6, 0.05, 300)[:, 0]
    completions = np.exp(6.0 + np.concatenate([[0.0], -7.5 * rate[:-1]]) + own)
    found = {e.key: e.value for e in entries(calibrate(series_of(rate=rate, completions=completions)), scenario)}
    assert found["drivers.completions.rate_response"] == pytest.approx(-7.5, abs=1.5)


def test_correlations_that_contradict_the_scenario_are_drawn_towards_zero(scenario):
    """Rate with tax and completions at almost one each, and completions with tax at almost minus one: impossible."""
    calibration = calibrate(read_series())
    link = calibration.links[0]
    pairs = [("rate", "national_tax", 0.95), ("rate", "completions", 0.95), ("national_tax", "completions", -0.9)]
    links = tuple(link._replace(one=one, other=other, value=value) for one, other, value in pairs)
    found = {e.key: e for e in entries(Calibration(calibration.series, {}, links), scenario)}
    shares = [found[f"drivers.correlation.{one}_{other}"].value / value for one, other, value in pairs]
    np.testing.assert_allclose(shares, shares[0])
    assert 0.3 < shares[0] < 0.6  # equal correlations a, a, -a of three are possible up to one half
    assert "contradict" in found["drivers.correlation.rate_completions"].source.en


def test_text_and_records(ldip):
    for lang, words in (("nb", ("skjevhet", "bare 12 årspar", "tilfeldig gang")), ("en", ("bias", "only 12 pairs"))):
        said = ldip("calibrate", "--lang", lang)
        assert said.code == 0
        for word in words:
            assert word in said.out.replace("\n", " ")
    said = ldip("calibrate", "--json")
    records = json.loads(said.out)
    fit = next(fit for fit in records["fits"] if fit["driver"] == "rate")
    assert fit["persistence"] == pytest.approx(0.837, abs=5e-4)
    assert {row["kind"] for row in fit["follows"]} == {"least squares", "corrected", "drawn", "scenario"}
    assert next(row for row in fit["follows"] if row["kind"] == "scenario")["persistence"] == 0.88
    assert {"key", "value", "source"} == set(records["change"][0])


def test_wrong_place_for_the_change(ldip, here):
    said = ldip("calibrate", "--out", "mine.csv")
    assert said.code == 2
    (here / "blocked").write_text("a file", encoding="utf-8")
    said = ldip("calibrate", "--out", "blocked/mine.toml", "--lang", "en")
    assert said.code == 1
    assert "cannot be written" in said.err
    assert [path.name for path in here.iterdir()] == ["blocked"]


# The series


def test_the_shipped_series_are_no_scenario_and_have_a_source_each():
    assert "norway" not in [found.name for found in shipped()]
    assert shipped_series() == [EARLIER, "norway/series.csv"]
    pages = (shipped_folder() / "norway" / "README.md").read_text(encoding="utf-8")
    for file in shipped_series():
        series = read_series(file)
        section = pages.split(f"## `{Path(file).name}`")[1].split("\n## ")[0]
        for name in series.columns:
            years, _ = series.known(name)
            assert f"| `{name}` | {years[0]}–{years[-1]} |" in section


HEAD = "year,rate,cpi,completions\n"
ROWS = [
    f"{1990 + t},{0.03 + 0.001 * (t % 3):g},{0.02 + 0.002 * (t % 4):g},{20_000 + 90 * (t % 5)}" for t in range(12)
]


def faults_of(path: Path, text: str | bytes) -> list:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        read_series(str(path))
    for fault in caught.value.faults:
        check_words(fault)
    return caught.value.faults


def changed(row: int, old: str, new: str) -> str:
    rows = list(ROWS)
    assert old in rows[row]
    rows[row] = rows[row].replace(old, new)
    return HEAD + "\n".join(rows) + "\n"


def per_cent(column: int) -> str:
    rows = [row.split(",") for row in ROWS]
    for row in rows:
        row[column] = f"{100 * float(row[column]):g}"
    return HEAD + "\n".join(map(",".join, rows)) + "\n"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (changed(2, "0.032", "n/a"), ":4", "rate = n/a: is not a number"),
        (changed(2, "0.032", '"0,032"'), ":4", "Write 0.032."),
        (changed(2, "0.032", "nan"), ":4", "rate = nan: is not a number"),
        (changed(3, "1993", "1995"), ":5", "the year here must be 1993"),
        (changed(3, "1993", "1992"), ":5", "year = 1992: stands twice"),
        (changed(3, "1993", ""), ":5", "is not a year"),
        (changed(3, "1993", "93"), ":5", "is not a year"),
        (changed(3, "0.03,", "0.03,0.02,"), ":5", "another number of cells"),
        (changed(4, "20360", "-20360"), ":6", "completions = -20360: expected dwellings"),
        (changed(4, "0.031", "0.93"), ":6", "rate = 0.93: expected a fraction per year between -0.05 and 0.3"),
        (per_cent(1), "", "looks like per cent"),
        (per_cent(2), "", "write 0.024 for 2.4"),
        (HEAD + "\n".join(ROWS[:7]) + "\n", "", "rate: has only 7 years; 8 are needed"),
        (HEAD.replace("cpi", "kpi") + "\n".join(ROWS), ":1", "Did you mean 'cpi'?"),
        (HEAD.replace("rate", "rente") + "\n".join(ROWS), ":1", "Did you mean 'rate'?"),
        (HEAD.replace("year", "wages") + "\n".join(ROWS), ":1", "year: is missing"),
        (HEAD.replace("cpi", "rate") + "\n".join(ROWS), ":1", "rate = rate: stands twice"),
        (HEAD, "", "has no rows"),
        ("", ":1", "no header of several columns"),
        ((HEAD + "\n".join(ROWS)).replace("rate", "løn").encode("cp1252") + "å".encode(), ":1", "saved as UTF-8"),
        ("year,cpi\n" + "\n".join(f"{1990 + t},0.02" for t in range(9)), "", "same value in every year"),
        ("year,own_tax\n" + "\n".join(f"{1990 + t},{160 + t}" for t in range(9)), "", "write 1.64 for 164"),
    ],
)
def test_bad_series(tmp_path, text, place, words):
    path = tmp_path / "mine.csv"
    found = faults_of(path, text)
    lines = [fault.say("en") for fault in found if words in fault.say("en")]
    assert lines, [fault.say("en") for fault in found]
    assert lines[0].startswith(f"{path}{place}: ")


def test_all_faults_at_once(tmp_path):
    text = changed(2, "0.032", "high").replace("20090", "none").replace("1999", "2010")
    found = faults_of(tmp_path / "mine.csv", text)
    assert {fault.key for fault in found} == {"rate", "completions", "year"}
    assert {int(fault.file.rpartition(":")[2]) for fault in found} >= {3, 4, 11}


def test_per_cent_is_one_fault_a_column(tmp_path):
    found = faults_of(tmp_path / "mine.csv", per_cent(1))
    assert [fault.key for fault in found] == ["rate"]


def test_empty_ends_and_spreadsheet_endings_are_no_fault(tmp_path):
    rows = list(ROWS)
    rows[0], rows[-1] = rows[0].replace("0.03,", ",", 1), rows[-1].rpartition(",")[0] + ","
    path = tmp_path / "mine.csv"
    path.write_bytes(("\ufeff" + HEAD + "\n".join(rows) + "\n,,,\n").replace("\n", "\r\n").encode())
    series = read_series(str(path))
    assert series.known("rate")[0][0] == 1991
    assert series.known("completions")[0][-1] == 2000
    assert series.known("cpi")[0].tolist() == list(range(1990, 2002))


@pytest.mark.parametrize("where", ["nowhere.csv", "norway", "norway/README.md"])
def test_what_is_not_a_series(ldip, where):
    said = ldip("calibrate", where, "--lang", "en")
    assert said.code == 1
    assert "norway/earlier.csv, norway/series.csv" in said.err
