"""Vega-Lite charts in the visitor's text size."""

from typing import Literal

import streamlit as st

from core.charts.vega import VegaLite, enlarged
from pages.ui import state


def show(
    spec: VegaLite, *, key: str, width: Literal["stretch"] | int = "stretch", alt: str | None = None
) -> None:
    """Show a chart; in large text it is higher, and all its letters are larger."""
    st.vega_lite_chart(enlarged(spec, state.sized(1)), key=key, width=width, alt=alt)
