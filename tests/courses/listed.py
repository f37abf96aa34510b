"""What docs/courses.md says of the masters: the commit of each, and the rows that differ."""

from __future__ import annotations

import re

from courses.masters import Master
from shared import ROOT

PAGE = ROOT / "docs" / "courses.md"


def listed(master: Master) -> set[tuple[str, str, str, str]]:
    """The rows of this master that differ: submission, name, what Otter gives, and the plugin."""
    return {
        (submission, name, stock, ours)
        for label, submission, name, stock, ours, reason in _lines("## Rows that differ", 6)
        if label == master.label and reason
    }


def commits() -> dict[str, str]:
    """The commit of each master by its label."""
    return {
        label: re.findall(r"[0-9a-f]{40}", commit)[0]
        for label, commit, *_ in _lines("## What was run", 5)
    }


def _lines(heading: str, columns: int) -> list[list[str]]:
    part = PAGE.read_text(encoding="utf-8").partition(f"{heading}\n")[2].partition("\n## ")[0]
    lines = [
        [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        for line in part.splitlines()
        if line.startswith("| ")
    ][2:]
    assert all(len(cells) == columns for cells in lines), lines
    return lines
