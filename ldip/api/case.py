"""A municipality's plan, ready to be changed, simulated and asked."""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

# Systems of some hundred unknowns: threads of the linear algebra only wait for each other. Where NumPy is there
# already, they are its user's and stay as they are: the same figures, twice the time for a baseline.
if "numpy" not in sys.modules:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from ldip.api import arguments
from ldip.errors import Fault, InputError
from ldip.scenario.files import overlay, reader
from ldip.scenario.placeholders import title_of

if TYPE_CHECKING:
    import pandas as pd

    from ldip.api.result import Result
    from ldip.api.solutions import Priorities, Restructuring, Sensitivity, Stress
    from ldip.scenario.schema import Scenario

NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
Progress = Callable[[int], None]
"""Is called with the number of runs (for sensitivity: simulations) finished since its last call, like ``update`` of a
tqdm bar."""


def load(
    scenario: str | os.PathLike[str] = reader.DEFAULT,
    changes: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
) -> "Case":
    """Load a scenario with changes laid over it.

    Parameters
    ----------
    scenario
        A shipped name (see :func:`ldip.scenarios`), a folder, a ``base.toml``, a change file, or NAME+CHANGE.
    changes
        Named changes or ``.toml`` files, laid over it in this order.

    Raises
    ------
    InputError
        With every fault of every file: file, key, value, rule and remedy.

    Examples
    --------
    >>> import ldip
    >>> ldip.load("baerum-2020", changes=["interest-plus-2"])
    <ldip.Case baerum-2020+interest-plus-2: Bærum, financial plan 2020-2023 continued + Interest two ...>
    """
    given = (changes,) if isinstance(changes, str | os.PathLike) else changes
    where, names = os.fspath(scenario), tuple(os.fspath(name) for name in given)
    return Case(reader.read(where, names), reader.find(where), (where, names))


