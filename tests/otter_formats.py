"""Small assignments of plain Otter, one for each of its formats, without questions of ours and
without JAX.

Otter takes what a doctest must print from the outputs of the master's test cells, so the test cells
here have outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import nbformat

Cell = nbformat.NotebookNode


@dataclass(frozen=True)
class Format:
    """A master: its config, its cells, and the files beside it.

    `half` maps texts of the student notebook to the answers that replace them in a half-right
    submission.
    """

    config: str
    cells: Sequence[Cell]
    half: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)

    def notebook(self, further_config: str = "") -> nbformat.NotebookNode:
        """The master notebook, with additional lines in its config."""
        spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [raw(f"# ASSIGNMENT CONFIG\n{self.config}{further_config}"), *self.cells]
        for number, cell in enumerate(cells):
            cell["id"] = f"cell-{number}"
        return nbformat.v4.new_notebook(
            cells=cells, metadata={"kernelspec": spec, "language_info": {"name": "python"}}
        )

    def half_right(self, student: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """The student notebook with half of the answers."""
        for prompt, answer in self.half.items():
            (cell,) = (cell for cell in student.cells if prompt in cell.source)
            cell.source = cell.source.replace(prompt, answer)
        return student


def raw(source: str) -> Cell:
    return nbformat.v4.new_raw_cell(source)


def text(source: str) -> Cell:
    return nbformat.v4.new_markdown_cell(source)


def code(source: str, printed: str = "", value: str = "") -> Cell:
    """A code cell with its printed output and the value that it showed."""
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)] if printed else []
    outputs += (
        [nbformat.v4.new_output("execute_result", {"text/plain": value}, execution_count=1)]
        if value
        else []
    )
    return nbformat.v4.new_code_cell(source, outputs=outputs)


def question(config: str, *solution: Cell, tests: Sequence[Cell] = ()) -> list[Cell]:
    """The cells of one question, whose text refers to the heading above it."""
    asked = [
        raw(f"# BEGIN QUESTION\n{config}"),
        text("Do what the heading says."),
        raw("# BEGIN SOLUTION"),
        *solution,
        raw("# END SOLUTION"),
    ]
    return [
        *asked,
        *([raw("# BEGIN TESTS"), *tests, raw("# END TESTS")] if tests else []),
        raw("# END QUESTION"),
    ]


def case(config: str, body: str) -> Cell:
    """A test cell of an exception-based test: its config, then a function and its call."""
    name = body.split("(", 1)[0].removeprefix("def ")
    signature = body.split("(", 1)[1].split(")", 1)[0]
    return code(
        (f'"""# BEGIN TEST CONFIG\n{config}\n"""  # END TEST CONFIG\n' if config else "")
        + f"{body}\n\n{name}({signature})"
    )


DOCTESTS_IN_THE_NOTEBOOK = Format(
    "name: doctests\n"
    "check_all_cell: true\n"
    "export_cell:\n"
    "    pdf: false\n"
    "    instructions: Thanks.\n",
    [
        text("# Rivers"),
        code("import math\nlengths = {'Elbe': 1094, 'Oder': 840, 'Weser': 451.7}"),
        *question(
            "name: longest",
            code(
                "longest = max(lengths, key=lengths.get) # SOLUTION\n"
                "how_long = lengths[longest] # SOLUTION"
            ),
            tests=[
                code("type(longest).__name__", value="'str'"),
                code("# HIDDEN\nlongest", value="'Elbe'"),
                code("# HIDDEN\nassert how_long == 1094"),
            ],
        ),
        *question(
            "name: describe\npoints: 3",
            code(
                "def describe(name):\n"
                '    """Say how long a river is."""\n'
                "    # BEGIN SOLUTION\n"
                "    print(f'{name}:')\n"
                "    return f'{lengths[name]:.0f} km'\n"
                "    # END SOLUTION"
            ),
            tests=[
                code("describe('Oder')", printed="Oder:\n", value="'840 km'"),
                code(
                    "for name in sorted(lengths):\n    print(describe(name).split()[0])",
                    printed="Elbe:\n1094\nOder:\n840\nWeser:\n452\n",
                ),
                code(
                    "# HIDDEN\n"
                    "import numpy as np\n"
                    "np.array([len(describe(name)) for name in lengths])",
                    printed="Elbe:\nOder:\nWeser:\n",
                    value="array([7, 6, 6])",
                ),
            ],
        ),
        *question(
            "name: roots\npoints: 2",
            code(
                "def roots(numbers):\n"
                "    return {number: math.sqrt(number) for number in numbers} # SOLUTION"
            ),
            tests=[
                code("roots([4, 9.0]) == {4: 2.0, 9.0: 3.0}", value="True"),
                code(
                    "# HIDDEN\n[round(root, 3) for root in roots(range(4)).values()]",
                    value="[0.0, 1.0, 1.414, 1.732]",
                ),
            ],
        ),
    ],
    {
        "longest = ...": "longest = 'Elbe'",
        "how_long = ...": "how_long = 1",
        '"""Say how long a river is."""\n    ...': "return f'{lengths[name]:.0f} km'",
    },
)

