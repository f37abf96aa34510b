"""Write the notebook that students get. Its first cell checks whether everything is there, or
brings everything with it, and the notebook uses our `grader`.
"""

from __future__ import annotations

import base64
import bz2
import importlib.metadata
import json
import lzma
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined
from packaging.requirements import Requirement

from autograder.assignment.needed_modules import needed_modules
from autograder.assignment.stripped import strip
from autograder.bank import storage
from autograder.bank.filenames import PUBLIC_FILE
from autograder.student.bring import FACTS
from autograder.verdicts.judging import BY_WORDS

FOLDED = {
    "cellView": "form",  # Colab
    "jupyter": {"source_hidden": True},
    "_kg_hide-input": True,  # Kaggle
    "is_code_hidden": True,  # Deepnote
}
"""The metadata that makes each place where notebooks run show a cell folded."""

INIT = "# Initialize Otter"
"""How the cell starts in which Otter makes its `grader`."""

NOT_READY = (
    "Run the first cell of this notebook: it brings what the checks need, or says what is missing."
)

ROOTS = (
    "autograder.checks.check",
    "autograder.checks.in_notebook",
    "autograder.student.bring",
    "autograder.student.installing",
    "autograder.student.notebook",
)
"""The modules that a student's notebook uses, by import statement or by name."""


def write(notebook: Path, needs: Sequence[str], *, alone: bool) -> int:
    """Give the student's notebook its first cell. With `alone` the notebook needs no other file,
    and the cell installs those of the requirements `needs` that are missing. Returns the size of
    the cell in bytes.
    """
    document = nbformat.read(notebook, as_version=nbformat.NO_CONVERT)
    files = beside(notebook)
    assignment = str(document.metadata.get("otter", {}).get("assignment_name", notebook.stem))
    source = (
        _single(notebook.parent, files, assignment, needs) if alone else _looking(files, assignment)
    )
    cell = nbformat.v4.new_code_cell(source, metadata={**(FOLDED if alone else {}), **LOCKED})
    if document.nbformat_minor < 5:
        del cell["id"]
    cells = [each for each in document.cells if not _installs_otter(each)]
    for each in cells:
        if each.cell_type == "code" and each.source.startswith(INIT):
            each.source = _our_grader(each.source, notebook.name)
    document.cells = [cell, *cells]
    nbformat.write(document, notebook)
    return len(source.encode())


LOCKED = {"deletable": False, "editable": False, "tags": ["otter_ignore"]}
"""When Otter grades, it leaves out cells with this tag, and so do we."""


def beside(notebook: Path) -> dict[str, bytes]:
    """The files that a student gets with the notebook, except those for installing."""
    folder = notebook.parent
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path != notebook
        and not re.fullmatch(
            r"requirements\.(txt|lock)|README\.md|otter_arrays-[^/]*\.whl",
            path.relative_to(folder).as_posix(),
        )
    }


def payload(files: Mapping[str, bytes]) -> str:
    """Files compressed into one text: programs together, and each other file by itself, because its
    numbers compress differently.
    """
    head: list[tuple[str, int]] = []
    programs: list[bytes] = []
    others: list[bytes] = []
    for name, content in files.items():
        program = name.endswith((".py", ".json"))
        kept = content if program else lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
        head.append((name, len(kept)))
        (programs if program else others).append(kept)
    packed = bz2.compress(b"\n".join((json.dumps(head).encode(), b"".join(programs))))
    return base64.b85encode(b"".join([packed, *others])).decode()


def _single(folder: Path, files: Mapping[str, bytes], assignment: str, needs: Sequence[str]) -> str:
    modules = needed_modules((*ROOTS, *_by_name(folder / PUBLIC_FILE)))
    facts = {
        "assignment": assignment,
        "tests": _tests(files),
        "needs": [*needs, *_otters_needs(needs)],
        "alone": ["otter-grader"],
    }
    brought = {name: strip(source).encode() for name, source in modules.items()}
    brought |= {FACTS: json.dumps(facts).encode(), **files}
    return _render("single.py.jinja", payload=payload(brought))


def _by_name(public_cases: Path) -> list[str]:
    """The modules that these cases also need, which are loaded by name."""
    groups = [
        each for groups in storage.load(public_cases).groups.values() for each in groups.values()
    ]
    return [BY_WORDS] if any(case.same for group in groups for case in group.cases) else []


def _looking(files: Mapping[str, bytes], assignment: str) -> str:
    names = [name for name in files if name.startswith("tests/") or "/" not in name]
    return _render(
        "beside.py.jinja",
        files=names,
        modules=["autograder", "otter", "jax", "flax", "numpy", "safetensors"],
        tests=", ".join(_tests(files)),
        assignment=assignment,
    )


def _tests(files: Mapping[str, bytes]) -> list[str]:
    return [Path(name).stem for name in files if re.fullmatch(r"tests/\w+\.py", name)]


def _otters_needs(needs: Sequence[str]) -> list[str]:
    """What Otter itself requires, without its extras: these bring a browser, which no check
    needs.
    """
    ours = {Requirement(need).name for need in needs}
    found = []
    for text in importlib.metadata.requires("otter-grader") or []:
        requirement = Requirement(text)
        if requirement.name not in ours and "extra" not in str(requirement.marker):
            found.append(f"{requirement.name}{requirement.specifier}")
    return found


def _installs_otter(cell: nbformat.NotebookNode) -> bool:
    """Whether Otter put this cell there for Colab. Our first cell does its work."""
    return bool(cell.cell_type == "code" and cell.source == "%pip install -q otter-grader")


def _our_grader(source: str, name: str) -> str:
    """The cell of Otter with our `grader` in it, which is given the notebook's name."""
    given = re.search(r"otter\.Notebook\((.*)\)", source)
    arguments = given[1] if given else ""
    if not arguments.startswith('"'):
        arguments = ", ".join(part for part in (json.dumps(name), arguments) if part)
    return (
        f"{INIT}\ntry:\n    from autograder.student.notebook import Notebook\n"
        "except ModuleNotFoundError:\n"
        f"    raise ModuleNotFoundError({NOT_READY!r}) from None\n"
        f"grader = Notebook({arguments})"
    )


def _render(template: str, **values: object) -> str:
    environment = Environment(
        loader=PackageLoader("autograder"), undefined=StrictUndefined, autoescape=False
    )
    return environment.get_template(template).render(values)
