"""The reasons why a call gave no array, as sentences that contain no text from the submission. Each
continues the function's name.
"""

from __future__ import annotations

import builtins
import re
import string
import sys
from collections.abc import Sequence
from dataclasses import dataclass

OPEN_EXCEPTIONS = (
    *(
        name
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    ),
    *["ConcretizationTypeError", "NonConcreteBooleanIndexError", "TracerArrayConversionError"],
    *["TracerBoolConversionError", "TracerIntegerConversionError", "UnexpectedTracerError"],
    *["JaxRuntimeError", "LinAlgError", "ApplyScopeInvalidVariablesTypeError", "InvalidRngError"],
    *["ScopeCollectionNotFound", "ScopeParamNotFoundError", "ScopeParamShapeError"],
    *["ScopeVariableNotFoundError", "TransformTargetError", "TraceContextError"],
    *["ModifyScopeVariableError", "AssignSubModuleError"],
)
"""The exception types that a sentence may name; any other is "a custom exception"."""

_OPEN_PACKAGES = ("builtins", "flax", "jax", "jaxlib", "numpy")

FLAX_TYPES = ("Param", "Variable", "State", "Linear")
"""The Flax types that a sentence may name. It calls any other "object"."""

Values = tuple[str, ...] | re.Pattern[str]
"""The values that one place of a sentence may take: one of a tuple, or any match of a pattern."""


@dataclass(frozen=True, init=False)
class Cause:
    """One sentence, as a template.

    `template` has places in braces. `places` says which values each may take when a process claims
    the sentence. Any other place is filled from what is known of the call.
    """

    template: str
    places: dict[str, Values]

    def __init__(self, template: str, **places: Values) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "places", places)

    def says(self, **values: object) -> str:
        """The sentence, with a value in each place."""
        return self.template.format(**values)

    def pattern(self, **known: object) -> str:
        """A regular expression for the sentences that a process may claim. A place that `known`
        names matches only that value.
        """
        return "".join(
            re.escape(text)
            + (
                ""
                if place is None
                else re.escape(str(known[place]))
                if place in known
                else self._of_place(place)
            )
            for text, place, _, _ in string.Formatter().parse(self.template)
        )

    def _of_place(self, place: str) -> str:
        values = self.places[place]
        if isinstance(values, re.Pattern):
            return f"(?:{values.pattern})"
        return f"(?:{'|'.join(map(re.escape, values))})"


ONE_ARRAY = "; it must return one array."
"""The end of a sentence about a result that is not an array but may contain one."""

NOT_DEFINED = Cause(
    "is not defined. Run the cell that defines it, and correct any error in that cell or above it."
)
NO_FUNCTION = Cause(
    "is not a function; its type is {kind}.",
    kind=re.compile(r"a custom class|[a-z]{3,8}|ndarray|ArrayImpl|NoneType"),
)
OTHER_ARGUMENTS = Cause(
    "takes {count} positional argument{plural}; the question calls it with {wanted}: ({names}).",
    count=re.compile(r"\d{1,2}"),
    plural=("", "s"),
)
OTHER_KEYWORDS = Cause("does not accept the arguments that the question passes: ({names}).")
NO_FUNCTION_BACK = Cause("did not return a function; the question calls what it returns.")
NO_METHOD = Cause("does not exist: the class has no method with this name.")
NOT_MADE = Cause(
    "could not be called: the assignment's own code for an argument raised {kind}.",
    kind=(*OPEN_EXCEPTIONS, "a custom exception"),
)
RAISED = Cause("raised {kind}.", kind=(*OPEN_EXCEPTIONS, "a custom exception"))
ASKED = Cause(
    "asked for input (`input`, `breakpoint` or a debugger), and nobody answers while it is graded. "
    "Remove that line."
)
NOTHING = Cause("returned None. Is a `return` missing?")
NOTHING_INSIDE = Cause(
    "returned a {kind} in which {what} None instead of an array. Is a value missing, or the "
    "`return` of a function that you call?",
    kind=("tuple", "list", "dict"),
    what=("everything is", "something is"),
)
SEQUENCE = Cause(
    "returned a {kind} of length {length}" + ONE_ARRAY,
    kind=("list", "tuple"),
    length=re.compile(r"\d{1,4}"),
)
PLAIN_DATA = Cause("returned a {kind}" + ONE_ARRAY, kind=("dict", "str", "set", "bytes"))
OF_FLAX = Cause("returned a Flax {kind}, not its array" + ONE_ARRAY, kind=(*FLAX_TYPES, "object"))
MORE_THAN_AN_ARRAY = Cause(
    "returned a {kind}, not a plain array" + ONE_ARRAY,
    kind=("MaskedArray", "subclass of ndarray"),
)
LAZY = (
    "a generator, since it contains `yield`",
    "a coroutine, since it is defined with `async def`",
    "an iterator such as `map` or `zip`, not what it yields",
)
NOT_RUN = Cause("returned {what}" + ONE_ARRAY, what=LAZY)
FUNCTION = Cause("returned a function or class (did you forget to call it?)" + ONE_ARRAY)
OTHER_OBJECT = Cause("returned an object that is not an array" + ONE_ARRAY)
OBJECTS = Cause(
    "returned an array of Python objects (dtype {dtype}); its elements must be numbers.",
    dtype=("object",),
)
KEYS = Cause("returned an array of PRNG keys; its elements must be numbers.")
TRACER = Cause(
    "returned a JAX tracer, a value that escaped from a transform such as jit or vmap; return what "
    "the transformed function returns."
)
UNREADABLE = Cause(
    "returned a JAX array whose values cannot be read ({kind}); was it deleted or donated?",
    kind=re.compile(r"[A-Za-z]{5,20}"),
)
NO_ARRAY_INSIDE = Cause("returned a structure that contains no array.")
TOO_LARGE = Cause("returned a structure that is nested too deeply or has too many arrays.")
SAME_NAME = Cause("returned a structure in which two arrays have the same name.")
NO_NUMBERS_INSIDE = Cause(
    "returned a structure that contains something other than arrays of numbers."
)
OTHER_FORM = Cause("returned arrays whose number or shapes depend on the key.")

