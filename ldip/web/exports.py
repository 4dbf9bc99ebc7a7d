"""What can be taken away from the page: files made when they are asked for, of the alternative on the screen.

Another kind of file is one more entry of EXPORTS; the page shows a button for each.
"""

import io
import shlex
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ldip.analysis.compare import compare
from ldip.model.engine.simulate import PRESSURE, STEERED
from ldip.report.folder import files
from ldip.scenario.files.writer import change_text
from ldip.scenario.placeholders import title_of
from ldip.text import Text
from ldip.web.controls import State
from ldip.web.simulator import NAME, Alternative, Simulator


class Export(NamedTuple):
    """A kind of file."""

    label: Text
    file: str
    media: str
    make: Callable[[Simulator, Alternative, str], bytes]  # simulator, alternative, language -> the file


def _scenario(simulator: Simulator, alternative: Alternative, lang: str) -> bytes:
    """The change file that makes the alternative; simulated with it, the command line gives the page's figures."""
    scenario, state = alternative.source.scenario, alternative.state
    title = alternative.source.change_titles[-1] if alternative.change else Text("Uendret", "Unchanged")
    command = _command("simulate", simulator, state)
    return change_text(scenario, alternative.change, title, simulator.extends, command).encode()


def _command(name: str, simulator: Simulator, state: State) -> str:
    """The command line that gives the figures of a state, with its change file at hand, again."""
    words = ["ldip", name, simulator.extends, "--change", f"{NAME}.toml"]
    for option, value in (("runs", simulator.runs), ("seed", simulator.seed), ("years", simulator.years)):
        words += [f"--{option}", str(value)]
    words += ["--policy", state.policy, *(("--step", repr(state.step)) if state.policy == "step" else ())]
    return shlex.join(words)


def _figures(simulator: Simulator, alternative: Alternative, lang: str) -> bytes:
    """The result folder of ``ldip simulate``, zipped, with the change file beside it."""
    fans = simulator.whole_fans(alternative)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files.write_simulation(folder, alternative.source, fans)
        (folder / f"{NAME}.toml").write_bytes(_scenario(simulator, alternative, lang))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.iterdir()):
                archive.write(path, path.name)
    return packed.getvalue()


def _workbook(simulator: Simulator, alternative: Alternative, lang: str) -> bytes:
    """The alternative as ``ldip workbook`` writes it."""
    from ldip.report.workbook.book import reconciliation_of, write_workbook

    scenario, state = alternative.source.scenario, alternative.state
    policies = (PRESSURE, STEERED) if state.policy == PRESSURE else (state.policy,)
    comparisons = [
        compare(
            {scenario.name: partial(simulator.whole_ledger, alternative, policy)},
            against=scenario.name,
            base_year=scenario.scenario.first_year,
            seed=simulator.seed,
            plan_years=scenario.scenario.plan_years,
            policy=policy,
            step=state.step,
        )
        for policy in policies
    ]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "workbook.xlsx"
        write_workbook(
            path,
            comparisons[0],
            comparisons[1] if len(comparisons) > 1 else None,
            [alternative.source],
            title=_title(alternative, lang),
            common=0,
            command=_command("workbook", simulator, state),
            reconciliation=reconciliation_of(scenario),
            lang=lang,
        )
        return path.read_bytes()


def _report(simulator: Simulator, alternative: Alternative, lang: str) -> bytes:
    """The alternative as ``ldip simulate --report`` writes it, without stress tests."""
    from ldip.analysis.findings import find
    from ldip.report.answers.comparison import labels
    from ldip.report.answers.recheck import checksums
    from ldip.report.page import html as page
    from ldip.report.page.blocks import Material

    source, state = alternative.source, alternative.state
    findings = find(
        [source],
        runs=simulator.runs,
        seed=simulator.seed,
        years=simulator.years,
        policy=state.policy,
        step=state.step if state.policy == "step" else 0.0,
    )
    material = Material(
        findings=findings,
        label=labels([source], 0, lang),
        tests={},
        title=_title(alternative, lang),
        command=f"{_command('simulate', simulator, state)} --report",
        recheck=[],
        checksums=checksums(findings.main.fans, findings.comparison),
        lang=lang,
    )
    return page.page(material, page.chapters(material)).encode()


def _title(alternative: Alternative, lang: str) -> str:
    titles = [title_of(alternative.source.scenario), *alternative.source.change_titles]
    return " + ".join(title.say(lang) for title in titles)


EXPORTS = {
    "report": Export(Text("Rapport (HTML)", "Report (HTML)"), "ldip-report.html", "text/html", _report),
    "figures": Export(
        Text("Tallene (CSV, zip)", "The figures (CSV, zip)"), "ldip-figures.zip", "application/zip", _figures
    ),
    "scenario": Export(
        Text("Alternativet som endringsfil (TOML)", "The alternative as a change file (TOML)"),
        f"{NAME}.toml",
        "application/toml",
        _scenario,
    ),
    "workbook": Export(
        Text("Arbeidsbok (Excel)", "Workbook (Excel)"),
        "ldip-workbook.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _workbook,
    ),
}
