"""The editor of an exercise: code, checks, hints and progress, all of it in the visitor's own browser.

Code goes from here to the browser (stub, checks, solution), never back: what comes back is the name of
the exercise to go on with.
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


def exercise_editor(exercise: Exercise, go_on: Callable[[str], None]) -> None:
    """Show the editor with `exercise` in it; `go_on` hears the name of the one that is asked for next."""
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
        on_next_change=lambda: _go_on(go_on),
    )


def _go_on(go_on: Callable[[str], None]) -> None:
    name = st.session_state[_KEY].get("next")
    if name in EXERCISES:  # it comes from the browser
        go_on(name)


def _python() -> str:
    """Where the browser finds its Python; where there is no route for it, the whole of it."""
    if addresses.served():
        return f"{addresses.root()}/{addresses.PYTHON}/{exercise_python.version()}"
    return "data:application/gzip;base64," + base64.b64encode(exercise_python.script()).decode()
