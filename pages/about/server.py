"""About: the server's health. Workers, queue, memory, disk, version; as JSON at /health."""

import streamlit as st

from pages.ui.server.health_panel import health_panel

st.title("This server")
st.markdown("Trainings, queue, memory and disk: for the operator of the server.")
health_panel()
