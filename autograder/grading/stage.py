"""The folders of one grading: prepare them before Otter runs the submission, and clean up
afterwards.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.util import decode_source
from pathlib import Path
from typing import Any

import nbformat

from autograder.grading import given_zip, results
from autograder.grading.configuration import Isolation
from autograder.grading.given import Given
from autograder.runtime import compiled_programs, log_server, system
from autograder.sandbox.cells import Stopped
from autograder.sandbox.files import close_to_others, make_reachable, remove, take_files
from autograder.sandbox.host import SCRATCH_NOTE
from autograder.sandbox.settings import Settings


@dataclass
class Stage:
    """The folders of one grading: Otter's three, and one for the files that came with the
    submission.
    """

    source: Path
    submission: Path
    results: Path
    holding: Path
    left_out: list[str] = field(default_factory=list)
    zips: list[Path] = field(default_factory=list)
    """The autograder zip, if it is on this machine."""

    @property
    def report(self) -> Path:
        return self.holding / "report.json"

    @property
    def files(self) -> Path:
        return self.holding / "files"

    @property
    def submitted(self) -> Path:
        """Where the submission's own file is moved, under a name that nothing imports: a script at
        once, a notebook after Otter has read it.
        """
        return self.holding / "submitted"

    @property
    def ipython(self) -> Path:
        return self.holding / "ipython"


def prepare(isolation: Isolation, submission: Path, *, container: bool) -> Stage:
    """Prepare the folders before anything of the submission runs: write a result that is valid if
    nothing better comes, and move the submission's files away.
    """
    folder = submission.parent
    root = folder.parent
    # removed with `root`, even after a kill
    holding = tempfile.mkdtemp(prefix="otter-arrays-", dir=root)
    stage = Stage(root / "source", folder, root / "results", Path(holding))
    stage.files.mkdir()
    if not results.has_another(stage.results / "results.json"):
        results.write(stage.results / "results.json", results.begun())
    given = Given.of(stage.source / "files")
    # Otter has not read the submission yet, and it may have the name of one of these.
    beside = [
        place
        for place in given.places
        if place not in (submission.name, isolation.bank, compiled_programs.FILE)
        and not ("/" not in place and place.endswith(".whl"))
    ]
    if isolation.level == "off":
        given.put(folder, beside)
        return stage
    public = [place for place in given.places if place in isolation.public_files]
    stage.left_out = take_files(
        folder, stage.files, keep={submission.name, "tests"}, leave_out=given.copied
    )
    stage.left_out += given.put(stage.files, public)
    # Tests may read the assignment's files, so restore them as built, whatever a submission left
    # there.
    given.put(folder, beside)
    if submission.suffix == ".py":
        # The script may have the name of any module. Otter reads an empty one in its place.
        submission.replace(stage.submitted)
        submission.touch()
    stage.zips = given_zip.close()
    close_to_others(stage.source, stage.submission, stage.results, stage.holding)
    if container and system.is_root():
        for needed in (sys.executable, sys.prefix, sys.base_prefix, __file__):
            make_reachable(Path(needed))
    return stage


def put_away(stage: Stage, submission: Path, read: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Move the submission away after Otter has read it, so that nothing of it lies where Otter's
    kernel works. Returns the submission: what Otter has `read`, or the script, which was moved
    before.
    """
    if stage.submitted.exists():
        source = _text_of(stage.submitted.read_bytes())
        submission.unlink(missing_ok=True)
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    submission.replace(stage.submitted)
    return read


def _text_of(script: bytes) -> str:
    """The text of a script, which may use another encoding than UTF-8 or start with a byte order
    mark; some editors on Windows write both.
    """
    try:
        return decode_source(script)
    except (SyntaxError, UnicodeDecodeError):
        return script.decode("cp1252", "replace")


def worker_settings(isolation: Isolation, stage: Stage) -> Settings:
    """The settings for the submission's process."""
    return Settings(
        hidden=[
            str(path)
            for path in (
                stage.source,
                stage.submission,
                stage.results,
                stage.holding,
                *stage.zips,
            )
        ],
        files=str(stage.files),
        level=isolation.level,
        limits=isolation.limits,
        compiled=str(stage.source / "files" / compiled_programs.FILE),
    )


def kernel_settings(
    isolation: Isolation,
    stage: Stage,
    bank_path: Path,
    refusal: str | None,
    seed: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The settings for Otter's kernel."""
    worker = worker_settings(isolation, stage)
    return {
        "bank": str(bank_path),
        "refusal": refusal,
        **{name: getattr(worker, name) for name in ("hidden", "files", "level", "compiled")},
        "limits": asdict(worker.limits),
        "tests": str(stage.submission / "tests"),
        "report": str(stage.report),
        "journal": str(stage.holding),
        "seed": seed,
        "modules": has_modules(stage),
    }


def has_modules(stage: Stage) -> bool:
    """Whether the assignment has files that a test may import from the folder where it runs."""
    places = Given.of(stage.source / "files").places
    return any(place.endswith((".py", ".so", ".pyd")) for place in places)


def _remove_scratch(stage: Stage) -> None:
    """Remove the folders of workers whose kernel was ended."""
    for note in stage.holding.glob(f"*{SCRATCH_NOTE}"):
        remove(Path(note.read_text(encoding="utf-8")))


def finish(stage: Stage) -> dict[str, Any]:
    """Remove the folder with the submission's files, and return what the kernel reported about
    confinement. Call this after grading.
    """
    try:
        report: dict[str, Any] = json.loads(stage.report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        report = {"level": "off"}
    _remove_scratch(stage)
    remove(stage.holding)
    server = report.pop("log_server", None)
    if server is not None:
        log_server.wake(*server)
    return {**report, "left_out": stage.left_out}


def describe(report: Mapping[str, Any]) -> str:
    """How the submission was confined, in a few lines of text."""
    if "active" not in report:
        why = report.get("problem") or "off; the submission ran in the same process as the tests"
        return f"Isolation: {why}."
    lines = [
        "Isolation: a process of "
        f"{'a separate user' if report['user'] == 'own' else 'the same user'}; active: "
        f"{', '.join(report['active'])}."
    ]
    lines += [f"Not active: {layer} ({why})." for layer, why in report["missing"].items()]
    lines += [f"OPEN: the submission could {hole}." for hole in report["open"]]
    lines += [f"Not given to the submission: {sentence}." for sentence in report["left_out"]]
    lines += [
        Stopped.from_json(cell).sentence(to_instructor=True) for cell in report.get("cells", ())
    ]
    if report.get("mended"):
        lines.append(
            f"A shortcut failed: {report['mended']}. Please report this: it is a fault of "
            "otter-arrays."
        )
    return "\n".join(lines)