DOCTESTS_IN_FILES = Format(
    "name: doctests-in-files\n"
    "tests:\n"
    "    files: true\n"
    "files:\n"
    "    - rain.csv\n"
    "init_cell: false\n"
    "export_cell: false\n"
    "generate:\n"
    "    show_hidden: true\n"
    "    show_stdout: true\n",
    [
        code("import numpy as np\nimport pandas as pd\n\nrain = pd.read_csv('rain.csv')"),
        *question(
            "name: wet\npoints:\n    - 1\n    - 0.5\n    - 2.5",
            code("wet = rain[rain['mm'] > 2] # SOLUTION\ntotal = wet['mm'].sum() # SOLUTION"),
            tests=[
                code("len(wet)", value="2"),
                code("list(wet.columns)", value="['day', 'mm']"),
                code(
                    "# HIDDEN\nround(float(total), 2), wet['day'].tolist()",
                    value="(10.5, ['Mon', 'Wed'])",
                ),
            ],
        ),
        *question(
            "name: scaled\nall_or_nothing: true\npoints: 4",
            code(
                "def scaled(table, factor=2):\n"
                "    # BEGIN SOLUTION\n"
                "    return table.assign(mm=table['mm'] * factor)\n"
                "    # END SOLUTION"
            ),
            tests=[
                code(
                    "scaled(rain)", value="   day    mm\n0  Mon   8.0\n1  Tue   3.0\n2  Wed  13.0"
                ),
                code("# HIDDEN\nscaled(rain.head(1), factor=10)['mm'].tolist()", value="[40.0]"),
            ],
        ),
        *question(
            "name: days",
            code("def days():\n    yield from rain['day'] # SOLUTION"),
            tests=[
                code(
                    '""" # BEGIN TEST CONFIG\n'
                    "points: 1.5\n"
                    "success_message: All days come.\n"
                    "failure_message: A day is missing.\n"
                    '""" # END TEST CONFIG\n'
                    "for day in days():\n"
                    "    print(day)",
                    printed="Mon\nTue\nWed\n",
                ),
                code(
                    '""" # BEGIN TEST CONFIG\n'
                    "points: 0.5\n"
                    "hidden: true\n"
                    "failure_message: They come once only.\n"
                    '""" # END TEST CONFIG\n'
                    "len(list(days()))",
                    value="3",
                ),
            ],
        ),
        *question(
            "name: means\npoints: 2",
            code("means = np.array([rain['mm'].mean(), rain['mm'].median()]) # SOLUTION"),
            tests=[
                code("np.allclose(means, [4.0 + 0, 4.0])", value="True"),
                code("# HIDDEN\nmeans.shape", value="(2,)"),
            ],
        ),
    ],
    {
        "wet = ...": "wet = rain[rain['mm'] > 2]",
        "total = ...": "total = 7",
        "def scaled(table, factor=2):\n    ...": (
            "def scaled(table, factor=2):\n    return table.assign(mm=table['mm'] * 2)"
        ),
        "def days():\n    ...": "def days():\n    for day in rain['day'][:2]:\n        yield day",
    },
    {"rain.csv": "day,mm\nMon,4.0\nTue,1.5\nWed,6.5\n"},
)

