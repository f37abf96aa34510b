"""The families of the zoo, read from tests/zoo as text and made into master notebooks with a
question for each program.

Each module of tests/zoo is a family. Its imports become the notebook's import cell, and its
undecorated definitions become a cell that its programs share. `@program` marks the solution of a
question. `@wrong`, after it, marks a wrong answer to the same question.
"""

from __future__ import annotations

import ast
import copy
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder import Array, Dim, Key, Seed, Tree
from autograder.assignment import scaffold

ZOO = Path(__file__).parent / "zoo"

FAMILIES = tuple(sorted(path.stem for path in ZOO.glob("*.py")))

NAMES = """\
from functools import partial

from autograder import Array, Dim, Key, Question, Seed, Tree

Normal = partial(Array, families=("normal",))
Whole = partial(Array, families=("normal",), dtype="int32")
Truth = partial(Array, families=("normal",), dtype="bool")
"""
"""The names with which programs describe their arguments, as a cell that students never see."""

Normal = functools.partial(Array, families=("normal",))
Whole = functools.partial(Array, families=("normal",), dtype="int32")
Truth = functools.partial(Array, families=("normal",), dtype="bool")

__all__ = ["Array", "Dim", "Key", "Normal", "Seed", "Tree", "Truth", "Whole", "program", "wrong"]


def program(says: str, *arguments: Any, **dims_and_options: Any) -> Callable[[Any], Any]:
    """Mark the solution of a question.

    `says` names the routine that the question is about. `arguments` describe its parameters in
    order. Keywords in capitals are dims, others are options of `Question`.
    """
    return lambda function: function


def wrong(name: str) -> Callable[[Any], Any]:
    """Mark a wrong answer to the preceding program; `name` says what is wrong with it."""
    return lambda function: function


@dataclass(frozen=True)
class Program:
    """One question: the routine that it is about, its declaration as Python source, and its
    solution and a wrong answer as text.
    """

    family: str
    name: str
    says: str
    arguments: tuple[tuple[str, str], ...]
    dims: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    signature: str
    body: str
    mistake: str
    wrong: str

    @property
    def solution(self) -> str:
        """The source of the master's solution cell."""
        return f"{self.signature}\n    # BEGIN SOLUTION\n{self.body}\n    # END SOLUTION"

    @property
    def declaration(self) -> str:
        """The source of the declaration cell, which students never see. It asks for few shapes and
        draws, because each new shape is compiled.
        """
        arguments = ", ".join(f"{name!r}: {text}" for name, text in self.arguments)
        dims = ", ".join(f"{name!r}: {text}" for name, text in self.dims)
        options = "".join(f", {name}={text}" for name, text in self.options)
        return (
            "## Ignore ##\n"
            f"question = Question({self.name!r}, {{{arguments}}}, {{{dims}}}, shapes=2, "
            f"seeds=2{options})\n\n\n"
            f"@question.misconception({self.mistake!r}, "
            f"hint={f'Read what {self.says} computes.'!r})\n"
            f"{self.wrong}"
        )


@dataclass(frozen=True)
class Family:
    """One module of the zoo: its imports and shared definitions, as text, and its programs."""

    name: str
    title: str
    imports: tuple[str, ...]
    shared: str
    programs: tuple[Program, ...]


@functools.cache
def family(name: str) -> Family:
    """Read a module of the zoo."""
    text = (ZOO / f"{name}.py").read_text(encoding="utf-8")
    module, lines = ast.parse(text), text.splitlines()
    imports, shared, programs = [], [], []
    solutions: list[tuple[ast.FunctionDef, ast.Call]] = []
    for node in module.body:
        marks = [
            mark
            for mark in getattr(node, "decorator_list", [])
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name)
        ]
        marked = {mark.func.id: mark for mark in marks}
        if isinstance(node, ast.Import | ast.ImportFrom):
            if getattr(node, "module", "") != "zoo_masters":
                imports.append(ast.unparse(node))
        elif "program" in marked:
            solutions.append((node, marked["program"]))
        elif "wrong" in marked:
            programs.append(_program(name, *solutions.pop(), node, marked["wrong"], lines))
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            shared.append("\n".join(lines[_first_line(node) - 1 : node.end_lineno]))
    assert not solutions, f"{name}: without a wrong answer: {solutions[0][0].name}"
    return Family(
        name,
        ast.get_docstring(module) or "",
        tuple(imports),
        "\n\n\n".join(shared),
        tuple(programs),
    )


