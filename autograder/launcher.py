"""The launcher under its old name, for scripts and images that were made before it moved to
`autograder.container.launcher`.

Standard library only.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.container.launcher import OUTSIDE, main

if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), container=OUTSIDE not in sys.argv)
