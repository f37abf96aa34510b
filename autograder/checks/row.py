"""The result of one check in grading, as a record and as JSON, for the instructor, the audit and
the class report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

RIGHT, WRONG = "right", "wrong"
"""Verdicts. A group of cases may also be "imprecise" or "inconsistent" (see
`autograder.verdicts.examine.Finding`).
"""


@dataclass(frozen=True)
class WrongArray:
    """The wrong array of a row: its case (from 0), its name in the output, its shape in words, and
    its sketch.
    """

    case: int
    part: str
    array: str
    sketch: Sequence[float]


@dataclass(frozen=True)
class CheckRow:
    """One check: of a group of `cases`, or of one `rule`, where `cases` is `METHOD`.

    `step`, `failing`, `of` (the number of cases), `refused_on`, `returned`, `error` and `allowed`
    are set for a group that fails; see `autograder.verdicts.examine.Finding`. `seen` describes the
    facts that a rule was judged by. `forgeable` says that the verdict rests on what the
    submission's own process reported about itself.
    """

    question: str
    cases: str
    rule: str | None = None
    verdict: str = RIGHT
    diagnosis: str | None = None
    step: str | None = None
    failing: int | None = None
    of: int | None = None
    refused_on: tuple[int, ...] | None = None
    diagnosis_by: str | None = None
    hint: str | None = None
    returned: WrongArray | None = None
    error: float | None = None
    allowed: float | None = None
    seen: str | None = None
    forgeable: bool | None = None
    seconds: float = 0.0

    @property
    def right(self) -> bool:
        return self.verdict == RIGHT

    @property
    def check(self) -> str:
        """The name of what was checked: the rule, or the group of cases."""
        return self.cases if self.rule is None else self.rule

    def to_json(self) -> dict[str, Any]:
        """The row as `extra_data` stores it. A field that is None has no key, except
        `diagnosis`.
        """
        stored = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name == "diagnosis" or getattr(self, each.name) is not None
        }
        if self.refused_on is not None:
            stored["refused_on"] = list(self.refused_on)
        if self.returned is not None:
            stored["returned"] = dict(vars(self.returned))
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> CheckRow:
        """The inverse of `to_json`. Numbers that JSON lacks are stored as text (see
        `autograder.grading.results.write`).
        """
        known = {each.name: stored[each.name] for each in fields(cls) if each.name in stored}
        if known.get("refused_on") is not None:
            known["refused_on"] = tuple(known["refused_on"])
        known["returned"] = (
            WrongArray(**{**returned, "sketch": [float(each) for each in returned["sketch"]]})
            if isinstance(returned := known.get("returned"), Mapping)
            else None
        )
        for name in ("error", "allowed"):
            known[name] = None if known.get(name) is None else float(known[name])
        return cls(**known)


def rows_of(results: Mapping[str, Any]) -> list[CheckRow]:
    """The rows in results in Gradescope's form. There are none if nothing was checked."""
    extra = results.get("extra_data")
    stored = extra.get("findings", []) if isinstance(extra, Mapping) else []
    return [CheckRow.from_json(each) for each in stored if isinstance(each, Mapping)]
