"""Where a notebook runs, and how a student hands it in from there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

SHOWN = ("jax", "jaxlib", "flax", "numpy")
"""The packages whose versions students read."""


@dataclass(frozen=True)
class Place:
    """A place where notebooks run. `download` says how a student gets the notebook's file, and
    `internet` how to switch the Internet on.
    """

    name: str
    download: str
    internet: str = ""


COLAB = Place("Google Colab", "File → Download → Download .ipynb")
KAGGLE = Place(
    "Kaggle",
    "File → Download Notebook",
    "On Kaggle, turn it on in the panel on the right, under “Session options”. ",
)
DEEPNOTE = Place("Deepnote", "the menu “…” beside the notebook's name → Export as .ipynb")
JUPYTER = Place("Jupyter", "File → Download")


def here() -> Place:
    """The place where this process runs, recognised by the variables and modules that people use
    for it.
    """
    if "COLAB_RELEASE_TAG" in os.environ or "google.colab" in sys.modules:
        return COLAB
    if "KAGGLE_KERNEL_RUN_TYPE" in os.environ or Path("/kaggle/working").is_dir():
        return KAGGLE
    return DEEPNOTE if "DEEPNOTE_PROJECT_ID" in os.environ else JUPYTER
