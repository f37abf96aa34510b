"""`Question`: what an author declares in the master notebook, checked at once."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from autograder.calls.outputs import ALONE
from autograder.calls.spec import CallSpec
from autograder.errors import DeclarationError
from autograder.evidence.requirements import Every, Requirement, Rule
from autograder.questions import declarations, misconceptions, ways
from autograder.questions.argument import Argument
from autograder.questions.faults import first_fault
from autograder.questions.misconceptions import Misconception
from autograder.questions.sizes import Sizes, reaches
from autograder.sameness.words import Same, Word

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class Question:
    """One question of a master notebook: a function that students write, and how to call it.

    `name` is the function's name, by which `check` finds the question. `arguments` maps each
    parameter, in the order of the call, to an `Array`, `Number`, `Choice`, `Dim`, `Seed`, `Key`,
    `Rngs` or `Function`, to what code makes from others (`Made`), or to a structure of those:
    `Tree`, `Tuple`, `NamedTuple`, `List`. `dims` maps each dimension to its smallest and largest
    size, both included, which may depend on other dimensions (`K=(1, "N")`), or to an expression
    (`D="H * K"`). `where(sizes)` says whether sizes, a dict by dimension, fit together. `shapes` is
    the number of random shapes, and `seeds` how many times each gets new values.

    The build measures the tolerance; `rtol` (relative to the largest element of similar size) or
    `atol` (absolute) replaces it. `imprecise` is the share of a group's points for answers that are
    right to half precision only. With `nonfinite="expected"`, NaN and infinities are right answers
    even where they depend on the numbers drawn, and a case may have no finite number at all;
    without it, the build draws such cases again. `nan=True` is the older spelling. `trivial` says
    in words why an answer that needs no understanding may get points. `see` is the heading in the
    notebook under which the pitfalls are explained; hints point to it.

    With `x64`, JAX computes in 64 bits for this question, whatever the notebook sets. By default it
    does so where an argument has numbers of 64 bits and is not always a NumPy array. `may_change`
    names arguments that the function may write into. `changed` names arguments that it must write
    into: the check compares their contents after the call, by name, and what the function returns
    only with `several`.

    With `several`, the function returns several arrays, in any nesting of dicts, lists and tuples,
    or a Flax module or its state; the check compares each array by itself. `gradient` names
    arguments: the function must return one number, and the check compares its gradient with respect
    to these arguments instead. `constructor` names arguments: students write a class, these
    arguments construct it, and its `method` gets the others. `keywords` names arguments that are
    passed by keyword. `then` names the arguments of the function that the answer returns; the check
    compares what that function returns. `through` is a function given in the notebook that calls
    the student's; the check calls it with the arguments instead. `calls` are several calls of one
    object, in order, each the name of a method and the names of its arguments; `state()` among them
    compares the object's arrays (see `autograder.questions.ways`). `laws` names laws that the
    answer must obey (see `autograder.questions.laws.LAWS`): "jit", "vmap", "grad", "permutation of
    B". Test cells ask for them with `check(…, cases="jit")`. `same` says what else is right besides
    the reference's own numbers: a word of `autograder.same`, or with `several` a dict of words by
    the names of the arrays.

        question = Question("scale_rows",
            arguments=dict(x=Array("B", "D"), factor=Dim("F", as_float=True)),
            dims=dict(B=(1, 16), D=(1, 12), F=(1, 5)))

    Raises `DeclarationError`, which names the question, the field and its value, if the declaration
    cannot work.
    """

    name: str
    arguments: Mapping[str, Argument]
    dims: Mapping[str, Sizes] = field(default_factory=dict)
    shapes: int = 3
    seeds: int = 3
    rtol: float | None = None
    atol: float | None = None
    imprecise: float = 0.0
    nan: bool = False
    nonfinite: str = ""
    trivial: str = ""
    x64: bool | None = None
    may_change: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    see: str = ""
    several: bool = False
    gradient: tuple[str, ...] = ()
    constructor: tuple[str, ...] | None = None
    method: str = "__call__"
    laws: tuple[str, ...] = ()
    where: Callable[[dict[str, int]], bool] | None = None
    same: Word | Mapping[str, Word] | None = None
    keywords: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    through: Callable[..., Any] | None = None
    calls: ways.Calls = ()
    alternatives: list[Callable[..., Any]] = field(default_factory=list, init=False, repr=False)
    misconceptions: list[Misconception] = field(default_factory=list, init=False, repr=False)
    rules: list[Rule] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        fault = first_fault(self)
        if fault is not None:
            raise self._error(*fault)
        _declared.append(self)

    @property
    def reach(self) -> dict[str, tuple[int, int]]:
        """The smallest and the largest size that each dimension can have."""
        return reaches(self.dims)

    @property
    def way(self) -> CallSpec:
        """How the question calls a student's function."""
        return ways.way(self)

    @property
    def nonfinite_expected(self) -> bool:
        """Whether NaN and infinities are right answers wherever the reference gives them."""
        return self.nan or self.nonfinite == "expected"

    @property
    def words(self) -> Same:
        """The words of `same`, by the names of the output's arrays."""
        if self.same is None:
            return {}
        return {ALONE: self.same} if isinstance(self.same, Word) else dict(self.same)

    def alternative(self, function: Function) -> Function:
        """Decorator: declare another right solution, which the tests must accept."""
        if not callable(function):
            raise self._error("alternative", function, "is not a function")
        self.alternatives.append(function)
        return function

    def misconception(
        self, name: str, *, hint: str, told_by: str = "values"
    ) -> Callable[[Function], Function]:
        """Decorator: declare a wrong solution that students write.

        `name` says what is wrong with it, and `hint` what to look at. `told_by="method"` marks a
        solution whose values are right. Only the way it computes them gives it away, so no value
        test may refuse it.
        """
        known = [each.name for each in self.misconceptions]
        for fault in misconceptions.faults(name, hint, told_by, known):
            raise self._error(*fault)

        def remember(function: Function) -> Function:
            if not callable(function):
                raise self._error(f"misconception {name!r}", function, "is not a function")
            self.misconceptions.append(Misconception(name, hint, told_by, function))
            return function

        return remember

    def requires(
        self, name: str, *requirements: Requirement, otherwise: str, misconception: str, hint: str
    ) -> None:
        """Declare a rule on how the answer is computed: all `requirements` (see `autograder.rules`)
        must hold.

        A test cell asks for the rule with `check(…, rule=name)` and carries its points. `otherwise`
        is the sentence for an answer that breaks the rule, and continues the function's name.
        `misconception` names the mistake behind it, and `hint` says what to look at.
        """
        for label, text in (
            ("name", name),
            ("otherwise", otherwise),
            ("misconception", misconception),
            ("hint", hint),
        ):
            if not isinstance(text, str) or not text.strip():
                raise self._error(f"requires {label}", text, "is not a sentence")
        if any(rule.name == name for rule in self.rules):
            raise self._error("requires name", name, "is declared twice")
        for requirement in requirements:
            if not isinstance(requirement, Requirement):
                raise self._error(
                    f"requires {name!r}",
                    requirement,
                    "is not a requirement such as transform(…) or shared_parameters(…)",
                )
            for dim in sorted(requirement.dims() - set(self.dims)):
                raise self._error(
                    f"requires {name!r}",
                    dim,
                    "is a dimension that dims does not define; it defines "
                    f"{', '.join(self.dims) or 'none'}",
                )
        if not requirements:
            raise self._error(
                "requires", name, "has no requirement; name at least one such as transform(…)"
            )
        self.rules.append(
            Rule(
                name,
                requirements[0] if len(requirements) == 1 else Every(requirements),
                otherwise,
                misconception,
                hint,
            )
        )

    def preview(self, reference: Callable[..., Any]) -> Any:
        """Show in the notebook what `reference` returns for this question.

        Returns an `autograder.build.preview.Preview` of cases, outputs, the allowed error, and the
        effect of each misconception. Raises `autograder.errors.BuildError` for anything that would
        stop a build.
        """
        # Imported by name because `build`, which draws and computes, is a layer above this one.
        return importlib.import_module("autograder.build.preview").preview(self, reference)

    def _error(self, field_name: str, value: object, problem: str) -> DeclarationError:
        return DeclarationError(
            f"question {self.name!r}: {field_name}={value!r} (type={type(value).__name__}) "
            f"{problem}"
        )


# An author may run a declaration cell again while writing a master. In a notebook the newest
# declaration of a name counts; a build, which runs every cell once, refuses a second one.
_declared: list[Question] = declarations.ALL


def declared_questions() -> tuple[Question, ...]:
    """Every question declared in this process, in order."""
    return tuple(_declared)


@contextlib.contextmanager
def declared_inside() -> Iterator[list[Question]]:
    """Undo the declarations made inside the block when it ends. The yielded list then contains
    them.
    """
    before, found = len(_declared), list[Question]()
    try:
        yield found
    finally:
        found += _declared[before:]
        del _declared[before:]


def newest(name: str) -> Question | None:
    """The newest declaration of the question `name` in this process, or None."""
    return next((question for question in reversed(_declared) if question.name == name), None)
