"""Files beside a notebook: which are moved, which are left out, and that all of them disappear in
the end.
"""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from autograder.runtime import system
from autograder.sandbox import files
from autograder.sandbox.files import take_files


def test_files_are_laid_out_under_names_that_are_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {"a: b/aux.txt": b"1", "C:/x.csv": b"2", "plain/x.csv": b"3"}
    files.lay_out(contents, tmp_path / "here")
    assert {name: (tmp_path / "here" / name).read_bytes() for name in contents} == contents
    monkeypatch.setattr(system, "WINDOWS", True)
    files.lay_out(contents, tmp_path / "there")
    names = {"a_ b/_aux.txt": b"1", "C_/x.csv": b"2", "plain/x.csv": b"3"}
    found = {path for path in (tmp_path / "there").rglob("*") if path.is_file()}
    assert {
        path.relative_to(tmp_path / "there").as_posix(): path.read_bytes() for path in found
    } == (names)
    with pytest.raises(FileExistsError):
        files.lay_out({"a:b": b"1", "a_b": b"2"}, tmp_path / "two of one name")


def test_without_tools_a_folder_is_removed_by_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "TOOLS", False)
    folder = tmp_path / "folder"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "file").touch(mode=0o400)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").touch()
    (folder / "link").symlink_to(tmp_path / "outside")
    files.remove(folder)
    assert not folder.exists()
    assert (tmp_path / "outside" / "kept").exists()


def test_plain_files_are_taken_and_everything_else_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 100)
    folder, holding = tmp_path / "submission", tmp_path / "holding"
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "nb.ipynb").write_text("{}")
    (folder / "numpy.py").write_text("evil")
    (folder / "data" / "deep" / "x.csv").write_text("1")
    (folder / "big").write_text("x" * 101)
    (folder / ".OTTER_LOG").write_bytes(b"pickle")
    (folder / "bank").write_text("hidden")
    (tmp_path / "outside").write_text("outside")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "data" / "folder_link").symlink_to(tmp_path)
    os.mkfifo(folder / "fifo")
    left = take_files(folder, holding, keep={"nb.ipynb"}, leave_out={"bank"})
    assert [path.name for path in folder.iterdir()] == ["nb.ipynb"]
    assert {str(path.relative_to(holding)) for path in holding.rglob("*") if path.is_file()} == {
        "numpy.py",
        "data/deep/x.csv",
        ".OTTER_LOG",
    }
    assert left == [
        "big exceeds the limits on files beside a notebook",
        "data/folder_link is not a plain file",
        "fifo is not a plain file",
        "link is not a plain file",
    ]
    assert (tmp_path / "outside").read_text() == "outside"


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="root removes closed folders anyway, and must become another user",
)
def test_closed_folders_are_removed_by_an_owner_who_is_not_root(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "closed" / "in").mkdir(parents=True)
    for path in (folder / "closed" / "in", folder / "closed", folder):
        os.chown(path, 65534, 65534)
        path.chmod(0)
    names = (
        "import contextlib, os, subprocess, types\nfrom pathlib import Path\n"
        "system = types.SimpleNamespace(TOOLS=True)"
    )
    script = inspect.getsource(files.remove) + f"\nremove(Path({str(folder)!r}))"
    command = [
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "/usr/bin/python3",
        "-c",
    ]
    subprocess.run(
        [*command, f"{names}\n{script}"],
        check=True,
    )
    assert not folder.exists()


@pytest.mark.parametrize(("limit", "value"), [("MAX_FILES", 2), ("MAX_TOTAL", 2), ("MAX_DEPTH", 1)])
def test_every_limit_on_files_beside_a_notebook_leaves_something_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(files, limit, value)
    (tmp_path / "submission" / "a" / "b").mkdir(parents=True)
    for name in ("a/1", "a/2", "a/b/3"):
        (tmp_path / "submission" / name).write_text("x")
    left = take_files(tmp_path / "submission", tmp_path / "holding", keep=(), leave_out=())
    taken = sorted(
        str(path.relative_to(tmp_path / "holding"))
        for path in (tmp_path / "holding").rglob("*")
        if path.is_file()
    )
    assert taken == ["a/1", "a/2"]
    assert left == (
        ["a/b is a folder nested more than 1 deep"]
        if limit == "MAX_DEPTH"
        else ["a/b/3 exceeds the limits on files beside a notebook"]
    )


def test_folders_within_each_other_are_told_by_their_number_alone(tmp_path: Path) -> None:
    inner = tmp_path.joinpath(*["d"] * 100)
    inner.mkdir(parents=True)
    assert files.too_much_in(tmp_path) is None
    (inner / "d").mkdir()
    assert files.too_much_in(tmp_path) == "left more than 100 folders within each other"
