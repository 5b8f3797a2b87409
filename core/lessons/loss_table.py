"""The catalogue of losses as a table, for the app and the docs, generated from the registry."""

from dataclasses import dataclass

from core.config import PARAMETERS, RunConfig
from core.losses import LOSSES


@dataclass(frozen=True)
class ParameterRow:
    """One parameter of a loss: its field, its letter in the formula, bounds, default and meaning."""

    field: str
    letter: str
    label: str
    low: float
    high: float
    default: float
    meaning: str


@dataclass(frozen=True)
class LossRow:
    """One loss. collapsed: its value when all embeddings are the same point, with the default parameters and
    a batch of 200 images of 10 classes."""

    name: str
    label: str
    summary: str
    formula: str
    needs: tuple[str, ...]
    parameters: tuple[ParameterRow, ...]
    collapsed: float
    paper: str


def loss_table() -> list[LossRow]:
    """All losses, in the order of the registry."""
    return [
        LossRow(
            name=name,
            label=entry.label,
            summary=entry.summary,
            formula=entry.formula,
            needs=entry.needs,
            parameters=tuple(_parameter(field, letter) for field, letter in entry.parameters.items()),
            collapsed=RunConfig(loss=name).collapsed,
            paper=entry.paper,
        )
        for name, entry in LOSSES.items()
    ]


def _parameter(name: str, letter: str) -> ParameterRow:
    declared = PARAMETERS[name]
    default = float(getattr(RunConfig(), name))
    return ParameterRow(name, letter, declared.label, declared.low, declared.high, default, declared.help)


def catalogue_as_markdown() -> str:
    """The table as Markdown, for the docs; formulas in dollar signs."""
    lines = [
        "| loss | formula | needs | parameters (bounds, default) | knows nothing at | paper |",
        "| --- | --- | --- | --- | ---: | --- |",
    ]
    for row in loss_table():
        parameters = "; ".join(
            f"${each.letter}$: `{each.field}` ({each.low:g} to {each.high:g}, {each.default:g})"
            for each in row.parameters
        )
        cells = [
            f"**{row.label}** (`{row.name}`). {row.summary}",
            "$" + row.formula.replace("|", r"\vert ") + "$",  # a bar ends the cell
            ", ".join(row.needs),
            parameters or "none",
            f"{row.collapsed:.3f}",
            row.paper,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
