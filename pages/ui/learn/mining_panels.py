"""The negatives around an anchor of a finished run, and how many hard ones a random batch contains."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from core.charts import mining_charts
from core.config import RunConfig
from core.data import DataError, load_stored
from core.lessons import hard_negatives
from core.lessons.hard_negatives import EASY, HARD, NAMES, SEMI_HARD, RandomBatchCounts, Rings
from core.losses import LOSSES
from core.pictures.canvas_data import places_of_classes
from core.runs import Embedding, Run, RunDamaged
from pages.ui import turns
from pages.ui.components import charts
from pages.ui.components.number_field import number_field
from pages.ui.components.plain_text import plain
from pages.ui.components.svg import show_svg
from pages.ui.controls import reshuffle
from pages.ui.learn import ring_drawing
from pages.ui.learn.lesson_text import caption, lesson
from pages.ui.runs import history
from pages.ui.runs.names import class_names

SHOWN = {HARD: 5, SEMI_HARD: 9, EASY: 12}  # maximum number of images in each ring
NAMED_SIZES = (64, 512, 4096)
SIZES = tuple(2**power for power in range(2, 13))
ANCHORS = 400
CURVE_HEIGHT = 260


def mining() -> None:
    """The run picker, outside of any fragment: its list is kept when the whole page runs; and both panels."""
    st.subheader("Easy, semi-hard, hard")
    lesson("pairs_rings")
    history.picker()
    turns.fragment(_panels)()


def _panels() -> None:
    run = history.shown()
    try:
        if run.status().state != "done":
            st.info("This run has not finished, so it has no embedding. Choose a finished one above.")
            return
        config, embedding = run.config(), run.embedding()
        _rings(run, config, embedding)
        _luck(run, config)
    except (RunDamaged, DataError, ValueError) as trouble:
        st.error(plain(f"This run cannot be shown here. {trouble} Choose another one above."))


def _margin(config: RunConfig) -> float:
    """The run's margin as a distance in its embedding."""
    return config.margin if config.reach is None else config.reach


def _rings(run: Run, config: RunConfig, embedding: Embedding) -> None:
    labels, names = embedding.train_labels, class_names(config)
    key = f"pairs_anchor_{len(labels)}"
    if key not in st.session_state:
        typical = hard_negatives.typical_anchor(
            embedding.train, labels, _margin(config), lambda anchor: _positive(labels, anchor)[0]
        )
        st.session_state[key] = str(typical)
    left, right = st.columns([1.15, 1], gap="large")
    with right:
        anchor = number_field(
            "Anchor: number of the image", len(labels) - 1, key=key, persist_state="session"
        )
        with st.container(horizontal=True):
            st.button(
                "New anchor",
                icon=":material/casino:",
                on_click=_new_anchor,
                args=(key, len(labels)),
                key="new_anchor",
            )
            reshuffle.button("New positive", "positive")
    if anchor is None:
        return
    positive, generator = _positive(labels, anchor)
    around = hard_negatives.rings(embedding.train, labels, anchor, positive, _margin(config))
    with left:
        show_svg(_drawing_of_rings(config, labels, around, anchor, positive, generator), key="rings")
    with right:
        _counts(around)
        caption(
            "pairs_captions",
            "rings" if "margin" in LOSSES[config.loss].parameters else "rings_without_a_margin",
            name=plain(names[labels[anchor]]),
            margin=f"{_margin(config):.3g}",
        )


def _positive(labels: npt.NDArray[np.uint8], anchor: int) -> tuple[int, np.random.Generator]:
    """An anchor's current random positive, and the generator for the other samples around it."""
    generator = reshuffle.generator("positive", anchor)
    return hard_negatives.random_positive(labels, anchor, generator), generator


def _new_anchor(key: str, images: int) -> None:
    reshuffle.again("anchor")
    st.session_state[key] = str(reshuffle.generator("anchor").integers(0, images))


def _counts(around: Rings) -> None:
    negatives = sum(around.count(kind) for kind in SHOWN)
    with st.container(horizontal=True):
        for kind in SHOWN:
            st.metric(
                NAMES[kind].capitalize(),
                f"{around.count(kind):,}",
                delta=f"{around.count(kind) / max(negatives, 1):.2%}",
                delta_color="off",
                delta_arrow="off",
                width="content",
            )


def _drawing_of_rings(
    config: RunConfig,
    labels: np.ndarray,
    around: Rings,
    anchor: int,
    positive: int,
    generator: np.random.Generator,
) -> str:
    whole, names = load_stored(config.dataset).train, class_names(config)
    places = places_of_classes(whole, config.digits)
    shown = [
        [
            (int(index), whole.images[places[index]], names[labels[index]])
            for index in around.some(kind, count, generator)
        ]
        for kind, count in SHOWN.items()
    ]
    alt = (
        f"Rings of negatives around an anchor of class {names[labels[anchor]]}. "
        + "; ".join(
            f"{NAMES[kind]}: " + (" ".join(name for _, _, name in negatives) or "none")
            for kind, negatives in enumerate(shown)
        )
        + "."
    )
    of_anchor, of_positive = whole.images[places[anchor]], whole.images[places[positive]]
    return ring_drawing.rings(around, of_anchor, of_positive, shown, alt)


def _luck(run: Run, config: RunConfig) -> None:
    st.subheader("Hard ones by luck")
    found = _batches(str(run.folder), run.status().updated, _margin(config), reshuffle.number("luck"))
    named = [found.sizes.index(size) for size in NAMED_SIZES if size in found.sizes]
    small, large = named[0], named[-1]
    lesson(
        "pairs_luck",
        share_small=f"{found.share_with_hard[small]:.0%}",
        small=f"{found.sizes[small]:,}",
        share_large=f"{found.share_with_hard[large]:.0%}",
        large=f"{found.sizes[large]:,}",
        chance=f"{found.chance_of_one:.1%}",
    )
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        chart = mining_charts.meeting_curve(
            found.sizes, found.share_with_hard, [found.sizes[place] for place in named], CURVE_HEIGHT
        )
        charts.show(
            chart, key="meeting_curve", alt="The larger the batch, the more anchors meet a hard negative"
        )
    with right:
        st.table(_table(found, named))
        caption("pairs_captions", "luck", anchors=f"{len(found.hard)}")
        reshuffle.button("New batches", "luck")


@st.cache_data(max_entries=20, show_spinner=False)
@turns.heavy
def _batches(folder: str, updated: float, margin: float, shuffle: int) -> RandomBatchCounts:
    embedding = Run(Path(folder)).embedding()
    sizes = [size for size in SIZES if size <= len(embedding.train_labels)]
    generator = reshuffle.generator("luck")
    return hard_negatives.count_in_random_batches(
        embedding.train, embedding.train_labels, margin, sizes, ANCHORS, generator
    )


def _table(found: RandomBatchCounts, places: list[int]) -> pd.DataFrame:
    cells = {
        name: [f"{mean:,.1f} ({low:,.0f} to {high:,.0f})" for mean, low, high in found.spread(counts)[places]]
        for name, counts in (("Hard", found.hard), ("Semi-hard", found.semi_hard))
    }
    return pd.DataFrame({"Batch": [f"{found.sizes[at]:,}" for at in places], **cells}).set_index("Batch")
