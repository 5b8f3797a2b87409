"""The panel of one run: its status, picture, loss curve and figures, kept up to date."""

from functools import partial

import streamlit as st

from core.config import RunConfig
from core.data import DATASETS
from core.figures.evaluation import Evaluation
from core.lessons.margin import margin_in_picture
from core.losses import LOSSES
from core.pictures.picture_reduction import PICTURE_DIMS
from core.runs import Run, RunDamaged, Status, place_for
from core.service.shared_engine import shared_engine
from pages.ui import state
from pages.ui.components.plain_text import plain
from pages.ui.runs import history, link, results
from pages.ui.runs.following import awaited, follow, under_way
from pages.ui.runs.names import class_names, describe
from pages.ui.runs.picture import canvas_options, live_picture, picture
from pages.ui.runs.status_line import about, elsewhere_line, fraction, in_words
from pages.ui.train import actions
from pages.ui.train.architecture import activation, architecture
from pages.ui.train.diagnosis_line import diagnosis_line

COMES_LATER = "Available when the run has finished."
NEVER_COMES = (
    "Not available: this run ended before its training was complete. Train it again to the end to see this."
)


def run_panel(settings: RunConfig | None, *, waits: bool) -> None:
    """Show the run on the page, and follow it and the run that the session waits for.

    settings: the sliders' values, to say when the picture belongs to other settings. waits: whether the
    buttons above were rendered as for a session that waits for a run.
    """
    waiting_for, shown = awaited(), history.shown()
    if waits and waiting_for is None:
        st.rerun()  # it ended during this rerun: nothing would enable the buttons later
    # the awaited run whatever its state: the panel notices that it has ended
    moving = list(dict.fromkeys([*filter(None, [waiting_for]), *filter(under_way, [shown])]))
    follow(moving, partial(_panel, settings, shown), canvas_of=shown)


def _panel(settings: RunConfig | None, shown: Run) -> None:
    run = history.shown()
    if run != shown:
        st.rerun()  # another run was chosen: buttons and the list change
    moving = under_way(run)  # before its status: an end between the two would look like an interruption
    status = run.status()
    waiting_for = awaited()
    try:
        config = run.config()
        # in one container: whatever appears above it, the canvas keeps its place on the page, and so its camera
        with st.container():
            if waiting_for is not None and waiting_for.key != run.key:
                elsewhere_line(waiting_for)
            _status_line(run, status, config, settings, interrupted=not status.ended and not moving)
            _what_went_wrong(status, moving)
            if moving and (waiting_for is None or waiting_for.key != run.key):
                _others_still_wait(run, joins=waiting_for is None and settings == config)
            diagnosis_line(run, status)
        _results(run, status, config)
    except RunDamaged as damage:
        history.cannot_show(run, damage)


