"""Write what a test cell says in the master notebook, after drawing its group afresh and judging
the author's answers by it.
"""

from __future__ import annotations

from autograder.bank.groups import GROUPS, PUBLIC
from autograder.build.banks import group_counts
from autograder.build.reference import draw
from autograder.build.rule_cases import draw_method
from autograder.errors import BuildError
from autograder.questions.question import Question


def rehearse(question: Question, reference: object, cases: str) -> str:
    """The text that a test cell shows in the master notebook. The group is drawn afresh and
    answered by `reference`, and the author's other answers are judged by it.

    Raises `BuildError` for anything that would stop the build.
    """
    if cases not in (*GROUPS, *question.laws):
        raise BuildError(
            f"question {question.name!r}: has no law {cases!r}; declare it with laws=({cases!r},)"
        )
    drawn = draw(question, reference, (cases,), "rehearsal", "rehearsal")
    refused = [known.name for known in question.misconceptions if drawn.failing(known.name, cases)]
    counted = group_counts(drawn.groups[cases])
    lines = [
        f"{question.name}, {cases}: {counted.calls} calls of {counted.cases} cases over "
        f"{counted.shapes} shapes; {len(question.alternatives)} alternatives accepted; "
        f"{len(refused)} of {len(question.misconceptions)} misconceptions refused."
    ]
    return "\n".join(lines + [f"  refused: {name}" for name in refused])


def rehearse_rule(question: Question, reference: object, rule: str) -> str:
    """The text that a test cell for a rule shows in the master notebook. Raises `BuildError`."""
    if all(declared.name != rule for declared in question.rules):
        raise BuildError(
            f"question {question.name!r}: has no rule {rule!r}; declare it with requires(…)"
        )
    unmet = draw_method(question, reference, (PUBLIC,), "rehearsal", "rehearsal").unmet
    names = [name for name, rules in unmet.items() if rule in rules]
    lines = [
        f"{question.name}, rule {rule!r}: met by the solution and {len(question.alternatives)} "
        f"alternatives; not met by {len(names)} misconceptions."
    ]
    return "\n".join(lines + [f"  not met: {name}" for name in names])
