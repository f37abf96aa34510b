"""What an author asks of conda."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from autograder.assignment import conda
from autograder.errors import BuildError

FILE = """\
name: course
dependencies:
  - python=3.11
  - pip
  - NumPy>=2
  - conda-forge::ffmpeg=6
  - r-base
  - pip:
      - einops==0.8.2
      - numpy
"""


def test_what_pip_installs_is_taken_out_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "environment.yml"
    assert conda.take_pip_lines(path) == []
    path.write_text(FILE)
    assert conda.take_pip_lines(path) == ["einops==0.8.2", "numpy"]
    left = yaml.safe_load(path.read_text())
    assert left == {
        "name": "course",
        "dependencies": ["python=3.11", "pip", "NumPy>=2", "conda-forge::ffmpeg=6", "r-base"],
    }
    assert conda.take_pip_lines(path) == []


def test_what_our_image_lacks_is_what_only_conda_installs() -> None:
    assert conda.left_out(FILE, {"numpy"}) == ["conda-forge::ffmpeg=6", "r-base"]
    assert conda.left_out("dependencies: [python=3.11, pip, jupyter_server]", set()) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "environment: the file is not YAML: "),
        ("numpy\n", "environment: the file has no list of `dependencies`"),
        ("dependencies: numpy\n", "environment: the file has no list of `dependencies`"),
    ],
)
def test_a_file_that_is_no_environment_is_told(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "environment.yml").write_text(text)
    with pytest.raises(BuildError) as caught:
        conda.take_pip_lines(tmp_path / "environment.yml")
    assert str(caught.value).startswith(sentence)
