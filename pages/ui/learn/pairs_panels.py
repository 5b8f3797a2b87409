"""What the network trains on: images by class, sampled pairs and triplets, a batch with all its pairs."""

import numpy as np
import pandas as pd
import streamlit as st

from core.batches.sampling import ByClass, Indices, batches
from core.config import PRESETS, RunConfig
from core.data import DATASETS, Split, load_stored
from core.lessons import batch_matrix
from core.lessons.batch_matrix import BatchMatrix
from pages.ui.components import digit_cards
from pages.ui.components.digit_cards import DIFFERENT, SAME, Card, Tile
from pages.ui.components.svg import show_svg
from pages.ui.controls import reshuffle
from pages.ui.learn.lesson_text import caption, lesson

DATA = "mnist"
NAMES = DATASETS[DATA].classes
IMAGES_A_CLASS = 8
PAIRS, TRIPLETS = 12, 8
# Sampled as in a training with these settings.
PAIRS_CONFIG = RunConfig(sampling="sampled", batch_size=PAIRS)
TRIPLETS_CONFIG = RunConfig(loss="triplet_margin", sampling="sampled", batch_size=TRIPLETS)
ALL, SAMPLED = "All pairs", "Sampled pairs"


@st.cache_resource
def _by_class() -> ByClass:
    return ByClass(_train().labels)


@st.cache_data
def _share_of_one_class() -> float:
    return batch_matrix.share_of_one_class(_train().labels)


def _train() -> Split:
    return load_stored(DATA).train


def _first_batch(config: RunConfig, generator: np.random.Generator) -> list[Indices]:
    """The first batch of a training with these settings: the images of each of its pairs or triplets."""
    batch = next(batches(config, _by_class(), generator))
    assert batch.tuples is not None
    return list(batch.images[np.stack(batch.tuples, axis=1)])


def samples() -> None:
    """Random images of each class."""
    st.subheader("Ten classes of images")
    lesson("pairs_samples", images=f"{len(_train().labels):,}")
    generator, by_class = reshuffle.generator("samples"), _by_class()
    several = []
    for label in by_class.classes:
        sampled = by_class.same(np.full(IMAGES_A_CLASS, label), generator)
        tiles = [Tile(image) for image in _train().images[sampled]]
        several.append(Card(tiles, 2, 28, NAMES[label], f"{by_class.count[label]:,}"))
    alt = f"{IMAGES_A_CLASS} random images of each of the classes {', '.join(NAMES)}."
    show_svg(digit_cards.cards(several, alt), key="samples")
    reshuffle.button("New images", "samples")


def pairs() -> None:
    """Pairs, sampled as in the tutorial."""
    st.subheader("Pairs: same or different")
    lesson("pairs_sampled", share=f"{_share_of_one_class():.1%}")
    generator, labels = reshuffle.generator("pairs"), _train().labels
    several, words = [], []
    for one, other in _first_batch(PAIRS_CONFIG, generator):
        same = labels[one] == labels[other]
        tiles = [Tile(_train().images[place], SAME if same else DIFFERENT) for place in (one, other)]
        several.append(Card(tiles, 2, 46, line="1: same" if same else "0: different"))
        words.append(f"{NAMES[labels[one]]} and {NAMES[labels[other]]}, label {int(same)}")
    show_svg(digit_cards.cards(several, f"{PAIRS} random pairs: {'; '.join(words)}."), key="pairs")
    reshuffle.button("New pairs", "pairs")


def triplets() -> None:
    """Triplets, sampled as in the notebook."""
    st.subheader("Triplets: nearer and farther")
    lesson("pairs_triplets")
    generator, labels = reshuffle.generator("triplets"), _train().labels
    several, words = [], []
    for three in _first_batch(TRIPLETS_CONFIG, generator):
        looks = ((digit_cards.FRAME, "anchor"), (SAME, "positive"), (DIFFERENT, "negative"))
        tiles = [
            Tile(_train().images[place], colour, word)
            for place, (colour, word) in zip(three, looks, strict=True)
        ]
        several.append(Card(tiles, 3, 50))
        words.append(" ".join(NAMES[labels[place]] for place in three))
    alt = f"{TRIPLETS} random triplets, each anchor, positive, negative: {'; '.join(words)}."
    show_svg(digit_cards.cards(several, alt), key="triplets")
    reshuffle.button("New triplets", "triplets")


def batch() -> None:
    """A batch as the table of all its pairs, and which of them are learned from."""
    st.subheader("One batch, all its pairs")
    lesson("pairs_batch")
    left, right = st.columns([1.15, 1], gap="large")
    with right:
        size = st.slider("Images in the batch", 8, 24, 16, step=2, key="pairs_batch", persist_state="session")
        chosen = st.segmented_control(
            "Learn from", [ALL, SAMPLED], default=ALL, required=True, key="pairs_learn_from"
        )
        sorted_ = st.toggle("Sort the images by class", key="pairs_sorted")
    images, table = _batch(size, sampled=chosen == SAMPLED, by_class=sorted_)
    names = [NAMES[label] for label in _train().labels[images]]
    used = table.positive + table.negative
    with left:
        alt = (
            f"The table of all pairs of {size} images of the classes {' '.join(names)}: learned from are "
            f"{table.positive} positive and {table.negative} negative pairs."
        )
        picture = digit_cards.batch(list(_train().images[images]), names, table, alt)
        show_svg(picture + digit_cards.BATCH_LEGEND, key="batch")
    with right:
        reshuffle.button("New batch", "batch")
        with st.container(horizontal=True):
            st.metric("Positive pairs", f"{table.positive:,}", width="content")
            st.metric("Negative pairs", f"{table.negative:,}", width="content")
            st.metric("Learned from", f"{used:,}", width="content")
        caption("pairs_captions", "batch_table")
        st.table(_comparison(size))


def _batch(size: int, *, sampled: bool, by_class: bool) -> tuple[Indices, BatchMatrix]:
    """The images of a batch, and its table; sampled pairs have two images each."""
    config = RunConfig(sampling="sampled", batch_size=size // 2) if sampled else RunConfig(batch_size=size)
    batch = next(batches(config, _by_class(), reshuffle.generator("batch", size)))
    images, pairs = batch.images, batch.tuples
    if by_class:
        order, pairs = batch_matrix.sorted_by_class(_train().labels[images], pairs)
        images = images[order]
    return images, batch_matrix.matrix_of(_train().labels[images], pairs)


def _comparison(size: int) -> pd.DataFrame:
    """The number of pairs from the same number of embedded images, by either method."""
    sizes = sorted({size, PRESETS["fast"].batch_size, PRESETS["notebook"].batch_size})
    return pd.DataFrame(
        {
            "Images embedded": [f"{images:,}" for images in sizes],
            SAMPLED: [f"{batch_matrix.sampled_pairs(images):,}" for images in sizes],
            ALL: [f"{batch_matrix.all_pairs(images):,}" for images in sizes],
        }
    ).set_index("Images embedded")
