"""What the rules of the accounts are written with, beside ``+ - * /``: five choices.

A rule never uses ``if``, ``min`` or a transcendental function, so that it means the same on one number (compiled
engine) and on an array over runs (NumPy engine), to the last bit. The compiled engine puts a scalar version of
:func:`choose` in its place (``engine/kernel.py``).
"""

import numpy as np

from ldip.model.accounts.inputs import Number

NOISE = 1e-9
"""Less than a billionth of revenue (some ten kroner) is rounding, not a broken rule."""


def choose(condition: Number, chosen: Number, otherwise: Number) -> Number:
    """`chosen` where the condition holds, else `otherwise`."""
    return np.where(condition, chosen, otherwise)


def least(a: Number, b: Number) -> Number:
    """The smaller of two."""
    return choose(a < b, a, b)


def greatest(a: Number, b: Number) -> Number:
    """The greater of two."""
    return choose(a > b, a, b)


def positive(a: Number) -> Number:
    """The part above zero."""
    return choose(a > 0.0, a, 0.0)


def ratio(part: Number, whole: Number) -> Number:
    """part / whole; 0 where the whole is not positive (a municipality without revenue has no ratio)."""
    return choose(whole > 0.0, part, 0.0) / choose(whole > 0.0, whole, 1.0)


def event(condition: Number) -> Number:
    """1 where it happens, 0 where not."""
    return choose(condition, 1.0, 0.0)
