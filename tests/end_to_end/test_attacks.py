"""Attacks on the grader: every file below `attacks/` is the answer cell of a submission that tries
one; none may have an effect.

An attack's answers are wrong, so its score is 0: neither more, nor "ungraded", which is for the
grader's own faults. A comment `# slow` behind an attack's first line marks those that run into a
time limit, `# busy` those that keep the grader busy for many seconds, `# short` those that only
need the short limits; `# by chance` (see test_roads.py) those
that do another thing each time.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import pickle
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from attack_files import ATTACKS, INVADED, QUESTION, SHORT, with_answer
from shared import Builds, reconfigured

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import GradedSample, otter_run
from autograder.bank.records import Bank
from autograder.bank.storage import load

HIDDEN_FILE = "hidden_bank.safetensors"
"""What one would guess that the bank is called."""
STUB = (
    "import jax.numpy as jnp\n\n"
    f"def {QUESTION}(seed, x_batch, features):\n"
    "    return jnp.zeros(x_batch.shape[0] * int(features))\n"
)

SECONDS = 240
"""A grader that needs longer than this counts as hung. Every attack here ends in less than half of
it on two cores."""

MARKS = ("STOLEN:", "8384797669", "3735928559", "7.77e+1", "BufferError")
"""What attacks write in front of what they got out, as text or in numbers that a sentence
repeats."""


@dataclass
class Place:
    """A temporary folder for one grading, named in the environment of every process of it."""

    folder: Path
    token: str

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.folder), "JAX_PLATFORMS": "cpu"}

    def survivors(self) -> dict[int, str]:
        """Processes that still have this grading's folder or token in environment or command
        line."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                text = (
                    (process / "cmdline").read_bytes()
                    + (process / "environ").read_bytes()
                    + os.fsencode((process / "cwd").readlink())
                )
                state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if (
                state != "Z"
                and (str(self.folder).encode() in text or self.token.encode() in text)
                and int(process.name) != os.getpid()
            ):
                found[int(process.name)] = (
                    (process / "cmdline").read_text(errors="replace").replace("\0", " ")[:200]
                    if process.exists()
                    else ""
                )
        return found


