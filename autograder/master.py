"""Read a master notebook: run its code as Jupyter would, and look at the tests that Otter made of it."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from otter.assign.blocks import BlockType, extract_all_fenced_otter_cells, get_cell_config, is_block_boundary_cell
from traitlets.config import Config

from autograder import compiled, shortcuts, tuning
from autograder.bank import HIDDEN_FILE, PUBLIC_FILE, save
from autograder.build import build
from autograder.cases import GROUPS, HIDDEN_GROUPS, METHOD, PUBLIC
from autograder.environment import compiler_flags, own_compiler_flags
from autograder.errors import BuildError
from autograder.preview import BUILDING
from autograder.provisioner import sockets_in
from autograder.question import declared
from autograder.ways import is_law

_OUTCOME_FILE = "outcome.json"


class KernelDied(BuildError):
    """The process that runs the master's cells has ended in the middle of them."""


def tests_of_cells(notebook: Path) -> dict[str, list[str]]:
    """Which tests Otter runs behind which cell, by cell id, as it wrote them into this notebook."""
    cells = nbformat.read(notebook, as_version=4).cells
    return {cell.id: list(tests) for cell in cells if "id" in cell and (tests := cell.metadata.get("otter", {}).get("tests"))}


def check_readable(master: Path) -> None:
    """Raise `BuildError` for what would stop `otter assign` with a message that does not say what to do."""
    try:
        notebook = nbformat.read(master, as_version=4)
    except FileNotFoundError:
        raise BuildError(f"{master} does not exist") from None
    except Exception as fault:
        raise BuildError(f"{master} is not a Jupyter notebook: {fault}") from fault
    if not notebook.metadata.get("kernelspec", {}).get("name"):
        raise BuildError(f"{master.name}: metadata.kernelspec is missing; open the notebook in Jupyter, choose a Python 3 kernel and save it")


