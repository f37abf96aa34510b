"""An interpreter whose processes record, at each import, where they look for modules: the folders
and their contents, and the names that are not found anywhere.
"""

from __future__ import annotations

import json
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_HOOK = '''\
import json, os, sys

LOG, SKIP = {log!r}, {skip!r}


class Last:
    """Behind every other finder: what comes here is found nowhere."""

    def find_spec(self, name, path=None, target=None):
        if path is None and LOG is not None:
            note(name)
        return None


def note(name):
    looked, current = dict(), os.getcwd()
    for folder in {{current, *[os.path.join(current, each) for each in sys.path]}}:
        if not any(folder.startswith(each) for each in SKIP):
            try:
                looked[folder] = sorted(os.listdir(folder))
            except OSError:
                continue
    line = json.dumps([os.getpid(), " ".join(sys.orig_argv)[:300], name, current, list(sys.path),
                       looked])
    try:
        descriptor = os.open(LOG, os.O_WRONLY | os.O_APPEND)
    except OSError:
        return  # the process of the submission may not write there
    os.write(descriptor, line.encode() + b"\\n")
    os.close(descriptor)


sys.meta_path.append(Last())
'''


@dataclass(frozen=True)
class Looked:
    """One import that found nothing: the process, the name, where it worked and looked, and what
    was there.
    """

    process: int
    command: str
    name: str
    current: str
    path: list[str]
    lying: dict[str, list[str]]


@dataclass
class Watched:
    """The interpreter, and what its processes have recorded."""

    folder: Path
    python: Path = field(init=False)
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "imports.jsonl"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.touch()
        venv.create(self.folder / "venv", with_pip=False, symlinks=True)
        self.python = self.folder / "venv" / "bin" / "python"
        (site,) = (self.folder / "venv" / "lib").glob("python3*/site-packages")
        real = [entry for entry in sys.path if entry.endswith("site-packages")]
        skip = [*real, sys.base_prefix, str(self.folder / "venv")]
        (site / "otter_arrays_watch.py").write_text(_HOOK.format(log=str(self.log), skip=skip))
        lines = [f"import site; site.addsitedir({entry!r})" for entry in real]
        (site / "watch.pth").write_text("\n".join([*lines, "import otter_arrays_watch"]) + "\n")

    def imports(self) -> Iterator[Looked]:
        for line in self.log.read_text().splitlines():
            yield Looked(*json.loads(line))
