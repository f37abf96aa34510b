"""Names that Windows refuses, and files that a program holds open while they are replaced."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from autograder.runtime import file_names, system
from autograder.runtime.file_names import is_device, possible, put_in_place


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "WINDOWS", True)


@pytest.mark.parametrize("name", ["con", "CON", "aux.txt", "Com1", "lpt9.csv", "nul.tar.gz"])
def test_devices_are_known(name: str) -> None:
    assert is_device(name)


@pytest.mark.parametrize("name", ["contents", "com", "com10", "auxiliary.txt", "my con", "null"])
def test_names_that_begin_like_devices_are_none(name: str) -> None:
    assert not is_device(name)


@pytest.mark.parametrize(
    ("name", "possible_name"),
    [
        ("HW: 1.csv", "HW_ 1.csv"),
        ("C:", "C_"),
        ('a<b>c"d|e?f*g', "a_b_c_d_e_f_g"),
        ("a\\b", "a_b"),
        ("ends in dots..", "ends in dots__"),
        ("ends in a blank ", "ends in a blank_"),
        ("a\tb\x00", "a_b_"),
        ("aux.txt", "_aux.txt"),
        ("数据 ë.csv", "数据 ë.csv"),
        ("plain name-1.2.ipynb", "plain name-1.2.ipynb"),
    ],
)
def test_a_name_like_it_is_possible_on_windows(
    windows: None, name: str, possible_name: str
) -> None:
    assert possible(name) == possible_name


@pytest.mark.parametrize("name", ["HW: 1.csv", "aux.txt", "ends in dots..", "a\\b"])
def test_elsewhere_a_name_stays(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(system, "WINDOWS", False)
    assert possible(name) == name


def held(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Make `replace` fail for a while, as on Windows."""
    until, replace = time.monotonic() + seconds, Path.replace

    def as_held(self: Path, target: Path) -> Path:
        if time.monotonic() < until:
            raise PermissionError(13, "Permission denied", str(self), None, str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", as_held)


def test_a_file_that_is_held_for_a_moment_is_replaced(
    windows: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "part").write_text("new", encoding="utf-8")
    (tmp_path / "target").write_text("old", encoding="utf-8")
    held(monkeypatch, 0.3)
    put_in_place(tmp_path / "part", tmp_path / "target")
    assert (tmp_path / "target").read_text(encoding="utf-8") == "new"
    assert not (tmp_path / "part").exists()


def test_a_file_that_stays_held_is_told(
    windows: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(file_names, "PATIENCE", 0.2)
    (tmp_path / "part").touch()
    held(monkeypatch, 1000.0)
    with pytest.raises(PermissionError):
        put_in_place(tmp_path / "part", tmp_path / "target")


def test_elsewhere_nothing_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system, "WINDOWS", False)
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it waits"))
    (tmp_path / "part").touch()
    held(monkeypatch, 1000.0)
    with pytest.raises(PermissionError):
        put_in_place(tmp_path / "part", tmp_path / "target")


def test_many_replace_one_file(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"part-{number}").write_text(str(number), encoding="utf-8")
    threads = [
        threading.Thread(
            target=put_in_place, args=(tmp_path / f"part-{number}", tmp_path / "target")
        )
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
