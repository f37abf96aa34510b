"""Write the tables that a build shows to the author of an assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from autograder.assignment.built import BuiltAssignment
from autograder.bank.groups import PUBLIC
from autograder.build.record import QuestionRecord
from autograder.build.trivial import groups_passed
from autograder.console import a_table


def table_of_builds(built: Sequence[BuiltAssignment]) -> Table:
    """A row for each question with its cases, its tolerance, and the outcomes of its known wrong
    answers.
    """
    table = a_table(
        "assignment",
        "hidden calls",
        "shapes",
        "alternatives",
        "noise",
        "tolerance",
        "nearest wrong",
        "misconceptions refused",
        "told by method",
    )
    for each in built:
        for name, question in each.record().questions.items():
            hidden = [group for name, group in question.groups.items() if name != PUBLIC]
            told = [known.told_by for known in question.misconceptions.values()]
            counts = (
                sum(group.calls for group in hidden),
                sum(group.shapes for group in hidden),
                len(question.alternatives),
            )
            refused = f"{told.count('values')} of {told.count('values')}"
            table.add_row(
                _label(each, name),
                *map(str, counts),
                *_measurements(question),
                refused,
                str(told.count("method")),
            )
    return table


def as_data(built: BuiltAssignment) -> dict[str, Any]:
    """What the table says about one assignment, and where its files are, as data for a script."""
    return {
        "name": built.name,
        "student": str(built.folder / "student"),
        "zip": str(built.zip),
        "questions": {
            name: {
                "groups": {each: asdict(group) for each, group in question.groups.items()},
                "alternatives": len(question.alternatives),
                "tolerance": question.tolerance.relative,
                "idle_arguments": list(question.idle),
                "misconceptions": [
                    {"name": known.name, "told_by": known.told_by, "margin": known.margin}
                    for known in question.misconceptions.values()
                ],
            }
            for name, question in built.record().questions.items()
        },
    }


def sentences_of_options(built: Sequence[BuiltAssignment]) -> list[str]:
    """A sentence for each argument with options, on how many hidden cases have each option."""
    return [
        f"{each.name}: {question}: of the hidden cases, {argument} is "
        + ", ".join(f"{option} in {count}" for option, count in shares.items())
        + "."
        for each in built
        for question, record in each.record().questions.items()
        for argument, shares in record.options.items()
    ]


def sentences_of_margins(built: Sequence[BuiltAssignment]) -> list[str]:
    """A sentence for each question on the known wrong answer that is closest to right."""
    told = []
    for each in built:
        for question, record in each.record().questions.items():
            margins = [
                (known.margin, known.least or known.margin, known.name)
                for known in record.misconceptions.values()
                if known.told_by == "values" and known.margin is not None
            ]
            if margins:
                margin, least, name = min(margins)
                told.append(
                    f"{each.name}: {question}: the nearest misconception is “{name}”. Its worst "
                    f"element is {margin:.2g} tolerances away; in the case that shows it least, "
                    f"{least:.2g}."
                )
    return told


def sentences_of_trivial(built: Sequence[BuiltAssignment]) -> list[str]:
    """A sentence for each answer that needs no understanding and still gets points."""
    return [
        f"{each.name}: {question}: an answer that always returns {called} gets the points of "
        f"{', '.join(names)}; the author accepts this."
        for each in built
        for question, record in each.record().questions.items()
        for called, names in groups_passed(record.trivial).items()
    ]


def sentences_of_idle(built: Sequence[BuiltAssignment]) -> list[str]:
    """A sentence for each argument that never changed an expected output."""
    return [
        f"{each.name}: {question}: whatever was passed for {argument}, the solution returned the "
        "same, so an answer that ignores it may lose no points. If it should matter, widen its "
        "range, or also compare what depends on it, such as a module's state."
        for each in built
        for question, record in each.record().questions.items()
        for argument in record.idle
    ]


def tables_of_cases(built: BuiltAssignment) -> list[Table]:
    """A table for each question with how many cases of each group refuse each known wrong answer
    and each answer that needs no understanding.
    """
    tables = []
    for question_name, question in built.record().questions.items():
        groups = question.groups
        table = a_table(f"{_label(built, question_name)}: refused on", *groups)
        for known in question.misconceptions.values():
            if known.told_by == "values":
                table.add_row(
                    escape(known.name),
                    *(
                        f"{len(known.refused_on[name])} of {group.cases}"
                        for name, group in groups.items()
                    ),
                )
        for called, refused in question.trivial.items():
            table.add_row(
                f"returns {escape(called)}",
                *(
                    f"{refused[name]} of {group.cases}" if name in refused else ""
                    for name, group in groups.items()
                ),
            )
        tables.append(table)
    return tables


def _label(built: BuiltAssignment, question: str) -> str:
    """The name of an assignment, and of this question of it if there are others."""
    return built.name if len(built.record().questions) == 1 else f"{built.name}: {question}"


def _measurements(question: QuestionRecord) -> tuple[str, str, str]:
    """The noise, the tolerance, and the distance of the nearest wrong answer, as the table shows
    them.
    """
    tolerance = question.tolerance
    noise = f"{tolerance.noise.largest:.1e}" if tolerance.noise.measured else "none"
    allowed = (
        "exact"
        if not tolerance.relative
        else f"{tolerance.relative:.1e}" + (" (author)" if tolerance.set_by_the_author else "")
    )
    margins = [
        known.margin
        for known in question.misconceptions.values()
        if known.told_by == "values" and known.margin is not None
    ]
    return noise, allowed, f"{min(margins):.1e}" if margins else "no value near"
