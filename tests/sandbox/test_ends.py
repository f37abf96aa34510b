"""The ends of pipes behave the same by waiting and by threads: bytes, deadlines and errors."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from autograder.sandbox import ends
from autograder.sandbox.ends import TooLate

Made = Callable[[int, int], ends.Ends]


@pytest.fixture(params=[ends._Polled, ends._Threaded])
def kind(request: pytest.FixtureRequest) -> Made:
    made: Made = request.param
    return made


@pytest.fixture
def pair(kind: Made) -> Iterator[tuple[ends.Ends, ends.Ends]]:
    read_here, write_there = os.pipe()
    read_there, write_here = os.pipe()
    here, there = kind(read_here, write_here), kind(read_there, write_there)
    yield here, there
    for each in (here, there):
        each.close()


def soon(seconds: float = 20.0) -> float:
    return time.monotonic() + seconds


def all_of(end: ends.Ends, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = end.read(size - len(found), soon())
        assert part
        found += part
    return found


def test_bytes_cross_in_both_directions_and_parts_are_kept(
    pair: tuple[ends.Ends, ends.Ends],
) -> None:
    here, there = pair
    assert here.write(memoryview(b"question"), soon()) == 8
    assert all_of(there, 5) == b"quest"
    assert all_of(there, 3) == b"ion"
    assert there.write(memoryview(b"answer"), None) == 6
    assert all_of(here, 6) == b"answer"


def test_more_than_a_pipe_holds_crosses_while_the_other_side_reads(
    pair: tuple[ends.Ends, ends.Ends],
) -> None:
    here, there = pair
    content = os.urandom(5_000_000)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(all_of(there, len(content))))
    reader.start()
    left = memoryview(content)
    while left:
        left = left[here.write(left, soon()) :]
    reader.join(20)
    assert found == [content]


def test_nothing_to_read_is_late(pair: tuple[ends.Ends, ends.Ends]) -> None:
    here, there = pair
    for _ in range(2):
        with pytest.raises(TooLate):
            here.read(1, soon(0.1))
    with pytest.raises(TooLate):
        here.read(1, soon(-1))
    there.write(memoryview(b"x"), soon())  # what comes later is still read
    assert here.read(10, soon()) == b"x"


def test_a_reader_that_takes_nothing_makes_a_write_late(kind: Made) -> None:
    read_there, write_here = os.pipe()
    read_here, write_there = os.pipe()
    here = kind(read_here, write_here)
    content = memoryview(bytes(2**20))
    with pytest.raises(TooLate):
        all(here.write(content, soon(0.3)) for _ in range(100))
    os.close(read_there)  # as the end of a process does
    os.close(write_there)
    here.close()


def test_the_end_of_the_other_side_is_told_each_time(kind: Made) -> None:
    read_there, write_here = os.pipe()
    read_here, write_there = os.pipe()
    here = kind(read_here, write_here)
    os.write(write_there, b"last")
    os.close(write_there)
    os.close(read_there)
    assert all_of(here, 4) == b"last"
    assert [here.read(1, soon()), here.read(1, soon())] == [b"", b""]
    with pytest.raises(OSError):  # noqa: PT011 - each system has its own number
        here.write(memoryview(b"x"), soon())
    here.close()
