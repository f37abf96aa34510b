"""From declared questions and their references to banks. Everything that can be decided before a student answers is decided here."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder import environment, tolerance
from autograder.bank import Answered, Bank, Group
from autograder.calls import Failed, call
from autograder.cases import HIDDEN_GROUPS, PUBLIC, Case, Plan, Slot, generator, plan
from autograder.compare import dtype_kind
from autograder.examine import described, examine
from autograder.question import Question

DRAWS = 200
"""So often a case whose reference output tests nothing is drawn again before the build gives up."""

STORED_DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "complex64")
"""What a reference may return."""

PUBLIC_SECRET = "public"
"""Public cases are drawn from no secret: they are the same in every build, and tell nothing about the hidden ones."""


class BuildError(Exception):
    """The assignment cannot be built; the text names the question and what to change."""


@dataclass(frozen=True)
class Built:
    """Both banks of an assignment, and a record of the build for its author (JSON-able; it holds the sources of known answers)."""

    hidden: Bank
    public: Bank
    record: dict[str, Any]


def build(assignment: str, questions: Sequence[Question], namespace: Mapping[str, Any], secret: str) -> Built:
    """Build both banks from `questions` and the references of the same names in `namespace`.

    The same secret gives the same banks. Without questions they are empty: Otter's own tests need none. Raises `BuildError`.
    """
    names = [question.name for question in questions]
    for name in names:
        if names.count(name) > 1:
            raise BuildError(f"question {name!r}: declared {names.count(name)} times; each question needs a name of its own")
    hidden: dict[str, dict[str, Group]] = {}
    public: dict[str, dict[str, Group]] = {}
    record: dict[str, Any] = {}
    for question in questions:
        reference = namespace.get(question.name)
        # Apart, so that nothing in the public cases, not even a tolerance, depends on the secret.
        public[question.name] = _groups(question, reference, (PUBLIC,), assignment, PUBLIC_SECRET)
        groups = {**public[question.name], **_groups(question, reference, HIDDEN_GROUPS, assignment, secret)}
        hidden[question.name] = groups
        record[question.name] = {
            "groups": {name: _counted(group) for name, group in groups.items()},
            "alternatives": {_check_alternative(question, function, groups): _source(function) for function in question.alternatives},
            "misconceptions": _check_misconceptions(question, groups),
        }
    fingerprint = environment.fingerprint()
    return Built(Bank(assignment, fingerprint, hidden), Bank(assignment, fingerprint, public), {"questions": record})


def rehearse(question: Question, reference: object, cases: str) -> str:
    """What a test cell says in the master notebook: the group drawn afresh with `reference`, the author's other answers held against it.

    Raises `BuildError` for what would stop the build.
    """
    groups = _groups(question, reference, (cases,), "rehearsal", "rehearsal")
    for function in question.alternatives:
        _check_alternative(question, function, groups)
    refused = [known.name for known in question.misconceptions if examine(known.function, groups[cases])]
    counted = _counted(groups[cases])
    lines = [
        f"{question.name}, {cases}: {counted['calls']} calls of {counted['cases']} cases over {counted['shapes']} shapes; "
        f"{len(question.alternatives)} alternatives accepted; {len(refused)} of {len(question.misconceptions)} misconceptions refused."
    ]
    return "\n".join(lines + [f"  refused: {name}" for name in refused])


def _groups(question: Question, reference: object, names: Sequence[str], assignment: str, secret: str) -> dict[str, Group]:
    plans = {}
    for name in names:
        rng = generator(secret, assignment, question.name, name)
        plans[name] = (plan(question, name, rng), rng)
    answered = {name: [_answer(question, reference, slot) for slot in planned.slots] for name, (planned, _) in plans.items()}
    noisiest = max(
        (
            tolerance.noise(reference, case.arguments, output, rng)
            for name, (planned, rng) in plans.items()
            for case, output in _first_of_each_shape(planned, answered[name])
        ),
        default=0.0,
    )
    return {
        name: Group(name, tuple(Answered(case, output, tolerance.allowed(output, noisiest)) for case, output in answered[name]), planned.calls)
        for name, (planned, _) in plans.items()
    }


def _answer(question: Question, reference: object, slot: Slot) -> tuple[Case, np.ndarray]:
    """A case for `slot` whose reference output tests something, with that output."""
    why = ""
    for _ in range(DRAWS):
        case = slot.draw()
        output = _reference_output(question, reference, case)
        why = _degenerate(output)
        if not why:
            again = _reference_output(question, reference, case)
            if again.shape != output.shape or again.dtype != output.dtype or again.tobytes() != output.tobytes():
                raise BuildError(
                    f"question {question.name!r}: the reference changes between calls: the same arguments ({_arguments(case)}) gave two outputs. "
                    "Draw random numbers from the seed argument only, and keep no state"
                )
            return case, output
    raise BuildError(
        f"question {question.name!r}: in {DRAWS} draws of {_arguments(case)} ({slot.shape.label}) the reference never gave an output that tests anything: {why}. "
        "Narrow the ranges in dims"
    )


def _reference_output(question: Question, reference: object, case: Case) -> np.ndarray:
    outcome = call(reference, case.arguments)
    if isinstance(outcome, Failed):
        if reference is None or reference is Ellipsis:
            raise BuildError(f"question {question.name!r}: the master has no solution: no code cell defines a function {question.name}")
        detail = f"\n{outcome.detail}" if outcome.detail else ""
        raise BuildError(f"question {question.name!r}: with {_arguments(case)} ({case.label}) the reference {outcome.cause}{detail}")
    if outcome.array.dtype.name not in STORED_DTYPES:
        raise BuildError(
            f"question {question.name!r}: the reference returns dtype {outcome.array.dtype}, which a bank cannot keep; return one of {', '.join(STORED_DTYPES)}"
        )
    return outcome.array


def _degenerate(output: np.ndarray) -> str:
    """Why this reference output would accept answers that are wrong, or ""."""
    if output.size == 0:
        return "it has no elements"
    if dtype_kind(output.dtype) not in ("floating", "complex"):
        return ""
    if not np.all(np.isfinite(output)):
        return "it has a NaN or an infinity"
    if not np.any(output):
        return "it is all zeros"
    if output.size > 1 and np.all(output == output.flat[0]):
        return "all its elements are equal"
    return ""


def _first_of_each_shape(planned: Plan, answered: list[tuple[Case, np.ndarray]]) -> list[tuple[Case, np.ndarray]]:
    """One case for each shape: a compiled program costs by shape."""
    first: dict[int, tuple[Case, np.ndarray]] = {}
    for slot, pair in zip(planned.slots, answered, strict=True):
        first.setdefault(id(slot.shape), pair)
    return list(first.values())


def _check_alternative(question: Question, function: Callable[..., Any], groups: Mapping[str, Group]) -> str:
    for name, group in groups.items():
        finding = examine(function, group)
        if finding is not None:
            raise BuildError(
                f"question {question.name!r}: the alternative {function.__name__} is refused in cases={name!r}: "
                f"with {_arguments(finding.answered.case)} it {finding.sentence}\n{finding.detail}".rstrip()
            )
    return function.__name__


def _check_misconceptions(question: Question, groups: Mapping[str, Group]) -> dict[str, Any]:
    rows = {}
    for known in question.misconceptions:
        refused = [name for name, group in groups.items() if examine(known.function, group)]
        if known.told_by == "values" and not set(refused) & set(HIDDEN_GROUPS):
            raise BuildError(
                f"question {question.name!r}: the misconception {known.name!r} ({known.function.__name__}) passes every hidden case. "
                'Widen the ranges in dims, or declare it with told_by="method" if its values are right'
            )
        if known.told_by == "method" and refused:
            raise BuildError(
                f'question {question.name!r}: the misconception {known.name!r} ({known.function.__name__}) is declared with told_by="method", '
                f"but its values differ in {', '.join(refused)}; leave told_by away"
            )
        rows[known.function.__name__] = {"name": known.name, "told_by": known.told_by, "refused_in": refused, "source": _source(known.function)}
    return rows


def _counted(group: Group) -> dict[str, int]:
    return {"cases": len(group.cases), "shapes": len({tuple(answered.case.sizes.items()) for answered in group.cases}), "calls": len(group.calls)}


def _source(function: Callable[..., Any]) -> str:
    return textwrap.dedent(inspect.getsource(function))


def _arguments(case: Case) -> str:
    return ", ".join(f"{parameter}={described(value)}" for parameter, value in case.arguments.items())
