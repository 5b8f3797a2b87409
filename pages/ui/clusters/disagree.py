"""Three shipped runs whose figures disagree: guess, then see the figures and the points to blame."""

import numpy as np
import streamlit as st

from core.charts import plane_charts
from core.config import RunConfig
from core.data import load_stored
from core.embedding.nearest import nearest
from core.figures import FIGURES
from core.lessons.disagreements import (
    DISAGREEMENTS,
    LOOKS_GOOD,
    NEIGHBOURS,
    Blamed,
    Disagreement,
    blamed,
    looks_good,
)
from core.runs import Embedding, Run
from pages.ui.clusters import shared
from pages.ui.components import charts, digit_cards
from pages.ui.components.digit_cards import SAME, Card, Tile
from pages.ui.components.svg import show_svg
from pages.ui.runs.names import class_names

IMAGES, FAR = 18, 6
HEIGHT = 380
_REVEALED = "disagreements_revealed"


def show(run: Run, config: RunConfig) -> None:
    """One of the three: its points, the guess, and the figures on demand."""
    st.markdown(
        "Three other runs; in each, one figure is good and another bad. **Guess from the picture**, then look."
    )
    name = st.segmented_control(
        "Run",
        list(DISAGREEMENTS),
        format_func=lambda name: DISAGREEMENTS[name].title,
        default=next(iter(DISAGREEMENTS)),
        required=True,
        key="disagreement",
        bind="query-params",
    )
    each = DISAGREEMENTS[name]
    revealed = name in st.session_state.setdefault(_REVEALED, set())
    left, right = st.columns([1.1, 1], gap="large")
    with left:
        _picture(each, blamed(each) if revealed else None)
    with right:
        st.markdown(each.how.format(steps=each.run.status().step))
        guess = _guess(name, revealed)
        if revealed:
            _figures(each, guess)
            st.markdown(f"**Why?** {each.why}")
    if revealed:
        _images(each, blamed(each))


def _guess(name: str, revealed: bool) -> set[str]:
    """The figures that the visitor expects to look good."""
    bounds = {
        figure: f"{FIGURES[figure].short} {'at most' if FIGURES[figure].direction == 'lower' else 'at least'} {bound:g}"
        for figure, bound in LOOKS_GOOD.items()
    }
    chosen = st.pills(
        "Which of these hold?",
        list(bounds),
        format_func=bounds.__getitem__,
        selection_mode="multi",
        key=f"guess_{name}",
        disabled=revealed,
        wrap=True,
    )
    if not revealed:
        st.button("Show the figures", type="primary", on_click=_reveal, args=(name,), key=f"reveal_{name}")
    return set(chosen)


def _reveal(name: str) -> None:
    st.session_state[_REVEALED] = {*st.session_state.get(_REVEALED, set()), name}


def _figures(each: Disagreement, guess: set[str]) -> None:
    figures = each.run.evaluation().values
    good = {name for name in LOOKS_GOOD if looks_good(name, figures[name])}
    with st.container(horizontal=True, gap="small"):
        for name in LOOKS_GOOD:
            st.metric(
                FIGURES[name].short,
                f"{figures[name]:.3f}",
                delta="looks good" if name in good else "looks bad",
                delta_color="green" if name in good else "red",
                delta_arrow="up" if name in good else "down",
                width="content",
            )
    if not guess:
        st.markdown("You chose none before looking, so there is no guess to judge.")
        return
    right = sum((name in guess) == (name in good) for name in LOOKS_GOOD)
    st.markdown(f"You were right about **{right} of {len(LOOKS_GOOD)}**.")


def _picture(each: Disagreement, points_to_blame: Blamed | None) -> None:
    embedding, names = each.run.embedding(), class_names(each.config)
    points = shared.flat(each.run, embedding.train)
    some = shared.sample(len(points))
    if points_to_blame is None:
        chart = plane_charts.classes(points[some], embedding.train_labels[some], names, HEIGHT)
        black = ""
    else:
        shown = _some(points_to_blame, 300)
        chart = plane_charts.among_all(
            points[some], embedding.train_labels[some], names, points[shown], "to blame", HEIGHT
        )
        black = f"Black, with a white edge: {len(shown):,} of the points to blame. "
    charts.show(chart, key=f"disagreement_{each.name}_{points_to_blame is None}")
    st.caption(
        f"{black}{len(some):,} random images of {len(points):,}, in the colours of their classes."
        f"{shared.plane_words(each.config)}"
    )


def _some(points: Blamed, count: int) -> shared.Ints:
    return np.random.default_rng(0).permutation(points.images)[:count]


def _images(each: Disagreement, points: Blamed) -> None:
    st.subheader("The points to blame", anchor=False)
    st.markdown(points.sentence)
    embedding, names = each.run.embedding(), class_names(each.config)
    if each.shows == "far":
        _with_neighbours(each, embedding, points)
        return
    some = _some(points, IMAGES)
    called = [names[label] for label in embedding.train_labels[some]]
    shared.show_images(each.config, some, called, "Images of one cluster", key=f"blamed_{each.name}")


def _with_neighbours(each: Disagreement, embedding: Embedding, points: Blamed) -> None:
    images = load_stored(each.config.dataset).train.first_classes(each.config.digits).images
    names = class_names(each.config)
    several, words = [], []
    for place in points.images[:FAR]:
        near = nearest(embedding.train, embedding.train[place], NEIGHBOURS, exclude=int(place)).indices
        tiles = [Tile(images[place]), *(Tile(images[other], SAME) for other in near)]
        several.append(Card(tiles, 1 + NEIGHBOURS, 36))
        words.append(" ".join(names[embedding.train_labels[other]] for other in (place, *near)))
    alt = f"Far images, each followed by its five nearest neighbours: {'; '.join(words)}."
    show_svg(digit_cards.cards(several, alt), key=f"blamed_{each.name}")
    st.caption("Grey frame: an image far from its centre. Blue: its five nearest neighbours.")
