"""What a simulation says: figures, probabilities, runs, pictures, and the folder they are kept in."""

import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ldip.api import arguments
from ldip.errors import Fault, InputError
from ldip.model.catalogue import Metric, catalogue
from ldip.model.engine.simulate import simulate as simulate_ledger
from ldip.model.fiscal_rules import Event, events
from ldip.model.metrics import lines_needed, report_values
from ldip.model.shown import DEBT, shown_in
from ldip.report.folder import files
from ldip.report.folder.records import plain
from ldip.scenario.files.recorded import PROVENANCE, Recorded
from ldip.statistics.summary import (
    PERCENTILES,
    Distribution,
    Fans,
    Probability,
    Summary,
    count,
    distribution,
    shares,
    so_far,
)

if TYPE_CHECKING:
    import pandas as pd

    from ldip.api.case import Case, Progress
    from ldip.report.canvas import Chart


def simulate(case: "Case", how: Mapping[str, Any], *, keep_runs: bool, progress: "Progress | None") -> "Result":
    """Simulate a case with checked arguments: what :meth:`ldip.Case.simulate` does."""
    from ldip.report.folder.runs import columns, keep
    from ldip.statistics.stream import fans_of, simulate_fans

    batches: dict[str, list[np.ndarray]] = {fan: [] for fan in fans_of(how["policy"]) if keep_runs}
    kept = {fan: {"keep": keep, "write": of.append} for fan, of in batches.items()}
    fans = simulate_fans(case.scenario, name=case.name, progress=progress, kept=kept, **how)
    runs = {}
    for fan, of in batches.items():
        whole = np.concatenate(of)
        runs[fan] = {metric.id: whole[:, place] for place, metric in enumerate(columns(events(case.scenario)))}
    return of_fans(case, fans, runs=runs)


def of_fans(
    case: "Case",
    fans: Fans,
    *,
    runs: Mapping[str, Mapping[str, np.ndarray]] | None = None,
    recorded: Recorded | None = None,
) -> "Result":
    """The result of a simulation, the steered fan beside the first; `runs` are those kept, by fan."""
    kept = runs or {}
    first, *beside = [Result(case, of, runs=kept.get(of.fan), recorded=recorded) for of in fans.written]
    first.steered = beside[0] if beside else None
    return first


