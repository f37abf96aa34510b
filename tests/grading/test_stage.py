"""The stage on which a submission is graded."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.grading import stage as isolation
from autograder.grading.configuration import Isolation


def test_a_result_is_in_place_before_anything_runs(tmp_path: Path) -> None:
    for name in ("source/files", "submission", "results"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "source" / "files" / "the_bank").write_text("bank")
    (tmp_path / "source" / "files" / "data.csv").write_text("public")
    (tmp_path / "submission" / "nb.ipynb").write_text("{}")
    (tmp_path / "submission" / "data.csv").write_text("public")
    (tmp_path / "submission" / "the_bank").write_text("bank")
    chosen = Isolation.of({"public_files": ["data.csv"], "bank": "the_bank"}, container=False)
    stage = isolation.prepare(chosen, tmp_path / "submission" / "nb.ipynb", container=False)
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    assert results["tests"][0]["output"].startswith("Ungraded: grading did not come to its end")
    assert "score" not in results
    assert "score" not in results["tests"][0]
    assert sorted(path.name for path in (tmp_path / "submission").iterdir()) == [
        "data.csv",
        "nb.ipynb",
    ]
    assert [path.name for path in stage.files.iterdir()] == ["data.csv"]
    assert all(
        (tmp_path / name).stat().st_mode & 0o77 == 0 for name in ("source", "submission", "results")
    )
    isolation.finish(stage)
    assert not stage.holding.exists()
