"""All figures of the run, as in the catalogue."""

import math

import pandas as pd
import streamlit as st

from core.config import RunConfig
from core.figures import KINDS, Figure, of_kind
from core.figures.evaluation import Evaluation
from core.runs import Run
from pages.ui.components.plain_text import plain


def show(run: Run, config: RunConfig) -> None:
    """A table for each kind of figure, with the reason where a value is undefined."""
    evaluation = run.evaluation()
    st.markdown(
        "Everything that is measured of a run. ± is the standard error of a figure measured on a sample; guessing is "
        "the value when nothing has been learned."
    )
    for kind, question in KINDS.items():
        figures = of_kind(kind)
        st.subheader(question, anchor=False)
        st.table(
            pd.DataFrame(
                {
                    "figure": [_words(figure, evaluation) for figure in figures],
                    "value": [_value(figure, evaluation) for figure in figures],
                    "guessing": [_guessing(figure, evaluation) for figure in figures],
                    "best": [figure.best_text for figure in figures],
                }
            ),
            border="horizontal",
            hide_index=True,
        )


def _value(figure: Figure, evaluation: Evaluation) -> str:
    found = evaluation.figures[figure.name]
    if not math.isfinite(found.value):
        return "undefined"
    return f"{found.value:.4f}" + (f" ± {found.error:.4f}" if found.error > 0 else "")


def _guessing(figure: Figure, evaluation: Evaluation) -> str:
    return f"{evaluation.chance[figure.name].mean:.4f}" if figure.name in evaluation.chance else "–"


def _words(figure: Figure, evaluation: Evaluation) -> str:
    undefined = evaluation.undefined.get(figure.name)
    reason = f" **{plain(undefined)}**" if undefined else ""
    split = "training" if figure.split == "train" else "test"
    return f"**{figure.label}.** {figure.meaning}{reason} *On {split} images; {figure.source}.*"