class Result:
    """A simulation's figures. ``result["debt_ratio"]`` is one metric of :func:`ldip.metrics`, over all runs.

    Nobody reacts in them (pressure), unless another policy was asked for; :attr:`steered` are those of the
    municipality that follows its own rules in the same weather.
    """

    def __init__(
        self,
        case: "Case",
        summary: Summary,
        *,
        runs: Mapping[str, np.ndarray] | None = None,
        recorded: Recorded | None = None,
    ) -> None:
        """Of a summary; `runs` are those kept (run, year) by metric, `recorded` the folder it was opened from."""
        self.case, self.summary = case, summary
        self._runs, self._recorded = runs or {}, recorded
        self._outcomes: dict[str, Outcome] = {}
        kept = recorded is not None and recorded.policy == summary.policy
        self._provenance = (recorded.folder / PROVENANCE).read_bytes() if recorded and kept else b""
        self.steered: Result | None = None
        """The same futures, run by run, in a municipality that follows its own rules; None beside a policy of one's
        own and in a folder of an earlier version."""

    @property
    def fan(self) -> str:
        """Which fan it is: pressure, steered, or another policy's name."""
        return self.summary.fan

    @property
    def fans(self) -> Fans:
        """The summaries of this result and of the steered one beside it."""
        return Fans(self.summary, self.steered.summary if self.steered else None)

    @property
    def how(self) -> dict[str, Any]:
        """How it was simulated: ``runs``, ``seed``, ``years``, ``policy``, ``step``."""
        of = self.summary
        return {"runs": of.runs, "seed": of.seed, "years": len(of.years), "policy": of.policy, "step": of.step}

    @property
    def runs(self) -> int:
        """Number of futures."""
        return self.summary.runs

    @property
    def years(self) -> list[int]:
        """The calendar years."""
        return [int(year) for year in self.summary.years]

    def __getitem__(self, metric: str) -> "Outcome":
        """One metric over all runs; InputError for a name that is none."""
        if metric not in self._outcomes:
            self._outcomes[metric] = Outcome(self, catalogue()[arguments.known("metric", metric, catalogue())])
        return self._outcomes[metric]

    def __iter__(self) -> Iterator[str]:
        """The metrics that result files summarise."""
        return iter(self.summary.distributions)

    def __len__(self) -> int:
        return len(self.summary.distributions)

    def __contains__(self, metric: object) -> bool:
        return metric in catalogue()

    def _ipython_key_completions_(self) -> list[str]:
        """What a notebook offers inside the brackets."""
        return list(catalogue())

    @property
    def probabilities(self) -> "pd.DataFrame":
        """How likely each event is in each year (row), and as ``EVENT_so_far`` in that or any earlier year: the
        shares of the runs, as in ``probabilities.csv``. ``attrs["labels"]`` says what the events are.

        Examples
        --------
        >>> import ldip
        >>> ldip.load().simulate(200).probabilities.loc[2039, ["debt_ratio_above_75", "any_rule_breach_so_far"]]
        event
        debt_ratio_above_75       0.56
        any_rule_breach_so_far    0.84
        Name: 2039, dtype: float64
        """
        return self._chances(lambda chance, values: values)

    @property
    def probability_errors(self) -> "pd.DataFrame":
        """The standard errors of :attr:`probabilities`."""
        return self._chances(lambda chance, values: chance.error(values))

    def probability(self, event: str) -> "pd.DataFrame":
        """One event by year: columns ``in_year`` and ``so_far`` (in that or any earlier year) with standard errors.

        Raises
        ------
        InputError
            If `event` is none of those in :attr:`probabilities`. For a limit of your own ask the metric:
            ``result["debt_ratio"].probability(above=0.9)``.
        """
        event = event.removesuffix("_so_far")  # which is a column of what is given back
        chance = self.summary.probabilities[arguments.known("event", event, self.summary.probabilities)]
        return _by_year(chance, self.summary)

    def _chances(self, figures: Any) -> "pd.DataFrame":
        from ldip.api.tables import by_year

        rows = {}
        for name, chance in self.summary.probabilities.items():
            rows[name] = figures(chance, chance.in_year)
            rows[f"{name}_so_far"] = figures(chance, chance.so_far)
        labels = {name: chance.event.label.en for name, chance in self.summary.probabilities.items()}
        return by_year(
            list(rows.values()), self.summary.years, list(rows), {"unit": "share", "labels": labels}, "event"
        )

    def plot(self, metric: str = "debt_ratio", *, lang: str | None = None) -> "Chart":
        """The fan chart of a metric, as the command draws it: a matplotlib figure that a notebook shows and that
        ``.savefig`` saves. A metric that both fans tell of is drawn for both, side by side on one scale.

        Bands of nine in ten and of half of the runs, the median, the baseline without shocks, thresholds. `lang` is
        "nb" or "en" (default: LDIP_LANG's, or English).
        """
        from ldip.report.fans import fan_chart

        said = arguments.language(lang)
        together = [result for result in (self.steered, self) if result and shown_in(metric, result.fan)] or [self]
        return fan_chart(self.case.scenario, [result._drawn(metric) for result in together], metric, said)

    def _drawn(self, metric: str) -> Summary:
        """The summary with all that a picture of the metric shows."""
        shown = [metric, *([DEBT[1]] if metric == DEBT[0] else [])]
        more = {name: self[name].distribution for name in shown}
        return self.summary._replace(distributions=self.summary.distributions | more)

    def save(self, folder: str | os.PathLike[str], *, pictures: bool = True, lang: str | None = None) -> None:
        """Write the result folder that ``ldip simulate --out`` writes; :func:`ldip.open` reads it.

        Raises
        ------
        InputError
            If the folder cannot be written to; it then stays as it was.
        """
        from ldip.report import fans
        from ldip.report.folder.runs import remove_old

        said, out = arguments.language(lang), Path(folder)
        with files.result_folder(out) as beside:
            files.write_simulation(beside, self.case.source, self.fans)
            if self._provenance:  # these figures were made then, with that version
                (beside / PROVENANCE).write_bytes(self._provenance)
            if pictures:
                fans.write_fans(beside, self.case.scenario, self.fans, said)
        remove_old(out, None)
        if not pictures:
            fans.remove_old(out)

    def __repr__(self) -> str:
        of = self.summary
        step = f" {of.step:g}" if of.policy == "step" else ""
        years = f"{of.years[0]}-{of.years[-1]}"
        fan = f"{of.fan} fan, " if of.fan != of.policy else ""
        return f"<ldip.Result {of.scenario}: {of.runs} runs, {years}, seed {of.seed}, {fan}policy {of.policy}{step}>"

    def _repr_html_(self) -> str:
        from ldip.api.html import headline_table

        return headline_table(self.case.title("en"), repr(self).strip("<>"), self.fans)


