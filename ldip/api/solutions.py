"""Answers to the larger questions: restructuring, priorities, stress tests, sensitivity."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ldip.api import arguments
from ldip.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from ldip.analysis.discovery import Discovery
    from ldip.analysis.prioritise import Prioritised
    from ldip.analysis.restructuring import Restructuring as Solved
    from ldip.analysis.sensitivity import Tornado
    from ldip.analysis.sobol import Sobol
    from ldip.analysis.stress import Stress as Tested
    from ldip.api.case import Case, Progress
    from ldip.report.canvas import Chart
    from ldip.scenario.files.overlay import Stressed


def restructure(
    case: "Case",
    confidence: Any,
    rules: Sequence[str],
    since: int | None,
    how: Mapping[str, Any],
    progress: "Progress | None",
) -> "Restructuring":
    """What :meth:`ldip.Case.restructure` does, with checked `how`."""
    from ldip.analysis.restructuring import restructure as solve
    from ldip.model.fiscal_rules import rules as rules_of

    confidences = arguments.shares("confidence", confidence)
    known = [rule.id for rule in rules_of(case.scenario)]
    unknown = [arguments.not_among("rules", rule, known) for rule in rules if rule not in known]
    if unknown:
        raise InputError(unknown)
    first = case.scenario.scenario.first_year
    if since is not None:
        since = arguments.year("since", since, first, first + how["years"] - 1)
    found = solve(
        case.scenario,
        confidences=confidences,
        rules=rules,
        since=since,
        runs=how["runs"],
        seed=how["seed"],
        years=how["years"],
        progress=progress,
    )
    return Restructuring(found)


class Restructuring:
    """The smallest yearly steps with which the rules hold: savings that grow by as much every year after the plan."""

    def __init__(self, solved: "Solved") -> None:
        """Of what the analysis found."""
        self.solved = solved

    @property
    def answers(self) -> "pd.DataFrame":
        """By confidence: ``step_mnok`` (mill. base-year kr a year; infinite where no step is enough), ``step_share``
        (of net expenditure in the last plan year), ``probability`` that it is enough, with standard errors."""
        return self._table("steps", ["confidence"], unknown=("step_mnok", float("inf")))

    @property
    def rules_held(self) -> "pd.DataFrame":
        """How often each rule, and all of them, holds without a step and with each answer's."""
        return self._table("rules_held", ["step_mnok", "rule"])

    @property
    def curve(self) -> "pd.DataFrame":
        """The probability that a step is enough, by step."""
        return self._table("curve", ["step_mnok"])

    def probability(self, step: float) -> float:
        """The share of the runs for which a yearly step (mill. base-year kr) is enough."""
        return self.solved.probability(step)

    def _table(self, part: str, index: list[str], unknown: tuple[str, float] | None = None) -> "pd.DataFrame":
        from ldip.api.tables import of_records
        from ldip.report.answers.restructuring import restructuring_records

        of = self.solved
        about = {"scenario": of.scenario, "runs": of.runs, "seed": of.seed, "rules": [rule.id for rule in of.rules]}
        about |= {"first_year": of.first_year, "last_year": of.last_year}
        found = of_records(restructuring_records(of)[part], index, about)
        if unknown:
            found[unknown[0]] = found[unknown[0]].fillna(unknown[1])
        return found

    def __repr__(self) -> str:
        steps = ", ".join(f"{answer.step:.1f} at {answer.confidence:.0%}" for answer in self.solved.answers)
        return f"<ldip.Restructuring {self.solved.scenario}: {steps} (mill. a year), {self.solved.runs} runs>"


def prioritise(
    case: "Case",
    ceilings: Mapping[str, float],
    *,
    rules: Sequence[str] = (),
    confidence: float = 0.8,
    jointly: bool = False,
    since: int | None = None,
    policy: str = "adopted",
    may_drop: bool = False,
    most_years: int = 4,
    earlier: bool = False,
    alternatives: bool = True,
    places: bool = True,
    runs: int = 10_000,
    seed: int = 1,
    years: int = 20,
    progress: "Progress | None" = None,
) -> "Priorities":
    """What :meth:`ldip.Case.prioritise` does: the options are those of ``ldip prioritise``."""
    from ldip.analysis.prioritise import ceiling
    from ldip.analysis.prioritise import prioritise as solve
    from ldip.analysis.restructuring import chosen_rules

    (sure,) = arguments.shares("confidence", confidence)
    how = arguments.simulation(runs, seed, years, policy, ledgers=2)
    how.pop("step")
    limits = [ceiling(case.scenario, metric, float(value)) for metric, value in ceilings.items()]
    limits += chosen_rules(case.scenario, rules) if rules or not ceilings else ()
    asked: dict[str, Any] = {"jointly": jointly, "since": since, "may_drop": may_drop, "places": places}
    asked |= {"most_years": most_years, "earlier": earlier, "alternatives": alternatives}
    return Priorities(solve(case.scenario, limits, confidence=sure, progress=progress, **asked, **how))


