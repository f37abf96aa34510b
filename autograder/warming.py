"""Fill the cache of compiled programs (see `autograder.compiled`) while an assignment is built."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder import bank, compiled, environment, lowered, tuning
from autograder.calls import call
from autograder.question import declared


def begin() -> None:
    """Runs in the master's kernel before its cells, which submissions have too: keep what is lowered from now on beside what is compiled."""
    tuning.for_tiny_programs()
    with contextlib.suppress(ImportError, AttributeError):  # a release of JAX without these places is only slower
        lowered.write_here(Path(os.environ[compiled.FOLDER]))


def warm_here(namespace: Mapping[str, Any], hidden_bank: str) -> None:
    """Runs in the master's kernel, after its cells: call what is declared on the shapes of the bank, with other values."""
    found, rng = bank.load(Path(hidden_bank)), np.random.default_rng()
    environment.draws()
    for question in declared():
        functions = [namespace[question.name], *question.alternatives, *(known.function for known in question.misconceptions)]
        cases = [answered.case for group in found.groups[question.name].values() for answered in group.cases]
        cases += list(found.methods[question.name].cases) if question.name in found.methods else []
        asked = set()
        for case in cases:
            kinds = {name: value.kind for name, value in case.arguments.items()}
            key = (*sorted(case.sizes.items()), *kinds.items())
            if key in asked:
                continue
            asked.add(key)
            values = {name: argument.draw(rng, case.sizes, "normal", kinds[name]) for name, argument in question.arguments.items()}
            for function in functions:
                call(function, values, interruptible=False)  # what a wrong answer raises is of no interest here
