"""Fans against what came: table, reading, files, JSON."""

import textwrap
from pathlib import Path
from typing import Any

from ldip.analysis.backtest import INTERVALS, PERCENTILES, Backtest, Coverage, coverage
from ldip.report.answers.calibration import NAMES, capital
from ldip.report.folder.records import write_records
from ldip.report.numbers import number
from ldip.report.terminal import table
from ldip.text import Text

SHOWN_AHEAD = (1, 2, 3, 5, 10, 15, 20)
TITLE = Text(
    nb="Viftene mot det som kom: {file}, {first}–{last}",
    en="The fans against what came: {file}, {first}-{last}",
)
HOW = Text(
    nb="{runs} framtider fra hvert år der minst {minimum} år var kjent, opptil {horizon} år fram, startverdi {seed}; "
    "{parameters}. Viftene står rundt gjennomsnittet av de kjente årene, med serien på vei tilbake dit.",
    en="{runs} runs from every year in which at least {minimum} years were known, up to {horizon} years ahead, seed "
    "{seed}; {parameters}. The fans stand around the average of the known years, with the series on its way back "
    "there.",
)
WHENCE = {
    "fitted": Text("φ og σ tilpasset det som var kjent da", "φ and σ fitted to what was known then"),
    "scenario": Text("φ og σ fra scenariet {scenario}", "φ and σ of the scenario {scenario}"),
}
HEAD = Text(
    nb="Andel av utfallene, prosent|utfall|uavhengige|i 50 %|±|i 80 %|±|i 90 %|±|under 5 %|under median|over 95 %",
    en="Share of outcomes, per cent|outcomes|apart|in 50 %|±|in 80 %|±|in 90 %|±|below 5 %|below median|above 95 %",
)
AHEAD = Text("{ahead} år fram", "year {ahead} ahead")
ALL = Text("alle", "all")
NOTE = Text(
    nb="± er binomisk standardfeil for en vifte som er riktig, regnet av de utfallene som ikke deler år "
    "(«uavhengige»). Vifter fra naboår treffer de samme årene og bommer sammen: mange utfall er ikke mange prøver, "
    "og bare grove feil kan avsløres. Andelene gjelder prosessene, ikke kommunen: ldip har ingen "
    "tidligere plan å starte hele modellen fra.",
    en="± is the binomial standard error for a fan that is right, counting only outcomes that share no year "
    "('apart'). Fans of neighbouring years meet the same years and miss together: many outcomes are not many "
    "trials, and only gross errors can be found. The shares are of the processes, not of the municipality: "
    "ldip has no earlier plan to start the whole model from.",
)
HARDLY = Text(
    nb="{name}: {cases} utfall fra {origins} startår er for få til å si noe.",
    en="{name}: {cases} outcomes from {origins} years are too few to say anything.",
)
LOW = Text(
    nb="{name}: {share} % av utfallene ({cases}) kom under medianen, {tail} % under hele 90 %-viften. Viftene "
    "ventet serien tilbake på gjennomsnittet av det som var kjent; nivået falt, eller ble liggende lavt. Bredde "
    "retter ikke opp et galt midtpunkt: i simuleringen er det planens bane, ikke fortiden, som bestemmer hvor "
    "viften står.",
    en="{name}: {share} % of the outcomes ({cases}) came below the median, {tail} % below the whole 90 % fan. The "
    "fans expected the series back at the average of what was known; the level fell, or stayed low. Width does not "
    "mend a wrong middle: in the simulation it is the plan's path, not the past, that decides where the fan stands.",
)
HIGH = Text(
    nb="{name}: {share} % av utfallene ({cases}) kom over medianen, {tail} % over hele 90 %-viften. Viftene ventet "
    "serien tilbake på gjennomsnittet av det som var kjent; nivået steg, eller ble liggende høyt. Bredde retter "
    "ikke opp et galt midtpunkt: i simuleringen er det planens bane, ikke fortiden, som bestemmer hvor viften står.",
    en="{name}: {share} % of the outcomes ({cases}) came above the median, {tail} % above the whole 90 % fan. The "
    "fans expected the series back at the average of what was known; the level rose, or stayed high. Width does not "
    "mend a wrong middle: in the simulation it is the plan's path, not the past, that decides where the fan stands.",
)
EVEN = Text(
    nb="{name}: utfallene ({cases}) kom på begge sider av medianen ({share} % under); {inside} % falt i 90 %-viften.",
    en="{name}: the outcomes ({cases}) came on both sides of the median ({share} % below); {inside} % fell inside "
    "the 90 % fan.",
)
NARROW = Text("Viften er for smal i disse årene.", "The fan is too narrow in these years.")
WIDE = Text(
    nb="Halvparten-viften rommet {half} %: viften er bredere enn disse årene trengte.",
    en="The 50 % fan held {half} %: the fan is wider than these years needed.",
)
FAR = 0.25
"""A share of outcomes below the median that is further than this from a half is called one-sided."""
FEWEST = 5
"""Years that fans were drawn from, below which nothing is said."""
SHORT_OF = 0.10
"""How much less than 90 % the 90 % fan may hold, and how much more than 50 % the 50 % fan, without remark."""


