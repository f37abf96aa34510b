"""Otter's notebook without the submission's code."""

from __future__ import annotations

import nbformat

from autograder.grading.notebook import without_submitted_code


def test_no_line_of_the_submission_is_code_in_ottos_notebook() -> None:
    notebook = nbformat.v4.new_notebook(
        metadata={
            "otter": {"tests": {"q1": "forged"}},
            "kernelspec": {"name": "evil", "display_name": "evil"},
        }
    )
    notebook.cells = [
        nbformat.v4.new_code_cell(
            "print('\\'); __import__('os').system('x') #')",
            metadata={"otter": {"tests": ["q1"]}, "tags": ["other"]},
            id="a",
        ),
        nbformat.v4.new_markdown_cell("text"),
        nbformat.v4.new_code_cell("x = 1", id="b"),
        nbformat.v4.new_code_cell("left_out_by_otter", metadata={"tags": ["otter_ignore"]}),
        nbformat.v4.new_code_cell("left_out_by_otter", metadata={"otter": {"ignore": True}}),
    ]
    notebook.cells[0].metadata["tags"] = "otter_ignore"  # no list, as the format wants
    made = without_submitted_code(notebook, {"bank": "b"}, {"b": ["q2"]})
    assert [cell.source for cell in made.cells] == [
        "from autograder.grading.kernel import begin\n__otter_arrays__ = begin({'bank': 'b'})",
        f"__otter_arrays__.cell({notebook.cells[0].source!r}, [], globals())",
        "__otter_arrays__.cell('x = 1', ['q2'], globals())",
        "__otter_arrays__.skip_cell()",
        "__otter_arrays__.skip_cell()",
        "__otter_arrays__.end(globals())",
    ]
    assert made.metadata == {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }
    assert all(cell.metadata == {} for cell in made.cells)
