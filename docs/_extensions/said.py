"""Directives for what the program itself says: its messages, each as the code gives it today, and
the versions that the tests use.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import jax.numpy as jnp
import numpy as np
from docutils import nodes
from messages import CAUSES, STOPS, WRONG_ANSWERS
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import SphinxDirective

from autograder import Array, DeclarationError, Question
from autograder.build.reference import draw
from autograder.calls import causes
from autograder.checks.messages import sentence
from autograder.errors import BuildError
from autograder.verdicts.examine import examine

COMBINATIONS = Path(__file__).parents[2] / "tests" / "versions" / "combinations.py"


def quoted(said: str, why: str) -> Iterator[str]:
    """A message, and what is written about it, in Markdown."""
    yield from (f"> {line}" for line in said.splitlines())
    yield from ("", why, "")


def about(provoke: Callable[..., object]) -> str:
    """What the page says of the message that a function provokes."""
    return " ".join((provoke.__doc__ or "").split())


class Causes(SphinxDirective):
    """Each sentence about a call that gave no array, with its places in italics."""

    def run(self) -> list[nodes.Node]:
        known = {name: found for name, found in vars(causes).items() if found in causes.CLAIMED}
        if known.keys() != CAUSES.keys():
            raise SphinxError(f"docs/_extensions/messages.py: {known.keys() ^ CAUSES.keys()}")
        lines = []
        for name, why in CAUSES.items():
            template = known[name].template.replace("{plural}", "s")
            template = template.replace("{", "*").replace("}", "*")
            lines += quoted(f"`f` {template}", why)
        return self.parse_text_to_nodes("\n".join(lines))


class WrongAnswers(SphinxDirective):
    """Each sentence about an array that is wrong, provoked by an answer that is."""

    def run(self) -> list[nodes.Node]:
        def reference(x):  # type: ignore[no-untyped-def]
            return jnp.sqrt(jnp.sum(x**2, axis=1) + 1.0)

        question = Question("f", {"x": Array("N", "D", numpy=True)}, {"N": (2, 6), "D": (3, 5)})
        groups = draw(question, reference, ("random", "repeated"), "docs", "docs").groups
        lines = []
        for answer in WRONG_ANSWERS:
            group = groups["repeated" if "change" in answer.__name__ else "random"]
            finding = examine(answer, group)
            if finding is None:
                raise SphinxError(f"docs/_extensions/messages.py: {answer.__name__} is right")
            lines += quoted(sentence("f", finding), about(answer))
        return self.parse_text_to_nodes("\n".join(lines))


class Stops(SphinxDirective):
    """Each sentence with which a declaration or a build stops, provoked by one that does."""

    def run(self) -> list[nodes.Node]:
        lines: list[str] = []
        for provoke in STOPS:
            lines += quoted(said_by(provoke), about(provoke))
        return self.parse_text_to_nodes("\n".join(lines))


def said_by(provoke: Callable[[], object]) -> str:
    """The text of the error that a call raises, its first line."""
    try:
        with np.errstate(all="ignore"):
            provoke()
    except (BuildError, DeclarationError) as fault:
        return str(fault).split("\n", 1)[0]
    raise SphinxError(f"docs/_extensions/messages.py: {provoke.__name__} stops nothing")


class VersionsTested(SphinxDirective):
    """The sets of versions of `tests/versions/combinations.py`."""

    def run(self) -> list[nodes.Node]:
        found = runpy.run_path(str(COMBINATIONS))
        rows = [(*each, "often") for each in found["OFTEN"]]
        rows += [(*each, "seldom") for each in found["SELDOM"]]
        lines = ["| Python | JAX | Flax | NumPy | how often |", "| --- | --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(row)} |" for row in sorted(rows, key=in_order)]
        return self.parse_text_to_nodes("\n".join(lines))


def in_order(row: tuple[str, ...]) -> list[list[int]]:
    """By Python, JAX, Flax and NumPy."""
    return [[int(part) for part in version.split(".")] for version in row[:4]]


def with_code_blocks(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Mark the indented lines of a docstring as Python, as Markdown does."""
    found = []
    for number, line in enumerate(lines):
        before = [""] * 2 + lines[:number]
        begins = line.startswith("    ") and not before[-1] and not before[-2].startswith("    ")
        found += [".. code-block:: python", ""] if begins else []
        found.append(line)
    lines[:] = found


def as_typed(app: Sphinx, context: click.Context, lines: list[str]) -> None:
    """Show the examples at the end of a command's help as they are typed."""
    text = (context.command.epilog or "").replace("\b\n", "")
    lines[:] = ["", ".. code-block:: text", "", *(f"   {line}" for line in text.splitlines()), ""]


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("sphinx-click-process-epilog", as_typed)
    app.connect("autodoc-process-docstring", with_code_blocks)
    app.add_directive("causes", Causes)
    app.add_directive("wrong-answers", WrongAnswers)
    app.add_directive("stops", Stops)
    app.add_directive("versions-tested", VersionsTested)
    return {"parallel_read_safe": True}
