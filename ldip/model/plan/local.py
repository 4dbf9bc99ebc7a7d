"""What a municipality has of its own, and what covers its opening deficit, in every year (M10, M14)."""

import numpy as np

from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import Scenario


def price_index(growth: Parameter, years: np.ndarray) -> np.ndarray:
    """A price index on the baseline (year,), 1 in the first year."""
    return np.concatenate([[1.0], np.cumprod(1.0 + growth.at(years[1:]))])


def local_revenue(scenario: Scenario, years: np.ndarray) -> dict[str, np.ndarray]:
    """What is not as it stands of a municipality's own revenue: the base of property tax, and one-off items (M14)."""
    own = scenario.local_revenue
    amounts = np.zeros((2, len(years)))
    for item in scenario.one_off.values():
        amounts[int(item.amount.value < 0.0)] += np.where(years == item.year, abs(item.amount.value), 0.0)
    return {
        "property_tax_base": own.property_tax_base.value * price_index(own.property_tax_base_growth, years),
        "one_off_revenue": amounts[0],
        "one_off_expenditure": amounts[1],
    }


def kept(fund: float, uses: np.ndarray) -> np.ndarray:
    """What the adopted uses leave of a fund at the end of each year (year,), step by step as the accounts do (M8)."""
    return np.array([fund := fund - min(use, fund) for use in uses.tolist()])


def left_uncovered(scenario: Scenario, years: np.ndarray) -> np.ndarray:
    """What the cover plan leaves of the opening deficit at the end of each year (year,): the amounts that are stated,
    or if there are none equal parts over so many years (M10)."""
    opening = scenario.opening
    amounts = opening.cover_per_year.at(years)
    if not any(
        opening.cover_per_year.numbers().values()
    ):  # in any year: those looked at may all lie before the first
        amounts = np.full(len(years), opening.uncovered_deficit.value / opening.cover_years.value)
        amounts[int(opening.cover_years.value) - 1 :] = opening.uncovered_deficit.value  # no rounding is left
    return np.maximum(opening.uncovered_deficit.value - np.cumsum(amounts), 0.0)
