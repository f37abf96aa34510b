"""A picture of a wrong answer, for the student's notebook: the expected array, the returned one,
and the errors.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.verdicts import places
from autograder.verdicts.arrays import widen
from autograder.verdicts.examine import Finding

SIZE, DPI = (6.6, 3.0), 110
"""Inches, and dots per inch: as wide as the text column of a narrow notebook."""


FOLDED = "The answer is flat: the maps fold it into rows of {columns} elements."

STACKED = "The maps show the last axis from left to right, and all others from top to bottom."


def show(question: str, finding: Finding) -> None:
    """Display the picture in the running notebook. Does nothing outside a notebook, or if the
    answer cannot be drawn: the text says what is wrong.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if (
        shell is None
        or not hasattr(shell, "kernel")
        or finding.step != "values"
        or finding.actual is None
    ):
        return
    with contextlib.suppress(Exception):
        content = png(question, finding)
        if content is not None:
            from IPython.display import Image, display

            # A picture, not a matplotlib object: a notebook that has not set up matplotlib would
            # only show the object's name. The description is metadata, because IPython before 8,
            # which Colab has, lacks `alt=`.
            described = {"alt": _describe(question, finding)}
            display(Image(content, metadata=described))  # type: ignore[no-untyped-call]


def png(question: str, finding: Finding) -> bytes | None:
    """The picture as a PNG file, or None if matplotlib is not installed. The notebook's own
    settings for plots do not change it.
    """
    try:
        from matplotlib import style
    except ImportError:
        return None
    content = io.BytesIO()
    with style.context("default"):
        draw(question, finding).savefig(content, format="png", dpi=DPI)
    return content.getvalue()


def draw(question: str, finding: Finding) -> Any:
    """The picture as a `matplotlib.figure.Figure`."""
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    assert finding.actual is not None
    expected, actual = (
        as_table(array, finding.answered.case.sizes) for array in (finding.expected, finding.actual)
    )
    with np.errstate(invalid="ignore"):
        error = np.nan_to_num(np.abs(widen(actual) - widen(expected)), nan=0.0)
    allowed = max(finding.allowed, float(np.finfo(np.float32).tiny))
    right = error <= np.broadcast_to(finding.tolerance, finding.expected.shape).reshape(error.shape)
    figure = Figure(figsize=SIZE, layout="constrained")
    panels = figure.subplots(1, 3)
    shown = np.concatenate([widen(expected).ravel(), widen(actual).ravel()])
    limit = float(np.max(np.abs(shown), initial=0.0, where=np.isfinite(shown))) or 1.0
    for panel, table in ((panels[0], expected), (panels[1], actual)):
        image = panel.imshow(
            np.real(widen(table)),
            cmap="RdBu_r",
            vmin=-limit,
            vmax=limit,
            aspect="auto",
            interpolation="nearest",
        )
    bars = [figure.colorbar(image, ax=panels[:2].tolist(), location="bottom", shrink=0.6)]
    # Elements within the allowed error stay grey, so that colour means wrong.
    wrong = np.ma.masked_where(right, error)
    panels[2].set_facecolor("0.85")
    worst = max(float(error.max(initial=0.0)), 10 * allowed)
    image = panels[2].imshow(
        wrong,
        cmap="viridis_r",
        norm=LogNorm(allowed, worst),
        aspect="auto",
        interpolation="nearest",
    )
    bars.append(figure.colorbar(image, ax=panels[2], location="bottom", shrink=0.9))
    titles = ("expected", "returned", f"error above {allowed:.1g} (grey: right)")
    for panel, title in zip(panels, titles, strict=True):
        panel.set_title(title, fontsize="small")
        panel.set_xlabel("column", fontsize="small")
        panel.xaxis.get_major_locator().set_params(integer=True)
        panel.yaxis.get_major_locator().set_params(integer=True)
    panels[0].set_ylabel("row", fontsize="small")
    for axes in (*panels, *(bar.ax for bar in bars)):
        axes.tick_params(labelsize="x-small")
    figure.suptitle("\n".join(_above(question, finding, error)), fontsize="small")
    return figure


def _above(question: str, finding: Finding, error: np.ndarray) -> list[str]:
    """The lines above the maps: the case, how the maps show an array that is not 2-d, and where to
    look.
    """
    shape = finding.expected.shape
    lines = [
        f"{question}: case {finding.case + 1} of {finding.cases}, {finding.answered.case.label}"
    ]
    if len(shape) != 2 and error.shape[0] > 1:
        lines.append(STACKED if len(shape) > 2 else FOLDED.format(columns=error.shape[1]))
    if error.size > 1 and np.max(error) > 0:
        worst = np.unravel_index(int(np.argmax(error)), shape)
        place = [int(axis) for axis in worst]
        if finding.mismatch is not None and finding.mismatch.place:
            place = list(finding.mismatch.place)  # the one that the text lists first
        sizes = finding.answered.case.sizes
        index, where = places.in_words(place, shape), places.in_the_maps(place, shape, sizes)
        at = "" if index == where else f" at {index},"
        lines.append(f"The largest error is{at} in {where}.")
    return lines


def as_table(array: np.ndarray, sizes: Mapping[str, int]) -> np.ndarray:
    """An output as the maps show it."""
    return array.reshape(places.rows_and_columns(array.shape, sizes))


def _describe(question: str, finding: Finding) -> str:
    return (
        f"Three maps of the output of {question}: expected, returned, and the error of each "
        f"element. {finding.sentence}"
    )
