"""Hold a function against one group of cases. The one road by which every answer is judged: a student's, the author's own
alternatives and misconceptions, at the desk and in grading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.arguments import Value
from autograder.bank import Answered, Group
from autograder.calls import Failed, Returned, call
from autograder.cases import CONTRACT_GROUPS
from autograder.compare import compare


@dataclass(frozen=True)
class Finding:
    """Why a function does not pass a group.

    `answered` is case number `case` of the `cases` in the group; `step` is "call", "shape", "dtype", "finite", "values" or "arguments";
    `sentence` continues the function's name and gives nothing away; `detail` has values in it, or text of the function's own.
    """

    answered: Answered
    case: int
    cases: int
    step: str
    sentence: str
    detail: str = ""


def examine(function: object, group: Group, *, interruptible: bool = True, show: Callable[[str], object] | None = None) -> Finding | None:
    """None if `function` gives the expected output at every call of `group`, else the first call at which it does not.

    In the groups of `CONTRACT_GROUPS` it must also leave its arguments as they were.
    `show` receives what the function prints, up to a limit.
    """
    for number, index in enumerate(group.calls):
        outcome = call(function, group.cases[index].case.arguments, interruptible=interruptible)
        if show and outcome.printed:
            show(outcome.printed)
        fault = _fault(outcome, group.cases[index])
        if fault is not None:
            step, sentence, detail = fault
            if index in group.calls[:number]:
                sentence += " The same call was right before: the answer depends on earlier calls."
            return Finding(group.cases[index], index, len(group.cases), step, sentence, detail)
        # Said in these groups only: the values are right, and every call gets its own copies.
        if group.name in CONTRACT_GROUPS and isinstance(outcome, Returned) and outcome.changed:
            sentence = f"changed its argument {outcome.changed[0]} in place; leave arguments as they are, and return a new array."
            return Finding(group.cases[index], index, len(group.cases), "arguments", sentence)
    return None


def _fault(outcome: Returned | Failed, answered: Answered) -> tuple[str, str, str] | None:
    """Step, sentence and detail of what is wrong with one outcome, or None."""
    if isinstance(outcome, Failed):
        return "call", outcome.cause, outcome.detail
    mismatch = compare(outcome.array, answered.expected, answered.tolerance)
    return None if mismatch is None else (mismatch.step, mismatch.sentence, mismatch.sample)


def described(value: Value) -> str:
    """An argument in a few words, for messages: the number itself, or an array's type and shape."""
    if value.kind in ("jax", "numpy"):
        return f"a {'JAX' if value.kind == 'jax' else 'NumPy'} array of shape {value.data.shape}"
    number = float(value.data) if "float" in value.kind else int(value.data)
    return f"{value.kind}({number})" if "." in value.kind else str(number)
