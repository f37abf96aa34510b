"""Which files a master's configuration may name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.files import prepare
from autograder.errors import BuildError
from autograder.runtime import system


@pytest.fixture
def master(tmp_path: Path) -> Path:
    folder = tmp_path / "m"
    for name in ("data.csv", "data/x.csv", "data/deep/y.csv", "tables/z.csv", "tests/t.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1")
    (tmp_path / "beside.csv").write_text("1")
    (folder / "link.csv").symlink_to("data.csv")
    (folder / "linked").symlink_to("data")
    (folder / "with_link").mkdir()
    (folder / "with_link" / "x.csv").symlink_to(folder / "data.csv")
    (folder / "m.ipynb").write_text("{}")
    return folder / "m.ipynb"


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        (["data.csv", "data/x.csv"], ["data.csv", "data/x.csv"]),
        (["tables"], ["tables"]),
        (["tables/"], ["tables"]),
        (["./data.csv", "data/../data.csv"], ["data.csv"]),
        (["data/deep"], ["data/deep/y.csv"]),
        (["data", "data/x.csv"], ["data/deep/y.csv", "data/x.csv"]),
        (["data/x.csv", "data/", "tables"], ["data/x.csv", "data/deep/y.csv", "tables/z.csv"]),
    ],
    ids=str,
)
def test_files_are_named_as_otter_can_take_them(
    master: Path, files: list[str], taken: list[str]
) -> None:
    assert prepare({"files": files, "name": "m"}, master) == {"files": taken, "name": "m"}


def test_on_windows_a_path_may_have_its_separators(
    master: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ["data\\x.csv", ".\\tables\\", "data/deep\\y.csv"]
    with pytest.raises(BuildError):
        prepare({"files": files}, master)
    monkeypatch.setattr(system, "WINDOWS", True)
    assert prepare({"files": files}, master) == {
        "files": ["data/x.csv", "tables", "data/deep/y.csv"]
    }


def test_an_absolute_path_in_the_folder_is_taken_and_one_outside_is_not(master: Path) -> None:
    inside = str(master.parent / "data" / "x.csv")
    assert prepare({"files": [inside]}, master) == {"files": ["data/x.csv"]}
    with pytest.raises(
        BuildError,
        match=(
            r"^files: '/etc/passwd' is outside the folder of m\.ipynb; copy it into that folder$"
        ),
    ):
        prepare({"files": ["/etc/passwd"]}, master)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (
            {"files": ["../beside.csv"]},
            "files: '../beside.csv' is outside the folder of m.ipynb; copy it into that folder",
        ),
        (
            {"files": ["absent.csv"]},
            "files: there is no 'absent.csv' in the folder of m.ipynb",
        ),
        (
            {"autograder_files": ["data/*.csv"]},
            "autograder_files: there is no 'data/*.csv' in the folder of m.ipynb; patterns do "
            "not work here: name the files, or their folder",
        ),
        (
            {"files": "data.csv"},
            "files: 'data.csv' (type=str) is not a list; write each file on its own line, after "
            "a dash",
        ),
        (
            {"files": [2024]},
            "files: 2024 (type=int) is not the name of a file; if YAML reads the name as "
            "something else, put it in quotes",
        ),
        (
            {"files": ["link.csv"]},
            "files: 'link.csv' goes through a link (link.csv); replace the link with what it "
            "points to",
        ),
        (
            {"files": ["linked/x.csv"]},
            "files: 'linked/x.csv' goes through a link (linked); replace the link with what it "
            "points to",
        ),
        (
            {"files": ["with_link", "with_link/x.csv"]},
            "files: 'with_link/x.csv' goes through a link (with_link/x.csv); replace the link "
            "with what it points to",
        ),
        *(
            (
                {"files": [name]},
                f"files: {name!r} is the master or its folder, which contain the solution; name "
                "the other files",
            )
            for name in ("m.ipynb", ".", "data/..", "./")
        ),
        (
            {"files": ["tests/t.csv"]},
            "files: 'tests/t.csv' is in the folder tests, where Otter puts the assignment's "
            "tests; use another folder",
        ),
        (
            {"files": ["data"], "autograder_files": ["data/x.csv"]},
            "autograder_files: students also get 'data/x.csv', through 'data' in `files`; remove "
            "it from that folder, or from one of the two lists",
        ),
        (
            {"requirements": "absent.txt"},
            "requirements: there is no file 'absent.txt' in the folder of m.ipynb",
        ),
        (
            {"environment": "absent.yml"},
            "environment: there is no file 'absent.yml' in the folder of m.ipynb",
        ),
    ],
    ids=str,
)
def test_what_otter_cannot_take_is_told(
    master: Path, config: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BuildError) as caught:
        prepare(config, master)
    assert str(caught.value) == sentence


def test_a_link_in_a_folder_that_is_taken_file_by_file_is_told(master: Path) -> None:
    with pytest.raises(
        BuildError,
        match=r"^files: 'with_link' contains a link \(with_link/x\.csv\); replace the link",
    ):
        prepare({"files": ["with_link", "data/deep"]}, master)


@pytest.mark.parametrize(
    "name", ["public_cases.safetensors", "build_record.json", "otter_config.json"]
)
def test_what_the_build_writes_is_no_file_of_the_assignment(master: Path, name: str) -> None:
    (master.parent / name).write_text("")
    with pytest.raises(
        BuildError, match=f"^files: '{name}' has the name of a file that the build writes; rename"
    ):
        prepare({"files": [name]}, master)


def test_requirements_may_be_a_list_and_nothing_else_is_changed(master: Path) -> None:
    config = {"requirements": ["pandas"], "files": [], "autograder_files": None, "name": "m"}
    assert prepare(config, master) == config
