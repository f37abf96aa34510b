"""What counts as a submission in a folder, what it contains, and what is said about the rest.

Covers too: `classroom.contents`, `classroom.gradescope_export`, `classroom.keys`,
`classroom.notices`, `classroom.selection`, `classroom.archives`.
"""

from __future__ import annotations

import io
import os
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import nbformat
import pytest
from class_commands import EXPORT

from autograder.classroom.contents import digest
from autograder.classroom.notices import by_title
from autograder.classroom.people import Person
from autograder.classroom.submissions import METADATA, NoSubmissions, SubmittedFiles, find
from autograder.container.choice import Wanted
from autograder.errors import Refused

ANSWER, OTHER = (
    nbformat.writes(
        nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(f"def f(x):\n    return {value}", id="c")],
            metadata=otter,
        )
    )
    for value, otter in ((1, {"otter": {"assignment_name": "hw"}}), (2, {}))
)
WANTED = Wanted("hw", frozenset(), frozenset({"f"}))


def lay(folder: Path, *names: str, **contents: str) -> Path:
    """A folder with files of these names; they are notebooks of this assignment unless `contents`
    says otherwise.
    """
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            (folder / name).mkdir()
        else:
            (folder / name).write_text(ANSWER if ".ipynb" in name else "text")
    return folder


def keys_and_files(folder: Path) -> dict[str, list[str]]:
    return {
        submission.key: sorted(submission.files())
        for submission in find(folder, WANTED).submissions
    }


def told(folder: Path) -> list[str]:
    return [notice.sentence for notice in find(folder, WANTED).notices]


def test_notebooks_scripts_and_archives_side_by_side(tmp_path: Path) -> None:
    lay(tmp_path, "b.ipynb", "a.zip", "c.py", "d.IPYNB", "e.ipynb.json", "f.tar.gz", "g.txt")
    (tmp_path / "g.txt").write_text(ANSWER)  # a notebook under another name
    found = find(tmp_path)
    assert [(each.key, each.path.name, each.names) for each in found.submissions] == [
        ("a.zip", "a.zip", ""),
        ("b", "b.ipynb", ""),
        ("c.py", "c.py", ""),
        ("d", "d.IPYNB", ""),
        ("e", "e.ipynb.json", ""),
        ("f.tar.gz", "f.tar.gz", ""),
        ("g.txt", "g.txt", ""),
    ]
    assert found.notices == []


def test_everything_else_is_told_with_the_reason(tmp_path: Path) -> None:
    lay(tmp_path, "ada.ipynb", "a.pdf", "b.html", "c.7z", "d.docx", "e.csv", "f.txt", ".g.ipynb")
    lay(tmp_path, ".DS_Store", "._ada.ipynb", "__MACOSX/._ada.ipynb", "Thumbs.db", ".git/config")
    (tmp_path / "h.txt").touch()
    (tmp_path / "i.ipynb").symlink_to(tmp_path / "ada.ipynb")
    found = find(tmp_path)
    assert [each.key for each in found.submissions] == ["ada"]
    assert [notice.sentence for notice in found.notices] == [
        ".g.ipynb: names of system files begin with a dot; rename it if a student submitted it",
        "a.pdf: a PDF cannot be graded; ask for the notebook itself (.ipynb)",
        "b.html: a web page cannot be graded; ask for the notebook itself (.ipynb)",
        "c.7z: autograder does not read archives of this kind; unpack it, and put its files into "
        "a folder with this name",
        "d.docx: a document cannot be graded; ask for the notebook itself (.ipynb)",
        "e.csv: it is not a submission; if it is a roster, name it with --students",
        "f.txt: it is not a notebook, script, zip or tar archive",
        "h.txt: it is empty; ask for the notebook itself (.ipynb)",
        "i.ipynb: it is a link, and autograder follows no links; put the file itself there",
    ]
    assert by_title(found.notices, {})["Not graded"][1] == (
        "a .pdf file: a PDF cannot be graded; ask for the notebook itself (.ipynb)"
    )


