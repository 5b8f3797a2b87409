"""Where the app is on the web, as the visitor's browser sees it, and whether its own routes answer there."""

import threading

import streamlit as st

from core.runs import Run, shipped_run
from pages.ui import state

PYTHON = "practice/python"  # below the root: the Python that the exercises run on

_announced = threading.Event()


def announce() -> None:
    """The server of this process answers to the routes in this folder."""
    _announced.set()


def served() -> bool:
    """Whether it does: not where the app's file is run as an ordinary script, by a host of its own kind."""
    return _announced.is_set()


def below(base: str, path: str) -> str:
    """`path` below `base`, the path under which the whole app is served ("" for the root)."""
    return f"{base.strip('/') and '/' + base.strip('/')}/{path}"


def of_run(run: Run) -> str:
    """The address below which a run is served; relative where the app's is not known."""
    return f"{root()}/example" if run == shipped_run() else f"{root()}/runs/{run.key}"


def root() -> str:
    """The app's own address, without the page and without a slash at its end."""
    url = (st.context.url or "").split("?")[0].rstrip("/")
    page = state.page_path()
    return url.removesuffix(f"/{page}") if page else url
