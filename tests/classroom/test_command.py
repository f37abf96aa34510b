"""`autograder grade` on real submissions gives the verdicts of `otter run`, whatever stops or dies
meanwhile.

Covers too: `classroom.grading`, `classroom.ledger`, `classroom.progress`.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest
from class_commands import (
    EXPORT,
    answers,
    command,
    graded,
    kept,
    kills_itself,
    rows_of,
    stoppable,
    table,
    wait_for,
)
from class_layouts import CLASS, LAYOUTS, lay_out, roster_of

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.classroom import command as class_command
from autograder.classroom import grades
from autograder.classroom.alone import in_doubt
from autograder.classroom.progress import Nothing
from autograder.errors import BuildError


@pytest.fixture
def folder(one_assignment: BuiltAssignment, tmp_path: Path) -> Path:
    """A folder of submissions, one of which is not a notebook."""
    found = tmp_path / "submissions"
    found.mkdir()
    for name, notebook in answers(one_assignment).items():
        nbformat.write(notebook, found / f"{name}.ipynb")
    (found / "broken.ipynb").write_text("<html>")
    (found / "damaged.zip").write_bytes(b"PK")
    return found


def test_a_class_gets_the_verdicts_of_otter_run(
    one_assignment: BuiltAssignment, folder: Path, tmp_path: Path
) -> None:
    done = graded(folder, one_assignment.zip, tmp_path / "out", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, last = map(json.loads, done.stdout.splitlines())
    assert {line["submission"] for line in lines} == set(kept(tmp_path / "out"))
    assert (last["submissions"], last["graded"], last["refused"]) == (7, 5, 2)
    assert kept(tmp_path / "out")["flattened_too"] == kept(tmp_path / "out")["flattened"]
    # None is graded again alone.
    for path in (tmp_path / "out" / "submissions").glob("*/results.json"):
        assert not in_doubt(json.loads(path.read_text())), path
    # Every other kind of answer is in end_to_end/test_roads.py.
    single = otter_run(answers(one_assignment)["flattened"], one_assignment.zip).results
    assert single is not None
    assert kept(tmp_path / "out")["flattened"] == rows_of(single)
    found = table(tmp_path / "out")
    assert found["solution.ipynb"] == {
        "file": "solution.ipynb",
        "q1": "10.0",
        "total_points_earned": "10.0",
        "percent_correct": "1.0",
        "grading_status": "Completed",
        "id": "solution",
        "notes": "",
    }
    assert found["broken.ipynb"]["grading_status"].startswith(
        "broken.ipynb is a web page, not the notebook."
    )
    assert (
        found["damaged.zip"]["grading_status"]
        == "damaged.zip is damaged or not a zip file. Make it again and submit it."
    )
    page = (tmp_path / "out" / "report.html").read_text()
    assert "flattened feature by feature" in page
    assert "The same wrong output" in page
    for name in answers(one_assignment):
        assert f">{name}<" not in page  # a file may have a student's name


@pytest.mark.slow
def test_one_that_kills_itself_disturbs_no_other(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    """Each call is tried again without shortcuts, which takes long."""
    (tmp_path / "class").mkdir()
    nbformat.write(kills_itself(one_assignment), tmp_path / "class" / "a.ipynb")
    for name in ("b", "c"):
        shutil.copy(one_assignment.solution, tmp_path / "class" / f"{name}.ipynb")
    done = graded(tmp_path / "class", one_assignment.zip, tmp_path / "out", "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr
    found = table(tmp_path / "out")
    points = {name: found[f"{name}.ipynb"]["total_points_earned"] for name in "abc"}
    assert points == {"a": "0.0", "b": "10.0", "c": "10.0"}
    single = otter_run(kills_itself(one_assignment), one_assignment.zip).results
    assert single is not None
    assert kept(tmp_path / "out")["a"] == rows_of(single)


def test_what_is_graded_is_not_graded_again_and_what_has_changed_is(
    one_assignment: BuiltAssignment, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for name in ("flattened", "flattened_too", "alternative"):
        (folder / f"{name}.ipynb").unlink()
    assert graded(folder, one_assignment.zip, out, "--quiet").returncode == 0
    before = {
        path: path.stat().st_mtime_ns for path in (out / "submissions").glob("*/results.json")
    }
    refused = graded(folder, one_assignment.zip, out)
    assert refused.returncode == 1
    assert (
        "4 submissions are already graded there: add --resume to grade the rest, or name another "
        "folder with --out"
    ) in " ".join(refused.stderr.split())
    shutil.copy(folder / "solution.ipynb", folder / "untouched.ipynb")
    shutil.copy(folder / "solution.ipynb", folder / "late.ipynb")
    (out / "submissions" / "solution" / "graded.json").write_text("{")  # cut off
    done = graded(folder, one_assignment.zip, out, "--resume")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 submissions, 2 already graded, 1 with a changed file or zip." in done.stdout
    after = {path: path.stat().st_mtime_ns for path in before}
    assert {path.parent.name for path in before if after[path] != before[path]} == {
        "solution",
        "untouched",
    }
    assert {row["file"]: row["total_points_earned"] for row in table(out).values()} == {
        "points-per-question": "10.0",
        "broken.ipynb": "0.0",
        "damaged.zip": "0.0",
        "late.ipynb": "10.0",
        "solution.ipynb": "10.0",
        "untouched.ipynb": "10.0",
    }


@pytest.mark.parametrize(
    ("archive", "sentence"),
    [
        (
            b"",
            "is not an autograder zip from otter-arrays (BadZipFile); name the zip that "
            "`autograder build` wrote",
        )
    ],
)
def test_another_file_than_an_autograder_zip_is_told(
    folder: Path, tmp_path: Path, archive: bytes, sentence: str
) -> None:
    (tmp_path / "x.zip").write_bytes(archive)
    done = graded(folder, tmp_path / "x.zip", tmp_path / "out")
    assert done.returncode == 1
    assert sentence in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


def test_a_table_that_another_program_holds_is_named(
    one_assignment: BuiltAssignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "broken.ipynb").write_text("<html>", encoding="utf-8")

    def held(part: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied", str(part), None, str(target))

    monkeypatch.setattr(grades, "put_in_place", held)
    run = (tmp_path / "class", one_assignment.zip, tmp_path / "out")
    with pytest.raises(
        BuildError,
        match=r"/final_grades\.csv cannot be written \(Permission denied\): close it in other "
        r"programs, and type the same command with --resume; all results are kept$",
    ):
        class_command.run(*run, class_command.Options(), Nothing())
    monkeypatch.undo()
    class_command.run(*run, class_command.Options(resume=True), Nothing())
    assert [row["file"] for row in table(tmp_path / "out").values()][-1] == "broken.ipynb"


def test_gradescopes_export_with_names(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    export = tmp_path / "assignment_1_export"
    for key in ("submission_7", "submission_12"):
        (export / key).mkdir(parents=True)
    shutil.copy(one_assignment.solution, export / "submission_7" / "my work.ipynb")
    (export / "submission_12" / "notes.txt").write_text("no notebook")
    (export / "submission_metadata.yml").write_text(EXPORT)
    assert (
        graded(export, one_assignment.zip, tmp_path / "out", "--names", "--quiet").returncode == 0
    )
    found = table(tmp_path / "out")
    assert (
        found["submission_7"]["submitters"]
        == "Ada Lovelace <ada@example.org>; Charles Babbage <charles@example.org>"
    )
    assert found["submission_7"]["student_number"] == "1815; "
    assert found["submission_13"]["grading_status"] == (
        "no submission: submission_metadata.yml names it, but its folder is missing; export it "
        "again"
    )
    assert (
        found["submission_7"]["total_points_earned"],
        found["submission_12"]["total_points_earned"],
    ) == ("10.0", "0.0")
    assert "Ada Lovelace" in (tmp_path / "out" / "report.html").read_text()
    assert (
        graded(export, one_assignment.zip, tmp_path / "out", "--resume", "--quiet").returncode == 0
    )
    assert (
        "Ada"
        not in (tmp_path / "out" / "report.html").read_text()
        + (tmp_path / "out" / "final_grades.csv").read_text()
    )


CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Final Score
"Lee, Kim",1977,01815,kim@example.org,S1,
"Lost, Paul",1978,2,paul@example.org,S1,
"Ono, Mia",1979,3,mia@example.org,S1,
"""


