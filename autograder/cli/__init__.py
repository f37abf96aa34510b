"""The command `autograder`, assembled from the modules of this package, which hold arguments and
tables only.
"""

from __future__ import annotations

import click

from autograder.cli import assignments, audits, classes, inspections
from autograder.cli.frame import EXIT_CODES, Commands, examples


@click.group(
    cls=Commands,
    epilog=examples(
        "autograder new centred-rows",
        "autograder build assignments/centred-rows/centred-rows.ipynb",
        "autograder grade SUBMISSIONS --autograder ZIP --out graded",
    )
    + f"\n\n{EXIT_CODES}",
)
@click.version_option(package_name="otter-arrays")
def main() -> None:
    """Build and grade Otter-Grader assignments on JAX and Flax arrays."""


for _command in (
    assignments.new,
    assignments.build,
    inspections.samples,
    inspections.doctor,
    audits.audit,
    audits.matrix,
    classes.grade,
    audits.isolation,
):
    main.add_command(_command)
