"""Another environment is reported exactly: what differs, and what to type."""

from __future__ import annotations

import copy
import importlib.metadata
import json

import jax
import pytest

from autograder.runtime import fingerprint
from autograder.runtime.canonical_draws import ALWAYS


def test_the_fingerprint_is_json_and_agrees_with_itself() -> None:
    built = json.loads(json.dumps(fingerprint.fingerprint(["jax.random.gamma"])))
    assert fingerprint.other_settings(built, fingerprint.current()) is None
    assert fingerprint.other_versions(built, fingerprint.current()) is None
    assert fingerprint.drawn_difference(built, fingerprint.draws()) is None
    assert list(built["draws"]) == [*ALWAYS, "jax.random.gamma"]


@pytest.mark.parametrize("package", fingerprint.PACKAGES)
def test_another_version_is_named(package: str) -> None:
    built = copy.deepcopy(fingerprint.fingerprint())
    here = built["packages"][package]
    built["packages"][package] = "0.1"
    assert fingerprint.other_versions(built, fingerprint.current()) == (
        f"{package} {here} (the assignment was built with 0.1)"
    )


def test_what_a_process_claims_as_its_versions_is_not_repeated() -> None:
    built = fingerprint.fingerprint()
    claimed = {"packages": dict.fromkeys(fingerprint.PACKAGES, "1.0 </pre> of the answer 4")}
    said = fingerprint.other_versions(built, {**claimed, "packages": {**claimed["packages"]}})
    assert said is not None
    assert said.startswith("jax of another release (the assignment was built with")
    assert "answer" not in said


def test_the_version_is_that_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation changes the files at once, but the running process only after a restart."""
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "99")
    assert fingerprint.current()["packages"]["jax"] == jax.__version__


@pytest.mark.parametrize(
    ("setting", "other"),
    [
        ("jax_enable_x64", True),
        ("jax_default_prng_impl", "rbg"),
        ("jax_threefry_partitionable", False),
    ],
)
def test_another_setting_is_told_with_what_to_type(setting: str, other: object) -> None:
    built = fingerprint.fingerprint()
    before = getattr(jax.config, setting)
    jax.config.update(setting, other)
    try:
        said = fingerprint.other_settings(built, fingerprint.current())
    finally:
        jax.config.update(setting, before)
    assert said == (
        f"{setting} is {other!r} but must be {before!r}. Type: "
        f"jax.config.update({setting!r}, {before!r}), and remove what sets it to another value (a "
        f"call of jax.config.update, or the variable {setting.upper()})."
    )


def test_a_question_that_says_its_bits_needs_no_setting_of_them() -> None:
    built = fingerprint.fingerprint()
    with jax.enable_x64(True):
        assert fingerprint.fingerprint() == built
        assert fingerprint.other_settings(built, fingerprint.current()) is not None
        assert fingerprint.other_settings(built, fingerprint.current(), x64=True) is None


@pytest.mark.parametrize("name", ["jax.random.bits", "nnx.Linear", "nn.Dense"])
def test_other_draws_at_the_same_versions_are_told(name: str) -> None:
    built = copy.deepcopy(fingerprint.fingerprint())
    built["draws"][name] = [0.0]
    said = fingerprint.drawn_difference(built, fingerprint.draws())
    assert said is not None
    assert said.startswith(
        f"{name} draws different numbers here than where this assignment was built, although the "
        "versions are the same."
    )


def test_in_grading_nobody_is_told_to_install() -> None:
    built = copy.deepcopy(fingerprint.fingerprint())
    built["draws"]["jax.random.bits"] = [0.0]
    said = fingerprint.drawn_difference(built, fingerprint.draws(), "flax 0.1", in_grading=True)
    assert said == (
        "the numbers differ from the expected ones, but jax.random.bits draws different numbers "
        "with flax 0.1, so this check cannot tell whether the answer is right. Please tell your "
        "instructor: the grading machine needs the versions that the assignment was built with, "
        "or the assignment must be built again with the machine's versions."
    )
