"""The command line: the only module that prints or exits. Everything heavier than click is imported when used."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip import __version__
from ldip.errors import Fault, InputError, Text

if TYPE_CHECKING:
    from ldip.model.simulate import Ledger
    from ldip.scenario.reader import Source

DEFAULT_SCENARIO = "baerum-2020"
MAX_RUN_YEARS = 40_000_000
PROGRESS_FROM = 20_000
LANGUAGE = "nb"


class Count(click.ParamType):
    """A positive whole number; 10000, 1e5, 100k and 1m are understood."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, or a usage error."""
        if isinstance(value, int):
            return value
        text = str(value).lower().replace("_", "").replace(" ", "")
        factor = {"k": 1e3, "m": 1e6}.get(text[-1:], 1.0)
        try:
            number = float(text[:-1] if factor > 1.0 else text) * factor
        except ValueError:
            self.fail(f"{value!r} is not a number. Write for example 10000, 1e5 or 100k.", param, ctx)
        if not (1.0 <= number <= 1e12 and number == int(number)):
            self.fail(f"{value} must be a whole number of at least 1.", param, ctx)
        return int(number)


def _lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--lang",
        type=click.Choice(["nb", "en"]),
        default=LANGUAGE,
        show_default=True,
        envvar="LDIP_LANG",
        help="Language of what is shown.",
    )(command)


def _scenario_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--change",
        "changes",
        multiple=True,
        metavar="NAME",
        help="Lay a named change (or a .toml file) over the scenario; may be repeated, the last one wins.",
    )(command)
    return click.argument("scenario", default=DEFAULT_SCENARIO)(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ldip")
def main() -> None:
    """A Norwegian municipality's economy twenty years ahead, with its uncertainty.

    \b
    Examples:
      ldip simulate                               Bærum, 10 000 futures, 2020-2039
      ldip simulate --change housing-minus-20     the same with fewer dwellings
      ldip plan --lang en                         the baseline accounts, year by year
      ldip reconcile                              the published plan, figure by figure
      ldip scenario show --assumptions            what the answer rests on
    """


@main.command()
@_scenario_options
@click.option("--runs", type=Count(), default=10_000, show_default=True, help="Number of futures.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the random numbers.")
@click.option("--years", type=click.IntRange(1, 60), default=20, show_default=True, help="Years ahead.")
@click.option("--out", type=click.Path(path_type=Path), help="Result folder  [default: ldip-results/SCENARIO]")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON instead of a table.")
@click.option("--pictures/--no-pictures", default=True, help="Write fan charts (PNG and SVG).", show_default=True)
@_lang_option
def simulate(
    scenario: str,
    changes: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    out: Path | None,
    as_json: bool,
    pictures: bool,
    lang: str,
) -> None:
    """Simulate SCENARIO and report the distributions of debt ratio and restructuring need.

    \b
    Examples:
      ldip simulate
      ldip simulate --runs 100k --seed 7 --out results/base
      ldip simulate --change interest-plus-2 --change housing-minus-20
      ldip simulate my-municipality/ --years 10 --json --no-pictures
    """
    from ldip.analysis.summary import summarise
    from ldip.model.metrics import lines_needed
    from ldip.model.simulate import simulate as run
    from ldip.report import files

    if runs * years > MAX_RUN_YEARS:
        raise InputError([_too_many(runs, years)])
    source = _read(scenario, changes)
    base_year = source.scenario.scenario.first_year
    out = out or Path("ldip-results") / source.scenario.name
    with files.result_folder(out) as folder:
        with _progress(runs, lang) as advance:
            ledger = run(source.scenario, runs=runs, seed=seed, years=years, lines=lines_needed(), progress=advance)
        summary = summarise(ledger, scenario=source.scenario.name, base_year=base_year, seed=seed)
        files.write_summary(folder, summary)
        files.write_probabilities(folder, summary)
        resolved = source.scenario.model_dump(mode="json", exclude_defaults=True)
        files.write_provenance(folder, summary, resolved, source.files)
    del ledger
    _remove_old_pictures(out)
    if as_json:
        click.echo(json.dumps(files.summary_records(summary) | {"out": str(out)}))
    else:
        from ldip.report.text import summary_text

        click.echo(summary_text(summary, _title(source, lang), lang))
        click.echo("\n" + _assumptions_line(source, lang))
        click.echo(Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
    if pictures:
        sys.stdout.flush()
        _write_pictures(source, summary, out, lang, quiet=as_json)


@main.command()
@_scenario_options
@click.option("--years", type=click.IntRange(1, 60), default=20, show_default=True, help="Years ahead.")
@click.option("--nominal", is_flag=True, help="Current prices instead of fixed prices of the first year.")
@click.option("--json", "as_json", is_flag=True, help="Print every line and year as JSON.")
@_lang_option
def plan(scenario: str, changes: tuple[str, ...], years: int, nominal: bool, as_json: bool, lang: str) -> None:
    """Show the baseline accounts of SCENARIO year by year: operations, investment, balance, key figures.

    \b
    Examples:
      ldip plan
      ldip plan --years 4 --nominal
      ldip plan --change interest-plus-2 --lang en
    """
    from ldip.report.accounts import plan_records, plan_text

    source = _read(scenario, changes)
    ledger = _baseline(source, years)
    base_year = source.scenario.scenario.first_year
    if as_json:
        click.echo(json.dumps(plan_records(ledger, base_year, fixed_prices=not nominal)))
        return
    width = shutil.get_terminal_size((120, 40)).columns
    click.echo(_title(source, lang))
    click.echo(plan_text(ledger, base_year, fixed_prices=not nominal, width=width, lang=lang))


@main.command()
@_scenario_options
@click.option("--all", "everything", is_flag=True, help="Every figure, not only those that differ.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write reconcile.csv into this folder.")
@_lang_option
def reconcile(scenario: str, changes: tuple[str, ...], everything: bool, out: Path | None, lang: str) -> None:
    """Set the baseline of SCENARIO beside the published plan, figure by figure, and explain the differences.

    \b
    Examples:
      ldip reconcile
      ldip reconcile --all --lang en
      ldip reconcile --out results/reconciliation
    """
    from ldip.analysis.reconcile import debt_ratios
    from ldip.analysis.reconcile import reconcile as compare
    from ldip.report.files import result_folder
    from ldip.report.reconciliation import reconciliation_text, write_reconciliation
    from ldip.scenario.reader import change_names, find

    source = _read(scenario, changes)
    if not source.scenario.published:
        raise InputError([_nothing_published(source.scenario.name)])
    rows = compare(source.scenario)
    if out:
        with result_folder(out) as folder:
            write_reconciliation(folder, rows, lang)
    click.echo(_title(source, lang) + "\n")
    compare_with = "constant-parameters"
    fitted_in = (
        scenario if compare_with in change_names(find(scenario).folder) and compare_with not in changes else ""
    )
    ratios = debt_ratios(source.scenario)
    click.echo(reconciliation_text(rows, ratios, lang, everything=everything, fitted_in=fitted_in))
    if out:
        click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))


