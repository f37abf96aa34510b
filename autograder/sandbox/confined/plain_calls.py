"""Perform the operations of tests without cases on the functions and objects of a submission. Plain
data crosses; everything else stays in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.calls.call import capture_apart
from autograder.sandbox.confined.kept import Kept
from autograder.sandbox.counted import CannotCross, TooLarge
from autograder.sandbox.data import pack, unpack
from autograder.sandbox.generators import get_states, set_states
from autograder.sandbox.open_packages import import_object, public_name
from autograder.sandbox.operations import OPERATIONS
from autograder.sandbox.wire import MAX_ARRAYS, Frame, Pipe

DEFINED_TOLD, LONGEST_NAME = 20_000, 100
"""At most this many names are reported, each of at most this many characters."""

TEXT_SHOWN = 2_000
"""At most this many characters of each text in an exception cross."""


class PlainCalls:
    """Answer operations on what a submission's namespace holds, and on what such operations
    returned.
    """

    def __init__(self, shell: Any, shown: int, pipe: Pipe, serve: Callable[[Frame], Frame]) -> None:
        """`shell` holds the namespace. At most `shown` characters of what a call prints are kept.

        Functions of a test are called over `pipe`. While such a call runs, `serve` answers what the
        other side asks for.
        """
        self._shell, self._shown, self._pipe, self._serve = shell, shown, pipe, serve
        self._kept = Kept(lambda: shell.user_ns)

    def defined(self, *_: object) -> Frame:
        """The names in the namespace. The other side picks those that a test uses, and asks for no
        others.
        """
        names = [name for name in list(self._shell.user_ns) if type(name) is str]
        told = [name for name in names if len(name) <= LONGEST_NAME][:DEFINED_TOLD]
        return Frame({"defined": told}, {})

    def describe(self, value: Any, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
        """What a name is bound to: {"data": …}, or a reference, {"ref": …}. A reference to a
        function also has {"callable": true}, and one to an object that anybody can import has
        {"public": its name}. Raises `CannotCross`.
        """
        packed = self._pack(value, arrays)
        if isinstance(packed, dict) and set(packed) == {"ref"}:
            public = public_name(value)
            function = packed["ref"]["kind"] == "function"
            return {
                **packed,
                **({"callable": True} if function else {}),
                **({} if public is None else {"public": list(public)}),
            }
        return {"data": packed}

    def refer(self, value: Any) -> dict[str, Any]:
        """A reference to `value`, even if it is plain data."""
        return self._kept.refer(value)

    def _pack(self, value: Any, arrays: dict[str, Any]) -> Any:
        """`value` packed, or a reference to it if it is too large to cross."""
        before = len(arrays)
        try:
            packed = pack(value, arrays, self._kept.refer)
            if sum(array.nbytes for array in arrays.values()) <= MAX_ARRAYS // 2:
                return packed
        except TooLarge:
            pass
        for name in list(arrays)[before:]:
            del arrays[name]
        return self.refer(value)

    def operate(self, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Frame:
        """Perform one operation, with plain data and references as further arguments."""
        returned: dict[str, Any] = {}
        said: dict[str, Any]
        with capture_apart(self._shown) as (output, errors):
            try:
                set_states(header.get("random"), lambda node: unpack(node, arrays))
                positional, named = unpack(header["arguments"], arrays, self._resolve)
                target = self._kept.find(header["target"])
                value = OPERATIONS[header["operation"]](target, *positional, **named)
                said = {"value": self._pack(value, returned)}
                changed = self._changed(header, arrays, [positional, named], returned)
                said |= {"changed": changed} if changed else {}
            except CannotCross as reason:
                said = {"other": str(reason)}
            except BaseException as raised:  # noqa: BLE001
                # A SystemExit that a function raises is an answer too.
                returned.clear()
                said = self._raised(raised, returned)
        if header.get("random"):
            said["random"] = get_states(lambda part: pack(part, returned))
        return Frame(
            {**said, "printed": output.text, "errors": errors.text},
            {} if "other" in said and "random" not in said else returned,
        )

    def _changed(
        self,
        header: Mapping[str, Any],
        arrays: Mapping[str, Any],
        passed: list[Any],
        returned: dict[str, Any],
    ) -> dict[str, Any]:
        """The arguments that the call changed in place, packed, by position or name."""
        if header["operation"] != "__call__":
            return {}
        before = header["arguments"]["list"]
        changed = {}
        given = [(str(place), node) for place, node in enumerate(before[0]["list"])]
        given += [(key, node) for key, node in before[1]["dict"]]
        for (key, node), value in zip(given, [*passed[0], *passed[1].values()], strict=True):
            # pack again, with the current numbers of the arrays, to compare
            again: dict[str, Any] = {}
            try:
                packed = pack(value, again, self._kept.refer)
            except CannotCross:
                continue
            if not _same(node, arrays, packed, again):
                changed[key] = pack(value, returned, self._kept.refer)
        return changed

    def _resolve(self, kind: str, content: Any) -> Any:
        """What a reference in the arguments stands for."""
        if kind == "there":
            return self._kept.find(content)
        if kind == "import":
            return import_object(*content)
        if kind == "callback":
            return self._callback(content)
        raise LookupError(kind)

    def _callback(self, number: str) -> Callable[..., Any]:
        """A function of the test. A call of it runs in the test's process while this side waits."""

        def function_of_the_test(*positional: Any, **named: Any) -> Any:
            arrays: dict[str, Any] = {}
            arguments = pack([list(positional), named], arrays, self._kept.refer)
            self._pipe.send(Frame({"callback": number, "arguments": arguments}, arrays))
            while True:
                answer = self._pipe.receive()
                if "do" not in answer.header:
                    break
                self._pipe.send(self._serve(answer))
            if "raised" in answer.header:
                raise _builtin(answer.header["raised"])(answer.header.get("text", ""))
            return unpack(answer.header["value"], answer.arrays, self._resolve)

        return function_of_the_test

    def _raised(self, raised: BaseException, arrays: dict[str, Any]) -> dict[str, Any]:
        kind = type(raised)
        try:
            arguments = [
                part[:TEXT_SHOWN] if type(part) is str else part for part in raised.args[:10]
            ]
            said = {"arguments": pack(arguments, arrays)}
        except Exception:  # noqa: BLE001 - they are the submission's objects
            said = {}
        if kind.__module__ == "builtins":
            return {"raised": kind.__name__, **said}
        return {"raised": "", **said, "ref": self._kept.described(raised)}


def _builtin(name: Any) -> type[Exception]:
    found = vars(__import__("builtins")).get(name)
    return found if isinstance(found, type) and issubclass(found, Exception) else RuntimeError


def _same(one: Any, its: Mapping[str, Any], other: Any, others: Mapping[str, Any]) -> bool:
    """Whether two packed values are the same, including their arrays."""
    if isinstance(one, dict) and isinstance(other, dict):
        if set(one) & {"there", "import", "callback", "ref"}:
            return True
        if one.keys() != other.keys():
            return False
        if set(one) in ({"array"}, {"scalar"}):
            left, right = (
                held[next(iter(node.values()))] for held, node in ((its, one), (others, other))
            )
            return (left.shape, left.dtype, left.tobytes()) == (
                right.shape,
                right.dtype,
                right.tobytes(),
            )
        return all(_same(one[key], its, other[key], others) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            _same(left, its, right, others) for left, right in zip(one, other, strict=True)
        )
    return bool(one == other)
