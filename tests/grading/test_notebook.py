"""Otter's notebook without the submission's code."""

from __future__ import annotations

import nbformat

from autograder.grading.notebook import ONE_BY_ONE, without_submitted_code


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
    notebook.cells[0].metadata["tags"] = "otter_ignore"  # not a list, as the format requires
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


def test_of_very_many_cells_several_are_requested_at_once() -> None:
    cells = [nbformat.v4.new_code_cell(f"x = {number}") for number in range(ONE_BY_ONE + 1)]
    cells[1].metadata["tags"] = ["otter_ignore"]
    made = without_submitted_code(nbformat.v4.new_notebook(cells=cells), {}, {cells[2].id: ["q1"]})
    asked = [cell.source for cell in made.cells[1:-1]]
    assert len(asked) == 101
    assert asked[0] == "__otter_arrays__.cells([('x = 0', []), None], globals())"
    assert asked[1] == "__otter_arrays__.cells([('x = 2', ['q1']), ('x = 3', [])], globals())"
    assert asked[-1] == "__otter_arrays__.cell('x = 200', [], globals())"
