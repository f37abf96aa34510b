"""Find the samplers of JAX that a reference draws from. Their draws show whether another release
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
    """The public names of the samplers, in alphabetical order: those that the trace of a call
    contains as compiled parts, and those that the reference's own source names.
    """
    try:
        text = source_of(reference)
    except (BuildError, OSError, TypeError):  # some references have no source
        text = ""
    # Samplers with one-letter names count only as attributes, because `t` and `f` can name
    # anything.
    words = set(re.findall(r"(?<=random\.)\w+|\w{2,}", text))
    inside = {
        name.removeprefix("_") for name in compiled_names(reference, case.arguments, case.way)
    }
    return tuple(f"jax.random.{name}" for name in SAMPLERS if name in words | inside)