def test_what_the_command_itself_names_is_no_submission(tmp_path: Path) -> None:
    lay(tmp_path, "ada.ipynb", "grader.zip", "graded/report.html", "roster.csv")
    beside = [tmp_path / name for name in ("grader.zip", "graded", "roster.csv")]
    found = find(tmp_path, WANTED, beside)
    assert ([each.key for each in found.submissions], found.notices) == (["ada"], [])


def test_keys_can_name_folders_are_unique_and_stay_when_a_file_comes(tmp_path: Path) -> None:
    names = ["a.ipynb", "a.zip", "A b.ipynb", "A?b.ipynb", "=x.ipynb", f"{'x' * 150}.ipynb"]
    lay(tmp_path, *names, "ä.ipynb", "=.ipynb")
    keys = [found.key for found in find(tmp_path).submissions]
    assert len({key.lower() for key in keys}) == len(keys) == 8
    assert all(
        key and len(key) <= 110 and "/" not in key and key not in (".", "..") for key in keys
    )
    assert {"a", "a.zip", "ä", "_x"} <= set(keys)
    assert sum(key.startswith("A_b-") for key in keys) == 2
    alike = ("CON", "nul.x", "\uac00", "\u1100\u1161", "STRASSE", "stra\u00dfe")
    lay(tmp_path, "ä/hw.py", "a.py", "another.ipynb", *(f"{name}.ipynb" for name in alike))
    more = [
        unicodedata.normalize("NFC", each.key).casefold() for each in find(tmp_path).submissions
    ]
    assert len(set(more)) == len(more)
    assert not {"con", "nul.x"} & set(more)
    assert set(keys) - {"ä"} <= {found.key for found in find(tmp_path).submissions}


def test_names_in_an_unknown_encoding_can_be_written(tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / os.fsdecode(b"M\xfcller.ipynb")).write_text(ANSWER)
    (tmp_path / os.fsdecode(b"M\xfcller.pdf")).write_text("x")
    found = find(tmp_path)
    (submission,) = found.submissions
    assert (submission.file, *submission.files()) == ("M\ufffdller.ipynb",) * 2
    assert digest(submission.files())
    assert found.notices[0].what == "M\ufffdller.pdf"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            [
                "Ada L_1_assignsubmission_file_/hw.ipynb",
                "Ada L_1_assignsubmission_onlinetext_/onlinetext.html",
                "Bob_2_assignsubmission_onlinetext_/onlinetext.html",
                "Carl_3_assignsubmission_file_/",
            ],
            {"Ada_L_1": ["hw.ipynb"], "Bob_2": ["onlinetext.html"], "Carl_3": []},
        ),
        (
            ["Ada L_1_assignsubmission_file_hw.ipynb", "Ada L_1_assignsubmission_file_x.csv"],
            {"Ada_L_1": ["hw.ipynb", "x.csv"]},
        ),
        (
            ["submitted/ada/ps1/hw.ipynb", "submitted/ada/ps1/timestamp.txt", "source/x.ipynb"],
            {"ada": ["ps1/hw.ipynb", "ps1/timestamp.txt"]},
        ),
        (
            ["ada/ps1/hw.ipynb", "ada/HW/hw.ipynb", "bob/ps1/hw.ipynb", "timestamps.txt"],
            {"ada": ["hw.ipynb"], "bob": ["ps1/hw.ipynb"]},
        ),
        (
            ["hw1-ada/hw.ipynb", "hw1-ada/.git/HEAD", "hw1-ada/tests/t.py", "hw1-bob/src/hw.ipynb"],
            {"hw1-ada": ["hw.ipynb", "tests/t.py"], "hw1-bob": ["src/hw.ipynb"]},
        ),
        (["hw1-submissions/hw1-ada/hw.ipynb"], {"hw1-ada": ["hw.ipynb"]}),
        (
            ["leekim_LATE_77_5001_hw.ipynb", "leekim_LATE_77_5002_x.csv", "leemia_78_5003_hw.py"],
            {"leekim_77": ["hw.ipynb", "x.csv"], "leemia_78": ["hw.py"]},
        ),
        (
            ["Exercise/Abgaben/Lee_Kim_kim_77/hw.ipynb", "Exercise/Abgaben/Ono_Mia_mia_78/hw.py"],
            {"Lee_Kim_kim_77": ["hw.ipynb"], "Ono_Mia_mia_78": ["hw.py"]},
        ),
        (
            ["Sheet 1/Lee, Kim(kim)/Submission/hw.ipynb", "Sheet 1/Ono, Mia(mia)/hw.ipynb"],
            {"Lee__Kim_kim_": ["Submission/hw.ipynb"], "Ono__Mia_mia_": ["hw.ipynb"]},
        ),
        (
            [
                "group 1/Ada_1_assignsubmission_file_/hw.ipynb",
                "group 2/Bob_2_assignsubmission_file_/hw.ipynb",
            ],
            {"Ada_1": ["hw.ipynb"], "Bob_2": ["hw.ipynb"]},
        ),
        (["export/ada.ipynb", "export/bob.ipynb"], {"ada": ["ada.ipynb"], "bob": ["bob.ipynb"]}),
        (["ada/hw.ipynb", "ada/data/x.csv"], {"ada": ["data/x.csv", "hw.ipynb"]}),
        (["ada/deep/hw.ipynb"], {"ada": ["deep/hw.ipynb"]}),
    ],
    ids=[
        "Moodle",
        "Moodle without folders",
        "the parent of nbgrader's folder",
        "nbgrader with several assignments",
        "repositories",
        "repositories of one",
        "Canvas",
        "ILIAS",
        "Sakai",
        "sections",
        "files in a folder of an export",
        "one student",
        "one student, deeper",
    ],
)
def test_the_layouts_of_platforms(
    tmp_path: Path, names: list[str], expected: dict[str, list[str]]
) -> None:
    lay(tmp_path, *names, "__MACOSX/._x.ipynb")
    assert keys_and_files(tmp_path) == expected


