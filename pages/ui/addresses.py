"""The app's URL as the visitor's browser sees it, and whether the app's own routes exist."""

import threading

import streamlit as st

from core.runs import Run, shipped_run
from pages.ui import state

PYTHON = "practice/python"  # below the root: the Python that the exercises run on

UPLOAD_COOKIE = "_streamlit_xsrf"  # which Streamlit compares with each upload

_announced = threading.Event()


def announce() -> None:
    """Record that the server of this process serves the routes in this folder."""
    _announced.set()


def served() -> bool:
    """Whether it does; not if a host runs the app's file as an ordinary script."""
    return _announced.is_set()


def uploads_arrive() -> bool:
    """Whether the visitor's browser sends the cookie without which the server refuses uploads; it does not in
    a frame of another site."""
    return not st.get_option("server.enableXsrfProtection") or UPLOAD_COOKIE in st.context.cookies.to_dict()


def below(base: str, path: str) -> str:
    """`path` below `base`, the path under which the whole app is served ("" for the root)."""
    return f"{base.strip('/') and '/' + base.strip('/')}/{path}"


def of_run(run: Run) -> str:
    """The base URL of a run's routes; relative if the app's URL is unknown."""
    return f"{root()}/example" if run == shipped_run() else f"{root()}/runs/{run.key}"


def root() -> str:
    """The app's URL, without the page and without a trailing slash."""
    url = (st.context.url or "").split("?")[0].rstrip("/")
    page = state.page_path()
    return url.removesuffix(f"/{page}") if page else url
