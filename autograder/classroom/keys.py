"""Make the key of a submission, which is unique in its class and names its folder of results."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from autograder.container import choice
from autograder.runtime.file_names import is_device

LONGEST = 100
"""The most characters of a key."""


def keys(places: Sequence[PurePosixPath]) -> Iterator[str]:
    """A unique key for each place, in characters that can name a folder.

    The key comes from the place's name, and depends on the others only if two would be the same. So
    a class keeps its keys when it is graded again after another file has arrived.
    """
    stems = [choice.ENDING.sub("", place.name) for place in places]
    short = [_key(place, stem) for place, stem in zip(places, stems, strict=True)]
    # unique even on file systems that ignore case, or how a letter with an accent is written
    taken = Counter(map(_fold, short))
    for place, stem, key in zip(places, stems, short, strict=True):
        if taken[_fold(key)] == 1:
            yield key
        else:
            yield _key(place, f"{stem[: LONGEST - 20]}-{_hash(place)}")


def _key(place: PurePosixPath, wanted: str) -> str:
    safe = re.sub(r"[^\w.-]", "_", wanted).strip(".")
    if len(safe) > LONGEST or not safe or is_device(safe):
        safe = f"{safe[: LONGEST - 20]}-{_hash(place)}".strip("-")
    return safe


def _fold(key: str) -> str:
    return unicodedata.normalize("NFC", key.casefold())


def _hash(place: PurePosixPath) -> str:
    return hashlib.sha256(str(place).encode("utf-8", "surrogateescape")).hexdigest()[:8]
