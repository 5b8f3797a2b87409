"""About: how the server is. Workers, queue, memory, disk, version; the same as JSON at /health."""

import streamlit as st

from pages.ui.server.health_panel import health_panel

st.title("This server")
st.markdown("How many train, who waits, and what room is left. For whoever looks after the server.")
health_panel()
