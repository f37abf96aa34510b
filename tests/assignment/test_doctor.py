"""What `autograder doctor` says about the zip after `autograder build`, and about zips that cannot
grade.

Covers too: `assignment.inspection`, `assignment.pins`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from shared import Contents, reconfigured, repacked

from autograder.assignment import doctor, inspection
from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.cli import main


def states(archive: Path, **options: bool) -> dict[str, tuple[str, str]]:
    """What each check found; if it found several things, the wrong one."""
    found = sorted(
        doctor.inspect_zip(archive, resolve=False, **options),
        key=lambda each: each.state == inspection.WRONG,
    )
    return {each.check: (each.state, each.text) for each in found}


def test_the_doctor_finds_nothing_wrong_with_what_was_built(
    one_assignment: BuiltAssignment,
) -> None:
    found = states(one_assignment.zip)
    assert {state for state, _ in found.values()} == {inspection.OK}
    assert found["no solution inside"][1] == "compared with the solution beside the zip"
    assert found["bank"][1].startswith("nnx-vmap-over-batch: vmap_over_batch; ")
    assert found["dry run"][1].startswith(
        "otter-arrays ready: nnx-vmap-over-batch: public cases of vmap_over_batch graded in "
    )
    assert found["shortcuts"][1] == "the solution's 7 rows are the same with and without shortcuts"


A_SOLUTION = nbformat.writes(
    nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("def vmap_over_batch(seed):\n    return 1")]
    )
).encode()


def in_a_folder(found: Contents) -> None:
    for name in list(found):
        found[f"autograder/{name}"] = found.pop(name)


def bank_of(found: Contents) -> str:
    return next(name for name in found if name.startswith("files/hidden_bank"))


def wheel_of(found: Contents) -> str:
    return next(name for name in found if name.endswith(".whl"))


def other_jax(found: Contents) -> None:
    found["requirements.lock"] = found["requirements.lock"].replace(b"jax==0.", b"jax==9.")


@pytest.mark.parametrize(
    ("change", "check", "sentence"),
    [
        (
            in_a_folder,
            "files at the root",
            "all files are in the folder 'autograder'; zip the files, not the folder around them",
        ),
        (
            lambda found: found.pop("setup.sh"),
            "files at the root",
            "missing: setup.sh; build the zip with `autograder build`",
        ),
        (
            lambda found: found.update({"setup.sh": found["setup.sh"].replace(b"\n", b"\r\n")}),
            "scripts",
            "setup.sh has Windows line endings, so Linux cannot run it; convert it with dos2unix",
        ),
        (
            lambda found: found.update({"run_autograder": b"#!/bin/bash\npython run_otter.py\n"}),
            "launcher",
            "run_autograder comes from Otter, which gives no result for a submission that is not "
            "a notebook; build the zip with `autograder build`",
        ),
        *(
            (
                lambda found, content=content: found.update({"otter_config.json": content}),
                "plugin",
                "otter_config.json does not name the otter-arrays plugin with a bank; build the "
                "zip with `autograder build`",
            )
            for content in (b"{", b"[]", b"{}", b'{"plugins": ["other"]}')
        ),
        (lambda found: found.pop(bank_of(found)), "bank", None),
        (lambda found: found.update({bank_of(found): b"no bank"}), "bank", None),
        (other_jax, "fingerprint", None),
        (
            lambda found: found.pop(wheel_of(found)),
            "wheel",
            "files/ has 0 wheels of otter-arrays instead of one; build the zip again",
        ),
        (lambda found: found.update({wheel_of(found): b"PK"}), "wheel", None),
        (
            lambda found: found.update({"files/solution.ipynb": A_SOLUTION}),
            "no solution inside",
            "files/solution.ipynb contains the solution or other answers; remove it from `files` "
            "and `autograder_files`",
        ),
        (
            lambda found: found.update({"files/helper.py": b"y = 1  # SOLUTION\n"}),
            "no solution inside",
            "files/helper.py contains the solution or other answers; remove it from `files` and "
            "`autograder_files`",
        ),
        (lambda found: found.update({"files/large": bytes(101 * 2**20)}), "size", None),
    ],
    ids=[
        "folder",
        "no-setup",
        "dos",
        "stock-launcher",
        *("config",) * 4,
        "no-bank",
        "damaged-bank",
        "pins",
        "no-wheel",
        "damaged-wheel",
        "notebook",
        "marks",
        "large",
    ],
)
def test_the_doctor_tells_what_is_wrong(
    one_assignment: BuiltAssignment,
    tmp_path: Path,
    change: Callable[[Contents], None],
    check: str,
    sentence: str | None,
) -> None:
    found = states(repacked(one_assignment.zip, tmp_path / "x.zip", change), dry_run=False)
    state, text = found[check]
    assert state == inspection.WRONG
    assert sentence is None or text == sentence


def test_the_doctor_sees_the_solution_in_a_file_and_not_one_line_of_it(
    one_assignment: BuiltAssignment,
) -> None:
    archive = one_assignment.zip
    # This name sorts before that of the zip that the other tests use.
    beside = archive.with_name("a.zip")
    source = solution_of(one_assignment.solution, "vmap_over_batch")
    source = "\n".join(line for line in source.splitlines() if "SOLUTION" not in line)
    line = next(line for line in source.splitlines() if "model = nnx.Linear" in line)
    lecture = nbformat.writes(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"{line}\nmodel(x)")])
    ).encode()
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("notes.txt", source)
    try:
        for name, content, state in (
            ("files/notes.txt", source.encode(), inspection.WRONG),
            ("files/notes.zip", inner.getvalue(), inspection.WRONG),
            ("files/notes.txt", line.encode(), inspection.OK),
            ("files/.handed_out/lecture.ipynb", lecture, inspection.OK),
        ):
            repacked(archive, beside, lambda found: found.update({name: content}))  # noqa: B023
            found = states(beside, dry_run=False)["no solution inside"]
            assert found[0] == state, name
            if state == inspection.WRONG:
                assert found[1].endswith(
                    "contains the solution of vmap_over_batch; remove the solution from the file, "
                    "or the file from `files` and `autograder_files`"
                )
    finally:
        beside.unlink()


def test_what_is_asked_of_conda_is_noted_where_the_image_has_no_conda(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    def asks(found: Contents) -> None:
        found["environment.yml"] = found["environment.yml"].replace(
            b"- pip\n", b"- pip\n  - numpy\n  - ffmpeg=6\n  - r-base\n", 1
        )

    archive = repacked(one_assignment.zip, tmp_path / "x.zip", asks)
    assert states(archive, dry_run=False)["environment"] == (
        inspection.NOTE,
        "our image does not install conda packages, so answers cannot use these lines of "
        "`environment:`: ffmpeg=6, r-base. Name Python packages in `requirements:` instead, or "
        "build with --image stock, whose image has conda",
    )

    def without_our_setup(found: Contents) -> None:
        found.pop("requirements.lock")

    stock = repacked(archive, tmp_path / "stock.zip", without_our_setup)
    assert "environment" not in states(stock, dry_run=False)


def test_the_doctor_tells_scripts_that_may_not_run(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    found = states(
        repacked(one_assignment.zip, tmp_path / "x.zip", lambda _: None, mode=0o644), dry_run=False
    )
    assert found["scripts"] == (
        inspection.WRONG,
        "run_autograder has no permission to run (mode 644); build the zip again",
    )


def test_the_doctor_tells_what_is_no_zip_and_what_cannot_grade(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    (tmp_path / "no.zip").write_bytes(b"nothing")
    done = CliRunner().invoke(main, ["doctor", str(tmp_path / "no.zip")])
    assert done.exit_code == 1
    assert (
        "no.zip cannot be read as a zip file (File is not a zip file); build it again"
        in done.output
    )
    broken = reconfigured(one_assignment.zip, tmp_path / "broken.zip", memory_mb="much")
    found = states(broken)
    assert found["dry run"][0] == inspection.WRONG
    assert (
        "the autograder's configuration cannot be used: memory_mb='much' (type=str) is not a "
        "number above 0."
    ) in found["dry run"][1]
