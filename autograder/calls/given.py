"""Code that an author gives to a call as text: functions as arguments, states that code makes, and
code around a student's function.

The text imports what it uses and ends with a statement that binds one name. It runs in the process
that makes the call, so that only text crosses between processes. It must hold no answer.
"""

from __future__ import annotations

import ast
import functools
import linecache
import types
import zlib
from collections.abc import Callable, Mapping
from typing import Any

GIVEN = "autograder_given"
"""The module name that such code sees as its own."""


class NotMade(Exception):
    """The code of an argument raised an exception. `raised` is the exception's type, `argument` the
    argument's name.
    """

    def __init__(self, raised: type, argument: str = "") -> None:
        super().__init__(raised, argument)
        self.raised, self.argument = raised, argument


def last_statement(text: str) -> ast.stmt:
    """The last statement of a text, which binds its name."""
    return ast.parse(text).body[-1]


def name_of(text: str) -> str:
    """The name that a text binds."""
    last = last_statement(text)
    if isinstance(last, ast.FunctionDef):
        return last.name
    assert isinstance(last, ast.Assign)
    assert isinstance(last.targets[0], ast.Name)
    return last.targets[0].id


def without_imports(text: str) -> str:
    """The text without its imports."""
    return "\n".join(
        ast.unparse(node)
        for node in ast.parse(text).body
        if not isinstance(node, ast.Import | ast.ImportFrom)
    )


def expression(text: str) -> str:
    """A short form of a text that makes something: the body of its lambda, or a call of its
    function.
    """
    last = last_statement(text)
    if isinstance(last, ast.Assign) and isinstance(last.value, ast.Lambda):
        return ast.unparse(last.value.body)
    return f"{name_of(text)}({', '.join(parameters(text))})"


def parameters(text: str) -> tuple[str, ...]:
    """The parameters, without those that have a default, of the function that a text binds."""
    last = last_statement(text)
    made = last.value if isinstance(last, ast.Assign) else last
    if isinstance(made, ast.Name):  # another name for the function before it
        made = ast.parse(text).body[-2]
    if not isinstance(made, ast.Lambda | ast.FunctionDef):
        return ()
    found = [*made.args.posonlyargs, *made.args.args]
    wanted = len(found) - len(made.args.defaults)
    only_named = [
        each.arg
        for each, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True)
        if default is None
    ]
    return (*(each.arg for each in found[:wanted]), *only_named)


def run(text: str, names: Mapping[str, Any] | None = None) -> Any:
    """The object that a text binds its name to. `names` are bound before it runs."""
    code, name = _compile(text)
    namespace = {"__name__": GIVEN, **(names or {})}
    exec(code, namespace)
    return namespace[name]


def function(text: str) -> Any:
    """The function that the text of an argument binds. Raises `NotMade`."""
    try:
        return run(text)
    except Exception as fault:
        raise NotMade(type(fault)) from fault


def make(text: str, give: Callable[[str], Any]) -> Any:
    """The state that a text makes from other arguments, which `give` returns by name. Raises
    `NotMade`.
    """
    given = {name: give(name) for name in parameters(text)}
    try:
        return making(run(text), given)
    except Exception as fault:
        raise NotMade(type(fault)) from fault


def making(maker: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """What `maker` makes. A stack frame with this function's name tells an observer that the
    author's code runs.
    """
    return maker(**given)


@functools.lru_cache(maxsize=1024)
def _compile(text: str) -> tuple[types.CodeType, str]:
    name = name_of(text)
    # A traceback and `inspect.getsource` find its lines under this name.
    file = f"<{name} {zlib.crc32(text.encode()):08x}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return compile(text, file, "exec"), name
