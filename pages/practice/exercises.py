"""Practice: Exercises. The learner writes the losses and the index that the Lab uses."""

import streamlit as st

from core.lessons.exercises import EXERCISES
from core.take_home.exercise_notebook import notebook
from pages.ui.practice.editor import exercise_editor

CHOICE = "exercise"


def open_exercise(name: str) -> None:
    st.session_state[CHOICE] = name


st.title("Exercises")
st.markdown(
    "Five functions that the Lab uses, from the mean distance within a cluster to a whole loss. Your code runs "
    "in your own browser and is kept there; it is never sent to the server."
)
chosen = st.radio(
    "Exercise",
    list(EXERCISES),
    format_func=lambda name: EXERCISES[name].title,
    key=CHOICE,
    bind="query-params",
    horizontal=True,
    label_visibility="collapsed",
)
exercise = EXERCISES[chosen]
task, editor = st.columns([2, 3], gap="large")
with task:
    st.subheader(exercise.title)
    st.markdown(exercise.task)
    st.download_button(
        "All exercises as a notebook",
        notebook(),
        file_name="exercises.ipynb",
        mime="application/x-ipynb+json",
        icon=":material/download:",
        on_click="ignore",
        help="For Jupyter: the same tasks and checks, with nothing to install.",
    )
with editor:
    exercise_editor(exercise, open_exercise)
