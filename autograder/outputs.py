"""What a function returns: named arrays. An array that is returned by itself has the name "".

A name is the way to the array from outside in, its keys and places joined by "/": "loss", "0", "grads/kernel". NumPy only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.compare import Mismatch, compare

Output = Mapping[str, np.ndarray]

ALONE = ""

SHOWN = 8
"""So many names are listed in a sentence."""


def alone(array: np.ndarray) -> Output:
    """An output that is one array by itself."""
    return {ALONE: array}


def differences(actual: Output, desired: Output, tolerances: Mapping[str, float]) -> dict[str, Mismatch]:
    """What is wrong with each array of `actual`, by its name; empty if nothing is.

    Where arrays are missing, or there are others, this alone is said, under the name of the first that is expected and not there.
    """
    missing = [name for name in desired if name not in actual]
    if missing or len(actual) != len(desired):
        return {(missing or list(desired))[0]: Mismatch("structure", f"returned {_counted(actual)}; expected {_listed(desired)}.")}
    found = {name: compare(actual[name], desired[name], tolerances[name]) for name in desired}
    return {name: mismatch for name, mismatch in found.items() if mismatch is not None}


def first(found: Mapping[str, Mismatch]) -> tuple[str, Mismatch]:
    """Of what is wrong with an output: the first array that is more than imprecise, or else the first."""
    return next(((name, mismatch) for name, mismatch in found.items() if not mismatch.imprecise), next(iter(found.items())))


def identical(one: Output, other: Output) -> bool:
    """Whether two outputs are the same, bit by bit."""
    return one.keys() == other.keys() and all(
        (one[name].shape, one[name].dtype) == (other[name].shape, other[name].dtype) and one[name].tobytes() == other[name].tobytes() for name in one
    )


def _counted(actual: Output) -> str:
    """The names are the function's choice and could spell out what it was given: only how many there are is told."""
    if ALONE in actual:
        return "one array by itself"
    return f"{len(actual) if len(actual) < 1000 else 'more than 1000'} array{'' if len(actual) == 1 else 's'}"


def _listed(desired: Output) -> str:
    if ALONE in desired:
        return "is one array by itself"
    names = [f"[{name}]" for name in desired]
    return f"{'is one' if len(names) == 1 else f'are {len(names)}'}: {', '.join(names[:SHOWN])}{', …' if len(names) > SHOWN else ''}"
