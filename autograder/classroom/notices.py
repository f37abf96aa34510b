"""Tell the instructor what to know besides the grades: files that are not graded, students without
a submission, submissions of nobody on the roster, and which of several files is graded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.classroom.people import Person

LEFT_OUT, MISSING, UNMATCHED = "left out", "missing", "not on the roster"
SEVERAL, CHOSEN = "several", "chosen"

TITLES = {
    LEFT_OUT: "Not graded",
    MISSING: "No submission",
    UNMATCHED: "Not on the roster",
    SEVERAL: "More than one submission",
    CHOSEN: "One of several",
}
"""The kinds of notices in the order in which they are shown, each with a title."""


@dataclass(frozen=True)
class Notice:
    """A file, submission or person by name, and what there is to say about it.

    `key` is the key of the submission, if it is graded. Where students are not named, `public`
    replaces the name and `plain` the text.
    """

    kind: str
    what: str
    why: str
    key: str = ""
    people: tuple[Person, ...] = ()
    public: str = ""
    plain: str = ""

    @property
    def without_names(self) -> Notice:
        """The notice of a missing submission without its people. Files keep their names."""
        return replace(self, what=self.public) if self.kind == MISSING else self

    @property
    def sentence(self) -> str:
        """The notice in one line, with names."""
        return f"{self.what}: {self.why}"


def by_title(
    notices: Sequence[Notice], labels: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """The notices as sentences, by the title of their kind. With `labels`, which label submissions
    by key, the sentences name nobody.
    """
    found: dict[str, list[str]] = {}
    for kind, title in TITLES.items():
        sentences = [
            notice.sentence
            if labels is None
            else f"{labels.get(notice.key) or notice.public}: {notice.plain or notice.why}"
            for notice in notices
            if notice.kind == kind
        ]
        if sentences:
            found[title] = sentences
    return found


_NOTEBOOK = "ask for the notebook itself (.ipynb)"

_WHY = {
    (".pdf",): f"a PDF cannot be graded; {_NOTEBOOK}",
    (".html", ".htm", ".mht"): f"a web page cannot be graded; {_NOTEBOOK}",
    (".doc", ".docx", ".odt", ".rtf"): f"a document cannot be graded; {_NOTEBOOK}",
    (".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".zipx"): (
        "autograder does not read archives of this kind; unpack it, and put its files into a "
        "folder with this name"
    ),
    (".csv", ".tsv", ".xlsx"): "it is not a submission; if it is a roster, name it with --students",
}


def left_out(path: Path, name: str) -> Notice:
    """The notice about an entry of the folder that is not graded, depending on what it is."""
    ending = path.suffix.lower()
    if path.is_symlink():
        why = "it is a link, and autograder follows no links; put the file itself there"
    elif not path.is_file() and not path.is_dir():
        why = "it is not a plain file"
    elif path.name.startswith("."):
        why = "names of system files begin with a dot; rename it if a student submitted it"
    elif path.is_file() and not path.stat().st_size:
        why = f"it is empty; {_NOTEBOOK}"
    else:
        why = next(
            (told for endings, told in _WHY.items() if ending in endings),
            "it is not a notebook, script, zip or tar archive",
        )
    kind = "folder" if path.is_dir() else f"{ending or 'plain'} file"
    return Notice(LEFT_OUT, name, why, public=f"a {kind}")
