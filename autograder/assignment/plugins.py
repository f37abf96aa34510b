"""Handle the other Otter plugins that a master names: check that they can be imported, and find
what the image needs for them.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from autograder.errors import BuildError
from autograder.runtime.installed import DISTRIBUTION

OTTERS_OWN = "otter.plugins.builtin."

EXTRA = "plugins"
"""The extra, both of this package and of Otter, with what Otter's own plugins import."""


def names(plugins: Iterable[Any]) -> Iterator[str]:
    """The names in a list of plugins, whose entries are either names or mappings with a name as the
    only key.
    """
    for entry in plugins:
        yield from ([entry] if isinstance(entry, str) else map(str, entry))


def check_importable(config: Mapping[str, Any]) -> None:
    """Raise `BuildError` for a plugin that Otter could not import. `config` is a part of an
    assignment's configuration.
    """
    generate = config.get("generate")
    more = generate.get("plugins") if isinstance(generate, Mapping) else None
    for key, plugins in (("plugins", config.get("plugins")), ("generate: plugins", more)):
        if not plugins:
            continue
        if not isinstance(plugins, list) or not all(
            isinstance(entry, str) or (isinstance(entry, Mapping) and len(entry) == 1)
            for entry in plugins
        ):
            raise BuildError(
                f"{key}: {plugins!r} is not a list of plugins; write each after a dash. For a "
                "plugin with settings, write a colon after its name and indent the settings "
                "below it"
            )
        for name in names(plugins):
            _import(key, name)


def _import(key: str, name: str) -> None:
    module, _, attribute = name.rpartition(".")
    try:
        found = hasattr(importlib.import_module(module), attribute) if module else False
    except Exception as fault:  # noqa: BLE001 - it is the plugin's own code
        if name.startswith(OTTERS_OWN) and isinstance(fault, ImportError):
            raise BuildError(
                f"{key}: {name} needs packages that are not installed here ({fault}); type `pip "
                f"install 'otter-grader[{EXTRA}]'`"
            ) from None
        raise BuildError(
            f"{key}: {name} cannot be imported ({type(fault).__name__}: {fault}). Otter imports "
            "plugins from installed packages, not from files beside the notebook: install its "
            "package here, and name it in `requirements:`"
        ) from None
    if not found:
        raise BuildError(
            f"{key}: there is no {name}; write the plugin's module, a dot and its class"
        )


def requirements_of(plugins: Iterable[Any], named: Iterable[str], in_image: set[str]) -> list[str]:
    """Requirements lines for what these plugins import and the image lacks.

    `named` are the author's own lines, and `in_image` holds the canonical names of the packages
    that the image has without them. Raises `BuildError` for a plugin whose package is in neither.
    """
    has = {*in_image, *filter(None, map(_name_of, named))}
    needed: dict[str, None] = {}
    for name in names(plugins):
        if name.startswith(OTTERS_OWN):
            needed.update(dict.fromkeys(pins_of_otters_own()))
            continue
        packages = _packages_with(name.rpartition(".")[0])
        if any(canonicalize_name(package) in {*has, DISTRIBUTION} for package in packages):
            continue
        if not packages:
            raise BuildError(
                f"plugins: {name} belongs to no installed package, so the grading image would not "
                "have it; make a package from it, install it here, and name it in `requirements:`"
            )
        release = f"{packages[0]}=={importlib.metadata.version(packages[0])}"
        raise BuildError(
            f"plugins: {name} belongs to the package {packages[0]}, which the grading image would "
            f"not have; add {release} to `requirements:`"
        )
    return list(needed)


def _packages_with(module: str) -> list[str]:
    """The names of the installed packages that contain a module, including packages whose sources
    lie elsewhere, as after `pip install -e`.
    """
    found = importlib.metadata.packages_distributions().get(module.split(".")[0], [])
    place = importlib.util.find_spec(module)
    if found or place is None or place.origin is None:
        return found
    for distribution in importlib.metadata.distributions():
        source = json.loads(distribution.read_text("direct_url.json") or "{}").get("url", "")
        folder = url2pathname(urlsplit(source).path) if source.startswith("file:") else ""
        if folder and Path(place.origin).resolve().is_relative_to(Path(folder).resolve()):
            return [distribution.name]
    return []


def pins_of_otters_own() -> list[str]:
    """The versions, installed here, of what Otter's own plugins import."""
    needed = (Requirement(text) for text in importlib.metadata.requires("otter-grader") or [])
    return sorted(
        f"{requirement.name}=={importlib.metadata.version(requirement.name)}"
        for requirement in needed
        if requirement.marker is not None
        and requirement.marker.evaluate({"extra": EXTRA})
        and not requirement.marker.evaluate({"extra": ""})
    )


def _name_of(line: str) -> str | None:
    try:
        return canonicalize_name(Requirement(line.split("#")[0].strip()).name)
    except InvalidRequirement:
        return None