def assign(master: Path, out: Path) -> str:
    """Build a master into the folder `out` with the stock command `otter assign`; returns "" or why it failed."""
    try:
        check_readable(master)
    except BuildError as error:
        return str(error)
    command = [sys.executable, "-m", "otter", "assign", str(master), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode == 0:
        return ""
    ours = re.findall(
        r"^autograder\.(?:errors\.BuildError|isolation\.ConfigError|master\.KernelDied): (.*)\Z", done.stderr, flags=re.MULTILINE | re.DOTALL
    )
    return ours[-1].strip() if ours else f"otter assign {master} failed:\n{done.stderr[-4000:].strip()}"


def build_from(master: Path, assignment: str, secret: str, folder: Path, tests: Path) -> dict[str, Any]:
    """Run the master's code cells, tests left out, in a kernel of their own and write both banks of its questions into `folder`.

    `tests` is where Otter wrote the test files of the same master. Returns the record of the build. Raises `BuildError`, which names the cell or the question at fault.
    """
    _refuse_double_questions(nbformat.read(master, as_version=4), master)
    with tempfile.TemporaryDirectory() as scratch:
        call = f"_build_here(globals(), {assignment!r}, {secret!r}, {str(folder)!r}, {str(tests)!r}, {scratch!r}, {_headings(master)!r})"
        _run_slowly_on_doubt(master, f"from autograder.master import _build_here\n{call}")
        outcome = json.loads((Path(scratch) / _OUTCOME_FILE).read_text(encoding="utf-8"))
    if "error" in outcome:
        raise BuildError(f"{master.name}: {outcome['error']}")
    return {"assignment": assignment, "secret": secret, **outcome["record"]}


def run_after_cells(master: Path, call: str, variables: Mapping[str, str] | None = None, *, before: str = "") -> None:
    """Run the master's code cells, tests left out, and then `call`, in a kernel of their own. Raises `BuildError`, which names the cell at fault.

    `variables` are further environment variables of the kernel, and `before` is run before all cells.
    """
    notebook = nbformat.read(master, as_version=4)
    cells = [cell for cell in _cells_outside_tests(notebook) if cell.cell_type == "code"]
    call += "\nfrom autograder.ending import without_a_last_look\nwithout_a_last_look()"
    notebook.cells = [*([nbformat.v4.new_code_cell(before)] if before else []), *cells, nbformat.v4.new_code_cell(call)]
    _execute(notebook, master, variables or {})


def compile_ahead(master: Path, hidden_bank: Path, target: Path) -> None:
    """Write the programs that grading will need to `target`: see `autograder.compiled`. Where the process that compiles them dies, there are fewer."""
    with tempfile.TemporaryDirectory() as scratch:
        call = f"from autograder.warming import warm_here\nwarm_here(globals(), {str(hidden_bank)!r})"
        before = "from autograder.warming import begin\nbegin()\ndel begin"
        with contextlib.suppress(KernelDied):
            run_after_cells(master, call, compiled.warming(Path(scratch)), before=before)
        compiled.pack(Path(scratch), target)


def _run_slowly_on_doubt(master: Path, call: str) -> None:
    """Run the master's cells and `call`; once more without what makes the build fast, where the process dies."""
    try:
        run_after_cells(master, call)
    except KernelDied:
        run_after_cells(master, call, {shortcuts.VARIABLE: ",".join(shortcuts.SHORTCUTS), "XLA_FLAGS": own_compiler_flags()})


def hidden_file(secret: str) -> str:
    """The name of the hidden bank that was drawn from `secret`."""
    return HIDDEN_FILE.format(hashlib.sha256(f"file name\0{secret}".encode()).hexdigest()[:24])


def _headings(master: Path) -> list[str]:
    """The texts of the notebook's headings."""
    cells = [cell.source for cell in nbformat.read(master, as_version=4).cells if cell.cell_type == "markdown"]
    return [found.strip() for source in cells for found in re.findall(r"^#+ +(.+?)#*$", source, re.MULTILINE)]


def _build_here(namespace: dict[str, Any], assignment: str, secret: str, folder: str, tests: str, scratch: str, headings: list[str]) -> None:
    """Runs in the master's kernel, after its cells."""
    tuning.for_tiny_programs()
    try:
        for question in declared():
            if question.see and question.see not in headings:
                raise BuildError(
                    f"question {question.name!r}: see={question.see!r} is no heading of the notebook; its headings are {', '.join(headings)}"
                )
        check_tests(Path(tests), {question.name: Asked([rule.name for rule in question.rules], question.laws) for question in declared()})
        built = build(assignment, declared(), namespace, secret)
        save(built.hidden, Path(folder) / hidden_file(secret))
        save(built.public, Path(folder) / PUBLIC_FILE)
        outcome: dict[str, Any] = {"record": built.record}
    except BuildError as error:
        outcome = {"error": str(error)}
    (Path(scratch) / _OUTCOME_FILE).write_text(json.dumps(outcome), encoding="utf-8")


def _execute(notebook: nbformat.NotebookNode, master: Path, variables: Mapping[str, str]) -> None:
    # References are computed on the CPU, which every grader has.
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": compiler_flags(), BUILDING: "1", **variables}
    try:
        with tempfile.TemporaryDirectory() as scratch:
            prefix = sockets_in(Path(scratch))
            config = Config({"KernelManager": {"transport": "ipc", "ip": prefix}} if prefix else {})
            client = NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(master.parent)}}, config=config)
            # The kernel's own standard error has its remarks about itself; what cells print comes another way.
            client.execute(env=environment, stderr=subprocess.DEVNULL)
    except (CellExecutionError, AssertionError) as error:
        # nbclient may trip over its own kernel when it cleans up behind a cell that raised; what the cell raised stands in its outputs.
        failed = [(cell, output) for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
        if not failed:
            raise
        cell, output = failed[0]
        first = next((line for line in cell.source.splitlines() if line.strip() and not line.startswith("#")), "")
        told = f"{master.name}: the cell that begins `{first.strip()}` raised {output.ename}: {output.evalue}"
        raise BuildError(told) from (None if isinstance(error, CellExecutionError) else error)
    except DeadKernelError as error:
        raise KernelDied(f"{master.name}: the kernel died while the notebook's cells ran; is there enough memory?") from error


def _cells_outside_tests(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    kept, inside = [], False
    for cell in extract_all_fenced_otter_cells(notebook.cells):
        if is_block_boundary_cell(cell, BlockType.TESTS):
            inside = True
        elif is_block_boundary_cell(cell, BlockType.TESTS, end=True):
            inside = False
        elif not inside:
            kept.append(cell)
    return kept


def _refuse_double_questions(notebook: nbformat.NotebookNode, master: Path) -> None:
    """Otter would merge two questions of one name without a word."""
    seen: set[str] = set()
    for cell in extract_all_fenced_otter_cells(notebook.cells):
        if is_block_boundary_cell(cell, BlockType.QUESTION):
            name = str(get_cell_config(cell).get("name"))
            if name in seen:
                raise BuildError(f"{master.name}: two questions have the name {name!r}; give each `# BEGIN QUESTION` a name of its own")
            seen.add(name)


@dataclass(frozen=True)
class TestCall:
    """One call of `check` in a test that Otter wrote: where it stands, and what it asks for."""

    place: str
    hidden: bool
    question: str
    cases: str
    rule: str | None = None


@dataclass(frozen=True)
class Asked:
    """What the tests of a question may ask for besides groups of cases: its rules and its laws, by name."""

    rules: Sequence[str] = ()
    laws: Sequence[str] = ()


def check_tests(tests: Path, questions: Mapping[str, Asked]) -> None:
    """Look at the test files that Otter wrote and raise `BuildError` for what would silently lose points or fail for every student."""
    for path in sorted(tests.glob("*.py")):
        try:
            module = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise BuildError(
                f"the tests of {path.stem!r} are not valid Python as Otter writes them (line {error.lineno}): "
                "a success_message or failure_message must not contain a double quote or a line break"
            ) from None
        functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
        names = [function.name for function in functions]
        for name in names:
            if names.count(name) > 1:
                raise BuildError(
                    f"the tests of {path.stem!r} define {name} {names.count(name)} times; Otter would keep the last only: give each test its own name"
                )
        for function in functions:
            for found in _test_calls(function, path.stem):
                _check_call(found, questions)


def checks_of_tests(tests: Path) -> dict[str, list[list[str] | None]]:
    """For each test file, and each test case in it: the question and group that it checks, or question, `METHOD` and rule; None for a test of
    another kind.

    The files have passed `check_tests`.
    """
    return {path.stem: [_only_check(function, path.stem) for function in _test_functions(path)] for path in sorted(tests.glob("*.py"))}


def _test_functions(path: Path) -> list[ast.FunctionDef]:
    """The functions that Otter runs as test cases, in order."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in module.body if isinstance(node, ast.FunctionDef) and node.decorator_list]


def _only_check(function: ast.FunctionDef, otter_question: str) -> list[str] | None:
    calls = _test_calls(function, otter_question)
    if len(calls) != 1:
        return None
    return [calls[0].question, calls[0].cases] if calls[0].rule is None else [calls[0].question, METHOD, calls[0].rule]


def _test_calls(function: ast.FunctionDef, otter_question: str) -> list[TestCall]:
    hidden = any(
        keyword.arg == "hidden" and isinstance(keyword.value, ast.Constant) and bool(keyword.value.value)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
    )
    calls = []
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check" and len(node.args) >= 2:
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            question, cases = _literal(node.args[0]), _literal([*node.args[2:3], named.get("cases", ast.Constant(PUBLIC))][0])
            if isinstance(question, str):
                rule = (
                    repr(_literal(named["rule"])) if "rule" in named and not isinstance(_literal(named["rule"]), str) else _literal(named.get("rule"))
                )
                calls.append(
                    TestCall(f"{function.name} of {otter_question!r}", hidden, question, cases if isinstance(cases, str) else repr(cases), rule)
                )
    return calls


def _literal(node: ast.AST | None) -> Any:
    return node.value if isinstance(node, ast.Constant) else None


def _check_call(found: TestCall, questions: Mapping[str, Asked]) -> None:
    if found.question not in questions:
        known = f"declared: {', '.join(questions)}" if questions else "write question = Question(…) in a cell whose first line is `## Ignore ##`"
        raise BuildError(f"the test {found.place} checks {found.question!r}, which no Question declares; {known}")
    asked = questions[found.question]
    if found.rule is not None and found.rule not in asked.rules:
        rules = ", ".join(repr(rule) for rule in asked.rules) or "none"
        raise BuildError(f"the test {found.place} asks for rule={found.rule!r}, which {found.question} does not require; its rules are {rules}")
    if found.cases not in (*GROUPS, *asked.laws):
        laws = f"; the laws of {found.question} are {', '.join(asked.laws) or 'none'}" if asked.laws or is_law(found.cases) else ""
        raise BuildError(f"the test {found.place} asks for cases={found.cases!r}; the groups of cases are {', '.join(GROUPS)}{laws}")
    if not found.hidden and found.cases in HIDDEN_GROUPS:
        raise BuildError(
            f"the test {found.place} is public but asks for cases={found.cases!r}, which students do not have; begin the cell with `# HIDDEN`"
        )
