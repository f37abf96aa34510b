"""Why a call gave no array, in sentences that hold no text of the submission's own."""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Sequence

NOT_DEFINED = "is not defined. Did the cell that defines it run, without an error in it or above it?"

OPEN_EXCEPTIONS = (
    *(name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)),
    *("ConcretizationTypeError", "NonConcreteBooleanIndexError", "TracerArrayConversionError", "TracerBoolConversionError"),
    *("TracerIntegerConversionError", "UnexpectedTracerError", "JaxRuntimeError", "LinAlgError"),
    *("ApplyScopeInvalidVariablesTypeError", "InvalidRngError", "ScopeCollectionNotFound", "ScopeParamNotFoundError", "ScopeParamShapeError"),
    *("ScopeVariableNotFoundError", "TransformTargetError", "TraceContextError", "ModifyScopeVariableError", "AssignSubModuleError"),
)
"""What may stand in a sentence as the type of an exception; any other is an exception of its own."""

_OPEN_PACKAGES = ("builtins", "flax", "jax", "jaxlib", "numpy")


def known_cause(text: object, arguments: Sequence[str]) -> str:
    """`text` if it is a cause that `call` gives for arguments of these names (those of `CallSpec.called`), else a sentence that says it was not.

    For causes that come out of a process which may say anything: a sentence is repeated to a student, and must not carry what that
    process has seen. Numbers in it are short, and names come from closed lists.
    """
    called = re.escape(f"the question calls it with {len(arguments)}: ({', '.join(arguments)}).")
    patterns = (
        re.escape(NOT_DEFINED),
        r"is not a function but of type (a class of its own|[a-z]{3,8}|ndarray|ArrayImpl|NoneType)\.",
        rf"takes \d{{1,2}} positional arguments?; {called}",
        rf"raised ({'|'.join(OPEN_EXCEPTIONS)}|an exception of its own)\.",
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


def open_name(kind: type) -> str:
    """The name of a type that anyone can look up; a type that a submission defines could be named after anything it has seen."""
    module = sys.modules.get(kind.__module__)
    known = kind.__module__.split(".")[0] in _OPEN_PACKAGES and getattr(module, kind.__name__, None) is kind
    if issubclass(kind, BaseException):
        return kind.__name__ if known and kind.__name__ in OPEN_EXCEPTIONS else "an exception of its own"
    return kind.__name__ if known else "a class of its own"
