"""Other Otter plugins beside ours."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import image, plugins
from autograder.errors import BuildError

LIMIT = "otter.plugins.builtin.RateLimiting"


def test_what_otters_own_plugins_import_is_among_the_requirements_and_in_a_shipped_lock() -> None:
    pinned = plugins.requirements_of([{LIMIT: {"hours": 1}}], [], image.in_image())
    assert {line.split("==")[0] for line in pinned} >= {"google-auth-oauthlib", "gspread"}
    lock = image.PLUGINS_LOCK.read_text()
    base = image.SHIPPED_LOCK.read_text()
    wanted = [f"jax=={importlib.metadata.version('jax')}", *pinned]
    assert image.lock(wanted) == lock
    assert "\ngoogle-auth==" in lock
    assert "\ngoogle-auth==" not in base
    extra = image.locked_versions(lock)
    assert all(extra[name] == found for name, found in image.locked_versions(base).items())


def test_our_own_plugin_and_packages_that_the_image_has_need_nothing() -> None:
    ours = "autograder.otter_plugin.ArraysPlugin"
    assert plugins.requirements_of([ours, {ours: {}}, "jax.numpy.ndarray"], [], {"jax"}) == []


def test_a_plugin_of_another_package_must_be_among_the_requirements() -> None:
    version = importlib.metadata.version("hypothesis")
    with pytest.raises(BuildError) as caught:
        plugins.requirements_of(["hypothesis.settings"], ["pandas"], {"jax"})
    assert str(caught.value) == (
        "plugins: hypothesis.settings belongs to the package hypothesis, which the grading image "
        f"would not have; add hypothesis=={version} to `requirements:`"
    )
    assert plugins.requirements_of(["hypothesis.settings"], ["Hypothesis>=6  # x"], {"jax"}) == []


def test_a_plugin_of_no_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugin_in_a_file.py").write_text("class Mine:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BuildError) as caught:
        plugins.requirements_of(["plugin_in_a_file.Mine"], [], {"jax"})
    assert str(caught.value) == (
        "plugins: plugin_in_a_file.Mine belongs to no installed package, so the grading image "
        "would not have it; make a package from it, install it here, and name it in "
        "`requirements:`"
    )
    sys.modules.pop("plugin_in_a_file", None)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (
            {"plugins": ["no_such_module_of_ours.Mine"]},
            "plugins: no_such_module_of_ours.Mine cannot be imported (ModuleNotFoundError: No "
            "module named 'no_such_module_of_ours'). Otter imports plugins from installed "
            "packages, not from files beside the notebook: install its package here, and name it "
            "in `requirements:`",
        ),
        (
            {"generate": {"plugins": [{"otter.plugins.builtin.DateOverride": {}}]}},
            "generate: plugins: there is no otter.plugins.builtin.DateOverride; write the "
            "plugin's module, a dot and its class",
        ),
        (
            {"plugins": ["Mine"]},
            "plugins: there is no Mine; write the plugin's module, a dot and its class",
        ),
        (
            {"plugins": LIMIT},
            f"plugins: {LIMIT!r} is not a list of plugins; write each after a dash. For a plugin "
            "with settings, write a colon after its name and indent the settings below it",
        ),
        (
            {"plugins": [{LIMIT: None, "hours": 1}]},
            f"plugins: [{{{LIMIT!r}: None, 'hours': 1}}] is not a list of plugins; write each "
            "after a dash. For a plugin with settings, write a colon after its name and indent "
            "the settings below it",
        ),
    ],
    ids=["module", "class", "no-module", "text", "not-indented"],
)
def test_a_plugin_that_otter_cannot_import_is_told(config: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BuildError) as caught:
        plugins.check_importable(config)
    assert str(caught.value) == sentence


def test_otters_own_plugins_can_be_imported_or_what_to_install_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plugins.check_importable({"plugins": [{LIMIT: {}}], "generate": {}})
    for name in [name for name in sys.modules if name.startswith("otter.plugins.builtin")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "google", None)
    with pytest.raises(
        BuildError,
        match=(
            r"^plugins: otter\.plugins\.builtin\.RateLimiting needs packages that are not "
            r"installed here \(.*google.*\); type `pip install 'otter-grader\[plugins\]'`$"
        ),
    ):
        plugins.check_importable({"plugins": [LIMIT]})
