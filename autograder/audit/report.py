"""Write the report of an audit for the author, as one self-contained HTML page."""

from __future__ import annotations

import difflib
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from autograder.audit.equivalents import FRESH_BANKS
from autograder.audit.kinds import kinds
from autograder.audit.records import Audited, Verdict
from autograder.audit.run import WITHOUT_UNDERSTANDING
from autograder.bank.groups import METHOD

NEAREST_SHOWN = 12
"""At most this many of the nearest wrong answers are drawn."""

BEST_SHOWN = 3
"""At most this many cases of a group are named as those that refuse the most."""


def page(audits: Sequence[Audited]) -> str:
    """The report as HTML."""
    environment = Environment(
        loader=PackageLoader("autograder"), autoescape=select_autoescape(), trim_blocks=True
    )
    verdicts = [verdict for audited in audits for verdict in audited.verdicts]
    return environment.get_template("audit.html").render(
        questions=[_question(audited) for audited in audits],
        right=sum(verdict.right for verdict in verdicts),
        wrong=sum(not verdict.right for verdict in verdicts),
        faults=[fault for audited in audits for fault in audited.faults],
        fresh=FRESH_BANKS,
    )


def counts(audited: Audited) -> dict[str, int]:
    """The confusion matrix in numbers: right answers accepted and refused; wrong ones refused,
    surviving and equivalent.
    """
    right = [verdict for verdict in audited.verdicts if verdict.right]
    wrong = [verdict for verdict in audited.verdicts if not verdict.right]
    return {
        "right": len(right),
        "right refused": sum(not verdict.full for verdict in right),
        "wrong": len(wrong),
        "wrong by the method": sum(
            verdict.failed != ()
            and not verdict.refused_on
            and not verdict.full
            and _by_rules(verdict, audited)
            for verdict in wrong
        ),
        "equivalent": sum(verdict.equivalent for verdict in wrong),
        "surviving": sum(verdict.survives for verdict in wrong),
    }


def _by_rules(verdict: Verdict, audited: Audited) -> bool:
    return not set(verdict.failed) & set(audited.groups)


def _question(audited: Audited) -> dict[str, Any]:
    wrong = [verdict for verdict in audited.verdicts if not verdict.right]
    return {
        "question": audited.question,
        "assignment": audited.assignment,
        "matrix": _matrix(audited.verdicts),
        "survivors": [_as_shown(verdict, audited) for verdict in wrong if verdict.survives],
        "refused": [
            _as_shown(verdict, audited)
            for verdict in audited.verdicts
            if verdict.right and not verdict.full
        ],
        "equivalent": [_as_shown(verdict, audited) for verdict in wrong if verdict.equivalent],
        "plot": _plot(audited),
        "plot_words": _plot_words(audited),
        "groups": _groups(audited),
        "kinds": kinds(audited),
        "seconds": f"{sum(verdict.seconds for verdict in audited.verdicts):.0f}",
        "cheap": _cheap(audited),
        "wrong": [
            {**vars(verdict), "score": f"{verdict.score:g}"}
            for verdict in sorted(
                wrong, key=lambda verdict: (-verdict.score, verdict.kind, verdict.name)
            )
        ],
    }


