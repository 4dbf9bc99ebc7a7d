"""ldip report, and the report that simulate and compare write on request."""

import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.again import as_recorded, command_again, result_given
from ldip.cli.alternatives import read_all, wanted
from ldip.cli.language import argument, command, option
from ldip.cli.options import ALL, change_option, check_size, lang_option, run_options
from ldip.cli.stress import stress_sources
from ldip.errors import Fault, InputError
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.scenario.files.reader import Source
    from ldip.scenario.files.recorded import Recorded

PICTURE_WORK = 800
"""Drawing a picture costs about as much as simulating so many runs."""

PAGE = "report.html"
"""The page's name in a result folder."""

PICTURES = 12
"""How many pictures a page has, about: for the time that is left only."""

LABEL = Text("Lager rapporten", "Making the report")
WRITTEN = Text("Rapport: {out}", "Report: {out}")
DRAWN = Text("Figurer: {folder} ({count} filer)", "Pictures: {folder} ({count} files)")


@command(
    nb="""
    Skriv én HTML-side med alt kommunestyret bør se, til å lese, sende eller skrive ut uten nett.

    Et SCENARIO er det samme som for compare; siden handler om det første, de andre settes ved siden av. En enkelt
    resultatmappe fra simulate eller compare kjøres på nytt som den var, og siden sier om tallene er de samme.
    """
)
@argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@change_option(ALL)
@run_options
@option(
    "--out",
    type=click.Path(path_type=Path),
    default=PAGE,
    show_default=True,
    help=Text(nb="Siden som skal skrives.", en="The page to write."),
)
@option(
    "--pictures",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=Text(nb="Skriv også hver figur (PNG og SVG) hit.", en="Also write every picture (PNG and SVG) here."),
)
@option(
    "--assumptions",
    is_flag=True,
    help=Text(
        nb="Flytt også hver av antakelsene; tar om lag tjue sekunder til.",
        en="Also move each of our assumptions; takes about twenty seconds more.",
    ),
)
@lang_option
def report(
    scenarios: tuple[str, ...],
    changes: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    out: Path,
    pictures: Path | None,
    assumptions: bool,
    lang: str,
) -> None:
    """Write one HTML page with everything that a council should see, to be read, sent or printed without a network.

    A SCENARIO is what it is for compare; the page is about the first, the others are set beside it. A single RESULT
    folder of simulate or compare is run again as it was, and the page says whether its figures are still the same.

    \b
    Examples:
      ldip report
      ldip report baerum-2020 --out base.html
      ldip report housing-minus-20 --pictures pictures
      ldip report --change interest-plus-2 --runs 100k --lang en
      ldip report ldip-results/baerum-2020
    """
    more = ("--assumptions",) if assumptions else ()
    recorded = result_given(scenarios, changes)
    if recorded:
        again = shlex.join(["ldip", "report", scenarios[0], *more])
        same = write_report(
            recorded.sources, 0, out, lang, again, pictures, recorded=recorded, assumptions=assumptions
        )
    else:
        words = _wanted(scenarios)
        check_size(runs, years, ledgers=2)
        sources = read_all(words, changes)
        again = command_again("report", words, changes, *more, runs=runs, seed=seed, years=years)
        how: Any = {"runs": runs, "seed": seed, "years": years, "assumptions": assumptions}
        tested = stressed(words[0], changes, lang)
        same = write_report(sources, len(changes), out, lang, again, pictures, tested=tested, **how)
    for line in same:
        click.echo(line)
    click.echo(WRITTEN.say(lang, out=out))
    if pictures:
        count = len([path for path in pictures.iterdir() if path.suffix in (".png", ".svg")])
        click.echo(DRAWN.say(lang, folder=pictures, count=count))


def _wanted(scenarios: Sequence[str]) -> list[str]:
    """The scenarios to read, as compare reads them; but a base may stand alone."""
    from ldip.scenario.files.reader import alternative, find

    if len(scenarios) == 1 and not find(alternative(scenarios[0])).changes:
        return [alternative(scenarios[0])]
    return wanted(scenarios)


NOT_TESTED: "tuple[list[Source], dict[str, str]]" = ([], {})


def stressed(scenario: str, changes: Sequence[str], lang: str) -> "tuple[list[Source], dict[str, str]]":
    """The scenario and its stress tests, and what they are called; nothing for one without stress tests."""
    from ldip.scenario.files.reader import find, stress_tests

    if not stress_tests(find(scenario).folder):
        return NOT_TESTED
    return stress_sources(scenario, tuple(changes), (), lang)


def write_report(
    sources: Sequence["Source"],
    common: int,
    out: Path,
    lang: str,
    again: str,
    pictures: Path | None = None,
    *,
    recorded: "Recorded | None" = None,
    tested: "tuple[list[Source], dict[str, str]]" = NOT_TESTED,
    **how: Any,
) -> list[str]:
    """Compute and write the page; the last `common` changes are laid over all sources.

    `tested` are the main scenario's stress tests and what they are called.
    `again` is the command that makes the page; `how` is what :func:`ldip.analysis.findings.find` takes, or is that of
    `recorded`. Returns how the figures compare with those of `recorded`.
    """
    from ldip.analysis.findings import find, work
    from ldip.report.answers.comparison import common_title, labels
    from ldip.report.answers.recheck import checksums, recheck
    from ldip.report.folder.files import check_writable, result_folder, write_file
    from ldip.report.page import html as page
    from ldip.report.page.blocks import Material

    check_writable(out)
    if recorded:
        how |= as_recorded(recorded) | {"against": recorded.against}
    plan_years = max(source.scenario.scenario.plan_years for source in sources)
    if how["years"] <= plan_years:
        years = str(how["years"])
        raise InputError([Fault.of("within_the_plan", "--years", years, plan_years=plan_years, least=plan_years + 1)])
    assumptions = how.get("assumptions", False)
    length = work(sources, len(tested[0]), how["runs"], assumptions=assumptions) + PICTURES * PICTURE_WORK
    with _progress(length, lang) as advance:
        findings = find(sources, tests=tested[0], progress=advance, **how)
        sums = checksums(findings.main.fans, findings.comparison)
        material = Material(
            findings=findings,
            label=labels(sources, common, lang),
            tests=tested[1],
            title=common_title(sources, common, lang),
            command=again + (" --lang en" if lang == "en" else ""),
            recheck=recheck(recorded, sums).words(recorded, lang) if recorded else [],
            checksums=sums,
            lang=lang,
        )
        told = page.chapters(material)
        text = page.page(material, told, lambda count: advance(count * PICTURE_WORK))
        if pictures:
            with result_folder(pictures) as folder:
                page.write_pictures(folder, material, told)
        write_file(out, text)
    return list(material.recheck)


@contextlib.contextmanager
def _progress(length: int, lang: str) -> Iterator[Callable[[int], None]]:
    """A bar on stderr with the time that is left."""
    with click.progressbar(length=length, label=LABEL.say(lang), file=sys.stderr) as bar:
        yield bar.update
        bar.update(length - bar.pos)
