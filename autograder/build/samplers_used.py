"""Which samplers of JAX a reference draws from: the draws of these tell whether another release
gives other numbers (see `autograder.runtime.canonical_draws`).
"""

from __future__ import annotations

import re
from typing import Any

from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.evidence.jaxpr import compiled_names
from autograder.questions.sources import source_of
from autograder.runtime.canonical_draws import SAMPLERS


def samplers_used(reference: Any, case: Case) -> tuple[str, ...]:
    """The samplers by their public names, in order of the alphabet: those that the trace of a call
    holds as compiled parts, and those that the reference's own text names.
    """
    try:
        text = source_of(reference)
    except (BuildError, OSError, TypeError):  # not every reference has a source, and none needs it
        text = ""
    # Samplers of one letter are looked for as attributes only: `t` and `f` are names of anything.
    words = set(re.findall(r"(?<=random\.)\w+|\w{2,}", text))
    inside = {
        name.removeprefix("_") for name in compiled_names(reference, case.arguments, case.way)
    }
    return tuple(f"jax.random.{name}" for name in SAMPLERS if name in words | inside)
