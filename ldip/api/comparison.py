"""Alternatives side by side, run by run in the same weather."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ldip.api import arguments
from ldip.api.case import Case, Progress
from ldip.api.result import Result
from ldip.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

    from ldip.analysis.compare import Comparison as Compared
    from ldip.report.canvas import Chart


def compare(
    *alternatives: Case | Result,
    against: Case | Result | str | None = None,
    runs: int = 10_000,
    seed: int = 1,
    years: int = 20,
    policy: str = "adopted",
    step: float = 0.0,
    progress: Progress | None = None,
) -> "Comparison":
    """Set alternatives side by side, run by run; the figures are those of ``ldip compare``.

    Parameters
    ----------
    alternatives
        Two or more cases, or results. Results are simulated again, as they were, for their runs.
    against
        The one of them, or its name, that the others are compared with; the first, unless it is told.
    runs, seed, years, policy, step
        As in :meth:`Case.simulate`, if there are only cases. Results have their own, which must be the same, and
        cases beside them are simulated like them.

    Raises
    ------
    InputError
        If there are fewer than two, two have the same name, or they begin in different years or were simulated in
        different ways.

    Examples
    --------
    >>> import ldip
    >>> base = ldip.load()
    >>> apart = ldip.compare(base, base.with_change("housing-minus-20"), runs=200)
    >>> apart
    <ldip.Comparison of 2 with baerum-2020: 200 runs, 2020-2039, seed 1>
    >>> apart.difference("debt_ratio").loc[2039, ["mean_difference", "standard_error"]].round(4).tolist()
    [0.0259, 0.0019]
    """
    from ldip.analysis.compare import compare_scenarios, side_by_side

    if len(alternatives) < 2:
        raise InputError([Fault.of("too_few_to_compare", "", "compare")])
    cases = [_case(one) for one in alternatives]
    faults = side_by_side([case.scenario for case in cases])
    made = [one.how for one in alternatives if isinstance(one, Result)]
    for key in made[0] if made else ():
        values = [how[key] for how in made]
        faults += [arguments.unequal(key, values)] if len(set(values)) > 1 else []
    names = [case.name for case in cases]
    reference = names[0] if against is None else against if isinstance(against, str) else _case(against).name
    if reference not in names:
        faults.append(arguments.not_among("against", reference, names))
    if faults:
        raise InputError(faults)
    asked: dict[str, Any] = {"runs": runs, "seed": seed, "years": years, "policy": policy, "step": step}
    how = arguments.simulation(**(made[0] if made else asked), ledgers=2)
    scenarios = [case.scenario for case in cases]
    return Comparison(cases, compare_scenarios(scenarios, against=reference, progress=progress, **how))


def _case(alternative: Case | Result) -> Case:
    return alternative.case if isinstance(alternative, Result) else alternative


class Comparison:
    """What sets alternatives apart from the one they are compared with; figures as in ``ldip compare``'s files."""

    def __init__(self, cases: Sequence[Case], found: "Compared") -> None:
        """Of what the analysis found."""
        self.cases, self.comparison = {case.name: case for case in cases}, found

    @property
    def against(self) -> str:
        """The name of the one that the others are compared with."""
        return self.comparison.against

    @property
    def results(self) -> dict[str, Result]:
        """Every alternative's own result, by name."""
        return {name: Result(case, self.comparison.summaries[name]) for name, case in self.cases.items()}

    def difference(self, metric: str = "debt_ratio") -> "pd.DataFrame":
        """A metric of each alternative less that of the reference in the same run, by year.

        Columns: ``mean_difference`` with ``standard_error`` and ``unpaired_standard_error`` (what it would be
        without the same weather in both), ``p05``, ``p50`` and ``p95`` of the differences, ``probability_lower`` and
        ``probability_equal``. With several alternatives the index is (scenario, year). In the metric's unit.

        Raises
        ------
        InputError
            If the metric is none of those that result files summarise.
        """
        from ldip.report.answers.comparison_files import paired_records

        arguments.known("metric", metric, next(iter(self.comparison.pairs.values())).metrics)
        records = [record for record in paired_records(self.comparison) if record["metric"] == metric]
        return self._table(records, ("metric", "unit", "price_basis", "against"))

    def probability_difference(self, event: str = "any_rule_breach") -> "pd.DataFrame":
        """An event's probability in each alternative less that in the reference, with standard errors, by year:
        columns ``difference`` and ``standard_error``. ``EVENT_so_far`` is in that or any earlier year."""
        from ldip.report.answers.comparison_files import paired_probability_records

        records = list(paired_probability_records(self.comparison))
        arguments.known("event", event, dict.fromkeys(record["event"] for record in records))
        return self._table([record for record in records if record["event"] == event], ("event", "against"))

    @property
    def regret(self) -> "pd.DataFrame":
        """How far each alternative is above the lowest of all in the same run, by criterion and scenario, and how
        often it is the lowest."""
        from ldip.api.tables import of_records
        from ldip.report.answers.comparison_files import regret_records

        return of_records(regret_records(self.comparison), ["criterion", "scenario"])

    def plot(self, *, lang: str | None = None) -> "Chart":
        """What each alternative leads to, and how far it is from the reference: the picture of ``ldip compare``."""
        from ldip.report.answers.comparison import common_title, labels
        from ldip.report.answers.comparison_charts import comparison_chart

        said, sources = arguments.language(lang), [case.source for case in self.cases.values()]
        return comparison_chart(self.comparison, labels(sources, 0, said), common_title(sources, 0, said), said)

    def save(self, folder: str | os.PathLike[str], *, pictures: bool = True, lang: str | None = None) -> None:
        """Write the result folder that ``ldip compare --out`` writes; InputError if it cannot be written to."""
        from ldip.report.answers.comparison_files import write_comparison
        from ldip.report.folder import files

        with files.result_folder(Path(folder)) as beside:
            write_comparison(beside, self.comparison)
            scenarios = [files.resolved(case.source) for case in self.cases.values()]
            summary = self.comparison.summaries[self.against]
            files.write_provenance(beside, summary, {"against": self.against, "scenarios": scenarios})
            if pictures:
                chart = self.plot(lang=lang)
                chart.write(beside / "comparison.png", beside / "comparison.svg")

    def _table(self, records: Sequence[dict[str, Any]], same: Sequence[str]) -> "pd.DataFrame":
        """Records as a table by year; what is the `same` in all of them is said in its attrs."""
        from ldip.api.tables import of_records

        about = {key: records[0][key] for key in same}
        rows = [{key: value for key, value in record.items() if key not in same} for record in records]
        if len(self.cases) > 2:
            return of_records(rows, ["scenario", "year"], about)
        about["scenario"] = records[0]["scenario"]
        return of_records([{k: v for k, v in row.items() if k != "scenario"} for row in rows], ["year"], about)

    def __repr__(self) -> str:
        of = self.comparison.summaries[self.against]
        years = f"{of.years[0]}-{of.years[-1]}"
        return f"<ldip.Comparison of {len(self.cases)} with {self.against}: {of.runs} runs, {years}, seed {of.seed}>"
