"""Change a value of a test in the way that a call of the submission changed its copy."""

from __future__ import annotations

import random
import sys
from typing import Any

import numpy as np


def change(value: Any, new: Any) -> None:
    """Make `value` equal to `new`, in place, as far as its parts allow. What cannot be changed in
    place stays as it is.
    """
    if isinstance(value, list) and isinstance(new, list):
        _change_parts(value, new)
    elif isinstance(value, dict) and isinstance(new, dict):
        kept = {key: _change(value[key], new[key]) if key in value else new[key] for key in new}
        value.clear()
        value.update(kept)
    elif isinstance(value, set) and isinstance(new, set):
        value.clear()
        value.update(new)
    elif isinstance(value, np.ndarray) and isinstance(new, np.ndarray):
        if (value.shape, value.dtype) == (new.shape, new.dtype):
            value[...] = new
    elif isinstance(value, np.random.Generator) and isinstance(new, np.random.Generator):
        value.bit_generator.state = new.bit_generator.state
    elif isinstance(value, random.Random) and isinstance(new, random.Random):
        value.setstate(new.getstate())
    else:
        pandas = sys.modules.get("pandas")
        if pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series):
            type(value).__init__(value, new)


def _change_parts(value: list[Any], new: list[Any]) -> None:
    value[:] = [
        _change(value[place], part) if place < len(value) else part
        for place, part in enumerate(new)
    ]


def _change(part: Any, new: Any) -> Any:
    """The same part, changed in place, if it is of the same kind; otherwise the new one."""
    if type(part) is type(new) and isinstance(part, list | dict | set):
        change(part, new)
        return part
    return new
