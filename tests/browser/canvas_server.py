"""canvas_app.py with the app's own routes and engine, served as streamlit_app.py serves the pages."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pages.ui import routes
from streamlit_app import engine

app = st.App(Path(__file__).with_name("canvas_app.py"), lifespan=engine, routes=routes.routes())