@pytest.fixture
def place() -> Iterator[Place]:
    """Not pytest's own folder, which is closed to other users: the worker may be one."""
    place = Place(Path(tempfile.mkdtemp(prefix="otter-attack-")), f"attack-{uuid.uuid4().hex}")
    place.folder.chmod(0o711)
    yield place
    for process in place.survivors():
        os.kill(process, signal.SIGKILL)
    subprocess.run(["rm", "-rf", str(place.folder)], check=False)  # deeper than Python can remove
    INVADED.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def short_zip(dist: Builds, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The autograder of one assignment with short limits."""
    return reconfigured(
        BuiltAssignment(dist / "nnx-vmap-over-batch").zip,
        tmp_path_factory.mktemp("short") / "short.zip",
        **SHORT,
    )


@pytest.fixture(scope="session")
def bank(dist: Builds) -> Bank:
    return load(BuiltAssignment(dist / "nnx-vmap-over-batch").hidden_bank)


def attack_parameters() -> list[Any]:
    """Every attack; one of each group that ends soon runs always, the others in the long test
    run."""
    parameters = []
    groups: set[str] = set()
    for path in ATTACKS:
        first = set(path.read_text(encoding="utf-8").splitlines()[:3])
        quick = not {"# slow", "# short", "# busy"} & first
        always = quick and path.parent.name not in groups
        if always:
            groups.add(path.parent.name)
        parameters.append(
            pytest.param(
                path, id=f"{path.parent.name}-{path.stem}", marks=() if always else pytest.mark.slow
            )
        )
    return parameters


def test_attacks_name_what_there_is() -> None:
    """One that imports a module of ours under an old name would end there, and hold nothing against
    anybody."""
    for path in ATTACKS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.ImportFrom)
                and (node.module or "").split(".")[0] == "autograder"
            ):
                for name in node.names:
                    module = importlib.import_module(str(node.module))
                    assert hasattr(module, name.name) or importlib.util.find_spec(
                        f"{node.module}.{name.name}"
                    ), f"{path.name}: {name.name}"


def secrets_of(bank: Bank) -> set[str]:
    """Texts that only one who has seen the hidden cases can write: their seeds, and digits of
    expected values."""
    found = set()
    for name, group in bank.groups[QUESTION].items():
        for answered in group.cases:
            seed = int(answered.case.arguments["seed"].data)
            if seed >= 10**5 and name != "public":
                found.add(str(seed))
            for value in answered.expected[""].ravel()[:50].tolist():
                found |= {
                    text
                    for text in (f"{value:.6g}", f"{value:.7g}", repr(value))
                    if len(text.strip("-0.")) >= 6
                }
    return found


def assert_held(
    results: dict[str, Any] | None, printed: str, score: float | None, place: Place, bank: Bank
) -> None:
    """The submission has no points and a verdict, nothing has come out, and nothing is left."""
    assert results is not None, f"no results.json\n{printed[-3000:]}"
    text = json.dumps(results)
    assert score == 0, f"score {score}\n{text[:3000]}\n{printed[-3000:]}"
    shown = [mark for mark in MARKS if mark in text or mark in printed]
    assert not shown, f"{shown} in {text[:3000]}\n{printed[-3000:]}"
    assert not re.search(r"exit status 2\d\d", text), (
        "an exit status carries what the submission chooses"
    )
    leaked = [
        secret
        for secret in secrets_of(bank)
        if re.search(rf"(?<![\d.]){re.escape(secret)}(?![\d])", text)
    ]
    assert not leaked, f"{leaked} in {text[:3000]}"
    assert not INVADED.exists(), "code of the submission has run outside its process"
    until = time.monotonic() + 5
    while (left := place.survivors()) and time.monotonic() < until:
        time.sleep(0.2)  # the kernel's own helpers end a moment after the runner
    assert not left, f"processes left: {left}"
    remains = [
        path.name
        for path in place.folder.iterdir()
        if path.name.startswith(("submission-", "otter-arrays-"))
    ]
    assert not remains, f"files left: {remains}"


def test_every_group_has_attacks() -> None:
    groups = {path.parent.name for path in ATTACKS}
    assert groups == {"forge", "poison", "steal", "lie", "invade", "exhaust"}


@pytest.mark.skipif(sys.platform != "linux", reason="the layers that hold these are Linux's")
@pytest.mark.parametrize("attack", attack_parameters())
def test_an_attack_from_a_cell_is_held(
    attack: Path, one_assignment: BuiltAssignment, short_zip: Path, bank: Bank, place: Place
) -> None:
    source = attack.read_text(encoding="utf-8")
    short = any(mark in source.splitlines()[:3] for mark in ("# slow", "# short"))
    notebook = with_answer(one_assignment, source.replace("TOKEN", place.token))
    graded: GradedSample = otter_run(
        notebook, short_zip if short else one_assignment.zip, timeout=SECONDS, env=place.environment
    )
    assert_held(graded.results, graded.printed, graded.score, place, bank)


# Attacks that are more than a cell: the notebook's form, and files beside it.

Fill = Callable[[Path, dict[str, Any]], object]
"""Writes a submission into a folder; the second argument is a notebook (as JSON) whose answer is a
stub."""


def written(folder: Path, notebook: Any) -> None:
    (folder / "submission.ipynb").write_text(
        notebook if isinstance(notebook, str) else json.dumps(notebook), encoding="utf-8"
    )


def edited(edit: Callable[[dict[str, Any]], object]) -> Fill:
    def fill(folder: Path, notebook: dict[str, Any]) -> None:
        edit(notebook)
        written(folder, notebook)

    return fill


def beside(make: Callable[[Path], object]) -> Fill:
    def fill(folder: Path, notebook: dict[str, Any]) -> None:
        written(folder, notebook)
        make(folder)

    return fill


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (INVADED,)


def code_cell(source: Any, number: int) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
        "id": f"added-{number}",
    }


def log_pickle(folder: Path) -> None:
    (folder / ".OTTER_LOG").write_bytes(pickle.dumps(Bomb()))


def shadow_modules(folder: Path) -> None:
    code = f"import pathlib\npathlib.Path({str(INVADED)!r}).touch()\nimport time\n"
    for name in (
        "otter",
        "autograder",
        "jax",
        "flax",
        "IPython",
        "nbclient",
        "dill",
        "safetensors",
        "ipykernel",
    ):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(code)
    for name in (
        "numpy",
        "sitecustomize",
        "usercustomize",
        "json",
        "signal",
        "conftest",
        "jupyter_core",
        "opt_einsum",
        "scipy",
    ):
        (folder / f"{name}.py").write_text(code)


def shadow_of_the_worker(folder: Path) -> None:
    """These may be imported in the submission's own process, where they gain nothing."""
    for name in ("opt_einsum", "scipy", "matplotlib", "sqlite3", "pdb", "bdb"):
        (folder / f"{name}.py").write_text("import os\nos._exit(0)\n")


def own_tests(folder: Path) -> None:
    (folder / "tests").mkdir()
    passing = (
        "OK_FORMAT = True\n"
        "test = {'name': 'q1', 'points': 7, 'suites': [{'cases': [], 'scored': True, 'type': "
        "'doctest'}]}\n"
    )
    touch = f"import pathlib\npathlib.Path({str(INVADED)!r}).touch()\n"
    for name in ("q1.py", "q2.py", "__init__.py", "conftest.py"):
        (folder / "tests" / name).write_text(touch + passing)


def links(folder: Path) -> None:
    for name, target in (
        ("up", ".."),
        ("bank", f"../source/files/{HIDDEN_FILE}"),
        ("root", "/"),
        ("loop", "loop"),
        ("results.json", "../results/results.json"),
    ):
        (folder / name).symlink_to(target)
    (folder / "sub").mkdir()
    (folder / "sub" / "passwd").symlink_to("/etc/passwd")


def fifos(folder: Path) -> None:
    (folder / "sub").mkdir()
    for name in ("fifo", "data.csv", ".OTTER_LOG", "sub/fifo", "setup.py"):
        os.mkfifo(folder / name)


def sparse(folder: Path) -> None:
    for name, size in (("data.bin", 300 * 2**20), ("huge.bin", 2**40)):
        with (folder / name).open("wb") as file:
            file.truncate(size)


def many_files(folder: Path) -> None:
    (folder / "many").mkdir()
    for number in range(3000):
        (folder / "many" / f"{number}.txt").touch()


def deep_folders(folder: Path) -> None:
    """As deep as a zip file can go on a file system that knows no more than 4,096 characters of a
    path."""
    deep = folder
    for _ in range(1500):
        deep /= "d"
    subprocess.run(["mkdir", "-p", str(deep)], check=True)


def names_of_the_grader(folder: Path) -> None:
    (folder / HIDDEN_FILE).write_bytes(b"x")
    (folder / "public_cases.safetensors").write_bytes(b"x")
    (folder / "otter_config.json").write_text('{"plugins": []}')
    (folder / "__init__.py").write_text(f"import pathlib\npathlib.Path({str(INVADED)!r}).touch()\n")


def bank_through_a_link(folder: Path) -> None:
    """Otter copies the bank into the submission's folder: here through a link to a place where the
    worker may read."""
    place = Path(sys.prefix, f"otter-attack-{os.getpid()}")
    (folder / HIDDEN_FILE).symlink_to(place)
    notebook = json.loads((folder / "submission.ipynb").read_text())
    cell = next(cell for cell in notebook["cells"] if f"def {QUESTION}(" in "".join(cell["source"]))
    cell["source"] = (
        f"def {QUESTION}(seed, x_batch, features):\n"
        f"    if open({str(place)!r}, 'rb').read(50):\n"
        "        raise BufferError\n"
    )
    written(folder, notebook)


def metadata_with_tests(notebook: dict[str, Any]) -> None:
    passing = {
        "name": "q1",
        "points": 7,
        "suites": [{"cases": [], "scored": True, "setup": "", "teardown": "", "type": "doctest"}],
    }
    own = {
        "OK_FORMAT": True,
        "tests": {"q1": passing, "q2": {**passing, "name": "q2", "points": 70}},
    }
    notebook["metadata"]["otter"] = {**notebook["metadata"].get("otter", {}), **own}
    for cell in notebook["cells"]:
        cell["metadata"] = {
            "otter": {"tests": ["q1", "q2", "../q1"]},
            "tags": ["otter_ignore", "otter_answer_cell"],
            "tests": ["q1"],
        }


def duplicate_ids(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "begin"


def set_in(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(notebook: dict[str, Any]) -> None:
        place: Any = notebook
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return edit


def without(*path: Any) -> Callable[[dict[str, Any]], None]:
    def edit(notebook: dict[str, Any]) -> None:
        place: Any = notebook
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return edit


def more_cells(count: int, source: str) -> Callable[[dict[str, Any]], None]:
    return lambda notebook: notebook["cells"].extend(
        code_cell(source, number) for number in range(count)
    )


WHOLE: dict[str, Fill] = {
    "bank-is-a-folder": beside(lambda folder: (folder / HIDDEN_FILE).mkdir()),
    "log-pickle": beside(log_pickle),
    "shadow-modules": beside(shadow_modules),
    "shadow-of-the-worker": beside(shadow_of_the_worker),
    "own-tests": beside(own_tests),
    "links": beside(links),
    "fifos": beside(fifos),
    "sparse-files": beside(sparse),
    "many-files": beside(many_files),
    "deep-folders": beside(deep_folders),
    "names-of-the-grader": beside(names_of_the_grader),
    "bank-through-a-link": beside(bank_through_a_link),
    "tests-in-metadata": edited(metadata_with_tests),
    "other-kernel": edited(
        set_in(
            "metadata",
            "kernelspec",
            value={"name": "bash", "display_name": "x", "language": "bash"},
        )
    ),
    "1900-cells": edited(more_cells(1900, "x = 1")),
    "2000-cells": edited(more_cells(2000, "x = 1")),
    "wide-metadata": edited(
        set_in("metadata", "wide", value={f"k{number}": 1 for number in range(900_000)})
    ),
    "million-objects": edited(set_in("metadata", "wide", value=[{}] * 3_000_000)),
    "outputs-of-no-kind": edited(
        set_in("cells", 3, "outputs", value=[{"output_type": "stream", "text": 5}] * 4_000)
    ),
    "5-mb-cell": edited(
        lambda notebook: notebook["cells"].append(code_cell("# " + "x" * 5_000_000, 0))
    ),
    "duplicate-ids": edited(duplicate_ids),
    "assignment-named-ungraded": edited(
        set_in("metadata", "otter", "assignment_name", value="Ungraded: <script>alert(1)</script>")
    ),
    "surrogates": edited(
        lambda notebook: notebook["cells"].append(code_cell("text = '\ud800'\nprint(text)", 0))
    ),
    "id-of-no-text": edited(set_in("cells", 3, "id", value=7)),
    "source-of-no-text": edited(lambda notebook: notebook["cells"].append(code_cell(7, 0))),
    "no-source": edited(without("cells", 3, "source")),
    "no-cell-type": edited(without("cells", 3, "cell_type")),
    "nested-metadata": edited(
        set_in("metadata", "deep", value=json.loads('{"a":' * 300 + "1" + "}" * 300))
    ),
}

BEFORE_ANY_PLUGIN: dict[str, Fill] = {
    "tests-is-a-file": beside(lambda folder: (folder / "tests").write_text("x")),
    "assignment-of-no-text": edited(
        set_in("metadata", "otter", "assignment_name", value={"a": ["b"] * 1000})
    ),
    "source-of-mixed-lines": edited(
        lambda notebook: notebook["cells"].append(code_cell(["x = 1\n", 7, None], 0))
    ),
    "no-metadata": edited(without("metadata")),
    "metadata-of-otter-is-text": edited(set_in("metadata", "otter", value="text")),
}
"""Otter stumbles over these before it loads a plugin: without a launcher of our own there is no
results.json, and Gradescope says so."""

SLOW: dict[str, Fill] = {
    "300-checks": edited(more_cells(300, 'grader.check("q1")')),
    "sleeping-cells-first": edited(
        lambda notebook: notebook["cells"].__setitem__(
            slice(0, 0), [code_cell(f"import time\ntime.sleep(7)  # {n}", n) for n in range(40)]
        )
    ),
}


def run_folder(
    place: Place, autograder: Path, fill: Fill, notebook: dict[str, Any]
) -> tuple[dict[str, Any] | None, str]:
    """Grade a submission that need not be a notebook and may hold what no zip can, with the runner
    that the autograder zip brings.

    Returns results.json as it then is, and what was printed.
    """
    root = place.folder / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(autograder) as archive:
        archive.extractall(root / "source")
    (root / "submission_metadata.json").write_text("{}")
    launcher = root / "source" / "run_otter.py"
    # As `otter run` does it: otherwise folders of this machine would be opened as in a container.
    launcher.write_text(
        launcher.read_text().replace(
            '"/autograder")', f"{str(root)!r}, otter_run=True, logo=False)"
        )
    )
    fill(root / "submission", notebook)
    command = [sys.executable, str(launcher)]
    try:
        done = subprocess.run(
            command,
            cwd=root,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=SECONDS,
            env=place.environment,
            stdin=subprocess.DEVNULL,
        )
        printed = done.stdout + done.stderr
    except subprocess.TimeoutExpired as late:
        printed = f"the grader did not end\n{late.stdout!r}"
        pytest.fail(printed[-3000:])
    written_results = root / "results" / "results.json"
    assert not written_results.is_symlink()
    results = (
        json.loads(written_results.read_text())
        if written_results.exists() and stat.S_ISREG(written_results.lstat().st_mode)
        else None
    )
    return results, printed


@pytest.mark.skipif(sys.platform != "linux", reason="the layers that hold these are Linux's")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=() if name in ("bank-is-a-folder", "no-source") else pytest.mark.slow
        )
        for name in (*WHOLE, *BEFORE_ANY_PLUGIN, *SLOW)
    ],
)
def test_an_attack_by_a_whole_submission_is_held(
    name: str, one_assignment: BuiltAssignment, short_zip: Path, bank: Bank, place: Place
) -> None:
    notebook = json.loads(nbformat.writes(with_answer(one_assignment, STUB)))
    results, printed = run_folder(
        place, short_zip, {**WHOLE, **BEFORE_ANY_PLUGIN, **SLOW}[name], notebook
    )
    subprocess.run(["rm", "-rf", str(place.folder / "autograder")], check=True)
    Path(sys.prefix, f"otter-attack-{os.getpid()}").unlink(missing_ok=True)
    score = GradedSample(results, 0, printed, 0).score
    if name in BEFORE_ANY_PLUGIN and score is None:
        results, score = results or {}, 0
    assert_held(results, printed, score, place, bank)


PASSED_ON = """
from flax import nnx

def vmap_over_batch(seed, x_batch, features):
    model = nnx.Linear(x_batch.shape[-1], int(features), rngs=nnx.Rngs(int(seed)))
    return nnx.vmap(lambda m, row: row, in_axes=(None, 0))(model, model(x_batch)).reshape(-1)
"""


def test_a_transform_that_passes_right_numbers_on_earns_no_points_of_the_method(
    dist: Builds,
) -> None:
    built = BuiltAssignment(dist / "nnx-vmap-over-batch")
    run = otter_run(built.answered({QUESTION: PASSED_ON}), built.zip)
    assert run.results is not None
    rows = {str(row["name"]): row for row in run.results["tests"]}
    lost = {name for name, row in rows.items() if row["score"] == 0 and row["max_score"] > 0}
    assert sum(row["score"] for row in rows.values()) == 7
    assert len(lost) == 2
    for name in lost:
        assert (
            "Seen: nnx.vmap over B lanes of a function that sums no products; parameters of shape "
            "(D, F), (F)."
        ) in rows[name]["output"]
