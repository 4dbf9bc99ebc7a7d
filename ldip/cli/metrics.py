"""ldip metrics."""

import click

from ldip.cli.language import command
from ldip.cli.options import lang_option


@command(nb="List opp alle tall som ldip regner ut: id, enhet, definisjon, kilde.")
@lang_option
def metrics(lang: str) -> None:
    """List every figure that ldip computes: id, unit, definition, source."""
    from ldip.model.catalogue import catalogue
    from ldip.report.terminal import metrics_text

    click.echo(metrics_text(list(catalogue().values()), 2020, lang))
