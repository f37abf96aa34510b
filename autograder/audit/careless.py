"""Mutants that look at only a part of their arguments, or are wrong in a part of their answer:
results cached by a part of the arguments, 0 treated as missing, rounding instead of a cast, a
region of the answer that is off, an argument returned unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from autograder.audit.answers import Around, call, named_arguments, of_all, of_kind
from autograder.calls.outputs import ALONE, Output
from autograder.questions.arguments import Array
from autograder.questions.numbers import Dim, Number, Seed
from autograder.questions.question import Question
from autograder.sameness.words import samples_of

_CONTENT = """\
import marshal
def _content(value, of=lambda array: array.tobytes()):
    found = []
    for leaf in jax.tree.leaves(value):
        leaf = getattr(leaf, "__wrapped__", leaf)
        if jnp.issubdtype(getattr(leaf, "dtype", np.float32), jax.dtypes.prng_key):
            leaf = jax.random.key_data(leaf)
        if hasattr(leaf, "dtype") or isinstance(leaf, (int, float)):
            found.append((np.shape(leaf), of(np.asarray(leaf))))
        elif hasattr(leaf, "__code__"):
            inside = [cell.cell_contents for cell in leaf.__closure__ or ()]
            inside = [each for each in inside if each is not leaf]
            found.append((marshal.dumps(leaf.__code__), _content(inside)))
        else:
            found.append(repr(leaf))
    return repr(found)
"""
"""The content of a value, or what `of` extracts from each of its arrays, as text. The text of a
function has no address, which another function may have had before.
"""

_PARTS: Mapping[str, str] = {
    "shapes and dtypes": "lambda array: array.dtype.name",
    "the sum of each array": "lambda array: array.astype(complex).sum().round(3)",
    "the first row of each array": "lambda array: np.atleast_1d(array)[0].tobytes()",
    "the first number of each array": "lambda array: array.ravel()[:1].tobytes()",
    "the last row of each array": "lambda array: np.atleast_1d(array)[-1].tobytes()",
    "rounded numbers": "lambda array: array.astype(complex).round(1).tolist()",
    "the numbers in any order": "lambda array: np.sort(array, axis=None).tolist()",
}

_OFF = (
    "jnp.where({mask}, ~_y if _y.dtype.kind == 'b' else _y + 1 if _y.dtype.kind in 'iu' else "
    "{factor} * _y, _y).astype(_y.dtype)"
)

_REGIONS: Mapping[str, str] = {
    "the last row": "jnp.indices(_y.shape)[0] == _y.shape[0] - 1",
    "the last element": "jnp.arange(_y.size).reshape(_y.shape) == _y.size - 1",
    "a block in the corner": (
        "jnp.all(jnp.stack([_i < max(1, _n // 3) for _i, _n in zip(jnp.indices(_y.shape), "
        "_y.shape)]), axis=0)"
    ),
    "everything above the median": "jnp.abs(_y) > jnp.median(jnp.abs(_y))",
    "every third element": "jnp.arange(_y.size).reshape(_y.shape) % 3 == 2",
}
"""The regions in which an answer is off, by name."""


def careless(question: Question) -> Iterator[Around]:
    """The kinds of change, what was changed, and the bodies of functions that wrap the
    reference.
    """
    yield from _caches(question)
    yield from _numbers(question)
    yield from _arguments(question)
    if question.gradient:
        return  # a part of a loss means nothing
    plain = call(question)
    # `samples` promises to see that a spread is off by more than a tenth, or a quarter with the
    # fewest samples. Whether it sees 5% depends on the arguments drawn.
    sampled = samples_of(question.words) is not None
    factor, how = ("2", "twice as large") if sampled else ("1.05", "5% off")
    for region, mask in _REGIONS.items():
        wrong = _OFF.format(mask=mask, factor=factor)
        off = f"def _off(_y):\n    _y = jnp.asarray(_y)\n    return {wrong}\n"
        yield (
            "region",
            f"{region} is {how}",
            f"{off}_y = {plain}\nreturn {of_all(question, '_off(_y)')}",
        )


def _caches(question: Question) -> Iterator[Around]:
    names = named_arguments(question)
    if not names:
        return

    def kept(key: str) -> str:
        return (
            f"{_CONTENT}_key = {key}\nif _key not in _kept:\n    _kept[_key] = {call(question)}\n"
            "return _kept[_key]"
        )

    def parts(chosen: list[str], of: str = "") -> str:
        return f"({''.join(f'_content({name}{of}), ' for name in chosen)})"

    for seed in of_kind(question, Seed):
        yield "cached", f"under {seed} alone", kept(parts([seed]))
        rest = [name for name in names if name != seed]
        shapes = parts(rest, f", {_PARTS['shapes and dtypes']}")
        yield "cached", f"under {seed} and the shapes", kept(f"({parts([seed])}, {shapes})")
    single = {name for kind in (Dim, Seed, Number) for name in of_kind(question, kind)}
    arrays = [name for name in names if name not in single]
    others = [name for name in names if name not in arrays]
    for called, of in _PARTS.items() if arrays else ():
        key = f"({parts(others)}, {parts(arrays, f', {of}')})"
        yield "cached", f"under {called}", kept(key)
    if len(names) > 1:
        yield "cached", "under the first argument", kept(parts(names[:1]))
        for name in names:
            rest = [other for other in names if other != name]
            yield "cached", f"under all arguments but {name}", kept(parts(rest))
            yield (
                "cached",
                f"the last result, unless an argument besides {name} changes",
                f"{_CONTENT}_key = {parts(rest)}\nif _kept.get('key') != _key:\n"
                f"    _kept.update(key=_key, result={call(question)})\nreturn _kept['result']",
            )


def _numbers(question: Question) -> Iterator[Around]:
    seeds = of_kind(question, Seed)
    for name in named_arguments(question):
        argument = question.arguments[name]
        if name in seeds or 0 in (getattr(argument, "low", None), getattr(argument, "high", None)):
            yield "falsy zero", f"{name} or 1", f"return {call(question, **{name: f'{name} or 1'})}"
        if getattr(argument, "fractions", False):
            for change in ("int(round(float({})))", "int({} + 0.5)", "int(-(-{} // 1))"):
                changed = change.format(name)
                yield (
                    "rounding",
                    f"{name} = {changed}",
                    f"return {call(question, **{name: changed})}",
                )


def _arguments(question: Question) -> Iterator[Around]:
    if question.then or question.calls or question.through is not None:
        return
    for name in of_kind(question, Array):
        yield "constant", f"its argument {name}", f"return {name}"


def most_frequent(question: Question, outputs: Sequence[Output]) -> Iterator[Around]:
    """The most frequent answer among some outputs of the reference."""
    alone = [output[ALONE] for output in outputs if list(output) == [ALONE]]
    if not alone or not question.arguments or question.gradient:
        return
    texts = [repr((array.dtype.name, array.tolist())) for array in alone]
    usual = alone[texts.index(max(texts, key=texts.count))]
    if usual.size > MOST_WRITTEN or usual.dtype.kind not in "biuf":
        return
    with np.printoptions(threshold=MOST_WRITTEN):
        numbers = f"{usual.astype(float).tolist()!r}".replace("inf", "np.inf").replace(
            "nan", "np.nan"
        )
    yield (
        "constant",
        "the answer that is most frequent in the notebook's cases",
        f"return np.asarray({numbers}).astype({usual.dtype.name!r})",
    )


MOST_WRITTEN = 64
"""A constant answer with more numbers than this is not written out."""
