"""The messages between the worker and its host. A frame is one JSON header and some arrays, and
every size is checked before it is read.

Neither side trusts the other's bytes: nothing in a frame can run, and a frame that is too large, or
not what it claims to be, raises `WireError`. Layout: two little-endian 32-bit lengths, the header
as UTF-8 JSON, then the arrays as `safetensors`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors.numpy

from autograder.calls.narrow_floats import as_bits, from_bits, is_narrow
from autograder.runtime import json_bounds
from autograder.sandbox.ends import TooLate, ends

MAX_HEADER = 4 * 2**20
MAX_ARRAYS = 256 * 2**20
"""The most bytes of a header, and of all arrays of one frame together."""

MAX_COUNT = 4096
"""The most arrays in one frame."""

MAX_DIMS = 32

MAX_JSON = json_bounds.Counts(parts=500_000, entries=1_500_000, names=500_000, depth=500)
"""The limits for the header of a frame. A value that crosses has at most 100,000 parts, each of
which is a few lists and objects.
"""

_MAX_TENSORS = json_bounds.Counts(
    parts=3 * MAX_COUNT + 1, entries=(8 + MAX_DIMS) * MAX_COUNT, names=4 * MAX_COUNT, depth=3
)
"""The limits for a frame's list of arrays. Each array is an object with two lists and three
names.
"""

RETURNED = "returned/"
"""The prefix of the names of arrays that a function returned (see `autograder.calls.outputs`)."""

_LENGTHS = struct.Struct("<II")

_SIZES = {
    "int": (8, 16, 32, 64),
    "uint": (8, 16, 32, 64),
    "float": (16, 32, 64),
    "complex": (64, 128),
}
_DTYPES = {
    np.dtype(np.bool_),
    *(np.dtype(f"{kind}{bits}") for kind, sizes in _SIZES.items() for bits in sizes),
}


class WireError(Exception):
    """A frame that cannot or must not be read: cut off, too large, or not what it claims to be."""


class Closed(WireError):
    """The other side has closed the pipe."""


class Late(WireError):
    """No complete frame by the deadline."""


@dataclass(frozen=True)
class Frame:
    """A JSON-able header and named arrays of numbers."""

    header: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]


def sendable(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype can cross."""
    return dtype in _DTYPES or is_narrow(dtype)


def encode(frame: Frame) -> bytes:
    """The bytes of a frame. Raises `WireError` if it is larger than a reader accepts, or if an
    array is not of plain numbers.
    """
    header = json.dumps(frame.header).encode()
    for name, array in frame.arrays.items():
        if type(array) is not np.ndarray or not sendable(array.dtype):
            raise WireError(
                f"array {name!r} of dtype {getattr(array, 'dtype', type(array).__name__)} cannot "
                "be sent"
            )
    size = sum(array.nbytes for array in frame.arrays.values())
    if len(header) > MAX_HEADER or size > MAX_ARRAYS or len(frame.arrays) > MAX_COUNT:
        raise WireError(
            f"a message of {len(header)} bytes of text and {size} bytes in {len(frame.arrays)} "
            "arrays is too large to send"
        )
    tensors: dict[str, np.ndarray] = {}
    for name, array in frame.arrays.items():
        kept, bits = as_bits(name, np.ascontiguousarray(array).reshape(array.shape))
        tensors[kept] = bits
    arrays: bytes = safetensors.numpy.save(tensors)
    return _LENGTHS.pack(len(header), len(arrays)) + header + arrays


def decode(header: bytes, arrays: bytes) -> Frame:
    """The frame that these two parts make. Raises `WireError` if they are not exactly one frame."""
    try:
        content = json_bounds.read(header, MAX_JSON)
        _check_list(arrays)
        tensors = safetensors.numpy.load(arrays)
    except Exception as fault:
        raise WireError(f"a message that cannot be read ({type(fault).__name__})") from fault
    if not isinstance(content, dict):
        raise WireError("a message whose header is not an object")
    if len(tensors) > MAX_COUNT:
        raise WireError(f"a message of {len(tensors)} arrays")
    return Frame(content, dict(_array(name, tensor) for name, tensor in tensors.items()))


def _check_list(arrays: bytes) -> None:
    """Check the counts in the list of arrays, which follows its length and precedes the arrays.
    Raises `ValueError`.
    """
    size = int.from_bytes(arrays[:8], "little")
    if size > MAX_HEADER:
        raise ValueError("a list of arrays of too many bytes")
    json_bounds.check(arrays[8 : 8 + size], _MAX_TENSORS)


def _array(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    if array.ndim > MAX_DIMS:
        raise WireError(f"an array of {array.ndim} dimensions")
    try:
        return from_bits(name, array)
    except ValueError as fault:
        raise WireError(str(fault)) from None


class Pipe:
    """Frames over a pair of file descriptors, with a deadline for each."""

    def __init__(self, read: int, write: int) -> None:
        self._ends = ends(read, write)

    def send(self, frame: Frame, deadline: float | None = None) -> None:
        """Write one frame. Raises `Closed`, or `Late` if the reader has not taken all of it by
        `deadline` (of `time.monotonic`).
        """
        left = memoryview(encode(frame))
        while left:
            try:
                left = left[self._ends.write(left, deadline) :]
            except TooLate:
                raise Late("no answer in time") from None
            except OSError as fault:
                raise Closed("the pipe is closed") from fault

    def receive(self, deadline: float | None = None, max_arrays: int = MAX_ARRAYS) -> Frame:
        """Read one frame with at most `max_arrays` bytes of arrays. Raises `Closed`, `Late`, or
        another `WireError`.
        """
        header_length, arrays_length = _LENGTHS.unpack(self._exactly(_LENGTHS.size, deadline))
        if header_length > MAX_HEADER or arrays_length > max_arrays + MAX_HEADER:
            raise WireError(f"a message that claims {header_length} and {arrays_length} bytes")
        return decode(
            self._exactly(header_length, deadline), self._exactly(arrays_length, deadline)
        )

    def close(self) -> None:
        self._ends.close()

    def _exactly(self, size: int, deadline: float | None) -> bytes:
        content = bytearray()
        while len(content) < size:
            try:
                part = self._ends.read(min(size - len(content), 2**20), deadline)
            except TooLate:
                raise Late("no answer in time") from None
            except OSError as fault:
                raise Closed("the pipe is closed") from fault
            if not part:
                raise Closed("the pipe is closed")
            content += part
        return bytes(content)
