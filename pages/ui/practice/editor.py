"""The editor of an exercise: code, checks, hints and progress, all in the visitor's browser.

Code goes from here to the browser (stub, checks, solution), never back: the browser only returns the name
of the next exercise.
"""

import base64
from collections.abc import Callable

import streamlit as st

from core.lessons.exercises import EXERCISES, Exercise
from pages.ui import addresses
from pages.ui.components.component_files import component_files
from pages.ui.practice import python as exercise_python

_KEY = "exercise_editor"
_COMPONENT = st.components.v2.component(
    "contrastive_lab_editor", **component_files("editor"), isolate_styles=True
)


def exercise_editor(exercise: Exercise, on_next: Callable[[str], None]) -> None:
    """Show the editor with `exercise`. on_next: called with the name of the exercise to open next."""
    names = list(EXERCISES)
    place = names.index(exercise.name)
    following = EXERCISES[names[place + 1]] if place + 1 < len(names) else None
    _COMPONENT(
        data={
            "name": exercise.name,
            "title": exercise.title,
            "stub": exercise.stub,
            "checks": exercise.checks,
            "hints": list(exercise.hints),
            "solved": exercise.solved,
            "solution": exercise.solution,
            "exercises": [{"name": one.name, "title": one.title} for one in EXERCISES.values()],
            "next": {"name": following.name, "title": following.title} if following else None,
            "python": _python(),
        },
        key=_KEY,
        width="stretch",
        height="content",
        on_next_change=lambda: _open_next(on_next),
    )


def _open_next(on_next: Callable[[str], None]) -> None:
    name = st.session_state[_KEY].get("next")
    if name in EXERCISES:  # it comes from the browser
        on_next(name)


def _python() -> str:
    """The URL of the browser's Python; a data URL if there is no route for it."""
    if addresses.served():
        return f"{addresses.root()}/{addresses.PYTHON}/{exercise_python.version()}"
    return "data:application/gzip;base64," + base64.b64encode(exercise_python.script()).decode()
