"""Call a function that somebody else wrote, and say what happened: it returned, or it failed and why."""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.arguments import Value
from autograder.values import Unusable, to_array, to_python

PRINTED_SHOWN = 2_000
"""So many characters of what a function prints are kept; the rest is dropped as it comes."""

DETAIL_SHOWN = 500
"""So many characters of an exception's own text are kept."""

_OPEN_PACKAGES = ("builtins", "flax", "jax", "jaxlib", "numpy")


@dataclass(frozen=True)
class Returned:
    """The function returned an array. `printed` is the beginning of what it printed meanwhile."""

    array: np.ndarray
    printed: str = ""


@dataclass(frozen=True)
class Failed:
    """The function gave no array. `cause` is a sentence that begins after the function's name and holds no text of the function's
    own; `detail` does (the exception's text, the line that raised it) and is for the author of the function only."""

    cause: str
    detail: str = ""
    printed: str = ""


def call(function: object, arguments: Mapping[str, Value], *, interruptible: bool = True) -> Returned | Failed:
    """Call `function` with fresh copies of `arguments`, by position.

    Whatever it raises becomes a `Failed`, `SystemExit` included; with `interruptible`, Ctrl-C still interrupts.
    """
    fault = _uncallable(function, arguments)
    if fault is not None:
        return fault
    with _captured() as output:
        try:
            array = to_array(function(*map(to_python, arguments.values())))  # type: ignore[operator]
        except Unusable as unusable:
            return Failed(str(unusable), printed=output.text)
        except KeyboardInterrupt as interrupt:
            if interruptible:
                raise
            return _raised(interrupt, function, output.text)
        except BaseException as raised:  # noqa: BLE001 - SystemExit in one question must not end the others
            return _raised(raised, function, output.text)
    return Returned(array, output.text)


def _uncallable(function: object, arguments: Mapping[str, Value]) -> Failed | None:
    if function is None or function is Ellipsis:
        return Failed("is not defined. Did the cell that defines it run, without an error in it or above it?")
    if not callable(function):
        return Failed(f"is not a function but of type {_open_name(type(function))}.")
    wanted = f"the question calls it with {len(arguments)}: ({', '.join(arguments)})"
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*arguments)
    except TypeError:
        taken = [
            parameter for parameter in signature.parameters.values() if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        return Failed(f"takes {len(taken)} positional argument{'' if len(taken) == 1 else 's'}; {wanted}.")
    return None


def _raised(raised: BaseException, function: Any, printed: str) -> Failed:
    try:
        text = str(raised)
    except BaseException:  # noqa: BLE001 - its __str__ is the function author's code too
        text = "(its text cannot be read)"
    if len(text) > DETAIL_SHOWN:
        text = text[:DETAIL_SHOWN] + " …"
    detail = f"{_open_name(type(raised))}: {text}" if text else _open_name(type(raised))
    line = _own_line(raised, function)
    return Failed(f"raised {_open_name(type(raised))}.", f"{detail}\n{line}" if line else detail, printed)


def _open_name(kind: type) -> str:
    """The name of a type that anyone can look up; a type that a submission defines could be named after anything it has seen."""
    module = sys.modules.get(kind.__module__)
    known = kind.__module__.split(".")[0] in _OPEN_PACKAGES and getattr(module, kind.__name__, None) is kind
    return kind.__name__ if known else "an exception of its own" if issubclass(kind, BaseException) else "a class of its own"


def _own_line(raised: BaseException, function: Any) -> str:
    """The deepest line of the function's own file (or notebook cell) on the way to the exception."""
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    frames = [frame for frame in traceback.extract_tb(raised.__traceback__) if code is not None and frame.filename == code.co_filename]
    if not frames:
        return ""
    source = linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
    return f"line {frames[-1].lineno}: {source}" if source else ""


class _Output(io.TextIOBase):
    """Text that is kept up to a limit."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text[: PRINTED_SHOWN - len(self.text)]
        return len(text)


@contextlib.contextmanager
def _captured() -> Iterator[_Output]:
    output = _Output()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield output
