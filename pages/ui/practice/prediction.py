"""A question of `core.lessons.predictions` on the page: asked, then answered by two real runs."""

import contextlib
import math
from dataclasses import replace

import pandas as pd
import streamlit as st

from core.config import RunConfig
from core.data import DataError, load_stored
from core.figures import FIGURES
from core.lessons.left_over import left_over
from core.lessons.predictions import OUTCOMES, Outcome, Question, outcome, value
from core.runs import Run, RunDamaged, Status, run_at
from pages.ui import state
from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import Card, Tile
from pages.ui.components.plain_text import plain
from pages.ui.components.svg import show_svg
from pages.ui.runs import following
from pages.ui.runs.following import under_way
from pages.ui.runs.names import class_names, describe
from pages.ui.runs.picture import canvas_options, picture
from pages.ui.runs.status_line import progress_line
from pages.ui.state import Guess

HEIGHT = 380
ABOUT_CLUSTERS = ("test_adjusted_rand_index", "davies_bouldin")
CASES, IMAGES, ACROSS = 4, 12, 6  # of the images that are left: how many cases, and images of each


def ask(question: Question) -> None:
    """The question, and a form for the learner's guess."""
    text, answer = st.columns([3, 2], gap="large")
    with text:
        st.subheader(question.title, anchor=False)
        st.markdown(question.text)
        st.caption(f"{question.about.label}: {question.about.meaning}{_value_before(question)}")
    with answer, st.form(f"guess_{question.name}"):
        said = st.radio(
            f"{question.about.label}, with the change",
            list(OUTCOMES),
            format_func=OUTCOMES.__getitem__,
            index=None,
        )
        because = st.text_input("Because (for yourself)", max_chars=200)
        if st.form_submit_button("This is my guess: train it", type="primary", icon=":material/play_arrow:"):
            if said is None:
                st.warning("Choose one of the three first. There is nothing to lose.")
            else:
                state.guesses()[question.name] = Guess(said, because.strip())
                st.rerun()


def _value_before(question: Question) -> str:
    """The figure before the change, if it is already known."""
    if not _done(question.before):
        return ""
    with contextlib.suppress(RunDamaged):
        before = value(run_at(question.before.key), question.figure)
        return f" Before the change it is {_shown(before)}."
    return ""


def reveal(question: Question, guess: Guess) -> None:
    """Both runs side by side with the guess; until they are done, their progress."""
    missing = [config for config in (question.before, question.after) if not _done(config)]
    if missing:
        _your_guess(question, guess)
        _train(missing[0])
        return
    try:
        _both(question, guess, run_at(question.before.key), run_at(question.after.key))
    except RunDamaged as damage:
        st.error(f"One of the two runs cannot be shown. {plain(str(damage))}", icon=":material/broken_image:")


def _done(config: RunConfig) -> bool:
    return run_at(config.key).status().state == "done"


def _train(config: RunConfig) -> None:
    """Train a run and show its progress; the page reruns when it has ended."""
    run = run_at(config.key)
    if not under_way(run) and not st.session_state.get(_asked(run)) and following.ask_for(config):
        st.session_state[_asked(run)] = True
    if under_way(run):
        following.follow([run], lambda: progress_line(run))
        return
    if run.status().state == "done":
        st.rerun()
    if not state.problem():
        st.error(_why_not_done(run.status()), icon=":material/error:")
    following.show_problem()
    st.button("Try again", icon=":material/refresh:", on_click=st.session_state.pop, args=(_asked(run), None))


def _why_not_done(status: Status) -> str:
    if status.state == "missing":  # removed to make room, if it was done or was stopped before it began
        return "The run is no longer on this server, which keeps the runs used last."
    return f"The run did not finish. {plain(status.message or 'It was stopped.')}"


def _asked(run: Run) -> str:
    return f"asked_{run.key}"


def _your_guess(question: Question, guess: Guess) -> None:
    because = f", because {plain(guess.because)}" if guess.because else ""
    st.markdown(f"**Your guess:** {question.about.short} **{OUTCOMES[guess.said].lower()}**{because}.")


def _both(question: Question, guess: Guess, before: Run, after: Run) -> None:
    first, second = value(before, question.figure), value(after, question.figure)
    became = outcome(first, second, question.band)
    st.subheader(question.title, anchor=False)
    _your_guess(question, guess)
    _verdict(question, guess.said, became, first, second)
    for column, run, words, figure in zip(
        st.columns(2, gap="medium"), (before, after), ("Before", "After"), (first, second), strict=True
    ):
        config = run.config()
        with column:
            st.metric(f"{words}: {question.about.short}", _shown(figure), help=question.about.meaning)
            st.caption(describe(config))
            _picture(run, config, words)
    st.markdown(f"**Why.** {question.why}")
    if question.figure in ABOUT_CLUSTERS:
        with contextlib.suppress(DataError):
            _left_over(after)
    with st.expander("All figures of both"):
        st.dataframe(
            _figures(before, after),
            hide_index=True,
            width="content",
            height="content",
            column_config={
                "figure": st.column_config.TextColumn(width=210),
                "best": st.column_config.TextColumn(width=64),
            },
        )
    st.button("Guess again", icon=":material/undo:", on_click=state.forget_guess, args=(question.name,))


def _verdict(question: Question, said: Outcome, became: Outcome | None, first: float, second: float) -> None:
    if became is None:
        st.info(f"{question.about.label} has no value in one of the runs, so there is nothing to compare.")
        return
    change = f"It went from {_shown(first)} to {_shown(second)}: **{OUTCOMES[became].lower()}**."
    if said == became:
        st.success(f"As you predicted. {change}", icon=":material/check_circle:")
    else:
        st.warning(f"Not as you predicted. {change}", icon=":material/lightbulb:")


def _picture(run: Run, config: RunConfig, words: str) -> None:
    options = replace(canvas_options(run, config, split="train", height=HEIGHT), bookmark="")
    picture(run, options, key=f"predict_{words}")


def _left_over(run: Run) -> None:
    """The test images that the run with the change leaves in a cluster of another class."""
    config = run.config()
    names, images = class_names(config), load_stored(config.dataset).test.first_classes(config.digits).images
    found = left_over(run.embedding())
    st.markdown(
        f"**What is left.** With the change, {found.count:,} of {found.tested:,} test images are in a cluster that "
        "mostly holds another class. The most frequent cases:"
    )
    several, words = [], []
    for each in found.mistaken[:CASES]:
        case = f"{names[each.label]} among {names[each.among]}: {len(each.images):,}"
        tiles = [Tile(images[place]) for place in each.images[:IMAGES]]
        several.append(Card(tiles, ACROSS, 40, case))
        words.append(case)
    show_svg(digit_cards.cards(several, f"Test images: {'; '.join(words)}."), key="left_over")


def _figures(before: Run, after: Run) -> pd.DataFrame:
    values = [run.evaluation().values for run in (before, after)]
    return pd.DataFrame(
        {
            "figure": [figure.label for figure in FIGURES.values()],
            "before": [_shown(values[0][name]) for name in FIGURES],
            "after": [_shown(values[1][name]) for name in FIGURES],
            "best": [figure.best_text for figure in FIGURES.values()],
        }
    )


def _shown(number: float) -> str:
    return f"{number:.3f}" if math.isfinite(number) else "undefined"
