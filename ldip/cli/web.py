"""ldip web."""

import contextlib

import click

from ldip.cli.language import command, option
from ldip.cli.options import Count, check_size, lang_option, scenario_options, tell_doubts
from ldip.text import Text

SHOWN = Text(
    "Siden er åpen på {address}\nAvslutt med Ctrl-C.",
    "The page is open at {address}\nEnd with Ctrl-C.",
)
OPEN_TO_OTHERS = Text(
    "Merk: --host {host} åpner siden for andre maskiner, uten kryptering. Den som har adressen, kan bruke den.",
    "Note: --host {host} opens the page to other machines, without encryption. Whoever has the address can use it.",
)
CLOSED = Text("Siden er lukket.", "The page is closed.")


@command(
    nb="""
    Åpne SCENARIO som en levende side: flytt antakelsene og se vifter, sannsynligheter og behov flytte seg med.

    Mens en glidebryter flyttes, simuleres 10 000 framtider om gangen; når den slippes, --runs. Tallene er de samme
    som fra ldip simulate med endringsfilen som siden lar deg laste ned. Siden er bare for denne maskinen hvis ikke
    --host sier noe annet, og trenger ikke nett.
    """
)
@scenario_options
@option(
    "--runs",
    type=Count(),
    default=100_000,
    show_default=True,
    help=Text(nb="Antall framtider når en glidebryter slippes.", en="Futures when a slider is let go."),
)
@option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help=Text(nb="Startverdi (seed) for de tilfeldige tallene.", en="Seed of the random numbers."),
)
@option(
    "--years",
    type=click.IntRange(2, 60),
    default=20,
    show_default=True,
    help=Text(nb="Antall år framover.", en="Years ahead."),
)
@option(
    "--port",
    type=click.IntRange(0, 65535),
    help=Text(
        nb="Port; 0 er en hvilken som helst ledig  [standard: den første ledige fra 8765]",
        en="Port; 0 is any free one  [default: the first free from 8765]",
    ),
)
@option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=Text(nb="En annen adresse åpner siden for andre.", en="Another address opens the page to others."),
)
@option(
    "--browser/--no-browser",
    default=True,
    show_default=True,
    help=Text(nb="Åpne siden i nettleseren.", en="Open the page in the browser."),
)
@lang_option
def web(
    scenario: str,
    changes: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    port: int | None,
    host: str,
    browser: bool,
    lang: str,
) -> None:
    """Open SCENARIO as a live page: move the assumptions and see fans, probabilities and need move along.

    While a slider moves, 10,000 futures are simulated at a time; when it is let go, --runs of them. The figures are
    those of ldip simulate with the change file that the page lets you download. The page is for this machine only
    unless --host says otherwise, and needs no network.

    \b
    Examples:
      ldip web
      ldip web --change interest-plus-2 --lang en
      ldip web my-municipality/ --port 9000 --no-browser
    """
    from ldip.web.serve import LOOPBACK, serve
    from ldip.web.simulator import Simulator

    check_size(runs, years, ledgers=2)
    simulator = Simulator(scenario, changes, years=years, seed=seed, runs=runs)
    tell_doubts(simulator.source, scenario, changes)
    if host not in LOOPBACK:
        click.echo(OPEN_TO_OTHERS.say(lang, host=host), err=True)

    def announce(address: str) -> None:
        click.echo(SHOWN.say(lang, address=address))

    with contextlib.suppress(KeyboardInterrupt):
        serve(simulator, host=host, port=port, lang=lang, browser=browser, announce=announce)
    click.echo(CLOSED.say(lang), err=True)
