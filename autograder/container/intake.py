"""Check a submission before Otter reads it.

A submission on which Otter would fail gets a sentence that says what to submit. Files that do not
belong there are removed.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import nbformat

from autograder.container import choice
from autograder.container import zips as packed
from autograder.errors import Refused
from autograder.grading import notebook_bounds
from autograder.grading.given import Given
from autograder.sandbox.files import MAX_FILE, lay_out, printable, remove

UNPACKED = "submission.zip"
"""The name of an empty zip. Otter unpacks it if it was told that submissions are zips."""

AGAIN = "In Jupyter, choose File → Save, then submit the .ipynb file itself."


def screen(submission: Path, given: Path, *, zips: bool = False) -> list[str]:
    """Make the folder `submission` safe for Otter to read. Returns a sentence for each file or
    folder removed.

    `given` is the folder of the assignment's files, which Otter copies over the submission's. With
    `zips`, the submission is one zip file, which Otter would unpack. It is unpacked here instead,
    and Otter finds an empty one. Raises `Refused`.
    """
    taken = _unpack(submission) if zips else []
    own = Given.of(given)
    _take_copies(submission, own)
    taken += choice.bring_up(submission, choice.Wanted.of(given.parent / "otter_config.json"))
    taken += _take_away(submission, own)
    names = sorted(os.listdir(submission))  # noqa: PTH208
    notebooks = [name for name in names if name.endswith(".ipynb") and not name.startswith(".")]
    scripts = [
        name
        for name in names
        if name.endswith(".py") and name != "__init__.py" and not name.startswith(".")
    ]
    if not notebooks and len(scripts) > 1:
        raise Refused(
            f"{len(scripts)} Python files and no notebook were submitted: {_list_names(scripts)}. "
            "Submit the notebook."
        )
    if not notebooks and not scripts:
        only = f"No notebook was submitted, only {_list_names(names)}"
        raise Refused(f"{only if names else 'Nothing was submitted'}. {AGAIN}")
    _check_readable(submission / [*notebooks, *scripts][0])
    if zips:
        zipfile.ZipFile(submission / UNPACKED, "w").close()
    return taken


def _unpack(submission: Path) -> list[str]:
    """Replace the one submitted zip with its files, and remove all other entries. Returns a
    sentence for each of these.
    """
    zips = sorted(
        path for path in submission.glob("*.zip") if path.is_file() and not path.is_symlink()
    )
    if len(zips) != 1:
        names = _list_names([path.name for path in zips])
        raise Refused(
            f"{len(zips) or 'No'} zip files were submitted{': ' + names if zips else ''}. Submit "
            "one zip file with your notebook."
        )
    contents = dict(packed.files(zips[0]))
    inner = [name for name in contents if name.endswith(".zip") and "/" not in name]
    if inner:
        raise Refused(
            f"{printable(zips[0].name)} has a zip file in it: {_list_names(inner)}. Put the files "
            "themselves into the zip."
        )
    beside = sorted(path for path in submission.iterdir() if path != zips[0])
    for path in (*beside, zips[0]):
        remove(path)  # so that nothing is written through a link
    lay_out(contents, submission)
    return [f"{printable(path.name)} is beside the zip file" for path in beside]


def _take_copies(submission: Path, given: Given) -> None:
    """Remove the assignment's own notebooks and scripts if they were handed in beside the
    submission. Grading has its own copies, and none of them is meant.

    If nothing else was submitted, they stay.
    """
    submitted = {path.relative_to(submission).as_posix(): path for path in choice.files(submission)}
    answers = {place for place in submitted if place.endswith((".ipynb", ".py"))}
    if not answers <= set(given.places):
        for place in answers & set(given.places):
            remove(submitted[place])


def _take_away(submission: Path, given: Given) -> list[str]:
    """Remove links, other special files, and everything that is not of the same kind as the
    assignment's file or folder of that name. Otter copies the assignment's files to these places,
    and would follow links there.
    """
    sentences = []
    files = {place for place in given.copied if "/" not in place}
    folders = {place.split("/")[0] for place in given.copied if "/" in place}
    for entry in sorted(os.scandir(submission), key=lambda entry: entry.name):
        folder, file = entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False)
        why = ""
        if not (folder or file):
            why = "is a link" if entry.is_symlink() else "is not a plain file"
        elif folder and (entry.name in files or entry.name == "__init__.py"):
            why = "is a folder where a file of the assignment goes"
        elif file and entry.name in folders:
            why = "is a file where a folder of the assignment goes"
        elif folder and entry.name.endswith((".ipynb", ".py", ".zip")):
            why = "is a folder"
        elif file and entry.name == "tests":
            why = "is a file where the assignment's tests go"
        if why:
            if entry.name.endswith(".ipynb") and entry.name not in files:
                raise Refused(f"{printable(entry.name)} {why}, not a notebook. {AGAIN}")
            sentences.append(f"{printable(entry.name)} {why}")
            remove(Path(entry.path))
    return sentences


def _check_readable(path: Path) -> None:
    name = printable(path.name)
    if path.stat().st_size > MAX_FILE:
        raise Refused(f"{name} is larger than {MAX_FILE // 2**20} MB. {notebook_bounds.CLEAR}")
    content = path.read_bytes()
    if content.startswith(codecs.BOM_UTF8):  # some editors write it, and Jupyter cannot read it
        content = content.removeprefix(codecs.BOM_UTF8)
        path.write_bytes(content)
    if not content.strip():
        raise Refused(f"{name} is empty. {AGAIN}")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Refused(f"{name} is not text in UTF-8 (byte {fault.start}). {AGAIN}") from None
    if path.suffix == ".py":
        return
    if content.lstrip().startswith(b"<"):
        raise Refused(f"{name} is a web page, not the notebook. {AGAIN}")
    bounded, told = notebook_bounds.bound(content, name)
    if told:
        raise Refused(told)
    if bounded != content:
        path.write_bytes(bounded)
        text = bounded.decode("utf-8")
    try:
        json.loads(text)
    except json.JSONDecodeError as fault:
        raise Refused(
            f"{name} is not a notebook: it is not valid JSON (line {fault.lineno}, column "
            f"{fault.colno}: {fault.msg}). {AGAIN}"
        ) from None
    except (RecursionError, ValueError):
        raise Refused(f"{name} is not a notebook: its JSON cannot be read. {AGAIN}") from None
    _check_notebook(path, name)


def _check_notebook(path: Path, name: str) -> None:
    """Read the notebook with the functions that Otter uses. If they cannot read it, Otter cannot
    either.
    """
    # Imported here because it loads all of Otter, which a process that only refuses does not need.
    from otter.nbmeta_config import NBMetadataConfig

    try:
        with contextlib.redirect_stderr(None):
            notebook = nbformat.read(path, as_version=4)
            untouched = nbformat.read(path, as_version=nbformat.NO_CONVERT)
            NBMetadataConfig.from_notebook(untouched).assignment_name  # noqa: B018
    except Exception as fault:  # noqa: BLE001 - whatever they raise, Otter would raise it too
        raise Refused(
            f"{name} cannot be read as a notebook ({type(fault).__name__}). {AGAIN}"
        ) from None
    if not isinstance(notebook.get("cells"), list):
        raise Refused(f"{name} cannot be read as a notebook: it has no list of cells. {AGAIN}")
    if told := notebook_bounds.too_many_cells(notebook, name):
        raise Refused(told)


def _list_names(names: Sequence[str]) -> str:
    most = 5
    return ", ".join(printable(name) for name in names[:most]) + (
        f" and {len(names) - most} more" if len(names) > most else ""
    )