@pytest.mark.parametrize(
    ("files", "key", "sentence"),
    [
        (
            {"leekim_1977_5001_hw.ipynb": ANSWER, "leekim_1977_5002_hw-1.ipynb": ANSWER + " "},
            "hw-1.ipynb",
            "leekim_1977_5002_hw-1.ipynb: graded, because it is the latest; not graded: "
            "leekim_1977_5001_hw.ipynb",
        ),
        (
            {"leekim_1977_5001_hw.ipynb": ANSWER, "leekim_1977_5002_scratch.ipynb": OTHER},
            "hw.ipynb",
            "leekim_1977_5001_hw.ipynb: graded, because it has most of this assignment; not "
            "graded: leekim_1977_5002_scratch.ipynb",
        ),
        (
            {
                "Lee_1_assignsubmission_file_hw.ipynb": "a",
                "Lee_1_assignsubmission_file_hw (1).ipynb": "b",
            },
            "hw (1).ipynb",
            "Lee_1_assignsubmission_file_hw (1).ipynb: graded, because it is the latest; not "
            "graded: Lee_1_assignsubmission_file_hw.ipynb",
        ),
        (
            {
                "HW_lee_attempt_2026-01-01-10-00-00_hw.ipynb": ANSWER,
                "HW_lee_attempt_2026-01-02-10-00-00_hw.ipynb": OTHER,
            },
            "hw.ipynb",
            "HW_lee_attempt_2026-01-02-10-00-00_hw.ipynb: graded, because it is the latest "
            "attempt; not graded: HW_lee_attempt_2026-01-01-10-00-00_hw.ipynb",
        ),
        (
            {
                "HW_lee_attempt_2026-01-01-10-00-00_hw.ipynb": ANSWER,
                "HW_lee_attempt_2026-01-02-10-00-00.txt": "I have nothing to add",
            },
            "hw.ipynb",
            "HW_lee_attempt_2026-01-01-10-00-00_hw.ipynb: graded, because later attempts have no "
            "notebook; not graded: HW_lee_attempt_2026-01-02-10-00-00.txt",
        ),
        (
            {
                "3-4 - Kim Lee - Nov 9, 2026 926 PM/hw.ipynb": ANSWER,
                "3-4 - Kim Lee - Nov 10, 2026 926 AM/hw.ipynb": OTHER,
            },
            "hw.ipynb",
            "3-4 - Kim Lee - Nov 10, 2026 926 AM: graded, because it is the latest attempt; not "
            "graded: 3-4 - Kim Lee - Nov 9, 2026 926 PM",
        ),
        (
            {"lee/hw.ipynb": ANSWER, "lee/scratch.ipynb": OTHER, "mia/hw.ipynb": ANSWER},
            "hw.ipynb",
            "hw.ipynb: graded, because it has most of this assignment; not graded: scratch.ipynb",
        ),
        (
            {
                "leekim_1977_51_a.zip": "",
                "leekim_1977_52_a-1.zip": "",
                "onomia_78_53_x.py": "",
            },
            "",
            "leekim_1977_52_a-1.zip: graded, because it is the latest; not graded: "
            "leekim_1977_51_a.zip",
        ),
    ],
    ids=[
        "Canvas, resubmitted",
        "Canvas, another notebook",
        "a copy",
        "Blackboard",
        "Blackboard, without files",
        "Brightspace",
        "in a folder",
        "archives",
    ],
)
def test_of_several_files_of_one_student_it_is_told_which_is_graded(
    tmp_path: Path, files: dict[str, str], key: str, sentence: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    found = find(tmp_path, WANTED)
    assert [notice.sentence for notice in found.notices] == [sentence]
    assert found.notices[0].key == found.submissions[0].key
    assert found.submissions[0].path.name == sentence.partition(":")[0] or key == "hw.ipynb"
    if key:
        assert key in found.submissions[0].files()
    without_names = by_title(found.notices, {found.notices[0].key: "submission 1"})
    assert without_names["One of several"][0].startswith(
        "submission 1: one of 2 is graded, because"
    )


def test_blackboards_text_tells_the_name_of_its_attempt(tmp_path: Path) -> None:
    lay(tmp_path, "HW_lee_attempt_2026-01-01-10-00-00_hw.ipynb")
    text = "Name: Kim Lee (lee)\nAssignment: HW\n"
    (tmp_path / "HW_lee_attempt_2026-01-01-10-00-00.txt").write_text(text)
    found = find(tmp_path, WANTED)
    (submission,) = found.submissions
    assert submission.people == (Person("Kim Lee", login="lee"),)
    assert (submission.path.suffix, found.notices) == (".ipynb", [])


def test_a_whole_download_that_is_still_packed_is_told(tmp_path: Path) -> None:
    lay(tmp_path, "ada.ipynb")
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr("leekim_77_5001_hw.ipynb", "{}")
        archive.writestr("onomia_78_5002_hw.ipynb", "{}")
    assert told(tmp_path) == [
        "submissions.zip: it contains several submissions; unpack it, and name the folder"
    ]


@pytest.mark.parametrize("archive", ["Work.zip", "CS101 homework.zip"])
def test_a_download_beside_its_archive_is_read_once(tmp_path: Path, archive: str) -> None:
    lay(tmp_path, "Work/ada/hw.ipynb", "Work/bob/hw.py")
    with zipfile.ZipFile(tmp_path / archive, "w") as packed:
        packed.writestr("Work/ada/hw.ipynb", "{}")
        packed.writestr("Work/bob/hw.py", "")
        packed.writestr("__MACOSX/Work/._ada", "")
    assert list(keys_and_files(tmp_path)) == ["ada", "bob"]
    assert told(tmp_path) == [f"{archive}: its files are unpacked beside it, and are graded"]


def test_what_lies_beside_nbgraders_folder_is_told(tmp_path: Path) -> None:
    lay(tmp_path, "submitted/ada/ps1/hw.ipynb", "source/ps1/hw.ipynb", "gradebook.db")
    assert told(tmp_path) == [
        f"{name}: it is beside nbgrader's folder of submissions, which is graded"
        for name in ("gradebook.db", "source")
    ]


def test_gradescopes_export(tmp_path: Path) -> None:
    (tmp_path / METADATA).write_text(EXPORT)
    for name in ("submission_7", "submission_12", "submission_99"):
        (tmp_path / name).mkdir()
    (tmp_path / "submission_7" / "answer.ipynb").write_bytes(b"{}")
    found = find(tmp_path)
    first, second, third = found.submissions
    assert (first.key, first.names) == ("submission_12", "2026-11-20")
    assert (second.key, second.names) == (
        "submission_7",
        "Ada Lovelace <ada@example.org>; Charles Babbage <charles@example.org>",
    )
    assert second.people[0] == Person("Ada Lovelace", "ada@example.org", "1815")
    assert second.files() == {"answer.ipynb": b"{}"}
    assert (third.key, third.people) == ("submission_99", ())
    assert [notice.sentence for notice in found.notices] == [
        "submission_13: submission_metadata.yml names it, but its folder is missing; export it "
        "again"
    ]


def test_an_export_in_a_folder_deeper_and_without_its_metadata(tmp_path: Path) -> None:
    lay(tmp_path, "export/submission_3/", "export/submission_4/x.ipynb", "export/other/y.ipynb")
    assert list(keys_and_files(tmp_path)) == ["other", "submission_3", "submission_4"]


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        (
            None,
            "has no submissions: no *.ipynb, *.py, *.zip or *.tar.gz, no folder of a student, "
            "and no submission_metadata.yml of Gradescope's export. Name the folder that "
            "contains them. scan.pdf: a PDF cannot be graded; ask for the notebook itself "
            "(.ipynb).",
        ),
        (
            "submission_1: [",
            "cannot be read: while parsing a flow node. Export the submissions again.",
        ),
        ("just a text", "is not from Gradescope: it names no submissions. Export them again."),
        (
            "submission_1: {}\nsubmission_2: {}",
            "names 2 submissions, but none of their folders is beside it. Unpack the whole export.",
        ),
        (
            "../outside: {}",
            "names 1 submissions, but none of their folders is beside it. Unpack the whole export.",
        ),
    ],
    ids=["nothing", "not YAML", "no mapping", "no folders", "outside"],
)
def test_a_folder_without_submissions_says_what_was_looked_for(
    tmp_path: Path, metadata: str | None, sentence: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "folder" / "scan.pdf").write_text("%PDF")
    if metadata is not None:
        (tmp_path / "folder" / METADATA).write_text(metadata)
    with pytest.raises(NoSubmissions) as told:
        find(tmp_path / "folder")
    assert str(told.value).endswith(sentence)


