"""What the buttons do: ask the engine for a run, and leave it."""

from time import monotonic, sleep

import streamlit as st

from core.runs import RunsFolderUnusable, run_at
from core.service.fair_queue import NotNow
from core.service.shared_engine import shared_engine
from pages.ui import settings_url, state
from pages.ui.run_view import name_for

SECONDS_TO_STOP = 1.0  # the worker looks before every step; a part of its measuring may take as long


def train() -> None:
    """Queue the run of the settings as they stand and put it on the page."""
    try:
        config = settings_url.current()
        run = shared_engine().submit(config, state.visitor())
    except (ValueError, RunsFolderUnusable, NotNow) as error:
        state.set_problem(str(error))
        return
    state.set_problem(None)
    state.set_link_problems([])
    if run.status().state == "done":
        st.toast(
            "Trained already: same settings and seed, same run. Change one of them for another.",
            icon=":material/bolt:",
            duration=7,  # seconds: two sentences, while the page is drawn anew
        )
    else:
        state.wait_for(run.key)
    state.remember_run(run.key, name_for(config))


def stop() -> None:
    """Leave the run that this session waits for; it is cancelled if nobody else waits for it."""
    key = state.waiting_for()
    if key is None:
        return
    others = shared_engine().others_watching(key, state.visitor())
    shared_engine().leave(key, state.visitor())
    state.wait_for(None)
    if others:
        return  # the panel says so, for as long as it is true
    give_up = monotonic() + SECONDS_TO_STOP
    while not run_at(key).status().ended and monotonic() < give_up:
        sleep(0.02)  # then the page that is drawn now says so already, and not only the next one


def use_settings_of(key: str) -> None:
    """Set the sliders to what run `key` was trained with."""
    settings_url.put(run_at(key).config())
