"""The messages that students read: everything in their notebook, and on Gradescope nothing that is
hidden.
"""

from __future__ import annotations

import importlib
import itertools
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.bank.groups import PUBLIC
from autograder.calls.given import without_imports
from autograder.calls.inputs import describe
from autograder.calls.outputs import ALONE, SHOWN
from autograder.calls.spec import PLAIN, Case
from autograder.calls.stages import in_python
from autograder.questions.laws import says
from autograder.verdicts.arrays import dtype_kind, magnitude, widen
from autograder.verdicts.diagnosis import Diagnosis
from autograder.verdicts.examine import Finding
from autograder.verdicts.words import others_right

BUCKETS = (
    (1.0, "at least as large"),
    (0.1, "at least a tenth"),
    (0.01, "at least a hundredth"),
    (0.0, "smaller"),
)
"""Sizes of errors relative to the largest expected value, the largest first."""


def sentence(question: str, finding: Finding, *, hidden: bool = False) -> str:
    """One sentence: the question, what is wrong with the answer, and on which case. About `hidden`
    cases it contains no number that the answer chose (see `autograder.checks.guarded`).
    """
    whole = finding.step in ("call", "structure", "arguments")
    subject = finding.answered.case.way.subject(question, None if whole else finding.part)
    return (
        f"{subject} {_guard().guard(finding) if hidden else finding.sentence} [case "
        f"{finding.case + 1} of {finding.cases}: {finding.answered.case.label}]"
    )


def _guard() -> Any:
    """The module that guards rows about hidden cases, imported by name because no student's check
    needs it.
    """
    return importlib.import_module("autograder.checks.guarded")


def in_notebook(question: str, finding: Finding, cases: str = PUBLIC) -> str:
    """The message for the student's own notebook about a group of cases, as plain text. It has
    values, and lines that repeat the call.
    """
    case = finding.answered.case
    arguments = ", ".join(
        f"{parameter}={describe(value)}" for parameter, value in case.arguments.items()
    )
    parts = [
        sentence(question, finding),
        _law(finding),
        _hint(finding.diagnosis, ""),
        f"It was called with {arguments}.",
        _given_code(case),
        _structure(finding),
    ]
    parts.append(_failing(finding))
    parts += [_buckets(finding), finding.detail]
    given = (
        f"public_case({question!r}, "
        f"{finding.case}{'' if cases == PUBLIC else f', cases={cases!r}'})"
    )
    parts.append(_again(question, case, given))
    return without_html("\n".join(part for part in parts if part))


def _again(question: str, case: Case, given: str) -> str:
    """The lines of Python that repeat a call."""
    way = case.way
    if replace(way, several=False, x64=False, may_change=(), samples=0, sampled="") == PLAIN:
        told, lines = "To repeat this call", [f"{question}(*{given})"]
    elif way.law or way.gradient or not (way.keywords or way.then or way.through or way.calls):
        told, lines = "The arguments of this call", [given]
    else:
        names = list(case.arguments)
        told = "To repeat this call"
        lines = [f"{', '.join(names)}{',' if len(names) == 1 else ''} = {given}"]
        lines += in_python(question, way, names)
    imports = ["from autograder import public_case"]
    if way.x64:
        imports.append("import jax")
        # JAX before 0.8 has it in `jax.experimental`.
        there = "" if hasattr(sys.modules.get("jax"), "enable_x64") else ".experimental"
        imports[-1] += there
        lines = [f"with jax{there}.enable_x64(True):", *(f"    {line}" for line in lines)]
    return "\n  ".join([f"{told}:", *imports, *lines])


def _given_code(case: Case) -> str:
    """The functions among the arguments, as the author wrote them."""
    texts = [
        leaf.text
        for value in case.arguments.values()
        for _, leaf in value.leaves()
        if leaf.kind == "function"
    ]
    return "\n".join(without_imports(text) for text in dict.fromkeys(texts))


def in_grading(
    question: str, finding: Finding, seen_in_public: bool, *, hidden: bool = False
) -> str:
    """The message for Gradescope, as Markdown: the kind of case and the size of the error, without
    arguments, values, or text from the function.
    """
    told = sentence(question, finding, hidden=hidden)
    parts = [without_html(part) for part in (told, _law(finding)) if part]
    many = _guard().failing(finding) if hidden else _failing(finding)
    table = "\n".join(part for part in (_structure(finding), many) if part)
    if table:
        parts.append(without_html(table))
    if finding.worth:
        parts.append(f"An answer of this precision is worth {finding.worth:.0%} of the points.")
    if finding.diagnosis is not None:
        parts.append(without_html(_hint(finding.diagnosis, "**")))
    if finding.diagnosis is not None and seen_in_public:
        parts.append(
            "The public cases fail in the same way. Run this question's check in the notebook to "
            "see it with numbers."
        )
    return "\n\n".join(parts)


def _law(finding: Finding) -> str:
    """The sentence about a broken law, if the plain call (the case before) is right; otherwise
    "".
    """
    law = finding.answered.case.way.law
    if not law or finding.case - 1 in finding.refused_on:
        return ""
    return f"This breaks a law: {says(law)}. The plain call is right."


def _hint(diagnosis: Diagnosis | None, bold: str) -> str:
    return (
        "" if diagnosis is None else f"{bold}Looks like: {diagnosis.name}.{bold} {diagnosis.hint}"
    )


def _structure(finding: Finding) -> str:
    if (
        finding.step not in ("call", "structure", "shape", "dtype")
        or finding.answered.case.way.law == "grad"
    ):
        return ""
    expected = finding.answered.expected
    if ALONE in expected:
        return (
            f"The expected array has shape {expected[ALONE].shape} and dtype "
            f"{expected[ALONE].dtype}."
        )
    lines = [
        f"  [{name}]: shape {array.shape}, dtype {array.dtype}"
        for name, array in itertools.islice(expected.items(), SHOWN)
    ]
    return "\n".join(["The expected arrays:", *lines, *(["  …"] if len(expected) > SHOWN else [])])


def _failing(finding: Finding) -> str:
    if finding.cases == 1 or finding.step in ("inconsistent", "arguments"):
        return ""
    if finding.untried:
        return (
            f"{finding.failing} of {finding.cases - finding.untried} cases fail; "
            f"{finding.untried} {'was' if finding.untried == 1 else 'were'} not tried."
        )
    return (
        f"{finding.failing} of {finding.cases} cases fail."
        if finding.failing > 1
        else others_right(finding.cases)
    )


def _buckets(finding: Finding) -> str:
    """A table of how many elements are wrong by how much, for values that could be compared;
    otherwise "".
    """
    if (
        finding.step != "values"
        or finding.actual is None
        or dtype_kind(finding.expected.dtype) not in ("floating", "complex")
    ):
        return ""
    desired = widen(finding.expected)
    finite = np.isfinite(desired)
    error = np.abs(widen(finding.actual)[finite] - desired[finite])
    allowed = np.broadcast_to(finding.tolerance, desired.shape)[finite]
    wrong = error[error > allowed] / max(magnitude(desired), np.finfo(float).tiny)
    lines, above = [], np.inf
    for least, text in BUCKETS:
        count = int(np.count_nonzero((wrong >= least) & (wrong < above)))
        above = least
        if count:
            lines.append(f"  {count:>6} {text}")
    return "Errors compared with the largest expected value:\n" + "\n".join(lines)


def without_html(text: str) -> str:
    """Replace angle brackets: Otter shows messages as HTML without escaping them."""
    return text.replace("<", "‹").replace(">", "›")
