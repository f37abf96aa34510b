"""The place of an element is told as the maps show it."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks.heatmap import as_table
from autograder.verdicts.places import in_the_maps, in_words


@pytest.mark.parametrize(
    ("shape", "sizes", "place", "words"),
    [
        ((3, 7), {"N": 3}, (2, 5), "row 2, column 5"),
        ((3, 7), None, (2, 5), "row 2, column 5"),
        ((12,), {"N": 3, "D": 4}, (11,), "[11], row 2, column 3"),
        ((12,), {"N": 5}, (11,), "[11]"),
        ((12,), {"N": 1}, (11,), "[11]"),
        ((12,), None, (11,), "[11]"),
        ((2, 3, 7), {"N": 2}, (0, 2, 5), "[0, 2, 5]"),
        ((), {"N": 2}, (), "[]"),
    ],
)
def test_a_place_is_a_row_and_a_column_or_else_an_index(
    shape: tuple[int, ...],
    sizes: dict[str, int] | None,
    place: tuple[int, ...],
    words: str,
) -> None:
    assert in_words(place, shape, sizes) == words


@pytest.mark.parametrize("shape", [(6,), (12,), (3, 4), (2, 3, 4), (2, 1, 3, 2), ()])
@pytest.mark.parametrize("sizes", [{}, {"N": 3}, {"N": 1, "D": 2}, {"N": 7}])
def test_the_maps_show_each_element_where_the_words_say(
    shape: tuple[int, ...], sizes: dict[str, int]
) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    table = as_table(array, sizes)
    for place in np.ndindex(*shape):
        row, column = np.argwhere(table == array[place])[0]
        assert in_the_maps(place, shape, sizes) == f"row {row}, column {column}"
