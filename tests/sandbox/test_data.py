"""Plain data crosses as copies of exactly these types; nothing else does.

Covers too: `sandbox.bulk`, `sandbox.counted`, `sandbox.library`, `sandbox.tables`.
"""

from __future__ import annotations

import datetime
import math
import tracemalloc
from collections import Counter, OrderedDict, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox.bulk import LONG, MAX_ITEMS
from autograder.sandbox.counted import CannotCross, Received, TooLarge
from autograder.sandbox.data import LONG_TEXT, pack, unpack

HASHABLE = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False)
)
PLAIN = st.recursive(
    HASHABLE | st.frozensets(HASHABLE, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(HASHABLE, inner, max_size=3)
    ),
    max_leaves=12,
)


def crossed(value: Any) -> Any:
    arrays: dict[str, np.ndarray] = {}
    return unpack(pack(value, arrays), arrays)


@given(PLAIN)
def test_plain_data_comes_back_equal_and_of_the_same_types(value: Any) -> None:
    back = crossed(value)
    assert back == value
    assert (
        repr(back) == repr(value)
        or isinstance(value, (frozenset, set))
        or "frozenset" in repr(value)
    )


def test_nan_infinity_and_large_integers_survive() -> None:
    assert math.isnan(crossed(math.nan))
    assert crossed([math.inf, -math.inf, -0.0, 2**100]) == [math.inf, -math.inf, 0.0, 2**100]
    assert crossed(range(2, 9, 3)) == range(2, 9, 3)


@pytest.mark.parametrize(
    "array", [np.arange(6).reshape(2, 3), jnp.ones((2, 2), jnp.bfloat16), np.zeros((0, 3), bool)]
)
def test_arrays_come_back_as_numpy_arrays(array: Any) -> None:
    back = crossed({"a": [array]})["a"][0]
    assert type(back) is np.ndarray
    np.testing.assert_array_equal(back, np.asarray(array))
    assert type(crossed(np.float32(2.5))) is np.float32


OF_THE_LIBRARY = [
    Counter("abca"),
    OrderedDict(b=1, a=[2]),
    defaultdict(list, {1: [2, 3]}),
    defaultdict(None, {"x": 1}),
    Fraction(-2, 3),
    Decimal("0.10"),
    Decimal("-Infinity"),
    datetime.date(2026, 1, 2),
    datetime.datetime(2026, 1, 2, 3, 4, 5, 6),
    datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
    datetime.time(3, 4),
    datetime.timedelta(days=-1, microseconds=3),
    pd.Timestamp("2026-01-02 03:04:05"),
    pd.Timestamp("2026-01-02 03:04:05.123456789"),
    np.datetime64("2026-01-02"),
    np.timedelta64(3, "h"),
    np.str_("x"),
    (Fraction(1, 2), {datetime.date(2026, 1, 2): Counter()}),
]


@pytest.mark.parametrize("value", OF_THE_LIBRARY, ids=repr)
def test_values_of_the_library_come_back_equal_and_of_the_same_types(value: Any) -> None:
    back = crossed([value])[0]
    assert type(back) is type(value)
    assert back == value
    assert repr(back) == repr(value)


def test_a_dict_that_makes_entries_still_does() -> None:
    back = crossed(defaultdict(list, {1: [2]}))
    back["new"].append(3)
    assert back == {1: [2], "new": [3]}


def test_views_of_dicts_come_back() -> None:
    found = {"a": 1, "b": [2]}
    assert crossed(found.keys()) == found.keys()
    assert list(crossed(found.values())) == [1, [2]]
    assert list(crossed(found.items())) == [("a", 1), ("b", [2])]


@pytest.mark.parametrize(
    "array",
    [
        np.array([["a", "bcd"], ["", "é"]]),
        np.array([], dtype=str),
        np.array("alone"),
        np.array(["2026-01-02", "NaT"], dtype="datetime64[D]"),
        np.array([[1, 2]], dtype="timedelta64[ms]"),
        np.zeros((2, 0), dtype="datetime64[ns]"),
        np.array(["b", "a"])[::-1],
    ],
    ids=repr,
)
def test_arrays_of_texts_and_of_times_come_back(array: np.ndarray) -> None:
    back = crossed(array)
    np.testing.assert_array_equal(back, array)
    assert np.shape(back) == array.shape
    assert back.dtype.kind == array.dtype.kind
    assert array.dtype.kind == "U" or back.dtype == array.dtype


