"""ldip metrics."""

import click

from ldip.cli.options import lang_option


@click.command()
@lang_option
def metrics(lang: str) -> None:
    """List every figure that ldip computes: id, unit, definition, source."""
    from ldip.model.catalogue import catalogue
    from ldip.report.terminal import metrics_text

    click.echo(metrics_text(list(catalogue().values()), 2020, lang))
