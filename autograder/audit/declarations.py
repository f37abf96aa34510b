"""The declarations of a master, from the kernel in which it runs, and which rewrites of its
solution cannot be asked for there.
"""

from __future__ import annotations

import copy
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment.built import solution_of
from autograder.assignment.notebook import run_after_cells
from autograder.audit.rewrites import rewrites
from autograder.bank.groups import PUBLIC
from autograder.build.plan import generator, plan
from autograder.calls.call import Failed, call
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question, declared


@dataclass(frozen=True)
class Declaration:
    """A declared question, without its functions. `impossible` are the rewrites of its solution
    that raise where the solution does not, such as `jax.jit` of a function that looks at a truth
    value: they are no right answers.
    """

    question: Question
    impossible: frozenset[str]


def declarations(master: Path, solution: Path) -> list[Declaration]:
    """The declarations of a master, whose built notebook with solutions is given. Raises
    `BuildError`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "declarations")
        call = f"declare_here(globals(), {str(solution)!r}, {str(target)!r})"
        run_after_cells(master, f"from autograder.audit.declarations import declare_here\n{call}")
        # written by our own call in the author's own notebook
        found: list[Declaration] = pickle.loads(target.read_bytes())
        return found


def declare_here(namespace: Mapping[str, Any], solution: str, target: str) -> None:
    """Write the declarations to `target`. Runs in the master's kernel, after its cells."""
    found = []
    for question in declared():
        plain = copy.copy(question)
        plain.alternatives, plain.misconceptions = [], []
        found.append(Declaration(plain, _impossible(question, namespace, Path(solution))))
    try:
        content = pickle.dumps(found)
    except (pickle.PicklingError, AttributeError, TypeError) as fault:
        raise BuildError(
            f"a declaration cannot be audited: {fault}; define the kind of its arguments in a "
            "module beside the notebook"
        ) from None
    Path(target).write_bytes(content)


def _impossible(question: Question, namespace: Mapping[str, Any], solution: Path) -> frozenset[str]:
    rng = generator("audit", question.name)
    cases = [slot.draw() for slot in plan(question, PUBLIC, rng).slots]
    cases = [case for case in cases if not _fails(namespace[question.name], case)]
    try:
        made = rewrites(solution_of(solution, question.name), question)
    except ValueError:
        return frozenset()
    found = set()
    for answer in made:
        scope = dict(namespace)
        try:
            exec(answer.source, scope)
        except Exception:  # noqa: BLE001 - whatever it needs is not there
            continue
        if any(_fails(scope[question.name], case) for case in cases):
            found.add(answer.source)
    return frozenset(found)


def _fails(function: object, case: Case) -> bool:
    return isinstance(call(function, case.arguments, case.way), Failed)