EXCEPTIONS_IN_THE_NOTEBOOK = Format(
    "name: exceptions\n"
    "tests:\n"
    "    ok_format: false\n"
    "seed:\n"
    "    variable: rng_seed\n"
    "    autograder_value: 90\n"
    "    student_value: 42\n"
    "generate:\n"
    "    points_possible: 10\n"
    "    show_all_public: true\n",
    [
        code("import numpy as np\nrng_seed = 11"),
        code("rng = np.random.default_rng(rng_seed)\nsample = rng.normal(size=50)"),
        *question(
            "name: standardised\npoints: 4",
            code(
                "def standardised(values):\n"
                "    # BEGIN SOLUTION\n"
                "    return (values - np.mean(values)) / np.std(values)\n"
                "    # END SOLUTION\n\n"
                "z = standardised(sample) # SOLUTION"
            ),
            tests=[
                case(
                    "",
                    "def test_moments(standardised):\n"
                    "    import numpy as np\n"
                    "    z = standardised(np.arange(5.0))\n"
                    "    np.testing.assert_allclose([z.mean(), z.std()], [0, 1], atol=1e-9)",
                ),
                case(
                    "hidden: true",
                    "def test_values(standardised, z):\n"
                    "    from math import sqrt\n"
                    "    import numpy as np\n"
                    "    np.testing.assert_allclose(standardised(np.array([1.0, 3.0])), [-1, 1])\n"
                    "    assert z.shape == (50,), 'z has the wrong shape'\n"
                    "    assert sqrt(abs(z.mean())) < 1e-3",
                ),
            ],
        ),
        *question(
            "name: primes",
            code(
                "def primes():\n"
                "    # BEGIN SOLUTION\n"
                "    number = 2\n"
                "    while True:\n"
                "        if all(number % smaller for smaller in range(2, number)):\n"
                "            yield number\n"
                "        number += 1\n"
                "    # END SOLUTION"
            ),
            tests=[
                case(
                    "points: 1",
                    "def test_first(primes):\n"
                    "    import itertools\n"
                    "    found = list(itertools.islice(primes(), 5))\n"
                    "    assert found == [2, 3, 5, 7, 11], f'the first five are {found}'",
                ),
                case(
                    "points: 2\nhidden: true\nfailure_message: Is it endless?",
                    "def test_many(env):\n"
                    "    from itertools import islice\n"
                    "    numbers = list(islice(env['primes'](), 30))\n"
                    "    assert numbers[-1] == 113",
                ),
            ],
        ),
        *question(
            "name: counted\npoints: 3",
            code(
                "from collections import Counter\n"
                "from datetime import date\n\n"
                "letters = Counter('banana') # SOLUTION\n"
                "names = np.array(['pear', 'fig']) # SOLUTION\n"
                "day = date(2026, 2, 3) # SOLUTION"
            ),
            tests=[
                case(
                    "",
                    "def test_letters(letters):\n    assert letters.most_common(1) == [('a', 3)]",
                ),
                case(
                    "",
                    "def test_names(names, day):\n"
                    "    assert sorted(names) == ['fig', 'pear']\n"
                    "    assert day.year == 2026",
                ),
            ],
        ),
        *question(
            "name: grouped\npoints:\n    - 2\n    - 1",
            code(
                "def grouped(words):\n"
                "    # BEGIN SOLUTION\n"
                "    groups = {}\n"
                "    for word in words:\n"
                "        groups.setdefault(len(word), []).append(word)\n"
                "    return groups\n"
                "    # END SOLUTION\n\n"
                "def adder(n):\n"
                "    return lambda x: x + n # SOLUTION"
            ),
            tests=[
                case(
                    "",
                    "def test_groups(grouped):\n"
                    "    assert grouped(['a', 'bc', 'd']) == {1: ['a', 'd'], 2: ['bc']}",
                ),
                case(
                    "hidden: true",
                    "def test_adder(adder):\n"
                    "    assert [adder(2)(x) for x in (1, 2.5)] == [3, 4.5]",
                ),
            ],
        ),
    ],
    {
        "def standardised(values):\n    ...": (
            "def standardised(values):\n    return values - np.mean(values)"
        ),
        "z = ...": "z = sample",
        "letters = ...": "letters = Counter('bananas')",
        "day = ...": "day = date(2025, 2, 3)",
        "def primes():\n    ...": "def primes():\n    yield from (2, 3, 5, 7, 11)",
        "def adder(n):\n    ...": "def adder(n):\n    return lambda x: x + n",
    },
)

