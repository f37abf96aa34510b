"""Find equal wrong answers: submissions of a class that returned the same wrong array."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.checks.row import rows_of
from autograder.classroom.ledger import Entry
from autograder.verdicts.sketch import near


@dataclass
class Alike:
    """Submissions that returned the same wrong array, or nearly the same, for the same case."""

    question: str
    group: str
    case: int
    array: str
    sketch: Sequence[float]
    keys: list[str] = field(default_factory=list)
    diagnoses: Counter[str] = field(default_factory=Counter)


def alike(entries: Mapping[str, Entry]) -> list[Alike]:
    """Groups of at least two submissions with the same wrong output, largest first.

    If several checks of a question show the same submissions, only the check that shows the most is
    kept.
    """
    found: dict[tuple[Any, ...], list[Alike]] = {}
    for entry in entries.values():
        for row in rows_of(entry.results):
            returned = row.returned
            if row.right or returned is None:
                continue
            place = (row.question, row.cases, returned.case, returned.part, returned.array)
            groups = found.setdefault(place, [])
            group = next((each for each in groups if near(each.sketch, returned.sketch)), None)
            if group is None:
                group = Alike(
                    row.question, row.cases, returned.case, returned.array, returned.sketch
                )
                groups.append(group)
            group.keys.append(entry.key)
            group.diagnoses[row.diagnosis or ""] += 1
    shown: dict[tuple[str, frozenset[str]], Alike] = {}
    for group in sorted(
        (each for groups in found.values() for each in groups if len(each.keys) > 1),
        key=lambda each: -len(each.keys),
    ):
        if not any(
            question == group.question and set(group.keys) <= keys for question, keys in shown
        ):
            shown[group.question, frozenset(group.keys)] = group
    return list(shown.values())
