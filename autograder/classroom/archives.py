"""Recognise archives among the submissions that are not submissions themselves."""

from __future__ import annotations

from pathlib import Path

from autograder.classroom import layouts
from autograder.classroom.contents import names_in, without_ending


def of_no_student(archive: Path) -> str:
    """Why an archive is not a submission, because it was unpacked or holds those of many students;
    "" if it is one.
    """
    beside, names = archive.parent, names_in(archive)
    unpacked = any("/" in name for name in names) and all(
        (beside / name).exists() for name in names if "__MACOSX" not in name
    )
    if unpacked or (beside / without_ending(archive.name)).is_dir():
        return "its files are unpacked beside it, and are graded"
    if layouts.several(names):
        return "it contains several submissions; unpack it, and name the folder"
    return ""
