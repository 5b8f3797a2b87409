"""pages.ui.components.number_text: no number of a nearly collapsed run is written as zero."""

import math

import pytest

from pages.ui.components.number_text import column_format, in_formula, written


@pytest.mark.parametrize("value", [0.246, 12.5, 0.01, 0.0099, 2.36e-5, 1e-300, -2e-7])
def test_the_text_keeps_at_least_two_digits(value: float) -> None:
    assert float(written(value)) == pytest.approx(value, rel=0.05)
    assert float(column_format([value, value / 9]) % value) == pytest.approx(value, rel=0.05)
    plain = in_formula(value).replace(r"\cdot10^{", "e").replace("}", "")
    assert float(plain) == pytest.approx(value, rel=0.05)


def test_numbers_of_the_usual_size_keep_their_decimals() -> None:
    assert (written(0.2464), in_formula(0.2464), column_format([0.01, 0.5])) == ("0.246", "0.2464", "%.3f")
    assert written(2.36e-5) == "2.36e-05" and in_formula(2.36e-5) == r"2.36\cdot10^{-5}"


def test_zero_nan_and_infinity_are_written_plainly() -> None:
    assert (written(0.0), written(math.nan), written(math.inf)) == ("0.000", "nan", "inf")
    assert column_format([]) == column_format([0.0, math.nan]) == "%.3f"
