"""Count which group of cases refuses which kind of wrong answer."""

from __future__ import annotations

from typing import Any

from autograder.audit.records import Audited
from autograder.bank.groups import METHOD


def kinds(audited: Audited) -> list[dict[str, Any]]:
    """For each kind of wrong answer, how many of them each group refuses, and how many the rules
    refuse together.
    """
    rows: dict[str, dict[str, Any]] = {}
    for verdict in audited.verdicts:
        if verdict.right or verdict.equivalent:
            continue
        row = rows.setdefault(
            verdict.kind,
            {"kind": verdict.kind, "count": 0, "groups": dict.fromkeys(audited.groups, 0)},
        )
        row["count"] += 1
        rules = set(verdict.failed) - set(audited.groups)
        for name in audited.groups:
            row["groups"][name] += bool(rules) if name == METHOD else name in verdict.failed
    return [{**row, "groups": list(row["groups"].values())} for row in rows.values()]
