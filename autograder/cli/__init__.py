"""The command `autograder`, made of the commands in this package's modules. Arguments and tables
only.
"""

from __future__ import annotations

import click

from autograder.cli import assignments, audits, classes


@click.group()
@click.version_option(package_name="otter-arrays")
def main() -> None:
    """Build and try Otter-Grader assignments on JAX and Flax arrays."""


for _command in (
    assignments.new,
    assignments.build,
    assignments.samples,
    assignments.doctor,
    audits.matrix,
    audits.audit,
    audits.isolation,
    classes.grade,
):
    main.add_command(_command)
