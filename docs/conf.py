"""How `make docs` builds the site with Sphinx and MyST-NB."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "otter-arrays"
project_copyright = "2026, the otter-arrays developers"
version = release = version_of("otter-arrays")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_click",
    "sphinx_copybutton",
    "said",
    "reachable",
]
exclude_patterns = ["_build", "_extensions", "gallery/*/answers"]

myst_enable_extensions = ["attrs_block"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the masters of the gallery are shown as they are written

smartquotes = False  # messages are shown as they are

default_role = "literal"  # docstrings mark names as Markdown does
nitpicky = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"otter-arrays {release}"

html_copy_source = False
html_show_sourcelink = False
html_use_index = True
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

linkcheck_anchors = False
