"""The session's runs: the one on the page, and picking, renaming and removing them."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import DataError
from core.runs import Run, RunDamaged, example_run, place_for, run_at
from core.service.shared_engine import shared_engine
from pages.ui import navigation, state
from pages.ui.components.plain_text import plain
from pages.ui.controls import settings_url
from pages.ui.runs import following, link
from pages.ui.runs.following import under_way
from pages.ui.runs.names import describe, names_of

SHIPPED = PRESETS["fast"].key
_OPENED = "opened_link"  # the run on the page when the link was opened, and what is wrong with the link

# Streamlit cuts a long label; a run's name says what differs from the others.
WRAPPED = """<style>.st-key-run_on_page [data-testid="stPopoverButton"] :is(div, p) {
    white-space: normal; text-align: left; overflow-wrap: anywhere }</style>"""


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
        shared_engine().watch(run.key, state.person())
        state.wait_for(run.key)
        state.remember_run(config)
    elif run.key != SHIPPED and (
        run.status().state in ("done", "training", "measuring") or run.status().outdated
    ):
        state.remember_run(config)


def arrive_by_link() -> None:
    """On a page without sliders: read the settings of the opened link, and show their run. What is wrong with the
    link is said until another run is shown or another page is opened, which has no such address."""
    if not any(name in PARAMETERS or name == settings_url.BOOKMARK for name in st.query_params):
        return
    if settings_url.read():
        trouble = _show_run_of_opened()
        st.session_state[_OPENED] = state.shown_run(), trouble
    shown_then, trouble = st.session_state.get(_OPENED, ("", None))
    if shown_then == state.shown_run():
        _say_of_link(trouble)
    else:
        st.session_state.pop(_OPENED, None)


def _show_run_of_opened() -> RunConfig | str | None:
    """Returns the settings if their run is not on this server, or what is wrong with them."""
    try:
        config = settings_url.current()
    except ValueError as error:
        return str(error)
    show_run_of_link(config)
    if config.key == SHIPPED and not under_way(place_for(config)):
        state.show_run(None)
    return config if shown().key != config.key else None


def _say_of_link(trouble: RunConfig | str | None) -> None:
    for problem in state.link_problems():
        st.warning(plain(problem), icon=":material/link_off:")
    if isinstance(trouble, str):
        st.error(plain(trouble), icon=":material/error:")
    elif trouble is not None:
        st.info(
            f"The run of this link ({plain(describe(trouble))}) is not on this server. Press Train on the Train page "
            "to make the same run: its sliders are set.",
            icon=":material/link:",
        )
        navigation.link(navigation.TRAIN, "To the Train page")


def picker() -> None:
    """The name of the run on the page, which opens the list of runs; its link, rename and remove buttons."""
    names = names_of(state.runs())
    keys = [*reversed(names), *([] if SHIPPED in names else [SHIPPED])]
    shown_key = shown().key
    # A new widget for each change of the list; older ones are ignored: a browser that has not yet received a
    # change keeps reporting the previous choice, several times a second, and would seem to pick it again.
    version = state.changes_of_list()
    st.html(WRAPPED)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom", key="run_on_page"):
        # not a selectbox: that would cut long names
        with st.popover(
            plain(names.get(state.shown_run() or "", state.EXAMPLE_NAME)),
            key=f"run_list_{version}",
            width=260,
        ):
            st.radio(
                "Run on the page",
                keys,
                index=keys.index(shown_key) if shown_key in keys else None,
                format_func=lambda key: _in_list(key, names),
                key=f"picked_run_{version}",
                on_change=_show_picked,
                args=(version,),
            )
        link.popover(shown())
        if state.shown_run() in names:
            _manage(shown_key, names[shown_key])
        dropped = state.dropped_run()
        if dropped is not None and dropped.config.key not in state.runs():
            name = dropped.name or names_of({dropped.config.key: dropped})[dropped.config.key]
            st.button(
                f"Undo: bring back {plain(name)}",
                icon=":material/undo:",
                key=f"restore_{dropped.config.key}",
                on_click=state.restore_dropped_run,
            )


def _in_list(key: str, names: dict[str, str]) -> str:
    if key not in names:
        return state.EXAMPLE_NAME
    gone = run_at(key).status().state == "missing"
    return plain(names[key]) + (" :gray[(no longer on this server)]" if gone else "")


def _show_picked(version: int) -> None:
    if version == state.changes_of_list():
        picked = st.session_state[f"picked_run_{version}"]
        state.show_run(picked if picked in state.runs() else None)


def _manage(key: str, name: str) -> None:
    # its keys are the run's: the second press of a double click must not meet the same button of the next run
    with st.popover("", icon=":material/edit:", help="Rename or remove this run", key=f"manage_{key}"):
        st.text_input(
            "Name",
            name,
            max_chars=state.MOST_LETTERS,
            key=f"name_of_{key}",
            on_change=lambda: state.rename_run(key, st.session_state[f"name_of_{key}"]),
            help="Empty: named by its settings.",
        )
        st.button(
            "Remove from the list",
            icon=":material/close:",
            key=f"remove_{key}",
            on_click=state.drop_run,
            args=(key,),
            help="Removes it from this list only; can be undone.",
        )


def cannot_show(run: Run, why: Exception, what: str = "shown") -> None:
    """In place of a run that cannot be `what`: why, and a button that trains it again."""
    listed = state.runs().get(run.key)
    if listed is not None and run.status().state == "missing":
        st.info(
            "This run is no longer on this server, which keeps the runs used last. Its settings are known: "
            f"{plain(describe(listed.config))}.",
            icon=":material/inventory_2:",
        )
    else:
        st.error(
            f"This run cannot be {what}. {plain(str(why))} Train it again, or choose another one: other runs are "
            "not affected.",
            icon=":material/broken_image:",
        )
    if listed is not None:
        train_button("Train it again", listed.config, key="train_again")


@contextmanager
def or_why_not(run: Run) -> Iterator[None]:
    """If the run cannot be shown, show why in its place. A fragment needs it inside, as a decorator of its function:
    what is raised there does not reach the page."""
    try:
        yield
    except (RunDamaged, DataError) as damage:
        cannot_show(run, damage)


def train_button(label: str, config: RunConfig, *, key: str) -> None:
    """A button that trains `config` and shows its run on the page."""
    if st.button(label, icon=":material/play_arrow:", key=key, type="primary"):
        if following.ask_for(config):
            state.remember_run(config)
        st.rerun()  # the whole page: the button may be in a fragment
    following.show_problem()
