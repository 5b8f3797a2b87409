"""The parts of the Clusters page, each in a tab of its own; only the open one is made."""

from collections.abc import Callable

import streamlit as st

from core.config import RunConfig
from core.runs import Run
from pages.ui import (
    clusters_confusion,
    clusters_davies,
    clusters_disagree,
    clusters_kmeans,
    clusters_pairs,
    clusters_scores,
    clusters_without,
)

PARTS: dict[str, Callable[[Run, RunConfig], None]] = {
    "Davies-Bouldin": clusters_davies.show,
    "KMeans": clusters_kmeans.show,
    "Confusion": clusters_confusion.show,
    "Scores": clusters_scores.show,
    "Rand index": clusters_pairs.show,
    "Without clusters": clusters_without.show,
    "Disagreement": clusters_disagree.show,
}


def show(run: Run, config: RunConfig) -> None:
    """The tabs; which one is open stands in the address."""
    tabs = st.tabs(list(PARTS), key="part", bind="query-params")
    for tab, panel in zip(tabs, PARTS.values(), strict=True):
        if tab.open:
            with tab:
                st.fragment(panel)(run, config)
