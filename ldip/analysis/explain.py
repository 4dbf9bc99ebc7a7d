"""Why the debt ratio changes: what each flow of money, inflation, residents and real revenue make of it, exactly.

With D net debt, R operating revenue of the year and d = D / R, all nominal, a year changes the ratio by

    d_t - d_t-1 = (flows of year t) / R_t  -  D_t-1 x (1 / R_t-1 - 1 / R_t)

The flows are every krone that reaches net debt through the year's accounts (FLOWS): a flow is measured against the
revenue of its own year, growth of revenue works on the debt that the year opened with. This is the identity of debt
sustainability analyses (e.g. IMF 2013, Staff guidance note for public debt sustainability analysis), with the gross
operating result less net investment as the primary balance.

R = prices x residents x real revenue per resident. The growth part is divided among the three by their logarithms
(logarithmic mean Divisia index; Ang 2004, Energy Policy 32, 1131-1139): nothing is left over and no order of the
factors is chosen. The years' terms are added up. Of several runs the terms are means of the runs' own terms, so they
add up to the mean change as well.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model.engine.simulate import Ledger, run_baseline, simulate
from ldip.model.plan.baseline import build
from ldip.scenario.schema import Scenario

STOCKS = {
    "debt_ratio": ("closing_net_debt",),
    "debt_ratio_with_deficits": ("closing_net_debt", "closing_uncovered_deficit"),
}
"""The ratios that can be explained: what stands above operating revenue in each."""

DEFICITS = "deficits"
FLOWS: dict[str, dict[str, tuple[str, ...]]] = {
    "investment": {
        "renewal_investment": ("renewal_investment",),
        "capacity_investment": ("capacity_investment",),
        "infrastructure_investment": ("infrastructure_investment",),
        "project_investment": ("project_investment",),
        "overruns_and_delays": ("cost_overrun", "slipped_in", "-slipped_out", "-postponed_investment"),
        "water_waste_investment": ("water_waste_investment",),
        "housing_investment": ("housing_investment",),
        "share_purchases": ("share_purchases",),
    },
    "contributions": {
        "vat_compensation": ("-vat_compensation",),
        "all_grants": ("-grants", "-housing_grants"),
        "sales": ("-sales", "-land_sales"),
    },
    "operations": {"gross_operating_result": ("-gross_operating_result",), "dividends": ("-dividends",)},
    "net_interest": {"interest": ("interest",), "interest_income": ("-interest_income",)},
    "net_instalments": {"instalments": ("-instalments",), "instalments_from_operations": ("instalments",)},
    "endowment": {"endowment_withdrawal": ("-endowment_withdrawal",)},
    "funds": {
        "buffer_fund": ("-buffer_use", "buffer_provision"),
        "discretionary_funds": (
            "-use_of_discretionary_funds",
            "provision_to_discretionary_funds",
            "-use_of_wage_reserve",
            "-emergency_fund_use",
            "-emergency_wage_reserve_use",
        ),
        "restricted_funds": ("-use_of_restricted_funds",),
        "investment_funds": ("-use_of_investment_funds", "investment_fund_provision"),
    },
    DEFICITS: {"new_uncovered_deficit": ("-new_uncovered_deficit",), "covered_deficit": ("covered_deficit",)},
    "net_on_lending": {
        "borrowed_to_lend": ("on_lending", "-on_lending_instalments"),
        "lent_on": ("-on_lending", "on_lending_instalments"),
    },
}
"""Groups of parts, each the signed lines of the ledger that move net debt: a debt-raising krone is positive.

