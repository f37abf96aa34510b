"""The zip after `autograder build`: our launcher and our setup, and what `doctor` says of it."""

from __future__ import annotations

import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from shared import ROOT, Contents, contents, reconfigured, repacked

from autograder.assignment import doctor, image, inspection
from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.cli import main
from autograder.errors import BuildError


def test_the_zip_has_our_scripts_which_may_run_and_are_valid_shell(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    with zipfile.ZipFile(one_assignment.zip) as packed:
        assert {entry.filename for entry in packed.infolist() if entry.external_attr >> 16 & 0o111} == {"setup.sh", "run_autograder"}
    found = contents(one_assignment.zip)
    assert found["requirements.lock"] == image.SHIPPED_LOCK.read_bytes()
    assert b"{{" not in found["setup.sh"] + found["run_autograder"]
    for name in ("setup.sh", "run_autograder"):
        (tmp_path / name).write_bytes(found[name])
        subprocess.run(["bash", "-n", str(tmp_path / name)], check=True)


def test_otters_own_setup_is_kept_where_it_is_asked_for_or_needed(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    requirements = one_assignment.folder / "autograder" / "requirements.txt"
    archive = repacked(one_assignment.zip, tmp_path / "a.zip", lambda found: found.update({"setup.sh": b"#!/usr/bin/env bash\nmamba\n"}))
    assert image.dress(archive, requirements, image.STOCK) == image.STOCK
    found = contents(archive)
    assert found["setup.sh"] == b"#!/usr/bin/env bash\nmamba\n"
    assert b"mamba activate otter-env\n" in found["run_autograder"]
    assert b"autograder.container.launcher" in found["run_autograder"]
    archive = repacked(
        one_assignment.zip, tmp_path / "b.zip", lambda found: found.update({"otter_config.json": b'{"pdf": true}', "setup.sh": b"#!x"})
    )
    assert image.dress(archive, requirements, image.LEAN) == image.STOCK


def test_the_shipped_lock_has_what_requirements_txt_pins() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert image.lock([*lines, "/autograder/source/files/otter_arrays-0.1.0-py3-none-any.whl"]) == image.SHIPPED_LOCK.read_text()
    names = image.locked_versions(image.SHIPPED_LOCK.read_text())
    assert names["jax"] == {line.split("==")[1] for line in lines if line.startswith("jax==")}


def test_uv_is_of_the_version_that_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["image"] == [f"uv=={image.UV}"]


def test_a_package_that_the_lock_lacks_is_resolved_or_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    with pytest.raises(
        BuildError, match=r"^no lock file could be made of the requirements \(type `pip install uv==\S+`, or build with --image stock\): "
    ):
        image.lock(["no-such-package-of-ours==1.0"])


def states(archive: Path, **options: bool) -> dict[str, tuple[str, str]]:
    """What each check found; of several, what is wrong."""
    found = sorted(doctor.inspect_zip(archive, resolve=False, **options), key=lambda each: each.state == inspection.WRONG)
    return {each.check: (each.state, each.text) for each in found}


def test_the_doctor_finds_nothing_wrong_with_what_was_built(one_assignment: BuiltAssignment) -> None:
    found = states(one_assignment.zip)
    assert {state for state, _ in found.values()} == {inspection.OK}
    assert found["no solution inside"][1] == "compared with the solution beside the zip"
    assert found["bank"][1].startswith("nnx-vmap-over-batch: vmap_over_batch; ")
    assert found["dry run"][1].startswith("otter-arrays ready: nnx-vmap-over-batch: public cases of vmap_over_batch graded in ")
    assert found["shortcuts"][1] == "the solution's 7 rows are the same with and without"


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
        (in_a_folder, "files at the root", "everything lies in the folder 'autograder'; zip the files, not the folder around them"),
        (lambda found: found.pop("setup.sh"), "files at the root", "missing: setup.sh; build the zip with `autograder build`"),
        (
            lambda found: found.update({"setup.sh": found["setup.sh"].replace(b"\n", b"\r\n")}),
            "scripts",
            "setup.sh has line endings of Windows, and its first line would not be found; convert it with dos2unix",
        ),
        (
            lambda found: found.update({"run_autograder": b"#!/bin/bash\npython run_otter.py\n"}),
            "launcher",
            "run_autograder is Otter's own: what no plugin sees, such as a submission that is no notebook, gets no result; "
            "build with `autograder build`",
        ),
        *(
            (
                lambda found, content=content: found.update({"otter_config.json": content}),
                "plugin",
                "otter_config.json does not name our plugin with a bank; build the zip with `autograder build`",
            )
            for content in (b"{", b"[]", b"{}", b'{"plugins": ["other"]}')
        ),
        (lambda found: found.pop(bank_of(found)), "bank", None),
        (lambda found: found.update({bank_of(found): b"no bank"}), "bank", None),
        (other_jax, "fingerprint", None),
        (lambda found: found.pop(wheel_of(found)), "wheel", "0 wheels of otter-arrays are in files/, and one is needed; build the zip again"),
        (lambda found: found.update({wheel_of(found): b"PK"}), "wheel", None),
        (
            lambda found: found.update({"files/solution.ipynb": b"{}"}),
            "no solution inside",
            "files/solution.ipynb has the solution, or other answers, in it; take it out of `files` and `autograder_files`",
        ),
        (
            lambda found: found.update({"files/helper.py": b"y = 1  # SOLUTION\n"}),
            "no solution inside",
            "files/helper.py has the solution, or other answers, in it; take it out of `files` and `autograder_files`",
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
    one_assignment: BuiltAssignment, tmp_path: Path, change: Callable[[Contents], None], check: str, sentence: str | None
) -> None:
    found = states(repacked(one_assignment.zip, tmp_path / "x.zip", change), dry_run=False)
    state, text = found[check]
    assert state == inspection.WRONG
    assert sentence is None or text == sentence


def test_the_doctor_sees_a_line_of_the_solution(one_assignment: BuiltAssignment) -> None:
    beside = one_assignment.folder / "autograder" / "leaking.zip"
    line = next(line for line in solution_of(one_assignment.solution, "vmap_over_batch").splitlines() if "model = nnx.Linear" in line)
    try:
        repacked(one_assignment.zip, beside, lambda found: found.update({"files/notes.txt": line.encode()}))
        assert states(beside, dry_run=False)["no solution inside"][0] == inspection.WRONG
    finally:
        beside.unlink()


def test_the_doctor_tells_scripts_that_may_not_run(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    found = states(repacked(one_assignment.zip, tmp_path / "x.zip", lambda _: None, mode=0o644), dry_run=False)
    assert found["scripts"] == (inspection.WRONG, "run_autograder has no permission to run (mode 644); build the zip again")


def test_the_doctor_tells_what_is_no_zip_and_what_cannot_grade(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"nothing")
    done = CliRunner().invoke(main, ["doctor", str(tmp_path / "no.zip")])
    assert done.exit_code == 1
    assert "no.zip cannot be read as a zip file (File is not a zip file); build it again" in done.output
    broken = reconfigured(one_assignment.zip, tmp_path / "broken.zip", memory_mb="much")
    found = states(broken)
    assert found["dry run"][0] == inspection.WRONG
    assert "the autograder's configuration cannot be used: memory_mb='much' (type=str) is not a number above 0." in found["dry run"][1]
