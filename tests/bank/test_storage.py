"""Banks: what is written comes back, byte for byte the same each time, and a damaged file says so.

Covers too: `bank.records`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from autograder.bank.records import Bank, BankError, ExpectedCase, Group
from autograder.bank.storage import load, save
from autograder.calls.inputs import Value
from autograder.calls.spec import Case

BANK = Bank(
    "a",
    {"packages": {"jax": "1"}, "settings": {}, "draws": {}},
    {
        "f": {
            name: Group(
                name,
                (
                    ExpectedCase(
                        Case(
                            "corner",
                            {"B": 2},
                            {
                                "x": Value("jax", np.arange(2, dtype=np.float32)),
                                "n": Value("float", np.asarray(3)),
                            },
                        ),
                        {"": np.array([1.5, 2.5])},
                        {"": 1e-5},
                    ),
                    ExpectedCase(
                        Case("scalar", {"B": 1}, {"x": Value("numpy", np.zeros((1, 0)))}),
                        {"": np.array(True)},
                        {"": 0.0},
                    ),
                ),
                (0, 1, 0),
            )
            for name in ("public", "corners", "types")
        }
    },
)


def test_a_bank_comes_back_as_it_was_written(tmp_path: Path) -> None:
    save(BANK, tmp_path / "bank")
    back = load(tmp_path / "bank")
    assert (back.assignment, back.environment) == (BANK.assignment, BANK.environment)
    for name in ("public", "corners", "types"):
        old, new = BANK.group("f", name), back.group("f", name)
        assert new.calls == old.calls
        for one, two in zip(old.cases, new.cases, strict=True):
            assert (one.case.label, one.case.sizes, one.tolerances) == (
                two.case.label,
                two.case.sizes,
                two.tolerances,
            )
            assert one.expected[""].dtype == two.expected[""].dtype
            np.testing.assert_array_equal(one.expected[""], two.expected[""])
            assert list(one.case.arguments) == list(two.case.arguments)
            for parameter, value in one.case.arguments.items():
                assert two.case.arguments[parameter].kind == value.kind
                assert two.case.arguments[parameter].data.dtype == value.data.dtype
                np.testing.assert_array_equal(two.case.arguments[parameter].data, value.data)


def test_the_same_bank_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        save(BANK, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def damaged(content: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "cut": content[: len(content) // 2],
        "text": b"not a bank",
        "foreign": safetensors.numpy.save({"x": np.zeros(1)}),
        "newer": safetensors.numpy.save(
            {"x": np.zeros(1)}, metadata={"otter-arrays": '{"format": 99}'}
        ),
        "partial": safetensors.numpy.save(
            {"x": np.zeros(1)},
            metadata={"otter-arrays": '{"format": 4, "assignment": "a", "environment": {}}'},
        ),
    }


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("empty", "cannot be read as a bank of cases"),
        ("cut", "cannot be read as a bank of cases"),
        ("text", "cannot be read as a bank of cases"),
        ("foreign", "cannot be read as a bank of cases"),
        ("newer", "is of format 99; this version of otter-arrays reads format 4"),
        ("partial", r"lacks a part of its cases \('questions'\)"),
    ],
)
def test_a_damaged_bank_says_so(tmp_path: Path, damage: str, message: str) -> None:
    path = tmp_path / "some_bank"
    save(BANK, path)
    path.write_bytes(damaged(path.read_bytes())[damage])
    with pytest.raises(BankError, match=f"^some_bank {message}"):
        load(path)


def test_what_a_bank_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"^absent is not there$"):
        load(tmp_path / "absent")
    with pytest.raises(BankError, match=r"^the bank of 'a' has no question 'g'; it has f$"):
        BANK.group("g", "public")
    with pytest.raises(
        BankError,
        match=r"^the bank of 'a' has no cases='random' for 'f'; it has public, corners, types$",
    ):
        BANK.group("f", "random")