@main.group(name="scenario")
def scenario_group() -> None:
    """List, show and check scenarios."""


@scenario_group.command("list")
@_lang_option
def list_scenarios(lang: str) -> None:
    """List the shipped scenarios and their named changes."""
    from ldip.report.text import table
    from ldip.scenario.reader import shipped

    for found in shipped():
        click.echo(f"{found.name}  {found.title.say(lang)}")
        rows = [[f"--change {name}", title.say(lang)] for name, title in found.changes.items()]
        click.echo(table(rows, indent=2, align=str.ljust))


@scenario_group.command("show")
@_scenario_options
@click.option("--assumptions", is_flag=True, help="Only our assumptions.")
def show_scenario(scenario: str, changes: tuple[str, ...], assumptions: bool) -> None:
    """Show every number of SCENARIO with unit, basis and source.

    \b
    Examples:
      ldip scenario show
      ldip scenario show --assumptions
      ldip scenario show baerum-2020 --change equalisation-64
    """
    from ldip.scenario.schema import quantities

    source = _read(scenario, changes)
    for key, quantity in quantities(source.scenario).items():
        if assumptions and quantity.basis != "assumption":
            continue
        values = getattr(quantity, "dated", None)
        shown = ", ".join(f"{year}: {v:g}" for year, v in values.items()) if values else f"{quantity.value:g}"
        click.echo(f"{key} = {shown}  [{quantity.unit}; {quantity.basis}]\n    {quantity.source}")
    for row in source.scenario.plan:
        if assumptions and row.basis != "assumption":
            continue
        shown = ", ".join(f"{v:g}" for v in row.values)
        click.echo(f"plan.{row.line}: {row.item_nb} = {shown}  [{row.unit}; {row.basis}]\n    {row.source}")
    for group in source.scenario.population:
        if assumptions and group.basis != "assumption":
            continue
        click.echo(
            f"population.{group.group}: growth after the plan {group.growth_after:g} per year, "
            f"{group.per_dwelling:g} persons per extra dwelling  [{group.basis}]\n    {group.source}"
        )
    for demand in source.scenario.demand:
        if assumptions and demand.basis != "assumption":
            continue
        click.echo(
            f"demand.{demand.service}.{demand.group}: {demand.cost:g} mill. 2020-kr a year per resident, "
            f"{demand.capacity_cost:g} in places  [{demand.basis}]\n    {demand.source}"
        )


@scenario_group.command("check")
@_scenario_options
@_lang_option
def check_scenario(scenario: str, changes: tuple[str, ...], lang: str) -> None:
    """Check SCENARIO: all faults of its files at once, then every accounting identity on its baseline.

    \b
    Examples:
      ldip scenario check my-municipality/
    """
    import numpy as np

    from ldip.model.baseline import build
    from ldip.model.identities import residuals

    source = _read(scenario, changes)
    opening = build(source.scenario, 20).opening
    worst = {k: float(np.max(np.abs(v))) for k, v in residuals(_baseline(source, 20), opening).items()}
    broken = [name for name, size in worst.items() if not size < 1e-6]
    if broken:
        raise InputError([_broken_identity(name, worst[name]) for name in broken])
    click.echo(
        Text(
            nb="{name}: i orden. {count} regnskapsidentiteter holder i alle år (største avvik {worst:.0e}).",
            en="{name}: in order. {count} accounting identities hold in every year (largest gap {worst:.0e}).",
        ).say(lang, name=source.scenario.name, count=len(worst), worst=max(worst.values()))
    )


