"""The place of an element, in the words of a message and in the maps of a picture: both come from
here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

COUNTED = "rows and columns count from 0"


def rows_and_columns(shape: tuple[int, ...], sizes: Mapping[str, int]) -> tuple[int, int]:
    """The shape of the maps of an array. A flat array is folded into as many rows as the question's
    first dimension has, where that fits; of others the last axis gives the columns.
    """
    if len(shape) == 2:
        return shape[0], shape[1]
    size = int(np.prod(shape))
    if len(shape) > 2:
        return size // max(shape[-1], 1), shape[-1]
    rows = next((each for each in sizes.values() if each > 1 and size % each == 0), 1)
    return rows, size // rows


def row_and_column(
    place: Sequence[int], shape: tuple[int, ...], sizes: Mapping[str, int]
) -> tuple[int, int]:
    """Where the maps show the element at `place`."""
    flat = int(np.ravel_multi_index(tuple(place), shape)) if place else 0
    _, columns = rows_and_columns(shape, sizes)
    return flat // columns, flat % columns


def in_the_maps(place: Sequence[int], shape: tuple[int, ...], sizes: Mapping[str, int]) -> str:
    """Where the maps show an element: "row 2, column 5"."""
    row, column = row_and_column(place, shape, sizes)
    return f"row {row}, column {column}"


def in_words(
    place: Sequence[int], shape: tuple[int, ...], sizes: Mapping[str, int] | None = None
) -> str:
    """The place of an element: its row and column if there are two axes, else its index as NumPy
    writes it. With the `sizes` of the question's dimensions, one in a flat array that the maps fold
    has both.
    """
    if len(shape) == 2:
        return in_the_maps(place, shape, {})
    index = f"[{', '.join(str(int(axis)) for axis in place)}]"
    folded = len(shape) == 1 and sizes is not None and rows_and_columns(shape, sizes)[0] > 1
    return f"{index}, {in_the_maps(place, shape, sizes or {})}" if folded else index