def test_nothing_in_the_metadata_is_run(tmp_path: Path) -> None:
    (tmp_path / METADATA).write_text(
        f"submission_1: !!python/object/apply:os.system ['touch {tmp_path}/ran']\n"
    )
    (tmp_path / "submission_1").mkdir()
    with pytest.raises(NoSubmissions, match="cannot be read"):
        find(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_of_a_folder_plain_files_are_taken_and_links_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "submission_1"
    (folder / "data").mkdir(parents=True)
    (folder / "answer.ipynb").write_bytes(b"{}")
    (folder / "data" / "x.csv").write_bytes(b"1")
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "link.py").symlink_to(tmp_path / "secret")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    lay(folder, ".git/HEAD", "__MACOSX/._answer.ipynb", "._answer.ipynb", ".DS_Store")
    assert SubmittedFiles("submission_1", folder).files() == {
        "answer.ipynb": b"{}",
        "data/x.csv": b"1",
    }


SOLUTION = ANSWER.replace("hw", "hw ").replace("return 1", "return 1 + 0")


def solution_at(folder: Path) -> Path:
    lay(folder, "x.ipynb", "hw/x.ipynb")
    for name in ("x.ipynb", "hw/x.ipynb"):
        (folder / name).write_text(SOLUTION)
    return folder