@main.command()
@_lang_option
def metrics(lang: str) -> None:
    """List every figure that ldip computes: id, unit, definition, source."""
    from ldip.model.metrics import catalogue
    from ldip.report.text import metrics_text

    click.echo(metrics_text(list(catalogue().values()), 2020, lang))


def run() -> None:
    """Entry point: user errors become lines on stderr and exit code 1, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        main(standalone_mode=False)
    except InputError as error:
        lang = _asked_language()
        click.echo("\n".join(error.say(lang)), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Avbrutt; ingen halve resultater. / Interrupted; no half results.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _asked_language() -> str:
    words = sys.argv
    for place, word in enumerate(words):
        if (word == "--lang" and words[place + 1 : place + 2] == ["en"]) or word == "--lang=en":
            return "en"
    return os.environ.get("LDIP_LANG", LANGUAGE)


def _read(scenario: str, changes: tuple[str, ...]) -> "Source":
    from ldip.scenario.reader import read

    return read(scenario, changes)


def _baseline(source: "Source", years: int) -> "Ledger":
    from ldip.model.baseline import build
    from ldip.model.simulate import run_baseline

    return run_baseline(build(source.scenario, years))


def _title(source: "Source", lang: str) -> str:
    heading = source.scenario.scenario
    title = Text(heading.title_nb, heading.title_en).say(lang)
    return " + ".join((title, *source.scenario.changes))


def _assumptions_line(source: "Source", lang: str) -> str:
    from ldip.report.text import ASSUMPTIONS
    from ldip.scenario.schema import quantities

    scenario = source.scenario
    numbers: list[Any] = [*quantities(scenario).values(), *scenario.plan, *scenario.population, *scenario.demand]
    count = sum(item.basis == "assumption" for item in numbers)
    return ASSUMPTIONS.say(lang, count=count, total=len(numbers), name=source.scenario.scenario.name)


def _progress(runs: int, lang: str) -> Any:
    """A progress bar on stderr for jobs that take time; nothing for short ones."""
    import contextlib

    if runs < PROGRESS_FROM:
        return contextlib.nullcontext()
    from ldip.model.kernel import must_compile
    from ldip.model.simulate import COMPILED_FROM

    label = Text("Simulerer", "Simulating").say(lang)
    if runs >= COMPILED_FROM and must_compile():
        note = Text(
            "Kompilerer regnskapet, bare første gang: om lag åtte sekunder.", "Compiling, once: about eight seconds."
        )
        click.echo(note.say(lang), err=True)
    bar = click.progressbar(length=runs, label=label, file=sys.stderr)

    @contextlib.contextmanager
    def shown() -> Any:
        with bar:
            yield bar.update

    return shown()


def _remove_old_pictures(out: Path) -> None:
    from ldip.report.charts import picture_names

    for name in picture_names():
        (out / name).unlink(missing_ok=True)


def _write_pictures(source: "Source", summary: Any, out: Path, lang: str, *, quiet: bool) -> None:
    from ldip.model.metrics import catalogue, report_values
    from ldip.report.charts import FANS, picture_names, write_fans
    from ldip.report.files import result_folder

    ledger = _baseline(source, len(summary.years))
    baseline = {name: report_values(ledger, catalogue()[name])[:, 0] for name in FANS}
    with result_folder(out) as folder:
        write_fans(folder, summary, baseline, lang)
    if not quiet:
        label = Text("Figurer: {names}", "Pictures: {names}")
        click.echo(label.say(lang, names=", ".join(str(out / name) for name in picture_names()[::2])))


def _too_many(runs: int, years: int) -> Fault:
    most = MAX_RUN_YEARS // years
    return Fault(
        "--runs",
        str(runs),
        "",
        Text(nb="er flere løp enn det er minne til", en="is more runs than memory allows"),
        Text(nb=f"Velg høyst {most} løp for {years} år.", en=f"Choose at most {most} runs for {years} years."),
    )


def _nothing_published(name: str) -> Fault:
    return Fault(
        name,
        "published.csv",
        "",
        Text(
            nb="finnes ikke, så det er ingenting å avstemme mot",
            en="is not there, so there is nothing to compare with",
        ),
        Text(nb="Legg den publiserte planens tall der.", en="Put the published plan's figures there."),
    )


def _broken_identity(name: str, size: float) -> Fault:
    return Fault(
        "",
        name,
        f"{size:.3g}",
        Text(nb="regnskapsidentiteten holder ikke", en="the accounting identity does not hold"),
        Text(
            nb="Scenarioet har verdier som regnskapet ikke kan føre; se etter ekstreme tall.",
            en="The scenario has values the accounts cannot book; look for extreme figures.",
        ),
    )