EXCEPTIONS_IN_FILES = Format(
    "name: exceptions-in-files\n"
    "tests:\n"
    "    files: true\n"
    "    ok_format: false\n"
    "export_cell:\n"
    "    pdf: false\n"
    "    run_tests: false\n"
    "show_question_points: true\n"
    "ignore_modules:\n"
    "    - statistics\n"
    "generate:\n"
    "    serialized_variables:\n"
    "        furthest: int\n"
    "    seed: 5\n"
    "    score_threshold: 0.5\n"
    "    points_possible: 1\n",
    [
        code("import random\nimport numpy as np"),
        *question(
            "name: walk\npoints: 6",
            code(
                "steps = [random.choice([-1, 1]) for _ in range(20)]\n\n"
                "# BEGIN SOLUTION NO PROMPT\n"
                "positions = np.cumsum(steps)\n"
                "furthest = int(np.abs(positions).max())\n"
                "# END SOLUTION\n"
                '""" # BEGIN PROMPT\n'
                "positions = ...\n"
                "furthest = ...\n"
                '""" # END PROMPT'
            ),
            code("unused = 1 # SOLUTION NO PROMPT\npair = (furthest, len(steps)) # SOLUTION"),
            tests=[
                case("points: 1", "def test_length(positions):\n    assert len(positions) == 20"),
                case(
                    "hidden: true\nsuccess_message: It goes far.",
                    "def test_steps(steps, positions):\n"
                    "    import numpy as np\n\n"
                    "    def rebuilt(moves):\n"
                    "        where, places = 0, []\n"
                    "        for move in moves:\n"
                    "            where += move\n"
                    "            places.append(where)\n"
                    "        return places\n\n"
                    "    np.testing.assert_array_equal(rebuilt(steps), positions)",
                ),
                case(
                    "hidden: true",
                    "def test_pair(pair, furthest):\n"
                    "    assert pair == (furthest, 20)\n"
                    "    assert type(pair) is tuple",
                ),
            ],
        ),
        *question(
            "name: shout",
            code("def shout(text, *, marks=1):\n    return text.upper() + '!' * marks # SOLUTION"),
            tests=[
                case(
                    "",
                    "def test_shout(shout):\n"
                    "    assert shout('no') == 'NO!'\n"
                    "    assert shout('no', marks=3) == 'NO!!!'",
                ),
                case(
                    "hidden: true",
                    "def test_only_text(shout):\n"
                    "    try:\n"
                    "        shout(3)\n"
                    "    except AttributeError:\n"
                    "        return\n"
                    "    raise AssertionError('numbers cannot be shouted')",
                ),
            ],
        ),
        *question("name: why\nmanual: true\npoints: 2", text("Since steps are independent.")),
        *question(
            "name: plot\nmanual: true\npoints: 3",
            code("table = np.c_[steps, positions] # SOLUTION\nprint(table.shape) # SOLUTION"),
        ),
        raw("# BEGIN QUESTION\nname: remarks\npoints: 0"),
        text("Anything to say?"),
        raw("# BEGIN SOLUTION"),
        text("No."),
        raw("# END SOLUTION"),
        raw("# END QUESTION"),
    ],
    {
        "positions = ...": "positions = np.cumsum(steps)",
        "furthest = ...": "furthest = 3",
        "pair = ...": "pair = [furthest, 20]",
        "def shout(text, *, marks=1):\n    ...": (
            "def shout(text, *, marks=1):\n    return str(text).upper() + '!'"
        ),
    },
)

FORMATS = {
    "doctests in the notebook": DOCTESTS_IN_THE_NOTEBOOK,
    "doctests in files": DOCTESTS_IN_FILES,
    "exceptions in the notebook": EXCEPTIONS_IN_THE_NOTEBOOK,
    "exceptions in files": EXCEPTIONS_IN_FILES,
}
