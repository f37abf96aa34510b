"""The launcher under its old name, by which scripts and images made before it moved call it: see
`autograder.container.launcher`.

Standard library only.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.container.launcher import OUTSIDE, main

if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), container=OUTSIDE not in sys.argv)
