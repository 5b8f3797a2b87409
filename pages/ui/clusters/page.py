"""The tabs of the Clusters page; only the open one is rendered."""

from collections.abc import Callable

import streamlit as st

from core.config import RunConfig
from core.runs import Run
from pages.ui import turns
from pages.ui.clusters import confusion, davies, disagree, every_figure, kmeans, pairs, scores, without
from pages.ui.controls.settings_url import TAB
from pages.ui.runs import history, results

TABS: dict[str, Callable[[Run, RunConfig], None]] = {
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
    """The tabs; the URL keeps which one is open."""
    results.collapse(run.evaluation())
    tabs = st.tabs(list(TABS), key=TAB, bind="query-params")
    for tab, panel in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                turns.fragment(history.or_why_not(run)(panel))(run, config)
