"""The people by which runs differ from the plan, of any simulated runs, and residents by age group of the same."""

import numpy as np

from ldip.model import drivers
from ldip.model.accounts.inputs import Weather
from ldip.model.people.responses import INFLOW


def surprises(weather: np.ndarray) -> np.ndarray:
    """By what share of itself each of CAUSES differs from the plan (cause, year, run), in weather (field, year, run):
    people in dwellings by their number and by how many live in each."""
    field = Weather(*weather)
    return np.stack(
        [
            field.completion_factor * field.persons_factor - 1.0,
            field.births_factor - 1.0,
            field.net_arrivals / INFLOW,
            field.mortality_factor - 1.0,
        ]
    )


def extra_people(response: np.ndarray, weather: np.ndarray) -> np.ndarray:
    """What a response (row, year, cause, year of cause) comes to in weather (field, year, run): (row, year, run).

    One matrix product of always the same shape for every drivers.BLOCK runs, so that no bit of it depends on how many
    runs are computed together, by which engine or in which thread. What is missing in the last block is filled up.
    """
    rows, years, runs = response.shape[0], response.shape[1], weather.shape[2]
    table = np.ascontiguousarray(response.reshape(rows * years, -1))
    found = np.empty((rows, years, runs))
    block = np.zeros((table.shape[1], drivers.BLOCK))
    product = np.empty((len(table), drivers.BLOCK))
    for first in range(0, runs, drivers.BLOCK):
        size = min(drivers.BLOCK, runs - first)
        block[:, :size] = surprises(weather[:, :, first : first + size]).reshape(-1, size)
        spoilt = ~np.isfinite(block)
        block[spoilt] = 0.0
        np.matmul(table, block, out=product)
        people = found[:, :, first : first + size]
        people[...] = product[:, :size].reshape(rows, years, size)
        if spoilt.any():
            _spoil(people, spoilt.reshape(-1, years, drivers.BLOCK)[:, :, :size])
    return found


def _spoil(people: np.ndarray, spoilt: np.ndarray) -> None:
    """People (row, year, run) are no numbers from the year on in which a surprise (cause, year, run) was none: not
    before it, as a product of zero and infinity would have them."""
    people[:, np.logical_or.accumulate(spoilt.any(axis=0), axis=0)] = np.nan


def group_residents(planned: np.ndarray, response: np.ndarray, weather: np.ndarray) -> np.ndarray:
    """Residents at 31 December by age group (group, year, run): `planned` (group, year) and what chance adds to them,
    by their response (group, year, cause, year of cause). Nobody where the first order would have fewer: it happens
    to the very oldest of a small municipality, in one run of a thousand."""
    found = extra_people(response, weather)
    found += planned[:, :, None]
    np.maximum(found, 0.0, out=found)
    return found
