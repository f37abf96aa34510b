"""What the page of messages says about each: its cause, and what to do. The messages themselves
come from the code. The docstring of each function is what the page says of the message that it
provokes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from autograder import Array, Dim, Question
from autograder.build.banks import build

CAUSES = {
    "NOT_DEFINED": (
        "The cell with the function was not run, or an error in it or above it stopped "
        "it. Run the notebook from the top."
    ),
    "NO_FUNCTION": (
        "A cell gave the name of the function to something else, such as `f = f(x)`. "
        "Rename that, and run the cell with the function again."
    ),
    "OTHER_ARGUMENTS": (
        "The `def` line was changed. Take exactly the arguments that the message lists,"
        " in that order."
    ),
    "OTHER_KEYWORDS": (
        "The question passes some arguments by keyword. Use the names that the message lists."
    ),
    "NO_FUNCTION_BACK": (
        "The answer must be a function that is called afterwards. Return the inner "
        "function, without calling it."
    ),
    "NO_METHOD": "The class lacks a method that the question calls. Check its spelling.",
    "NOT_MADE": (
        "The assignment's own code makes one of the arguments, and it failed. This is not your "
        "fault; tell your instructor."
    ),
    "RAISED": (
        "The function raised an exception. In the notebook its text and line follow below: "
        "read them, and repeat the call with `public_case`."
    ),
    "ASKED": (
        "A call of `input`, `breakpoint`, `pdb.set_trace` or `jax.debug.breakpoint` is left in the "
        "function. Remove it."
    ),
    "NOTHING": "The function, or one path through it, ends without `return`.",
    "NOTHING_INSIDE": (
        "One of several outputs is None: a value is missing, or a function that you "
        "call ends without `return`."
    ),
    "SEQUENCE": (
        "Make one array of the list: `jnp.array(…)`, `jnp.stack(…)` or `jnp.concatenate(…)`."
    ),
    "PLAIN_DATA": "Return the array itself, not a dict or a text with it.",
    "OF_FLAX": "Return the array inside: `variable[...]`, or call the module.",
    "MORE_THAN_AN_ARRAY": "Fill what is masked, and make a plain array: `np.asarray(…)`.",
    "NOT_RUN": (
        "Nothing was computed yet. Remove `yield` or `async`, or collect what is yielded, as in "
        "`jnp.stack(list(map(f, xs)))`."
    ),
    "FUNCTION": "Call the function before you return it: `return jax.jit(step)(x)`.",
    "OTHER_OBJECT": "Return an array of numbers.",
    "OBJECTS": (
        "An array was made from things of different shapes or types. Make all rows "
        "equally long, and all elements numbers."
    ),
    "KEYS": "Draw numbers from the key: `jax.random.normal(key, …)`.",
    "TRACER": (
        "A value was stored outside of a function under `jit`, `vmap` or `grad`, such "
        "as in a list or a global variable. Return it instead."
    ),
    "UNREADABLE": "The array was given away: `donate_argnums` in `jit`, or `.delete()`.",
    "NO_ARRAY_INSIDE": "What was returned is empty. Return the arrays that the question asks for.",
    "TOO_LARGE": "Return the arrays that the question asks for, not all that were computed.",
    "SAME_NAME": (
        "Two entries of the structure have the same name once their keys are written as"
        ' text, such as `1` and `"1"`.'
    ),
    "NO_NUMBERS_INSIDE": "One of several outputs is a text, a function or another object.",
    "OTHER_FORM": (
        "The function returns other shapes for other random keys. Let its shapes "
        "depend on the sizes only."
    ),
}
"""By the name of the cause in `autograder.calls.causes`."""


def wrong_shape(x: Any) -> Any:
    """The numbers may be right, but they are arranged in another way. Compare `.shape` with
    what the task says.
    """
    return jnp.sqrt(jnp.sum(x**2, axis=1, keepdims=True) + 1.0)


def wrong_axis(x: Any) -> Any:
    """Often a sum or a mean goes along the wrong axis."""
    return jnp.sqrt(jnp.sum(x**2, axis=0) + 1.0)


def whole_numbers(x: Any) -> Any:
    """Something made whole numbers of the result, such as `//`, `.astype(int)` or an integer
    array as the target of `.at[…].set(…)`.
    """
    return jnp.sqrt(jnp.sum(x**2, axis=1) + 1.0).astype(int)


def not_a_number(x: Any) -> Any:
    """A root or logarithm of a negative number, a division by zero, or an overflow. Look at
    the place that the message names.
    """
    return jnp.sqrt(jnp.sum(x**2, axis=1) - 1e6)


def no_one_added(x: Any) -> Any:
    """The formula is another one. The maps show where, and the listed places show both
    numbers. If a hint stands below, begin with it.
    """
    return jnp.sqrt(jnp.sum(x**2, axis=1))


def half_precision(x: Any) -> Any:
    """Something computes in bfloat16 or float16. Look for `.astype(…)`, `dtype=` and
    `param_dtype=`.
    """
    return jnp.sqrt(jnp.sum(jnp.asarray(x, "bfloat16") ** 2, axis=1) + 1.0).astype("float32")


_seen = set[bytes]()
_calls = itertools.count()


def changes_between_calls(x: Any) -> Any:
    """The function keeps something from earlier calls, such as a global list or a counter, or
    it draws random numbers that do not come from its seed.
    """
    again = x.tobytes() in _seen
    _seen.add(x.tobytes())
    return jnp.sqrt(jnp.sum(x**2, axis=1) + 1.0) + again


def changes_its_argument(x: Any) -> Any:
    """The function writes into an array that it was given, as `x *= 2` or `x[0] = …` do. Work
    on a copy: `x = x.copy()`.
    """
    given = np.sqrt(np.sum(x**2, axis=1) + np.float32(1.0))
    x *= 2
    return given


WRONG_ANSWERS: list[Callable[..., Any]] = [
    wrong_shape,
    wrong_axis,
    whole_numbers,
    not_a_number,
    no_one_added,
    half_precision,
    changes_between_calls,
    changes_its_argument,
]


def no_dims() -> None:
    """Each size that an argument names needs a range in `dims`."""
    Question("f", {"x": Array("N", "D")}, {"N": (1, 9)})


def no_range() -> None:
    """The smallest size comes first, the largest second."""
    Question("f", {"x": Array("N")}, {"N": (9, 1)})


def unknown_dtype() -> None:
    """Use one of the names in the message."""
    Question("f", {"x": Array("N", dtype="float31")}, {"N": (1, 9)})


def built(
    solution: Callable[..., Any], mistake: Callable[..., Any] | None = None, **options: float
) -> None:
    """Build the banks of one question."""
    arguments = {"x": Array("N", "D"), "k": Dim("K")}
    question = Question("f", arguments, {"N": (2, 6), "D": (2, 5), "K": (1, 4)}, **options)
    if mistake:
        question.misconception("the mean is scaled", hint="Scale the rows.")(mistake)
    build("docs", [question], {"f": solution}, "docs")


def nothing_to_test() -> None:
    """With these inputs your solution always gives an output that any answer may give by
    chance. Widen the ranges in `dims`, or choose other `values`.
    """
    built(lambda x, k: jnp.zeros(3))


def random_solution() -> None:
    """Your solution gives two answers to the same call. Draw all random numbers from the seed
    or key argument.
    """
    built(lambda x, k: x * k + next(_calls))


def raising_solution() -> None:
    """Your solution fails on sizes that `dims` allows. Make the ranges smaller, say with
    `where` which sizes fit together, or mend the solution.
    """
    built(lambda x, k: x.reshape(3, k))


def refused_alternative() -> None:
    """Either the alternative is wrong for these inputs, or it is right and rounds more than
    your solution. In the second case the message says what to write.
    """
    question = Question("f", {"x": Array("N", "D")}, {"N": (2, 6), "D": (2, 5)})
    question.alternative(lambda x: x + 1)
    build("docs", [question], {"f": lambda x: 2 * x}, "docs")


def same_as_the_solution() -> None:
    """No case tells this misconception from your solution. Widen the ranges in `dims` so that
    the two differ, or declare it with `told_by="method"` if its values are right.
    """

    def mistake(x: Any, k: int) -> Any:
        return k * x

    built(lambda x, k: x * k, mistake)


def near_the_solution() -> None:
    """The two are too near to tell apart safely. Use other ranges in `dims`, other `families`,
    or a smaller `rtol`.
    """

    def mistake(x: Any, k: int) -> Any:
        return x * k * 1.005

    built(lambda x, k: x * k, mistake, rtol=1e-3)


STOPS: list[Callable[..., Any]] = [
    no_dims,
    no_range,
    unknown_dtype,
    nothing_to_test,
    random_solution,
    raising_solution,
    refused_alternative,
    same_as_the_solution,
    near_the_solution,
]
