"""A page with nothing but the canvas, for tests: the query says which picture."""

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.canvas.frames import CanvasOptions, pack
from core.data import load


@cache
def clusters(points: int, frames: int, dims: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Clusters with MNIST's own labels that grow out of one cloud, like those of a network in training."""
    labels = np.asarray(load("mnist").train.labels[:points])
    generator = np.random.default_rng(3)
    start = generator.normal(0, 0.12, (points, dims))
    angle = np.arange(10) * 2.399963
    homes = np.stack([np.cos(angle), np.sin(angle), np.sin(angle * 1.7 + 1)], axis=1)[:, :dims]
    homes *= (0.67 + 0.1 * (np.arange(10) % 5))[:, None]
    widths = generator.uniform(0.05, 0.12, (10, 1))[labels]
    stray = generator.random(points) < 0.012
    targets = np.where(stray, generator.integers(0, 10, points), labels)
    noise = generator.normal(0, 1, (points, dims)) * widths * np.where(stray, 2.2, 1.0)[:, None]
    share = 1 - (1 - np.linspace(0, 1, max(frames, 2))[:frames]) ** 2
    moves = start + share[:, None, None] * (homes[targets] + noise - start)
    return moves.astype(np.float32), labels


def steps(frames: int) -> NDArray[np.int64]:
    return 3 * np.arange(frames) ** 2


def own_clusters(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Clusters that agree with the labels, but for every seventh point."""
    return np.where(np.arange(len(labels)) % 7 == 0, (labels + 1) % 10, labels).astype(np.uint8)


def page() -> None:
    import streamlit as st

    from pages.ui.canvas import embedding_canvas

    options, frames = run_of_query(st.query_params) if "run" in st.query_params else points_of_query()
    selection = embedding_canvas(options, frames, key="canvas")
    if options.telling:
        st.text(f"pinned {selection.pinned}, selected {selection.selected.tolist()}")


def run_of_query(ask: Any) -> tuple[CanvasOptions, bytes]:
    """A run's own frames, fetched by the canvas from the routes."""
    import streamlit as st

    from core.runs import run_at
    from core.service.shared_engine import shared_engine
    from pages.ui import run_view

    run = run_at(ask["run"])
    ended = st.session_state.get("canvas", {}).get("ended")
    if ended:
        st.session_state["was"] = ended
    live = "live" in ask and "was" not in st.session_state
    if "replay" in ask:
        shared_engine().ask_for_replay(run)
    with st.container(horizontal=True):
        st.toggle("All points", key="all")
        st.toggle("Test images", key="test")
        st.toggle("Many cells", key="many")
        st.button("Again")
    st.text(f"ended: {st.session_state.get('was', 'not yet')}")
    split = "train" if st.session_state["all"] else ask.get("split", "train")
    options = run_view.canvas_options(
        run,
        run.config(),
        split="test" if st.session_state["test"] else split,
        live=live,
        view=ask.get("view", ""),
        per_class=500 if st.session_state["many"] else int(ask.get("per_class", 0)),
        telling="pick" in ask,
    )
    return replace(
        options,
        seen=ask.get("seen", ""),
        source=f"{st.context.url.split('/?')[0].rstrip('/')}/runs/{run.key}",
    ), run_view.NOTHING


def points_of_query() -> tuple[CanvasOptions, bytes]:
    """Made up points, handed over by Python."""
    import streamlit as st

    ask = st.query_params
    frames = int(ask.get("frames", 15))
    coordinates, labels = clusters(int(ask.get("points", 60_000)), frames, int(ask.get("dims", 2)))
    shown = st.session_state.setdefault("shown", int(ask.get("shown", frames)))
    if "live" in ask:
        with st.container(horizontal=True):
            if st.button("Next snapshot"):
                shown = st.session_state["shown"] = min(frames, shown + 1)
            st.toggle("Done", key="done")
            st.toggle("Another run", key="other")
            st.button("Again")
    coordinates = coordinates[:shown].copy()
    match ask.get("case"):
        case "equal":
            coordinates[:] = 0.5
        case "missing":
            coordinates[:] = np.nan
        case "some-missing":
            coordinates[:, ::100] = np.nan
        case "diverged":
            coordinates[-2:] = np.nan
        case "few-at-first":
            coordinates[:-1, 500:] = np.nan
        case "empty":
            coordinates, labels = coordinates[:, :0], labels[:0]
        case "nothing":
            coordinates, shown = coordinates[:0], 0
        case "one-class":
            labels = np.zeros_like(labels)
    options = CanvasOptions(
        run="b" if st.session_state.get("other") else "a",
        class_names=tuple("0123456789"),
        title="Test embedding",
        live="live" in ask and not st.session_state.get("done"),
        margin=1.0,
        height=int(ask.get("height", 560)),
        colours=("digit", "cluster", "agreement"),
        overlays=("margin", "centroids", "mark") if "mark" in ask else ("margin", "centroids"),
        shown=("margin", "mark") if "mark" in ask else ("margin",),
        selectable="pick" in ask,
        telling="pick" in ask,
        seen=ask.get("seen", ""),
        **marked(coordinates, shown),
    )
    groups = own_clusters(labels) if "clusters" in ask else None
    ids = 3 * np.arange(len(labels)) if "ids" in ask else None
    return options, pack(coordinates, labels, steps(shown), clusters=groups, ids=ids)


def marked(coordinates: NDArray[np.float32], shown: int) -> dict[str, Any]:
    """Where an image of one's own lies: `mark=end` at the last step, `mark=way` at every step."""
    import streamlit as st

    ask = st.query_params.get("mark", "")
    if not ask or not shown:
        return {}
    way = journey(coordinates.shape[2], int(st.query_params.get("frames", 15)))[:shown]
    if ask == "outside":
        way = way + 10
    if ask != "way":
        return {"mark": tuple(way[-1].tolist()), "mark_steps": (int(steps(shown)[-1]),)}
    return {"mark": tuple(way.ravel().tolist()), "mark_steps": tuple(steps(shown).tolist())}


def journey(dims: int, frames: int) -> NDArray[np.float64]:
    """A way through the middle of the picture [f, d], away from the centres of the clusters."""
    along = np.linspace(-0.9, 0.75, frames)
    return np.stack([along, 0.5 * np.sin(3 * along) - 0.3, 0.2 * along], axis=1)[:, :dims]


if __name__ == "__main__":
    page()
