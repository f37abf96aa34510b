"""What axe asks of a page and the theme does not have: a level for each heading of the navigation,
and a place in the order of the keyboard for what scrolls.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

IN_NAVIGATION = {'role="heading"': 'role="heading" aria-level="2"'}
IN_BODY = {
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" role="group" aria-label="Table" '
    'class="table-wrapper',
}


def mend(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None
) -> None:
    for part, mended in (("furo_navigation_tree", IN_NAVIGATION), ("body", IN_BODY)):
        for found, put in mended.items():
            context[part] = context.get(part, "").replace(found, put)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", mend, priority=900)  # after the theme
    return {"parallel_read_safe": True}
