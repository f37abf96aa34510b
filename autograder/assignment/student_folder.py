"""Write what a student gets besides the assignment's own files: requirements as ranges and as exact
versions, a README, and the first cell of the notebook.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from autograder.assignment import student_notebook

RANGES, EXACT = "requirements.txt", "requirements.lock"

README = "README.md"

QUIET_KERNEL = "ipykernel>=6.17,<7.3"
"""From 7.3 on, kernels warn that their connection is not encrypted, even on the same machine, each
time that Otter runs a notebook.
"""


def write(
    folder: Path,
    notebook: Path,
    author_lines: Sequence[str],
    own_lines: Sequence[str],
    *,
    distribution: str,
    alone: bool,
) -> int:
    """Write all these files into the student's folder. `author_lines` are the requirements of the
    assignment itself, and `own_lines` point pip to our wheel. `alone` says that the notebook must
    not need any other file. Returns the size of the notebook's first cell in bytes.
    """
    needs = ranges(author_lines, distribution)
    (folder / RANGES).write_text("\n".join([*needs, *own_lines]) + "\n", encoding="utf-8")
    exact = [_pin(line) for line in needs]
    (folder / EXACT).write_text("\n".join([*exact, *own_lines]) + "\n", encoding="utf-8")
    size = student_notebook.write(
        notebook, [each for each in needs if _requirement_in(each)], alone=alone
    )
    if not (folder / README).exists():  # the author may hand out one
        (folder / README).write_text(_readme(notebook, alone=alone), encoding="utf-8")
    return size


def ranges(author_lines: Sequence[str], distribution: str) -> list[str]:
    """The requirements of a student's check, in the ranges that were tested, followed by the
    author's own.
    """
    checks = map(Requirement, [QUIET_KERNEL, *(importlib.metadata.requires(distribution) or ())])
    found = {canonicalize_name(each.name): each for each in checks if each.marker is None}
    others = []
    for line in author_lines:
        requirement = _requirement_in(line)
        known = found.get(canonicalize_name(requirement.name)) if requirement else None
        if requirement is None or known is None:
            others.append(line)
        else:
            known.specifier &= requirement.specifier
            known.extras |= requirement.extras
    return [*sorted(map(_text, found.values())), *dict.fromkeys(others)]


def _text(requirement: Requirement) -> str:
    """A requirement as people write it, with the lower bound first."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    bounds = sorted(map(str, requirement.specifier), key=lambda each: (each[0] != ">", each))
    return f"{requirement.name}{extras}{','.join(bounds)}"


def _requirement_in(line: str) -> Requirement | None:
    """The requirement in a line of a requirements file; None if the line is something else, such as
    a path.
    """
    try:
        return Requirement(line.split("#")[0].strip())
    except InvalidRequirement:
        return None


def _pin(line: str) -> str:
    """The line with the version that is installed here and computed the references."""
    requirement = _requirement_in(line)
    if requirement is None:
        return line
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return line
    if not requirement.specifier.contains(version, prereleases=True):
        return line
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}=={version}"


def _readme(notebook: Path, *, alone: bool) -> str:
    document = nbformat.read(notebook, as_version=nbformat.NO_CONVERT)
    exports = any(
        cell.cell_type == "code" and "grader.export(" in cell.source for cell in document.cells
    )
    environment = Environment(
        loader=PackageLoader("autograder"),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    questions = sorted(path.stem for path in notebook.parent.glob("tests/*.py"))
    return environment.get_template("student_readme.md.jinja").render(
        notebook=notebook.name,
        name=notebook.stem,
        questions=questions,
        alone=alone,
        exports=exports,
    )
