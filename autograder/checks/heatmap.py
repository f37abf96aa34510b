"""A picture of a wrong answer, for the student's notebook: the expected array, the returned one,
and where they differ.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.verdicts.arrays import widen
from autograder.verdicts.examine import Finding


def show(question: str, finding: Finding) -> None:
    """Display the picture in the running notebook. Does nothing outside a notebook, or if the
    answer cannot be drawn.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if (
        shell is None
        or not hasattr(shell, "kernel")
        or finding.step != "values"
        or finding.actual is None
    ):
        return
    picture = draw(question, finding)
    if picture is not None:
        from IPython.display import Image, display

        content = io.BytesIO()
        picture.savefig(content, format="png", dpi=110)
        # As a picture, not a matplotlib object: a notebook that has not set up matplotlib would
        # only show the object's name.
        # The description is metadata: IPython before 8, which Colab has, knows no `alt=`.
        described = {"alt": _described(question, finding)}
        display(Image(content.getvalue(), metadata=described))  # type: ignore[no-untyped-call]


def draw(question: str, finding: Finding) -> Any:
    """A `matplotlib.figure.Figure`, or None if matplotlib is not installed."""
    try:
        from matplotlib.colors import LogNorm
        from matplotlib.figure import Figure
    except ImportError:
        return None
    assert finding.actual is not None
    expected, actual = (
        as_table(array, finding.answered.case.sizes) for array in (finding.expected, finding.actual)
    )
    with np.errstate(invalid="ignore"):
        error = np.nan_to_num(np.abs(widen(actual) - widen(expected)), nan=0.0)
    allowed = max(finding.allowed, float(np.finfo(np.float32).tiny))
    right = error <= np.broadcast_to(finding.tolerance, finding.expected.shape).reshape(error.shape)
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    panels = figure.subplots(1, 3)
    shown = np.concatenate([widen(expected).ravel(), widen(actual).ravel()])
    limit = (
        float(
            np.max(
                np.abs(shown),
                initial=0.0,
                where=np.isfinite(shown),
            )
        )
        or 1.0
    )
    for panel, table, title in ((panels[0], expected, "expected"), (panels[1], actual, "returned")):
        image = panel.imshow(
            np.real(widen(table)),
            cmap="RdBu_r",
            vmin=-limit,
            vmax=limit,
            aspect="auto",
            interpolation="nearest",
        )
        panel.set_title(title)
    figure.colorbar(image, ax=panels[:2].tolist(), shrink=0.9)
    # Elements within the allowed error stay grey: colour means wrong.
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
    panels[2].set_title(f"error above {allowed:.1g} (grey: right)")
    figure.colorbar(image, ax=panels[2], shrink=0.9)
    for panel in panels:
        panel.xaxis.get_major_locator().set_params(integer=True)
        panel.yaxis.get_major_locator().set_params(integer=True)
    figure.suptitle(
        f"{question}: case {finding.case + 1} of {finding.cases}, {finding.answered.case.label}",
        fontsize="medium",
    )
    return figure


def as_table(array: np.ndarray, sizes: Mapping[str, int]) -> np.ndarray:
    """An output as a 2-d array. A flat output is cut into as many rows as the question's first
    dimension has, where that fits.
    """
    if array.ndim == 2:
        return array
    if array.ndim > 2:
        return array.reshape(-1, array.shape[-1])
    rows = next((size for size in sizes.values() if size > 1 and array.size % size == 0), 1)
    return array.reshape(rows, -1)


def _described(question: str, finding: Finding) -> str:
    return (
        f"Three maps of the output of {question}: expected, returned, and the error of each "
        f"element. {finding.sentence}"
    )
