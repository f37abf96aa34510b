"""Calls with plain data, for tests without cases: what crosses is returned, and functions and
iterators stay here.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from autograder.calls.call import capture
from autograder.sandbox.data import CannotCross, pack, unpack
from autograder.sandbox.wire import Frame

MAX_KEPT = 1000
"""At most this many returned functions and iterators are kept for further calls; then the oldest is
dropped.
"""


class PlainCalls:
    """The answers to calls of what a submission's namespace holds, and of what such calls
    returned.
    """

    def __init__(self, shell: Any, shown: int) -> None:
        """`shell` holds the namespace. At most `shown` characters of what a call prints are
        kept.
        """
        self._shell, self._shown = shell, shown
        self._kept: dict[str, Any] = {}
        self._numbers = itertools.count()

    def call(self, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Frame:
        """Call a function by its name, or one that an earlier call returned."""
        return self._answer(lambda: self._function(header), header, arrays)

    def next(self, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Frame:
        """Take the next element of an iterator that an earlier call returned."""
        return self._answer(
            lambda: functools.partial(next, self._kept[header["kept"]]), header, arrays
        )

    def _function(self, header: Mapping[str, Any]) -> Any:
        return (
            self._kept[header["kept"]] if "kept" in header else self._shell.user_ns[header["name"]]
        )

    def _answer(
        self, function: Callable[[], Any], header: Mapping[str, Any], arrays: Mapping[str, Any]
    ) -> Frame:
        """Call a function with plain data, for tests without cases. A function or an iterator that
        it returns stays here.
        """
        returned: dict[str, Any] = {}
        said: dict[str, Any]
        with capture(self._shown) as output:
            try:
                positional, named = unpack(header["arguments"], arrays)
                value = function()(*positional, **named)
                try:
                    said = {"value": pack(value, returned)}
                except CannotCross as reason:
                    kind = (
                        "callable"
                        if callable(value)
                        else "iterator"
                        if hasattr(value, "__next__")
                        else None
                    )
                    said = {"other": str(reason)} if kind is None else {kind: self._keep(value)}
            except BaseException as raised:  # noqa: BLE001
                # SystemExit of a function is an answer too.
                said = {
                    "raised": type(raised).__name__
                    if type(raised).__module__ == "builtins"
                    else "Exception"
                }
        return Frame({**said, "printed": output.text}, returned if "value" in said else {})

    def _keep(self, value: Any) -> str:
        number = str(next(self._numbers))
        self._kept[number] = value
        if len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        return number
