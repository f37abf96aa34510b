"""Observe a function while it runs: which JAX and Flax transforms it applies, to what, and which
parameters it makes.

Python's profiling hook sees every call without taking part in it. Nothing is wrapped or replaced,
so values, tracing and error messages are those of an unobserved call. It does not matter where and
under which name a transform was imported or applied. A transform is recorded when a transformed
function is *called*, and identified by the code that runs then (`autograder.evidence.internals`).
"""

from __future__ import annotations

import contextlib
import functools
import sys
import types
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.calls.call import Failed, Returned, call
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output
from autograder.calls.spec import PLAIN, CallSpec
from autograder.evidence.facts import MOST, Applied, Facts, Parameter
from autograder.evidence.internals import BIND, OTHERS, TRANSFORMS, by_library, caller_of
from autograder.evidence.lanes import in_axes, lanes
from autograder.evidence.numbers import among, arrays_in
from autograder.evidence.parameters import describe, is_parameter, parameters_in
from autograder.evidence.work import is_staged, kinds, primitives


def gather(
    function: object, arguments: Mapping[str, Value], way: CallSpec = PLAIN, *, afresh: bool = False
) -> tuple[Facts, Returned | Failed]:
    """Call `function` as `autograder.calls.call.call` does, and observe it.

    `afresh` empties JAX's caches first. Without it, JAX does not trace again what `jit` has already
    compiled, so the inside of that cannot be seen.
    """
    if afresh:
        import jax

        jax.clear_caches()
    recorder = _Recorder()
    before = sys.getprofile()
    sys.setprofile(recorder)
    try:
        outcome = call(function, arguments, way, interruptible=False)
    finally:
        stopped = sys.getprofile() is not recorder
        sys.setprofile(before)
    return recorder.facts(outcome.output if isinstance(outcome, Returned) else {}, stopped), outcome


@dataclass
class _Call:
    """A recorded call of a transformed function, with its inputs and outputs, which the answer is
    compared with. `primitives` counts those that were bound during the call.
    """

    applied: Applied
    inputs: list[np.ndarray] | None = None
    outputs: list[np.ndarray] | None = None
    primitives: Counter[str] = field(default_factory=Counter)


@dataclass
class _Recorder:
    """A profiling function. Python calls it at every call and return of a Python function in this
    thread.
    """

    calls: list[_Call] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    _open: list[tuple[types.FrameType, int]] = field(default_factory=list)
    _making: int = 0
    _binding: int = 0

    def __call__(self, frame: types.FrameType, event: str, value: Any) -> None:
        if event != "call" and event != "return":
            return
        name = frame.f_code.co_qualname
        found = TRANSFORMS.get(name)
        module = found[0] if found else OTHERS.get(name)
        if module is None or frame.f_globals.get("__name__") != module:
            return
        if name == "making":  # the author's code makes an argument
            self._making += 1 if event == "call" else -1
        if self._making:
            return
        # The function must not see an exception of the recorder, so what cannot be inspected is
        # skipped.
        with contextlib.suppress(Exception):
            if found and event == "call":
                self._begin(found[1], frame)
            elif found:
                self._end(frame, value)
            else:
                self._look(name, frame, event, value)

    def facts(self, answer: Output, stopped: bool) -> Facts:
        """The recorded facts, compared with the function's answer."""
        unique = list(dict.fromkeys(self.parameters))[:MOST]
        return Facts(
            tuple(
                replace(
                    each.applied,
                    answers=among(answer, each.outputs),
                    given=among(answer, each.inputs),
                    work=kinds(each.primitives) if _binds_are_heard() else None,
                )
                for each in self.calls
            ),
            tuple(unique),
            stopped,
        )

    def _begin(self, transform: str, frame: types.FrameType) -> None:
        around = self._open[-1][1] if self._open else None
        own = frame.f_locals
        if by_library(transform, frame, own):
            if around is not None and caller_of(frame).startswith("flax."):
                self._lanes_of_its_core(around, transform, own)
            return
        if len(self.calls) == MOST:
            return
        passed = _arguments(own)
        applied = Applied(transform, around, lanes(transform, own), in_axes(own))
        self.calls.append(_Call(applied, arrays_in(passed)))
        self._open.append((frame, len(self.calls) - 1))
        for argument in passed:
            self._note(argument)

    def _lanes_of_its_core(self, around: int, transform: str, own: Mapping[str, Any]) -> None:
        """Take the number of lanes from JAX's own call inside a Flax transform, which knows the
        size of the mapped axis.
        """
        outer = self.calls[around].applied
        if outer.lanes is None and outer.transform.split(".")[1] == transform.rsplit(".", 1)[1]:
            self.calls[around].applied = replace(outer, lanes=lanes(transform, own))

    def _end(self, frame: types.FrameType, value: Any) -> None:
        if not self._open or self._open[-1][0] is not frame:
            return
        index = self._open.pop()[1]
        self._note(value)
        self.calls[index].outputs = arrays_in(value)

    def _look(self, name: str, frame: types.FrameType, event: str, value: Any) -> None:
        if name == BIND:
            # A function with custom derivatives runs inside its primitive.
            if frame.f_locals["self"].name.startswith("custom_"):
                return
            # A primitive binds itself again for each transform around it.
            if event == "return":
                self._binding -= 1
                return
            self._binding += 1
            own = frame.f_locals
            # A primitive that is staged into a program is counted when the program is bound.
            if self._open and self._binding == 1 and not is_staged(own["args"]):
                bound = primitives(own["self"], own["params"])
                for _, index in self._open:
                    self.calls[index].primitives.update(bound)
        elif name == "Module.apply" and event == "call":
            self._note(frame.f_locals.get("variables"))
        elif (
            name == "Module.init_with_output"
            and event == "return"
            and isinstance(value, tuple)
            and len(value) == 2
        ):
            self._made()
            self._note(value[1])
        elif name == "Variable.__init__" and event == "return":
            made = frame.f_locals.get("self")
            if is_parameter(made):
                self._made()
                self._note(made)

    def _made(self) -> None:
        for _, index in self._open:
            self.calls[index].applied = replace(self.calls[index].applied, makes=True)

    def _note(self, container: Any) -> None:
        """Record the parameters in a module, a state, Linen's variables, or a container of them."""
        for array in parameters_in(container):
            if len(self.parameters) < 10 * MOST:
                around = (self.calls[index].applied for _, index in reversed(self._open))
                mapped = next(
                    (each.lanes for each in around if each.transform.endswith("vmap")), None
                )
                self.parameters.append(describe(array, mapped))


@functools.cache
def _binds_are_heard() -> bool:
    """Whether the installed JAX binds primitives in the code that the recorder knows."""
    import jax

    heard = []

    def listen(frame: types.FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_qualname == BIND:
            heard.append(frame.f_globals.get("__name__") == OTHERS[BIND])

    before = sys.getprofile()
    sys.setprofile(listen)
    try:
        jax.make_jaxpr(lambda x: x + 1)(1.0)
    finally:
        sys.setprofile(before)
    return any(heard)


def _arguments(own: Mapping[str, Any]) -> list[Any]:
    return [own[name] for name in ("args", "kwargs", "init", "xs") if name in own]
