"""The list of runs, kept in the visitor's browser and found again after a reload or in another tab.

Only what a link says is kept: each run's settings, from which its key and its default name follow, and the visitor's
own name for it. What comes back from the browser may be forged.
"""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from core.config import RunConfig
from pages.ui import state
from pages.ui.components.component_files import component_files
from pages.ui.controls import settings_url
from pages.ui.state import MOST_LETTERS, MOST_RUNS, Listed

MOST_SETTINGS = 2000  # letters of one run's settings; all of them take about 600
_KEY = "kept_runs"

_COMPONENT = st.components.v2.component("contrastive_lab_kept_runs", **component_files("kept_runs"))


def keep() -> None:
    """Keep the session's list in the browser; a new session takes up what is there."""
    runs = [[urlencode(settings_url.link_parameters(run.config)), run.name] for run in state.runs().values()]
    _COMPONENT(
        data={"runs": runs, "asks": not state.has_recalled_runs(), "most": MOST_RUNS},
        key=_KEY,
        on_found_change=_recall,
    )


def _recall() -> None:
    if not state.has_recalled_runs():
        state.recall_runs(runs_from(st.session_state[_KEY].found))


def runs_from(found: Any) -> list[Listed]:
    """The runs in what the browser has kept, oldest first, without what is not a run of this app."""
    if not isinstance(found, list):
        return []
    runs = [_run(*entry) for entry in found[-MOST_RUNS:] if isinstance(entry, list) and len(entry) == 2]
    return [run for run in runs if run is not None]


def _run(settings: Any, name: Any) -> Listed | None:
    if not isinstance(settings, str) or len(settings) > MOST_SETTINGS or not isinstance(name, str):
        return None
    try:
        config = RunConfig.from_text(dict(parse_qsl(settings)))
    except ValueError:  # forged, or of an app with other settings
        return None
    return Listed(config, name.strip()[:MOST_LETTERS])