def _matrix(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    rows = []
    for label, chosen, right in (
        ("right answers", [each for each in verdicts if each.right], True),
        (
            "wrong answers",
            [each for each in verdicts if not each.right and not each.equivalent],
            False,
        ),
        ("changes that are right", [each for each in verdicts if each.equivalent], True),
    ):
        full = sum(each.full for each in chosen)
        none = sum(each.score == 0 for each in chosen)
        some = len(chosen) - full - none
        bad_full, bad_less = "" if right or not full else "bad", "bad" if right else ""
        rows.append(
            {"label": label, "full": full, "some": some, "none": none, "full_class": bad_full}
            | {"some_class": bad_less if some else "", "none_class": bad_less if none else ""}
        )
    return rows


def _as_shown(verdict: Verdict, audited: Audited) -> dict[str, Any]:
    lines = difflib.unified_diff(
        audited.reference.splitlines(),
        verdict.source.splitlines(),
        "the solution",
        "this answer",
        lineterm="",
    )
    signs = {"+": "plus", "-": "minus"}
    return {
        **vars(verdict),
        "diff": [{"sign": signs.get(line[:1], ""), "text": line} for line in lines],
    }


def _groups(audited: Audited) -> list[dict[str, Any]]:
    wrong = [
        verdict for verdict in audited.verdicts if not verdict.right and not verdict.equivalent
    ]
    rules = {name for verdict in wrong for name in verdict.failed} - set(audited.groups)
    rows = []
    for name, facts in audited.groups.items():
        refusing = [
            verdict
            for verdict in wrong
            if (set(verdict.failed) & rules if name == METHOD else name in verdict.failed)
        ]
        only = [
            verdict
            for verdict in refusing
            if set(verdict.failed) <= (rules if name == METHOD else {name})
        ]
        cases = Counter(case for verdict in refusing for case in verdict.refused_on.get(name, ()))
        best = ", ".join(f"{case + 1} ({count})" for case, count in cases.most_common(BEST_SHOWN))
        rows.append(
            {
                "name": name,
                "cases": facts.get("cases", ""),
                "shapes": facts.get("shapes", ""),
                "seconds": f"{facts['seconds']:.2f}",
            }
            | {"refused": len(refusing), "only": len(only), "best": best}
        )
    return rows


def _cheap(audited: Audited) -> str:
    cheap = [verdict for verdict in audited.verdicts if verdict.kind == WITHOUT_UNDERSTANDING]
    if not cheap:
        return "The audit tried no answers that need no understanding."
    best = max(cheap, key=lambda verdict: verdict.score)
    return (
        f"The best of {len(cheap)} such answers returns {best.name} and gets {best.score:g} of "
        f"{best.possible:g} points."
    )


def _relative(audited: Audited) -> tuple[float, float, list[tuple[str, float]]]:
    """The noise, the tolerance and the nearest wrong answers, relative to the largest element of an
    output.
    """
    noise = audited.tolerance.noise.largest
    tolerance = audited.tolerance.relative
    distances = sorted(
        (verdict.distance * tolerance, verdict.name)
        for verdict in audited.verdicts
        if not verdict.right and verdict.distance
    )
    return noise, tolerance, [(name, distance) for distance, name in distances[:NEAREST_SHOWN]]


def _plot_words(audited: Audited) -> str:
    noise, tolerance, nearest = _relative(audited)
    if not tolerance:
        return "The outputs are compared exactly."
    words = (
        f"Relative to an output's largest element, the noise of right answers is {noise:.1e} and "
        f"the tolerance is {tolerance:.1e}"
    )
    if nearest:
        words += (
            f", and the nearest wrong answer ({nearest[0][0]}) is {nearest[0][1]:.1e} away, "
            f"{nearest[0][1] / tolerance:.3g} tolerances"
        )
    return words + "."


def _plot(audited: Audited) -> str:
    """The noise, the tolerance and the nearest wrong answers on one logarithmic axis, as SVG."""
    noise, tolerance, nearest = _relative(audited)
    if not tolerance or not nearest:
        return ""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1.2 + 0.26 * len(nearest)), layout="constrained")
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.axvspan(max(noise, 1e-9) / 10, tolerance, color="#dff0e5")
    axes.axvline(max(noise, 1e-9), color="#14663c", label=f"noise {noise:.1e}")
    axes.axvline(tolerance, color="#1b2430", linestyle="--", label=f"tolerance {tolerance:.1e}")
    axes.plot(
        [distance for _, distance in nearest],
        range(len(nearest)),
        "o",
        color="#a3211b",
        label="wrong answers",
    )
    axes.set_yticks(
        range(len(nearest)), [name if len(name) < 60 else f"{name[:57]}…" for name, _ in nearest]
    )
    axes.invert_yaxis()
    axes.set_xlabel("largest error, relative to the largest element of the output")
    axes.legend(loc="lower left", fontsize="small")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    # A page has several figures, so drop everything before the <svg> element and make its ids
    # unique.
    svg = svg[svg.index("<svg") :]
    unique = f"{audited.assignment}-{audited.question}-"
    for mark in ('id="', "url(#", 'href="#'):
        svg = svg.replace(mark, f"{mark}{unique}")
    return svg.replace(
        "<svg ", f'<svg role="img" aria-label="{_plot_words(audited).replace(chr(34), "")}" ', 1
    )
