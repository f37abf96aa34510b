"""Call a function, and report the outcome: it returned, or it failed and why."""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.calls.causes import ASKED, NO_FUNCTION, NOT_DEFINED, NOT_MADE, RAISED, open_name
from autograder.calls.given import NotMade
from autograder.calls.inputs import Value, is_unchanged
from autograder.calls.outputs import ALONE, Output, Unusable, after_the_call, to_output
from autograder.calls.passed import Later, to_python
from autograder.calls.spec import PLAIN, CallSpec
from autograder.calls.stages import Progress, stages
from autograder.calls.transforms import apply, width

PRINTED_SHOWN = 2_000
"""At most this many characters of a function's printed output are kept; the rest is dropped at
once.
"""

DETAIL_SHOWN = 500
"""At most this many characters of an exception's own text are kept."""


@dataclass(frozen=True)
class Returned:
    """The outcome of a call that returned arrays.

    `printed` is the beginning of what the function printed during the call. `changed` names the
    arguments that it wrote into or whose memory it gave away.
    """

    output: Output
    printed: str = ""
    changed: tuple[str, ...] = ()

    @property
    def array(self) -> np.ndarray:
        """The array of an answer that is one array. Raises `KeyError` for a structured answer."""
        return self.output[ALONE]


@dataclass(frozen=True)
class Failed:
    """The outcome of a call that gave no array.

    `cause` is a sentence that continues the function's name and contains no text from the function.
    `detail` does contain such text (the exception's text, the line that raised it), so only the
    function's author may see it. `lost` says that the process that ran the function no longer
    answers: another call would cost as much time again.
    """

    cause: str
    detail: str = ""
    printed: str = ""
    lost: bool = False


class StandIn:
    """A function that lives in another process and answers its calls itself.

    It is no `abc.ABC`: a stand-in for a class is a class too, which `ABCMeta` does not expect.
    """

    def answer(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> Returned | Failed:
        """Call the function with the arguments of a case, as `way` says."""
        raise NotImplementedError


def call(
    function: object,
    arguments: Mapping[str, Value],
    way: CallSpec = PLAIN,
    *,
    interruptible: bool = True,
) -> Returned | Failed:
    """Call `function` with fresh copies of `arguments`, by position unless `way` says otherwise.

    Whatever it raises becomes a `Failed`, `SystemExit` included. With `interruptible`, Ctrl-C still
    interrupts.
    """
    if isinstance(function, StandIn):
        return function.answer(arguments, way)
    fault = _uncallable(function, tuple(arguments), way)
    if fault is not None:
        return fault
    late = bool(way.law or way.gradient)
    try:
        with width(way):
            passed = to_python(arguments, late=late)
    except NotMade as unmade:
        return _not_made(unmade)
    progress = Progress()
    applied = apply(function, tuple(arguments), way, progress, late=late)
    with capture(PRINTED_SHOWN) as output, width(way):
        try:
            answer = applied(*passed.values())
            returned = (
                after_the_call({name: passed[name] for name in way.changed}, answer, way.several)
                if way.changed
                else to_output(answer, several=way.several)
            )
        except Unusable as unusable:
            return Failed(progress.told + unusable.cause, printed=output.text)
        except NotMade as unmade:
            return _not_made(unmade)
        except KeyboardInterrupt as interrupt:
            if interruptible:
                raise
            return _failure_of(interrupt, function, output.text, progress.told)
        except BaseException as raised:  # noqa: BLE001
            # SystemExit in one question must not end the others.
            return _failure_of(raised, function, output.text, progress.told)
    return Returned(
        returned,
        output.text,
        tuple(name for name, value in arguments.items() if not _is_unchanged(passed[name], value)),
    )


def _is_unchanged(passed: Any, value: Value) -> bool:
    if isinstance(passed, Later):
        return True
    try:
        return is_unchanged(passed, value)
    except Exception:  # noqa: BLE001
        return False  # the function put a number, or a tracer, where an array was


def _uncallable(function: object, arguments: Sequence[str], way: CallSpec) -> Failed | None:
    if function is None or function is Ellipsis:
        return Failed(NOT_DEFINED.says())
    if not callable(function):
        return Failed(NO_FUNCTION.says(kind=open_name(type(function))))
    unfit = "" if way.through else stages(way, arguments)[0].misfit(function)
    return Failed(unfit) if unfit else None


def _not_made(fault: NotMade) -> Failed:
    raised = fault.__cause__
    while isinstance(raised, NotMade):
        raised = raised.__cause__
    return Failed(
        NOT_MADE.says(kind=open_name(fault.raised)), f"{fault.argument}: {raised}"[:DETAIL_SHOWN]
    )


def _failure_of(raised: BaseException, function: Any, printed: str, told: str) -> Failed:
    try:
        text = str(raised)
    except BaseException:  # noqa: BLE001 - the function's author wrote its __str__ too
        text = "(its text cannot be read)"
    if len(text) > DETAIL_SHOWN:
        text = text[:DETAIL_SHOWN] + " …"
    kind = open_name(type(raised))
    detail = f"{kind}: {text}" if text else kind
    line = _own_line(raised, function)
    cause = ASKED if type(raised).__name__ in _NOBODY_ANSWERS else RAISED
    return Failed(told + cause.says(kind=kind), f"{detail}\n{line}" if line else detail, printed)


_NOBODY_ANSWERS = ("StdinNotImplementedError", "BdbQuit")
"""What `input` and debuggers raise where a notebook runs without a person (IPython, `bdb`)."""


def _own_line(raised: BaseException, function: Any) -> str:
    """The deepest line in the exception's traceback that is in the function's own file or notebook
    cell.
    """
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    if code is None:
        return ""
    number, step = 0, raised.__traceback__
    # `traceback.extract_tb` would make an object for each step, and endless recursion leaves very
    # many.
    while step is not None:
        if step.tb_frame.f_code.co_filename == code.co_filename:
            number = step.tb_lineno
        step = step.tb_next
    source = linecache.getline(code.co_filename, number).strip() if number else ""
    return f"line {number}: {source}" if source else ""


class _Output(io.TextIOBase):
    """A text stream that keeps at most `limit` characters."""

    def __init__(self, limit: int) -> None:
        self.text = ""
        self._limit = limit

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text[: self._limit - len(self.text)]
        return len(text)


@contextlib.contextmanager
def capture(limit: int) -> Iterator[_Output]:
    """Capture what the block prints in the `text` of the yielded object.

    It keeps at most `limit` characters and drops the rest at once.
    """
    output = _Output(limit)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield output


@contextlib.contextmanager
def capture_apart(limit: int) -> Iterator[tuple[_Output, _Output]]:
    """Like `capture`, but with standard output and standard error apart: a doctest compares only
    the first.
    """
    output, errors = _Output(limit), _Output(limit)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        yield output, errors