What operations pay is divided into its sources: the transfer to investment is the gross operating result less
interest and instalments, plus what is drawn from funds, plus deficits that nobody has covered yet. Instalments stand
twice, because they lower debt and the result that pays investment alike.
"""

GROWTH: dict[str, tuple[str, ...]] = {
    "inflation": ("prices",),
    "population": ("more_residents",),
    "real_revenue": ("free_revenue_per_resident", "other_revenue_per_resident"),
}
"""Groups of parts of the growth of operating revenue."""

BATCHES = 20
"""Parts of the runs whose differences give sampling errors."""
FEWEST = 5
"""Runs of a group that each batch must hold for them."""

Share = tuple[float, float]
"""Part of the runs, ordered by their last year's ratio: (0.9, 1.0) is the tenth with the highest."""


class Bridge(NamedTuple):
    """From the ratio at the start to the one at the end, fractions of operating revenue."""

    name: str  # of the scenario, and which runs of it
    runs: int
    start: float
    end: float
    parts: dict[str, np.ndarray]  # (year,), by part
    transfer: np.ndarray  # (year,) the transfer from operations to investment, made of parts that stand above
    errors: dict[str, float]  # standard error of start, end and the sum over years by part and group; none of a path

    def term(self, term: str) -> np.ndarray:
        """What a part or a group of parts makes in each year (year,)."""
        if term in self.parts:
            return self.parts[term]
        return np.sum([self.parts[part] for part in parts_of(term)], axis=0)

    def course(self) -> np.ndarray:
        """The ratio at the start and at the close of each year (1 + year,), from the start and the terms."""
        change = np.sum(list(self.parts.values()), axis=0)
        return self.start + np.concatenate([[0.0], np.cumsum(change)])

    def residual(self) -> float:
        """What the terms lack of the change: rounding."""
        return self.end - float(self.course()[-1])


class Explanation(NamedTuple):
    """Why the ratio changes from the close of one year to the close of another, or differs between two bridges."""

    metric: str
    first: int  # the year at whose close the bridge starts
    years: np.ndarray  # (year,) the years after it
    bridge: Bridge
    against: Bridge | None = None
    difference: Bridge | None = None  # bridge less against, term by term
    group: Share | None = None  # which runs they are of, if not baseline paths
    against_group: Share | None = None
    simulated: int = 0  # runs that the groups were picked from
    seed: int | None = None

    def groups(self) -> list[str]:
        """The groups of terms, in the order they are shown in."""
        return [group for group in (*FLOWS, *GROWTH) if set(parts_of(group)) <= set(self.bridge.parts)]


def parts_of(group: str) -> tuple[str, ...]:
    """The parts of a group."""
    return GROWTH[group] if group in GROWTH else tuple(FLOWS[group])


def explain(
    scenario: Scenario,
    *,
    years: int = 20,
    first: int | None = None,
    last: int | None = None,
    metric: str = "debt_ratio",
    against: Scenario | None = None,
) -> Explanation:
    """Explain the baseline path from the close of `first` to the close of `last` (default: all years), beside that of
    the scenario `against`, if there is one.

    Raises InputError if the years do not fit or a year has no revenue.
    """
    bridges = []
    for one in [scenario] if against is None else [scenario, against]:
        ledger = _cut(run_baseline(build(one, years)), first, last)
        bridges.append(_bridge(ledger, decompose(ledger, metric), metric, np.array([0]), one.name))
    explanation = Explanation(metric, int(ledger.years[0]), ledger.years[1:], bridges[0])
    if against is None:
        return explanation
    return explanation._replace(against=bridges[1], difference=_less(bridges[0], bridges[1], {}))


