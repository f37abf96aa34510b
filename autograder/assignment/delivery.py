"""Deliver this package with an assignment, as a wheel with pinned requirements, so that students
and Gradescope need no published release.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import shutil
import sys
import zipfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from autograder.assignment import conda, image, otter_assign, plugins
from autograder.assignment import student_folder as handed_out
from autograder.bank import filenames
from autograder.errors import BuildError
from autograder.grading import given
from autograder.runtime import compiled_programs
from autograder.runtime.installed import DISTRIBUTION

if TYPE_CHECKING:
    from otter.assign import Assignment

EXTRA = "build"
"""The extra with what instructors need and a student's check does not."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


def deliver(
    assignment: Assignment, autograder_folder: Path, student_folder: Path, bank: str
) -> None:
    """Add the wheel and the requirements to both folders of an assignment, and tell Otter to zip
    what grading needs. `bank` is the name of the hidden bank's file.
    """
    own = autograder_folder / "requirements.txt"
    asked = own.read_text(encoding="utf-8").splitlines() if own.exists() else []
    asked = [line for line in asked if line.strip() and not line.strip().startswith("#")]
    author_lines = [*asked, *conda.take_pip_lines(autograder_folder / conda.FILE)]
    other = plugins.requirements_of(
        [*assignment.plugins, *assignment.generate.plugins], author_lines, image.in_image()
    )
    wheel = write_wheel(autograder_folder)
    write_wheel(student_folder)
    grading_folder = assignment.generate.autograder_dir
    own.write_text(
        requirements([*author_lines, *other], [f"{grading_folder}/source/files/{wheel.name}"]),
        encoding="utf-8",
    )
    alone = assignment.runs_on == "colab"
    size = handed_out.write(
        student_folder,
        Path(assignment.get_stu_path(assignment.notebook_basename)),
        author_lines,
        ["--find-links .", f"{DISTRIBUTION}=={wheel_version(wheel)}"],
        distribution=DISTRIBUTION,
        alone=alone,
    )
    # Otter reads these after this event. `files` names what Otter zips from the autograder folder.
    assignment.requirements = str(own)
    assignment.files = [
        *assignment.files,
        bank,
        compiled_programs.FILE,
        wheel.name,
        filenames.PUBLIC_FILE,
    ]
    if assignment.python_version is None:
        assignment.python_version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if alone:
        otter_assign.tell_of_first_cell(size)


def set_aside(assignment: Assignment, autograder_folder: Path, master_folder: Path) -> list[str]:
    """Move the notebooks and scripts among the assignment's files to a place where Otter does not
    mistake them for a submission (see `autograder.grading.given`). Returns the paths of the files
    that students get.
    """
    public = [filenames.PUBLIC_FILE]
    for entry in assignment.files:
        path = autograder_folder / entry
        below = path.rglob("*") if path.is_dir() else [path]
        public += [
            each.relative_to(autograder_folder).as_posix() for each in below if each.is_file()
        ]
    # Otter copies `autograder_files` from the master's folder after this event.
    for entry in assignment.autograder_files:
        if given.aside(entry):
            shutil.copy(master_folder / entry, autograder_folder)
    hidden = [entry for entry in assignment.autograder_files if given.aside(entry)]
    moved = [entry for entry in (*assignment.files, *hidden) if given.aside(entry)]
    if moved:
        (autograder_folder / filenames.ASIDE).mkdir()
    for entry in moved:
        shutil.copy(autograder_folder / entry, autograder_folder / filenames.ASIDE)
    assignment.files = [
        *(entry for entry in assignment.files if entry not in moved),
        *(f"{filenames.ASIDE}/{entry}" for entry in moved),
    ]
    assignment.autograder_files = [
        entry for entry in assignment.autograder_files if entry not in moved
    ]
    return sorted(public)


