"""How long the settings would train, before Train is pressed."""

import streamlit as st

from core.config import RunConfig
from core.service.shared_engine import shared_engine
from pages.ui.runs.status_line import about


def cost_line(config: RunConfig) -> str | None:
    """Show about how long the run of `config` would take; returns instead why it would be refused, if it would."""
    cost, refusal = shared_engine().cost(config)
    if refusal is None:
        st.caption(f"{'at most' if cost.stops_early else 'about'} {about(cost.seconds)}", width="content")
    return refusal
