"""Banks: what was written comes back, the bytes are the same each time, and a damaged file is
named. Covers too: `bank.records`, `bank.stored_cases`, `calls.narrow_floats`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from autograder.bank.records import Bank, BankError, ExpectedCase, Group, HalfPrecision
from autograder.bank.storage import load, save
from autograder.calls.inputs import Value
from autograder.calls.narrow_floats import NARROW
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


def test_tolerances_of_elements_half_precision_and_narrow_floats_come_back(tmp_path: Path) -> None:
    narrow = [np.array([1.5, -2.0], dtype) for dtype in NARROW.values()]
    case = ExpectedCase(
        Case("a case", {"B": 2}, {"x": Value("jax", np.zeros(2, np.float32))}),
        {"wide": np.array([-1e9, 1.0]), **{array.dtype.name: array for array in narrow}},
        {"wide": np.array([1e3, 1e-5]), **{array.dtype.name: 0.5 for array in narrow}},
        {"wide": HalfPrecision(300.0, 0.75)},
    )
    save(Bank("a", {}, {"f": {"random": Group("random", (case,), (0,))}}), tmp_path / "bank")
    (back,) = load(tmp_path / "bank").group("f", "random").cases
    np.testing.assert_array_equal(back.tolerances["wide"], [1e3, 1e-5])
    assert back.half == case.half
    for array in narrow:
        found = back.expected[array.dtype.name]
        assert (found.dtype, found.tolist()) == (array.dtype, array.tolist())
        assert back.tolerances[array.dtype.name] == 0.5


def test_a_bank_of_the_format_before_is_read(tmp_path: Path) -> None:
    save(BANK, tmp_path / "bank")
    content = (tmp_path / "bank").read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    told = json.loads(header["__metadata__"]["otter-arrays"])
    told["format"] = 4
    for groups in told["questions"].values():
        for group in groups.values():
            for row in group["cases"]:
                del row["half"]
    header["__metadata__"]["otter-arrays"] = json.dumps(told)
    text = json.dumps(header).encode()
    (tmp_path / "old").write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    old = load(tmp_path / "old").group("f", "public").cases[0]
    assert (old.tolerances, old.half) == ({"": 1e-5}, {})


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
        ("newer", "has format 99; this version of otter-arrays reads formats 4 and 5"),
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
    with pytest.raises(BankError, match=r"^absent is missing$"):
        load(tmp_path / "absent")
    with pytest.raises(BankError, match=r"^the bank of 'a' has no question 'g'; it has f$"):
        BANK.group("g", "public")
    with pytest.raises(
        BankError,
        match=r"^the bank of 'a' has no cases='random' for 'f'; it has public, corners, types$",
    ):
        BANK.group("f", "random")
