"""Stand-ins for a submission's functions where tests run. Their calls run in the submission's own
process.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from typing import Any, Protocol

from autograder.calls.call import Failed, Returned, StandIn
from autograder.calls.causes import CANNOT_CROSS
from autograder.calls.inputs import Value
from autograder.calls.spec import PLAIN, CallSpec
from autograder.evidence.facts import Facts
from autograder.evidence.watch import Watched
from autograder.sandbox.sources import NOT_ASKED, never_called, signature_of

Target = Mapping[str, Any]
"""Names an object in the submission's process: {"name": …}, {"kept": its number} or {"import":
[module, name]}.
"""


class Home(Protocol):
    """The submission's process, as a stand-in sees it: asked by name, it answers with plain data
    (see `autograder.sandbox.functions.Functions`).
    """

    def judge(
        self, name: str, arguments: Mapping[str, Value], way: CallSpec
    ) -> Returned | Failed: ...

    def watch(
        self, name: str, arguments: Mapping[str, Value], way: CallSpec, afresh: bool
    ) -> tuple[Facts, Returned | Failed]: ...

    def equations(self, name: str, arguments: Mapping[str, Value], way: CallSpec) -> int | None: ...

    def work(self, name: str, arguments: Mapping[str, Value], way: CallSpec) -> int | None: ...

    def operate(
        self,
        target: Target,
        name: str,
        operation: str,
        positional: tuple[Any, ...] = (),
        named: Mapping[str, Any] | None = None,
    ) -> Any: ...


class RemoteFunction(Watched):
    """A function of the submission. A call runs in the submission's process. `kept` identifies a
    function that has no name there but was returned by a call.
    """

    def __init__(
        self, home: Home, name: str, kept: str | None = None, doc: str | None = None
    ) -> None:
        self._home, self._name = home, name
        self.target: Target = {"name": name} if kept is None else {"kept": kept}
        self.__name__ = self.__qualname__ = name.rpartition(" ")[2]
        self.__doc__ = doc

    def answer(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> Returned | Failed:
        return self._home.judge(self._name, arguments, way)

    def watch(
        self, arguments: Mapping[str, Value], way: CallSpec = PLAIN, *, afresh: bool = False
    ) -> tuple[Facts, Returned | Failed]:
        return self._home.watch(self._name, arguments, way, afresh)

    def equations(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
        return self._home.equations(self._name, arguments, way)

    def work(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
        return self._home.work(self._name, arguments, way)

    def __call__(self, *positional: Any, **named: Any) -> Any:
        return self._home.operate(self.target, self._name, "__call__", positional, named)

    def __getattr__(self, name: str) -> Any:
        if name in NOT_ASKED or name.startswith("_"):
            raise AttributeError(f"{self._name} has no attribute {name!r} here")
        return self._home.operate(self.target, self._name, "getattr", (name,))

    @property
    def __signature__(self) -> inspect.Signature:
        return signature_of(self._home.operate(self.target, self._name, "signature"))

    @property
    def __wrapped__(self) -> types.FunctionType:
        """A function with the same source that is never called, for `inspect.getsource` to read."""
        return never_called(self._home.operate(self.target, self._name, "source"), self.__name__)

    def transform(self, name: str, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """The result of a JAX transform of this function, made where the function is."""
        target = {"import": ["jax", name]}
        return self._home.operate(target, f"jax.{name}", "__call__", arguments, named)

    def __repr__(self) -> str:
        return f"<function {self._name} of the submission>"


class Unavailable(StandIn):
    """A name that the submission binds to an object that cannot cross."""

    def __init__(self, name: str, description: str) -> None:
        self._name, self._description = name, description

    def answer(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> Returned | Failed:
        return Failed(CANNOT_CROSS.says(what=self._description))

    def __repr__(self) -> str:
        return (
            f"<{self._name}: {self._description}, which no test can be given; only plain data and "
            "functions can>"
        )
