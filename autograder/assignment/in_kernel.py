"""What a build does in the master's kernel, after its cells. It needs JAX. Otter's own process, in
a build or in a grading, does not import it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.assignment.recorded_tests import record
from autograder.assignment.test_files import Asked, check_calls, check_readable, checks_of_cases
from autograder.bank.filenames import PUBLIC_FILE, hidden_file
from autograder.bank.storage import save
from autograder.build.banks import build
from autograder.build.precompile import call_on_other_values
from autograder.errors import BuildError
from autograder.questions.question import declared_questions
from autograder.runtime import jax_settings, switches
from autograder.runtime.gathered_programs import Gathered
from autograder.sandbox.expected_names import ExpectedNames


def build_here(
    namespace: dict[str, Any],
    assignment: str,
    secret: str,
    folder: str,
    tests: str,
    outcome_file: str,
    programs: str,
    headings: list[str],
    own: tuple[str, ...],
) -> None:
    """Build both banks, write the outcome, and compile what grading will need.

    `namespace` is what the master's cells defined, `headings` are the texts of its headings, and
    `own` the names that its cells bind. See `autograder.assignment.master.build_from` for the rest.
    A fault of the master is part of the outcome, under "error".
    """
    jax_settings.for_tiny_programs()
    gathered = Gathered(Path(programs)) if switches.is_enabled("compiled") else None
    hidden = None
    try:
        for question in declared_questions():
            if question.see and question.see not in headings:
                raise BuildError(
                    f"question {question.name!r}: see={question.see!r} is not a heading of the "
                    f"notebook; its headings are {', '.join(headings)}"
                )
        check_readable(Path(tests))
        calls = record(Path(tests), namespace)
        asked = {
            question.name: Asked([rule.name for rule in question.rules], question.laws)
            for question in declared_questions()
        }
        check_calls(calls, asked)
        built = build(assignment, declared_questions(), namespace, secret)
        save(built.hidden, Path(folder) / hidden_file(secret))
        save(built.public, Path(folder) / PUBLIC_FILE)
        outcome: dict[str, Any] = {
            "record": built.record.to_json(),
            "checks": checks_of_cases(calls),
            "names": ExpectedNames.of(namespace, Path(tests), own).to_json(),
        }
        hidden = built.hidden
    except BuildError as error:
        outcome = {"error": str(error)}
    whole = Path(outcome_file).with_suffix(".partial")
    whole.write_text(json.dumps(outcome), encoding="utf-8")
    whole.replace(outcome_file)
    if hidden is not None and gathered is not None:
        with gathered.noting():
            call_on_other_values(namespace, hidden)
