"""Programs as JAX lowered them when the assignment was built: where grading traces the same program, it need not be lowered again.

Lowering writes a traced program (a jaxpr) in MLIR, in Python and one operation after the other: a fifth of what a submission costs. What comes out is
determined by what goes in, and here both are known from the build: `described` says all that goes in, as text, and MLIR's own bytecode holds what came
out. Everything after that is as ever: what XLA is asked for, and under which name JAX keeps what it compiled, follows from the MLIR.

A program in which anything is not of the few kinds that are described exactly is lowered as ever: constants, callbacks, effects, meshes, functions among the
parameters, primitives that did not exist when this began. The names are private to JAX: a release without them is only slower.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ENDING = "-lowered"
"""Of files that hold one program each, named after what was lowered."""


class Unknown(Exception):
    """Something in a program is not of the kinds that are described exactly."""


def write_here(folder: Path) -> None:
    """From now on this process writes what it lowers to `folder`."""

    def kept(name: str, lower: Callable[[], Any]) -> Any:
        result = lower()
        if not (result.keepalive or result.host_callbacks or result.shape_poly_state.dim_vars):
            (folder / f"{name}{ENDING}").write_bytes(_bytes(result.module))
        return result

    _instead(kept)


def read_here(program: Callable[[str], bytes | None]) -> None:
    """From now on this process takes what `program` has of that name, instead of lowering it."""
    from jax._src.interpreters import mlir
    from jaxlib.mlir import ir

    def known(name: str, lower: Callable[[], Any]) -> Any:
        content = program(name)
        if content is None:
            return lower()
        with mlir.make_ir_context():
            return mlir.LoweringResult(ir.Module.parse(content), [], [], mlir.ShapePolyLoweringState((), ("cpu",)))

    _instead(known)


def _instead(answer: Callable[[str, Callable[[], Any]], Any]) -> None:
    """Ask `answer`, with a name for the program and a function that lowers it, for each that is described exactly."""
    from jax._src.interpreters import mlir

    original, describe = mlir.lower_jaxpr_to_module, described()

    @functools.wraps(original)
    def lower(module_name: str, jaxpr: Any, **given: Any) -> Any:
        as_ever = functools.partial(original, module_name, jaxpr, **given)
        try:
            name = hashlib.sha256(describe(module_name, jaxpr, given).encode()).hexdigest()
        except (Unknown, AttributeError, KeyError, TypeError, ValueError):  # another release of JAX may name things otherwise
            return as_ever()
        return answer(name, as_ever)

    mlir.lower_jaxpr_to_module = lower


def _bytes(module: Any) -> bytes:
    """Without the places in source files that operations come from."""
    from jaxlib.mlir import passmanager

    copy = module.operation.clone()
    with copy.context:
        passmanager.PassManager.parse("any(strip-debuginfo)").run(copy)
    written = io.BytesIO()
    copy.write_bytecode(file=written)
    return written.getvalue()


def described() -> Callable[[str, Any, Mapping[str, Any]], str]:
    """A function that says all that `lower_jaxpr_to_module` is given, with the settings of JAX, as text; it raises `Unknown` where it cannot."""
    from jax._src import config, core
    from jax._src.interpreters import mlir
    from jax._src.mesh import Mesh
    from jax._src.named_sharding import UnspecifiedValue
    from jax._src.random import prng

    primitives = {*mlir._lowerings, *mlir._platform_specific_lowerings["cpu"]}
    generators = {*prng.prngs.values()}
    keys = {prng.KeyTy(generator) for generator in generators}
    versions = f"{version('jax')} {version('jaxlib')}"
    plain = {
        "num_const_args": 0,
        "ordered_effects": [],
        "platforms": ("cpu",),
        "num_partitions": 1,
        "all_default_mem_kind": True,
        "input_output_aliases": None,
        "lowering_parameters": mlir.LoweringParameters(),
    }
    nothing = ("donated_args", "replicated_args", "arg_shardings", "result_shardings", "in_layouts", "out_layouts", "propagated_out_mem_kinds")
    known = {*plain, *nothing, "backend", "axis_context", "in_avals", "arg_names", "result_names"}

    def whole(module_name: str, jaxpr: Any, given: Mapping[str, Any]) -> str:
        place = given["axis_context"]
        _demand(given.keys() == known and all(given[name] == value for name, value in plain.items()))
        _demand(not any(any(given[name]) for name in nothing))
        _demand((place.num_devices, place.device_assignment, place.abstract_mesh) == (1, None, None))
        named = (module_name, given["arg_names"], given["result_names"])
        return "\n".join(
            [
                versions,
                settings(config.trace_context(), config.use_shardy_partitioner.value),
                repr(named),
                *map(aval, given["in_avals"]),
                *closed(jaxpr),
            ]
        )

    @functools.cache
    def settings(context: tuple[Any, ...], shardy: bool) -> str:
        *values, axes = context
        _demand(not axes.axis_sizes and all(isinstance(value, str | int | tuple | enum.Enum | None) for value in values))
        return f"{values} {shardy}"

    def closed(jaxpr: Any) -> Iterator[str]:
        _demand(not jaxpr.consts and not jaxpr.effects)
        return lines(jaxpr.jaxpr)

    def lines(jaxpr: Any) -> Iterator[str]:
        numbers: dict[Any, int] = {}

        def atom(var: Any) -> str:
            if isinstance(var, core.Literal):
                _demand(isinstance(var.aval.dtype, np.dtype))
                value = np.asarray(var.val)
                return f"{aval(var.aval)} {value.dtype} {value.shape} {value.tobytes().hex()}"
            return f"%{numbers[var]}"

        def new(var: Any) -> str:
            numbers[var] = len(numbers)
            return aval(var.aval)

        _demand(not jaxpr.constvars and not jaxpr.effects)
        yield f"({', '.join(map(new, jaxpr.invars))})"
        for equation in jaxpr.eqns:
            _demand(equation.primitive in primitives and not equation.effects)
            inputs = ", ".join(map(atom, equation.invars))
            parameters = ", ".join(f"{name}={text(value)}" for name, value in sorted(equation.params.items()))
            yield f"{equation.primitive.name}[{parameters}] {context(equation.ctx)} ({inputs}) -> ({', '.join(map(new, equation.outvars))})"
        yield f"return {', '.join(map(atom, jaxpr.outvars))}"

    def context(of: Any) -> str:
        _demand(of.compute_type is None and of.cur_abstract_mesh.empty and of.xla_metadata is None)
        return f"{of.threefry_partitionable} {of.remove_size_one_mesh_axis}"

    @functools.cache
    def aval(of: Any) -> str:
        # These objects are interned: one that differs in anything else is another one.
        _demand(type(of) is core.ShapedArray and core.ShapedArray(of.shape, of.dtype, of.weak_type) is of)
        _demand(all(type(size) is int for size in of.shape) and (isinstance(of.dtype, np.dtype) or of.dtype in keys))
        return f"{of.dtype}{list(of.shape)}{'~' if of.weak_type else ''}"

    def text(value: Any) -> str:
        kind = type(value)
        if value is None or kind in (bool, int, float, complex, str, bytes):
            return f"{kind.__name__} {value!r}"
        if kind is prng.PRNGImpl:
            _demand(value in generators)
            return f"generator {value.name}"
        if kind in (tuple, list) or (isinstance(value, tuple) and hasattr(kind, "_fields")):
            return f"{kind.__name__}({', '.join(map(text, value))})"
        if isinstance(value, np.dtype | np.number | np.bool_ | enum.Enum | UnspecifiedValue):
            return f"{kind.__name__} {value!r}"
        if kind is core.ClosedJaxpr:
            return "{" + "\n".join(closed(value)) + "}"
        _demand(isinstance(value, Mesh) and value.empty)
        return "no mesh"

    return whole


def _demand(holds: bool) -> None:
    if not holds:
        raise Unknown
