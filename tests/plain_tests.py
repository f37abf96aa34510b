"""Tests of plain Otter assignments, one of each kind that courses write: what an answer looks like,
and what its test does with it.

The kinds follow public masters; words and code are our own.
"""

from __future__ import annotations

from dataclasses import dataclass

IMPORTS = """\
import collections, dataclasses, enum, functools, inspect, io, math, random, re, statistics
from typing import NamedTuple

import jax
import jax.numpy as jnp
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import numpy.testing as npt
import pandas as pd
from flax import nnx
from flax import linen as nn
"""


@dataclass(frozen=True)
class Kind:
    """An answer, and lines of a test that pass on it. `wrong` is an answer on which they fail."""

    answer: str
    test: str
    wrong: str


CLASS = """\
class Stack:
    limit = 3
    def __init__(self, items=()):
        self.items = list(items)
    def push(self, item):
        self.items.append(item)
        return self
    def __len__(self):
        return len(self.items)
    def __getitem__(self, place):
        return self.items[place]
    def __iter__(self):
        return iter(self.items)
    def __contains__(self, item):
        return item in self.items
    def __eq__(self, other):
        return isinstance(other, Stack) and self.items == other.items
    def __add__(self, other):
        return Stack(self.items + other.items)
    def __repr__(self):
        return f"Stack({self.items})"
    @property
    def top(self):
        return self.items[-1]
    @classmethod
    def of(cls, *items):
        return cls(items)
    @staticmethod
    def name():
        return "stack"
    def __call__(self, x):
        return x + len(self.items)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.items.clear()
"""


def stack(name: str) -> str:
    """The class with this name."""
    return CLASS.replace("Stack", name)


