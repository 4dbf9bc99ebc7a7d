"""What there is: shipped scenarios with their changes, and the catalogue of figures."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def scenarios() -> "pd.DataFrame":
    """The shipped scenarios and the named changes of each.

    A row for each scenario and change (an empty one: the scenario itself), with columns ``title``, ``title_nb`` and
    ``stress`` ("path", "replay" or "chance" for stress tests).

    Examples
    --------
    >>> import ldip
    >>> ldip.scenarios().loc[("baerum-2020", "housing-minus-20"), "title"]
    'Reduced housing: 20 per cent fewer dwellings'
    """
    from ldip.api.tables import of_records
    from ldip.scenario.files.reader import shipped, stress_tests

    rows = []
    for found in shipped():
        tests = stress_tests(found.folder)
        for change, title in {"": found.title, **found.changes}.items():
            rows.append(
                {
                    "scenario": found.name,
                    "change": change,
                    "title": title.en,
                    "title_nb": title.nb,
                    "stress": tests.get(change, ""),
                }
            )
    return of_records(rows, ["scenario", "change"])


def metrics() -> "pd.DataFrame":
    """The catalogue: every figure by its id, the name in all tables and files.

    Columns: ``label``, ``unit``, ``price_index`` (that takes it to fixed prices), ``kind``, ``better`` (high or low),
    ``headline`` (summarised in results), ``definition``, ``label_nb``, ``definition_nb``, ``source``.

    Examples
    --------
    >>> import ldip
    >>> ldip.metrics().loc["debt_ratio", ["label", "unit", "better"]].tolist()
    ['Debt ratio', 'share', 'low']
    """
    from ldip.api.tables import of_records
    from ldip.model.catalogue import catalogue

    rows = [
        {
            "metric": metric.id,
            "label": metric.label.en,
            "unit": metric.unit,
            "price_index": metric.price_index,
            "kind": metric.kind,
            "better": metric.better,
            "headline": metric.headline,
            "definition": metric.definition.en,
            "label_nb": metric.label.nb,
            "definition_nb": metric.definition.nb,
            "source": metric.source.en,
        }
        for metric in catalogue().values()
    ]
    return of_records(rows, ["metric"])
