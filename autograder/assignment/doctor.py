"""Inspect an autograder zip before it is uploaded, as Gradescope will see it."""

from __future__ import annotations

import csv
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from autograder.assignment import agreement
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.inspection import OK, UNKNOWN, WRONG, Inspection
from autograder.assignment.leaks import leaks
from autograder.assignment.pins import not_installed, pins_of, resolvable
from autograder.bank import records, storage
from autograder.container import smoke_test
from autograder.grading.settings import settings_of
from autograder.runtime.fingerprint import PACKAGES

NEEDED = ("setup.sh", "run_autograder", "run_otter.py", "otter_config.json", "environment.yml")
SCRIPTS = ("setup.sh", "run_autograder")

LARGEST = 100 * 2**20
"""Bytes. Gradescope needs long for a larger upload, and no assignment needs one."""


def inspect_zip(archive: Path, *, dry_run: bool = True, resolve: bool = True) -> list[Inspection]:
    """Run all checks of a zip. `dry_run` also grades a submission with it here. `resolve` also asks
    a package index whether it has the pinned packages.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            damaged = packed.testzip()
            entries = {entry.filename: entry for entry in packed.infolist() if not entry.is_dir()}
            contents = {name: packed.read(name) for name in entries} if damaged is None else {}
    except (OSError, zipfile.BadZipFile) as fault:
        return [
            Inspection(
                "zip",
                WRONG,
                f"{archive.name} cannot be read as a zip file ({fault}); build it again",
            )
        ]
    if damaged is not None:
        return [
            Inspection(
                "zip", WRONG, f"{archive.name}: the entry {damaged} is damaged; build it again"
            )
        ]
    found = list(_layout(contents))
    if any(each.state == WRONG for each in found):
        return found
    modes = {name: entry.external_attr >> 16 for name, entry in entries.items()}
    checks: list[Callable[[], Iterator[Inspection]]] = [
        lambda: _scripts(contents, modes),
        lambda: _bank_and_pins(contents),
        lambda: _wheel(contents),
        lambda: leaks(archive, contents),
        lambda: _size(archive),
        lambda: not_installed(contents),
    ]
    found += [each for check in checks for each in check()]
    if resolve:
        found += resolvable(contents)
    if dry_run and not any(each.state == WRONG for each in found):
        found += _dry_run(contents)
    if dry_run and not any(each.state == WRONG for each in found):
        found += _agreement(archive)
    return found


def _layout(contents: Mapping[str, bytes]) -> Iterator[Inspection]:
    below = sorted({name.split("/")[0] for name in contents if name.endswith("/setup.sh")})
    absent = [name for name in NEEDED if name not in contents]
    if absent and below:
        yield Inspection(
            "files at the root",
            WRONG,
            f"all files are in the folder {below[0]!r}; zip the files, not the folder around them",
        )
    elif absent:
        yield Inspection(
            "files at the root",
            WRONG,
            f"missing: {', '.join(absent)}; build the zip with `autograder build`",
        )
    else:
        yield Inspection("files at the root", OK, f"{len(contents)} files")


def _scripts(contents: Mapping[str, bytes], modes: Mapping[str, int]) -> Iterator[Inspection]:
    for name in SCRIPTS:
        if b"\r" in contents[name]:
            yield Inspection(
                "scripts",
                WRONG,
                f"{name} has Windows line endings, so Linux cannot run it; convert it with "
                "dos2unix",
            )
        elif not contents[name].startswith(b"#!"):
            yield Inspection(
                "scripts", WRONG, f"{name} does not begin with #!; build the zip again"
            )
        elif modes[name] and not modes[name] & 0o100:
            yield Inspection(
                "scripts",
                WRONG,
                f"{name} has no permission to run (mode {modes[name] & 0o777:o}); build the zip "
                "again",
            )
        else:
            yield Inspection("scripts", OK, f"{name}: {len(contents[name].splitlines())} lines")
    if b"autograder.container.launcher" not in contents["run_autograder"]:
        yield Inspection(
            "launcher",
            WRONG,
            "run_autograder comes from Otter, which gives no result for a submission that is not "
            "a notebook; build the zip with `autograder build`",
        )


def _bank_and_pins(contents: Mapping[str, bytes]) -> Iterator[Inspection]:
    try:
        settings = settings_of(json.loads(contents["otter_config.json"]))
    except (ValueError, AttributeError):
        settings = None
    if settings is None:
        yield Inspection(
            "plugin",
            WRONG,
            "otter_config.json does not name the otter-arrays plugin with a bank; build the zip "
            "with `autograder build`",
        )
        return
    name = f"files/{settings['bank']}"
    if name not in contents:
        yield Inspection(
            "bank",
            WRONG,
            f"otter_config.json names {name}, but the zip does not have it; build the zip again",
        )
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "bank")
        path.write_bytes(contents[name])
        try:
            found = storage.load(path, name)
        except records.BankError as fault:
            yield Inspection("bank", WRONG, f"{fault}; build the zip again")
            return
    cases = sum(len(group.cases) for groups in found.groups.values() for group in groups.values())
    yield Inspection("bank", OK, f"{found.assignment}: {', '.join(found.groups)}; {cases} cases")
    pins = pins_of(contents)
    computed = found.environment["packages"]
    other = [
        f"{package} {', '.join(sorted(pins[package])) or 'none'} instead of {computed.get(package)}"
        for package in PACKAGES
        if pins[package] != {computed.get(package)}
    ]
    if other:
        yield Inspection(
            "fingerprint",
            WRONG,
            "the image will not have the versions that computed the bank: "
            f"{'; '.join(other)}; build the zip again",
        )
    else:
        yield Inspection(
            "fingerprint", OK, ", ".join(f"{package} {computed[package]}" for package in PACKAGES)
        )


def _wheel(contents: Mapping[str, bytes]) -> Iterator[Inspection]:
    wheels = [name for name in contents if re.fullmatch(r"files/otter_arrays-[^/]+\.whl", name)]
    if len(wheels) != 1:
        yield Inspection(
            "wheel",
            WRONG,
            f"files/ has {len(wheels)} wheels of otter-arrays instead of one; build the zip again",
        )
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "wheel")
        path.write_bytes(contents[wheels[0]])
        try:
            with zipfile.ZipFile(path) as wheel:
                names = set(wheel.namelist())
                record = next(name for name in names if name.endswith(".dist-info/RECORD"))
                listed = {row[0] for row in csv.reader(wheel.read(record).decode().splitlines())}
        except (zipfile.BadZipFile, StopIteration):
            yield Inspection("wheel", WRONG, f"{wheels[0]} is damaged; build the zip again")
            return
    complete = names == listed and "autograder/container/launcher.py" in names
    yield Inspection(
        "wheel",
        OK if complete else WRONG,
        wheels[0] if complete else f"{wheels[0]} is incomplete; build the zip again",
    )


def _size(archive: Path) -> Iterator[Inspection]:
    size = archive.stat().st_size
    yield Inspection(
        "size",
        OK if size <= LARGEST else WRONG,
        f"{size / 2**20:.1f} MB" + ("" if size <= LARGEST else "; remove large files from `files`"),
    )


def _dry_run(contents: Mapping[str, bytes]) -> Iterator[Inspection]:
    with tempfile.TemporaryDirectory() as scratch:
        for name, content in contents.items():
            target = Path(scratch, "source", name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        try:
            yield Inspection("dry run", OK, smoke_test.check(Path(scratch), container=False))
        except (smoke_test.NotReady, records.BankError) as fault:
            yield Inspection("dry run", WRONG, str(fault))


def _agreement(archive: Path) -> Iterator[Inspection]:
    """Check that the solution gets the same rows with and without shortcuts."""
    try:
        solution = BuiltAssignment(archive.resolve().parent.parent).solution
    except FileNotFoundError:
        yield Inspection("shortcuts", UNKNOWN, "the solution is not beside the zip")
        return
    try:
        yield Inspection(
            "shortcuts",
            OK,
            f"the solution's {agreement.check(archive, solution)} rows are the same with and "
            "without shortcuts",
        )
    except agreement.Disagreement as fault:
        yield Inspection("shortcuts", WRONG, str(fault))
