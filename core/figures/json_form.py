"""Frozen dataclasses of numbers, strings and arrays to JSON and back, guided by the fields' types."""

import json
import math
import types
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

T = TypeVar("T")


def to_json(value: Any) -> str:
    """A dataclass as JSON text; NaN as null, arrays as lists.

    Raises ValueError for an infinite number, which JSON cannot represent.
    """
    return json.dumps(_plain(asdict(value)), allow_nan=False)


def from_json(kind: type[T], text: str) -> T:
    """The inverse of `to_json`. Raises ValueError or KeyError for text that is not JSON of this kind."""
    value: T = _typed(kind, json.loads(text))
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def _typed(kind: Any, value: Any) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):  # an optional field; elsewhere null is NaN
        return (
            None if value is None else _typed(next(part for part in parts if part is not type(None)), value)
        )
    if origin is dict:
        return {name: _typed(parts[1], part) for name, part in value.items()}
    if origin is np.ndarray:
        return _array(get_args(parts[1])[0], value)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{field.name: _typed(hints[field.name], value[field.name]) for field in fields(kind)})
    if kind is float:
        return math.nan if value is None else float(value)
    return value


def _array(dtype: Any, value: list[Any]) -> Any:
    """null becomes NaN; if the type is open, integers stay integers."""
    if dtype is not Any:
        return np.array(value, dtype=dtype)
    array = np.array(value)
    return array.astype(np.int64) if array.size == 0 else array
