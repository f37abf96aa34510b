"""Write the report of a graded class as an HTML page: scores, pass rates, common mistakes, and
equal wrong answers.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape

from autograder.bank.groups import METHOD, title
from autograder.checks.row import CheckRow, rows_of
from autograder.classroom.alike import Alike, alike
from autograder.classroom.grades import GRADED, REFUSED, UNGRADED, Grade, possible_points
from autograder.classroom.ledger import Entry

EXAMPLES = 5
"""A mistake names at most this many submissions as examples."""

BARS = 10
"""The number of steps of the score distribution below the full score."""


def page(
    assignment: str,
    entries: Mapping[str, Entry],
    grades: Mapping[str, Grade],
    labels: Mapping[str, str],
    notices: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The report as HTML. `labels` holds the name of each submission in the report, and `notices`
    holds sentences about what else was found, by title.
    """
    environment = Environment(
        loader=PackageLoader("autograder"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    states = Counter(grade.state for grade in grades.values())
    worth = sum(possible_points(grades.values()).values())
    totals = [grade.total for grade in grades.values() if grade.total is not None]
    return environment.get_template("class.html").render(
        assignment=assignment,
        count=len(grades),
        states={state: states.get(state, 0) for state in (GRADED, UNGRADED, REFUSED)},
        worth=worth,
        median=statistics.median(totals) if totals else None,
        mean=statistics.fmean(totals) if totals else None,
        bars=distribution(totals, worth),
        ungraded=[
            _row(key, entries[key], grades[key], labels)
            for key in sorted(grades, key=labels.__getitem__)
            if grades[key].state == UNGRADED
        ],
        notices=notices or {},
        groups=rates(entries),
        mistakes=mistakes(entries, labels),
        stops=stops(entries, labels),
        alike=[_as_shown(each, labels) for each in alike(entries)],
        questions=list(possible_points(grades.values())),
        rows=[
            _row(key, entries[key], grades[key], labels)
            for key in sorted(grades, key=lambda key: _order(grades[key], labels[key]))
        ],
    )


def distribution(totals: Sequence[float], worth: float) -> list[dict[str, Any]]:
    """The number of submissions with each share of the points, in tenths. Full points are a step of
    their own.
    """
    if not worth:
        return []
    steps = Counter(min(int(total / worth * BARS + 1e-9), BARS) for total in totals)
    most = max(steps.values(), default=1)
    return [
        {
            "label": f"{worth:g}"
            if step == BARS
            else f"{step * worth / BARS:g} to less than {(step + 1) * worth / BARS:g}",
            "short": f"{step * worth / BARS:g}",
            "count": steps.get(step, 0),
            "height": round(100 * steps.get(step, 0) / most),
        }
        for step in range(BARS + 1)
    ]


def rates(entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """For each check of each question, the number of submissions that pass it, and the median time
    in seconds.
    """
    found: dict[tuple[str, str], list[CheckRow]] = {}
    for entry in entries.values():
        for row in rows_of(entry.results):
            name = f"method, {row.rule}" if row.cases == METHOD else title(row.cases)
            found.setdefault((row.question, name), []).append(row)
    shown = []
    for (question, name), rows in found.items():
        right = sum(row.right for row in rows)
        shown.append(
            {
                "question": question,
                "check": name,
                "right": right,
                "of": len(rows),
                "percent": round(100 * right / len(rows)),
            }
            | {"seconds": f"{statistics.median(row.seconds for row in rows):.2f}"}
        )
    return shown


def mistakes(entries: Mapping[str, Entry], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each recognised mistake, most frequent first, with its hint and the submissions that made it.
    Unrecognised wrong answers come last.
    """
    made: dict[tuple[str, str], set[str]] = {}
    hints: dict[tuple[str, str], str] = {}
    for entry in entries.values():
        wrong = [row for row in rows_of(entry.results) if not row.right]
        for question in {row.question for row in wrong}:
            hint_of = {
                row.diagnosis: row.hint or ""
                for row in wrong
                if row.question == question and row.diagnosis
            }
            for name, hint in hint_of.items():
                made.setdefault((question, name), set()).add(entry.key)
                hints[question, name] = hint
            if not hint_of:
                made.setdefault((question, ""), set()).add(entry.key)
    rows = [
        {
            "question": question,
            "name": name,
            "hint": hints.get((question, name), ""),
            **_count(keys, labels),
        }
        for (question, name), keys in made.items()
    ]
    return sorted(
        rows, key=lambda row: (not row["name"], -row["count"], row["question"], row["name"])
    )


def stops(entries: Mapping[str, Entry], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each cause that stopped cells before their end, most frequent first, with the submissions
    concerned.
    """
    found: dict[str, set[str]] = {}
    for entry in entries.values():
        for cell in entry.results.get("extra_data", {}).get("cells", ()):
            found.setdefault(cell["cause"], set()).add(entry.key)
    rows = [{"cause": cause, **_count(keys, labels)} for cause, keys in found.items()]
    return sorted(rows, key=lambda row: (-row["count"], row["cause"]))


def _count(keys: Collection[str], labels: Mapping[str, str]) -> dict[str, Any]:
    """How many submissions there are, and a few of them by name."""
    examples = sorted((labels[key] for key in keys), key=_natural)
    return {
        "count": len(keys),
        "examples": examples[:EXAMPLES],
        "more": max(0, len(keys) - EXAMPLES),
    }


def _as_shown(group: Alike, labels: Mapping[str, str]) -> dict[str, Any]:
    name = group.diagnoses.most_common(1)[0][0]
    return {
        "question": group.question,
        "check": title(group.group),
        "case": group.case + 1,
        "array": group.array,
        "count": len(group.keys),
        "name": name,
        "labels": sorted((labels[key] for key in group.keys), key=_natural),
    }


def _row(key: str, entry: Entry, grade: Grade, labels: Mapping[str, str]) -> dict[str, Any]:
    names = [row.diagnosis for row in rows_of(entry.results) if row.diagnosis]
    return {
        "label": labels[key],
        "state": grade.state,
        "points": dict(grade.points),
        "total": grade.total,
        "seconds": f"{entry.seconds:.1f}",
        "mistakes": list(dict.fromkeys(names)),
        "sentence": grade.sentence.split("\n", 1)[0],
    }


def _code(text: str) -> Markup:
    """The text as HTML, with code where it has backticks."""
    parts = str(text).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def _order(grade: Grade, label: str) -> tuple[int, list[Any]]:
    """A sort key that puts ungraded submissions first, because they need attention."""
    return (UNGRADED, REFUSED, GRADED).index(grade.state), _natural(label)


def _natural(label: str) -> list[Any]:
    """A sort key that puts submission 10 after submission 9."""
    head = label.rstrip("0123456789")
    digits = label[len(head) :].lstrip("0")
    return [head, len(digits), digits]


REPORT = "report.html"