@pytest.mark.parametrize("name", ["hw", "sub", "x.ipynb", "a b", "submitted", "data.zip"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_to_the_solution_is_never_followed(tmp_path: Path, name: str, kind: str) -> None:
    solution = solution_at(tmp_path / "solution")
    folder = lay(tmp_path / "class", "eve/own.ipynb", "eve/more/x.ipynb", "ada/x.ipynb")
    target = solution / ("x.ipynb" if kind == "file" else "")
    for place in (folder, folder / "eve"):
        (place / name).symlink_to(target)
    read = [
        content for each in find(folder, WANTED).submissions for content in each.files().values()
    ]
    assert read
    assert SOLUTION.encode() not in read


def test_an_export_of_a_student_s_own_is_a_folder_of_files(tmp_path: Path) -> None:
    folder = lay(tmp_path, "ada/x.ipynb", "eve/x.ipynb", "eve/submission_7/y.ipynb")
    (folder / "eve" / METADATA).write_text(EXPORT)
    found = find(folder, WANTED)
    assert [each.key for each in found.submissions] == ["ada", "eve"]
    assert not any("Lovelace" in each.names for each in found.submissions)


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 30)
)


@pytest.mark.parametrize("content", [EXPORT, "{", "x: 1", "[", BOMB, "\udcff"])
def test_an_export_of_a_student_s_own_stops_no_class_of_files(tmp_path: Path, content: str) -> None:
    folder = lay(tmp_path, "ada.ipynb", "eve/x.ipynb", "eve/submission_7/y.ipynb")
    (folder / "eve" / METADATA).write_bytes(content.encode("utf-8", "surrogateescape"))
    found = find(folder, WANTED)
    assert [each.key for each in found.submissions] == ["ada", "eve"]
    assert not any("Lovelace" in each.names for each in found.submissions)


