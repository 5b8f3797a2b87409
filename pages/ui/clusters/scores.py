"""The scores of the clusters against the true classes, each beside what guessing gets."""

import math

import streamlit as st

from core.charts import metric_charts
from core.config import RunConfig
from core.measures.estimate import Estimate, exact, undefined
from core.measures.evaluation import Evaluation
from core.measures.figures import FIGURES, Figure
from core.measures.measurements import Measurements
from core.measures.more_figures import MORE_FIGURES, MoreFigure
from core.runs import Run
from pages.ui.cards import cards
from pages.ui.plain_text import plain

# From those that flatter to those that do not.
SCORES = (
    "rand_index",
    "purity",
    "matched_share",
    "homogeneity",
    "completeness",
    "v_measure",
    "normalized_mutual_info",
    "adjusted_mutual_info",
    "adjusted_rand_index",
)
RANGES = {"rand_index": "0 to 1", "adjusted_rand_index": "-0.5 to 1", "normalized_mutual_info": "0 to 1"}
NO_CHANCE = "normalized_mutual_info"  # the V-measure under another name, and so is its chance level


def show(run: Run, config: RunConfig) -> None:
    """The chart of all, and a card for each."""
    evaluation, more = run.evaluation(), run.measurements()
    values = {name: _value(name, evaluation, more) for name in SCORES}
    chance = {name: more.shuffled["v_measure" if name == NO_CHANCE else name] for name in SCORES}
    figures: dict[str, Figure] = {**FIGURES, **MORE_FIGURES}
    st.markdown(
        "All ask the same: do clusters and true classes tell the same story? They differ in **what guessing gets**: "
        f"here the same clusters were dealt out at random {chance['purity'].shuffles} times."
    )
    rows = [(figures[name].short, values[name].value, chance[name].mean) for name in SCORES]
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        st.vega_lite_chart(metric_charts.beside_chance(rows, 330), key="beside_chance")
        st.caption(
            "A bar that begins far to the right has flattered before the network has learned anything."
        )
    with right:
        for card, name in zip(cards(len(SCORES), 2), SCORES, strict=True):
            with card:
                st.metric(
                    figures[name].label,
                    f"{values[name].value:.4f}" if math.isfinite(values[name].value) else "undefined",
                    delta=_guessing(chance[name].mean, chance[name].spread),
                    delta_color="off",
                    delta_arrow="off",
                )
                figure = figures[name]
                span = figure.range if isinstance(figure, MoreFigure) else RANGES[name]
                st.caption(f"{figure.meaning} {span[0].upper()}{span[1:]}; higher is better.")
                if values[name].reason is not None:
                    st.warning(plain(values[name].reason or ""))


def _guessing(mean: float, spread: float) -> str:
    """The chance level, with as many digits as the figure above it."""
    wide = f"{spread:.4f}" if spread >= 0.00005 else "< 0.0001"
    return f"guessing {round(mean, 4) + 0.0:.4f} ± {wide}"  # + 0.0: no -0.0000


def _value(name: str, evaluation: Evaluation, more: Measurements) -> Estimate:
    if name in more.figures:
        return more.figures[name]
    value, of = evaluation.figures[name], int(evaluation.confusion.counts.sum())
    reason = evaluation.undefined.get(name)
    return exact(value, of) if reason is None else undefined(reason, of)
