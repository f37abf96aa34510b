"""The record of a build, for the author of an assignment, and its JSON. It contains the sources of
known answers, so it is secret.

Records of earlier versions lack the fields that have a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.build.tolerance import Noise


@dataclass(frozen=True)
class GroupCounts:
    """The number of cases in a group, of distinct shapes among them, and of calls that it takes."""

    cases: int
    shapes: int
    calls: int = 0


@dataclass(frozen=True, kw_only=True)
class MisconceptionRecord:
    """A known wrong answer: the groups and the cases that refuse it, the rules that it breaks, and
    its source.

    `margin` is its distance from the right answer: the largest error of any element, in tolerances
    of that element. `least` is the smallest such distance in any case that refuses it. Both are
    None if the answer is wrong in a way other than its numbers.
    """

    name: str
    told_by: str
    refused_in: tuple[str, ...]
    refused_on: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unmet: tuple[str, ...] = ()
    margin: float | None = None
    least: float | None = None
    source: str

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> MisconceptionRecord:
        """The record that this JSON describes."""
        refused_on = {name: tuple(cases) for name, cases in stored.get("refused_on", {}).items()}
        return cls(
            **{
                **stored,
                "refused_in": tuple(stored["refused_in"]),
                "refused_on": refused_on,
                "unmet": tuple(stored.get("unmet", ())),
            }
        )


@dataclass(frozen=True)
class ToleranceRecord:
    """The noise by source, and the tolerance. Both are relative to the largest element of an
    output, and `noise.own` to each element's own size. For residuals, both are relative to the
    residual of an answer that is entirely wrong; for samples, the tolerance is the allowed
    difference of frequencies.

    `measured` is the tolerance that follows from the noise. `set_by_the_author` holds `rtol` and
    `atol` if the author set them.
    """

    noise: Noise
    relative: float
    set_by_the_author: Mapping[str, float] = field(default_factory=dict)
    measured: float = 0.0

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ToleranceRecord:
        """The record that this JSON describes."""
        return cls(**{**stored, "noise": Noise(**stored["noise"])})


@dataclass(frozen=True, kw_only=True)
class QuestionRecord:
    """One question: its groups by name, its known answers by the names of their functions, and its
    rules in words. `options` counts the hidden cases of each option, for each argument that has
    options. `trivial` counts, for each answer that needs no understanding, the cases of each hidden
    group that refuse it. `idle` names the arguments that never changed an expected output.
    """

    groups: Mapping[str, GroupCounts]
    alternatives: Mapping[str, str]
    misconceptions: Mapping[str, MisconceptionRecord]
    rules: Mapping[str, str] = field(default_factory=dict)
    tolerance: ToleranceRecord
    imprecise: float = 0.0
    options: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    trivial: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    idle: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> QuestionRecord:
        """The record that this JSON describes."""
        return cls(
            **{
                **stored,
                "groups": {
                    name: GroupCounts(**counts) for name, counts in stored["groups"].items()
                },
                "misconceptions": {
                    name: MisconceptionRecord.from_json(known)
                    for name, known in stored["misconceptions"].items()
                },
                "tolerance": ToleranceRecord.from_json(stored["tolerance"]),
                "idle": tuple(stored.get("idle", ())),
            }
        )


@dataclass(frozen=True)
class BuildRecord:
    """One build: the name of the assignment, the secret that its hidden cases were drawn from, and
    its questions by name.
    """

    assignment: str
    secret: str
    questions: Mapping[str, QuestionRecord]

    def to_json(self) -> dict[str, Any]:
        """The record as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> BuildRecord:
        """The record that this JSON describes."""
        return cls(
            stored["assignment"],
            stored["secret"],
            {name: QuestionRecord.from_json(each) for name, each in stored["questions"].items()},
        )
