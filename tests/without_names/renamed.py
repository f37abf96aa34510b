"""Imports packages as a release has them in which some of their names are other ones."""

import importlib.abc
import importlib.machinery
import re
import sys
from collections.abc import Collection, Mapping
from typing import Any


def rename(names: Mapping[str, Collection[str]]) -> None:
    """From now on, what is imported of the package `p` has other names than `names[p]`."""
    sys.meta_path.insert(0, _Finder(names))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, names: Mapping[str, Collection[str]]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        names = self.names.get(name.split(".")[0])
        spec = importlib.machinery.PathFinder.find_spec(name, path) if names else None
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, names or ()))})(?!\w)")
        if pattern.search(spec.loader.get_source(name) or ""):
            spec.loader = _Loader(name, spec.loader.path, pattern)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, pattern: re.Pattern[str]) -> None:
        super().__init__(name, path)
        self.pattern = pattern

    def get_code(self, fullname: str) -> Any:
        source = self.pattern.sub(r"\1_of_another_release", self.get_source(fullname))
        return compile(source, self.path, "exec", dont_inherit=True)
