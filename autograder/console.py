"""The output of the commands: tables that keep their shape outside a terminal, and progress."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

NO_TERMINAL_WIDTH = 160
"""The width, in columns, of a table that goes into a file or a log."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def print_what_it_can() -> None:
    """From now on, print "?" for each character that the console lacks.

    On Windows, a file or a pipe takes a few hundred characters, and no encoding has the bytes of a
    file name that is not text.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (
            codecs.lookup(stream.encoding).name != "utf-8" or stream.errors == "strict"
        ):
            stream.reconfigure(errors="replace")


def a_table(*titles: str) -> Table:
    """A table in which only the last column may wrap."""
    return Table(*(Column(title, no_wrap=title != titles[-1]) for title in titles))


def show(*parts: object) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=NO_TERMINAL_WIDTH)
    console.print(*parts, sep="\n", highlight=False)


def in_parallel(label: str, work: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
    """The answers, in the order of the items. Shows a progress bar on standard error until all are
    done.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(with_progress(label, pool.map(work, items), len(items)))


def with_progress(label: str, answers: Iterable[Answer], count: int) -> Iterable[Answer]:
    """The answers as they come, of which there will be `count`, with a progress bar on standard
    error.
    """
    return track(answers, label, count, console=Console(stderr=True), transient=True)
