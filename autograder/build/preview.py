"""Preview a question in the notebook while its author writes it: drawn cases, outputs, the allowed
error, and the outcome of each wrong answer.
"""

from __future__ import annotations

import html
import io
import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from autograder.bank.groups import GROUPS
from autograder.build.answered_cases import arguments_of
from autograder.build.drawn import DrawnGroups
from autograder.build.reference import draw
from autograder.questions.question import Question

BUILDING = "OTTER_ARRAYS_BUILDING"
"""This environment variable is set while a build runs a master. Nobody would see a preview then,
and it would cost as much as the build.
"""

LARGEST_SHOWN = 1e6
"""Errors above this many tolerances share one colour."""

_STYLE = "style='max-width:60rem'"


@dataclass(frozen=True, repr=False)
class Preview:
    """Tables and a figure of one question.

    `cases` has one row for each case. For each misconception, `mistakes` gives the number of cases
    in each group that refuse it, and its largest error in tolerances.
    """

    question: str
    cases: pd.DataFrame
    mistakes: pd.DataFrame
    drawn: DrawnGroups

    def figure(self) -> Any:
        """A `matplotlib.figure.Figure` of the error of each misconception on each case, in
        tolerances; None if there are no misconceptions.
        """
        if self.mistakes.empty:
            return None
        from matplotlib.colors import LogNorm
        from matplotlib.figure import Figure

        errors = np.array([self._errors(name) for name in self.mistakes.index])
        figure = Figure(figsize=(10, 1.4 + 0.34 * len(errors)), layout="constrained")
        axes = figure.subplots()
        axes.set_facecolor("0.85")
        shown = np.ma.masked_less_equal(np.minimum(errors, LARGEST_SHOWN), 1.0)
        image = axes.imshow(
            shown,
            cmap="viridis_r",
            norm=LogNorm(1.0, LARGEST_SHOWN),
            aspect="auto",
            interpolation="nearest",
        )
        axes.set_yticks(
            range(len(errors)),
            [name if len(name) < 50 else f"{name[:47]}…" for name in self.mistakes.index],
        )
        starts = np.cumsum([0, *(len(group.cases) for group in self.drawn.groups.values())])
        axes.set_xticks(starts[:-1], list(self.drawn.groups), ha="left")
        for start in starts[1:-1]:
            axes.axvline(start - 0.5, color="white")
        axes.set_title("error divided by the tolerance (grey: accepted)", fontsize="medium")
        figure.colorbar(image, ax=axes)
        return figure

    def _errors(self, misconception: str) -> list[float]:
        """The error on each case, in tolerances; infinite if the outcome is not a comparable
        array.
        """
        found = []
        for name, group in self.drawn.groups.items():
            for index in range(len(group.cases)):
                found.append(self.drawn.errors(misconception, name, index))
        return found

    def _repr_html_(self) -> str:
        parts = [
            f"<h4>{html.escape(self.question)}</h4>",
            f"<div {_STYLE}>",
            self.cases.to_html(index=False, border=0),
            "</div>",
        ]
        if not self.mistakes.empty:
            parts += [
                f"<h4>Cases that refuse each misconception</h4><div {_STYLE}>",
                self.mistakes.to_html(border=0),
                "</div>",
                self._picture(),
            ]
        return "\n".join(parts)

    def _picture(self) -> str:
        content = io.StringIO()
        self.figure().savefig(content, format="svg", metadata={"Date": None})
        svg = content.getvalue()
        return (
            "<figure role='img' aria-label='The error of each misconception on each "
            f"case'>{svg[svg.index('<svg') :]}</figure>"
        )

    def __repr__(self) -> str:
        with pd.option_context(
            "display.max_colwidth", 60, "display.width", 160, "display.max_columns", 20
        ):
            parts = [self.question, self.cases.to_string(index=False)]
            parts += (
                []
                if self.mistakes.empty
                else ["Cases that refuse each misconception:", self.mistakes.to_string()]
            )
        return "\n".join(parts)


def preview(question: Question, reference: object) -> Preview | None:
    """Draw every group of cases as a build would, from a secret that no build uses. Raises
    `BuildError` for anything that would stop the build.

    Returns None during a build.
    """
    if os.environ.get(BUILDING):
        return None
    drawn = draw(question, reference, (*GROUPS, *question.laws), "rehearsal", "rehearsal")
    rows = []
    for name, group in drawn.groups.items():
        for answered, (part, output) in (
            (case, each) for case in group.cases for each in case.expected.items()
        ):
            allowed = float(np.max(answered.tolerances[part], initial=0.0))
            rows.append(
                {
                    "group": name,
                    "case": answered.case.label,
                    "arguments": arguments_of(answered.case),
                    "output": f"{part} {output.dtype} {output.shape}".strip(),
                    "smallest": _number(np.min(output)) if output.dtype.kind in "fiu" else "",
                    "largest": _number(np.max(output)) if output.dtype.kind in "fiu" else "",
                    "allowed error": f"{allowed:.2g}" if allowed else "none",
                }
            )
    table: dict[str, dict[str, str]] = {}
    for known in question.misconceptions:
        margin = drawn.margin(known.name)
        table[known.name] = {
            **{
                name: f"{len(drawn.failing(known.name, name))} of {len(group.cases)}"
                for name, group in drawn.groups.items()
            },
            "largest error / tolerance": "not comparable"
            if math.isinf(margin)
            else f"{margin:.2g}",
            "told_by": known.told_by,
        }
    return Preview(
        question.name, pd.DataFrame(rows), pd.DataFrame.from_dict(table, orient="index"), drawn
    )


def _number(value: Any) -> str:
    return f"{value:.4g}"
