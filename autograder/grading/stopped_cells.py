"""The row about the cells of a submission that did not run to their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.grading import results as files
from autograder.sandbox.cells import Stopped

ABOUT_CELLS = (
    "These cells did not finish. That alone costs no points, but it may be why an answer is "
    "missing. Text cells are not counted."
)

CELLS_SHOWN = 30
"""At most this many cells are listed."""


def row_of(cells: Sequence[Mapping[str, Any]], *, hidden: bool) -> list[dict[str, Any]]:
    """A row without points about the cells that did not run to their end; no row if all did."""
    if not cells:
        return []
    stopped = [Stopped.from_json(cell) for cell in cells]
    # Cells that ran after a test: which of them stop could reveal what the test asked.
    later = [cell for cell in stopped if cell.said]
    told_of = [cell for cell in stopped if cell not in later[1:]]
    lines = [cell.sentence() for cell in told_of[:CELLS_SHOWN]]
    rest = len(told_of) - CELLS_SHOWN
    lines += [f"… and {rest} more"] if rest > 0 else []
    lines += ["Later cells stopped too."] if later[1:] else []
    told = "\n".join(f"- {line}" for line in lines)
    return [
        {
            "name": files.CELLS,
            "visibility": "hidden" if hidden else "visible",
            "output": f"{ABOUT_CELLS}\n\n{told}",
            "output_format": "md",
        }
    ]
