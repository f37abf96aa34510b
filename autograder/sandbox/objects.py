"""Do what tests without cases do with a submission's functions and objects. Each operation goes to
the process that holds them, and returns plain data or a stand-in.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from autograder.sandbox.counted import CannotCross, Received
from autograder.sandbox.data import pack, unpack
from autograder.sandbox.endings import Died
from autograder.sandbox.generators import SharedStates, get_states, set_states
from autograder.sandbox.in_place import change
from autograder.sandbox.open_packages import public_name
from autograder.sandbox.remote import target_of
from autograder.sandbox.remote_types import remote_class, remote_object
from autograder.sandbox.restarts import RestartedWorker
from autograder.sandbox.stand_ins import RemoteFunction, Target
from autograder.sandbox.wire import Frame

MAX_NAME = 200
"""The most characters in a name that a submission gives to a function or a class."""

MAX_CLASSES = 2_000
"""The most classes of a submission that can have a stand-in."""

PRINTED_SHOWN = 20_000
"""The most characters that one operation may print; one test may print fifty times as many."""


class Objects:
    """The objects of one submission, by reference."""

    def __init__(self, worker: RestartedWorker, seconds: float) -> None:
        """Send requests to `worker`, each for at most `seconds`."""
        self._worker, self._seconds = worker, seconds
        self._states = SharedStates()
        self._classes: dict[str, type] = {}
        self._objects: WeakValueDictionary[str, Any] = WeakValueDictionary()
        self._names: dict[str, str] = {}
        self._callables: dict[str, RemoteFunction] = {}
        self._callbacks: list[Callable[..., Any]] = []
        self._by_number = False
        self._room = 50 * PRINTED_SHOWN
        self.texts: list[tuple[str, str]] = []
        """The class and the text of each exception of the submission that a test received."""

    def begin_test(self) -> None:
        """Forget what an earlier test noted."""
        self.texts.clear()
        self._room = 50 * PRINTED_SHOWN
        self._states.remember()

    def operate(
        self,
        target: Target,
        name: str,
        operation: str,
        positional: tuple[Any, ...] = (),
        named: Mapping[str, Any] | None = None,
    ) -> Any:
        """Perform one operation (see `autograder.sandbox.operations`) on an object of the
        submission, which messages call `name`.

        Returns a copy of plain data, or a stand-in. Arguments that the call changed in place are
        changed here too. If the operation raised, this raises the built-in exception of the same
        name, or the stand-in for the submission's own.
        """
        arrays: dict[str, Any] = {}
        passed = [list(positional), dict(named or {})]
        self._by_number = "kept" in target
        callbacks = len(self._callbacks)
        try:
            arguments = pack(passed, arrays, self._refer)
            seeded = self._states.has_changed()
            random = {"random": get_states(lambda part: pack(part, arrays))} if seeded else {}
        except CannotCross as reason:
            raise TypeError(
                f"{name} cannot be given {reason}: it takes only plain data, functions, and "
                "objects of the submission itself"
            ) from None
        request: dict[str, Any] = {"do": "operate", "operation": operation, "target": dict(target)}
        request |= {"arguments": arguments, **random}
        request |= {"kept": True} if self._by_number else {}
        try:
            frame = self._worker.ask(name, request, arrays, self._seconds, serve=self._serve)
        except Died as cause:
            raise RuntimeError(f"{name} {cause}") from None
        finally:
            del self._callbacks[callbacks:]
        return self._take(frame, name, passed)

    def resolve(self, said: Mapping[str, Any], name: str | None = None) -> Any:
        """The stand-in for an object that is described by `said`; `name` is what it is bound to."""
        kept = said["kept"]
        if type(kept) is not str or len(kept) > MAX_NAME:
            raise CannotCross("data of an unknown form")
        called = str(said["name"])[:MAX_NAME]
        if name is not None:
            self._names[kept] = name
        if said["kind"] == "function":
            doc = said.get("doc")
            shown = f"what {called} is bound to" if name is None else name
            return RemoteFunction(
                self,  # type: ignore[arg-type]
                called if name is None and called.isidentifier() else shown,
                kept if name is None else None,
                doc if isinstance(doc, str) else None,
            )
        if said["kind"] == "class":
            if kept not in self._classes:
                if len(self._classes) >= MAX_CLASSES:
                    raise CannotCross(f"one of more than {MAX_CLASSES} classes")
                bases = tuple(self.resolve(base) for base in said["own_bases"])
                self._classes[kept] = remote_class(self, {"kept": kept}, said, bases)  # type: ignore[arg-type]
            return self._classes[kept]
        found = self._objects.get(kept)
        if found is None:
            found = remote_object({"kept": kept}, self.resolve(said["class"]))
            self._objects[kept] = found
        return found

    def as_function(self, value: object) -> object:
        """A stand-in that `check` can call in the ways of its cases, for a class or a callable
        object that is bound to a name; any other value unchanged.
        """
        kept = None if type(value) is RemoteFunction else (target_of(value) or {}).get("kept")
        name = self._names.get(kept) if isinstance(kept, str) else None
        if name is None or not callable(value):
            return value
        return self._callables.setdefault(name, RemoteFunction(self, name))  # type: ignore[arg-type]

    def unpack_parts(self, node: Any, arrays: Mapping[str, np.ndarray]) -> Any:
        """Plain data and stand-ins that the submission's process sent. Raises `CannotCross`."""
        return unpack(node, arrays, self._resolve)

    def _take(self, frame: Frame, name: str, passed: list[Any]) -> Any:
        header, arrays = frame.header, Received(frame.arrays)
        for stream, key in ((sys.stdout, "printed"), (sys.stderr, "errors")):
            if isinstance(header.get(key), str):
                printed = header[key][: min(PRINTED_SHOWN, self._room)]
                self._room -= len(printed)
                print(printed, end="", file=stream)
        if "random" in header:
            set_states(header["random"], lambda node: unpack(node, arrays))
            self._states.remember()
        if "raised" in header:
            raise self._exception(header, arrays, name)
        if "other" in header:
            raise TypeError(f"{name} returned an object that no test can be given")
        try:
            value = self.unpack_parts(header.get("value"), arrays)
            for key, node in dict(header.get("changed") or {}).items():
                place = passed[0][int(key)] if key.isdigit() else passed[1][key]
                change(place, self.unpack_parts(node, arrays))
        except (CannotCross, KeyError, IndexError, TypeError, ValueError):
            raise RuntimeError(f"{name} gave an answer that cannot be read") from None
        return value

    def _exception(
        self, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray], name: str
    ) -> BaseException:
        """The exception to raise for one of the submission's. It is always an `Exception`, because
        what a submission raises must not end a test in any way other than by failing it.
        """
        kind = vars(builtins).get(str(header["raised"]))
        try:
            arguments = unpack(header["arguments"], arrays)
            if isinstance(kind, type) and issubclass(kind, Exception):
                made = kind(*arguments)
            else:
                made = self.resolve(header["ref"])
                made.args = tuple(arguments)
        except Exception:  # noqa: BLE001 - whatever comes of a claim that does not fit
            made = None
        if not isinstance(made, Exception):
            return RuntimeError(f"{name} raised an exception")
        self.texts.append((type(made).__name__, str(made)))
        return made

    def _refer(self, value: Any) -> Mapping[str, Any] | None:
        """A reference to a stand-in, to an object of an installed package, or to a function of the
        test.
        """
        target = target_of(value)
        if target is not None:
            self._by_number |= "kept" in target
            return {"there": dict(target)}
        public = public_name(value)
        if public is not None:
            return {"import": list(public)}
        if not callable(value):
            return None
        if isinstance(value, type):
            return None
        self._callbacks.append(value)
        return {"callback": len(self._callbacks) - 1}

    def _serve(self, frame: Frame) -> Frame:
        """Call a function of the test for the submission, to which the test passed it."""
        arrays: dict[str, Any] = {}
        try:
            function = self._callbacks[frame.header["callback"]]
            positional, named = self.unpack_parts(frame.header["arguments"], Received(frame.arrays))
            value = function(*positional, **named)
            return Frame({"value": pack(value, arrays, self._refer)}, arrays)
        except Exception as raised:  # noqa: BLE001 - whatever the test's function raises
            return Frame({"raised": type(raised).__name__, "text": str(raised)}, {})

    def _resolve(self, kind: str, content: Any) -> Any:
        if kind != "ref":
            raise LookupError(kind)
        return self.resolve(content)
