"""The calls that make up one answer: of a function, of the function that it returned, of an
instance's methods, or of given code around it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.calls import causes, given
from autograder.calls.outputs import Unusable, collect_arrays, to_output
from autograder.calls.passed import Later
from autograder.calls.spec import RETURNED_FUNCTION, CallSpec, Step


@dataclass(frozen=True)
class Stage:
    """One call: its arguments by position and by keyword, and the words about it that follow the
    function's name in a sentence.
    """

    positional: tuple[str, ...]
    named: tuple[str, ...]
    told: str = ""

    @property
    def shown(self) -> list[str]:
        """The arguments as a sentence lists them."""
        return [*self.positional, *(f"{name}=…" for name in self.named)]

    def call(self, function: Any, values: Mapping[str, Any]) -> Any:
        """Call `function` with its arguments among `values`."""
        return function(
            *(values[name] for name in self.positional),
            **{name: values[name] for name in self.named},
        )

    def misfit(self, function: Any) -> str:
        """Why `function` cannot be called with these arguments, as a cause, or "" if it can be."""
        try:
            signature = signature_of(function)
        except (TypeError, ValueError):
            return ""
        try:
            signature.bind(*self.positional, **dict.fromkeys(self.named))
        except TypeError:
            if self.named:
                return causes.OTHER_KEYWORDS.says(names=", ".join(self.shown))
            accepted = [
                parameter
                for parameter in signature.parameters.values()
                if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            ]
            return causes.OTHER_ARGUMENTS.says(
                count=len(accepted),
                plural="" if len(accepted) == 1 else "s",
                wanted=len(self.positional),
                names=", ".join(self.positional),
            )
        return ""


def signature_of(function: Any) -> inspect.Signature:
    """The signature of a function. Raises `TypeError` and `ValueError`."""
    made = getattr(function, "__init__", None)
    flax_module = isinstance(function, type) and type(function).__call__ is not type.__call__
    if flax_module and inspect.isfunction(made):  # its metaclass hides the constructor's parameters
        own = inspect.signature(made)
        return own.replace(parameters=list(own.parameters.values())[1:])
    return inspect.signature(function)


class Progress:
    """How far the calls have come: `told` is what a sentence says about the current stage."""

    told = ""


def stages(way: CallSpec, arguments: Sequence[str]) -> list[Stage]:
    """The calls that a way makes with these arguments. With given code, that is the call of that
    code.
    """

    def stage(names: Sequence[str], told: str = "") -> Stage:
        return Stage(
            tuple(name for name in names if name not in way.keywords),
            tuple(name for name in names if name in way.keywords),
            told,
        )

    made = [name for name in arguments if name in way.constructor]
    if way.calls:
        steps = [step for step in way.steps() if step.method]
        return [stage(made), *(stage(step.names, f"{step.told} ") for step in steps)]
    rest = [name for name in arguments if name not in (*way.constructor, *way.then)]
    if way.method:
        return [stage(made), stage(rest)]
    if way.then:
        return [stage(rest), stage(way.then, f"{RETURNED_FUNCTION} ")]
    return [stage(rest)]


def known_cause(text: object, way: CallSpec, arguments: Sequence[str]) -> str:
    """`text` if it is a cause that a call in this way gives (see `autograder.calls.causes`),
    otherwise `OF_ITS_OWN`.
    """
    for stage in stages(way, arguments):
        if isinstance(text, str) and text.startswith(stage.told):
            rest = text.removeprefix(stage.told)
            if causes.known_cause(rest, stage.shown) == rest:
                return text
    return causes.OF_ITS_OWN.says()


def compose(
    function: Any, arguments: Sequence[str], way: CallSpec, progress: Progress
) -> Callable[..., Any]:
    """The function of all arguments, by position, that makes the calls of a way and returns the
    answer. It raises `Unusable` if a stage cannot be called.
    """
    found = stages(way, arguments)

    def call(*passed: Any) -> Any:
        values = {
            name: value.make() if isinstance(value, Later) else value
            for name, value in zip(arguments, passed, strict=True)
        }
        if way.through:
            own_name, text = way.through
            return found[0].call(given.run(text, {own_name: function}), values)
        if not way.calls and len(found) == 1:
            return found[0].call(function, values)
        first = found[0].call(function, values)
        if way.calls:
            return _in_sequence(first, found[1:], way, values, progress)
        if way.method:
            return found[1].call(getattr(first, way.method), values)
        if not callable(first):
            raise Unusable((causes.NOTHING if first is None else causes.NO_FUNCTION_BACK).says())
        progress.told = found[1].told
        _demand_fit(found[1], first)
        return found[1].call(first, values)

    return call


def _demand_fit(stage: Stage, function: Any) -> None:
    unfit = stage.misfit(function)
    if unfit:
        raise Unusable(unfit)


def _in_sequence(
    instance: Any,
    found: Sequence[Stage],
    way: CallSpec,
    values: Mapping[str, Any],
    progress: Progress,
) -> dict[str, Any]:
    """The arrays of all answers and states, by name, as they were right after each call."""
    output: dict[str, Any] = {}
    left = iter(found)
    for step in way.steps():
        progress.told = f"{step.told} "
        if step.method:
            answer = _answer(instance, step, next(left), values)
        else:
            answer = _state(instance, step.names)
        if answer is None or answer is instance:
            continue  # it returned nothing to compare, or itself for the next call
        for name, array in _arrays(answer, way).items():
            output[f"{step.part}/{name}" if name else step.part] = array
    if not output:
        progress.told = f"{next(step.told for step in way.steps() if step.method)} "
        raise Unusable(causes.NOTHING.says())
    progress.told = ""
    return output


def _answer(instance: Any, step: Step, stage: Stage, values: Mapping[str, Any]) -> Any:
    method = getattr(instance, step.method, None)
    if not callable(method):
        raise Unusable(causes.NO_METHOD.says())
    _demand_fit(stage, method)
    return stage.call(method, values)


def _arrays(answer: Any, way: CallSpec) -> Mapping[str, Any]:
    """The arrays of an answer by name. Outside transforms they are copies, because a later call may
    change what an earlier one returned.
    """
    if isinstance(answer, dict) and not answer:
        return {}
    if way.law:
        return collect_arrays(answer)
    return {name: np.array(array) for name, array in to_output(answer, several=True).items()}


def _state(instance: Any, names: Sequence[str]) -> dict[str, Any]:
    """Those of the attributes `names` that an instance has.

    Without names, it is the state of an NNX module, except its random numbers. For any other object
    it is every attribute that holds arrays and whose name does not begin with `_`.
    """
    if names:
        return {name: getattr(instance, name) for name in names if hasattr(instance, name)}
    nnx = sys.modules.get("flax.nnx")
    if nnx is not None and isinstance(instance, nnx.Module):
        return dict(nnx.to_pure_dict(nnx.state(instance, nnx.Not(nnx.RngState))))
    own = getattr(instance, "__dict__", {})
    return {name: value for name, value in own.items() if name[0] != "_" and _of_arrays(value)}


def _of_arrays(value: Any) -> bool:
    jax = sys.modules.get("jax")
    kinds = (np.ndarray, np.generic) if jax is None else (np.ndarray, np.generic, jax.Array)
    try:
        leaves = collect_arrays(value)
    except Unusable:
        return False
    return bool(leaves) and all(isinstance(leaf, kinds) for leaf in leaves.values())


def in_python(question: str, way: CallSpec, arguments: Sequence[str]) -> list[str]:
    """The calls of a way as lines of Python, with the arguments' names as variables."""
    found = stages(way, arguments)
    texts = [
        ", ".join([*stage.positional, *(f"{name}={name}" for name in stage.named)])
        for stage in found
    ]
    if way.through:
        return [f"{given.name_of(way.through[1])}({texts[0]})"]
    if not way.calls:
        method = f".{way.method}" if way.method not in ("", "__call__") else ""
        return [f"{question}({texts[0]})" + "".join(f"{method}({text})" for text in texts[1:])]
    methods = [step.method for step in way.steps() if step.method]
    return [
        f"made = {question}({texts[0]})",
        *(
            f"made{'' if method == '__call__' else f'.{method}'}({text})"
            for method, text in zip(methods, texts[1:], strict=True)
        ),
    ]
