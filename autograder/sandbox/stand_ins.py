"""What a submission's names are bound to where tests run: stand-ins for functions, iterators and
other objects in the submission's own process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from autograder.calls.call import Failed, Returned, StandIn
from autograder.calls.causes import CANNOT_CROSS
from autograder.calls.inputs import Value
from autograder.calls.spec import PLAIN, CallSpec
from autograder.evidence.facts import Facts
from autograder.evidence.watch import Watched


class Home(Protocol):
    """The submission's process, as a stand-in sees it: called by name, it answers with plain data
    (see `autograder.sandbox.functions.Functions`).
    """

    def judge(
        self, name: str, arguments: Mapping[str, Value], way: CallSpec
    ) -> Returned | Failed: ...

    def watch(
        self, name: str, arguments: Mapping[str, Value], way: CallSpec, afresh: bool
    ) -> tuple[Facts, Returned | Failed]: ...

    def equations(self, name: str, arguments: Mapping[str, Value], way: CallSpec) -> int | None: ...

    def call(
        self,
        target: Mapping[str, str],
        name: str,
        positional: tuple[Any, ...],
        named: Mapping[str, Any],
    ) -> Any: ...


class RemoteFunction(Watched):
    """A function of the submission: a call of it runs there. `kept` identifies a function that has
    no name there but was returned by a call.
    """

    def __init__(self, home: Home, name: str, kept: str | None = None) -> None:
        self._home, self._name = home, name
        self._target = {"do": "call", **({"name": name} if kept is None else {"kept": kept})}
        self.__name__ = self.__qualname__ = name

    def answer(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> Returned | Failed:
        return self._home.judge(self._name, arguments, way)

    def watch(
        self, arguments: Mapping[str, Value], way: CallSpec = PLAIN, *, afresh: bool = False
    ) -> tuple[Facts, Returned | Failed]:
        return self._home.watch(self._name, arguments, way, afresh)

    def equations(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
        return self._home.equations(self._name, arguments, way)

    def __call__(self, *positional: Any, **named: Any) -> Any:
        return self._home.call(self._target, self._name, positional, named)

    def __repr__(self) -> str:
        return f"<function {self._name} of the submission>"


class RemoteIterator:
    """An iterator or generator that a call of the submission returned."""

    def __init__(self, home: Home, name: str, kept: str) -> None:
        self._home, self._name, self._target = home, name, {"do": "next", "kept": kept}

    def __iter__(self) -> RemoteIterator:
        return self

    def __next__(self) -> Any:
        return self._home.call(self._target, self._name, (), {})


class Unavailable(StandIn):
    """A name that the submission binds to an object that cannot cross."""

    def __init__(self, name: str, description: str) -> None:
        self._name, self._description = name, description

    def answer(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> Returned | Failed:
        return Failed(CANNOT_CROSS.says(what=self._description))

    def __repr__(self) -> str:
        return (
            f"<{self._name}: {self._description}, which cannot cross from the submission; only "
            "plain data and functions can>"
        )
