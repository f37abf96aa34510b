"""Make known wrong answers from a reference: each mutant changes one thing, and tests must refuse
it.

Some change a node of the reference (`autograder.audit.changed_nodes`). The others, made here, wrap
it: they change what goes in or comes out, or handle specially what careless tests happen to ask.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence

from autograder.audit.answers import (
    Answer,
    Around,
    around,
    call,
    named_arguments,
    of_all,
    of_function,
    of_kind,
    takes_several,
    unique,
)
from autograder.audit.careless import careless, most_frequent
from autograder.audit.changed_nodes import of_nodes
from autograder.build.fitting_sizes import LARGEST_DISTINCT_SIZE
from autograder.calls.outputs import Output
from autograder.questions.arguments import Array
from autograder.questions.choices import Choice
from autograder.questions.numbers import Dim, Number, Seed
from autograder.questions.question import Question


def mutants(source: str, question: Question, outputs: Sequence[Output] = ()) -> list[Answer]:
    """Known wrong answers from the `source` of the reference, without duplicates. Some may turn out
    to be right after all. `outputs` are some outputs of the reference.
    """
    module = of_function(source, question.name)
    made = [
        *of_nodes(module, question),
        *around(module, question, _wrong_around(question)),
        *around(module, question, careless(question)),
        *around(module, question, most_frequent(question, outputs)),
    ]
    return unique(made, ast.unparse(module))


def _sizes(question: Question) -> Mapping[str, str]:
    """An expression for the size of each dimension."""
    found: dict[str, str] = {}
    for name in named_arguments(question):
        found = {**question.arguments[name].sizes(name), **found}
    return found


def _wrong_around(question: Question) -> Iterator[Around]:
    plain = call(question)
    for kind, name, expression in (
        ("constant", "zeros", "jnp.zeros_like(_y)"),
        ("constant", "ones", "jnp.ones_like(_y)"),
        ("constant", "the mean everywhere", "jnp.full_like(_y, _y.mean())"),
        (
            "constant",
            "random numbers",
            "jax.random.normal(jax.random.key(0), _y.shape).astype(_y.dtype)",
        ),
        ("precision", "bfloat16", "_y.astype(jnp.bfloat16).astype(_y.dtype)"),
        ("precision", "float16", "_y.astype(jnp.float16).astype(_y.dtype)"),
        ("precision", "three digits", "jnp.round(_y, 3)"),
        ("scale", "a thousandth larger", "(_y * 1.001 + (_y.dtype.kind == 'i')).astype(_y.dtype)"),
        ("scale", "a constant added", "_y + jnp.ones_like(_y)"),
        ("scale", "negated", "-_y"),
        ("scale", "absolute values", "jnp.abs(_y) + (_y.dtype.kind == 'i')"),
        ("scale", "negative numbers cut off", "jnp.minimum(_y, 0)"),
        ("order", "reversed", "_y[::-1]"),
        ("order", "sorted", "jnp.sort(_y) + (_y.dtype.kind == 'i')"),
        ("order", "rolled by one", "jnp.roll(_y, 1)"),
        ("shape", "an extra first axis", "_y[None]"),
        ("shape", "without the last element", "_y[:-1]"),
        ("shape", "the sum", "_y.sum()"),
        (
            "dtype",
            "another kind of number",
            "_y.astype(jnp.int32 if _y.dtype.kind == 'f' else jnp.float32)",
        ),
        ("nan", "one element is NaN", "jnp.asarray(_y, jnp.float32).at[-1].set(jnp.nan)"),
    ):
        yield (
            kind,
            name,
            f"_y = {plain if takes_several(question) else f'jnp.asarray({plain})'}\n"
            f"return {of_all(question, expression)}",
        )
    for seed in of_kind(question, Seed):
        for change in ("int({}) + 1", "int({}) // 2 * 2", "int({}) % 1000", "0"):
            changed = change.format(seed)
            yield "seed", f"{seed} = {changed}", f"return {call(question, **{seed: changed})}"
        yield (
            "special case",
            f"wrong where {seed} is not a float or int",
            _unless(question, f"type({seed}) in (int, float)"),
        )
        yield (
            "state",
            f"random numbers drawn on from call to call with one {seed}",
            _drawn_on(question, seed),
        )
    for array in of_kind(question, Array):
        changes = (
            "jnp.abs({})",
            "jnp.asarray({})[::-1]",
            "0 * {}",
            "jnp.asarray({}, jnp.float16).astype(jnp.float32)",
            "jnp.clip({}, -10, 10)",
        )
        for change in (*changes, "jnp.asarray({}).T"):
            changed = change.format(array)
            yield "input", f"{array} = {changed}", f"return {call(question, **{array: changed})}"
        yield (
            "special case",
            f"wrong where {array} is a NumPy array",
            _unless(question, f"not isinstance({array}, np.ndarray)"),
        )
        yield (
            "special case",
            f"wrong where {array} has numbers above 20",
            _unless(question, f"abs(np.asarray({array})).max() < 20"),
        )
    for name in of_kind(question, Number):
        for change in ("2 * {}", "-{}", "0.0 * {}"):
            changed = change.format(name)
            yield "input", f"{name} = {changed}", f"return {call(question, **{name: changed})}"
    for name in of_kind(question, Choice):
        for option in question.arguments[name].options(public=False):
            yield "input", f"{name} = {option}", f"return {call(question, **{name: option})}"
    sizes = _sizes(question)
    for dim, size in sizes.items():
        smallest, largest = question.reach[dim]
        yield (
            "special case",
            f"wrong where {dim} is {smallest}",
            _unless(question, f"{size} != {smallest}"),
        )
        yield (
            "special case",
            f"wrong where {dim} is {largest}",
            _unless(question, f"{size} != {largest}"),
        )
        yield (
            "special case",
            f"wrong where {dim} is above {(smallest + largest) // 2}",
            _unless(question, f"{size} <= {(smallest + largest) // 2}"),
        )
    if len(sizes) > 1:
        yield (
            "special case",
            "wrong where sizes are equal",
            _unless(question, f"len({{{', '.join(sizes.values())}}}) > 1"),
        )
    middle = [
        f"{LARGEST_DISTINCT_SIZE} < {size} < {question.reach[dim][1]}"
        for dim, size in sizes.items()
    ]
    yield (
        "special case",
        "wrong between small sizes and the largest",
        _unless(question, f"not ({' or '.join(middle) or False})"),
    )
    names = of_kind(question, Dim)
    for first, second in itertools.pairwise(names):
        yield (
            "operands",
            f"{first} and {second} swapped",
            f"return {call(question, **{first: second, second: first})}",
        )
    key = ", ".join(f"{size}" for size in sizes.values())
    yield (
        "cached",
        "the first result for these sizes",
        _cache(question, f"({key},)" if key else "()"),
    )
    yield "cached", "the first result", _cache(question, "0")
    counted = "_kept['calls'] = _kept.get('calls', 0) + 1"
    yield (
        "state",
        "wrong from the 20th call on",
        counted + "\n" + _unless(question, "_kept['calls'] < 20"),
    )
    for number, name in enumerate(of_kind(question, Array)):
        in_place = f"_y = {plain}\nif isinstance({name}, np.ndarray):\n    {name} += 1"
        yield (
            "state",
            f"{name} changed in place",
            in_place + f"\nreturn {'_y' if number == 0 else of_all(question, '_y + 0')}",
        )


def _unless(question: Question, condition: str) -> str:
    """A body that is right if the condition holds. Otherwise its answer is off by one or, if adding
    one would not change the gradient, three times too large.
    """
    return (
        f"_y = {call(question)}\n"
        f"return _y if {condition} else "
        f"{of_all(question, '3 * _y' if question.gradient else '_y + 1')}"
    )


def _cache(question: Question, key: str) -> str:
    return f"if {key} not in _kept:\n    _kept[{key}] = {call(question)}\nreturn _kept[{key}]"


def _drawn_on(question: Question, seed: str) -> str:
    return (
        f"_kept[int({seed})] = _kept.get(int({seed}), -1) + 1\n"
        f"return {call(question, **{seed: f'int({seed}) + _kept[int({seed})]'})}"
    )
