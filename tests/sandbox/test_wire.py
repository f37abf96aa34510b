"""Frames arrive as they were sent, and no bytes can do more than raise `WireError`."""

from __future__ import annotations

import json
import os
import threading
import time
import tracemalloc
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.sandbox import wire
from autograder.sandbox.wire import Closed, Frame, Late, Pipe, WireError, decode, encode

NUMBERS = st.one_of(
    arrays.boolean_dtypes(),
    arrays.integer_dtypes(endianness="<"),
    arrays.unsigned_integer_dtypes(endianness="<"),
    arrays.floating_dtypes(endianness="<", sizes=(16, 32, 64)),
)
ARRAYS = NUMBERS.flatmap(
    lambda dtype: arrays.arrays(
        dtype, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    )
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def parts(content: bytes) -> tuple[bytes, bytes]:
    header, rest = (int.from_bytes(content[place : place + 4], "little") for place in (0, 4))
    assert len(content) == 8 + header + rest
    return content[8 : 8 + header], content[8 + header :]


@given(
    st.dictionaries(st.text(max_size=5), JSON, max_size=4),
    st.dictionaries(st.text("abc", min_size=1, max_size=3), ARRAYS, max_size=3),
)
def test_what_is_encoded_is_decoded(
    header: dict[str, object], content: dict[str, np.ndarray]
) -> None:
    frame = decode(*parts(encode(Frame(header, content))))
    assert frame.header == header
    assert set(frame.arrays) == set(content)
    for name, array in content.items():
        assert type(frame.arrays[name]) is np.ndarray
        assert (frame.arrays[name].dtype, frame.arrays[name].shape) == (array.dtype, array.shape)
        assert frame.arrays[name].tobytes() == np.ascontiguousarray(array).tobytes()


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn])
def test_narrow_floats_cross(dtype: Any) -> None:
    array = np.array([[1.5], [2.5]], dtype)
    back = decode(*parts(encode(Frame({}, {"x": array})))).arrays["x"]
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back.astype(np.float32), array.astype(np.float32))


@settings(max_examples=300)
@given(st.binary(max_size=200), st.binary(max_size=300))
def test_random_bytes_raise_a_wire_error(header: bytes, content: bytes) -> None:
    with pytest.raises(WireError):
        decode(header, content)


@settings(max_examples=300)
@given(st.data())
def test_a_frame_with_bytes_changed_is_a_frame_or_a_wire_error(data: st.DataObject) -> None:
    header, content = parts(
        encode(
            Frame(
                {"a": [1, "b"]},
                {"x": np.arange(6.0).reshape(2, 3), "y": np.ones(2, ml_dtypes.bfloat16)},
            )
        )
    )
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        frame = decode(header, bytes(changed[: data.draw(st.integers(0, len(changed)))]))
    except WireError:
        return
    assert all(
        type(array) is np.ndarray and not array.dtype.hasobject for array in frame.arrays.values()
    )


@pytest.mark.parametrize(
    "array",
    [
        np.array([None]),
        np.ma.masked_array([1.0], [True]),
        np.array(["a"]),
        np.zeros(1, "M8[s]"),
        np.zeros(1, [("a", "f4")]),
        np.zeros(1, np.longdouble),
    ],
)
def test_only_plain_numbers_are_sent(array: np.ndarray) -> None:
    with pytest.raises(WireError, match="cannot be sent"):
        encode(Frame({}, {"x": array}))


@pytest.mark.parametrize("header", [b"[]", b"1", b'"x"', b"null", b"{", b"\xff", b"[" * 100_000])
def test_a_header_that_is_no_object_is_refused(header: bytes) -> None:
    with pytest.raises(WireError):
        decode(header, safetensors.numpy.save({}))


def listed(count: int) -> bytes:
    """The arrays of a frame: `count` of them, all empty."""
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    content = json.dumps({str(number): empty for number in range(count)}).encode()
    return len(content).to_bytes(8, "little") + content


@pytest.mark.parametrize(
    ("header", "arrays", "said"),
    [
        (b'{"a": [' + b"{}," * 600_000 + b"{}]}", listed(0), "600,003 lists and objects"),
        (b'{"a": [' + b"1," * 1_900_000 + b"1]}", listed(0), "1,900,002 entries"),
        (b"{" + b'"":1,' * 700_000 + b'"":1}', listed(0), "700,001 names in objects"),
        (b'{"a": ' + b"[" * 600 + b"]" * 600 + b"}", listed(0), "601 levels of nested lists"),
        (b"{}", listed(5_000), "15,001 lists and objects"),
        (b"{}", (2**26).to_bytes(8, "little") + b" " * 2**20, "a list of arrays of too many bytes"),
    ],
)
def test_what_would_become_much_more_is_counted_before_anything_is_made_of_it(
    header: bytes, arrays: bytes, said: str
) -> None:
    assert len(header) < wire.MAX_HEADER
    tracemalloc.start()
    with pytest.raises(WireError, match=r"cannot be read") as refused:
        decode(header, arrays)
    assert said in str(refused.value.__cause__)
    assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    tracemalloc.stop()


def test_many_arrays_are_still_read() -> None:
    many = {f"returned/{number}": np.zeros((2, 3)) for number in range(wire.MAX_COUNT)}
    assert len(decode(*parts(encode(Frame({}, many)))).arrays) == wire.MAX_COUNT


@pytest.fixture
def pipe() -> tuple[Pipe, int, int]:
    """A pipe, and the raw ends of its other side: what the pipe reads can be written to the first,
    and what it writes can be read from the second.
    """
    theirs, ours = os.pipe(), os.pipe()
    return Pipe(theirs[0], ours[1]), theirs[1], ours[0]


def test_a_claimed_length_beyond_the_cap_is_refused_before_anything_is_read(
    pipe: tuple[Pipe, int, int],
) -> None:
    os.write(pipe[1], b"\xff" * 8)
    with pytest.raises(WireError, match="a message that claims 4294967295 and 4294967295 bytes"):
        pipe[0].receive(time.monotonic() + 5)


def test_a_pipe_closed_in_the_middle_of_a_frame_is_told(pipe: tuple[Pipe, int, int]) -> None:
    os.write(pipe[1], encode(Frame({"a": 1}, {}))[:-3])
    os.close(pipe[1])
    with pytest.raises(Closed):
        pipe[0].receive(time.monotonic() + 5)


def test_a_frame_that_trickles_in_is_late(pipe: tuple[Pipe, int, int]) -> None:
    stop = threading.Event()

    def trickle() -> None:
        for byte in encode(Frame({"a": "x" * 1000}, {})):
            if stop.wait(0.05):
                return
            os.write(pipe[1], bytes([byte]))

    thread = threading.Thread(target=trickle)
    thread.start()
    with pytest.raises(Late):
        pipe[0].receive(time.monotonic() + 0.5)
    stop.set()
    thread.join()


def test_a_reader_that_does_not_read_makes_the_sender_late(pipe: tuple[Pipe, int, int]) -> None:
    with pytest.raises(Late):
        pipe[0].send(Frame({}, {"x": np.zeros(10**6)}), time.monotonic() + 0.3)


def test_too_much_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ARRAYS", 100)
    with pytest.raises(WireError, match="too large to send"):
        encode(Frame({}, {"x": np.zeros(100)}))