@pytest.mark.slow
def test_a_download_of_canvas_with_its_roster_into_its_gradebook(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    folder, out = tmp_path / "submissions", tmp_path / "submissions" / "graded"
    folder.mkdir()
    shutil.copy(one_assignment.untouched, folder / "leekim_LATE_1977_5001_hw.ipynb")
    shutil.copy(one_assignment.solution, folder / "leekim_LATE_1977_5002_hw-1.ipynb")
    (folder / "onomia_1979_5003_scan.pdf").write_text("%PDF")
    shutil.copy(one_assignment.solution, folder / "strangersam_1980_5004_hw.ipynb")
    (folder / "left.rar").write_text("Rar!")
    (folder / "roster.csv").write_text(CANVAS, encoding="utf-16")
    options = ("--students", str(folder / "roster.csv"), "--into", "canvas", "--into", "moodle.csv")
    done = graded(folder, one_assignment.zip, out, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    told = {
        "Not graded": (
            "left.rar: autograder does not read archives of this kind; unpack it, and put its "
            "files into a folder with this name"
        ),
        "No submission": (
            "Lost, Paul <paul@example.org>: on the roster roster.csv, but no submission matches"
        ),
        "Not on the roster": (
            "strangersam_1980_5004_hw.ipynb (strangersam (1980)): its name contains no e-mail "
            "address, number, login or name from the roster"
        ),
        "One of several": "leekim_LATE_1977_5002_hw-1.ipynb: graded, because it is the latest; not "
        "graded: leekim_LATE_1977_5001_hw.ipynb",
    }
    for title, sentence in told.items():
        assert f"{title}:\n  {sentence}\n" in done.stdout
    page = (out / "report.html").read_text(encoding="utf-8")
    for title, sentence in told.items():
        sentence = sentence.replace("<", "&lt;").replace(">", "&gt;")
        assert f"<h2>{title}</h2>\n<ul><li>{sentence}</li></ul>" in page
    found = table(out)
    kim = found["leekim_LATE_1977_5002_hw-1.ipynb"]
    assert (kim["id"], kim["name"], kim["email"], kim["student_number"]) == (
        "leekim_1977",
        "Lee, Kim",
        "kim@example.org",
        "01815",
    )
    assert kim["total_points_earned"] == "10.0"
    assert kim["notes"].startswith("graded, because it is the latest; not graded: ")
    assert (found[""]["name"], found[""]["total_points_earned"]) == ("Lost, Paul", "")
    assert found["left.rar"]["grading_status"].startswith(
        "not graded: autograder does not read archives of this kind"
    )
    assert (out / "canvas.csv").read_text(encoding="utf-8").splitlines() == [
        "Student,ID,SIS User ID,SIS Login ID,Section,nnx-vmap-over-batch",
        "    Points Possible,,,,,10",
        '"Lee, Kim",1977,01815,kim@example.org,S1,10',
        '"Lost, Paul",1978,2,paul@example.org,S1,',
        '"Ono, Mia",1979,3,mia@example.org,S1,',
    ]
    assert (out / "moodle.csv").read_text(encoding="utf-8").splitlines()[1] == (
        '"Lee, Kim",01815,kim@example.org,kim@example.org,10,q1: 10 of 10'
    )
    again = graded(folder, one_assignment.zip, out, "--resume", "--json")
    assert again.returncode == 0, again.stdout + again.stderr
    (last,) = map(json.loads, again.stdout.splitlines())  # nothing is graded again
    assert (last["submissions"], [each["what"] for each in last["notices"]]) == (
        3,
        ["left.rar", "roster.csv", "leekim_LATE_1977_5002_hw-1.ipynb"],
    )
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<li>submission 1: one of 2 is graded, because it is the latest</li>" in page
    assert "<li>a .rar file: autograder does not read archives of this kind" in page
    assert "kim" not in page.lower() + (out / "final_grades.csv").read_text().replace("leekim", "")


def test_what_is_missing_for_a_gradebook_is_said_before_grading(
    one_assignment: BuiltAssignment, folder: Path, tmp_path: Path
) -> None:
    done = graded(folder, one_assignment.zip, tmp_path / "out", "--into", "canvas.csv")
    assert done.returncode == 1
    assert (
        "--into canvas needs --students with the file from Canvas's Grades → Export" in done.stderr
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_thirty_students_get_the_same_grades_in_five_layouts(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    """Every third student is right, and every tenth handed in no notebook."""
    right, empty = (
        path.read_text(encoding="utf-8")
        for path in (one_assignment.solution, one_assignment.untouched)
    )
    expected = [
        "" if student.number % 10 == 9 else "10" if student.number % 3 == 0 else "0"
        for student in CLASS
    ]
    for layout in LAYOUTS:
        place = tmp_path / layout.replace(" ", "")
        lay_out(
            layout,
            place / "class",
            lambda student: (
                "<html>"
                if student.number % 10 == 9
                else right
                if student.number % 3 == 0
                else empty
            ),
        )
        roster = roster_of(layout, place / "roster.csv")
        into = place / "gradebook-for-moodle.csv"
        done = graded(
            place / "class", one_assignment.zip, place / "out", "--students", roster, "--into", into
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with into.open(newline="", encoding="utf-8") as file:
            points = [row[one_assignment.name] for row in csv.DictReader(file)]
        assert points == expected, layout


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_a_run_that_is_stopped_goes_on_where_it_was(
    one_assignment: BuiltAssignment, folder: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out"
    running = subprocess.Popen(
        stoppable(command(folder, one_assignment.zip, out, "--quiet")),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: len(list((out / "submissions").glob("*/graded.json"))) >= 3)
    running.send_signal(number)
    _, told = running.communicate(timeout=60)
    if number == signal.SIGINT:
        assert running.returncode == 130
        assert "are graded and kept. To continue, add --resume." in told
    before = {path: path.stat().st_mtime_ns for path in (out / "submissions").glob("*/graded.json")}
    assert 3 <= len(before) < 7
    assert graded(folder, one_assignment.zip, out, "--resume", "--quiet").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(kept(out)) == 7
    assert graded(folder, one_assignment.zip, tmp_path / "undisturbed", "--quiet").returncode == 0
    assert kept(out) == kept(tmp_path / "undisturbed")
    assert table(out) == table(tmp_path / "undisturbed")


NETWORK_OF_ITS_OWN = """\
import fcntl, pathlib, socket, struct, subprocess, sys
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40039")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode
    != 0,
    reason="a network of its own is for root",
)
def test_no_submission_fails_for_a_port_that_another_one_has(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(12):
        shutil.copy(one_assignment.untouched, folder / f"{number}.ipynb")
    given = command(folder, one_assignment.zip, tmp_path / "out", "--quiet", "--workers", "2")
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", NETWORK_OF_ITS_OWN, *given],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = list(kept(tmp_path / "out").values())
    assert rows == [rows[0]] * 12
    assert len(rows[0]) > 1


@pytest.mark.slow
def test_nothing_of_a_class_is_left_running(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.copy(one_assignment.solution, folder)
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    subprocess.run(
        command(folder, one_assignment.zip, tmp_path / "out", "--quiet"),
        check=True,
        env=environment,
    )

    def left() -> list[str]:
        found = []
        for process in psutil.process_iter(["name"]):
            try:
                if process.environ().get("TMPDIR") == environment["TMPDIR"] or str(
                    tmp_path
                ) in " ".join(process.cmdline()):
                    found.append(process.info["name"])
            except psutil.Error:
                continue
        return found

    wait_for(lambda: not left(), 30)
    assert not list((tmp_path / "tmp").glob("otter-arrays-*"))


@pytest.mark.slow
def test_a_running_cluster_with_a_worker_that_dies(
    one_assignment: BuiltAssignment, folder: Path, tmp_path: Path
) -> None:
    for number in range(8):
        shutil.copy(folder / "solution.ipynb", folder / f"solution_{number}.ipynb")
    scheduler = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(tmp_path / "s"),
        ]
    )
    workers = []
    try:
        wait_for((tmp_path / "s").exists)
        worker = [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            "--scheduler-file",
            str(tmp_path / "s"),
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
        ]
        workers = [subprocess.Popen(worker) for _ in range(2)]
        wait_for(lambda: json.loads((tmp_path / "s").read_text())["address"])
        address = json.loads((tmp_path / "s").read_text())["address"]
        out = tmp_path / "out"
        running = subprocess.Popen(
            command(folder, one_assignment.zip, out, "--quiet", "--scheduler", address),
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for(lambda: len(list((out / "submissions").glob("*/graded.json"))) >= 5)
        workers[0].kill()
        _, told = running.communicate(timeout=300)
        assert running.returncode == 0, told
        assert graded(folder, one_assignment.zip, tmp_path / "here", "--quiet").returncode == 0
        assert kept(out) == kept(tmp_path / "here")
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_named(
    one_assignment: BuiltAssignment, folder: Path, tmp_path: Path
) -> None:
    done = graded(folder, one_assignment.zip, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in " ".join(done.stderr.split())