def backtest_text(found: Backtest, lang: str) -> str:
    """Coverage by series and horizon, and what it says."""
    years = found.series.years
    head = TITLE.say(lang, file=found.series.file, first=years[0], last=years[-1])
    how = HOW.say(
        lang,
        runs=number(found.runs, 0, lang),
        minimum=found.minimum,
        horizon=found.horizon,
        seed=found.seed,
        parameters=WHENCE[found.parameters].say(lang, scenario=found.scenario),
    )
    rows = [HEAD.say(lang).split("|")]
    for driver in found.drivers():
        rows.append([capital(NAMES[driver].say(lang))])
        for ahead in (*[ahead for ahead in SHOWN_AHEAD if found.of(driver, ahead)], None):
            rows.append(_row(coverage(found, driver, ahead), lang))
    reading = [" ".join(_reading(found, driver, lang)) for driver in found.drivers()]
    paragraphs = [textwrap.fill(text, 100) for text in (*reading, NOTE.say(lang))]
    return "\n\n".join([head, textwrap.fill(how, 100), table(rows, free_headings=True), *paragraphs])


def _row(of: Coverage, lang: str) -> list[str]:
    label = ALL.say(lang) if of.ahead is None else AHEAD.say(lang, ahead=of.ahead)
    cells = ["  " + label, str(of.cases), str(of.apart)]
    for nominal, share in zip(INTERVALS, of.inside, strict=True):
        cells += [number(100.0 * share, 0, lang), number(100.0 * of.error(nominal), 0, lang)]
    return cells + [number(100.0 * share, 0, lang) for share in (of.below, of.lower_half, of.above)]


def _reading(found: Backtest, driver: str, lang: str) -> list[str]:
    """What the shares say in words; the bounds are ours, since dependent outcomes have no clean test."""
    of, name = coverage(found, driver), capital(NAMES[driver].say(lang))
    starts = len({one.origin for one in found.of(driver)})
    if starts < FEWEST:
        return [HARDLY.say(lang, name=name, cases=of.cases, origins=starts)]

    def shown(share: float) -> str:
        return number(100.0 * share, 0, lang)

    if of.lower_half > 0.5 + FAR:
        said = [LOW.say(lang, name=name, share=shown(of.lower_half), cases=of.cases, tail=shown(of.below))]
    elif of.lower_half < 0.5 - FAR:
        said = [HIGH.say(lang, name=name, share=shown(1.0 - of.lower_half), cases=of.cases, tail=shown(of.above))]
    else:
        share, inside = shown(of.lower_half), shown(of.inside[-1])
        said = [EVEN.say(lang, name=name, cases=of.cases, share=share, inside=inside)]
        if of.inside[-1] < INTERVALS[-1] - SHORT_OF:
            said.append(NARROW.say(lang))
    if of.inside[0] > INTERVALS[0] + SHORT_OF:
        said.append(WIDE.say(lang, half=shown(of.inside[0])))
    return said


def coverages(found: Backtest) -> list[Coverage]:
    """Every series at every horizon, then all of them together."""
    return [
        coverage(found, driver, ahead)
        for driver in found.drivers()
        for ahead in (*[ahead for ahead in range(1, found.horizon + 1) if found.of(driver, ahead)], None)
    ]


def backtest_records(found: Backtest) -> dict[str, Any]:
    """The same for ``--json``; shares as fractions, values in units of the series."""
    return {
        "series": found.series.file,
        "sha256": found.series.sha256,
        "scenario": found.scenario,
        "parameters": found.parameters,
        "minimum": found.minimum,
        "horizon": found.horizon,
        "runs": found.runs,
        "seed": found.seed,
        "coverage": [_coverage_record(of) for of in coverages(found)],
        "outcomes": [
            {"driver": one.driver, "origin": one.origin, "ahead": one.ahead, "value": one.value}
            | {f"p{100 * p:02.0f}": float(value) for p, value in zip(PERCENTILES, one.percentiles, strict=True)}
            | {"position": one.position}
            for one in found.outcomes
        ],
    }


def _coverage_record(of: Coverage) -> dict[str, Any]:
    record: dict[str, Any] = {"driver": of.driver, "ahead": of.ahead, "outcomes": of.cases, "apart": of.apart}
    for nominal, share in zip(INTERVALS, of.inside, strict=True):
        record[f"inside_{100 * nominal:.0f}"] = share
        record[f"inside_{100 * nominal:.0f}_error"] = of.error(nominal)
    return record | {"below_05": of.below, "below_median": of.lower_half, "above_95": of.above}


def write_backtest(folder: Path, found: Backtest) -> None:
    """``coverage.csv`` and ``outcomes.csv``: every outcome beside its fan."""
    records = backtest_records(found)
    for name in ("coverage", "outcomes"):
        rows = [{key: "all" if value is None else value for key, value in row.items()} for row in records[name]]
        write_records(folder / f"{name}.csv", rows)
