"""Read the test files that Otter made from a master: what they ask for, and what is wrong with
them.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.bank.groups import GROUPS, HIDDEN_GROUPS, METHOD, PUBLIC
from autograder.errors import BuildError
from autograder.questions.laws import is_law


@dataclass(frozen=True)
class TestCall:
    """One call of `check` in a test that Otter wrote: its place, and what it asks for."""

    place: str
    hidden: bool
    question: str
    cases: str
    rule: str | None = None


@dataclass(frozen=True)
class Asked:
    """The rules and laws, by name, that the tests of a question may ask for besides groups of
    cases.
    """

    rules: Sequence[str] = ()
    laws: Sequence[str] = ()


def check_readable(tests: Path) -> None:
    """Raise `BuildError` for a test file that Otter could not run as intended."""
    for path in sorted(tests.glob("*.py")):
        try:
            module = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise BuildError(
                f"the tests of {path.stem!r} are not valid Python as Otter writes them (line "
                f"{error.lineno}): a success_message or failure_message must not contain a double "
                "quote or a line break"
            ) from None
        functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
        names = [function.name for function in functions]
        for name in names:
            if names.count(name) > 1:
                raise BuildError(
                    f"the tests of {path.stem!r} define {name} {names.count(name)} times; Otter "
                    "would keep only the last; give each test its own name"
                )


def check_calls(
    calls: Mapping[str, Sequence[Sequence[TestCall]]], questions: Mapping[str, Asked]
) -> None:
    """Check what each test case of each test file asks for. Raises `BuildError` for anything that
    would silently lose points or fail for every student.
    """
    for cases in calls.values():
        for case in cases:
            for call in case:
                _check_call(call, questions)


def checks_of_cases(
    calls: Mapping[str, Sequence[Sequence[TestCall]]],
) -> dict[str, list[list[str] | None]]:
    """What each test case of each test file checks.

    An entry is a question and a group, or a question, `METHOD` and a rule; None for another kind of
    test.
    """
    return {name: [_only_check(case) for case in cases] for name, cases in calls.items()}


def spelled_calls(path: Path) -> list[list[TestCall]]:
    """The calls of `check` in the source of a test file, by test case, for a test case that stops
    before it reaches them.
    """
    module = ast.parse(path.read_text(encoding="utf-8"))
    return [
        _test_calls(node, path.stem)
        for node in module.body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    ]


def _only_check(calls: Sequence[TestCall]) -> list[str] | None:
    if len(calls) != 1:
        return None
    return (
        [calls[0].question, calls[0].cases]
        if calls[0].rule is None
        else [calls[0].question, METHOD, calls[0].rule]
    )


def _test_calls(function: ast.FunctionDef, otter_question: str) -> list[TestCall]:
    hidden = any(
        keyword.arg == "hidden"
        and isinstance(keyword.value, ast.Constant)
        and bool(keyword.value.value)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
    )
    calls = []
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "check"
            and len(node.args) >= 2
        ):
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            question, cases = (
                _literal(node.args[0]),
                _literal([*node.args[2:3], named.get("cases", ast.Constant(PUBLIC))][0]),
            )
            if isinstance(question, str):
                rule = (
                    repr(_literal(named["rule"]))
                    if "rule" in named and not isinstance(_literal(named["rule"]), str)
                    else _literal(named.get("rule"))
                )
                calls.append(
                    TestCall(
                        f"{function.name} of {otter_question!r}",
                        hidden,
                        question,
                        cases if isinstance(cases, str) else repr(cases),
                        rule,
                    )
                )
    return calls


def _literal(node: ast.AST | None) -> Any:
    return node.value if isinstance(node, ast.Constant) else None


def _check_call(found: TestCall, questions: Mapping[str, Asked]) -> None:
    if found.question not in questions:
        known = (
            f"declared: {', '.join(questions)}"
            if questions
            else "write question = Question(…) in a cell whose first line is `## Ignore ##`"
        )
        raise BuildError(
            f"the test {found.place} checks {found.question!r}, which no Question declares; {known}"
        )
    asked = questions[found.question]
    if found.rule is not None and found.rule not in asked.rules:
        rules = ", ".join(repr(rule) for rule in asked.rules) or "none"
        raise BuildError(
            f"the test {found.place} asks for rule={found.rule!r}, which {found.question} does not "
            f"require; its rules are {rules}"
        )
    if found.cases not in (*GROUPS, *asked.laws):
        laws = (
            f"; the laws of {found.question} are {', '.join(asked.laws) or 'none'}"
            if asked.laws or is_law(found.cases)
            else ""
        )
        raise BuildError(
            f"the test {found.place} asks for cases={found.cases!r}; the groups of cases are "
            f"{', '.join(GROUPS)}{laws}"
        )
    if not found.hidden and found.cases in HIDDEN_GROUPS:
        raise BuildError(
            f"the test {found.place} is public but asks for cases={found.cases!r}, which students "
            "do not have; begin the cell with `# HIDDEN`"
        )
