"""Whatever a person types, a command ends with a documented exit code and a sentence. Help has
examples, results come as JSON, and a shell can complete the command line.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner, Result
from shared import ROOT

from autograder.assignment import scaffold
from autograder.assignment.built import BuiltAssignment
from autograder.cli import main
from autograder.cli.frame import EXIT_CODES, MISUSED, STOPPED, WRONG
from autograder.errors import BuildError

MASTER = str(ROOT / "assignments" / "nnx-batched-init" / "nnx-batched-init.ipynb")


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of each kind that nobody should have named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.ipynb").write_text("{}")
    (tmp_path / "text.ipynb").write_text("hi")
    (tmp_path / "list.ipynb").write_text("[1, 2]")
    (tmp_path / "latin.ipynb").write_bytes('{"é": 1}'.encode("latin-1"))
    (tmp_path / "bare.ipynb").write_text(
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'
    )
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    (tmp_path / "cut.zip").write_bytes(b"PK\3\4abc")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("", MISUSED, "Usage: main [OPTIONS] COMMAND [ARGS]..."),
        ("bogus", MISUSED, "No such command 'bogus'."),
        ("build", MISUSED, "Missing argument 'MASTERS...'."),
        ("build empty", MISUSED, "File 'empty' is a directory."),
        ("build text.ipynb --out text.ipynb", MISUSED, "Directory 'text.ipynb' is a file."),
        ("build absent.ipynb", WRONG, "absent.ipynb does not exist"),
        ("build text.ipynb", WRONG, "text.ipynb is not a Jupyter notebook: "),
        ("build list.ipynb", WRONG, "list.ipynb is JSON, but not a Jupyter notebook"),
        ("build latin.ipynb", WRONG, "latin.ipynb is not a Jupyter notebook: "),
        ("build bare.ipynb", WRONG, "bare.ipynb: metadata.kernelspec is missing; "),
        ("build /dev/null", MISUSED, "'/dev/null' is not a file."),
        ("matrix absent.ipynb", MISUSED, "File 'absent.ipynb' does not exist."),
        ("matrix text.ipynb", WRONG, "text.ipynb is not a Jupyter notebook: "),
        ("matrix list.ipynb", WRONG, "list.ipynb is JSON, but not a Jupyter notebook"),
        ("matrix bare.ipynb --banks 0", MISUSED, "0 is not in the range x>=1."),
        ("audit text.ipynb", WRONG, "text.ipynb is not a Jupyter notebook: "),
        ("audit /dev/null", MISUSED, "'/dev/null' is not a file."),
        ("samples absent", MISUSED, "Directory 'absent' does not exist."),
        ("samples empty", WRONG, "empty/autograder has no notebook; build the assignment first"),
        ("doctor cut.zip", WRONG, "cut.zip is not ready for upload"),
        ("doctor /dev/null", MISUSED, "'/dev/null' is not a file."),
        ("grade class", MISUSED, "Missing option '--autograder'."),
        ("grade class --autograder empty.zip", WRONG, "empty.zip is not an autograder zip from "),
        ("grade class --autograder text.ipynb", WRONG, "text.ipynb is not an autograder zip from "),
        ("new ../up", WRONG, "'../up' is not a name for an assignment: "),
        ("new hw --in text.ipynb/sub", WRONG, "text.ipynb/sub/hw/hw.ipynb cannot be written: "),
    ],
)
def test_what_is_typed_wrongly_ends_in_a_sentence(
    folder: Path, typed: str, code: int, said: str
) -> None:
    done = ran(*typed.split())
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == code
    assert said in done.output


def test_a_folder_that_cannot_be_written_is_named(
    folder: Path, one_assignment: BuiltAssignment
) -> None:
    done = ran("grade", "class", "--autograder", str(one_assignment.zip), "--out", "text.ipynb/sub")
    assert done.exit_code == WRONG, done.exception
    assert done.output.endswith("text.ipynb/sub: Not a directory\n")


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("new hw --in", 0, "Wrote ?/hw/hw.ipynb. "),
        ("build", WRONG, r"\udcff': Otter writes the name of a master into files, but this name "),
        ("matrix", WRONG, r"\udcff': Otter writes the name of a master into files, but this name "),
        ("doctor", WRONG, "is not ready for upload"),
    ],
)
def test_a_name_that_is_no_text_is_no_traceback(
    tmp_path: Path, command: str, code: int, said: str
) -> None:
    if not command.startswith("new"):
        Path(os.fsdecode(bytes(tmp_path) + b"/\xff")).write_bytes(Path(MASTER).read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *command.split(), b"\xff"],
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    told = (done.stdout + done.stderr).decode()
    assert (done.returncode, said in told, "Traceback" in told) == (code, True, False), told


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), STOPPED, "Stopped.\n"),
        (BuildError("mend this"), WRONG, "Error: mend this\n"),
        (PermissionError(13, "Permission denied", "a.txt"), WRONG, "a.txt: Permission denied\n"),
    ],
)
def test_what_ends_any_command_is_told(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, said: str
) -> None:
    def write(name: str, folder: Path) -> Path:
        raise raised

    monkeypatch.setattr(scaffold, "write", write)
    done = ran("new", "hw")
    assert (done.exit_code, done.output.endswith(said)) == (code, True)


def test_a_fault_of_this_package_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaffold, "write", lambda name, folder: 1 / 0)
    assert isinstance(ran("new", "hw").exception, ZeroDivisionError)


def test_every_help_has_examples_and_a_first_line_that_is_shown_whole() -> None:
    whole = ran("--help").output
    for name, command in main.commands.items():
        said = ran(name, "--help").output
        assert re.search(rf"\n  Examples:\n    .*autograder {name}\b", said), said
        assert command.get_short_help_str(60) in whole
        assert "..." not in command.get_short_help_str(60)


def test_the_exit_codes_are_in_the_help_and_on_the_page_of_commands() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    codes = re.findall(r"^  (\d+) ", EXIT_CODES, re.MULTILINE)
    assert codes == ["0", str(WRONG), str(MISUSED), str(STOPPED)]
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == codes
    assert EXIT_CODES.splitlines()[-1] in ran("--help").output


def test_every_command_that_finds_something_prints_it_as_json(folder: Path) -> None:
    for name, command in main.commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert ("--json" in options) == (name != "new")
    done = ran("doctor", "empty.zip", "--json")
    assert done.exit_code == WRONG
    (only,) = json.loads(done.stdout)
    assert (only["check"], only["state"]) == ("files at the root", "WRONG")
    built = ran("build", "text.ipynb", "--json")
    assert built.exit_code == WRONG
    (told,) = json.loads(built.stdout)
    assert told["master"] == "text.ipynb"
    assert told["fault"].startswith("text.ipynb is not a Jupyter notebook")


@pytest.mark.slow
def test_results_as_json_are_those_of_the_tables(folder: Path) -> None:
    built = ran("build", "--quick", MASTER, "--json")
    assert built.exit_code == 0, built.output
    (told,) = json.loads(built.stdout)
    assert Path(told["zip"]).is_file()
    assert Path(told["student"]).is_dir()
    assert told["questions"]["batched_init_count"]["groups"]["corners"]["cases"] >= 5
    assert "secret" not in built.stdout
    graded = json.loads(ran("samples", "dist/nnx-batched-init", "--json").stdout)
    assert [each["score"] for each in graded[:2]] == [10, 0]
    assert all(each["as_expected"] for each in graded)
    (drawn,) = json.loads(ran("matrix", MASTER, "--banks", "1", "--json").stdout)
    assert (drawn["question"], drawn["banks"]) == ("batched_init_count", 1)
    (audited,) = json.loads(ran("audit", MASTER, "--sample", "1", "--json").stdout)
    assert audited["question"] == "batched_init_count"
    levels = json.loads(ran("isolation", "--json").stdout)
    assert levels[0]["layers"]


def completed(*words: str) -> list[str]:
    """What a shell offers for the last word."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder"],
        env={
            **os.environ,
            "_AUTOGRADER_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(words),
            "COMP_CWORD": str(len(words) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


def test_a_shell_completes_commands_options_and_files() -> None:
    assert completed("autograder", "bu") == ["plain,build"]
    assert completed("autograder", "build", "--qu") == ["plain,--quick"]
    assert completed("autograder", "build", "--image", "l") == ["plain,lean"]
    assert completed("autograder", "doctor", "d") == ["file,d"]
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    for shell in ("bash", "zsh", "fish"):
        assert f"_AUTOGRADER_COMPLETE={shell}_source autograder" in page
        assert get_completion_class(shell)
