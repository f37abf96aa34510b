"""What sets the two sides of a course's master beside each other, and what fetches the master."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nbformat
import pytest
from courses import listed
from courses.both_ways import PLUGIN, Row, main, table, with_plugin
from courses.fetch import VARIABLE, NotFetchedError, lay_out
from courses.masters import MASTERS, Master


@pytest.fixture
def clones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of clones with owner/name in it: its commit is in owner/commit."""
    clone = tmp_path / "clones" / "owner" / "name"
    (clone / "lab").mkdir(parents=True)
    (clone / "lab" / "lab.ipynb").write_text("the lab")
    (clone / "other").write_text("another file")
    git = ("git", "-C", str(clone), "-c", "user.name=a", "-c", "user.email=a@b.c")
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "labs")):
        subprocess.run([*git, *command], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    (clone.parent / "commit").write_text(head.stdout.strip())
    monkeypatch.setenv(VARIABLE, str(tmp_path / "clones"))
    return tmp_path / "clones"


def test_the_files_of_a_commit_are_laid_out(clones: Path, tmp_path: Path) -> None:
    commit = (clones / "owner" / "commit").read_text()
    (clones / "owner" / "name" / "lab" / "lab.ipynb").write_text("changed, not committed")
    lay_out("owner/name", commit, ("lab",), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["lab", "lab.ipynb"]
    assert (tmp_path / "out" / "lab" / "lab.ipynb").read_text() == "the lab"


def test_what_is_not_in_the_folder_of_clones_is_named(clones: Path, tmp_path: Path) -> None:
    commit = (clones / "owner" / "commit").read_text()
    with pytest.raises(NotFetchedError) as absent:
        lay_out("owner/another", commit, ("lab",), tmp_path / "out")
    assert str(absent.value) == (
        f"{VARIABLE} is {clones}, which has no folder owner/another; clone "
        f"https://github.com/owner/another to there, or unset {VARIABLE} to have it cloned"
    )
    with pytest.raises(NotFetchedError) as older:
        lay_out("owner/name", "0" * 40, ("lab",), tmp_path / "out")
    assert str(older.value) == (
        f"{clones / 'owner' / 'name'} has no commit {'0' * 40}; run `git fetch origin {'0' * 40}` "
        "there"
    )
    with pytest.raises(
        NotFetchedError, match=rf"^owner/name at {commit[:9]} has no hw, or not all "
    ):
        lay_out("owner/name", commit, ("hw",), tmp_path / "out")


def test_a_repository_that_cannot_be_fetched_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")  # GitHub is a folder without repositories
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{tmp_path}/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://github.com/")
    with pytest.raises(NotFetchedError) as failed:
        lay_out("owner/name", "0" * 40, ("lab",), tmp_path / "out")
    assert str(failed.value).startswith(
        f"https://github.com/owner/name at {'0' * 9} could not be fetched: "
    )
    assert str(failed.value).endswith(
        "; where there is no network, name a folder that holds clones as owner/name: "
        f"{VARIABLE}=folder"
    )


def test_a_repository_is_fetched_at_its_commit_and_kept(
    clones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = (clones / "owner" / "commit").read_text()
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{clones}/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://github.com/")
    lay_out("owner/name", commit, ("lab",), tmp_path / "out")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{tmp_path / 'nowhere'}/.insteadOf")
    lay_out("owner/name", commit, ("other",), tmp_path / "out")
    assert (tmp_path / "out" / "lab" / "lab.ipynb").read_text() == "the lab"
    assert (tmp_path / "out" / "other").read_text() == "another file"


@pytest.mark.parametrize(
    ("config", "changed"),
    [
        ("# ASSIGNMENT CONFIG\nname: a", f"# ASSIGNMENT CONFIG\nplugins:\n    - {PLUGIN}\nname: a"),
        ("# ASSIGNMENT CONFIG", f"# ASSIGNMENT CONFIG\nplugins:\n    - {PLUGIN}"),
        (
            "```otter\n# ASSIGNMENT CONFIG\nname: a\n```",
            f"```otter\n# ASSIGNMENT CONFIG\nplugins:\n    - {PLUGIN}\nname: a\n```",
        ),
    ],
)
def test_only_the_plugin_is_added_to_a_master(config: str, changed: str) -> None:
    new = nbformat.v4
    notebook = new.new_notebook(
        cells=[
            new.new_markdown_cell("The `# ASSIGNMENT CONFIG` is below."),
            new.new_raw_cell(config),
            new.new_code_cell("1"),
        ]
    )
    assert [cell.source for cell in with_plugin(notebook).cells] == [
        "The `# ASSIGNMENT CONFIG` is below.",
        changed,
        "1",
    ]


def test_the_table_shows_what_differs() -> None:
    rows = [
        Row("solution", "q1", "1.0/1.0", "1.0/1.0", ("good", "fine")),
        Row("solution", "Public Tests", "passed", "passed"),
        Row("solution", "q2", "0.5/2.0 failed", "0.5/2.0 failed"),
        Row("untouched", "q2", "0/1.0", "–", ("It is wrong.", "")),
    ]
    assert table(rows) == (
        "--- untouched, q2: Otter says ---\nIt is wrong.\n"
        "untouched  q2                                       Otter: 0/1.0                        "
        "plugin: –\n"
        "3 of 4 rows are equal; Otter alone gives the solution 1.5 of 3 points"
    )


def test_a_master_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(SystemExit) as refused:
        main("owner/name", "lab.ipynb")
    assert str(refused.value).startswith(
        "lab.ipynb of owner/name is not in tests/courses/masters.py, which has\n"
        "  ucbds-infra/otter-grader docs/tutorial/demo.ipynb\n"
    )


def test_the_page_has_each_master_at_its_commit() -> None:
    assert listed.commits() == {master.label: master.commit for master in MASTERS}


def test_what_the_page_lists_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "courses.md"
    page.write_text(
        "## Rows that differ\n\n"
        "| master | submission | row | Otter | plugin | why |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| a/b: c.ipynb | solution | `q1` | `1.0/1.0` | `0/1.0` | Some reason. |\n"
        "| a/b: d.ipynb | solution | `q1` | `1.0/1.0` | `0/1.0` | Some reason. |\n"
    )
    monkeypatch.setattr(listed, "PAGE", page)
    assert listed.listed(Master("a/b", "0", "c.ipynb")) == {("solution", "q1", "1.0/1.0", "0/1.0")}
