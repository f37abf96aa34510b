"""Make the two pictures of the README from real runs: `make pictures`.

`docs/pictures/check.png` is a failed check in a student's notebook, and `docs/pictures/class.png`
the report of a small class. Both come from the assignment in `dist/nnx-vmap-over-batch`, which
`make` builds. Needs Chromium, and a font with the signs ❌ and ✅.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image
from playwright.sync_api import Browser, Route, sync_playwright

from autograder.assignment.built import BuiltAssignment

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
COLOURS = 160
MISTAKE = "flattened feature by feature"
CLASS = {
    "": 9,
    MISTAKE: 5,
    "a model of its own for every example": 3,
    "the layer is called on the whole batch, without nnx.vmap": 4,
    "a loop over the rows in Python, without nnx.vmap": 2,
}
"""How often an answer is handed in: the solution, and misconceptions by name. Every other
misconception is handed in once."""


def main() -> None:
    """`python docs/pictures.py [DIST/NAME]`."""
    built = BuiltAssignment(Path(sys.argv[1] if sys.argv[1:] else "dist/nnx-vmap-over-batch"))
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = Path(scratch, "check.html")
        page.write_text(failed_check(built, Path(scratch, "desk")), encoding="utf-8")
        photograph(browser, page, PICTURES / "check.png", width=960)
        photograph(browser, class_report(built, Path(scratch)), PICTURES / "class.png", height=1238)
        browser.close()


def wrong_answers(built: BuiltAssignment) -> dict[str, str]:
    """The source of each misconception, by name."""
    (question,) = built.record().questions
    return {each.name: each.source for each in built.misconceptions(question).values()}


def failed_check(built: BuiltAssignment, desk: Path) -> str:
    """The page of a student's notebook in which a wrong answer was checked: the answer, the check,
    and what it says.
    """
    shutil.copytree(built.untouched.parent, desk)
    (question,) = built.record().questions
    notebook = built.answered({question: wrong_answers(built)[MISTAKE]})
    NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": desk}}
    ).execute()
    check = next(
        number for number, cell in enumerate(notebook.cells) if "grader.check(" in cell.source
    )
    notebook.cells = notebook.cells[check - 1 : check + 1]
    for number, cell in enumerate(notebook.cells, 7):
        cell.execution_count = number
    exporter = HTMLExporter(template_name="lab", exclude_anchor_links=True)
    page, _ = exporter.from_notebook_node(notebook)
    return str(page)


def submissions(built: BuiltAssignment) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    """A class's notebooks, by file name."""
    (question,) = built.record().questions
    names = ["", *wrong_answers(built)]
    for name in names:
        for number in range(CLASS.get(name, 1)):
            answer = (
                built.answered({question: wrong_answers(built)[name]})
                if name
                else nbformat.read(built.solution, as_version=4)
            )
            yield f"student {names.index(name):02}{number}.ipynb", answer
    yield "student 990.ipynb", nbformat.read(built.untouched, as_version=4)


def class_report(built: BuiltAssignment, scratch: Path) -> Path:
    """Grade a class with the command, and return its report."""
    folder = scratch / "submissions"
    folder.mkdir()
    for name, notebook in submissions(built):
        nbformat.write(notebook, folder / name)
    (folder / "student 991.pdf").write_bytes(b"%PDF-1.7 my answer")
    command = [sys.executable, "-P", "-m", "autograder", "grade", str(folder)]
    command += ["--autograder", str(built.zip), "--out", str(scratch / "graded"), "--workers", "1"]
    subprocess.run(command, check=True)
    return scratch / "graded" / "report.html"


def photograph(
    browser: Browser, page: Path, picture: Path, *, width: int = 1000, height: int | None = None
) -> None:
    """Save a picture of a page: of all of it, or of what is above `height`."""
    tab = browser.new_page(viewport={"width": width, "height": height or 400})
    tab.route("**/*", without_network)
    tab.goto(page.as_uri(), wait_until="domcontentloaded")
    taken = Image.open(BytesIO(tab.screenshot(full_page=height is None)))
    tab.close()
    taken.convert("RGB").quantize(COLOURS).save(picture, optimize=True)
    print(f"{picture}: {taken.width} x {taken.height}, {picture.stat().st_size} bytes")


def without_network(route: Route) -> None:
    """Let a page have files only: a notebook's page asks the network for MathJax."""
    if route.request.url.startswith("file:"):
        route.continue_()
    else:
        route.abort()


if __name__ == "__main__":
    main()