class Case:
    """A scenario with what is laid over it; made by :func:`load` and never changed: each change gives a new one."""

    def __init__(
        self,
        source: reader.Source,
        place: reader.Place | None = None,
        files: tuple[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Of what was read. `place` is where its named changes are, `files` what was read, if that is all of it."""
        self._source, self._place, self._files = source, place, files

    @property
    def name(self) -> str:
        """The scenario's name with those of the changes, as in the files."""
        return self.scenario.name

    @property
    def scenario(self) -> "Scenario":
        """All that the model is built from, checked and frozen (:class:`ldip.scenario.schema.Scenario`)."""
        return self._source.scenario

    @property
    def changes(self) -> tuple[str, ...]:
        """The named changes that can be laid over it (:meth:`with_change`)."""
        return reader.change_names(self._place.folder) if self._place else ()

    @property
    def settings(self) -> "pd.DataFrame":
        """Every number of the scenario's settings by its key, for :meth:`with_values`.

        Columns: ``value`` (a number, or a dictionary of numbers by the year they hold from), ``unit``, ``basis``
        (source, derived or assumption), ``name``, ``name_nb``, ``source``.

        Examples
        --------
        >>> import ldip
        >>> ldip.load().settings.loc["interest.opening_fixed_rate", ["value", "unit", "basis"]].tolist()
        [0.0245, 'per year', 'assumption']
        """
        from ldip.api.tables import of_records
        from ldip.scenario.numbers import quantities
        from ldip.scenario.settings import name_of

        rows = []
        for key, quantity in quantities(self.scenario).items():
            dated, name = getattr(quantity, "dated", None), name_of(self.scenario, key)
            rows.append(
                {
                    "key": key,
                    "value": None if dated else quantity.value,
                    "unit": quantity.unit,
                    "basis": quantity.basis,
                    "name": name.en,
                    "name_nb": name.nb,
                    "source": quantity.source.en,
                    "source_nb": quantity.source.nb,
                }
            )
        found = of_records(rows, ["key"])
        values = {key: getattr(quantity, "dated", None) for key, quantity in quantities(self.scenario).items()}
        found["value"] = found["value"].astype(object)
        for key, dated in values.items():
            if dated:
                found.at[key, "value"] = dict(dated)
        return found

    def with_change(self, *names: str | os.PathLike[str]) -> "Case":
        """The case with named changes, or ``.toml`` files, laid over it in this order.

        Raises
        ------
        InputError
            With every fault; for a name that is not known, with those that are.

        Examples
        --------
        >>> import ldip
        >>> ldip.load().with_change("housing-minus-20").name
        'baerum-2020+housing-minus-20'
        """
        files = [os.fspath(name) for name in names]
        if self._files:  # all from files: read together, so that faults name the file that each key comes from
            where, before = self._files
            return load(where, (*before, *files))
        if self._place is None:
            raise InputError([Fault.of("no_folder_of_changes", "", self.name)])
        source = self._source
        for name in files:
            source = overlay.lay_change(source, self._place, name)
        return Case(source, self._place)

    def with_values(self, values: Mapping[str, Any], name: str = "values") -> "Case":
        """The case with other numbers.

        Parameters
        ----------
        values
            By key (:attr:`settings`): a number, or ``{year: number}`` for numbers that hold from a year on; before
            the first of them the case's own hold; or what a change file says,
            ``{"shift": 0.02, "from": 2026}`` or ``{"scale": 0.8, "from": 2026, "to": 2029}``. In the
            key's own unit; rates and shares are fractions, 0.035 for 3.5 %.
        name
            What the change is called in :attr:`name`, in files and pictures.

        Raises
        ------
        InputError
            With every fault at once: unknown keys (with the one that was probably meant), numbers outside limits.

        Examples
        --------
        >>> import ldip
        >>> dear = ldip.load().with_values({"interest.loan_margin": 0.01, "investment.renewal": {2026: 900.0}})
        >>> dear.name, dear.scenario.interest.loan_margin.value
        ('baerum-2020+values', 0.01)
        >>> ldip.load().with_values({"interest.loan_margn": 0.01, "interest.floating_share": 60})
        Traceback (most recent call last):
            ...
        ldip.errors.InputError: values: interest.floating_share.value = 60: expected share between 0 and 1. ...
        values: interest.loan_margn: unknown key. Did you mean 'loan_margin'?
        """
        if not NAME.fullmatch(name):
            raise InputError([Fault.of("bad_name", "", "name", name)])
        return Case(overlay.lay_values(self._source, values, name), self._place)

    def without(self, *drivers: str) -> "Case":
        """The case with these drivers of uncertainty switched off; InputError for a name that is none."""
        return Case(reader.switch_off(self._source, without=drivers), self._place)

    def only(self, *drivers: str) -> "Case":
        """The case with all drivers of uncertainty but these switched off; InputError for a name that is none."""
        return Case(reader.switch_off(self._source, only=drivers), self._place)

    def simulate(
        self,
        runs: int = 10_000,
        *,
        seed: int = 1,
        years: int = 20,
        policy: str = "adopted",
        step: float = 0.0,
        keep_runs: bool = False,
        progress: Progress | None = None,
    ) -> "Result":
        """Simulate futures; the figures are those of ``ldip simulate``, to the last digit.

        As if nobody reacts (the pressure fan), and in the same weather as if the municipality follows its own rules:
        :attr:`Result.steered`. Another `policy` is simulated alone.

        Parameters
        ----------
        runs
            Number of futures. Memory does not grow with it, unless they are kept.
        seed
            Of the random numbers. The same seed and run number meets the same weather in every case.
        years
            Years ahead, from the scenario's first year on.
        policy
            What is done about the restructuring need: ``none`` (not even the adopted measures), ``adopted``,
            ``step`` (measures that grow by `step` a year after the plan) or ``rule`` (each year's need is decided
            and works from the next year).
        step
            Mill. base-year kr a year.
        keep_runs
            Keep every run of every headline figure in memory (6 kB a run). Otherwise runs that are asked for are
            simulated again, a figure at a time.
        progress
            Called with the number of runs finished since its last call.

        Raises
        ------
        InputError
            With everything that is wrong with the arguments.

        Examples
        --------
        >>> import ldip
        >>> result = ldip.load().simulate(200)
        >>> result
        <ldip.Result baerum-2020: 200 runs, 2020-2039, seed 1, pressure fan, policy adopted>
        >>> result["debt_ratio"].quantiles.loc[2039, [0.05, 0.5, 0.95]].round(2).tolist()
        [0.38, 0.78, 1.09]
        """
        from ldip.api.result import simulate

        how = arguments.simulation(runs, seed, years, policy, step, ledgers=1 if keep_runs else 0)
        return simulate(self, how, keep_runs=keep_runs, progress=progress)

    def baseline(
        self, *, years: int = 20, nominal: bool = False, policy: str = "adopted", step: float = 0.0
    ) -> "pd.DataFrame":
        """The accounts without shocks: every line of the ledger (row) in every year (column).

        Money is in mill. kr of the scenario's first year, by each line's own index, or with `nominal` in current
        prices; shares and rates are fractions. ``attrs["units"]`` and ``attrs["price_bases"]`` say which, by line;
        :func:`ldip.metrics` what a line is. The figures are those of ``ldip plan --json``.

        Examples
        --------
        >>> import ldip
        >>> accounts = ldip.load().baseline(years=4)
        >>> accounts.loc["debt_ratio"].round(3).tolist()
        [0.839, 0.851, 0.891, 0.895]
        """
        from ldip.analysis.statement import Accounts
        from ldip.api.tables import of_records
        from ldip.report.answers.accounts import plan_records

        how = arguments.simulation(1, 0, years, policy, step)
        accounts = Accounts(self.scenario, how["years"], policy=how["policy"], step=how["step"])
        records = plan_records(accounts, (), fixed_prices=not nominal)
        found = of_records(records, ["line", "year"])["value"].unstack("year")
        found = found.loc[list(dict.fromkeys(record["line"] for record in records))]
        for name, key in (("units", "unit"), ("price_bases", "price_basis")):
            found.attrs[name] = {record["line"]: record[key] for record in records}
        return found

    def restructure(
        self,
        confidence: float | Sequence[float] = (0.7, 0.8, 0.9),
        *,
        rules: str | Sequence[str] = (),
        since: int | None = None,
        runs: int = 10_000,
        seed: int = 1,
        years: int = 20,
        progress: Progress | None = None,
    ) -> "Restructuring":
        """How much must be restructured every year for the rules to hold, at a chosen confidence; as
        ``ldip restructure``.

        Parameters
        ----------
        confidence
            Shares of the runs in which it is to be enough.
        rules
            Of ``result``, ``equity``, ``buffer``, ``liquidity``, ``deficit`` and those that the municipality brings
            (``[rules.own.NAME]`` of its scenario); none named: all.
        since
            The rules must hold in every year from this one on; without it, in the last.

        Raises
        ------
        InputError
            With what is wrong with the arguments.

        Examples
        --------
        >>> import ldip
        >>> ldip.load().restructure(0.8, runs=200).answers["step_mnok"].round(0)
        confidence
        0.8    18.0
        Name: step_mnok, dtype: float64
        """
        from ldip.api.solutions import restructure

        how = arguments.simulation(runs, seed, years, ledgers=2)
        wanted = (rules,) if isinstance(rules, str) else tuple(rules)
        return restructure(self, confidence, wanted, since, how, progress)

    def prioritise(self, ceilings: Mapping[str, float] | None = None, **asked: Any) -> "Priorities":
        """When to start which of its projects so that `ceilings`, by metric, hold at a confidence; as
        ``ldip prioritise``. What may be `asked`: see :func:`ldip.api.solutions.prioritise`."""
        from ldip.api.solutions import prioritise

        return prioritise(self, ceilings or {}, **asked)

    def stress(
        self,
        *tests: str,
        runs: int = 10_000,
        seed: int = 1,
        years: int = 20,
        progress: Progress | None = None,
    ) -> "Stress":
        """Put it under stress, on the baseline and on the whole distribution; as ``ldip stress``.

        `tests` are named changes that are stress tests; none named: all. Those of the path are also run together.

        Examples
        --------
        >>> import ldip
        >>> stressed = ldip.load().stress("interest-plus-2", runs=200)
        >>> moved = stressed.table.loc[("baerum-2020+interest-plus-2", "debt_ratio", 2039), "baseline_moved"]
        >>> f"{moved:.3f}"
        '0.146'
        """
        from ldip.api.solutions import stress

        how = arguments.simulation(runs, seed, years, ledgers=2)
        return stress(self, tests, how, progress)

    def sensitivity(
        self,
        *,
        event: str = "any_rule_breach",
        every_quantity: bool = False,
        runs: int = 10_000,
        seed: int = 1,
        years: int = 20,
        progress: Progress | None = None,
    ) -> "Sensitivity":
        """What the last year's answer depends on: drivers, assumptions, and the conditions of an event; as
        ``ldip sensitivity``. Takes some hundred simulations, of which `progress` is told.

        Parameters
        ----------
        event
            Whose conditions are looked for: a column of :attr:`Result.probabilities`.
        every_quantity
            Move every number of the scenario, also those with a source, not only the assumptions.
        """
        from ldip.analysis.sensitivity import FEWEST
        from ldip.api.solutions import sensitivity

        how = arguments.simulation(runs, seed, years, fewest=FEWEST, ledgers=2)
        return sensitivity(self, event, every_quantity, how, progress)

    def title(self, lang: str | None = None) -> str:
        """The scenario's title and those of the changes laid over it."""
        said, titles = arguments.language(lang), (title_of(self.scenario), *self._source.change_titles)
        return " + ".join(title.say(said) for title in titles)

    @property
    def source(self) -> reader.Source:
        """The scenario with checksums of the files that it came from (:class:`ldip.scenario.files.reader.Source`)."""
        return self._source

    def stress_sources(self, tests: Sequence[str]) -> overlay.Stressed:
        """The case and its stress tests, as they are read."""
        kinds = reader.stress_tests(self._place.folder) if self._place else {}
        return overlay.stress_sources(lambda names: self.with_change(*names).source, kinds, tests)

    def __repr__(self) -> str:
        return f"<ldip.Case {self.name}: {self.title('en')}>"
