"""Find the names that test files mention, and print numbers as the notebook does."""

from __future__ import annotations

import ast
import builtins
import doctest
import keyword
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

_FORMS = ("1.13", "1.21", "1.25", "2.1", "2.2")
"""The versions of NumPy whose printed form a notebook can choose."""


def print_as_there(legacy: Any) -> None:
    """Print NumPy's numbers in the form that the notebook chose, as courses do for doctests that
    expect `True` or `2.5`. No other option is adopted, because a precision would hide digits.
    """
    if legacy is False or legacy in _FORMS:
        np.set_printoptions(legacy=legacy)


def identifiers(path: Path, own_names: Sequence[str], bound: Collection[str] | None) -> list[str]:
    """Every name that a test file uses and that a submission may define: no keywords, and only
    those Python builtins that are in `own_names`.

    A word inside a string counts only if the solution binds it (`bound`), as in `env["values"]`. If
    that is not known, it counts if it is an index or an argument. A value that a test compares with
    is not a name.
    """
    source = path.read_text(encoding="utf-8")
    used, inside = _uses(source)
    if bound is not None:
        inside = {*re.findall(r"[^\W\d]\w*", source)} & {*bound}
    return sorted(
        name
        for name in used | inside
        if not keyword.iskeyword(name)
        and (not hasattr(builtins, name) or name in own_names)
        and not name.startswith("__")
    )


def _uses(source: str) -> tuple[set[str], set[str]]:
    """The names that code uses, including those in examples of a doctest, and the strings that are
    indices or arguments and could be names. Both are empty for code that cannot be parsed.
    """
    used, inside = set[str](), set[str]()
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return used, inside
    for node in nodes:
        if isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, ast.arg):
            used.add(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            used.update(node.names)
        elif isinstance(node, ast.Subscript):
            inside |= _as_name(node.slice)
        elif isinstance(node, ast.Call):
            inside |= {name for each in node.args for name in _as_name(each)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for example in _examples(node.value):
                more, further = _uses(example)
                used, inside = used | more, inside | further
    return used, inside


def _as_name(node: ast.expr) -> set[str]:
    text = node.value if isinstance(node, ast.Constant) else None
    return {text} if isinstance(text, str) and text.isidentifier() else set()


def _examples(text: str) -> list[str]:
    """The code of a doctest's examples."""
    if ">>>" not in text:
        return []
    try:
        return [example.source for example in doctest.DocTestParser().get_examples(text)]
    except ValueError:
        return []


def texts_in(said: object) -> set[str]:
    """The strings in a list of names that another process sent; empty if it is not a list."""
    return {name for name in said if isinstance(name, str)} if isinstance(said, list) else set()
