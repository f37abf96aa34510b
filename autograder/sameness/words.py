"""The words for what else than the reference's own numbers is right, and their stored form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.calls.outputs import ALONE


class Word:
    """One of the words below."""


class Alignment(Word):
    """A word for changes that do not matter: an answer is brought as near to the reference's as
    they allow, and then compared with it.
    """


@dataclass(frozen=True)
class UpToSign(Alignment):
    """Each vector along `axis` may be multiplied by -1; a complex one by any number of size 1."""

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
    """The vectors along the last axis may all be turned by one rotation or reflection."""

    def __str__(self) -> str:
        return "up_to_rotation()"


@dataclass(frozen=True)
class AsSet(Alignment):
    """The entries along the first axis may stand in any order, and repeatedly."""

    def __str__(self) -> str:
        return "as_set()"


@dataclass(frozen=True)
class Residual(Word):
    """An answer is right if the numbers that `source`, a function of the arguments and the answer,
    makes of it are zero up to rounding.
    """

    source: str


@dataclass(frozen=True)
class Samples(Word):
    """An answer is right if its numbers are distributed as the reference's, over `count` values of
    the argument `key`.
    """

    count: int
    key: str = ""


Same = Mapping[str, Word]
"""The words of a question, by the names of the arrays of its output. A `Residual` or `Samples` is
of all arrays together and stands alone, under the name `ALONE`.
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
    """The words that `to_json` wrote."""
    return {
        part: _KINDS[fields["word"]](
            **{name: value for name, value in fields.items() if name != "word"}
        )
        for part, fields in stored.items()
    }
