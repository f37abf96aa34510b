"""What the report of a class says, and how it works in a browser.

Covers too: `classroom.alike`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.classroom import report
from autograder.classroom.alike import alike
from autograder.classroom.grades import Grade, of_results
from autograder.classroom.ledger import Entry
from autograder.grading import results
from autograder.verdicts.sketch import sketch

HINT = "Map `axis 0`, <script>alert(1)</script> not 1."


def entry(
    key: str,
    score: float | None,
    diagnosis: str = "",
    returned: np.ndarray | None = None,
    seconds: float = 2.0,
) -> Entry:
    row: dict[str, Any] = {
        "name": "f: edge sizes",
        "max_score": 4.0,
        "output": f"<b>{key}</b> went wrong",
        "extra_data": {"question": "q1"},
    }
    finding: dict[str, Any] = {
        "question": "f",
        "cases": "corners",
        "verdict": "right" if score == 4 else "wrong",
        "diagnosis": diagnosis or None,
        "seconds": 0.25,
    }
    if diagnosis:
        finding |= {"diagnosis_by": "author", "hint": HINT}
    if returned is not None:
        finding["returned"] = {
            "case": 1,
            "part": "",
            "array": f"shape {returned.shape}",
            "sketch": sketch(returned),
        }
    found = {
        "tests": [{**row, **({} if score is None else {"score": score})}],
        "extra_data": {"findings": [finding]},
    }
    return Entry(key, "", "", found, seconds)


@pytest.fixture
def entries() -> dict[str, Entry]:
    x = np.random.default_rng(0).normal(size=(2, 3))
    made = [
        *(entry(f"right {number}", 4.0) for number in range(7)),
        *(
            entry(f"swapped {number}", 1.0, "the axes are swapped", x.T * (1 + 1e-6 * number))
            for number in range(3)
        ),
        *(entry(f"same {number}", 0.0, "", x + 1) for number in range(2)),
        entry("other", 0.0, "", x + 2),
        entry("stuck", None),
        Entry("none", "", "", results.refused("No notebook was submitted."), 0.0),
        Entry("killed", "", "", results.begun(), 0.0),
    ]
    return {each.key: each for each in made}


def grades_of(entries: dict[str, Entry]) -> dict[str, Grade]:
    return {key: of_results(each.results) for key, each in entries.items()}


def labels_of(entries: dict[str, Entry]) -> dict[str, str]:
    return {key: f"submission {number}" for number, key in enumerate(entries, 1)}


@pytest.fixture
def page(entries: dict[str, Entry]) -> str:
    return report.page("an-assignment", entries, grades_of(entries), labels_of(entries))


def test_mistakes_are_counted_by_submission_with_hint_and_examples(
    entries: dict[str, Entry],
) -> None:
    first, *_, last = report.mistakes(entries, labels_of(entries))
    assert (first["name"], first["count"], first["hint"]) == ("the axes are swapped", 3, HINT)
    assert first["examples"] == ["submission 8", "submission 9", "submission 10"]
    assert (last["name"], last["count"]) == ("", 4)


def test_the_same_wrong_output_is_one_group_and_another_is_none(entries: dict[str, Entry]) -> None:
    swapped, same = alike(entries)
    assert (swapped.keys, dict(swapped.diagnoses)) == (
        ["swapped 0", "swapped 1", "swapped 2"],
        {"the axes are swapped": 3},
    )
    assert (same.keys, same.array, same.case) == (["same 0", "same 1"], "shape (2, 3)", 1)


def test_pass_rates_and_the_distribution(entries: dict[str, Entry]) -> None:
    assert report.rates(entries) == [
        {
            "question": "f",
            "check": "edge sizes",
            "right": 7,
            "of": 14,
            "percent": 50,
            "seconds": "0.25",
        }
    ]
    bars = report.distribution([0.0, 0.39, 0.4, 3.99, 4.0], 4.0)
    assert [bar["count"] for bar in bars] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert (bars[0]["label"], bars[9]["label"], bars[10]["label"]) == (
        "0 to less than 0.4",
        "3.6 to less than 4",
        "4",
    )
    assert report.distribution([], 0.0) == []


def test_ungraded_ones_come_first_and_nothing_of_a_submission_is_markup(page: str) -> None:
    assert "13 graded, 1 not readable as a submission (no points)," in " ".join(page.split())
    assert page.index("Ungraded: look at these first") < page.index("Scores")
    assert "&lt;b&gt;stuck&lt;/b&gt; went wrong" in page
    assert "<script>alert" not in page
    assert "Map <code>axis 0</code>, &lt;script&gt;" in page
    assert "http://" not in page
    assert "https://" not in page


def test_notices_stand_by_title_before_the_scores(entries: dict[str, Entry]) -> None:
    notices = {"Not graded": ["<b>.pdf: a PDF", "b.rar: packed"]}
    page = report.page("A", entries, grades_of(entries), labels_of(entries), notices)
    told = "<h2>Not graded</h2>\n<ul><li>&lt;b&gt;.pdf: a PDF</li><li>b.rar: packed</li></ul>"
    assert page.index("Ungraded: look") < page.index(told) < page.index("<h2>Scores</h2>")


@pytest.mark.parametrize("width", [390, 1200])
def test_in_a_browser_it_filters_and_sorts_and_has_no_fault_of_accessibility(
    browser: Any, page: str, tmp_path: Path, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    # Axe is injected into the page.
    tab = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda fault: said.append(str(fault)))
    tab.goto((tmp_path / "report.html").as_uri())
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    rows = tab.locator("#table tbody tr:visible")
    assert rows.count() == 16
    assert rows.first.inner_text().split("\t")[:2] == ["submission 14", "ungraded"]
    tab.get_by_label("Find").fill("swapped")
    assert (rows.count(), tab.locator("#shown").inner_text()) == (3, "3 of 16")
    tab.get_by_label("Find").fill("")
    tab.get_by_label("Show").select_option("refused")
    assert rows.count() == 1
    tab.get_by_label("Show").select_option("")
    tab.get_by_role("button", name="points").click()
    points = [row.split("\t")[3] for row in rows.all_inner_texts()]
    assert points == sorted(points, key=lambda text: -1.0 if text == "–" else float(text))
    tab.get_by_role("button", name="points").click()
    assert rows.first.inner_text().split("\t")[3] == "4"
    assert tab.locator("th[aria-sort=descending]").inner_text().startswith("points")
    tab.get_by_role("button", name="submission").click()
    assert [row.split("\t")[0] for row in rows.all_inner_texts()] == [
        f"submission {number}" for number in range(1, 17)
    ]
    assert said == []
    tab.close()


def test_without_axe_the_page_allows_itself_nothing_from_elsewhere(
    browser: Any, page: str, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text(page, encoding="utf-8")
    tab = browser.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((tmp_path / "report.html").as_uri())
    tab.get_by_label("Find").fill("went wrong")
    assert tab.locator("#table tbody tr:visible").count() == 1
    assert asked == [(tmp_path / "report.html").as_uri()]
    tab.close()