def _status_line(
    run: Run, status: Status, config: RunConfig, settings: RunConfig | None, *, interrupted: bool
) -> None:
    """The run's state, a button if the sliders differ from it, and the progress of the training.

    interrupted: no process works on it, though its status does not say so.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="status"):
        if interrupted:
            words = ":material/power_off: **Interrupted**"
        elif status.state == "done" and run.key == history.SHIPPED and state.shown_run() is None:
            words = ":material/check_circle: **An example**, already trained"
        else:
            words = in_words(run, status, config)
        st.markdown(f"{words} · {describe(config)} · {DATASETS[config.dataset].label}")
        if settings is not None and settings != config:
            back = st.button(
                "Settings differ from this picture",
                icon=":material/sync_alt:",
                type="tertiary",
                on_click=actions.use_settings_of,
                args=(run.key,),
                help="Press to reset the sliders to this run's settings, or press Train for a run with the new ones.",
            )
            if back:
                st.rerun()  # the sliders are outside this fragment
        if settings is not None:
            _how_long(settings)
    st.progress(1.0 if status.state == "done" else fraction(run))


def _how_long(settings: RunConfig) -> None:
    """How long a press of Train takes; nothing if their run is finished or under way."""
    wanted = place_for(settings)
    if wanted.status().state == "done" or under_way(wanted):
        return
    cost, refused = shared_engine().cost(settings)
    if refused is None:
        at_most = "at most" if cost.stops_early else "about"
        st.caption(f"Training takes {at_most} {about(cost.seconds)}", width="content")


def _others_still_wait(run: Run, *, joins: bool) -> None:
    """Why a run continues after this session has pressed Stop.

    joins: Train is enabled, and with the current settings it would join this run.
    """
    if shared_engine().others_watching(run.key, state.person()):
        again = " Press Train to wait for it again." if joins else ""
        st.caption(
            ":material/group: You have left this run. Others are still waiting for it, so it continues."
            + again
        )


def _what_went_wrong(status: Status, moving: bool) -> None:
    if status.state == "failed" and not moving:
        st.error(plain(status.message), icon=":material/error:")
    elif not status.ended and not moving:
        st.warning(
            "This run was interrupted: the server or its worker was stopped. Press Train to train it again.",
            icon=":material/power_off:",
        )


def _results(run: Run, status: Status, config: RunConfig) -> None:
    evaluation = run.evaluation() if status.state == "done" else None
    left, right = st.columns([1.45, 1], gap="medium")
    with left:
        _pictures(run, config, evaluation)
    with right:
        results.loss_curve(run, config)
        results.figures(evaluation)
        architecture(config)
        with st.container(horizontal=True, gap="small"):
            activation(config)
            if evaluation is not None:
                _ruler(run, config)


def _pictures(run: Run, config: RunConfig, evaluation: Evaluation | None) -> None:
    names = [link.FIRST, "Density", "Clusters", "Davies-Bouldin"]
    if (tab_of_link := state.take_tab()) in names:
        st.session_state[link.TABS] = tab_of_link
    # Only the open tab is rendered: the others' charts are most of a page's cost.
    embedding, density, clusters, davies_bouldin = st.tabs(names, key=link.TABS, on_change="rerun")
    with embedding:  # always rendered: behind another tab the canvas keeps its step and selection
        if evaluation is None:
            live_picture(run, canvas_options(run, config, split="sample", live=under_way(run)), key="picture")
        else:
            picture(run, canvas_options(run, config, split="train"), key="picture")
            _what_the_picture_leaves_out(config)
    for tab in (density, clusters, davies_bouldin):
        with tab:
            if evaluation is None:
                st.caption(COMES_LATER if under_way(run) else NEVER_COMES)
            elif tab.open and tab is density:
                results.density(run, config)
            elif tab.open and tab is clusters:
                results.confusion(evaluation, config)
            elif tab.open:
                results.davies_bouldin(evaluation, config)


def _ruler(run: Run, config: RunConfig) -> None:
    words = (
        margin_in_picture(config, run.embedding().train) if config.embedding_dims <= PICTURE_DIMS else None
    )
    if words:
        with st.popover("The ruler", icon=":material/straighten:", type="tertiary"):
            st.markdown(words)


def _what_the_picture_leaves_out(config: RunConfig) -> None:
    if config.unseen is not None:
        st.caption(
            f"Training never saw the class {class_names(config)[config.unseen]}. This picture and every figure "
            "include its images."
        )
    if config.normalised:
        sphere = "circle" if config.embedding_dims == 2 else "sphere"
        st.caption(
            f"{LOSSES[config.loss].label} uses only directions, so this run's embeddings lie on the unit {sphere}: "
            "in the picture, in the clusters and in all figures."
        )
    if config.embedding_dims > PICTURE_DIMS:
        st.caption(
            f"{config.embedding_dims} dimensions, drawn in {PICTURE_DIMS} by truncated SVD: directions that the "
            "picture leaves out may still separate classes that overlap here."
        )
