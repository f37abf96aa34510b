"""`check`, the one call that a test cell makes: in the master notebook, in a student's notebook,
and in grading.
"""

from __future__ import annotations

from autograder.bank.groups import GROUPS, PUBLIC
from autograder.checks import elsewhere, in_notebook, recording
from autograder.questions.laws import LAWS, PERMUTATION, is_law


def check(question: str, function: object, cases: str = PUBLIC, *, rule: str | None = None) -> None:
    """Check `function` against one group of cases of `question`, or check how it computes against
    one `rule` of the question.

    The cases depend on where the check runs. In grading they come from the hidden bank. In a master
    notebook, which declares the question, they are newly drawn, with `function` as the reference.
    In a student's notebook they are the public cases beside the notebook.

    Returns None if every case is right. Raises `CheckFailed` if one is not, and `Ungraded` if there
    can be no verdict: other package versions, a damaged bank, or a fault in this package.
    """
    if recording.note_call(question, cases, rule):
        return
    if not isinstance(question, str) or not (cases in GROUPS or is_law(cases)):
        raise ValueError(
            f"check({question!r}, …, cases={cases!r}): the question is a string, and the groups of "
            f"cases are {', '.join(GROUPS)}, and laws "
            f"{', '.join(f'{law}B' if law == PERMUTATION else law for law in LAWS)}"
        )
    if rule is not None and (not isinstance(rule, str) or cases != PUBLIC):
        raise ValueError(
            f"check({question!r}, …, cases={cases!r}, rule={rule!r}): a rule is named by a string, "
            "and without cases"
        )
    if elsewhere.check_in_grading(question, function, cases, rule):
        return
    in_notebook.end_soon_for_otter()
    if elsewhere.rehearse_in_master(question, function, cases, rule):
        return
    if rule is not None:
        in_notebook.check_rule(question, function, rule)
    else:
        in_notebook.check_cases(question, function, cases)
