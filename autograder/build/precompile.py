"""Fill the cache of compiled programs (see `autograder.runtime.compiled_programs`) during a
build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.bank import storage
from autograder.calls.call import call
from autograder.calls.inputs import flatten
from autograder.questions.question import declared
from autograder.runtime import fingerprint, jax_settings


def begin() -> None:
    """Set up JAX for tiny programs. Runs in the master's kernel before its cells."""
    jax_settings.for_tiny_programs()


def warm_here(namespace: Mapping[str, Any], hidden_bank: str) -> None:
    """Call the declared functions on the shapes of the bank, with other values. Runs in the
    master's kernel after its cells.
    """
    found, rng = storage.load(Path(hidden_bank)), np.random.default_rng()
    fingerprint.draws()

    for question in declared():
        functions = [
            namespace[question.name],
            *question.alternatives,
            *(known.function for known in question.misconceptions),
        ]
        cases = [
            answered.case
            for group in found.groups[question.name].values()
            for answered in group.cases
        ]
        cases += list(found.methods[question.name].cases) if question.name in found.methods else []
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
