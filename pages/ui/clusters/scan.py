"""Choosing k: KMeans for each k from 2 to 20, one after the other; can be stopped at any time."""

from pathlib import Path

import streamlit as st

from core.charts import kmeans_charts
from core.charts.kmeans_charts import OVER_K
from core.clustering.scan import KS, ScanRow, scan
from core.config import RunConfig
from core.runs import Run
from pages.ui import turns
from pages.ui.components import charts

HEIGHT = 190
TICK_SECONDS = 0.2
_RUNNING = "scan_running"


def show(run: Run, config: RunConfig) -> None:
    """The button, the progress and the charts; ticks only while there is something to compute."""
    ticking = _running(run)
    turns.fragment(_scan, run_every=TICK_SECONDS if ticking else None)(run, config, ticking)


def _scan(run: Run, config: RunConfig, ticking: bool) -> None:
    if _running(run) != ticking:
        st.rerun()  # the whole page, to start or stop the ticks
    st.subheader("How many clusters?", anchor=False)
    done = list(st.session_state.get(_done_key(run), []))
    if ticking:
        k = KS[len(done)]
        st.button("Stop", icon=":material/stop:", on_click=_stop, key="scan_stop")
        st.progress(len(done) / len(KS), f"k = {k} of {KS[-1]}")
        _row(str(run.folder), run.status().updated, k)
        done.append(k)
        if len(done) == len(KS):
            _stop()
        st.session_state[_done_key(run)] = done
        if not _running(run):
            st.rerun()  # that was the last k
    elif len(done) < len(KS):
        st.button(
            f"Try k from {KS[0]} to {KS[-1]}" if not done else "Continue",
            icon=":material/query_stats:",
            on_click=_begin,
            args=(run.key,),
            key="scan_begin",
            help="KMeans on all images for each k, from three starts: takes some seconds.",
        )
    if len(done) < 2:
        return
    rows = [_row(str(run.folder), run.status().updated, k) for k in done]
    for column, what in zip([*st.columns(2, gap="large"), *st.columns(2, gap="large")], OVER_K, strict=True):
        with column:
            charts.show(kmeans_charts.over_k(rows, what, config.digits, HEIGHT), key=f"scan_{what}")
    st.caption(
        f"Dashed: the number of classes, {config.digits}. Inertia falls with every k, so it has no best k; silhouette "
        f"(a sample of {rows[0].silhouette.sampled:,}, bars: two standard errors) and Davies-Bouldin have one, without "
        "using labels; the ARI uses them, and shows which was right."
    )


def _done_key(run: Run) -> str:
    return f"scan_done_{run.key}"


def _running(run: Run) -> bool:
    return bool(st.session_state.get(_RUNNING) == run.key)


def _begin(key: str) -> None:
    st.session_state[_RUNNING] = key


def _stop() -> None:
    st.session_state[_RUNNING] = None


@st.cache_data(max_entries=200, show_spinner=False)
@turns.heavy
def _row(folder: str, updated: float, k: int) -> ScanRow:
    embedding = Run(Path(folder)).embedding()
    return next(iter(scan(embedding.train, embedding.train_labels, [k])))