KINDS: dict[str, Kind] = {
    "a number": Kind("a1 = 3", "assert a1 == 3", "a1 = 4"),
    "a number nearly": Kind("a2 = 0.1 + 0.2", "assert np.isclose(a2, 0.3)", "a2 = 0.4"),
    "the type of a number": Kind(
        "a3 = 3.0", "assert isinstance(a3, float)\nassert type(a3) is float", "a3 = 3"
    ),
    "a text": Kind("a4 = 'Oslo'", "assert a4.lower() == 'oslo'", "a4 = 'Rome'"),
    "an array": Kind(
        "a5 = np.arange(6).reshape(2, 3)",
        "npt.assert_array_equal(a5, [[0, 1, 2], [3, 4, 5]])\nassert a5.shape == (2, 3)",
        "a5 = np.zeros((2, 3))",
    ),
    "an array of JAX is one": Kind(
        "a6 = jnp.arange(3.0)",
        "assert isinstance(a6, jax.Array)\nassert isinstance(a6, jnp.ndarray)",
        "a6 = np.arange(3.0)",
    ),
    "an array of JAX in its own words": Kind(
        "a7 = jnp.arange(3.0)",
        "assert jnp.allclose(a7.at[0].set(5.0), jnp.array([5.0, 1.0, 2.0]))\n"
        "a7 = a7.block_until_ready()",
        "a7 = jnp.ones(3)",
    ),
    "a function returns an array of JAX": Kind(
        "def f8(x):\n    return jnp.sin(x)",
        "out = f8(jnp.ones(3))\n"
        "assert isinstance(out, jax.Array)\n"
        "assert jnp.allclose(out, jnp.sin(1.0))",
        "def f8(x):\n    return np.cos(x)",
    ),
    "a function gets an array of JAX": Kind(
        "def f9(x):\n    return x.at[0].set(0)",
        "assert f9(jnp.ones(2)).tolist() == [0, 1]",
        "def f9(x):\n    return x",
    ),
    "grad of a function": Kind(
        "def f10(x):\n    return (x ** 2).sum()",
        "assert jnp.allclose(jax.grad(f10)(jnp.array([1.0, 2.0])), jnp.array([2.0, 4.0]))",
        "def f10(x):\n    return x.sum()",
    ),
    "jit and vmap of a function": Kind(
        "def f11(x):\n    return x * 2",
        "assert jax.jit(f11)(2.0) == 4.0\n"
        "assert jax.vmap(f11)(jnp.arange(3.0)).shape == (3,)\n"
        "assert float(jax.vmap(f11)(jnp.arange(3.0))[2]) == 4.0",
        "def f11(x):\n    return x",
    ),
    "a function changes a list": Kind(
        "def f12(items):\n    items.sort()",
        "given = [3, 1, 2]\nf12(given)\nassert given == [1, 2, 3]",
        "def f12(items):\n    return sorted(items)",
    ),
    "a function changes an array": Kind(
        "def f13(x):\n    x[0] = 7",
        "given = np.zeros(2)\nf13(given)\nassert given[0] == 7",
        "def f13(x):\n    x = 7",
    ),
    "a function changes a dict": Kind(
        "def f14(d):\n    d['a'] = 1",
        "given = {}\nf14(given)\nassert given == {'a': 1}",
        "def f14(d):\n    d = 1",
    ),
    "a function changes a table": Kind(
        "def f15(t):\n    t['b'] = t['a'] * 2",
        "given = pd.DataFrame({'a': [1, 2]})\nf15(given)\nassert list(given['b']) == [2, 4]",
        "def f15(t):\n    t = 1",
    ),
    "a function leaves its argument": Kind(
        "def f16(items):\n    return sorted(items)",
        "given = [2, 1]\nassert f16(given) == [1, 2]\nassert given == [2, 1]",
        "def f16(items):\n    items.sort()\n    return items",
    ),
    "a function raises": Kind(
        "def f17(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x",
        "try:\n"
        "    f17(-1)\n"
        "except ValueError:\n"
        "    pass\n"
        "else:\n"
        "    raise AssertionError('no ValueError')",
        "def f17(x):\n    return x",
    ),
    "the text of an exception": Kind(
        "def f18(x):\n    raise ValueError('x must not be negative')",
        "try:\n"
        "    f18(-1)\n"
        "    told = ''\n"
        "except ValueError as e:\n"
        "    told = str(e)\n"
        "assert 'negative' in told",
        "def f18(x):\n    raise ValueError('no')",
    ),
    "a custom exception class": Kind(
        "class TooBig(Exception):\n    pass\ndef f19(x):\n    raise TooBig(x)",
        "try:\n    f19(1)\n    ok = False\nexcept TooBig:\n    ok = True\nassert ok",
        "class TooBig(Exception):\n    pass\ndef f19(x):\n    return x",
    ),
    "what a function prints": Kind(
        "def f20():\n    print('hello')",
        "import contextlib\n"
        "out = io.StringIO()\n"
        "with contextlib.redirect_stdout(out):\n"
        "    f20()\n"
        "assert out.getvalue() == 'hello\\n'",
        "def f20():\n    print('bye')",
    ),
    "the signature of a function": Kind(
        "def f21(x, y=2, *, z=3):\n    return x",
        "assert list(inspect.signature(f21).parameters) == ['x', 'y', 'z']\n"
        "assert inspect.signature(f21).parameters['y'].default == 2",
        "def f21(x):\n    return x",
    ),
    "the docstring and name of a function": Kind(
        "def f22(x):\n    'Doubles.'\n    return 2 * x",
        "assert f22.__doc__ == 'Doubles.' and f22.__name__ == 'f22'",
        "def f22(x):\n    return 2 * x",
    ),
    "the source of a function": Kind(
        "def f23(x):\n    return [i for i in x]",
        "assert 'for' in inspect.getsource(f23)",
        "def f23(x):\n    return list(x)",
    ),
    "callable": Kind("def f24():\n    pass", "assert callable(f24)", "f24 = 3"),
    "a function called with keywords": Kind(
        "def f25(a, b=1, *rest, **more):\n    return a + b + sum(rest) + sum(more.values())",
        "assert f25(1, 2, 3, c=4) == 10",
        "def f25(a, b=1, *rest, **more):\n    return a + b",
    ),
    "a function is given a function": Kind(
        "def f26(f, x):\n    return f(f(x))",
        "assert f26(lambda x: x + 1, 0) == 2",
        "def f26(f, x):\n    return f(x)",
    ),
    "a function is given a function of the submission": Kind(
        "def f27(f, x):\n    return f(f(x))\ndef g27(x):\n    return x + 1",
        "assert f27(g27, 0) == 2",
        "def f27(f, x):\n    return f(x)\ndef g27(x):\n    return x + 1",
    ),
    "a function of the submission is given to NumPy": Kind(
        "def f28(x):\n    return x ** 2",
        "assert list(map(f28, [1, 2])) == [1, 4]\n"
        "assert sorted([3, -4], key=f28) == [3, -4]\n"
        "assert np.vectorize(f28)([1, 2]).tolist() == [1, 4]",
        "def f28(x):\n    return -x",
    ),
    "a function that a function returns": Kind(
        "def f29(n):\n    return lambda x: x + n",
        "assert f29(2)(3) == 5",
        "def f29(n):\n    return lambda x: x",
    ),
    "a generator": Kind(
        "def f30():\n    yield from (1, 2, 3)",
        "assert list(f30()) == [1, 2, 3]\nassert next(f30()) == 1",
        "def f30():\n    return [1, 2]",
    ),
    "a lambda": Kind("f31 = lambda x: x + 1", "assert f31(1) == 2", "f31 = lambda x: x"),
    "a class: its methods": Kind(
        stack("Stack31"),
        "s = Stack31()\n"
        "_ = s.push(1).push(2)\n"
        "assert len(s) == 2 and s[0] == 1 and s.items == [1, 2] and s.top == 2",
        "class Stack31:\n    pass\n",
    ),
    "a class: its operators": Kind(
        stack("Stack32"),
        "assert Stack32([1]) + Stack32([2]) == Stack32([1, 2])\n"
        "assert Stack32([1]) != Stack32([2])\n"
        "assert 1 in Stack32([1])\n"
        "assert list(Stack32([1, 2])) == [1, 2]",
        "class Stack32:\n    pass\n",
    ),
    "a class: its words": Kind(
        stack("Stack33"),
        "assert repr(Stack33([1])) == 'Stack33([1])' and str(Stack33([1])) == 'Stack33([1])'\n"
        "assert f'{Stack33([1])}' == 'Stack33([1])'",
        "class Stack33:\n    pass\n",
    ),
    "a class: class and static methods": Kind(
        stack("Stack34"),
        "assert Stack34.of(1, 2).items == [1, 2]\n"
        "assert Stack34.name() == 'stack' and Stack34.limit == 3",
        "class Stack34:\n    pass\n",
    ),
    "a class: isinstance": Kind(
        stack("Stack35"),
        "assert isinstance(Stack35(), Stack35)\n"
        "assert type(Stack35()).__name__ == 'Stack35'\n"
        "assert type(Stack35()) is Stack35",
        "def Stack35():\n    return []\n",
    ),
    "a class: hasattr": Kind(
        stack("Stack36"),
        "assert hasattr(Stack36, 'push') and hasattr(Stack36(), 'top' if False else 'items')\n"
        "assert not hasattr(Stack36(), 'peek')",
        "class Stack36:\n    pass\n",
    ),
    "a class: an attribute is set": Kind(
        stack("Stack37"),
        "s = Stack37()\ns.items = [5]\nassert s.top == 5",
        "class Stack37:\n    pass\n",
    ),
    "a class: it is called, and used with with": Kind(
        stack("Stack38"),
        "assert Stack38([1])(1) == 2\n"
        "with Stack38([1]) as s:\n"
        "    assert len(s) == 1\n"
        "assert len(s) == 0",
        "class Stack38:\n    pass\n",
    ),
    "a subclass": Kind(
        "class Base:\n    pass\nclass Derived(Base):\n    pass",
        "assert issubclass(Derived, Base)\nassert isinstance(Derived(), Base)",
        "class Base:\n    pass\nclass Derived:\n    pass",
    ),
    "an object in a name": Kind(
        stack("Stack39") + "\ns40 = Stack39([1, 2])",
        "assert s40.top == 2 and len(s40) == 2",
        stack("Stack39") + "\ns40 = Stack39([1])",
    ),
    "a list of objects": Kind(
        stack("Stack40") + "\ns41 = [Stack40([1]), Stack40([2, 3])]",
        "assert len(s41) == 2\nassert [s.top for s in s41] == [1, 3]",
        stack("Stack40") + "\ns41 = [Stack40([1])]",
    ),
    "a named tuple": Kind(
        "P42 = collections.namedtuple('P42', 'x y')\np42 = P42(1, 2)",
        "assert p42.x == 1 and p42 == (1, 2) and p42._asdict() == {'x': 1, 'y': 2}\n"
        "x, y = p42\n"
        "assert y == 2",
        "p42 = (1, 2)",
    ),
    "a dataclass": Kind(
        "@dataclasses.dataclass\nclass P43:\n    x: int\n    y: int = 2",
        "assert P43(1) == P43(1, 2)\nassert dataclasses.is_dataclass(P43)\nassert P43(1).y == 2",
        "class P43:\n    pass",
    ),
    "an enum": Kind(
        "class E44(enum.Enum):\n    A = 1\n    B = 2",
        "assert E44.A.value == 1 and E44(2) == E44.B and len(E44) == 2",
        "class E44(enum.Enum):\n    A = 2\n    B = 1",
    ),
    "a table": Kind(
        "t45 = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})",
        "assert t45.shape == (2, 2) and list(t45.columns) == ['a', 'b']\n"
        "pd.testing.assert_frame_equal(t45, pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}))",
        "t45 = pd.DataFrame({'a': [1, 2], 'b': ['x', 'z']})",
    ),
    "a table with categories and missing values": Kind(
        "t46 = pd.DataFrame({'a': pd.Categorical(['x', 'y']), 'b': [1.0, None], 'c': pd.array([1, "
        "None], dtype='Int64')})",
        "assert t46['a'].cat.categories.tolist() == ['x', 'y']\n"
        "assert t46['b'].isna().sum() == 1\n"
        "assert str(t46['c'].dtype) == 'Int64'",
        "t46 = pd.DataFrame({'a': ['x', 'y'], 'b': [1.0, 2.0], 'c': [1, 2]})",
    ),
    "a table with two levels": Kind(
        "t47 = pd.DataFrame({'a': [1, 1], 'b': [1, 2], 'c': [3, 4]}).set_index(['a', 'b'])",
        "assert t47.index.nlevels == 2\nassert t47.loc[(1, 2), 'c'] == 4",
        "t47 = pd.DataFrame({'c': [3, 4]})",
    ),
    "a grouped table": Kind(
        "t48 = pd.DataFrame({'a': [1, 1, 2], 'b': [1, 2, 3]}).groupby('a')",
        "assert t48.ngroups == 2\nassert t48['b'].sum().tolist() == [3, 3]",
        "t48 = pd.DataFrame({'a': [1, 1, 1], 'b': [1, 2, 3]}).groupby('a')",
    ),
    "a table of objects": Kind(
        "t49 = pd.DataFrame({'a': [[1, 2], [3]], 'b': [{'k': 1}, None]})",
        "assert t49['a'].map(len).tolist() == [2, 1]\nassert t49.loc[0, 'b'] == {'k': 1}",
        "t49 = pd.DataFrame({'a': [[1], [3]], 'b': [1, 2]})",
    ),
    "a function of tables": Kind(
        "def f50(t):\n    return t[t['a'] > 1].reset_index(drop=True)",
        "assert f50(pd.DataFrame({'a': [1, 2, 3]}))['a'].tolist() == [2, 3]",
        "def f50(t):\n    return t",
    ),
    "axes of a plot": Kind(
        "fig51, ax51 = plt.subplots()\n"
        "ax51.plot([1, 2], [3, 4])\n"
        "ax51.set_title('T')\n"
        "ax51.set_xlabel('x')",
        "assert ax51.get_title() == 'T' and ax51.get_xlabel() == 'x'\n"
        "assert len(ax51.lines) == 1\n"
        "assert ax51.lines[0].get_ydata().tolist() == [3, 4]\n"
        "assert isinstance(ax51, matplotlib.axes.Axes)",
        "fig51, ax51 = plt.subplots()",
    ),
    "a function returns axes": Kind(
        "def f52():\n    fig, ax = plt.subplots()\n    ax.bar(['a', 'b'], [1, 2])\n    return ax",
        "ax = f52()\n"
        "assert len(ax.patches) == 2\n"
        "assert [p.get_height() for p in ax.patches] == [1, 2]",
        "def f52():\n    fig, ax = plt.subplots()\n    return ax",
    ),
    "a module of NNX": Kind(
        "class Net53(nnx.Module):\n"
        "    def __init__(self, rngs):\n"
        "        self.linear = nnx.Linear(2, 3, rngs=rngs)\n"
        "    def __call__(self, x):\n"
        "        return self.linear(x)\n"
        "net53 = Net53(nnx.Rngs(0))",
        "assert net53(jnp.ones((1, 2))).shape == (1, 3)\n"
        "assert net53.linear.kernel.value.shape == (2, 3)\n"
        "assert isinstance(net53, nnx.Module)",
        "net53 = nnx.Linear(2, 4, rngs=nnx.Rngs(0))",
    ),
    "the class of a module of NNX": Kind(
        "class Net54(nnx.Module):\n"
        "    def __init__(self, width, *, rngs):\n"
        "        self.linear = nnx.Linear(2, width, rngs=rngs)\n"
        "    def __call__(self, x):\n"
        "        return self.linear(x)",
        "net = Net54(4, rngs=nnx.Rngs(0))\n"
        "assert net(jnp.ones((1, 2))).shape == (1, 4)\n"
        "assert issubclass(Net54, nnx.Module)",
        "class Net54:\n    pass",
    ),
    "a module of Linen": Kind(
        "class Net55(nn.Module):\n"
        "    @nn.compact\n"
        "    def __call__(self, x):\n"
        "        return nn.Dense(3)(x)",
        "net = Net55()\n"
        "params = net.init(jax.random.key(0), jnp.ones((1, 2)))\n"
        "assert params['params']['Dense_0']['kernel'].shape == (2, 3)\n"
        "assert net.apply(params, jnp.ones((1, 2))).shape == (1, 3)",
        "class Net55(nn.Module):\n"
        "    @nn.compact\n"
        "    def __call__(self, x):\n"
        "        return nn.Dense(4)(x)",
    ),
    "a tree of arrays": Kind(
        "p56 = {'w': jnp.ones((2, 3)), 'b': [jnp.zeros(3)]}",
        "assert jax.tree.map(jnp.shape, p56) == {'w': (2, 3), 'b': [(3,)]}\n"
        "assert jax.tree.structure(p56).num_leaves == 2",
        "p56 = {'w': jnp.ones((2, 3))}",
    ),
    "a key": Kind(
        "k57 = jax.random.key(0)",
        "assert jax.random.uniform(k57).shape == ()\n"
        "assert jnp.issubdtype(k57.dtype, jax.dtypes.prng_key)",
        "k57 = 0",
    ),
    "a set and a dict": Kind(
        "d58 = {'a': {1, 2}, 'b': (1, None)}",
        "assert d58['a'] == {1, 2} and d58.get('c') is None and set(d58) == {'a', 'b'}",
        "d58 = {'a': {1}}",
    ),
    "a recursive object": Kind(
        "class Node:\n"
        "    def __init__(self, value, next=None):\n"
        "        self.value, self.next = value, next\n"
        "n59 = Node(1, Node(2))",
        "assert n59.next.value == 2 and n59.next.next is None",
        "class Node:\n    value = next = None\nn59 = Node()",
    ),
    "a compiled pattern": Kind(
        "r60 = re.compile(r'a+')",
        "assert r60.match('aaa').group() == 'aaa'\nassert r60.pattern == 'a+'",
        "r60 = re.compile('b')",
    ),
    "a module under its short name": Kind(
        "import jax.numpy as jnp61\nx61 = jnp61.ones(2)",
        "assert jnp61.allclose(x61, jnp61.ones(2))",
        "import jax.numpy as jnp61\nx61 = jnp61.zeros(2)",
    ),
    "a memo": Kind(
        "@functools.lru_cache\ndef f63(n):\n    return n if n < 2 else f63(n - 1) + f63(n - 2)",
        "assert f63(10) == 55\nassert f63.cache_info().currsize == 11",
        "def f63(n):\n    return n",
    ),
    "a counter that keeps its state": Kind(
        "def make64():\n"
        "    n = 0\n"
        "    def step():\n"
        "        nonlocal n\n"
        "        n += 1\n"
        "        return n\n"
        "    return step",
        "step = make64()\nassert step() == 1 and step() == 2",
        "def make64():\n    return lambda: 1",
    ),
    "a random answer with a seed": Kind(
        "def f65(rng):\n    return rng.integers(10, size=3)",
        "assert f65(np.random.default_rng(0)).tolist() == np.random.default_rng(0).integers(10, "
        "size=3).tolist()",
        "def f65(rng):\n    return np.zeros(3)",
    ),
    "a random answer of the global seed": Kind(
        "def f66():\n    return np.random.rand()",
        "np.random.seed(5)\nx = f66()\nnp.random.seed(5)\nassert x == np.random.rand()",
        "def f66():\n    return 0.5",
    ),
    "a partial": Kind(
        "f68 = functools.partial(pow, 2)",
        "assert f68(3) == 8\nassert f68.args == (2,)",
        "f68 = lambda x: 9",
    ),
    "a NumPy scalar": Kind(
        "a69 = np.float32(1.5)",
        "assert isinstance(a69, np.floating) and a69.dtype == np.float32",
        "a69 = 1.5",
    ),
    "a masked array": Kind(
        "a70 = np.ma.masked_invalid([1.0, np.nan])",
        "assert a70.mask.tolist() == [False, True]\nassert a70.mean() == 1.0",
        "a70 = np.array([1.0, 2.0])",
    ),
    "an iterator in a name": Kind(
        "i71 = zip([1, 2], 'ab')", "assert list(i71) == [(1, 'a'), (2, 'b')]", "i71 = [1]"
    ),
    "arithmetic with an object": Kind(
        "class V72:\n"
        "    def __init__(self, x):\n"
        "        self.x = x\n"
        "    def __mul__(self, k):\n"
        "        return V72(self.x * k)\n"
        "    __rmul__ = __mul__\n"
        "    def __neg__(self):\n"
        "        return V72(-self.x)\n"
        "    def __lt__(self, other):\n"
        "        return self.x < other.x\n"
        "    def __float__(self):\n"
        "        return float(self.x)\n"
        "    def __bool__(self):\n"
        "        return self.x != 0\n"
        "    def __hash__(self):\n"
        "        return hash(self.x)\n"
        "    def __eq__(self, other):\n"
        "        return self.x == other.x",
        "assert (2 * V72(3)).x == 6 and (-V72(1)).x == -1 and V72(1) < V72(2)\n"
        "assert float(V72(2)) == 2.0 and not V72(0)\n"
        "assert sorted([V72(2), V72(1)])[0].x == 1\n"
        "assert len({V72(1), V72(1)}) == 1",
        "class V72:\n    def __init__(self, x):\n        self.x = 0",
    ),
    "the words of a class": Kind(
        "class W73:\n    pass\nw73 = W73()",
        "assert str(type(w73)) == str(W73)\nassert 'W73' in repr(type(w73))",
        "w73 = W73 = 3",
    ),
    "an object of a library": Kind(
        "import fractions, pathlib\np74 = pathlib.PurePosixPath('a/b.txt')",
        "assert isinstance(p74, pathlib.PurePosixPath)\n"
        "assert p74.suffix == '.txt' and p74.name == 'b.txt'\n"
        "assert type(p74) == pathlib.PurePosixPath",
        "import pathlib\np74 = 'a/b.txt'",
    ),
    "an array of objects": Kind(
        "a75 = np.array(['x', None, 3], dtype=object)",
        "assert len(a75) == 3 and a75[0] == 'x' and a75.dtype == object",
        "a75 = np.array(['y', None, 3], dtype=object)",
    ),
    "functions in a list": Kind(
        "fs76 = [abs, lambda x: x + 1]",
        "assert all(callable(f) for f in fs76)\nassert fs76[1](1) == 2",
        "fs76 = [abs, 3]",
    ),
    "an object as a key": Kind(
        "class K77:\n    pass\nk77 = K77()\nd77 = {k77: 5}",
        "assert d77[k77] == 5\nassert list(d77)[0] is k77",
        "k77, d77 = 1, {2: 5}",
    ),
    "an object goes back into a function": Kind(
        "class M78:\n    def __init__(self, k):\n        self.k = k\n"
        "def f78(model, x):\n    return model.k * x\nm78 = M78(3)",
        "assert f78(m78, 2) == 6\nassert f78(M78(4), np.ones(2)).tolist() == [4, 4]",
        "class M78:\n    def __init__(self, k):\n        self.k = 0\n"
        "def f78(model, x):\n    return model.k * x\nm78 = M78(3)",
    ),
    "a long table of texts": Kind(
        "t79 = pd.DataFrame({c: [f'{c}{i % 90}' for i in range(60_000)] for c in 'abc'})\n"
        "t79['n'] = range(60_000)",
        "assert t79.shape == (60_000, 4) and list(t79.columns) == ['a', 'b', 'c', 'n']\n"
        "assert t79.groupby('a')['n'].count().max() == 667 and 'b89' in t79.get('b').unique()",
        "t79 = pd.DataFrame({c: ['x'] * 60_000 for c in 'abcn'})",
    ),
    "long lists": Kind(
        "l80 = [i * i for i in range(150_000)]\nw80 = [f'word{i}' for i in range(150_000)]\n"
        "m80 = [None if i % 7 else 'x' for i in range(500)]",
        "assert len(l80) == 150_000 and l80[-1] == 149_999**2 and type(l80[3]) is int\n"
        "assert w80[149_999] == 'word149999' and len(set(w80)) == 150_000\n"
        "assert m80[:8] == ['x', *[None] * 6, 'x'] and m80.count('x') == 72",
        "l80, w80, m80 = [0] * 150_000, ['word'] * 150_000, [None] * 500",
    ),
    "a dict of very many words": Kind(
        "d81 = {f'word{i}': i for i in range(120_000)}\ne81 = {i: [i] for i in range(60_000)}",
        "assert len(e81) == 60_000 and e81[5] == [5] and 7 in e81\n"
        "assert d81['word7'] == 7 and len(d81) == 120_000 and 'word9' in d81\n"
        "assert sum(d81.values()) == 7_199_940_000 and isinstance(d81, dict)",
        "d81 = {f'word{i}': 0 for i in range(120_000)}\ne81 = {i: [i] for i in range(60_000)}",
    ),
    "a long text": Kind(
        "s82 = 'the whale – '.join(str(i) for i in range(500_000))",
        "assert s82.count('whale') == 499_999 and len(s82.split(' – ')) == 500_000",
        "s82 = 'the whale – ' * 400_000",
    ),
    "a list of very many parts": Kind(
        "p83 = [{'id': i, 'tags': [i, 'x']} for i in range(40_000)]",
        "assert len(p83) == 40_000 and p83[17]['tags'] == [17, 'x']\n"
        "assert sum(row['id'] for row in p83[:100]) == 4950",
        "p83 = [{'id': 0, 'tags': []}] * 40_000",
    ),
    "slices of an object": Kind(
        "class S85:\n    def __getitem__(self, place):\n        return list(range(9))[place]\n"
        "s85 = S85()",
        "assert s85[2:4] == [2, 3] and s85[::-4] == [8, 4, 0] and s85[5] == 5",
        "s85 = [0] * 9",
    ),
    "an exception with a long list": Kind(
        "def f84():\n    raise ValueError(list(range(300)))",
        "try:\n    f84()\n    assert False\nexcept ValueError as e:\n"
        "    assert e.args[0][299] == 299",
        "def f84():\n    raise ValueError([])",
    ),
}
