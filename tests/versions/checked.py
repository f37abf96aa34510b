"""Run the cells of notebooks and check what they define, as a student does who has other versions.

This file runs in an environment of its own: it reads a list of notebooks, each a list of cells and
the checks to make, and prints what each check said.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from typing import Any


def verdict(check: Any, namespace: dict[str, Any], question: str, rule: str | None) -> list[str]:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            check(question, namespace.get(question), **({} if rule is None else {"rule": rule}))
    except Exception as fault:  # noqa: BLE001 - whatever a check raises is what the student reads
        return [type(fault).__name__, str(fault)]
    return ["passed", printed.getvalue()]


def main(wanted: list[dict[str, Any]]) -> None:
    from autograder import check

    told = []
    for each in wanted:
        os.chdir(each["folder"])
        namespace: dict[str, Any] = {"__name__": "__main__"}
        for cell in each["cells"]:
            exec(compile(cell, "cell", "exec"), namespace)
        told.append(
            [verdict(check, namespace, question, rule) for question, rule in each["checks"]]
        )
    print(json.dumps(told))


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()))
