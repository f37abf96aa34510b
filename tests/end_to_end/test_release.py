"""What is published: both files are built, found valid, installed in fresh environments and used;
what says a version or a requirement says the same everywhere; the workflows do what they say.
"""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from shared import MASTERS, ROOT

from autograder.assignment import image

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
RELEASE = ROOT / ".github" / "workflows" / "release.yml"
COURSE = ROOT / "docs" / "course-repository.yml"
PYTHONS = {
    row[0]
    for rows in ("OFTEN", "SELDOM")
    for row in runpy.run_path(str(ROOT / "tests" / "versions" / "combinations.py"))[rows]
}


def workflow(path: Path) -> tuple[Any, dict[str, Any]]:
    """What starts a workflow, and its jobs."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read[True], read["jobs"]  # YAML takes `on` for a truth value


def commands(job: dict[str, Any]) -> str:
    return "\n".join(step.get("run", "") for step in job["steps"])


def names_and_ranges(lines: list[str]) -> dict[str, str]:
    """Requirements by name, without extras and markers."""
    found = [re.fullmatch(r"([\w-]+)(?:\[\w+\])? *([^; ]*).*", line) for line in lines]
    return {each[1].lower(): each[2] for each in found if each}


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "docs" / "CITATION.cff").read_text(encoding="utf-8"))
    recipe = yaml.safe_load((ROOT / ".github/conda/recipe.yaml").read_text(encoding="utf-8"))
    changes = (ROOT / "docs" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert citation["version"] == recipe["context"]["version"] == PROJECT["version"]
    assert re.search(r"^## (\S+)", changes, re.MULTILINE)[1] == PROJECT["version"]  # type: ignore[index]


def test_the_conda_recipe_requires_what_the_package_does() -> None:
    recipe = yaml.safe_load((ROOT / ".github/conda/recipe.yaml").read_text(encoding="utf-8"))
    asked = names_and_ranges(recipe["requirements"]["run"])
    assert asked.pop("python") == ">=${{"
    asked["matplotlib"] = asked.pop("matplotlib-base")  # conda's package without a window
    ours = names_and_ranges([*PROJECT["dependencies"], *EXTRAS["build"]])
    ours.pop("psutil")  # not on Linux
    assert asked == ours


def test_a_build_needs_no_other_extra() -> None:
    """A lock file is made wherever an environment has other versions than the pins."""
    assert f"uv=={image.UV}" in EXTRAS["build"]


def test_the_pages_name_each_extra_and_the_ranges_and_pythons_that_are_tested() -> None:
    install = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert [extra for extra in EXTRAS if not re.search(rf"^\| .*`{extra}`", install, re.M)] == []
    versions = (ROOT / "docs" / "versions.md").read_text(encoding="utf-8")
    ranges = names_and_ranges(PROJECT["dependencies"])
    for name in ("jax", "flax", "numpy", "otter-grader"):
        assert f"`{name}{ranges[name]}`" in versions
    told = {each.rpartition(" ")[2] for each in PROJECT["classifiers"] if ":: 3." in each}
    assert told == PYTHONS


def test_a_release_is_published_without_a_password_after_tests_and_a_trial() -> None:
    starts, jobs = workflow(RELEASE)
    assert starts["push"] == {"tags": ["v*"]}
    publish = jobs["publish"]
    assert publish["if"] == "github.ref_type == 'tag'"
    assert (publish["environment"], publish["permissions"]) == ("pypi", {"id-token": "write"})
    assert set(publish["needs"]) == {"test", "try"}
    assert jobs["try"]["needs"] == "build"
    assert "secrets." not in RELEASE.read_text(encoding="utf-8")
    assert "make test" in commands(jobs["test"])
    pins = commands(jobs["build"])
    assert all(pin in pins for pin in EXTRAS["release"])
    assert "twine check --strict" in pins


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sdist and the wheel, by how their names end."""
    out = tmp_path_factory.mktemp("release")
    ran([sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)])
    return {"whl": next(out.glob("*.whl")), "tar.gz": next(out.glob("*.tar.gz"))}


def ran(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_both_files_are_valid(built: dict[str, Path]) -> None:
    said = ran([sys.executable, "-m", "twine", "check", "--strict", *map(str, built.values())])
    assert said.count("PASSED") == 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["whl", "tar.gz"])
def test_what_is_published_is_installed_and_used(
    built: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    uv = [sys.executable, "-m", "uv", "--quiet"]
    home = tmp_path / "venv"
    ran([*uv, "venv", "--python", sys.executable, str(home)])
    ran([*uv, "pip", "install", "--python", str(home), f"{built[kind]}[build]"])
    (autograder,) = home.glob("*/autograder")
    assert ran([str(autograder), "--version"], tmp_path).endswith(f"{PROJECT['version']}\n")
    assert "Exit codes:" in ran([str(autograder), "--help"], tmp_path)
    ran([str(autograder), "new", "centred-rows"], tmp_path)
    (home_of_package,) = home.glob("lib/python*/site-packages/autograder")
    assert (home_of_package / "py.typed").is_file()
    if kind == "whl":
        master = "assignments/centred-rows/centred-rows.ipynb"
        ran([str(autograder), "build", "--quick", master], tmp_path)
        assert list((tmp_path / "dist/centred-rows/autograder").glob("*-autograder_*.zip"))


@pytest.mark.slow
def test_the_workflow_of_a_course_builds_and_grades_what_is_in_the_repository(
    tmp_path: Path,
) -> None:
    starts, jobs = workflow(COURSE)
    assert "assignments/**" in starts["push"]["paths"]
    (job,) = jobs.values()
    steps = [step["run"] for step in job["steps"] if "run" in step]
    assert steps[0] == 'python -m pip install "otter-arrays[build]"'
    master = next(each for each in MASTERS if each.stem == "nnx-batched-init")
    (tmp_path / "assignments" / master.stem).mkdir(parents=True)
    (tmp_path / "assignments" / master.stem / master.name).write_bytes(master.read_bytes())
    home = Path(sys.executable).parent
    for step in steps[1:]:
        ran(["bash", "-ec", f'export PATH="{home}:$PATH"; {step}'], tmp_path)
    kept = [step["with"]["path"] for step in job["steps"] if "upload-artifact" in str(step)]
    assert kept == ["dist/*/student", "dist/*/autograder"]
    assert all(list(tmp_path.glob(f"{path}/*.ipynb")) for path in kept)
