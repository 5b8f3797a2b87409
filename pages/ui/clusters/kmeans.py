"""KMeans step by step: one start, several starts compared, and the choice of k."""

import time
from pathlib import Path

import pandas as pd
import streamlit as st
from threadpoolctl import threadpool_limits

from core.charts import kmeans_charts, plane_charts
from core.clustering.lloyd import STARTS, Restart, Watched, majorities, restarts, watch
from core.config import RunConfig
from core.runs import Run
from pages.ui import turns
from pages.ui.clusters import scan, shared
from pages.ui.components import charts
from pages.ui.runs.names import class_names

TICK_SECONDS = 0.8
COUNT = 10  # starts to compare
MOST = 20
_PLAYING, _LAST = "kmeans_playing", "kmeans_last_step"
_START, _K, _SEED = "kmeans_start", "kmeans_k", "kmeans_seed"


def show(run: Run, config: RunConfig) -> None:
    """The three panels, and the settings of two of them."""
    run.embedding()  # if it is damaged, this says so once, for all three
    st.subheader("One start, step by step", anchor=False)
    start, k, seed = _settings(config)
    ticking = _playing()
    watched = turns.fragment(_watched, run_every=TICK_SECONDS if ticking else None)
    watched(run, config, start, k, seed, ticking)
    turns.fragment(_restarts)(run, start, k)
    turns.fragment(scan.show)(run, config)


def _settings(config: RunConfig) -> tuple[str, int, int]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        start = st.segmented_control(
            "Start", list(STARTS), default="k-means++", required=True, key=_START, bind="query-params"
        )
        k = st.slider(
            "Clusters, k",
            2,
            MOST,
            max(2, config.digits),
            key=f"{_K}_{config.digits}",
            bind="query-params",
            width=260,
        )
        seed = st.slider("Seed of the start", 0, COUNT - 1, 0, key=_SEED, bind="query-params", width=220)
    return start, k, seed


def _playing() -> bool:
    return bool(st.session_state.get(_PLAYING))


def _watched(run: Run, config: RunConfig, start: str, k: int, seed: int, ticking: bool) -> None:
    """One start, iteration by iteration; while it plays, reruns at each tick."""
    found = _watch(str(run.folder), run.status().updated, k, start, seed)
    last = len(found.iterations)
    key = f"kmeans_iteration_{run.key[:8]}_{start}_{k}_{seed}"
    _advance(key, last)
    if _playing() != ticking:
        st.rerun()  # the whole page, to start or stop the ticks
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Pause" if ticking else "Play",
            icon=":material/pause:" if ticking else ":material/play_arrow:",
            on_click=_set_playing,
            args=(key, last, not ticking),
            key="kmeans_play",
        )
        at = 1 if last == 1 else st.slider("Iteration", 1, last, key=key, width="stretch")
    now = found.iterations[at - 1]
    embedding = run.embedding()
    worn = majorities(now.assignments, embedding.train_labels[found.sample], len(now.centroids))
    left, right = st.columns([1.4, 1], gap="large")
    with left:
        points = shared.flat(run, embedding.train[found.sample])
        centroids = shared.flat(run, now.centroids)
        chart = plane_charts.assignments(
            points, now.assignments, centroids, worn, class_names(config), shared.PICTURE_HEIGHT
        )
        charts.show(chart, key="kmeans_plane")
        st.caption(
            f"{len(found.sample):,} random images of {found.of:,}; numbers: the centroids before they move. "
            "Each image belongs to the nearest. KMeans knows no classes: the colour is that of the class which most "
            "of a cluster's images have; where clusters share one, every other has rings instead of dots."
            f"{shared.plane_words(config)}"
        )
    with right:
        with st.container(horizontal=True):
            st.metric("Inertia", f"{now.inertia:.4g}", width="content")
            st.metric("Changed cluster", f"{now.moved:,}", width="content")
            st.metric("Furthest move", f"{now.shift:.3g}", width="content")
        charts.show(kmeans_charts.over_iterations(found.inertia, at - 1, 240), key="kmeans_inertia")
        st.caption(
            "Inertia: the sum of squared distances to the assigned centroid. Neither step can raise it, so it converges"
            + (
                f", here after {last} iterations, to a local minimum; perhaps not the global one."
                if found.converged
                else f"; here it had not after {last}."
            )
        )


def _set_playing(key: str, last: int, wanted: bool) -> None:
    """What the button said, even if the last tick has just stopped it."""
    st.session_state[_PLAYING] = wanted
    if wanted:
        st.session_state[_LAST] = time.monotonic()
        if st.session_state.get(key, 1) >= last:
            st.session_state[key] = 1


def _advance(key: str, last: int) -> None:
    """Advance by one iteration if it plays and a tick has passed; stop at the end."""
    if not _playing():
        return
    at = min(int(st.session_state.get(key, 1)), last)
    if at >= last:
        st.session_state[_PLAYING] = False
    elif time.monotonic() - st.session_state.get(_LAST, 0.0) >= TICK_SECONDS * 0.7:
        st.session_state[_LAST] = time.monotonic()
        st.session_state[key] = at + 1


def _restarts(run: Run, start: str, k: int) -> None:
    st.subheader("Other starts", anchor=False)
    found, best = _compared(str(run.folder), run.status().updated, k, start)
    inertia = [restart.full_inertia for restart in found]
    st.markdown(
        f"{COUNT} starts by {start}, k = {k}: the inertia of all images ranges from **{min(inertia):.4g}** to "
        f"**{max(inertia):.4g}**. KMeans keeps the lowest; the figures of a run use the best of ten starts."
    )
    table = pd.DataFrame(
        {
            "seed": [restart.watched.seed for restart in found],
            "inertia": inertia,
            "iterations": [len(restart.watched.iterations) for restart in found],
            "agreement": [restart.agreement for restart in found],
            "": ["kept" if place == best else "" for place in range(len(found))],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        width=560,
        row_height=28,
        column_config={
            "inertia": st.column_config.ProgressColumn(
                format="%.4g",
                min_value=0.0,
                max_value=max(*inertia, 1e-12),
                help="Of all images; lower is better.",
            ),
            "agreement": st.column_config.NumberColumn(
                format="%.3f",
                help="Adjusted Rand index of its clusters and those kept: 1 if they are the same.",
            ),
        },
    )


@st.cache_data(max_entries=12, show_spinner=False)
@turns.heavy
def _watch(folder: str, updated: float, k: int, start: str, seed: int) -> Watched:
    with threadpool_limits(1):
        return watch(Run(Path(folder)).embedding().train, k, start=start, seed=seed)


@st.cache_data(max_entries=6, show_spinner="Starting ten times")
@turns.heavy
def _compared(folder: str, updated: float, k: int, start: str) -> tuple[tuple[Restart, ...], int]:
    with threadpool_limits(1):
        return restarts(Run(Path(folder)).embedding().train, k, start=start, count=COUNT)
