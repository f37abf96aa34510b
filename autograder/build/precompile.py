"""Compile, while an assignment is built, what grading will need (see
`autograder.runtime.gathered_programs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.bank.records import Bank
from autograder.calls.call import call
from autograder.calls.inputs import flatten
from autograder.questions.question import declared_questions
from autograder.runtime.fingerprint import draw


def call_on_other_values(namespace: Mapping[str, Any], hidden: Bank) -> None:
    """Call the declared functions on the shapes of the bank, with other values."""
    rng = np.random.default_rng()
    draw(tuple(hidden.environment["draws"]))

    for question in declared_questions():
        functions = [
            namespace[question.name],
            *question.alternatives,
            *(known.function for known in question.misconceptions),
        ]
        cases = [
            answered.case
            for group in hidden.groups[question.name].values()
            for answered in group.cases
        ]
        methods = hidden.methods.get(question.name)
        cases += list(methods.cases) if methods is not None else []
        asked = set()
        for case in cases:
            kinds = [(name, part.kind, part.text) for name, part in flatten(case.arguments).items()]
            key = (*sorted(case.sizes.items()), *kinds, case.way.law)
            if key in asked:
                continue
            asked.add(key)
            values = {
                name: question.arguments[name].vary(value, rng)
                for name, value in case.arguments.items()
            }
            way = replace(case.way, seed=int(rng.integers(2**31)))
            for function in functions:
                # A wrong answer may raise here; only its compiled programs matter.
                call(function, values, way, interruptible=False)