@pytest.mark.parametrize(
    "value",
    [
        defaultdict(lambda: 0),
        type("Mine", (Counter,), {})("a"),
        type("Mine", (Fraction,), {})(1),
        {1: datetime.datetime(2026, 1, 2, tzinfo=ZoneInfo("UTC"))},
    ],
)
def test_values_of_the_library_with_code_of_their_own_do_not_cross(value: Any) -> None:
    with pytest.raises(CannotCross):
        pack(value, {})


class MyInt(int):
    pass


class AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@pytest.mark.parametrize(
    "value",
    [
        MyInt(3),
        AlwaysEqual(),
        [AlwaysEqual()],
        {1: object()},
        print,
        np.ma.masked_array([1]),
        np.array([object()]),
        type,
    ],
)
def test_what_brings_code_of_its_own_does_not_cross(value: Any) -> None:
    with pytest.raises(CannotCross):
        pack(value, {})


def test_data_nested_without_end_does_not_cross() -> None:
    endless: list[Any] = []
    endless.append(endless)
    for value in (endless, [[0]] * 200_000):
        with pytest.raises(CannotCross, match="nested too deeply or has too many parts"):
            pack(value, {})


@pytest.mark.parametrize(
    "node",
    [
        {"object": "x"},
        {"array": "9"},
        {"int": "1" * 9999},
        {"int": "x"},
        {"list": 3},
        {"dict": [[1]]},
        {"dict": [[{"list": []}, 1]]},
        {"a": 1, "b": 2},
        {"bytes": "?"},
        [1],
        {"range": [1, 2, 0]},
        {"Decimal": "1e999999999"},
        {"Decimal": "9" * 20_000},
        {"Fraction": [1, 0]},
        {"Fraction": [{"float": "0x1p+0"}, 2]},
        {"defaultdict": ["eval", {"dict": []}]},
        {"Counter": {"list": [1]}},
        {"keys": {"list": [{"list": []}]}},
        {"date": "yesterday"},
        {"timedelta": [10**12, 0, 0]},
        {"Timestamp": "x" * 40},
        {"texts": [[2], {"list": ["a"]}]},
        {"texts": [[1], {"list": [1]}]},
        {"texts": [[20_000], {"list": ["a" * 10_000, *[""] * 19_999]}]},
        {"times": ["O", {"list": []}]},
        {"times": ["<i8", 3]},
    ],
)
def test_what_pack_cannot_have_made_is_refused(node: Any) -> None:
    with pytest.raises(CannotCross):
        unpack(node, {})


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame(
            {
                "flavor": ["mint", "vanilla"],
                "price": [2, 1.5],
                "scoops": [1, 3],
                "sold": [True, False],
            }
        ),
        pd.DataFrame(
            {"when": pd.to_datetime(["2026-01-02", None]), "long": pd.to_timedelta(["3s", "4h"])},
            index=["a", "b"],
        ),
        pd.DataFrame(np.arange(6.0).reshape(2, 3)),
        pd.DataFrame({"x": [1]}).iloc[:0],
        pd.DataFrame(),
        pd.DataFrame([[1, 2]], columns=["same", "same"]),
        pd.DataFrame({"mixed": pd.Series([1, "a", None, (2, 3)], dtype=object)}),
        pd.DataFrame({"flavor": ["a", "b", "a"], "price": [1.0, 2.0, 4.0]})
        .groupby("flavor")
        .mean()["price"],
        pd.Series([1, 2], name="n", index=[4, 2]),
        pd.Series(["x", None]),
        pd.Index([3, 1], name="i"),
        pd.DataFrame({"x": [1, 2]})["x"].index,
    ],
)
def test_tables_come_back_equal(table: Any) -> None:
    back = crossed([table])[0]
    assert type(back) in (type(table), pd.Index)
    {pd.DataFrame: pd.testing.assert_frame_equal, pd.Series: pd.testing.assert_series_equal}.get(
        type(table), pd.testing.assert_index_equal
    )(
        back,
        table,
        **({"exact": "equiv"} if isinstance(table, pd.Index) else {"check_index_type": "equiv"}),
    )