def test_what_is_no_text_in_an_export_is_no_name(tmp_path: Path) -> None:
    lay(tmp_path, "submission_7/x.ipynb")
    name = "submission_7:\n  :submitters:\n  - :name: *a29\n    :sid: 007\n    :email: {a: b}\n"
    (tmp_path / METADATA).write_text(BOMB + name)
    (submission,) = find(tmp_path).submissions
    assert submission.names == "007"


@pytest.mark.parametrize(
    "key", ["..", ".", "../solution", "/", "a/../..", "..\\\\x", "submission_7/.."]
)
def test_a_key_of_an_export_that_is_no_name_is_none_of_its_folders(
    tmp_path: Path, key: str
) -> None:
    lay(tmp_path, "solution/x.ipynb")
    folder = lay(tmp_path / "export", "submission_7/x.ipynb", "submission_12/x.ipynb")
    (folder / METADATA).write_text(EXPORT + f'"{key}":\n  :submitters:\n  - :name: Eve\n')
    found = find(folder, WANTED)
    assert [each.key for each in found.submissions] == ["submission_12", "submission_7"]
    assert not any("Eve" in each.names for each in found.submissions)
    (told,) = (notice.sentence for notice in found.notices if "Eve" in notice.sentence)
    assert told.endswith(
        " (Eve): submission_metadata.yml names it, but no folder of an export has such a name; "
        "export it again"
    )


ODD = (
    *(b"\xff.ipynb", b"doejane_123_456_h\xffw.ipynb", b"ok/\xff.ipynb", b"ok2/\xff/hw.ipynb"),
    *(b"Jos\xe9 N_77_assignsubmission_file_/hw.ipynb", b"\xff.zip", b"\x1b]0;x\x07.tar.gz"),
    *(b"12-34 - J\xe9 - Jan 1, 2026 1000 AM/hw.ipynb", b"\xed\xa0\x80.ipynb", b"..ipynb"),
    *(b"homework_\xe9va_attempt_2026-01-01-10-00-00_hw.ipynb", b"\r=1.ipynb", b"a\n=1.ipynb"),
    *(b"\x1b[31m.pdf", "\u202etxt.ipynb".encode(), "\u2028=1.ipynb".encode(), b"-rf.ipynb"),
)
"""Names as the system has them: in another encoding, with characters that terminals obey, or with
line breaks.
"""


