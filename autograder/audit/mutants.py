"""Known wrong answers made from a reference: each mutant changes one thing, and tests must refuse
it.

The changes are those that students get wrong: an axis, the seed, a decorator, the order of
operands, an activation, the precision. Others special-case what careless tests happen to ask.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Iterator, Mapping

from autograder.audit.answers import (
    Answer,
    Around,
    around,
    call,
    of_all,
    of_function,
    of_kind,
    unique,
)
from autograder.audit.rewrites import TRANSFORMS
from autograder.build.shapes import LARGEST_DISTINCT_SIZE
from autograder.questions.arguments import Array, Dim, Seed
from autograder.questions.question import Question

AXES = ("in_axes", "out_axes", "axis", "variable_axes")

ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "silu", "softplus", "softmax")

KEYS = ("PRNGKey", "key", "Rngs")

LAYERS = ("Linear", "Dense", "Conv")


def mutants(source: str, question: Question) -> list[Answer]:
    """Known wrong answers from the `source` of the reference, without duplicates. Some may turn out
    to be right after all.
    """
    module = of_function(source, question.name)
    made = [*_of_nodes(module, question), *around(module, question, _wrong_around(question))]
    return unique(made, ast.unparse(module))


Change = tuple[str, str, ast.AST]


def _of_nodes(module: ast.Module, question: Question) -> Iterator[Answer]:
    """Mutants in which one node of the syntax tree is changed."""
    seeds = {name for name, argument in question.arguments.items() if argument.seeds}
    for index, node in enumerate(ast.walk(module)):
        for kind, name, changed in _changes(node, seeds):
            yield Answer(
                kind,
                f"{name} (line {getattr(node, 'lineno', '?')})",
                _with_node(module, index, changed),
            )


def _with_node(module: ast.Module, index: int, changed: ast.AST) -> str:
    copied = copy.deepcopy(module)
    old = next(node for place, node in enumerate(ast.walk(copied)) if place == index)

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return copy.deepcopy(changed) if node is old else self.generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Replace().visit(copied)))


def _changes(node: ast.AST, seeds: set[str]) -> Iterator[Change]:
    if isinstance(node, ast.keyword) and node.arg in AXES:
        for value in _other_axes(node.value):
            yield "axes", f"{node.arg}={ast.unparse(value)}", ast.keyword(node.arg, value)
    if isinstance(node, ast.FunctionDef):
        yield from _other_decorators(node)
    if isinstance(node, ast.Call):
        yield from _other_calls(node, seeds)
    if isinstance(node, ast.BinOp):
        yield (
            "operands",
            f"{ast.unparse(node)} with its operands swapped",
            ast.BinOp(node.right, node.op, node.left),
        )
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "shape"
    ):
        for place in (0, -1):
            changed = ast.Subscript(node.value, ast.Constant(place), ast.Load())
            yield "axes", f"{ast.unparse(changed)} for {ast.unparse(node)}", changed
    if isinstance(node, ast.List) and len(node.elts) > 1:
        for place in range(len(node.elts) - 1):
            elements = [*node.elts]
            elements[place], elements[place + 1] = elements[place + 1], elements[place]
            yield (
                "operands",
                f"entries {place} and {place + 1} swapped",
                ast.List(elements, ast.Load()),
            )
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "axes", f"{not node.value} for {node.value}", ast.Constant(not node.value)


def _other_axes(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.Constant):
        yield from (
            ast.Constant(axis)
            for axis in (0, 1, None)
            if axis != value.value or type(axis) is not type(value.value)
        )
    if isinstance(value, ast.Tuple):
        if len(value.elts) > 1:
            yield ast.Tuple(value.elts[::-1], ast.Load())
        for place, element in enumerate(value.elts):
            for other in _other_axes(element):
                yield ast.Tuple([*value.elts[:place], other, *value.elts[place + 1 :]], ast.Load())
    if isinstance(value, ast.Dict):
        for place, element in enumerate(value.values):
            for other in _other_axes(element):
                yield ast.Dict(
                    value.keys, [*value.values[:place], other, *value.values[place + 1 :]]
                )


def _other_decorators(node: ast.FunctionDef) -> Iterator[Change]:
    for place, decorator in enumerate(node.decorator_list):
        without = copy.copy(node)
        without.decorator_list = [*node.decorator_list[:place], *node.decorator_list[place + 1 :]]
        yield "transform", f"without @{ast.unparse(decorator)}", without
    if len(node.decorator_list) > 1:
        reverse = copy.copy(node)
        reverse.decorator_list = node.decorator_list[::-1]
        yield "transform", "decorators the other way round", reverse


def _other_calls(node: ast.Call, seeds: set[str]) -> Iterator[Change]:
    name = (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )
    for keyword in node.keywords:
        if keyword.arg in (*AXES, "split_rngs", "splits"):
            rest = [each for each in node.keywords if each is not keyword]
            yield "axes", f"without {keyword.arg}", ast.Call(node.func, node.args, rest)
    if name in TRANSFORMS and node.args:
        yield "transform", f"without {ast.unparse(node.func)}", node.args[0]
    if name in ACTIVATIONS and node.args:
        yield "activation", f"without {name}", node.args[0]
        for other in ("tanh", "gelu", "leaky_relu"):
            if isinstance(node.func, ast.Attribute):
                yield (
                    "activation",
                    f"{other} for {name}",
                    ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, []),
                )
    if name in LAYERS:
        for keyword in (
            ast.keyword("use_bias", ast.Constant(False)),
            ast.keyword("dtype", ast.parse("jnp.bfloat16", mode="eval").body),
        ):
            kind = "bias" if keyword.arg == "use_bias" else "precision"
            yield (
                kind,
                f"{name} with {ast.unparse(keyword)}",
                ast.Call(node.func, node.args, [*node.keywords, keyword]),
            )
    if name in KEYS and len(node.args) == 1:
        for change in ("{} + 1", "0 * {}", "2 * {}"):
            text = change.format(f"({ast.unparse(node.args[0])})")
            yield (
                "seed",
                f"{name}({text})",
                ast.Call(node.func, [ast.parse(text, mode="eval").body], node.keywords),
            )
    if name == "int" and len(node.args) == 1:
        yield "cast", f"without int(…) around {ast.unparse(node.args[0])}", node.args[0]
        if not (isinstance(node.args[0], ast.Name) and node.args[0].id in seeds):
            yield "size", f"{ast.unparse(node)} + 1", ast.BinOp(node, ast.Add(), ast.Constant(1))
    if name in ("reshape", "ravel", "flatten") and isinstance(node.func, ast.Attribute):
        turned = ast.Attribute(ast.Attribute(node.func.value, "T", ast.Load()), name, ast.Load())
        yield (
            "transposition",
            f"transposed before {name}",
            ast.Call(turned, node.args, node.keywords),
        )
        yield "shape", f"without {name}", node.func.value
    for place in range(len(node.args) - 1):
        arguments = [*node.args]
        arguments[place], arguments[place + 1] = arguments[place + 1], arguments[place]
        yield (
            "operands",
            f"arguments {place} and {place + 1} of {ast.unparse(node.func)} swapped",
            ast.Call(node.func, arguments, node.keywords),
        )


def _sizes(question: Question) -> Mapping[str, str]:
    """An expression for the size of each dimension."""
    found: dict[str, str] = {}
    for name, argument in question.arguments.items():
        found = {**argument.sizes(name), **found}
    return found


def _wrong_around(question: Question) -> Iterator[Around]:
    plain = call(question)
    for kind, name, expression in (
        ("constant", "zeros", "jnp.zeros_like(y)"),
        ("constant", "ones", "jnp.ones_like(y)"),
        ("constant", "the mean everywhere", "jnp.full_like(y, y.mean())"),
        (
            "constant",
            "random numbers",
            "jax.random.normal(jax.random.key(0), y.shape).astype(y.dtype)",
        ),
        ("precision", "bfloat16", "y.astype(jnp.bfloat16).astype(y.dtype)"),
        ("precision", "float16", "y.astype(jnp.float16).astype(y.dtype)"),
        ("precision", "three digits", "jnp.round(y, 3)"),
        ("scale", "a thousandth larger", "(y * 1.001 + (y.dtype.kind == 'i')).astype(y.dtype)"),
        ("scale", "a constant added", "y + jnp.ones_like(y)"),
        ("scale", "negated", "-y"),
        ("scale", "absolute values", "jnp.abs(y) + (y.dtype.kind == 'i')"),
        ("scale", "negative numbers cut off", "jnp.minimum(y, 0)"),
        ("order", "reversed", "y[::-1]"),
        ("order", "sorted", "jnp.sort(y) + (y.dtype.kind == 'i')"),
        ("order", "rolled by one", "jnp.roll(y, 1)"),
        ("shape", "a row of its own", "y[None]"),
        ("shape", "the last element left out", "y[:-1]"),
        ("shape", "the sum", "y.sum()"),
        (
            "dtype",
            "another kind of number",
            "y.astype(jnp.int32 if y.dtype.kind == 'f' else jnp.float32)",
        ),
        ("nan", "one element is NaN", "jnp.asarray(y, jnp.float32).at[-1].set(jnp.nan)"),
    ):
        yield (
            kind,
            name,
            f"y = {plain if question.several else f'jnp.asarray({plain})'}\n"
            f"return {of_all(question, expression)}",
        )
    for seed in of_kind(question, Seed):
        for change in ("int({}) + 1", "int({}) // 2 * 2", "int({}) % 1000", "0"):
            changed = change.format(seed)
            yield "seed", f"{seed} = {changed}", f"return {call(question, **{seed: changed})}"
        yield (
            "special case",
            f"wrong where {seed} is no float or int",
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
    sizes = _sizes(question)
    for dim, size in sizes.items():
        smallest, largest = question.dims[dim]
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
        f"{LARGEST_DISTINCT_SIZE} < {size} < {question.dims[dim][1]}" for dim, size in sizes.items()
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
    yield "cached", "the first result for these sizes", _cached(question, f"({key},)")
    yield "cached", "the first result", _cached(question, "0")
    counted = "_kept['calls'] = _kept.get('calls', 0) + 1"
    yield (
        "state",
        "wrong from the 20th call on",
        counted + "\n" + _unless(question, "_kept['calls'] < 20"),
    )
    for number, name in enumerate(of_kind(question, Array)):
        in_place = f"y = {plain}\nif isinstance({name}, np.ndarray):\n    {name} += 1"
        yield (
            "state",
            f"{name} changed in place",
            in_place + f"\nreturn {'y' if number == 0 else of_all(question, 'y + 0')}",
        )


def _unless(question: Question, condition: str) -> str:
    """A body that is right where the condition holds, and elsewhere off by one, or threefold where
    adding one would leave the gradient the same.
    """
    return (
        f"y = {call(question)}\n"
        f"return y if {condition} else "
        f"{of_all(question, '3 * y' if question.gradient else 'y + 1')}"
    )


def _cached(question: Question, key: str) -> str:
    return f"if {key} not in _kept:\n    _kept[{key}] = {call(question)}\nreturn _kept[{key}]"


def _drawn_on(question: Question, seed: str) -> str:
    return (
        f"_kept[int({seed})] = _kept.get(int({seed}), -1) + 1\n"
        f"return {call(question, **{seed: f'int({seed}) + _kept[int({seed})]'})}"
    )
