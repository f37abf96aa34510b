"""Make the answers for each question of a master in the kernel that runs the master, because the
functions of a declaration exist only there.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder.assignment.built import solution_of
from autograder.assignment.notebook import run_after_cells
from autograder.audit.answers import Answer, plain
from autograder.audit.mutants import mutants
from autograder.audit.rewrites import rewrites
from autograder.bank.groups import PUBLIC
from autograder.build.plan import generator, plan
from autograder.calls.call import Failed, Returned, call
from autograder.calls.outputs import Output
from autograder.calls.spec import CallSpec, Case
from autograder.questions.question import Question, declared_questions


@dataclass(frozen=True)
class MadeAnswers:
    """The answers made for one question.

    `reference` is the source of its solution. `right` are rewrites of it that raise only where it
    does, and `wrong` are mutants. `note` says why there are none, or is "".
    """

    question: str
    reference: str
    right: tuple[Answer, ...] = ()
    wrong: tuple[Answer, ...] = ()
    note: str = ""


def made_answers(master: Path, solution: Path) -> list[MadeAnswers]:
    """The answers for each question of a master, given its built notebook with solutions. Raises
    `BuildError`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "made.json")
        call = f"make_here(globals(), {str(solution)!r}, {str(target)!r})"
        run_after_cells(master, f"from autograder.audit.declarations import make_here\n{call}")
        return [
            MadeAnswers(
                each["question"],
                each["reference"],
                tuple(Answer(**answer) for answer in each["right"]),
                tuple(Answer(**answer) for answer in each["wrong"]),
                each["note"],
            )
            for each in json.loads(target.read_text(encoding="utf-8"))
        ]


def make_here(namespace: Mapping[str, Any], solution: str, target: str) -> None:
    """Write a list of `MadeAnswers` as JSON. Runs in the master's kernel, after its cells."""
    made = [_for(question, namespace, Path(solution)) for question in declared_questions()]
    Path(target).write_text(json.dumps([asdict(each) for each in made]), encoding="utf-8")


def _for(question: Question, namespace: Mapping[str, Any], solution: Path) -> MadeAnswers:
    source = solution_of(solution, question.name)
    try:
        right = _possible(question, namespace, rewrites(source, question))
        reference = plain(source, question)
        return MadeAnswers(
            question.name,
            reference,
            tuple(right),
            tuple(mutants(reference, question, _outputs(question, namespace))),
        )
    except ValueError as fault:
        note = f"{question.name}: no mutants were made: {fault}"
        return MadeAnswers(question.name, source, note=note)


def _possible(
    question: Question, namespace: Mapping[str, Any], answers: list[Answer]
) -> list[Answer]:
    """The answers that raise only where the solution does. Others, such as `jax.jit` of a function
    that looks at a truth value, are not right answers.
    """
    import jax

    rng = generator("audit", question.name)
    cases = _telling([slot.draw() for slot in plan(question, PUBLIC, rng).slots])
    cases = [case for case in cases if not _fails(namespace[question.name], case)]
    found = []
    for answer in answers:
        jax.clear_caches()  # what one answer compiled helps no other, and fills the memory
        scope = dict(namespace)
        try:
            exec(answer.source, scope)
        except Exception:  # noqa: BLE001 - whatever it needs is not there
            found.append(answer)
            continue
        if not any(_fails(scope[question.name], case) for case in cases):
            found.append(answer)
    return found


def _outputs(question: Question, namespace: Mapping[str, Any]) -> list[Output]:
    """What the solution returns for some public cases."""
    slots = plan(question, PUBLIC, generator("audit", question.name)).slots
    cases = [slot.draw() for slot in slots]
    found = [call(namespace[question.name], case.arguments, case.way) for case in cases]
    return [outcome.output for outcome in found if isinstance(outcome, Returned)]


def _telling(cases: Sequence[Case]) -> list[Case]:
    """The smallest and the largest case for each way of calling, and for each choice of strings and
    truth values. Code that looks at a traced value does so at any size, and each size costs a
    compilation.
    """
    by_way: dict[tuple[CallSpec, str], list[Case]] = {}
    for case in cases:
        chosen = {k: v for k, v in case.arguments.items() if isinstance(v, str | bool | None)}
        by_way.setdefault((replace(case.way, seed=0), repr(chosen)), []).append(case)
    found = []
    for alike in by_way.values():
        by_size = sorted(alike, key=lambda case: sum(case.sizes.values()))
        found += by_size[:1] + by_size[1:][-1:]
    return found


def _fails(function: object, case: Case) -> bool:
    return isinstance(call(function, case.arguments, case.way), Failed)
