"""Parameter: the values each field accepts and refuses, with which messages, and their text form."""

import math
from typing import Any

import numpy as np
import pytest

from core.config import PARAMETERS, RunConfig, parse_field

NUMERIC = [name for name, parameter in PARAMETERS.items() if parameter.kind in ("integer", "number")]


CHOICES = [name for name, parameter in PARAMETERS.items() if parameter.kind == "choice"]


# With these settings every value within the bounds is allowed.
LENIENT: dict[str, Any] = {"sampling": "sampled"}


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("name", NUMERIC)
def test_each_bound_itself_is_allowed(name: str, end: str) -> None:
    value = getattr(PARAMETERS[name], end)
    assert PARAMETERS[name].check(int(value) if PARAMETERS[name].kind == "integer" else value) == value
    if (name, end) != ("digits", "low"):  # one class alone is refused for another reason
        assert (
            getattr(RunConfig(**{**LENIENT, name: value if name != "digits" else int(value)}), name) == value
        )


@pytest.mark.parametrize("name", NUMERIC)
def test_a_value_beyond_either_bound_is_refused_with_the_label_and_the_bounds(name: str) -> None:
    parameter = PARAMETERS[name]
    assert math.isfinite(parameter.low) and math.isfinite(parameter.high)
    if parameter.kind == "integer":
        outside: list[Any] = [int(parameter.low) - 1, int(parameter.high) + 1, 10**400, -(10**400)]
    else:
        outside = [math.nextafter(parameter.low, -1), math.nextafter(parameter.high, 1e9), -1.0, 1e300]
    for value in outside:
        with pytest.raises(ValueError) as refusal:
            RunConfig(**{**LENIENT, name: value})
        sentence = str(refusal.value)
        assert sentence.startswith(parameter.label) and sentence.endswith(".") and len(sentence) < 300
        assert f"from {parameter.low:g} to {parameter.high:g}" in sentence


def test_a_refused_value_is_shown_with_enough_digits() -> None:
    with pytest.raises(ValueError, match=r"Margin goes from 0 to 5; 5\.000001 is outside\."):
        RunConfig(margin=5.000001)


@pytest.mark.parametrize("widths", [(1,), (513,), (256, 1, 32), (256, 128, 32, 600)])
def test_a_hidden_width_out_of_bounds_is_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Hidden widths goes from 2 to 512 units"):
        RunConfig(hidden=widths)


@pytest.mark.parametrize("widths", [(), (8,) * 5])
def test_zero_and_five_hidden_layers_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Hidden widths: 1 to 4 layers"):
        RunConfig(hidden=widths)


WRONG: dict[str, list[Any]] = {
    "integer": [
        True,
        "3",
        2.0,
        2.5,
        math.nan,
        math.inf,
        None,
        [3],
        (),
        {},
        np.array([2, 3]),
        np.array(2.0),
        b"2",
    ],
    "number": [
        True,
        10**400,
        "0.5",
        math.nan,
        math.inf,
        -math.inf,
        None,
        [0.5],
        {},
        np.array([0.5, 1.0]),
        1j,
        b"1",
    ],
    "choice": ["", "nonsense", "Contrastive", " mnist", None, 1, True, math.nan, ["mnist"], ("all",), {}],
    "widths": [
        "256",
        "256-128",
        256,
        2.5,
        None,
        True,
        math.nan,
        [256.0],
        ["256"],
        [True],
        [None],
        [[256]],
        {"a": 1},
    ],
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_value_of_the_wrong_type_is_refused_with_a_sentence_that_names_the_label(name: str) -> None:
    parameter = PARAMETERS[name]
    for value in WRONG[parameter.kind]:
        with pytest.raises(ValueError) as refusal:
            RunConfig(**{**LENIENT, name: value})
        assert str(refusal.value).startswith(parameter.label) and str(refusal.value).endswith(".")


@pytest.mark.parametrize("name", CHOICES)
def test_an_unknown_choice_is_refused_with_the_options(name: str) -> None:
    with pytest.raises(ValueError) as refusal:
        RunConfig(**{name: "nonsense"})
    assert "'nonsense'" in str(refusal.value)
    assert all(option in str(refusal.value) for option in PARAMETERS[name].options)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("epochs", "three"),
        ("epochs", "2.5"),
        ("epochs", ""),
        ("epochs", "1e1"),
        ("epochs", "9" * 5000),
        ("margin", "one"),
        ("margin", "1,000.5"),
        ("margin", "0,0,1"),
        ("batch_size", "1,000"),
        ("batch_size", "1.000"),
        ("margin", ""),
        ("hidden", ""),
        ("hidden", "256,128"),
        ("hidden", "256--32"),
        ("hidden", "wide"),
    ],
)
def test_invalid_text_is_refused_with_an_example(name: str, text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_field(name, text)
    assert str(refusal.value).startswith(PARAMETERS[name].label)
    assert "is not a value such as" in str(refusal.value)


def test_decimals_follow_a_point_or_a_comma() -> None:
    assert parse_field("learning_rate", "0,01") == parse_field("learning_rate", "0.01") == 0.01
    assert parse_field("margin", " ,5 ") == 0.5


@pytest.mark.parametrize(
    ("name", "text"), [("margin", "nan"), ("margin", "inf"), ("margin", "1e999"), ("epochs", "9" * 400)]
)
def test_text_of_an_out_of_range_number_is_refused_with_the_label(name: str, text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_field(name, text)
    assert str(refusal.value).startswith(PARAMETERS[name].label)


def test_values_are_converted_to_the_fields_types() -> None:
    config = RunConfig(
        margin=np.float32(0.5), epochs=np.int64(3), hidden=[64, np.int32(32)], learning_rate=np.float64(0.01)
    )
    assert config == RunConfig(margin=0.5, epochs=3, hidden=(64, 32), learning_rate=0.01)
    assert [type(value) for value in (config.margin, config.epochs, config.hidden, config.hidden[1])] == [
        float,
        int,
        tuple,
        int,
    ]
    assert type(RunConfig(margin=1).margin) is float
    assert RunConfig(margin=1).key == RunConfig(margin=1.0).key


def test_a_margin_of_minus_zero_is_the_same_run_as_zero() -> None:
    assert RunConfig(margin=-0.0) == RunConfig(margin=0.0)
    assert RunConfig(margin=-0.0).key == RunConfig(margin=0.0).key
