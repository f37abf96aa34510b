"""The source of a submission that looks up the right answers of the public cases, for
`autograder.container.smoke_test`.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.bank.records import ExpectedCase
from autograder.calls.given import name_of
from autograder.calls.passed import to_python
from autograder.calls.spec import Case
from autograder.calls.stages import stages

ANSWERS = "ready_answers.npz"

_LOOKED_UP = """\
from typing import Any

import jax
import numpy as np


{numbers}

def looked_up(question, *arguments):
    \"\"\"The expected arrays by name: "" for one by itself.\"\"\"
    given = [array for argument in arguments for array in numbers(argument)]
    with np.load({file!r}) as answers:
        for case in range({cases}):
            names = [f"{{question}}.{{case}}.{{place}}" for place in range(len(given))]
            known = [answers[name] for name in names if name in answers]
            if len(known) == len(given) and all(map(np.array_equal, given, known)):
                start = f"{{question}}.{{case}}/"
                found = [name for name in answers if name.startswith(start)]
                return {{name[len(start):]: answers[name] for name in found}}


def output(found):
    return found.get("", found) if found else None
"""

_FUNCTION = """\
def {name}(*arguments, **named):
    return output(looked_up({name!r}, *arguments, *named.values()))
"""

_RETURNS_A_FUNCTION = """\
def {name}(*before, **named_before):
    def returned(*arguments, **named):
        return output(
            looked_up({name!r}, *before, *named_before.values(), *arguments, *named.values())
        )

    return returned
"""

_CLASS = """\
class {name}:
    def __init__(self, *arguments, **named):
        self.arguments = *arguments, *named.values()

    def {method}(self, *arguments, **named):
        return output(looked_up({name!r}, *self.arguments, *arguments, *named.values()))
"""

_SEQUENCE = """\
class {name}:
    _steps = {steps!r}

    def __init__(self, *arguments, **named):
        self._given, self._place = [*arguments, *named.values()], 0
        self._keep()

    def _keep(self):
        while self._place < len(self._steps) and not self._steps[self._place][0]:
            for path, array in self._found().items():
                first, *rest = path.split("/")
                holder = self.__dict__
                for name in rest:
                    holder, first = holder.setdefault(first, {{}}), name
                holder[first] = array
            self._place += 1

    def _found(self):
        part = self._steps[self._place][1]
        found = looked_up({name!r}, *self._given)
        return {{
            name[len(part) + 1:]: array for name, array in found.items()
            if (name + "/").startswith(part + "/")
        }}

    def _answer(self, *arguments, **named):
        self._given += [*arguments, *named.values()]
        found = self._found()
        self._place += 1
        self._keep()
        return output(found)

"""

_METHOD = """\
    def {method}(self, *arguments, **named):
        return self._answer(*arguments, **named)

"""

_OF_GRADIENT = """\
def {name}(*arguments, **named):
    arguments = *arguments, *named.values()
    slopes = looked_up({name!r}, *arguments)
    leaves = [leaf for place in {places} for leaf in jax.tree.leaves(arguments[place])]
    return sum((slope * leaf).sum() for slope, leaf in zip(slopes.values(), leaves))
"""
"""A linear function with the expected gradient. JAX and the bank put the arrays of a gradient in
the same order.
"""

_RETURNS_A_LOSS = """\
def {name}(*before, **named_before):
    def returned(*arguments, **named):
        given = *before, *named_before.values(), *arguments, *named.values()
        slopes = looked_up({name!r}, *given)
        leaves = [leaf for place in {places} for leaf in jax.tree.leaves(given[place])]
        return sum((slope * leaf).sum() for slope, leaf in zip(slopes.values(), leaves))

    return returned
"""


def looking_up(cases: int) -> str:
    """The source that all answers share. `cases` is the largest number of cases of any question."""
    return _LOOKED_UP.format(file=ANSWERS, cases=cases, numbers=inspect.getsource(numbers))


def order(case: Case) -> list[str]:
    """The arguments of a case in the order in which a function receives them."""
    return [
        name
        for stage in stages(case.way, tuple(case.arguments))
        for name in (*stage.positional, *stage.named)
    ]


def given(case: Case) -> list[np.ndarray]:
    """The numbers that the arguments of a case hold, in the order of the calls."""
    values = to_python(case.arguments)
    return [array for name in order(case) for array in numbers(values[name])]


def numbers(value: Any) -> list[np.ndarray]:
    """The arrays inside an argument, in order. A string, a truth value or None becomes the bytes of
    its `repr`, and a function becomes its name. The submission contains this function too.
    """
    import inspect

    import jax

    if isinstance(value, (dict, list, tuple)):
        inside = value.values() if isinstance(value, dict) else value
        return [array for each in inside for array in numbers(each)]
    if value is None or isinstance(value, (str, bool)):
        return [np.frombuffer(repr(value).encode(), np.uint8)]
    leaves = jax.tree.leaves(value)
    if len(leaves) != 1 or leaves[0] is not value:
        return [array for leaf in leaves for array in numbers(leaf)]
    if callable(value):
        code = getattr(inspect.unwrap(value), "__code__", None)
        name = f"{getattr(value, '__name__', '')} {getattr(code, 'co_filename', '')}"
        return [np.frombuffer(name.encode(), np.uint8)]
    value = jax.lax.stop_gradient(value) if hasattr(value, "dtype") else value
    if jax.dtypes.issubdtype(getattr(value, "dtype", None), jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    array = np.asarray(value)
    return [] if array.dtype.hasobject else [array]


def cannot_be_looked_up(case: Case) -> str:
    """Why no submission can look up the answer to a case; "" if one can."""
    if case.way.through:
        return f"the calls of {name_of(case.way.through[1])} are unknown"
    if case.way.samples:
        return "its answers are random numbers"
    if case.way.changed:
        return "it writes into its arguments"
    return ""


def source(question: str, case: Case) -> str:
    """The source of the answer to a question that is called like this case."""
    way = case.way
    if way.calls:
        steps = [(step.method, step.part) for step in way.steps()]
        methods = dict.fromkeys(method for method, _ in steps if method)
        return _SEQUENCE.format(name=question, steps=steps) + "".join(
            _METHOD.format(method=method) for method in methods
        )
    if way.method:
        return _CLASS.format(name=question, method=way.method)
    if way.gradient:
        names = order(case)
        places = [names.index(name) for name in way.gradient]
        form = _RETURNS_A_LOSS if way.then else _OF_GRADIENT
        return form.format(name=question, places=places)
    return (_RETURNS_A_FUNCTION if way.then else _FUNCTION).format(name=question)


def answers(question: str, cases: Sequence[ExpectedCase]) -> dict[str, np.ndarray]:
    """The expected arrays of public cases, and the numbers by which they are found."""
    found: dict[str, np.ndarray] = {}
    for number, answered in enumerate(cases):
        for name, array in answered.expected.items():
            found[f"{question}.{number}/{name}"] = array
        for place, array in enumerate(given(answered.case)):
            found[f"{question}.{number}.{place}"] = array
    return found
