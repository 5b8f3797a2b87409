"""How well clusters and true classes agree: each score next to its chance level."""

import math

import streamlit as st

from core.charts import metric_charts
from core.config import RunConfig
from core.figures import Chance, of_kind
from core.runs import Run
from pages.ui.components import charts
from pages.ui.components.cards import cards
from pages.ui.components.plain_text import plain


def show(run: Run, config: RunConfig) -> None:
    """A chart of all scores and a card for each, sorted by chance level, highest first."""
    evaluation = run.evaluation()
    values, chance = evaluation.values, evaluation.chance
    figures = [figure for figure in of_kind("agreement") if figure.split == "train"]
    figures.sort(
        key=lambda figure: round(chance[figure.name].mean, 3) if figure.name in chance else -1, reverse=True
    )
    shuffles = max((guess.shuffles for guess in chance.values()), default=0)
    st.markdown(
        "All ask the same question: do clusters and true classes agree? They differ in **what guessing gets**, "
        f"computed by a formula or (±) by shuffling the clusters {shuffles} times."
    )
    rows = [
        (figure.short, values[figure.name], chance[figure.name].mean)
        for figure in figures
        if figure.name in chance
    ]
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        charts.show(metric_charts.beside_chance(rows, 330), key="beside_chance")
        st.caption("A bar that starts far to the right looks good before the network has learned anything.")
    with right:
        for card, figure in zip(cards(len(figures), 2), figures, strict=True):
            value, guessing = values[figure.name], chance.get(figure.name)
            with card:
                st.metric(
                    figure.label,
                    f"{value:.4f}" if math.isfinite(value) else "undefined",
                    delta="" if guessing is None else _guessing(guessing),
                    delta_color="off",
                    delta_arrow="off",
                )
                st.caption(f"{figure.meaning} {figure.range[0].upper()}{figure.range[1:]}; {figure.better}.")
                if figure.name in evaluation.undefined:
                    st.warning(plain(evaluation.undefined[figure.name]))


def _guessing(chance: Chance) -> str:
    """The chance level, to as many digits as the figure above it."""
    level = f"guessing {round(chance.mean, 4) + 0.0:.4f}"  # + 0.0: no -0.0000
    if chance.shuffles == 0:
        return level
    return f"{level} ± {chance.spread:.4f}" if chance.spread >= 0.00005 else f"{level} ± < 0.0001"
