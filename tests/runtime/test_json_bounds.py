"""A JSON text is counted before it is read, however it is written and whatever its strings
contain.
"""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.runtime import json_bounds
from autograder.runtime.json_bounds import Counts, TooMuch, count, read

FEW = Counts(parts=3, entries=10, names=2, depth=2)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\{[]},: é')),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('ab"\\{,:'), inner, max_size=4)
    ),
    max_leaves=20,
)


def counted(value: Any) -> Counts:
    """The same counts, taken from the value itself."""
    if not isinstance(value, dict | list):
        return Counts(0, 0, 0, 0)
    inside = [counted(each) for each in (value.values() if isinstance(value, dict) else value)]
    return Counts(
        1 + sum(each.parts for each in inside),
        max(len(value), 1) + sum(each.entries for each in inside),
        (len(value) if isinstance(value, dict) else 0) + sum(each.names for each in inside),
        1 + max((each.depth for each in inside), default=0),
    )


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 2**20])
@given(value=JSON, ascii_only=st.booleans())
def test_it_counts_what_is_there(at_once: int, value: Any, ascii_only: bool) -> None:
    json_bounds._AT_ONCE = at_once
    try:
        assert count(json.dumps(value, ensure_ascii=ascii_only).encode()) == counted(value)
    finally:
        json_bounds._AT_ONCE = 2**20


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[], [], []]", "4 lists and objects (at most 3)"),
        ('{"a": 1, "a": 2, "a": 3}', "3 names in objects (at most 2)"),
        (f"[{'1, ' * 11}1]", "12 entries in lists and objects (at most 10)"),
        ("[[[1]]]", "3 levels of nested lists and objects (at most 2)"),
        ("{}" * 1_000_000, "1,000,000 lists and objects (at most 3)"),
    ],
)
def test_what_is_too_much_is_told_with_its_number_and_its_limit(text: str, told: str) -> None:
    with pytest.raises(TooMuch) as refused:
        read(text.encode(), FEW)
    assert str(refused.value) == told


def test_what_is_within_the_bounds_is_read() -> None:
    content = {"a, b": '{"[[[[, \\', "é": [1, 2]}
    assert read(json.dumps(content, ensure_ascii=False).encode(), FEW) == content


@pytest.mark.parametrize("content", [b"", b"{", b'"', b"\\", b"\xff\xfe[\x00]\x00", b'{"a": \\}'])
def test_what_is_no_json_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - as `json` words it
        read(content, FEW)
    assert not isinstance(refused.value, TooMuch)


def test_counting_makes_nothing_of_the_text() -> None:
    content = b"[" + b"{}," * 5_000_000 + b"{}]"
    tracemalloc.start()
    with pytest.raises(TooMuch):
        read(content, FEW)
    assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    tracemalloc.stop()
