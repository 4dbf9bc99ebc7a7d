"""Correlations that cannot all be at once: which of them contradict each other, and the nearest that do not."""

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

Pair = tuple[int, int]

LEAST = 1e-10
"""Smallest eigenvalue of a correlation matrix that draws can be made with."""

FLOORS = (1e-4, 1e-3, 3e-3, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Smallest eigenvalues that are tried for the nearest matrix, until it holds with two decimals."""

TOO_SMALL = 0.004
"""What a correlation is moved by less than that stays as it is."""

STEPS = 3000


def holds(matrix: np.ndarray) -> bool:
    """Is it a correlation matrix that draws can be made with?"""
    return bool(np.linalg.eigvalsh(matrix)[0] > LEAST)


class Conflict(NamedTuple):
    """The pairs that cannot be at once, as few as there can be, and values near theirs with which all can."""

    pairs: dict[Pair, float]
    nearest: dict[Pair, float]


def conflict(matrix: np.ndarray) -> Conflict:
    """What is wrong with a symmetric `matrix` of ones on the diagonal that does not hold."""
    pairs, every = _pairs(matrix, _smallest(matrix)), _pairs(matrix, range(len(matrix)))
    near = nearest(matrix, pairs) or nearest(matrix, every) or dict.fromkeys(every, 0.0)
    return Conflict({pair: float(matrix[pair]) for pair in pairs}, near)


def _smallest(matrix: np.ndarray) -> Sequence[int]:
    """The fewest of the variables whose correlations do not hold; of several the worst."""
    for count in range(2, len(matrix) + 1):
        sets = np.array(list(combinations(range(len(matrix)), count)))
        least = np.linalg.eigvalsh(matrix[sets[:, :, None], sets[:, None, :]])[:, 0]
        if least.min() <= LEAST:
            found: list[int] = sets[int(least.argmin())].tolist()
            return found
    return range(len(matrix))


def _pairs(matrix: np.ndarray, of: Collection[int]) -> list[Pair]:
    """The pairs among some of the variables that are correlated."""
    return [pair for pair in combinations(sorted(of), 2) if matrix[pair]]


def nearest(matrix: np.ndarray, free: Sequence[Pair]) -> dict[Pair, float]:
    """Two-decimal values of the `free` pairs nearest to their own with which the matrix holds, only those that are
    others; nothing if there are none. The other pairs stay.

    By alternating projections with Dykstra's correction (Higham, IMA J. Numer. Anal. 22, 2002), here onto those
    matrices that have those pairs free.
    """
    may_move = np.zeros(matrix.shape, bool)
    for one, other in free:
        may_move[one, other] = may_move[other, one] = True
    for floor in FLOORS:
        found = _projected(matrix, may_move, floor)
        moves = may_move & (np.abs(found - matrix) > TOO_SMALL)
        rounded = np.where(moves, np.trunc(np.round(100.0 * found, 6)) / 100.0, matrix)
        if holds(rounded):
            return {pair: float(rounded[pair]) for pair in free if rounded[pair] != matrix[pair]}
    return {}


def _projected(matrix: np.ndarray, may_move: np.ndarray, floor: float) -> np.ndarray:
    found, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(STEPS):
        values, vectors = np.linalg.eigh(found - correction)
        inside = (vectors * np.maximum(values, floor)) @ vectors.T
        correction = inside - (found - correction)
        before, found = found, np.where(may_move, inside, matrix)
        if np.abs(found - before).max() < 1e-9:
            break
    return found
