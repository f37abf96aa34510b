"""The zip after `autograder build`: our launcher, our setup, and the lock file."""

from __future__ import annotations

import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from shared import ROOT, contents, repacked

from autograder.assignment import delivery, image
from autograder.assignment.built import BuiltAssignment
from autograder.errors import BuildError


def test_the_zip_has_our_scripts_which_may_run_and_are_valid_shell(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    with zipfile.ZipFile(one_assignment.zip) as packed:
        assert {
            entry.filename for entry in packed.infolist() if entry.external_attr >> 16 & 0o111
        } == {"setup.sh", "run_autograder"}
    found = contents(one_assignment.zip)
    assert found["requirements.lock"] == image.SHIPPED_LOCK.read_bytes()
    assert b"{{" not in found["setup.sh"] + found["run_autograder"]
    for name in ("setup.sh", "run_autograder"):
        (tmp_path / name).write_bytes(found[name])
        subprocess.run(["bash", "-n", str(tmp_path / name)], check=True)


def test_otters_own_setup_is_kept_where_it_is_asked_for_or_needed(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    requirements = one_assignment.folder / "autograder" / "requirements.txt"
    archive = repacked(
        one_assignment.zip,
        tmp_path / "a.zip",
        lambda found: found.update({"setup.sh": b"#!/usr/bin/env bash\nmamba\n"}),
    )
    assert image.dress(archive, requirements, image.STOCK) == image.STOCK
    found = contents(archive)
    assert found["setup.sh"] == b"#!/usr/bin/env bash\nmamba\n"
    assert b"mamba activate otter-env\n" in found["run_autograder"]
    assert b"autograder.container.launcher" in found["run_autograder"]
    archive = repacked(
        one_assignment.zip,
        tmp_path / "b.zip",
        lambda found: found.update({"otter_config.json": b'{"pdf": true}', "setup.sh": b"#!x"}),
    )
    assert image.dress(archive, requirements, image.LEAN) == image.STOCK


def test_the_shipped_lock_has_what_requirements_txt_pins() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert (
        image.lock([*lines, "/autograder/source/files/otter_arrays-0.1.0-py3-none-any.whl"])
        == image.SHIPPED_LOCK.read_text()
    )
    names = image.locked_versions(image.SHIPPED_LOCK.read_text())
    assert names["jax"] == {line.split("==")[1] for line in lines if line.startswith("jax==")}


def test_uv_is_of_the_version_that_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["image"] == [f"uv=={image.UV}"]


def test_a_package_that_the_lock_lacks_is_resolved_or_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    with pytest.raises(
        BuildError,
        match=(
            r"^uv cannot lock the requirements \(type `pip install uv==\S+`, or "
            r"build with --image stock\): "
        ),
    ):
        image.lock(["no-such-package-of-ours==1.0"])


@pytest.mark.parametrize(
    "line", ["-r more.txt", "--extra-index-url https://x/simple", "./local.whl", "git+https://x/y"]
)
def test_what_our_image_cannot_install_is_told_and_not_left_out(line: str) -> None:
    with pytest.raises(BuildError) as caught:
        image.lock(["jax", line, "# a remark", ""])
    assert str(caught.value) == (
        f"requirements: {line!r} is not the name of a package in a package index, and our image "
        "installs nothing else; name such a package, or build with --image stock"
    )


def test_an_extra_that_a_shipped_lock_lacks_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    pin = next(line for line in delivery.pins() if line.startswith("otter-grader[grading]"))
    assert image.lock([pin]) == image.SHIPPED_LOCK.read_text()
    with pytest.raises(BuildError, match=r"^uv cannot lock the requirements"):
        image.lock([pin.replace("[grading]", "[grading,r]")])