def explain_groups(
    scenario: Scenario,
    group: Share,
    against: Share,
    *,
    runs: int,
    seed: int,
    years: int = 20,
    first: int | None = None,
    last: int | None = None,
    metric: str = "debt_ratio",
    progress: Callable[[int], None] | None = None,
) -> Explanation:
    """Explain what sets apart two groups of runs, chosen by their ratio at the close of `last`.

    Raises InputError if the years do not fit, a group has no runs or a run has no revenue in a year.
    """
    ledger = simulate(scenario, runs=runs, seed=seed, years=years, lines=lines_needed(metric), progress=progress)
    ledger = _cut(ledger, first, last)
    shares = {"--group": group, "--against": against}
    chosen = [pick(ledger[metric][-1], share) for share in shares.values()]
    empty = [option for option, picked in zip(shares, chosen, strict=True) if not len(picked)]
    if empty:
        raise InputError([_no_runs(option, shares[option], runs) for option in empty])
    terms = decompose(ledger, metric)
    names = [f"{scenario.name} {low:g}:{high:g}" for low, high in shares.values()]
    bridges = [_bridge(ledger, terms, metric, *both) for both in zip(chosen, names, strict=True)]
    errors = batch_errors(ledger, terms, metric, (group, against))
    mine, theirs = (bridge._replace(errors=error) for bridge, error in zip(bridges, errors, strict=False))
    return Explanation(
        metric=metric,
        first=int(ledger.years[0]),
        years=ledger.years[1:],
        bridge=mine,
        against=theirs,
        difference=_less(mine, theirs, errors[2]),
        group=group,
        against_group=against,
        simulated=runs,
        seed=seed,
    )


def lines_needed(metric: str) -> list[str]:
    """The ledger lines that a decomposition reads."""
    flows = [line.lstrip("-") for parts in FLOWS.values() for lines in parts.values() for line in lines]
    growth = ["operating_revenue", "free_revenue", "residents", "deflator_index"]
    return list(dict.fromkeys([metric, *STOCKS[metric], *growth, *flows, "transfer_to_investment"]))


def decompose(ledger: Ledger, metric: str) -> dict[str, np.ndarray]:
    """Every part's share in the change of the ratio (year, run) from the second year of the ledger on; they add up
    to it in every year and run.

    Raises InputError where operating revenue is not positive: there is no ratio to explain.
    """
    revenue = ledger["operating_revenue"]
    if not (revenue > 0.0).all():
        t = int(np.flatnonzero((revenue <= 0.0).any(axis=1))[0])
        year, runs = int(ledger.years[t]), int((revenue[t] <= 0.0).sum())
        raise InputError([Fault.of("no_revenue", "", "operating_revenue", year=year, runs=runs)])
    found = {}
    for group, parts in FLOWS.items():
        if group == DEFICITS and "closing_uncovered_deficit" in STOCKS[metric]:
            continue  # with deficits in the ratio a krone of deficit is worth a krone of debt
        for part, lines in parts.items():
            found[part] = _signed(ledger, lines) / revenue[1:]
    return found | _growth(ledger, np.sum([ledger[stock] for stock in STOCKS[metric]], axis=0))


def _growth(ledger: Ledger, debt: np.ndarray) -> dict[str, np.ndarray]:
    """What the growth of revenue makes of the debt (year, run) that each year opened with, by part."""
    revenue, prices, residents = (ledger[line] for line in ("operating_revenue", "deflator_index", "residents"))
    per_log_growth = -debt[:-1] * log_mean(1.0 / revenue[:-1], 1.0 / revenue[1:])
    real = revenue / (prices * residents)
    free = ledger["free_revenue"] / (prices * residents)
    per_krone = per_log_growth / log_mean(real[:-1], real[1:])
    return {
        "prices": per_log_growth * np.log(prices[1:] / prices[:-1]),
        "more_residents": per_log_growth * np.log(residents[1:] / residents[:-1]),
        "free_revenue_per_resident": per_krone * np.diff(free, axis=0),
        "other_revenue_per_resident": per_krone * np.diff(real - free, axis=0),
    }


