"""The investment plan of twenty years as records: files and JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ldip.analysis.growth import PERCENTILES
from ldip.analysis.investment_plan import CLASS_OF, Fan, InvestmentPlan
from ldip.report.folder.records import figure, write_records
from ldip.scenario.projects import KINDS

NAMES = [f"p{100 * p:02.0f}" for p in PERCENTILES]


def projects_records(plan: InvestmentPlan) -> dict[str, list[dict[str, Any]]]:
    """Everything of the plan as records: what files and JSON are made of."""
    return {
        "project_list": list(_list(plan)),
        "project_spending": list(_spending(plan)),
        "investment_by_class": list(_classes(plan)),
        "places": list(_places(plan)),
        "districts": list(_districts(plan)),
    }


def write_projects(folder: Path, records: dict[str, list[dict[str, Any]]]) -> None:
    """``project_list.csv``, ``project_spending.csv``, ``investment_by_class.csv``, ``places.csv``, ``districts.csv``;
    none of what there is nothing of."""
    for name, rows in records.items():
        if rows:
            write_records(folder / f"{name}.csv", rows)


def _list(plan: InvestmentPlan) -> Iterator[dict[str, Any]]:
    """The projects, a row each: what they are and what they come to from the first year on."""
    for place, it in enumerate(plan.projects):
        of = it.project
        row = {name: getattr(of, name) for name in ("id", "name_nb", "name_en", "area", "housing_area")}
        row |= {name: getattr(of, name) for name in ("kind", "purpose", "phase", "start")}
        row |= {"opens": of.opening, "service": of.service, "net_places": of.net_places, "in_plan": of.in_plan}
        row |= {"price_basis": _basis(plan), "spent": float(it.real.sum()), "bound": it.bound}
        if plan.futures:
            row |= {"mean": float(plan.futures.real.mean[place].sum())}
            row |= dict(zip(NAMES, map(float, plan.futures.total[:, place]), strict=True))
        yield row


def _basis(plan: InvestmentPlan) -> str:
    return f"{plan.years[0]}-kr (deflator)"


def _spending(plan: InvestmentPlan) -> Iterator[dict[str, Any]]:
    """Each project's spending by year: as planned, and over the runs."""
    for place, it in enumerate(plan.projects):
        for basis, planned, fan in (
            (_basis(plan), it.real, plan.futures and plan.futures.real),
            ("nominal", it.nominal, plan.futures and plan.futures.nominal),
        ):
            for t, year in enumerate(plan.years):
                row = {"project": it.project.id, "year": int(year), "price_basis": basis}
                yield row | {"baseline": float(planned[t])} | _over_runs(fan, place, t)


def _over_runs(fan: Fan | None, place: int, t: int) -> dict[str, float]:
    if fan is None:
        return {}
    percentiles = map(float, fan.percentiles[:, place, t])
    return {"mean": float(fan.mean[place, t]), **dict(zip(NAMES, percentiles, strict=True))}


def _classes(plan: InvestmentPlan) -> Iterator[dict[str, Any]]:
    """Gross investment by class, part and year: named by programme area, and what nobody has named."""
    for kind in KINDS:
        for area in plan.areas:
            own = [it for it in plan.projects if (it.project.kind, it.project.area) == (kind, area)]
            if own:
                real, nominal = (np.sum([getattr(it, of) for it in own], axis=0) for of in ("real", "nominal"))
                yield from _class_rows(plan, (kind, "projects", area), real, nominal)
        for part, of_class in CLASS_OF.items():
            if of_class == kind:
                yield from _class_rows(plan, (kind, part, None), plan.unnamed[part], plan.unnamed_nominal[part])


def _class_rows(
    plan: InvestmentPlan, key: tuple[str, str, str | None], real: np.ndarray, nominal: np.ndarray
) -> Iterator[dict[str, Any]]:
    for t, year in enumerate(plan.years):
        row = {**dict(zip(("class", "part", "area"), key, strict=True)), "year": int(year)}
        yield row | {"price_basis": _basis(plan), "real": float(real[t]), "nominal": float(nominal[t])}


def _places(plan: InvestmentPlan) -> Iterator[dict[str, Any]]:
    """Places by service and year of the users, with the probability that there are too few and its standard error."""
    for of in plan.places:
        for t, year in enumerate(of.years):
            row = {"service": of.service, "year": int(year)}
            row |= {
                name: float(getattr(of, name)[t]) for name in ("needed", "there", "named", "programme", "lacking")
            }
            if plan.futures:
                share, runs = float(plan.futures.few[of.service][t]), plan.futures.runs
                error = figure(np.sqrt(max(share * (1.0 - share), 0.0) / runs) if runs > 1 else float("nan"))
                row |= {"too_few": share, "standard_error": error}
            yield row


def _districts(plan: InvestmentPlan) -> Iterator[dict[str, Any]]:
    """Housing areas by service and year, cumulative from the first year on, without ageing."""
    for it in plan.districts:
        for service in it.users:
            for t, year in enumerate(it.years):
                row = {"housing_area": it.area, "service": service, "year": int(year)}
                row |= {"dwellings": float(it.dwellings[t]), "users": float(it.users[service][t])}
                yield row | {"needed": float(it.needed[service][t]), "places": float(it.places[service][t])}
