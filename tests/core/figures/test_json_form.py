"""Dataclasses to JSON and back, guided by the types of their fields."""

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from core.figures.json_form import from_json, to_json


@dataclass(frozen=True)
class Inner:
    value: float
    why: str | None


@dataclass(frozen=True)
class Outer:
    whole: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.float64]
    any: npt.NDArray[Any]
    inner: Inner | None
    by_name: dict[str, Inner]
    yes: bool
    count: int


def test_values_and_types_survive_a_round_trip() -> None:
    before = Outer(
        whole=np.array([[1, 2], [3, 4]]),
        numbers=np.array([1.0, math.nan, 3.0]),
        any=np.array([3, 1], np.uint8),
        inner=Inner(math.nan, None),
        by_name={"a": Inner(1.0, "because"), "b": Inner(2.0, None)},
        yes=True,
        count=7,
    )
    text = to_json(before)
    assert json.loads(text)["numbers"] == [1.0, None, 3.0]
    after = from_json(Outer, text)
    np.testing.assert_equal(after.whole, before.whole)
    np.testing.assert_equal(after.numbers, before.numbers)
    assert after.whole.dtype == np.int64
    assert after.numbers.dtype == np.float64
    assert after.any.tolist() == [3, 1]
    assert after.inner is not None and math.isnan(after.inner.value)
    assert (after.by_name, after.yes, after.count) == (before.by_name, True, 7)


def test_none_and_empty_values_survive_a_round_trip() -> None:
    before = Outer(np.empty(0, int), np.empty(0), np.empty(0), None, {}, False, 0)
    after = from_json(Outer, to_json(before))
    assert after.inner is None
    assert after.by_name == {}
    assert (after.whole.shape, after.numbers.dtype) == ((0,), np.float64)


def test_values_json_cannot_represent_and_json_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json(Inner(math.inf, None))
    with pytest.raises(KeyError):
        from_json(Inner, '{"value": 1.0}')
    with pytest.raises(ValueError):
        from_json(Inner, "{")
