"""ldip workbook."""

import shlex
from pathlib import Path
from typing import Any

import click

from ldip.cli.again import as_recorded, result_given
from ldip.cli.alternatives import given, read_all, reference
from ldip.cli.language import argument, command, option
from ldip.cli.options import (
    ALL,
    DEFAULT_SCENARIO,
    XLSX,
    change_option,
    check_policy,
    check_size,
    driver_options,
    lang_option,
    policy_options,
    progress_bar,
    run_options,
)
from ldip.cli.place import default_out, names_of
from ldip.text import Text


@command(
    nb="""
    Skriv resultatene for ett eller flere scenarioer som en arbeidsbok i Excel, med diagrammer som Excel tegner.

    Et SCENARIO er det samme som for compare: et navn som følger med, en mappe, en fil, NAVN+ENDRING, eller en
    navngitt endring av standardscenarioet. Flere simuleres med samme renter, skatteår og boligår og settes ved
    siden av det første.

    En enkelt resultatmappe fra simulate eller compare kjøres på nytt som den var, og arbeidsboken sier om tallene
    fortsatt er de samme.

    \b
    Ark: svaret; en vifte for hvert nøkkeltall; sannsynligheter; alternativer; referansebanens offisielle skjemaer;
         befolkning; forutsetninger med kilder; avstemming; alle tall i én tabell; opphav.
    """
)
@argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@change_option(ALL)
@option(
    "--against",
    metavar="NAME",
    help=Text(
        nb="Scenarioet det sammenlignes med  [standard: det første]",
        en="The scenario to compare with  [default: the first]",
    ),
)
@run_options
@policy_options
@driver_options
@option(
    "--nominal",
    is_flag=True,
    help=Text(
        nb="Referansebanens regnskap i løpende priser i stedet for faste.",
        en="The baseline accounts in current prices instead of fixed ones.",
    ),
)
@option(
    "--out",
    type=XLSX,
    help=Text(
        nb="Filen  [standard: ldip-results/SCENARIO.xlsx]", en="The file  [default: ldip-results/SCENARIO.xlsx]"
    ),
)
@lang_option
def workbook(
    scenarios: tuple[str, ...],
    changes: tuple[str, ...],
    against: str | None,
    runs: int,
    seed: int,
    years: int,
    policy: str,
    step: float,
    without: tuple[str, ...],
    only: tuple[str, ...],
    nominal: bool,
    out: Path | None,
    lang: str,
) -> None:
    """Write the results of one or several scenarios as an Excel workbook, with charts that Excel draws.

    A SCENARIO is what it is for compare: a shipped name, a folder, a file, NAME+CHANGE, or a named change of the
    default scenario. Several are simulated in the same weather and set side by side with the first.

    A single RESULT folder of simulate or compare is run again as it was, and the workbook says whether its figures
    are still the same.

    \b
    Sheets: the answer; a fan for each key figure; probabilities; alternatives; official forms of the baseline;
            population; assumptions with sources; reconciliation; every figure in one table; provenance.

    \b
    Examples:
      ldip workbook
      ldip workbook --change interest-plus-2 --out results/dear-money.xlsx
      ldip workbook baerum-2020 housing-minus-20 housing-plus-10 --lang en
      ldip workbook my-municipality/ my-municipality/+growth --years 10 --policy step --step 40
      ldip workbook ldip-results/compare --out results/compare.xlsx
    """
    from ldip.analysis.compare import compare_scenarios
    from ldip.model.engine.simulate import PRESSURE, STEERED
    from ldip.report.answers.comparison import common_title
    from ldip.report.answers.recheck import checksums, recheck
    from ldip.report.folder.files import result_folder
    from ldip.report.workbook.book import reconciliation_of, write_workbook
    from ldip.scenario.files.reader import switch_off
    from ldip.statistics.summary import Fans

    common: tuple[str, ...] = ()
    recorded = result_given(scenarios, changes)
    if recorded:
        sources, how = list(recorded.sources), as_recorded(recorded)
        named = [recorded.folder.resolve().name]
        against = recorded.against or sources[0].scenario.name
        again = shlex.join(["ldip", "workbook", *scenarios])
    else:
        check_policy(policy, step)
        check_size(runs, years, ledgers=2)
        words = given(scenarios or (DEFAULT_SCENARIO,))
        sources = [switch_off(source, without, only) for source in read_all(words, changes)]
        common = (*changes, *without, *only)
        named = names_of(words, sources)
        how = {"runs": runs, "seed": seed, "years": years, "policy": policy, "step": step}
        against = reference(against, words, sources, len(common)) if against else sources[0].scenario.name
        again = _command(words, against, {"change": changes, "without": without, "only": only}, how)
    out = out or default_out(*named, suffix=".xlsx")
    same: list[str] = []
    with result_folder(out.parent) as folder:
        both = how["policy"] == PRESSURE
        with progress_bar(how["runs"], lang, scenarios=len(sources) * (1 + both)) as advance:
            of = [source.scenario for source in sources]
            comparison = compare_scenarios(of, against=against, progress=advance, **how)
            too = {"against": against, "progress": advance, **how, "policy": STEERED}
            steered = compare_scenarios(of, **too) if both else None
        if recorded:
            fans = Fans(comparison.summaries[against], steered.summaries[against] if steered else None)
            sums = checksums(fans, comparison if len(sources) > 1 else None)
            same = recheck(recorded, sums).words(recorded, lang)
        write_workbook(
            folder / out.name,
            comparison,
            steered,
            sources,
            title=common_title(sources, len(common), lang),
            common=len(common),
            command=again,
            reconciliation=reconciliation_of({source.scenario.name: source.scenario for source in sources}[against]),
            recheck=same,
            fixed_prices=not nominal,
            lang=lang,
        )
    for line in same:
        click.echo(line)
    click.echo(Text("Arbeidsbok: {out}", "Workbook: {out}").say(lang, out=out))


def _command(words: list[str], against: str, over: dict[str, tuple[str, ...]], how: dict[str, Any]) -> str:
    """The command line that gives the same figures again; `over` holds what is laid over all the scenarios."""
    options = [f"--{name}={value}" for name, values in over.items() for value in values]
    options += [f"--against={against}"] if len(words) > 1 else []
    asked = {name: value for name, value in how.items() if name != "step" or how["policy"] == "step"}
    options += [f"--{name}={str(value).removesuffix('.0')}" for name, value in asked.items()]
    return shlex.join(["ldip", "workbook", *words, *options])
