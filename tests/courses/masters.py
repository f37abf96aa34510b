"""The public masters that go both ways, each at one commit. None of them is in this repository."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Master:
    """A master notebook of a public repository ("owner/name"), the further files and folders that
    `otter assign` reads for it, and submissions that are graded besides its solution and the
    untouched notebook. The folder of the master is always laid out. A master in Markdown is made a
    notebook by Jupytext."""

    repository: str
    commit: str
    path: str
    further: tuple[str, ...] = ()
    submissions: tuple[str, ...] = ()
    run_first: bool = False
    """It is kept without outputs, from which Otter reads what its tests expect."""
    settings: tuple[str, ...] = ()
    """Settings of the plugin, as lines of YAML: what the plugin's documentation tells authors of
    such an assignment to set."""
    without_points: bool = False
    """Otter alone has nothing to grade in it, and the two builds are all that is compared."""

    @property
    def paths(self) -> tuple[str, ...]:
        folder = str(PurePosixPath(self.path).parent)
        return (folder, *self.further)  # a submission is in the folder of its master

    @property
    def label(self) -> str:
        return f"{self.repository}: {self.path}"


OTTER = ("ucbds-infra/otter-grader", "4059e7ae536b64a9d9b18c0d693a4a88dc3e255a")
COSMOS = ("dsc-courses/cosmos-ml-cluster-2026", "e8896ef97c73ecc83c7408ed0f07ba520d8cf51d")
DATA_8 = ("sean-morris/otterizing-jupyter-notebooks", "c4b576a702d905efc3a218d39864ff5ad5894ba2")

TUTORIAL = "docs/tutorial"

MASTERS = (
    Master(
        *OTTER,
        f"{TUTORIAL}/demo.ipynb",
        submissions=tuple(
            f"{TUTORIAL}/submissions/ipynbs/demo-{name}.ipynb"
            for name in ("passesAll", "fails1", "fails2", "fails2Hidden", "fails3", "fails3Hidden")
        ),
    ),
    *(
        Master(*OTTER, path)
        for path in (
            "docs/_static/notebooks/assign-full-example-v1.ipynb",
            "examples/data-88e-proj03/proj03.ipynb",
            "examples/data-88e-proj03-exception/proj03.ipynb",
            "examples/env-validation/env-validation.ipynb",
            "test/test_assign/files/example.ipynb",
            "test/test_assign/files/exception-example.ipynb",
            "test/test_assign/files/generate-gradescope.ipynb",
            "test/test_assign/files/generate-otter.ipynb",
            "test/test_assign/files/generate-pdf.ipynb",
        )
    ),
    Master(*OTTER, "test/test_assign/files/lecture-notebook.ipynb", without_points=True),
    *(
        Master(*COSMOS, f"labs/lab0{number}/src/lab0{number}.ipynb", ("labs/otter-config.yml",))
        for number in range(1, 7)
    ),
    Master(
        *COSMOS,
        "labs/lab07/src/lab07.ipynb",
        ("labs/otter-config.yml",),
        settings=("seconds_per_cell: 1000", "seconds_per_submission: 1100"),  # 36 grid searches
    ),
    *(
        Master(
            *DATA_8,
            f"raw_notebooks/lab/lab0{number}/lab0{number}.ipynb",
            ("assign_config.yml", "assign_requirements.txt"),
        )
        for number in (1, 2, 3)
    ),
    Master(
        "QuantEcon/lecture-datascience.myst",
        "0688832ee029748a12534eb2ca1bb049b4ce7522",
        "lectures/problem_sets/problem_set_1.md",
        run_first=True,
    ),
    Master(
        "ds-modules/ecc-statistics",
        "82d9020010952db76990b8cbc4687371d7fde5ab",
        "confidence_interval/confidence_interval.ipynb",
    ),
    Master(
        "ds-modules/ecc-biology",
        "7e44aa1b10771f3aeed6311e2facccd084472a1e",
        "mrsa/MRSA Data Analysis.ipynb",
        without_points=True,
    ),
    Master(
        "TRU-CS/autograder",
        "bcc9fdc36f2ff4e9ee286ace64e53d4b42760b67",
        "sample-jupyter/template.ipynb",
    ),
    Master(
        "ggomes/otter-grader-starter",
        "a6298d462bb00402fa90d26696e40f66be7c310a",
        "labXdev.ipynb",
        run_first=True,
    ),
    Master(
        "ds-modules/open-data-science-courses",
        "41cb4cc6d0958b7b178e92d59af7c83e65b17a3f",
        "adoption_courses/data8/authoring/otter-examples.ipynb",
        without_points=True,  # a file that it needs is not in the repository
    ),
)
