"""Settings are JAX's own during a judged call, in every thread, and the notebook's again
afterwards.
"""

from __future__ import annotations

import contextlib
import threading

import jax
import pytest

from autograder.runtime.judged_settings import GRADING, exactly, in_64_bits

OTHERS = {
    "jax_check_tracer_leaks": True,
    "jax_debug_infs": True,
    "jax_debug_key_reuse": True,
    "jax_debug_nans": True,
    "jax_default_matmul_precision": "highest",
    "jax_disable_jit": True,
    "jax_enable_checks": True,
    "jax_enable_custom_prng": True,
    "jax_high_dynamic_range_gumbel": True,
    "jax_legacy_prng_key": "error",
    "jax_numpy_dtype_promotion": "strict",
    "jax_numpy_rank_promotion": "raise",
    "jax_random_seed_offset": 3,
    "jax_transfer_guard_device_to_device": "disallow",
    "jax_transfer_guard_device_to_host": "disallow",
    "jax_transfer_guard_host_to_device": "disallow",
}


def in_a_thread(name: str) -> object:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(getattr(jax.config, name)))
    thread.start()
    thread.join()
    return found[0]


def as_graded(name: str, value: object) -> bool:
    return (value or "allow") == (GRADING[name] or "allow")


def test_every_setting_has_another_value_here() -> None:
    assert set(OTHERS) == set(GRADING)
    for name in GRADING:
        assert as_graded(name, getattr(jax.config, name)), name


@pytest.mark.parametrize("name", GRADING)
def test_what_is_set_for_all_threads_is_set_back_for_all(name: str) -> None:
    before = getattr(jax.config, name)
    jax.config.update(name, OTHERS[name])
    try:
        with exactly(GRADING) as changed:
            assert list(changed) == [name]
            assert as_graded(name, getattr(jax.config, name))
            assert as_graded(name, in_a_thread(name))
        assert getattr(jax.config, name) == in_a_thread(name) == OTHERS[name]
    finally:
        jax.config.update(name, before or ("allow" if "guard" in name else before))


@pytest.mark.parametrize(
    "name", [name for name in GRADING if hasattr(jax, name.removeprefix("jax_"))]
)
def test_what_a_context_sets_is_set_back_for_the_context_alone(name: str) -> None:
    with getattr(jax, name.removeprefix("jax_"))(OTHERS[name]):
        with exactly(GRADING) as changed:
            assert list(changed) == [name]
            assert as_graded(name, getattr(jax.config, name))
        assert getattr(jax.config, name) == OTHERS[name]
        assert as_graded(name, in_a_thread(name))
    assert as_graded(name, getattr(jax.config, name))


def test_settings_are_set_back_behind_an_exception() -> None:
    with in_64_bits():
        with contextlib.suppress(ZeroDivisionError), exactly({"jax_enable_x64": False}):
            assert not jax.config.jax_enable_x64
            raise ZeroDivisionError
        assert jax.config.jax_enable_x64


def test_a_setting_that_a_release_does_not_have_is_left_out() -> None:
    with exactly({"jax_no_such_setting": 1}) as changed:
        assert changed == {}