CLAIMED = (
    *(
        NOT_DEFINED,
        NO_FUNCTION,
        OTHER_ARGUMENTS,
        OTHER_KEYWORDS,
        NO_FUNCTION_BACK,
        NO_METHOD,
        NOT_MADE,
        RAISED,
        ASKED,
        NOTHING,
        NOTHING_INSIDE,
        SEQUENCE,
        PLAIN_DATA,
        OF_FLAX,
        MORE_THAN_AN_ARRAY,
        NOT_RUN,
        FUNCTION,
        OTHER_OBJECT,
    ),
    *(OBJECTS, KEYS, TRACER, UNREADABLE, NO_ARRAY_INSIDE, TOO_LARGE, SAME_NAME, NO_NUMBERS_INSIDE),
    OTHER_FORM,
)
"""Every cause that `autograder.calls.call.call` gives, so that a process may claim it.
`docs/_extensions/messages.py` says of each what to do.
"""

OF_ITS_OWN = Cause("failed for an unknown reason.")
LACKS = Cause("has no array named `{name}`.")
NO_ANSWER = Cause("{how}.")
CANNOT_CROSS = Cause("is not a function but {what}.")
"""Causes that this side of the process boundary states, in this order: the process claimed no known
cause; an object's state lacks an array; the process gave no answer, for a reason in words
(`autograder.sandbox.endings.Died`); the name is bound to an object that cannot cross.
"""


def known_cause(text: object, arguments: Sequence[str]) -> str:
    """`text` if it is a cause that `call` gives for arguments of these names, otherwise
    `OF_ITS_OWN`.

    `arguments` are those of one stage (see `autograder.calls.stages`). `text` comes from a process
    that may say anything, and students read the sentence, so it must not carry what that process
    has seen. That is why its numbers are short and its names come from closed lists.
    """
    known = {"wanted": len(arguments), "names": ", ".join(arguments)}
    if isinstance(text, str) and any(
        re.fullmatch(cause.pattern(**known), text) for cause in CLAIMED
    ):
        return text
    return OF_ITS_OWN.says()


COMMON_EXCEPTIONS = (
    *("AssertionError", "AttributeError", "ConcretizationTypeError", "IndexError", "KeyError"),
    *("ModuleNotFoundError", "NameError", "NotImplementedError", "RecursionError"),
    *("RuntimeError", "TracerArrayConversionError", "TracerBoolConversionError", "TypeError"),
    *("UnboundLocalError", "ValueError", "ZeroDivisionError"),
)
"""The exception types that a sentence about hidden cases may name: those of common mistakes."""

_COARSE = (
    (r"(returned a (?:list|tuple)) of length \d{1,4}", r"\1"),
    (
        r"\btakes \d{1,2} positional arguments?;",
        "takes a different number of positional arguments;",
    ),
    (r" cannot be read \([A-Za-z]{5,20}\)", " cannot be read"),
    (r"\bis not a function; its type is .*?\.$", "is not a function."),
    (rf"\braised (?!(?:{'|'.join(COMMON_EXCEPTIONS)})\.$)[\w ]+\.$", "raised an exception."),
)


def coarse(cause: str) -> str:
    """A cause as a sentence about hidden cases may say it: without numbers and names that a process
    could choose by what it was called with.
    """
    for pattern, told in _COARSE:
        cause = re.sub(pattern, told, cause)
    return cause


def open_name(kind: type) -> str:
    """The name of a type from a public package, or a stand-in for any other: a submission could
    name its own type after anything it has seen.
    """
    module = sys.modules.get(kind.__module__)
    known = (
        kind.__module__.split(".")[0] in _OPEN_PACKAGES
        and getattr(module, kind.__name__, None) is kind
    )
    if issubclass(kind, BaseException):
        return kind.__name__ if known and kind.__name__ in OPEN_EXCEPTIONS else "a custom exception"
    return kind.__name__ if known else "a custom class"