def _program(
    family: str,
    solution: ast.FunctionDef,
    mark: ast.Call,
    mistaken: ast.FunctionDef,
    mistake: ast.Call,
    lines: list[str],
) -> Program:
    begin = _first_line(solution.body[0])
    says, *arguments = mark.args
    keywords = [(keyword.arg or "", ast.unparse(keyword.value)) for keyword in mark.keywords]
    return Program(
        family,
        solution.name,
        ast.literal_eval(says),
        tuple(
            zip(
                [argument.arg for argument in solution.args.args],
                map(ast.unparse, arguments),
                strict=True,
            )
        ),
        tuple(each for each in keywords if each[0].isupper()),
        tuple(each for each in keywords if not each[0].isupper()),
        "\n".join(lines[solution.lineno - 1 : begin - 1]),
        "\n".join(lines[begin - 1 : solution.end_lineno]),
        ast.literal_eval(mistake.args[0]),
        "\n".join(lines[mistaken.lineno - 1 : mistaken.end_lineno]),
    )


def _first_line(node: Any) -> int:
    return min(
        [node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))]
    )


def master_of(
    assignment: str,
    families: Iterable[Family],
    chosen: Callable[[Program], bool] = lambda program: True,
) -> nbformat.NotebookNode:
    """A master notebook with a question for each chosen program of these families, each with the
    scaffold's test cells.
    """
    notebook = scaffold.master(assignment)
    cells = {cell.id: cell for cell in notebook.cells}
    families = [each for each in families if any(map(chosen, each.programs))]
    cells["title"].source = f"# {assignment}\n\n" + "\n\n".join(each.title for each in families)
    cells["imports"].source = "\n".join(
        dict.fromkeys(line for each in families for line in each.imports)
    )
    shared = nbformat.v4.new_code_cell(
        "\n\n\n".join(each.shared for each in families if each.shared), id="shared"
    )
    names = nbformat.v4.new_code_cell(f"## Ignore ##\n{NAMES}", id="names")
    made = [
        cells["config"],
        cells["title"],
        cells["imports"],
        *([shared] if shared.source else []),
        names,
    ]
    for program in (each for family in families for each in family.programs if chosen(each)):
        made += _question(program, notebook.cells, scaffold.function_name(assignment))
    notebook.cells = made
    return notebook


def _question(
    program: Program, cells: list[nbformat.NotebookNode], written: str
) -> list[nbformat.NotebookNode]:
    """The scaffold's question with this program in it. `written` is the name of the scaffold's
    function.
    """
    sources = {
        "begin-question": f"# BEGIN QUESTION\nname: {program.name}",
        "problem": (
            f"## `{program.name}({', '.join(name for name, _ in program.arguments)})`\n\n"
            f"About `{program.says}`."
        ),
        "solution": program.solution,
        "declaration": program.declaration,
    }
    first = next(place for place, cell in enumerate(cells) if cell.id == "begin-question")
    made = []
    for cell in copy.deepcopy(cells[first:]):
        if cell.id == "preview":
            continue
        cell.source = sources.get(cell.id) or cell.source.replace(written, program.name)
        cell.id = f"{program.name}-{cell.id}"
        made.append(cell)
    return made


def write_master(
    assignment: str,
    folder: Path,
    families: Iterable[Family],
    chosen: Callable[[Program], bool] = lambda program: True,
) -> Path:
    """Write the master notebook `assignment` into `folder`."""
    target = folder / f"{assignment}.ipynb"
    nbformat.write(master_of(assignment, families, chosen), target)
    return target


def table() -> str:
    """The zoo as a table in Markdown: a row for each family."""
    rows = [
        f"| {name} | {', '.join(f'`{each.says}`' for each in family(name).programs)} |"
        for name in FAMILIES
    ]
    return "\n".join(["| family | routines |", "| --- | --- |", *rows])
