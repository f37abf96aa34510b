"""Judge an answer of many elements, as grading does: the function runs in a confined process, and
its arrays come back through a pipe.

    python -m benchmarks.large_arrays ELEMENTS REPEATS

Prints JSON: the seconds in which a question is drawn, and those of a call of a right answer and of
a wrong one, the comparison and the diagnosis included; and the bytes of memory at the peak.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import jax.numpy as jnp

from autograder import Array, Question
from autograder.build.reference import draw
from autograder.runtime import machine
from autograder.sandbox.settings import Settings
from autograder.sandbox.submission import Submission
from autograder.verdicts.examine import examine

ANSWERS = """\
import jax.numpy as jnp

def right(x):
    return jnp.tanh(x) + 1

def wrong(x):
    return jnp.tanh(x) + 1.01
"""


def right(x: Any) -> Any:
    """The reference."""
    return jnp.tanh(x) + 1


def measured(elements: int, repeats: int) -> dict[str, float]:
    """The seconds for arrays of so many elements."""
    question = Question(
        "right",
        arguments={"x": Array("N", families=("normal",))},
        dims={"N": (elements, elements)},
        shapes=1,
    )
    started = time.monotonic()
    group = draw(question, right, ("random",), "growth", "growth").groups["random"]
    taken = {"drawn": time.monotonic() - started}
    with tempfile.TemporaryDirectory() as scratch:
        tests, hidden = Path(scratch, "tests"), Path(scratch, "hidden")
        tests.mkdir()
        hidden.mkdir()
        for name in ("right", "wrong"):
            (tests / f"{name}.py").write_text(f"def test({name}):\n    pass\n")
        submission = Submission(Settings(hidden=[str(hidden)]), tests)
        submission.cell(ANSWERS)
        namespace: dict[str, Any] = {}
        for name in ("right", "wrong"):
            submission.bind(name, namespace)
            seconds = []
            for _ in range(repeats + 1):  # the first call compiles
                started = time.monotonic()
                assert (examine(namespace[name], group) is None) == (name == "right")
                seconds.append((time.monotonic() - started) / len(group.calls))
            taken[name] = sorted(seconds[1:])[repeats // 2]
        submission.close()
    return taken


if __name__ == "__main__":
    with machine.Peak(os.getpid(), every=0.2) as peak:
        found = measured(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps({**found, "memory": peak.bytes}))
