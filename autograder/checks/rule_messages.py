"""The messages that students read about rules on how an answer is computed."""

from __future__ import annotations

from autograder.bank.groups import title
from autograder.bank.records import RuleChecks
from autograder.calls.causes import coarse
from autograder.checks.messages import without_html
from autograder.errors import NOT_YOUR_FAULT
from autograder.verdicts.rules import Judgement


def rule_in_notebook(question: str, method: RuleChecks, judgement: Judgement, rule: str) -> str:
    """The message for the student's own notebook about a broken rule, as plain text: why it is
    broken, what helps, and what was seen.
    """
    detail = judgement.failed[1].detail if judgement.failed is not None else ""
    return without_html(
        "\n".join(part for part in (*_rule(question, method, judgement, rule, ""), detail) if part)
    )


def rule_in_grading(question: str, method: RuleChecks, judgement: Judgement, rule: str) -> str:
    """The message for Gradescope about a broken rule, as Markdown, without text from the
    function.
    """
    return without_html(
        "\n\n".join(part for part in _rule(question, method, judgement, rule, "**") if part)
    )


def rule_without_values(question: str, group: str) -> str:
    """The message for Gradescope about a rule if the values in a group of cases are wrong."""
    return (
        f"{question} does not return the expected values ({title(group)}). The method counts "
        "only where the values are right."
    )


def mistake(method: RuleChecks, judgement: Judgement, rule: str) -> tuple[str, str]:
    """The name of the mistake behind a broken rule, and its hint."""
    declared = method.rule(rule)
    assert declared is not None
    if judgement.resembles is not None:
        return judgement.resembles.name, judgement.resembles.hint
    return declared.misconception, declared.hint


def _rule(
    question: str, method: RuleChecks, judgement: Judgement, rule: str, bold: str
) -> tuple[str, ...]:
    if judgement.failed is not None:
        case, failed = judgement.failed
        return (
            f"{question} {coarse(failed.cause) if bold else failed.cause} [{case.label}]",
            "Its method cannot be checked until it returns an array.",
        )
    declared = method.rule(rule)
    assert declared is not None
    name, hint = mistake(method, judgement, rule)
    told = f"{question} {declared.otherwise}"
    return told, f"{bold}Looks like: {name}.{bold} {hint}", judgement.seen


def not_looked_at(question: str, rule: str, versions: str) -> str:
    """What a student reads in a notebook about a rule that looks broken under other versions."""
    return (
        f"{question}: the rule {rule!r} is not checked here with {versions}: other releases apply "
        "transforms differently. Grading checks it."
    )


def not_judged(question: str, rule: str, versions: str) -> str:
    """What grading says about a rule that looks broken under other versions."""
    return (
        f"{question}: the rule {rule!r} cannot be checked with {versions}: other releases apply "
        f"transforms differently. {NOT_YOUR_FAULT}"
    )
