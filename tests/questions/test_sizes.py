"""Expressions for sizes: their values, and the sentences that refuse a wrong one."""

from __future__ import annotations

import re

import pytest

from autograder.questions import sizes


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("H * K", 6),
        ("H*K + 1", 7),
        ("(N - 1) // 2", 4),
        ("N % 4", 1),
        ("min(H, N, 5)", 2),
        ("max(H, K)", 3),
        (4, 4),
        ("7", 7),
    ],
)
def test_an_expression_is_evaluated_with_the_sizes(expression: str | int, value: int) -> None:
    assert sizes.evaluate(expression, {"H": 2, "K": 3, "N": 9}) == value


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("H *", "is not an expression for a size"),
        ("H / K", "is not an expression for a size, because of 'H / K'"),
        ("len(H)", "is not an expression for a size, because of 'len(H)'"),
        ("H ** 2", "is not an expression for a size, because of 'H ** 2'"),
        ("1.5", "is not an expression for a size, because of '1.5'"),
        ("min(H)", "is not an expression for a size, because of 'min(H)'"),
        ("__import__('os')", "is not an expression for a size"),
    ],
)
def test_anything_else_is_refused_with_what_may_be_written(expression: str, message: str) -> None:
    with pytest.raises(sizes.NotASize, match=f"^{re.escape(message)}") as caught:
        sizes.names(expression)
    assert str(caught.value).endswith(
        "write whole numbers and names of dimensions with + - * // % min max, such as 'H * K' or "
        "'min(N, 4)'"
    )


def test_dimensions_come_behind_those_that_they_depend_on() -> None:
    dims: dict[str, sizes.Sizes] = {"D": "H * K", "K": (1, "N"), "H": (1, 4), "N": (2, 9)}
    assert sizes.in_order(dims) == ["H", "N", "K", "D"]
    assert sizes.behind(dims, "D") == {"H", "N", "K"}
    assert sizes.behind(dims, "H") == set()
    assert sizes.reaches(dims) == {"H": (1, 4), "N": (2, 9), "K": (1, 9), "D": (1, 36)}
    with pytest.raises(sizes.NotASize, match="depends on itself"):
        sizes.in_order({"A": (1, "B"), "B": "A + 1"})


def test_a_division_by_a_size_of_zero_is_told() -> None:
    with pytest.raises(sizes.NotASize, match="divides by a size of 0"):
        sizes.evaluate("N // (H - 2)", {"N": 4, "H": 2})
