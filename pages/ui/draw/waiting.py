"""What the Draw page shows of a run that is not finished, and how it asks for one."""

import streamlit as st

from core.config import RunConfig
from core.runs import Run, RunsFolderUnusable
from core.service.fair_queue import NotNow
from core.service.shared_engine import shared_engine
from pages.ui import navigation, state
from pages.ui.run_view import describe, name_for
from pages.ui.watching import awaited, under_way

TICK_SECONDS = 0.6
COMES_LATER = "Comes when the run has finished."


def progress(run: Run) -> None:
    """How far the training is; when it has ended, the page is drawn anew."""
    st.fragment(_tick, run_every=TICK_SECONDS)(run)


def _tick(run: Run) -> None:
    awaited()  # says that this session still waits for it
    if not under_way(run):
        st.rerun()
    reports = run.progress()
    share = reports[-1].step / reports[-1].steps if reports else 0.0
    st.progress(share, text=f"Training: {describe(run.config())}")
    st.caption("Your drawing stays: as soon as the training is done, it lands in the new embedding.")


def not_finished() -> None:
    """What to do where nothing will come any more."""
    st.info("This run was not finished, so there is no embedding to draw into. Choose another one above.")
    st.page_link(navigation.TRAIN, label="To the Train page", icon=":material/model_training:")


def button(label: str, config: RunConfig, *, key: str) -> None:
    """A button that has the run of `config` trained and puts it on the page."""
    if st.button(label, icon=":material/play_arrow:", key=key, type="primary"):
        _train(config)
        st.rerun()  # the whole page, of which the button may stand in a part
    if problem := state.problem():
        st.error(problem, icon=":material/error:")


def _train(config: RunConfig) -> None:
    try:
        run = shared_engine().submit(config, state.visitor())
    except (RunsFolderUnusable, NotNow) as error:
        state.set_problem(str(error))
        return
    state.set_problem(None)
    if run.status().state != "done":
        state.wait_for(run.key)
    state.remember_run(run.key, name_for(config))