@pytest.mark.parametrize("name", ODD)
def test_a_name_of_any_bytes_stops_no_class_and_reaches_no_terminal(
    tmp_path: Path, name: bytes
) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118 - paths of bytes
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(ANSWER.encode())
    lay(tmp_path, "plain.ipynb")
    found = find(tmp_path, WANTED)
    assert "plain" in {each.key for each in found.submissions}
    shown = [notice.sentence for notice in found.notices]
    for each in found.submissions:
        shown += [each.key, each.file, each.names]
        try:
            files = each.files()
        except Refused as refusal:
            shown.append(str(refusal))
        else:
            digest(files)
            shown += files
    for text in shown:
        assert text.isprintable()
        text.encode()
    keys = [each.key for each in found.submissions]
    assert all(key == Path(key).name and key.strip(".") for key in keys)


def test_people_of_an_export_are_in_one_line(tmp_path: Path) -> None:
    lay(tmp_path, "submission_7/x.ipynb")
    (tmp_path / METADATA).write_text(
        'submission_7:\n  :submitters:\n  - :name: "A\\r=cmd\\e[31m"\n    :email: "a\\u2028b"\n'
    )
    (submission,) = find(tmp_path).submissions
    assert submission.names == "A\ufffd=cmd\ufffd[31m <a\ufffdb>"


def submitted(tmp_path: Path, content: bytes) -> SubmittedFiles:
    (tmp_path / "a.zip").write_bytes(content)
    return SubmittedFiles("a", tmp_path / "a.zip")


def test_a_zip_is_unpacked(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.ipynb", b"{}")
        archive.writestr("folder/x.csv", b"1")
    assert submitted(tmp_path, content.getvalue()).files() == {
        "a.ipynb": b"{}",
        "folder/x.csv": b"1",
    }


@pytest.mark.parametrize("name", ["hw.zip", "hw.tgz", "HW.ZIP"])
def test_an_archive_alone_in_a_folder_is_unpacked_too(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "ada"
    lay(folder, "notes.pdf")
    (folder / "in").mkdir()
    if name.lower().endswith("zip"):
        with zipfile.ZipFile(folder / "in" / name, "w") as packed:
            packed.writestr("hw.ipynb", b"{}")
            packed.writestr("__MACOSX/._hw.ipynb", b"x")
    else:
        with tarfile.open(folder / "in" / name, "w:gz") as archive:
            archive.addfile(entry := tarfile.TarInfo("hw.ipynb"), io.BytesIO(b"{}"))
            entry.size = 2
        with tarfile.open(folder / "in" / name, "w:gz") as archive:
            archive.addfile(entry, io.BytesIO(b"{}"))
    assert SubmittedFiles("ada", folder).files() == {"notes.pdf": b"text", "in/hw.ipynb": b"{}"}


def test_an_archive_beside_a_notebook_stays_as_it_is(tmp_path: Path) -> None:
    lay(tmp_path / "ada", "hw.ipynb", "data.zip")
    assert set(SubmittedFiles("ada", tmp_path / "ada").files()) == {"hw.ipynb", "data.zip"}


def test_what_is_no_zip_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(
        Refused, match=r"^a\.zip is damaged or not a zip file\. Make it again and submit it\.$"
    ):
        submitted(tmp_path, b"no zip").files()


def test_the_digest_is_of_names_and_contents() -> None:
    files = {"a": b"1", "b": b"2"}
    assert digest(files) == digest(dict(reversed(files.items())))
    assert (
        len(
            {
                digest(each)
                for each in (
                    files,
                    {"a": b"2", "b": b"1"},
                    {"a": b"1"},
                    {"a": b"1", "b": b"2", "c": b""},
                    {"ab": b"12"},
                )
            }
        )
        == 5
    )
