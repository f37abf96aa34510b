"""The results of an audit, as records and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.build.record import ToleranceRecord

MISCONCEPTION = "misconception"
"""The kind of the wrong answers that the author declared; all others are generated."""


@dataclass(frozen=True)
class Verdict:
    """How one answer fared in the tests. `right` is its known verdict.

    `failed` names the groups of cases and the rules in which it lost points. `refused_on` holds the
    cases of each group that refuse it, and `distance` the largest error in tolerances, if numbers
    were compared. `equivalent` says that it agrees with the reference on the cases of all
    additional banks.
    """

    question: str
    right: bool
    kind: str
    name: str
    source: str
    score: float
    possible: float
    failed: tuple[str, ...]
    refused_on: Mapping[str, Sequence[int]] = field(default_factory=dict)
    distance: float | None = None
    diagnosis: str | None = None
    seconds: float = 0.0
    equivalent: bool = False

    @property
    def full(self) -> bool:
        return self.score >= self.possible - 1e-9

    @property
    def survives(self) -> bool:
        """Whether the answer is known to be wrong, is not equivalent to the reference, and gets
        every point.
        """
        return not self.right and self.full and not self.equivalent

    @property
    def in_question(self) -> bool:
        """Whether a survivor may be right after all. A misconception that the author declared stays
        wrong whatever its values.
        """
        return self.survives and self.kind != MISCONCEPTION


@dataclass(frozen=True)
class Audited:
    """The results of the audit of one question. `groups` holds the cases, the shapes, and the
    reference's seconds for each group.
    """

    assignment: str
    question: str
    reference: str
    verdicts: tuple[Verdict, ...]
    groups: Mapping[str, Mapping[str, float]]
    tolerance: ToleranceRecord
    note: str = ""

    @property
    def faults(self) -> list[str]:
        """The reasons why the audit fails, one sentence each."""
        found = [self.note] if self.note else []
        for verdict in self.verdicts:
            if verdict.right and not verdict.full:
                found.append(
                    f"{self.question}: a right answer is refused: {verdict.kind}, {verdict.name} "
                    f"(in {', '.join(verdict.failed)})"
                )
            elif verdict.survives:
                found.append(
                    f"{self.question}: a wrong answer gets full marks: {verdict.kind}, "
                    f"{verdict.name}"
                )
        return found


def to_json(audited: Sequence[Audited]) -> str:
    """Audits as JSON text."""
    return json.dumps([asdict(each) for each in audited], indent=1)


def from_json(text: str) -> list[Audited]:
    """The audits in JSON text."""
    return [_audit_of(each) for each in json.loads(text)]


def _audit_of(stored: Mapping[str, Any]) -> Audited:
    verdicts = tuple(_verdict(verdict) for verdict in stored["verdicts"])
    return Audited(
        **{
            **stored,
            "verdicts": verdicts,
            "tolerance": ToleranceRecord.from_json(stored["tolerance"]),
        }
    )


def _verdict(stored: Mapping[str, Any]) -> Verdict:
    return Verdict(**{**stored, "failed": tuple(stored["failed"])})