class Priorities:
    """When to start which project: what moves, how often the limits then hold, and the change that does it."""

    def __init__(self, found: "Prioritised") -> None:
        """Of what the analysis found."""
        self.found = found

    @property
    def moves(self) -> "pd.DataFrame":
        """By project: its start before and after, mill. kr; as in ``moves.csv``. Empty where nothing moves, or where
        no order holds: see :attr:`clash`."""
        return self._table("moves", ["project"])

    @property
    def held(self) -> "pd.DataFrame":
        """By limit and year: how often it holds before and after, in futures that the order was not found in, and the
        figure's percentile at the confidence; as in ``held.csv``."""
        return self._table("held", ["limit", "year"])

    @property
    def change(self) -> str:
        """The change file that moves the projects, for ``ldip simulate --change``."""
        from ldip.report.answers.prioritise import change_file

        return change_file(self.found)

    @property
    def clash(self) -> tuple[str, ...]:
        """The demands that cannot hold together; none where an order was found."""
        return self.found.clash.together if self.found.clash else ()

    def _table(self, part: str, index: list[str]) -> "pd.DataFrame":
        from ldip.api.tables import of_records
        from ldip.report.answers.prioritise import prioritise_records

        return of_records(prioritise_records(self.found)[part], index)

    def __repr__(self) -> str:
        of = self.found
        said = f"{len(of.moves)} projects move, mill. {of.postponed:.0f}" if of.after else "no order holds"
        return f"<ldip.Priorities {of.scenario}: {said}>"


def stress(case: "Case", tests: Sequence[str], how: Mapping[str, Any], progress: "Progress | None") -> "Stress":
    """What :meth:`ldip.Case.stress` does, with checked `how`."""
    from ldip.analysis.stress import stress as run

    stressed = case.stress_sources(tests)
    scenarios = [source.scenario for source in stressed.sources]
    asked = {key: how[key] for key in ("runs", "seed", "years")}
    return Stress(stressed, run(scenarios, progress=progress, **asked))


class Stress:
    """Stress tests beside the case without stress."""

    def __init__(self, stressed: "Stressed", tested: "Tested") -> None:
        """Of the scenarios under stress and what the analysis found."""
        self.stressed, self.tested = stressed, tested

    @property
    def table(self) -> "pd.DataFrame":
        """By test, metric and year: ``baseline`` (the path without shocks) and what the test moves it by, mean and
        percentiles of the runs, ``mean_moved`` run by run with its standard error; as in ``stress.csv``."""
        from ldip.api.tables import of_records
        from ldip.report.answers.stress import stress_records

        return of_records(stress_records(self.tested), ["test", "metric", "year"])

    def labels(self, lang: str | None = None) -> dict[str, str]:
        """What the tests are called, by their name in the table; the first is the case without stress."""
        from ldip.report.answers.stress import labels

        return labels(self.stressed, arguments.language(lang))

    def plot(self, *, lang: str | None = None) -> "Chart":
        """Where debt ratio and need end in every test: the picture of ``ldip stress``."""
        from ldip.report.answers.stress_charts import stress_chart

        return stress_chart(self.tested, self.labels(lang), arguments.language(lang))

    def __repr__(self) -> str:
        of = self.tested.comparison
        summary = of.summaries[of.against]
        return f"<ldip.Stress {of.against}: {len(of.pairs)} tests, {summary.runs} runs, seed {summary.seed}>"


def sensitivity(
    case: "Case", event: str, every_quantity: bool, how: Mapping[str, Any], progress: "Progress | None"
) -> "Sensitivity":
    """What :meth:`ldip.Case.sensitivity` does, with checked `how`."""
    from ldip.analysis import sensitivity as tornadoes
    from ldip.analysis.discovery import discover
    from ldip.analysis.sobol import sobol
    from ldip.model.fiscal_rules import events

    arguments.known("event", event, [known.id for known in events(case.scenario)])
    asked: dict[str, Any] = {key: how[key] for key in ("runs", "seed", "years")}
    bases = tornadoes.EVERY if every_quantity else tornadoes.ASSUMED
    return Sensitivity(
        tornadoes.tornado(case.scenario, bases=bases, progress=progress, **asked),
        sobol(case.scenario, progress=progress, **asked),
        discover(case.scenario, event=event, progress=progress, **asked),
    )


class Sensitivity:
    """What the last year's answers depend on."""

    def __init__(self, tornado: "Tornado", sobol: "Sobol", conditions: "Discovery") -> None:
        """Of what the analyses found."""
        self.tornado, self.sobol, self.discovery = tornado, sobol, conditions

    @property
    def drivers(self) -> "pd.DataFrame":
        """By metric and driver: the answer with that driver alone, how much narrower it is without it, its shares of
        the variance; as in ``sensitivity_drivers.csv``."""
        return self._table("drivers", ["metric", "driver"])

    @property
    def assumptions(self) -> "pd.DataFrame":
        """By metric and assumption: how far it was moved, and what that does to the mean, the largest first; as in
        ``sensitivity_assumptions.csv``."""
        return self._table("assumptions", ["metric", "assumption"])

    @property
    def conditions(self) -> "pd.DataFrame":
        """The conditions under which the event happens, in figures of the accounts; empty if there are none."""
        return self._table("conditions", ["conditions", "feature"])

    def plot(self, metric: str = "debt_ratio", *, lang: str | None = None) -> "Chart":
        """The tornado of one answer: its drivers to the left, its assumptions to the right."""
        from ldip.model.catalogue import catalogue
        from ldip.report.answers.sensitivity_charts import tornado_chart

        arguments.known("metric", metric, [one.id for one in self.tornado.metrics])
        return tornado_chart(self.tornado, catalogue()[metric], arguments.language(lang))

    def _table(self, part: str, index: list[str]) -> "pd.DataFrame":
        from ldip.api.tables import of_records
        from ldip.report.answers.sensitivity import sensitivity_records

        return of_records(sensitivity_records(self.tornado, self.sobol, self.discovery)[part], index)

    def __repr__(self) -> str:
        of = self.tornado
        counts = f"{len(next(iter(of.drivers.values())))} drivers, {len(of.assumptions)} assumptions"
        return f"<ldip.Sensitivity {of.scenario} in {of.year}: {counts}, {of.runs} runs, seed {of.seed}>"
