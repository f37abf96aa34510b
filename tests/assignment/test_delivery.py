"""The wheel and the pins that travel with an assignment."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from shared import ROOT

from autograder.assignment import delivery
from autograder.errors import BuildError


def test_the_wheel_is_the_same_bytes_each_time_and_holds_the_package_only(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = delivery.write_wheel(tmp_path / "a"), delivery.write_wheel(tmp_path / "b")
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {name.split("/")[0].split("-")[0] for name in archive.namelist()} == {
            "autograder",
            "otter_arrays",
        }
        assert not [name for name in archive.namelist() if name.endswith(".pyc")]


def test_pip_installs_the_wheel_and_it_imports_from_there(tmp_path: Path) -> None:
    wheel = delivery.write_wheel(tmp_path)
    target = tmp_path / "target"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(target),
            str(wheel),
        ],
        check=True,
    )
    code = (
        "import autograder, importlib.metadata; print(autograder.__file__, "
        "importlib.metadata.version('otter-arrays'))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        check=False,
        capture_output=True,
        text=True,
        cwd=target,
        env={"PYTHONPATH": ":".join([str(target), *sys.path[1:]])},
    )
    assert done.stdout.split() == [
        str(target / "autograder" / "__init__.py"),
        delivery.wheel_version(wheel),
    ], done.stderr


def test_the_wheels_version_is_ours_with_a_hash_that_no_index_can_serve(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    version, local = delivery.wheel_version(delivery.write_wheel(tmp_path)).split("+")
    assert version == project["version"]
    assert len(local) == 8


def test_the_pins_are_those_of_requirements_txt_and_environment_yml() -> None:
    pins = (ROOT / "requirements.txt").read_text().splitlines()
    assert delivery.pins() == pins
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert conda[-1] == {"pip": [*pins, "-e .[build,image]"]}


def test_an_authors_own_requirements_are_kept() -> None:
    text = delivery.requirements(["pandas==3.1.1", "numpy>=2", "./local.whl"], ["--find-links ."])
    assert text.splitlines() == [*delivery.pins(), "pandas==3.1.1", "./local.whl", "--find-links ."]


def test_an_author_who_asks_for_another_version_than_the_references_had_is_told() -> None:
    (flax,) = (pin for pin in delivery.pins() if pin.startswith("flax=="))
    with pytest.raises(
        BuildError,
        match=(
            rf"^requirements: 'flax<0.1' does not allow {flax}, which is installed here and "
            r"computed the expected outputs;"
        ),
    ):
        delivery.requirements(["flax<0.1"], [])


def test_an_extra_of_a_pinned_package_that_an_author_asks_for_is_kept() -> None:
    (pin,) = (pin for pin in delivery.pins() if pin.startswith("otter-grader[grading]"))
    text = delivery.requirements(["otter-grader[r]", "einops", "einops"], [])
    assert pin.replace("[grading]", "[grading,r]") in text.splitlines()
    assert pin not in text.splitlines()
    assert text.splitlines().count("einops") == 1
