"""All figures of the run in one table, as the catalogue has them."""

import math

import pandas as pd
import streamlit as st

from core.config import RunConfig
from core.figures import FIGURES, KINDS
from core.runs import Run


def show(run: Run, config: RunConfig) -> None:
    """A table for each kind of figure; what has no value says why."""
    evaluation = run.evaluation()
    st.markdown(
        "Everything that is measured of a run. **Guessing**: what the figure gets when nothing has been learned. "
        "**Error**: the standard error, where only a sample was looked at."
    )
    for kind, question in KINDS.items():
        figures = [figure for figure in FIGURES.values() if figure.kind == kind]
        st.subheader(question, anchor=False)
        table = pd.DataFrame(
            {
                "figure": [figure.label for figure in figures],
                "value": [_number(evaluation.values[figure.name]) for figure in figures],
                "error": [_error(evaluation.figures[figure.name].error) for figure in figures],
                "guessing": [
                    _number(evaluation.chance[figure.name].mean) if figure.name in evaluation.chance else "–"
                    for figure in figures
                ],
                "best": ["–" if figure.direction == "neither" else f"{figure.best:g}" for figure in figures],
                "images": ["training" if figure.split == "train" else "test" for figure in figures],
                "meaning": [evaluation.undefined.get(figure.name) or figure.meaning for figure in figures],
                "source": [figure.source for figure in figures],
            }
        )
        st.dataframe(
            table,
            hide_index=True,
            height="content",
            key=f"every_{kind}",
            column_config={"meaning": st.column_config.TextColumn(width="large")},
        )


def _number(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else "undefined"


def _error(error: float) -> str:
    return f"± {error:.4f}" if error > 0 else "–"
