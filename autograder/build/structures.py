"""Make inputs with a structure that random numbers lack, such as sorted or symmetric ones, and
inputs that just miss it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from autograder.calls.inputs import Value
from autograder.calls.spec import Case
from autograder.questions.question import Question


def _square(data: np.ndarray) -> bool:
    return data.ndim >= 2 and data.shape[-1] == data.shape[-2]


def _palindrome(data: np.ndarray) -> np.ndarray:
    size = data.shape[-1]
    return np.concatenate([data[..., : (size + 1) // 2], data[..., : size // 2][..., ::-1]], -1)


def _permutation(data: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(data, -1), -1).astype(data.dtype)


def _repeat(data: np.ndarray) -> np.ndarray:
    return np.broadcast_to(data[..., :1], data.shape)


def _last_row_zero(data: np.ndarray) -> np.ndarray:
    return np.concatenate([data[:-1], np.zeros_like(data[-1:])])


Change = Callable[[np.ndarray], np.ndarray]

STRUCTURES: Mapping[str, tuple[Callable[[np.ndarray], bool], Change]] = {
    "sorted": (lambda data: data.ndim > 0, lambda data: np.sort(data, -1)),
    "sorted downwards": (lambda data: data.ndim > 0, lambda data: np.sort(data, -1)[..., ::-1]),
    "not negative": (lambda data: data.dtype.kind in "fi", np.abs),
    "not positive": (lambda data: data.dtype.kind in "fi", lambda data: -np.abs(data)),
    "symmetric": (_square, lambda data: np.triu(data) + np.swapaxes(np.triu(data, 1), -1, -2)),
    "upper triangular": (_square, np.triu),
    "lower triangular": (_square, np.tril),
    "diagonal": (_square, lambda data: data * np.eye(data.shape[-1], dtype=data.dtype)),
    "the identity": (
        _square,
        lambda data: np.broadcast_to(np.eye(data.shape[-1], dtype=data.dtype), data.shape),
    ),
    "a palindrome": (lambda data: data.ndim > 0, _palindrome),
    "a permutation": (lambda data: data.dtype.kind == "i" and data.ndim > 0, _permutation),
    "equal along the last axis": (lambda data: data.ndim > 0, _repeat),
    "zero": (lambda data: True, np.zeros_like),
    "one": (lambda data: True, np.ones_like),
    "zero in the last row": (lambda data: data.ndim > 1 and len(data) > 1, _last_row_zero),
}
"""Inputs that questions are often about, by name: which arrays can have the structure, and how to
give it to them.
"""

ALIKE = "alike"
"""The structure in which arrays of the same shape and dtype hold the same numbers."""


def give_structure(question: Question, case: Case) -> list[Case]:
    """The case with structured arrays: for each structure, first with all arrays that can have it,
    then with each of them alone.
    """
    made = []
    arrays = [name for name in case.arguments if question.arguments[name].restructurable]
    for name in arrays[1:]:
        first, value = case.arguments[arrays[0]].data, case.arguments[name]
        if (first.shape, first.dtype) == (value.data.shape, value.data.dtype):
            made.append(_with(case, ALIKE, {name: Value(value.kind, first)}))
    for called, (fits, change) in STRUCTURES.items():
        changed = {
            name: Value(
                case.arguments[name].kind,
                np.array(change(case.arguments[name].data), case.arguments[name].data.dtype),
            )
            for name in arrays
            if fits(case.arguments[name].data)
        }
        if changed:
            made.append(_with(case, called, changed))
        if len(changed) > 1:
            made += [_with(case, called, {name: value}) for name, value in changed.items()]
    return made


def _with(case: Case, called: str, changed: Mapping[str, Value]) -> Case:
    return replace(case, label=f"{case.label}, {called}", arguments={**case.arguments, **changed})


LARGE = 100.0
"""A factor that makes numbers so large that an answer which clips them to a range cannot see them
change.
"""


def enlarge(question: Question, case: Case) -> Case:
    """The case with its real numbers made large."""
    changed = {
        name: Value(value.kind, np.asarray(value.data * LARGE, value.data.dtype))
        for name, value in case.arguments.items()
        if question.arguments[name].restructurable and value.data.dtype.kind == "f"
    }
    return replace(case, arguments={**case.arguments, **changed})


SPOILED = 12
"""How many inputs are made from one structured case by changing one element."""


def spoil(structured_case: Case, plain: Case) -> Iterator[Case]:
    """The structured case with one element of one array changed, a different one each time. The
    same two cases always give the same results.
    """
    arrays = [
        name
        for name, value in structured_case.arguments.items()
        if value.kind in ("jax", "numpy") and value.data.size
    ]
    changed = [
        name
        for name in arrays
        if structured_case.arguments[name].data.tobytes() != plain.arguments[name].data.tobytes()
    ]
    content = b"".join(plain.arguments[name].data.tobytes() for name in arrays)
    digest = hashlib.sha256(content).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    for tried in range(SPOILED if changed else 0):
        name = changed[int(rng.integers(len(changed)))]
        value = structured_case.arguments[name]
        data = value.data.copy()
        # Leave out the first row, column or element, so that an answer which looks only there sees
        # no change.
        first = [min(1, size - 1) if tried < SPOILED // 2 else 0 for size in data.shape]
        place = tuple(
            int(rng.integers(low, size)) for low, size in zip(first, data.shape, strict=True)
        )
        data[place] = _another(data, place, rng)
        yield _with(structured_case, "except for one element", {name: Value(value.kind, data)})


def _another(data: np.ndarray, place: tuple[int, ...], rng: np.random.Generator) -> object:
    """Another number to put in one place of the array, of the size of those in it."""
    if data.dtype.kind == "b":
        return not data[place]
    reach = max(float(np.max(np.abs(data))), 1.0)
    if data.dtype.kind in "iu":
        return int(rng.integers(-int(reach) if data.dtype.kind == "i" else 0, int(reach) + 1))
    more = reach * rng.standard_normal()
    # Keep the sign: an answer that clips large numbers to a range sees no change then.
    return data[place] + (more if data.dtype.kind == "c" else np.copysign(more, data[place]))
