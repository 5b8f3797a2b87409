"""The parts of the Clusters page, each in a tab of its own; only the open one is made."""

from collections.abc import Callable

import streamlit as st

from core.config import RunConfig
from core.runs import Run
from pages.ui.clusters import confusion, davies, disagree, every_figure, kmeans, pairs, scores, without

PARTS: dict[str, Callable[[Run, RunConfig], None]] = {
    "Davies-Bouldin": davies.show,
    "KMeans": kmeans.show,
    "Confusion": confusion.show,
    "Scores": scores.show,
    "Rand index": pairs.show,
    "Without clusters": without.show,
    "All figures": every_figure.show,
    "Disagreement": disagree.show,
}


def show(run: Run, config: RunConfig) -> None:
    """The tabs; which one is open stands in the address."""
    tabs = st.tabs(list(PARTS), key="part", bind="query-params")
    for tab, panel in zip(tabs, PARTS.values(), strict=True):
        if tab.open:
            with tab:
                st.fragment(panel)(run, config)
