"""The session's runs: the one on the page, and picking, renaming and removing them."""

import streamlit as st

from core.config import PARAMETERS, PRESETS, RunConfig
from core.runs import Run, example_run, place_for, run_at
from core.service.shared_engine import shared_engine
from pages.ui import navigation, state
from pages.ui.components.plain_text import plain
from pages.ui.controls import settings_url
from pages.ui.runs import link
from pages.ui.runs.following import under_way
from pages.ui.runs.names import describe, name_for

SHIPPED = PRESETS["fast"].key


def shown() -> Run:
    """The run on the page; the shipped one until the session has its own."""
    key = state.shown_run()
    run = example_run() if key is None else run_at(key)
    shared_engine().show(run, state.visitor())  # before reading it, so that it is not evicted
    return run


def show_run_of_link(config: RunConfig) -> None:
    """For a visitor who opened a link: show the run of its settings if it is finished or under way here."""
    run = place_for(config)
    if under_way(run):
        shared_engine().watch(run.key, state.visitor())
        state.wait_for(run.key)
        state.remember_run(run.key, name_for(config))
    elif run.key != SHIPPED and (
        run.status().state in ("done", "training", "measuring") or run.status().outdated
    ):
        state.remember_run(run.key, name_for(config))


def arrive_by_link() -> None:
    """On a page without sliders: read the settings of the opened link, and show their run."""
    of_a_run = any(name in PARAMETERS or name == settings_url.BOOKMARK for name in st.query_params)
    if not of_a_run or not settings_url.read():
        return
    for problem in state.link_problems():
        st.warning(plain(problem), icon=":material/link_off:")
    try:
        config = settings_url.current()
    except ValueError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    show_run_of_link(config)
    if config.key == SHIPPED and not under_way(place_for(config)):
        state.show_run(None)
    if shown().key != config.key:
        st.info(
            f"The run of this link ({plain(describe(config))}) is not on this server. Press Train on the Train page "
            "to make the same run: its sliders are set.",
            icon=":material/link:",
        )
        navigation.link(navigation.TRAIN, "To the Train page")


def picker() -> None:
    """A list to choose the run on the page, with its link, rename and remove buttons."""
    names = state.run_names()
    keys = [*reversed(names), *([] if SHIPPED in names else [SHIPPED])]
    # A new widget for each change of the list; older ones are ignored: a browser that has not yet received a
    # change keeps reporting the previous choice, several times a second, and would seem to pick it again.
    version = state.changes_of_list()
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        st.selectbox(
            "Run on the page",
            keys,
            index=keys.index(shown().key),
            format_func=lambda key: names.get(key, state.EXAMPLE_NAME),
            key=f"picked_run_{version}",
            on_change=_show_picked,
            args=(version,),
            label_visibility="collapsed",
            width=300,
        )
        link.popover(shown())
        if shown().key in names:
            _manage(shown().key, names[shown().key])
        elif (dropped := state.dropped_run()) is not None:
            st.button(
                f"Undo: bring back {plain(dropped)}",
                icon=":material/undo:",
                on_click=state.restore_dropped_run,
            )


def _show_picked(version: int) -> None:
    if version == state.changes_of_list():
        picked = st.session_state[f"picked_run_{version}"]
        state.show_run(picked if picked in state.run_names() else None)


def _manage(key: str, name: str) -> None:
    with st.popover("", icon=":material/edit:", help="Rename or remove this run"):
        st.text_input(
            "Name",
            name,
            max_chars=60,
            key=f"name_of_{key}",
            on_change=lambda: state.rename_run(key, st.session_state[f"name_of_{key}"]),
        )
        st.button(
            "Remove from the list",
            icon=":material/close:",
            on_click=state.drop_run,
            args=(key,),
            help="Removes it from this list only; can be undone.",
        )
