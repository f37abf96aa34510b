"""Show `inspect` the signature and the source of a function that is elsewhere."""

from __future__ import annotations

import inspect
import linecache
import textwrap
import types
from typing import Any

NOT_ASKED = ("__wrapped__", "__signature__", "__text_signature__", "__isabstractmethod__")
"""Attributes that Python itself looks for; no stand-in asks for them."""

LONGEST = 100_000
"""The most characters of a source that is kept here."""


_KINDS = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
)


def signature_of(said: Any) -> inspect.Signature:
    """The signature with these parameters (see `autograder.sandbox.operations.signature`)."""
    return inspect.Signature(
        [
            inspect.Parameter(
                str(name),
                _KINDS[kind],
                default=default if given else inspect.Parameter.empty,
            )
            for name, kind, given, default in said
        ]
    )


def never_called(source: Any, name: str) -> types.FunctionType:
    """A function for which `inspect.getsource` finds `source`, without compiling any of it. Raises
    `AttributeError` if it is not a source.
    """
    text = textwrap.dedent(source) if isinstance(source, str) else ""
    if not text or len(text) > LONGEST:
        raise AttributeError(f"the source of {name} cannot be read")
    file = f"<{name} of the submission>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    code = compile("def _(): ...", file, "exec").co_consts[0]
    return types.FunctionType(code.replace(co_firstlineno=1, co_name=name, co_qualname=name), {})
