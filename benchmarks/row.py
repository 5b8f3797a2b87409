"""A row of the table: what was measured, ours and theirs, and whether the goal was met."""

import math
import os
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

import torch

THREADS = torch.get_num_threads()  # PyTorch's default; training uses one


def context() -> dict[str, Any]:
    """The environment that the figures depend on."""
    return {"threads": THREADS, "torch": torch.__version__, "cpu_count": os.cpu_count()}


@dataclass(frozen=True)
class Row:
    """A measurement. Its goal is about `ratio`, or about `ours` if there is no ratio.

    low, high: the bounds of the goal; None: unbounded. Without either there is no goal.
    """

    name: str
    what: str
    unit: str
    ours: float
    theirs: float | None = None
    ratio: float | None = None
    low: float | None = field(default=None, kw_only=True)
    high: float | None = field(default=None, kw_only=True)

    @property
    def goal(self) -> str:
        """The goal as text: `>= 60`, `<= 0.2`, or `0.81 to 0.83`; `-` if there is none."""
        if self.low is None and self.high is None:
            return "-"
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        return f">= {self.low:g}" if self.low is not None else f"<= {self.high:g}"

    @property
    def met(self) -> bool:
        """Whether the goal is reached; never for NaN."""
        judged = self.ours if self.ratio is None else self.ratio
        above = judged >= (-math.inf if self.low is None else self.low)
        return above and judged <= (math.inf if self.high is None else self.high)

    def as_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        fields = {name: value for name, value in asdict(self).items() if name not in ("low", "high")}
        return fields | {"goal": self.goal, "met": self.met, "context": context()}


def table(rows: list[Row]) -> str:
    """The rows as text, with aligned columns."""
    lines = [("name", "what", "ours", "theirs", "ratio", "goal", "met")]
    for row in rows:
        figures = (figure(row.ours, row.unit), figure(row.theirs, row.unit), figure(row.ratio))
        lines.append((row.name, row.what, *figures, row.goal, "yes" if row.met else "NO"))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
    return "\n".join(line.rstrip() for line in aligned)


def figure(value: float | None, unit: str = "") -> str:
    """A number with its unit, as printed; `-` for None."""
    return "-" if value is None else f"{value:.4g} {unit}".rstrip()


def say(text: str) -> None:
    """Print progress to standard error."""
    print(text, file=sys.stderr, flush=True)
