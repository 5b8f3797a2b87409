"""Where the app is on the web, as the visitor's browser sees it."""

import streamlit as st

from core.runs import Run, shipped_run
from pages.ui import state


def of_run(run: Run) -> str:
    """The address below which `pages.ui.routes` serves a run; relative where the app's is not known."""
    return f"{root()}/example" if run == shipped_run() else f"{root()}/runs/{run.key}"


def root() -> str:
    """The app's own address, without the page and without a slash at its end."""
    url = (st.context.url or "").split("?")[0].rstrip("/")
    page = state.page_path()
    return url.removesuffix(f"/{page}") if page else url
