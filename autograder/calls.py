"""Call a function that somebody else wrote, and say what happened: it returned, or it failed and why."""

from __future__ import annotations

import abc
import builtins
import contextlib
import inspect
import io
import linecache
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.arguments import Value
from autograder.facts import Facts
from autograder.outputs import ALONE, Output
from autograder.values import Unusable, to_output, to_python, unchanged
from autograder.ways import PLAIN, Way, lifted

PRINTED_SHOWN = 2_000
"""So many characters of what a function prints are kept; the rest is dropped as it comes."""

DETAIL_SHOWN = 500
"""So many characters of an exception's own text are kept."""

NOT_DEFINED = "is not defined. Did the cell that defines it run, without an error in it or above it?"

_OPEN_EXCEPTIONS = (
    *(name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)),
    *("ConcretizationTypeError", "NonConcreteBooleanIndexError", "TracerArrayConversionError", "TracerBoolConversionError"),
    *("TracerIntegerConversionError", "UnexpectedTracerError", "JaxRuntimeError", "LinAlgError"),
    *("ApplyScopeInvalidVariablesTypeError", "InvalidRngError", "ScopeCollectionNotFound", "ScopeParamNotFoundError", "ScopeParamShapeError"),
    *("ScopeVariableNotFoundError", "TransformTargetError", "TraceContextError", "ModifyScopeVariableError", "AssignSubModuleError"),
)
"""What may stand in a sentence as the type of an exception; any other is an exception of its own."""

_OPEN_PACKAGES = ("builtins", "flax", "jax", "jaxlib", "numpy")


@dataclass(frozen=True)
class Returned:
    """The function returned arrays. `printed` is the beginning of what it printed meanwhile; `changed` names the arguments that it
    wrote into, or whose memory it gave away."""

    output: Output
    printed: str = ""
    changed: tuple[str, ...] = ()

    @property
    def array(self) -> np.ndarray:
        """The one array that was returned by itself. Raises `KeyError` if there are others."""
        return self.output[ALONE]


@dataclass(frozen=True)
class Failed:
    """The function gave no array. `cause` is a sentence that begins after the function's name and holds no text of the function's
    own; `detail` does (the exception's text, the line that raised it) and is for the author of the function only. `lost` says that whatever
    ran it has stopped answering: another call would cost as much again."""

    cause: str
    detail: str = ""
    printed: str = ""
    lost: bool = False


class StandIn(abc.ABC):
    """A function that lives in another process. It answers for its calls itself."""

    @abc.abstractmethod
    def answer(self, arguments: Mapping[str, Value], way: Way = PLAIN) -> Returned | Failed:
        """Call the function with the arguments of a case, in the case's way."""

    def watched(self, arguments: Mapping[str, Value], way: Way = PLAIN, *, afresh: bool = False) -> tuple[Facts, Returned | Failed]:
        """Call the function and look at it meanwhile, as `autograder.evidence.gather` does."""
        return Facts(), self.answer(arguments, way)

    def equations(self, arguments: Mapping[str, Value], way: Way = PLAIN) -> int | None:
        """The length of the trace of a call, as `autograder.evidence.equations` gives it."""
        return None


def call(function: object, arguments: Mapping[str, Value], way: Way = PLAIN, *, interruptible: bool = True) -> Returned | Failed:
    """Call `function` with fresh copies of `arguments`, by position, in the given way.

    Whatever it raises becomes a `Failed`, `SystemExit` included; with `interruptible`, Ctrl-C still interrupts.
    """
    if isinstance(function, StandIn):
        return function.answer(arguments, way)
    fault = _uncallable(function, way.called(tuple(arguments)))
    if fault is not None:
        return fault
    passed = {name: to_python(value) for name, value in arguments.items()}
    with captured(PRINTED_SHOWN) as output:
        try:
            returned = to_output(lifted(function, tuple(arguments), way)(*passed.values()), several=way.several)
        except Unusable as unusable:
            return Failed(str(unusable), printed=output.text)
        except KeyboardInterrupt as interrupt:
            if interruptible:
                raise
            return _raised(interrupt, function, output.text)
        except BaseException as raised:  # noqa: BLE001 - SystemExit in one question must not end the others
            return _raised(raised, function, output.text)
    return Returned(returned, output.text, tuple(name for name, value in arguments.items() if not unchanged(passed[name], value)))


def known_cause(text: object, arguments: Sequence[str]) -> str:
    """`text` if it is a cause that `call` gives for arguments of these names (those of `Way.called`), else a sentence that says it was not.

    For causes that come out of a process which may say anything: a sentence is repeated to a student, and must not carry what that
    process has seen. Numbers in it are short, and names come from closed lists.
    """
    called = re.escape(f"the question calls it with {len(arguments)}: ({', '.join(arguments)}).")
    patterns = (
        re.escape(NOT_DEFINED),
        r"is not a function but of type (a class of its own|[a-z]{3,8}|ndarray|ArrayImpl|NoneType)\.",
        rf"takes \d{{1,2}} positional arguments?; {called}",
        rf"raised ({'|'.join(_OPEN_EXCEPTIONS)}|an exception of its own)\.",
        r"returned a (list|tuple) of length \d{1,4}; it must return one array\.",
        r"returned (a (dict|str|set|bytes)|an object that is not an array|a function or class \(was it meant to be called\?\)); it must return one array\.",
        r"returned a Flax (Param|Variable|State|Linear|object), not its array; it must return one array\.",
        r"returned a (MaskedArray|subclass of ndarray), which is more than a plain array; it must return one array\.",
        r"returned an array of (Python objects \(dtype object\)|PRNG keys); its elements must be numbers\.",
        re.escape("returned None. Is a `return` missing?"),
        r"returned a JAX tracer, a value that escaped from inside a transform such as jit or vmap; return what the transformed function returns\.",
        r"returned a structure (without any array in it|that is nested too deeply, or has too many arrays"
        r"|in which (two arrays have the same name|something is not an array of numbers))\.",
        r"returned a JAX array whose values cannot be read \([A-Za-z]{5,20}\); was it deleted or donated\?",
    )
    if isinstance(text, str) and any(re.fullmatch(pattern, text) for pattern in patterns):
        return text
    return "failed in a way of its own."


def _uncallable(function: object, arguments: Sequence[str]) -> Failed | None:
    if function is None or function is Ellipsis:
        return Failed(NOT_DEFINED)
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
    if issubclass(kind, BaseException):
        return kind.__name__ if known and kind.__name__ in _OPEN_EXCEPTIONS else "an exception of its own"
    return kind.__name__ if known else "a class of its own"


def _own_line(raised: BaseException, function: Any) -> str:
    """The deepest line of the function's own file (or notebook cell) on the way to the exception."""
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    if code is None:
        return ""
    number, step = 0, raised.__traceback__
    while step is not None:  # `traceback.extract_tb` would make an object of each, and endless recursion leaves very many
        if step.tb_frame.f_code.co_filename == code.co_filename:
            number = step.tb_lineno
        step = step.tb_next
    source = linecache.getline(code.co_filename, number).strip() if number else ""
    return f"line {number}: {source}" if source else ""


class _Output(io.TextIOBase):
    """Text that is kept up to a limit, in characters."""

    def __init__(self, limit: int) -> None:
        self.text = ""
        self._limit = limit

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text[: self._limit - len(self.text)]
        return len(text)


@contextlib.contextmanager
def captured(limit: int) -> Iterator[_Output]:
    """What is printed meanwhile goes into the `text` of this, up to `limit` characters; the rest is dropped as it comes."""
    output = _Output(limit)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield output
