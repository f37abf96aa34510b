"""What test files mention, and how they print."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

_FORMS = ("1.13", "1.21", "1.25", "2.1", "2.2")
"""Versions of NumPy whose printed form can be asked for."""


def print_as_there(legacy: Any) -> None:
    """Print NumPy's numbers in the form that the notebook has chosen, as courses do for doctests
    that expect `True` or `2.5`. No other option is taken over: a precision would hide digits.
    """
    if legacy is False or legacy in _FORMS:
        np.set_printoptions(legacy=legacy)


def identifiers(path: Path, own_names: Sequence[str]) -> list[str]:
    """Every name that a test file mentions and that a submission may define: no keywords, and of
    Python's own names only those in `own_names`.
    """
    found = re.findall(r"[^\W\d]\w*", path.read_text(encoding="utf-8"))
    return sorted(
        {
            name
            for name in found
            if not keyword.iskeyword(name)
            and (not hasattr(builtins, name) or name in own_names)
            and not name.startswith("__")
        }
    )
