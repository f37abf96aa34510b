"""Working copies of public repositories, each at one commit: from GitHub, or from clones that are
there already."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

VARIABLE = "OTTER_ARRAYS_COURSES"
"""Names a folder that holds clones as owner/name; without it they come from GitHub."""


class NotFetchedError(Exception):
    """A repository, or a commit of it, is not to be had here. The text says what to do."""


def lay_out(repository: str, commit: str, paths: tuple[str, ...], target: Path) -> None:
    """Write the files of `paths` at `commit` of `repository` ("owner/name") under `target`.
    Raises `NotFetchedError`.
    """
    clone = _clone(repository, commit)
    for path in paths:
        _lay_out_path(clone, commit, "" if path == "." else path, target, repository)


def _lay_out_path(clone: Path, commit: str, path: str, target: Path, repository: str) -> None:
    """The tree of the folder alone is read: a clone may lack what is large, elsewhere."""
    place = target / path
    kind = _git(clone, "cat-file", "-t", f"{commit}:{path}").stdout.strip()
    read = ("archive", "--format=tar") if kind == b"tree" else ("cat-file", "blob")
    content = _git(clone, *read, f"{commit}:{path}")
    if content.returncode:
        raise NotFetchedError(
            f"{repository} at {commit[:9]} has no {path or 'files'}, or not all of it is in "
            f"{clone}: {_last_line(content.stderr)}"
        )
    if kind == b"tree":
        place.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(content.stdout)) as files:
            files.extractall(place, filter="data")
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.stdout)


def _clone(repository: str, commit: str) -> Path:
    """A git folder with the commit in it. Raises `NotFetchedError`."""
    given = os.environ.get(VARIABLE)
    if given:
        clone = Path(given, repository)
        if not clone.is_dir():
            raise NotFetchedError(
                f"{VARIABLE} is {given}, which has no folder {repository}; clone "
                f"{_address(repository)} to there, or unset {VARIABLE} to have it cloned"
            )
        if not _has(clone, commit):
            raise NotFetchedError(
                f"{clone} has no commit {commit}; run `git fetch origin {commit}` there"
            )
        return clone
    clone = _kept() / repository
    if _has(clone, commit):
        return clone
    clone.mkdir(parents=True, exist_ok=True)
    for arguments in (
        ("init", "--quiet"),
        ("fetch", "--quiet", "--depth=1", _address(repository), commit),
    ):
        done = _git(clone, *arguments)
        if done.returncode:
            raise NotFetchedError(
                f"{_address(repository)} at {commit[:9]} could not be fetched: "
                f"{_last_line(done.stderr)}; where there is no network, name a folder that holds "
                f"clones as owner/name: {VARIABLE}=folder"
            )
    return clone


def _address(repository: str) -> str:
    return f"https://github.com/{repository}"


def _kept() -> Path:
    """Where fetched repositories are kept from one run to the next."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "otter-arrays-courses")


def _has(clone: Path, commit: str) -> bool:
    return _git(clone, "cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def _git(clone: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["git", "-C", str(clone), *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )


def _last_line(printed: bytes) -> str:
    lines = printed.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "git says nothing"
