"""A parameter of a run: its label and bounds, and how it is parsed, written and validated."""

import math
import operator
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["integer", "number", "choice", "widths"]


@dataclass(frozen=True)
class Parameter:
    """The declaration of one field: its label, meaning and allowed values."""

    kind: Kind
    label: str
    help: str
    low: float = -math.inf
    high: float = math.inf
    step: float = 1
    unit: str = ""
    options: Mapping[str, str] = field(default_factory=dict)  # value -> label
    advanced: bool = False
    logarithmic: bool = False  # for a slider on a logarithmic scale
    only_with: tuple[str, str] | None = None  # (field, value) without which it has no effect

    @property
    def typed(self) -> bool:
        """Whether a visitor types it into a text field; the others have a slider or a list."""
        return self.kind == "widths" or self.logarithmic or (self.kind == "integer" and self.advanced)

    def parse(self, text: str) -> Any:
        """The value written as `text` in a field, a URL or on a command line; ValueError if it is invalid.

        A number's decimals may follow a point or a comma. In a whole number neither is allowed: it would be
        1,000 to some and 1 to others.
        """
        match self.kind:
            case "integer":
                return int(text)
            case "number":
                return float(text.replace(",", "."))
            case "choice":
                return text
            case "widths":
                return tuple(int(width) for width in text.split("-"))

    def read(self, text: str, example: Any) -> Any:
        """The checked value written as `text`; ValueError, with the reason and an example, if it is invalid."""
        try:
            value = self.parse(text)
        except ValueError:
            words = f"{self.label}: {reprlib.repr(text)} is not a value such as {self.text(example)}."
            raise ValueError(words) from None
        return self.check(value)

    def text(self, value: Any) -> str:
        """The inverse of `parse`."""
        if self.kind == "widths":
            return "-".join(str(width) for width in value)
        # at full precision: a link must lead to exactly the same run
        return repr(float(value)).removesuffix(".0") if self.kind == "number" else str(value)

    def check(self, value: Any) -> Any:
        """`value` in the field's own type; ValueError, with the reason, if it is not allowed."""
        match self.kind:
            case "integer":
                return self._within(_whole(value, self.label))
            case "number":
                return self._within(_real(value, self.label))
            case "choice":
                if not isinstance(value, str) or value not in self.options:
                    known = ", ".join(self.options)
                    raise ValueError(
                        f"{self.label}: {reprlib.repr(value)} is not known. Choose one of: {known}."
                    )
                return value
            case "widths":
                if isinstance(value, str) or not hasattr(value, "__iter__"):
                    raise ValueError(
                        f"{self.label}: give widths such as 256-128-32, not {reprlib.repr(value)}."
                    )
                widths = tuple(self._within(_whole(width, self.label)) for width in value)
                if not 1 <= len(widths) <= 4:
                    raise ValueError(f"{self.label}: 1 to 4 layers, not {len(widths)}.")
                return widths

    def _within(self, value: float) -> float:
        if not self.low <= value <= self.high:
            bounds = f"from {self.low:g} to {self.high:g}"
            shown = reprlib.repr(value).removesuffix(".0")
            raise ValueError(f"{self.label} goes {bounds}{_with_unit(self.unit)}; {shown} is outside.")
        return value


def _with_unit(unit: str) -> str:
    return f" {unit}" if unit else ""


def _whole(value: Any, label: str) -> int:
    try:
        if not isinstance(value, bool):
            return operator.index(value)
    except TypeError:
        pass
    raise ValueError(f"{label}: {reprlib.repr(value)} is not a whole number.")


def _real(value: Any, label: str) -> float:
    try:
        number = math.nan if isinstance(value, (bool, str, bytes)) else float(value)
    except (TypeError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{label}: {reprlib.repr(value)} is not a finite number.")
    return number + 0.0  # -0.0 equals 0.0 but is written differently: it must be the same run


def declare(default: Any, kind: Kind, label: str, help: str, **rest: Any) -> Any:
    """A dataclass field that carries its `Parameter`."""
    parameter = Parameter(kind=kind, label=label, help=help, **rest)
    return field(default=default, metadata={"parameter": parameter})