def log_mean(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Logarithmic mean (b - a) / ln(b / a) of positive numbers, elementwise; a where both are the same."""
    growth = np.log(b / a)
    return a * np.divide(np.expm1(growth), growth, out=np.ones_like(growth), where=growth != 0.0)


def _signed(ledger: Ledger, lines: tuple[str, ...]) -> np.ndarray:
    """The sum of signed lines from the second year on (year, run)."""
    signed = [-ledger[line[1:]][1:] if line.startswith("-") else ledger[line][1:] for line in lines]
    return np.sum(signed, axis=0)


def pick(ratio: np.ndarray, share: Share) -> np.ndarray:
    """The runs (ascending by ratio) that a share of all runs (run,) holds."""
    low, high = (round(bound * len(ratio)) for bound in share)
    return np.argsort(ratio, kind="stable")[low:high]


def _bridge(ledger: Ledger, terms: dict[str, np.ndarray], metric: str, picked: np.ndarray, name: str) -> Bridge:
    ratio = ledger[metric][:, picked]
    return Bridge(
        name=name,
        runs=len(picked),
        start=float(ratio[0].mean()),
        end=float(ratio[-1].mean()),
        parts={part: values[:, picked].mean(axis=1) for part, values in terms.items()},
        transfer=(-ledger["transfer_to_investment"] / ledger["operating_revenue"])[1:, picked].mean(axis=1),
        errors={},
    )


def _less(mine: Bridge, theirs: Bridge, errors: dict[str, float]) -> Bridge:
    return Bridge(
        name=f"{mine.name} - {theirs.name}",
        runs=min(mine.runs, theirs.runs),
        start=mine.start - theirs.start,
        end=mine.end - theirs.end,
        parts={part: values - theirs.parts[part] for part, values in mine.parts.items()},
        transfer=mine.transfer - theirs.transfer,
        errors=errors,
    )


def batch_errors(
    ledger: Ledger, terms: dict[str, np.ndarray], metric: str, shares: tuple[Share, Share]
) -> list[dict[str, float]]:
    """Standard errors of both groups' figures and of their difference, by start, end, part and group.

    The runs are divided into batches, the groups picked anew in each: the spread of the batches' figures holds the
    chance in who belongs to a group as well as the chance within it. NaN if a batch has too few runs of a group.
    """
    ratio = ledger[metric]
    figures = {"start": ratio[0], "end": ratio[-1]} | {part: values.sum(axis=0) for part, values in terms.items()}
    for group in (*FLOWS, *GROWTH):
        inside = [figures[part] for part in parts_of(group) if part in figures]
        if inside:
            figures[group] = np.sum(inside, axis=0)
    table = np.stack(list(figures.values()))
    batches = np.array_split(np.arange(table.shape[1]), BATCHES)
    chosen = [[batch[pick(ratio[-1, batch], share)] for share in shares] for batch in batches]
    if min(len(picked) for both in chosen for picked in both) < FEWEST:
        return [dict.fromkeys(figures, float("nan"))] * 3
    means = np.array(
        [[table[:, picked].mean(axis=1) for picked in both] for both in chosen]
    )  # (batch, share, figure)
    estimates = (means[:, 0], means[:, 1], means[:, 0] - means[:, 1])
    errors = [estimate.std(axis=0, ddof=1) / np.sqrt(BATCHES) for estimate in estimates]
    return [dict(zip(figures, map(float, error), strict=True)) for error in errors]


def _cut(ledger: Ledger, first: int | None, last: int | None) -> Ledger:
    """The ledger's years from `first` to `last`."""
    known = [int(year) for year in (ledger.years[0], ledger.years[-1])]
    ends = [end if year is None else year for year, end in zip((first, last), known, strict=True)]
    if not known[0] <= ends[0] < ends[1] <= known[1]:
        raise InputError([_wrong_years(ends, known)])
    inside = slice(ends[0] - known[0], ends[1] - known[0] + 1)
    return Ledger(ledger.years[inside], ledger.lines, ledger.values[:, inside], ledger.events, ledger.invented)


def _wrong_years(ends: list[int], known: list[int]) -> Fault:
    first, last = known
    return Fault.of("wrong_years", "--from/--to", f"{ends[0]}-{ends[1]}", first=first, last=last)


def _no_runs(option: str, share: Share, runs: int) -> Fault:
    return Fault.of("no_runs", option, f"{share[0]:g}:{share[1]:g}", runs=runs)