class Outcome:
    """One metric over all runs of a simulation. Money is in kroner of the scenario's first year, by the index that
    ``price_basis`` names; shares and rates are fractions. Every table's ``attrs`` say ``unit``, ``price_basis``,
    ``label``, ``label_nb``, ``metric``, ``scenario``, ``runs`` and ``seed``.

    Metrics that result files summarise are there at once; any other line of the accounts is simulated when asked for.

    Examples
    --------
    >>> import ldip
    >>> debt = ldip.load().simulate(200)["debt_ratio"]
    >>> debt
    <ldip.Outcome debt_ratio of baerum-2020: Debt ratio (share)>
    >>> debt.mean.tail(2).round(3).to_dict()
    {2038: 0.76, 2039: 0.758}
    >>> debt.quantiles.shape, debt.quantiles.attrs["unit"], debt.runs.shape
    ((20, 9), 'share', (200, 20))
    """

    def __init__(self, result: Result, metric: Metric) -> None:
        """Of a result."""
        self.result, self.metric = result, metric

    @functools.cached_property
    def distribution(self) -> Distribution:
        """The figures as arrays (:class:`ldip.statistics.summary.Distribution`)."""
        known = self.result.summary.distributions
        return known.get(self.metric.id) or distribution(self.metric, self._values())

    @property
    def quantiles(self) -> "pd.DataFrame":
        """The nine percentiles (column, 0.01 to 0.99) of each year (row)."""
        return self._percentiles(self.distribution.percentiles)

    @property
    def quantile_errors(self) -> "pd.DataFrame":
        """The standard errors of :attr:`quantiles`: how far another seed would move them, about."""
        return self._percentiles(self.distribution.percentile_errors)

    @property
    def mean(self) -> "pd.Series":
        """The mean of each year."""
        return self._series(self.distribution.mean, "mean")

    @property
    def mean_error(self) -> "pd.Series":
        """The standard error of :attr:`mean`."""
        return self._series(self.distribution.mean_error, "mean_error")

    @property
    def sd(self) -> "pd.Series":
        """The standard deviation over the runs, of each year."""
        return self._series(self.distribution.sd, "sd")

    @property
    def runs(self) -> "pd.DataFrame":
        """Every run (row) in every year (column). Simulated again unless kept; the same run number has met the same
        weather in every case of the same seed.

        Raises
        ------
        InputError
            If there are more than memory holds, or if an opened result does not come out as it was written, with
            another version of ldip.
        """
        from ldip.api.tables import by_run

        return by_run(self._values().T, self.result.summary.years, self._about())

    def probability(self, *, above: float | None = None, below: float | None = None) -> "pd.DataFrame":
        """How likely the metric is to be above (or below) a limit, by year: columns ``in_year`` and ``so_far`` (in
        that or any earlier year) with standard errors.

        Parameters
        ----------
        above, below
            One of them: the limit, in the metric's unit (0.9 for 90 per cent).

        Raises
        ------
        InputError
            If none or both are given.

        Examples
        --------
        >>> import ldip
        >>> debt = ldip.load().simulate(200)["debt_ratio"]
        >>> debt.probability(above=0.9).loc[[2025, 2039]].round(3)
              in_year  in_year_error  so_far  so_far_error
        year
        2025    0.445          0.035   0.720         0.032
        2039    0.335          0.033   0.785         0.029
        """
        limit = below if above is None else above
        if limit is None or (above is not None and below is not None):
            raise InputError([Fault.of("one_limit", "", "above, below")])
        arguments.finite("below" if above is None else "above", limit)
        values = self._values()
        happens = values < limit if above is None else values > limit
        counts = np.array([count(happens), count(so_far(happens))])
        event = Event(self.metric.id, self.metric.id, self.metric.label, self.metric.source)
        found = shares(event, counts, values.shape[1])
        return _by_year(found, self.result.summary, **self._about(), **{"below" if above is None else "above": limit})

    def _values(self) -> np.ndarray:
        """Every run in base-year prices (year, run)."""
        kept = self.result._runs.get(self.metric.id)
        if kept is not None:
            return np.array(kept.T, order="C")
        how, index = self.result.how, self.metric.price_index
        too_many = arguments.too_many("runs", how["runs"], how["years"])
        if too_many:
            raise InputError(too_many)
        lines = [self.metric.id, *([f"{index}_index"] if index else [])]
        event = next((one for one in events(self.result.case.scenario) if one.id == self.metric.id), None)
        if event:  # a breach of at least one rule is also that of an own one
            lines += lines_needed([], [event])
        ledger = simulate_ledger(self.result.case.scenario, lines=list(dict.fromkeys(lines)), **how)
        values = event.happens(ledger).astype(float) if event else report_values(ledger, self.metric)
        if self.result._recorded:
            self._check(values, self.result._recorded)
        return values

    def _check(self, values: np.ndarray, recorded: Recorded) -> None:
        """Raise InputError if runs that were simulated again do not have the figures that were written."""
        written = self.result.summary.distributions.get(self.metric.id)
        again = distribution(self.metric, values.copy())
        figures = [[plain(x) for x in (*of.mean, *of.percentiles.flat)] for of in (written or again, again)]
        if figures[0] != figures[1]:
            raise InputError([Fault.of("not_the_same_runs", recorded.folder.as_posix(), version=recorded.version)])

    def _percentiles(self, values: np.ndarray) -> "pd.DataFrame":
        from ldip.api.tables import QUANTILE, by_year

        return by_year(values, self.result.summary.years, PERCENTILES, self._about(), QUANTILE)

    def _series(self, values: np.ndarray, name: str) -> "pd.Series":
        from ldip.api.tables import series

        return series(values, self.result.summary.years, name, self._about())

    def _about(self) -> dict[str, Any]:
        from ldip.api.tables import about

        of = self.result.summary
        return about(self.metric, of.base_year, scenario=of.scenario, runs=of.runs, seed=of.seed)

    def __repr__(self) -> str:
        basis = self.metric.price_basis(self.result.summary.base_year)
        unit = self.metric.unit + (f", {basis}" if self.metric.price_index else "")
        return f"<ldip.Outcome {self.metric.id} of {self.result.summary.scenario}: {self.metric.label.en} ({unit})>"


def _by_year(chance: Probability, summary: Summary, **about: Any) -> "pd.DataFrame":
    from ldip.api.tables import by_year

    columns = ("in_year", "in_year_error", "so_far", "so_far_error")
    both = (chance.in_year, chance.so_far)
    rows = [figures for values in both for figures in (values, chance.error(values))]
    said = {"event": chance.event.id, "label": chance.event.label.en, "label_nb": chance.event.label.nb}
    return by_year(rows, summary.years, columns, said | about | {"unit": "share"})
