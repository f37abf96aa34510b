"""What `grader.check` shows in a notebook, with Otter's own test files and IPython's own shell."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from otter.test_files import ExceptionTestFile

from autograder.checks import result_page
from autograder.checks.lines import in_short_lines
from autograder.checks.result_page import FRAME
from autograder.checks.verdict import CheckFailed

SAID = (
    "f returned a wrong value in 1 of 28 elements (3.6%); the largest error is 0.1 (allowed: "
    "1.68e-05), & more. [case 2 of 4: all sizes distinct]\n"
    "Looks like: off by a constant. Every number is off by the same amount: look at `x + 1`.\n"
    "Errors compared with the largest expected value:\n"
    "       1 at least a hundredth\n"
    "The wrong elements:\n"
    "  [27]: returned -0.696817, expected -0.7968171\n"
    "  [3]: returned 1, expected 2"
)
TESTS = """\
from otter.test_files import test_case

OK_FORMAT = False
name = "q1"
points = 2

@test_case(points=1, hidden=False)
def values(tell):
    tell()

@test_case(points=1, hidden=False, success_message="Well <em>done</em>.")
def others():
    pass

@test_case(points=None, hidden=False, failure_message="Ask <em>us</em>.")
def plain(right):
    assert right, "1 < 2"
"""


def tell() -> None:
    with in_short_lines():
        raise CheckFailed(SAID)


def results(folder: Path, tell: Any, right: bool = False) -> Any:
    path = folder / "q1.py"
    path.write_text(TESTS, encoding="utf-8")
    found = ExceptionTestFile.from_file(str(path))
    found.run({"tell": tell, "right": right})
    return found


def test_the_sentence_comes_first_and_otters_frame_not_at_all(tmp_path: Path) -> None:
    assert result_page.page(results(tmp_path, tell)) == (
        "<p><strong>q1</strong>: 1 of 3 checks passed</p><p>❌ <code>q1 - 1</code></p><div "
        f"style='{FRAME}'><p><strong>f returned a wrong value in 1 of 28 elements (3.6%); the "
        "largest error is 0.1 (allowed: 1.68e-05), &amp; more. [case 2 of 4: all sizes "
        "distinct]</strong></p><p>Looks like: off by a constant. Every number is off by the same "
        "amount: look at <code>x + 1</code>.</p><p>Errors compared with the largest expected "
        "value:</p><pre style='font-family: monospace'>       1 at least a hundredth</pre><p>The "
        "wrong elements:</p><pre style='font-family: monospace'>  [27]: returned -0.696817, "
        f"expected -0.7968171\n  [3]: returned 1, expected 2</pre></div><p>✅ "
        f"<code>q1 - 2</code></p><div style='{FRAME}'><p>Well <em>done</em>.</p></div>"
        f"<p>❌ <code>q1 - 3</code></p><div style='{FRAME}'><pre "
        "style='font-family: monospace'>❌ Test case failed\n"
        "Error at line 17 in test q1:\n"
        "      assert right, &quot;1 &lt; 2&quot;\n"
        "AssertionError: 1 &lt; 2</pre><p>Ask <em>us</em>.</p></div>"
    )


def test_every_element_is_closed(tmp_path: Path) -> None:
    open_ones: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            open_ones.extend([tag] if tag != "br" else [])

        def handle_endtag(self, tag: str) -> None:
            assert open_ones.pop() == tag

    Reader().feed(result_page.page(results(tmp_path, tell)))
    assert open_ones == []


@pytest.mark.parametrize("right", [True, False])
def test_what_this_package_says_nothing_about_is_shown_as_otter_shows_it(
    tmp_path: Path, right: bool
) -> None:
    found = results(tmp_path, lambda: None, right)
    emoji = re.compile("[🍀🎉🌈🙌🚀🌟✨💯]")
    assert emoji.sub("", result_page.page(found)) == emoji.sub("", found._repr_html_())


def test_outside_a_notebook_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    result_page.show_instead_of_otter()
    assert "TestFile" not in str(shell.display_formatter.formatters["text/html"].type_printers)


def test_in_a_notebook_the_page_is_what_is_displayed_and_the_text_is_otters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = InteractiveShell()
    shell.kernel = None
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    result_page.show_instead_of_otter()
    found = results(tmp_path, tell)
    shown, _ = shell.display_formatter.format(found)
    assert shown["text/html"] == result_page.page(found)
    assert shown["text/plain"] == found.summary()