def write_wheel(folder: Path) -> Path:
    """Pack this installed package into a pure Python wheel in `folder`. The same sources give the
    same bytes.

    The version ends in a hash of the sources, as a local version. So no package index can serve
    another file under it, and pip replaces an older copy of the same release.
    """
    files = _sources()
    digest = hashlib.sha256(
        b"".join(name.encode() + b"\0" + content for name, content in files.items())
    ).hexdigest()[:8]
    distribution = importlib.metadata.distribution(DISTRIBUTION)
    version = f"{distribution.version.split('+')[0]}+{digest}"
    stem = f"{canonicalize_name(DISTRIBUTION).replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    files[f"{info}/METADATA"] = _metadata(distribution, version).encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: otter-arrays\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{info}/entry_points.txt"] = (distribution.read_text("entry_points.txt") or "").encode()
    record = "".join(
        f"{name},sha256={_urlsafe_sha256(content)},{len(content)}\n"
        for name, content in files.items()
    )
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return path


def wheel_version(wheel: Path) -> str:
    """The version in a wheel's file name."""
    return wheel.name.split("-")[1]


def pins() -> list[str]:
    """The exact versions, installed here, of every package that a build and grading need, as lines
    of a requirements file. Packages of the extra `image` are missing, because the zip's setup
    fetches them.
    """
    asked = [Requirement(text) for text in importlib.metadata.requires(DISTRIBUTION) or []]
    fetched = {each.name for each in asked if each.marker and _only_in_image(each.marker)}
    found: dict[str, Requirement] = {}
    for requirement in asked:
        if requirement.name in fetched:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": EXTRA}):
            if requirement.name in found:
                requirement.extras |= found[requirement.name].extras
            found[requirement.name] = requirement
    return sorted(
        f"{name}[{','.join(sorted(each.extras))}]=={importlib.metadata.version(name)}"
        if each.extras
        else f"{name}=={importlib.metadata.version(name)}"
        for name, each in found.items()
    )


def _only_in_image(marker: Marker) -> bool:
    return marker.evaluate({"extra": "image"}) and not marker.evaluate({"extra": ""})


def requirements(author_lines: list[str], own_lines: list[str]) -> str:
    """A requirements file with our pins, the author's additional lines, and the lines that point
    pip to our wheel.

    Raises `BuildError` if the author asks for another version of a package than the one that
    computed the references.
    """
    pinned = {canonicalize_name(Requirement(line).name): line for line in pins()}
    extras = {name: set(Requirement(line).extras) for name, line in pinned.items()}
    added = []
    for line in author_lines:
        try:
            requirement = Requirement(line.split("#")[0].strip())
        except InvalidRequirement:
            added.append(line)
            continue
        pin = pinned.get(canonicalize_name(requirement.name))
        if pin is None:
            added.append(line)
        elif not requirement.specifier.contains(pin.split("==")[1], prereleases=True):
            raise BuildError(
                f"requirements: {line!r} does not allow {pin}, which is installed here and "
                "computed the expected outputs; install a version that the line allows, or "
                "remove the line"
            )
        elif not requirement.extras <= extras[canonicalize_name(requirement.name)]:
            name = canonicalize_name(requirement.name)
            extras[name] |= requirement.extras
            pinned[name] = (
                f"{requirement.name}[{','.join(sorted(extras[name]))}]=={pin.split('==')[1]}"
            )
    return "\n".join([*pinned.values(), *dict.fromkeys(added), *own_lines]) + "\n"


def _sources() -> dict[str, bytes]:
    package = Path(str(resources.files("autograder")))
    # Only builds need the templates: those of reports, and those of the image with their thousands
    # of hashes.
    paths = sorted(path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc")
    paths = [
        path
        for path in paths
        if not {"__pycache__", "templates"} & {*path.relative_to(package).parts}
    ]
    return {
        f"{package.name}/{path.relative_to(package).as_posix()}": path.read_bytes()
        for path in paths
    }


def _metadata(distribution: importlib.metadata.Distribution, version: str) -> str:
    kept = ("Metadata-Version", "Name", "Summary", "Requires-Python", "License-Expression")
    lines = [f"{key}: {distribution.metadata[key]}" for key in kept if key in distribution.metadata]
    lines += [f"Version: {version}", f"Provides-Extra: {EXTRA}"]
    for text in distribution.requires or []:
        marker = Requirement(text).marker
        if marker is None or marker.evaluate({"extra": EXTRA}):
            lines.append(f"Requires-Dist: {text}")
    return "\n".join(lines) + "\n"


def _urlsafe_sha256(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
