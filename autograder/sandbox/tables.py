"""Pack pandas tables as plain data: columns of numbers, texts and times, with their index. Other
columns do not cross.

A table is packed only if the submission has imported pandas itself. The trusted side rebuilds it
from arrays and lists.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

Pack = Callable[[Any], Any]

_TEXT_DTYPES = ("object", "str", "string")


def pack_table(value: Any, pack: Pack) -> Any:
    """A `DataFrame`, `Series` or `Index` as JSON, with its parts packed by `pack`; None for any
    other value, or if a part cannot cross.
    """
    pandas = sys.modules.get("pandas")
    kind = type(value)
    if pandas is None or kind not in (
        getattr(pandas, name, None)
        for name in ("DataFrame", "Series", "Index", "RangeIndex", "DatetimeIndex")
    ):
        return None
    if kind is pandas.DataFrame:
        columns = [_pack_values(value.iloc[:, place], pack) for place in range(value.shape[1])]
        parts = [pack_table(value.columns, pack), pack_table(value.index, pack), columns]
        return None if None in (parts[0], parts[1], *columns) else {"frame": parts}
    if kind is pandas.Series:
        index, values = pack_table(value.index, pack), _pack_values(value, pack)
        return (
            None
            if index is None or values is None
            else {"series": [pack(value.name), index, values]}
        )
    values = _pack_values(value, pack)
    return None if values is None else {"index": [pack(value.name), values]}


def unpack_table(kind: str, content: Any, unpack: Pack) -> Any:
    """The table that `pack_table` was given. Raises whatever pandas raises for parts that do not
    fit together.
    """
    import pandas

    if kind == "frame":
        columns, index, values = (
            unpack(content[0]),
            unpack(content[1]),
            [_unpack_values(part, unpack) for part in content[2]],
        )
        if not all(len(column) == len(_index(index)) for column in values):
            raise ValueError("columns of another length than the index")
        table = pandas.DataFrame(dict(enumerate(values)), index=index)
        table.columns = _index(columns)
        return table
    if kind == "series":
        values, index = _unpack_values(content[2], unpack), _index(unpack(content[1]))
        if len(values) != len(index):
            raise ValueError("values of another length than the index")
        return pandas.Series(values, name=unpack(content[0]), index=index)
    return pandas.Index(_unpack_values(content[1], unpack), name=unpack(content[0]))


def _index(value: Any) -> Any:
    import pandas

    if not isinstance(value, pandas.Index):
        raise ValueError("no index")
    return value


def _pack_values(column: Any, pack: Pack) -> Any:
    """{"dtype": …, "of": …}: an array of numbers, an array of times as whole numbers, or a list of
    texts; None if the column cannot cross.
    """
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufc":
        return {"dtype": "", "of": pack(column.to_numpy())}
    if isinstance(dtype, np.dtype) and dtype.kind in "mM":
        return {"dtype": str(dtype), "of": pack(column.to_numpy().view(np.int64))}
    if str(dtype) in _TEXT_DTYPES:
        return {"dtype": str(dtype), "of": pack(list(column))}
    return None


def _unpack_values(node: Any, unpack: Pack) -> Any:
    import pandas

    dtype: str = node["dtype"]
    values = unpack(node["of"])
    # pandas would repeat a single number for each row of the index, and count out a range.
    if not isinstance(values, list if dtype in _TEXT_DTYPES else np.ndarray):
        raise ValueError(dtype)
    if dtype == "":
        return values
    if dtype in _TEXT_DTYPES:
        return pandas.Series(values, dtype=dtype).array
    time = np.dtype(dtype)
    if time.kind not in "mM":
        raise ValueError(dtype)
    return np.asarray(values).view(time)
