"""Practice: Predict, then reveal. Predict what a training will do, then see what it did."""

import streamlit as st

from core.lessons.predictions import QUESTIONS
from pages.ui import state
from pages.ui.practice import prediction

st.title("Predict, then reveal")
st.markdown(
    "Predict what a change will do before you see it: a wrong guess teaches more than reading the answer."
)
chosen = st.radio(
    "Question",
    list(QUESTIONS),
    format_func=lambda name: QUESTIONS[name].title,
    key="question",
    bind="query-params",
    horizontal=True,
    label_visibility="collapsed",
)
question = QUESTIONS[chosen]
guess = state.guesses().get(question.name)
if guess is None:
    prediction.ask(question)
else:
    prediction.reveal(question, guess)
