"""Runs that a visitor has brought along: theirs alone, for as long as their session lasts."""

import shutil
import weakref
from pathlib import Path

import streamlit as st

from core import settings
from core.runs import Run
from core.take_home.importing import import_run
from pages.ui import state
from pages.ui.run_view import name_for

MOST_A_SESSION = 3
MOST_AT_ONCE = 40  # of all sessions: about a gigabyte at the worst

_KEY = "imported_runs"


class _Belonging:
    """A folder that goes when the session does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)


def take_in(content: bytes) -> Run:
    """The run of a zip, put on the page and onto the session's list. Raises Refused and DataError."""
    folder = settings.imported_runs_folder()
    run = import_run(content, folder)
    mine: list[_Belonging] = st.session_state.setdefault(_KEY, [])
    mine.append(_Belonging(run.folder))
    while len(mine) > MOST_A_SESSION:
        oldest = mine.pop(0)
        oldest.remove()
        state.run_names().pop(oldest.folder.name, None)
    for left in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[:-MOST_AT_ONCE]:
        shutil.rmtree(left, ignore_errors=True)
    state.remember_run(run.key, f"Brought along: {name_for(run.config())}")
    return run