class MyFrame(pd.DataFrame):
    pass


@pytest.mark.parametrize(
    "table",
    [
        MyFrame({"x": [1]}),
        pd.DataFrame({"x": pd.Categorical(["a"])}),
        pd.DataFrame({"x": [object()]}),
        pd.DataFrame({"x": [1]}, index=pd.MultiIndex.from_tuples([("a", 1)])),
    ],
)
def test_tables_of_other_things_do_not_cross(table: Any) -> None:
    with pytest.raises(CannotCross):
        pack(table, {})


@pytest.mark.parametrize(
    "node",
    [
        {"frame": [1, 2]},
        {
            "series": [
                None,
                {"index": [None, {"dtype": "", "of": {"list": [1]}}]},
                {"dtype": "category", "of": {"list": []}},
            ]
        },
        {"index": [None, {"dtype": "O", "of": {"list": []}}]},
        {"index": 3},
    ],
)
def test_tables_that_pack_cannot_have_made_are_refused(node: Any) -> None:
    with pytest.raises(CannotCross):
        unpack(node, {})


ITEMS = (
    st.lists(st.text(), min_size=LONG, max_size=LONG + 9)
    | st.lists(st.integers(-(2**63), 2**63 - 1), min_size=LONG, max_size=LONG + 9)
    | st.lists(st.integers(2**63, 2**70), min_size=LONG, max_size=LONG + 9)
    | st.lists(st.booleans(), min_size=LONG, max_size=LONG + 9)
    | st.lists(st.floats(allow_nan=False), min_size=LONG, max_size=LONG + 9)
    | st.lists(st.one_of(st.none(), st.text()), min_size=LONG, max_size=LONG + 9)
    | st.lists(st.one_of(st.booleans(), st.integers(0, 1)), min_size=LONG, max_size=LONG + 9)
)


@settings(max_examples=40)
@given(ITEMS)
def test_long_lists_of_one_type_come_back_as_they_were(items: list[Any]) -> None:
    for value in (items, tuple(items)):
        back = crossed(value)
        assert back == value
        assert repr(back) == repr(value)


def test_missing_texts_and_long_texts_come_back() -> None:
    nan = float("nan")
    back = crossed(["a", nan, None] * LONG)
    assert back[0] == "a"
    assert math.isnan(back[1])
    assert back[2] is None
    assert len(back) == 3 * LONG
    text = "wörter \ud800 " * LONG_TEXT
    assert crossed(text) == text
    assert crossed({"a": [text]}) == {"a": [text]}


