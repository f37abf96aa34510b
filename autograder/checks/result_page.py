"""What `grader.check` shows in a notebook: the sentence about the answer first, without the frame
that Otter puts around it. A notebook that shows text only gets Otter's text.
"""

from __future__ import annotations

import itertools
import re
import sys
from html import escape
from typing import Any

from autograder.checks.lines import unfold

FRAME = "border-left: 3px solid; padding-left: 0.8em; margin: 0.5em 0"
"""The frame has the colour of the text, so that it shows on light and on dark ground."""


def show_instead_of_otter() -> None:
    """Make the running notebook show the results of Otter's checks by `page`. Does nothing outside
    a notebook.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    otter = sys.modules.get("otter.test_files")  # a direct call of `check` does not import Otter
    if shell is not None and hasattr(shell, "kernel") and otter is not None:
        shell.display_formatter.formatters["text/html"].for_type(otter.TestFile, page)


def page(results: Any) -> str:
    """The results of one question, an `otter.test_files.TestFile`, as HTML. Results without a
    message of this package look as Otter shows them.
    """
    found = results.test_case_results
    if not any(not each.passed and unfold(each.message or "") for each in found):
        return str(results._repr_html_())
    passed = sum(each.passed for each in found)
    parts = [
        f"<p><strong>{escape(results.name)}</strong>: {passed} of {len(found)} checks passed</p>"
    ]
    for each in found:
        name, message = f"<code>{escape(each.test_case.name)}</code>", each.message or ""
        text = None if each.passed else unfold(message)
        said = "" if each.passed else _code(message)
        said = said if text is None else _paragraphs(text)
        # The instructor wrote these messages. Otter shows them as HTML too.
        case = each.test_case
        own = case.success_message if each.passed else case.failure_message
        said += f"<p>{own}</p>" if own is not None else ""
        parts.append(f"<p>{'✅' if each.passed else '❌'} {name}</p>")
        parts += [f"<div style='{FRAME}'>{said}</div>"] if said else []
    return "".join(parts)


def _paragraphs(text: str) -> str:
    """A message as HTML: its first line stands out, and indented lines keep their shape."""
    first, *others = text.split("\n")
    parts = [f"<p><strong>{_inline(first)}</strong></p>"]
    for kind, lines in itertools.groupby(others, _kind):
        if kind == "indented":
            parts.append(_code("\n".join(lines)))
        else:
            parts += [f"<p>{_inline(line)}</p>" for line in lines if line]
    return "".join(parts)


def _kind(line: str) -> str:
    return "indented" if line.startswith(" ") else "text"


def _inline(line: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(line))


def _code(text: str) -> str:
    return f"<pre style='font-family: monospace'>{escape(text)}</pre>"
