"""The words for what is right besides the reference's own numbers, and their stored form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.calls.outputs import ALONE


class Word:
    """One of the words below."""


class Alignment(Word):
    """A word for changes that do not matter: an answer is brought as near to the reference's as
    they allow, then compared with it.
    """


@dataclass(frozen=True)
class UpToSign(Alignment):
    """Each vector along `axis` may be multiplied by -1, and a complex one by any number of absolute
    value 1.
    """

    axis: int

    def __str__(self) -> str:
        return f"up_to_sign({self.axis})"


@dataclass(frozen=True)
class UpToOrder(Alignment):
    """The entries along `axis` may stand in any order."""

    axis: int

    def __str__(self) -> str:
        return f"up_to_order({self.axis})"


@dataclass(frozen=True)
class UpToRotation(Alignment):
    """One rotation or reflection may turn all vectors along the last axis."""

    def __str__(self) -> str:
        return "up_to_rotation()"


@dataclass(frozen=True)
class AsSet(Alignment):
    """The entries along the first axis may stand in any order, and may be repeated."""

    def __str__(self) -> str:
        return "as_set()"


@dataclass(frozen=True)
class Residual(Word):
    """An answer is right if `source`, a function of the arguments and the answer, returns zeros up
    to rounding.
    """

    source: str


@dataclass(frozen=True)
class Samples(Word):
    """An answer is right if its numbers have the reference's distribution, over `count` values of
    the argument `key`.
    """

    count: int
    key: str = ""


Same = Mapping[str, Word]
"""The words of a question, by the names of its output's arrays. A `Residual` or `Samples` is about
all arrays together and stands alone, under the name `ALONE`.
"""

_KINDS: Mapping[str, type[Word]] = {
    kind.__name__: kind for kind in (UpToSign, UpToOrder, UpToRotation, AsSet, Residual, Samples)
}


def residual_of(same: Same) -> Residual | None:
    """The `Residual` among the words, or None."""
    found = same.get(ALONE)
    return found if isinstance(found, Residual) else None


def samples_of(same: Same) -> Samples | None:
    """The `Samples` among the words, or None."""
    found = same.get(ALONE)
    return found if isinstance(found, Samples) else None


def to_json(same: Same) -> dict[str, Any]:
    """The words as JSON types."""
    return {part: {"word": type(word).__name__, **vars(word)} for part, word in same.items()}


def from_json(stored: Mapping[str, Any]) -> dict[str, Word]:
    """The inverse of `to_json`."""
    return {
        part: _KINDS[fields["word"]](
            **{name: value for name, value in fields.items() if name != "word"}
        )
        for part, fields in stored.items()
    }