def test_long_lists_are_counted_together() -> None:
    half = [0] * (MAX_ITEMS // 2)
    assert len(crossed([half, half])[1]) == len(half)
    with pytest.raises(CannotCross, match="more than 1000000 items together"):
        crossed([half, half, half])


@pytest.mark.parametrize(
    "node",
    [
        {"list": {"numbers": {"array": "table"}}},
        {"list": {"numbers": {"array": "bytes"}}},
        {"list": {"texts": [{"array": "bytes"}, {"array": "negative"}, {"array": "kinds"}]}},
        {"list": {"texts": [{"array": "bytes"}, {"array": "long"}, {"array": "kinds"}]}},
        {"list": {"texts": [{"array": "bytes"}, {"array": "long"}, {"array": "many"}]}},
        {"list": {"texts": [{"array": "bytes"}, {"array": "four"}, {"array": "kinds"}]}},
        {"list": {"numbers": {"array": "many"}}},
        {"tuple": [{"list": {"numbers": {"array": "half"}}}] * 3},
        {"list": {"numbers": 3}},
        {"list": {"else": 3}},
        {"text": {"array": "broken"}},
        {"text": 3},
    ],
)
def test_arrays_that_are_no_list_are_refused(node: Any) -> None:
    arrays = {
        "table": np.zeros((2, 2)),
        "bytes": np.frombuffer(b"abcd", np.uint8),
        "broken": np.array([255, 254], np.uint8),
        "negative": np.array([6, -2]),
        "long": np.array([3, 2**40]),
        "kinds": np.zeros(2, np.uint8),
        "four": np.array([4]),
        "many": np.zeros(MAX_ITEMS + 1, np.int64),
        "half": np.zeros(MAX_ITEMS // 2, np.int64),
    }
    with pytest.raises(CannotCross):
        unpack(node, arrays)


ENDLESS = {"range": [0, 10**15, 1]}
NEARLY_ENDLESS = {"range": [0, 9_000_000, 1]}
LONG_INDEX = {"index": [None, {"dtype": "", "of": {"array": "long"}}]}


@pytest.mark.parametrize(
    "node",
    [
        ENDLESS,
        {"keys": NEARLY_ENDLESS},
        {"values": NEARLY_ENDLESS},
        {"items": NEARLY_ENDLESS},
        {"Counter": NEARLY_ENDLESS},
        {"OrderedDict": NEARLY_ENDLESS},
        {"defaultdict": ["int", NEARLY_ENDLESS]},
        {"texts": [[9_000_000], NEARLY_ENDLESS]},
        {"objects": [[9_000_000], NEARLY_ENDLESS]},
        {"times": ["M8[s]", NEARLY_ENDLESS]},
        {"jax": NEARLY_ENDLESS},
        {"key": ["threefry2x32", NEARLY_ENDLESS]},
        {"Random": {"tuple": [2, NEARLY_ENDLESS, None]}},
        {"series": [None, LONG_INDEX, {"dtype": "", "of": {"float": "0x1p0"}}]},
        {"series": [None, NEARLY_ENDLESS, {"dtype": "", "of": {"float": "0x1p0"}}]},
        {"series": [None, LONG_INDEX, {"dtype": "object", "of": NEARLY_ENDLESS}]},
        {
            "frame": [
                {"index": [None, {"dtype": "object", "of": {"list": ["a"]}}]},
                LONG_INDEX,
                [{"dtype": "", "of": {"float": "0x1p0"}}],
            ]
        },
    ],
)
def test_little_does_not_become_much(node: Any) -> None:
    arrays = {"long": np.zeros(1_000_000, np.int8)}
    tracemalloc.start()
    with pytest.raises(CannotCross):
        unpack(node, arrays, lambda kind, _: kind)
    assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    tracemalloc.stop()


def test_each_array_of_a_message_is_taken_once() -> None:
    message = Received({"0": np.zeros(3), "1": np.ones(3)})
    assert unpack({"list": [{"array": "1"}, {"array": "0"}]}, message)[0].tolist() == [1, 1, 1]
    with pytest.raises(CannotCross):
        unpack({"array": "0"}, message)
    twice = Received({"0": np.zeros(3)})
    with pytest.raises(CannotCross):
        unpack({"tuple": [{"array": "0"}, {"array": "0"}]}, twice)


def test_all_values_of_a_message_have_so_many_items_together() -> None:
    many = {str(place): np.zeros(MAX_ITEMS, np.bool_) for place in range(5)}
    message = Received(many)
    for place in range(4):
        assert len(unpack({"list": {"numbers": {"array": str(place)}}}, message)) == MAX_ITEMS
    with pytest.raises(
        CannotCross, match=r"^long lists with more than 4000000 items in one message"
    ):
        unpack({"list": {"numbers": {"array": "4"}}}, message)


def test_arrays_of_texts_are_counted_by_their_longest() -> None:
    wide = {"texts": [[1000], {"list": ["x" * 16_000, *[""] * 999]}]}  # 64 MB from 19 kB
    assert unpack(wide, Received({})).nbytes == 64_000_000
    with pytest.raises(CannotCross, match=r"^data whose long lists have more than 1000000 items"):
        unpack({"list": [wide, wide]}, Received({}))


def test_a_range_crosses_if_a_test_can_count_through_it() -> None:
    assert crossed(range(10**7)) == range(10**7)
    for long in (range(10**7 + 1), range(10**30), range(0, -(10**15), -1)):
        with pytest.raises(TooLarge, match=r"^a range of more than 10000000 numbers$"):
            pack(long, {})
