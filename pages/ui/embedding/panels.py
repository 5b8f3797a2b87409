"""The Embedding page: the picture, and panels about what is picked in it."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from threadpoolctl import threadpool_limits

from core.charts import density_charts, run_charts
from core.config import RunConfig
from core.data import DataError, load_stored
from core.embedding.nearest import instructive, nearest, nearest_images
from core.embedding.reduction import REDUCTIONS
from core.figures.estimate import COLLAPSED, why_not
from core.pictures import overlays, picture_reduction
from core.runs import Embedding, Run
from pages.ui import navigation, state, turns
from pages.ui.components import charts
from pages.ui.components.canvas import Selection
from pages.ui.components.digit_cards import DIFFERENT, SAME
from pages.ui.components.digits import digits
from pages.ui.components.plain_text import plain
from pages.ui.controls.settings_url import TAB
from pages.ui.embedding import downloads
from pages.ui.embedding.settings import SPLITS, Looking
from pages.ui.runs import results
from pages.ui.runs.following import follow, under_way
from pages.ui.runs.names import class_names
from pages.ui.runs.picture import canvas_options, picture
from pages.ui.runs.status_line import progress_line

HEIGHT = 640
NEIGHBOURS = 7  # fits into one row, even on a phone
GALLERY = 40  # images of a selection to show
CHART_HEIGHT = 380
MOST_DOTS = 1000


def not_finished(run: Run) -> None:
    """Shown while there is no embedding to look at."""
    status = run.status()
    if status.outdated:
        st.info(plain(status.message), icon=":material/update:")
    elif under_way(run):
        st.info("This run is still training. This page continues when it has finished.")
        follow([run], partial(progress_line, run))
    else:
        st.info("This run did not finish, so there is no embedding to look at. Choose another one above.")
    navigation.link(navigation.TRAIN, "To the Train page")


def show(run: Run, config: RunConfig, looking: Looking) -> None:
    """The picture and its panels, a fragment that reruns when something is picked."""
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        selection = _picture(run, config, looking)
    embedding = run.embedding()
    with right:
        results.collapse(run.evaluation())
        neighbours, selected, density, cells, directions, download = st.tabs(
            ["Neighbours", "Selection", "Density", "Voronoi", "Directions", "Download"],
            key=TAB,
            bind="query-params",
        )
        with neighbours:
            _neighbours(run, config, embedding, looking, selection)
        with selected:
            _selected(config, embedding, looking, selection)
        with density:
            _density(run, config, looking, selection)
        with cells:
            _cells(run, config, looking, selection)
        with directions:
            _directions(run, config, looking)
        with download:
            downloads.show(run, config, looking, selection)


def _picture(run: Run, config: RunConfig, looking: Looking) -> Selection:
    options = canvas_options(run, config, split=looking.split, height=HEIGHT)
    options = replace(options, reduction=looking.reduction, per_class=looking.per_class, telling=True)
    if looking.reduction:
        options = replace(options, margin=None)
    return picture(run, options, key="embedding")


def _images(config: RunConfig, split: str) -> npt.NDArray[np.uint8]:
    data = load_stored(config.dataset)
    return (data.train if split == "train" else data.test).first_classes(config.digits).images


def _neighbours(
    run: Run, config: RunConfig, embedding: Embedding, looking: Looking, selection: Selection
) -> None:
    points, labels = embedding.points(looking.split), embedding.labels(looking.split)
    try:
        images, train_images = _images(config, looking.split), _images(config, "train")
    except DataError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return
    if why_not(embedding.train) == COLLAPSED:
        st.info("All images are equally near to each other here: none is a nearest one.")
        return
    pinned = selection.pinned if selection.split == looking.split else None
    if pinned is None or pinned >= len(points):
        st.info(
            "Click a point in the picture: its neighbours appear here. Until then, an example.",
            icon=":material/touch_app:",
        )
        pinned = _example(str(run.folder), run.status().updated, looking.split)
        if pinned is None:
            return
    names = class_names(config)
    itself = pinned if looking.split == "train" else None
    learned = nearest(embedding.train, points[pinned], NEIGHBOURS, exclude=itself)
    pixels = nearest_images(train_images, images[pinned], NEIGHBOURS, exclude=itself)
    name = names[labels[pinned]]
    with st.container(horizontal=True, vertical_alignment="center"):
        digits(images[[pinned]], [""], f"The image, of class {name}", key="pinned_image", side=84, width=94)
        st.markdown(f"**{name}**, image {pinned:,} of the {SPLITS[looking.split].lower()}")
    for title, found, unit in (
        ("Nearest in the embedding", learned, "distance between the embeddings"),
        ("Nearest in the pixels", pixels, "distance between the images, grey levels from 0 to 1"),
    ):
        others = embedding.train_labels[found.indices]
        same = others == labels[pinned]
        st.markdown(
            f"**{title}**: {np.count_nonzero(same)} of {len(same)} are the same class",
            help=f"Above each: its class; below: the {unit}. Blue: the same class; orange: another.",
        )
        digits(
            train_images[found.indices],
            [names[label] for label in others],
            f"{title}, class and distance",
            key=f"neighbours_{title.split()[-1]}",
            lines=[f"{distance:.2g}" for distance in found.distances],
            frames=[SAME if alike else DIFFERENT for alike in same],
        )
    st.caption("The difference between the two rows is what the network has learned.")


@st.cache_data(max_entries=40, show_spinner=False)
@turns.heavy
def _example(folder: str, updated: float, split: str) -> int | None:
    """The image whose neighbours are shown until one is picked."""
    run = Run(Path(folder))
    embedding = run.embedding()
    with threadpool_limits(1):  # more threads would take cores from trainings
        return instructive(
            embedding.points(split), _images(run.config(), split), embedding.labels(split), NEIGHBOURS
        )


def _selected(config: RunConfig, embedding: Embedding, looking: Looking, selection: Selection) -> None:
    labels = embedding.labels(looking.split)
    chosen = selection.of(looking.split, len(labels))
    if len(chosen) == 0:
        st.info(
            "Select points with the lasso or the box (the buttons in the picture): their images appear here.",
            icon=":material/gesture_select:",
        )
        return
    names = class_names(config)
    counts = np.bincount(labels[chosen], minlength=len(names))
    largest = int(counts.argmax())
    st.markdown(
        f"**{len(chosen):,} images**, of {np.count_nonzero(counts)} classes; "
        f"{counts[largest] / len(chosen):.0%} are **{names[largest]}**."
    )
    charts.show(run_charts.classes_of_selection(counts, names), key="selected_classes")
    try:
        images = _images(config, looking.split)
    except DataError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return
    # The rarest classes first: a reader looks for what does not belong there.
    order = chosen[np.argsort(counts[labels[chosen]], kind="stable")][:GALLERY]
    digits(images[order], [names[label] for label in labels[order]], "Selected images", key="gallery")
    if len(chosen) > GALLERY:
        st.caption(f"{GALLERY} of them, the rarest classes first.")


def _density(run: Run, config: RunConfig, looking: Looking, selection: Selection) -> None:
    if not looking.flat(config):
        st.info("Density lines are drawn in the plane: choose two directions in the sidebar.")
        return
    shapes = overlays.contours(run, looking.split, looking.reduction)
    lines = overlays.as_columns(shapes, looking.classes)
    for label, reason in shapes["left_out"].items():
        st.caption(f"{class_names(config)[int(label)]} has no lines: {reason}")
    if len(lines["x"]) == 0:
        st.info("There is no density to draw: every class lies on a single point or line.")
        return
    points, labels = overlays.flat_points(run, looking.split, looking.reduction)
    chosen = selection.of(looking.split, len(labels))[:MOST_DOTS]
    chart = density_charts.density_contours(
        lines,
        class_names(config),
        round(state.sized(CHART_HEIGHT)),
        points[chosen],
        labels[chosen],
        letters=state.sized(14),
    )
    st.altair_chart(chart, key="embedding_density")
    dots = f" The dots are the selected images{', the first thousand' * (len(chosen) == MOST_DOTS)}." * bool(
        len(chosen)
    )
    st.caption(
        f"The lines of a class enclose 25, 50, 75 and 90 % of its probability, estimated from its images.{dots}"
    )


def _cells(run: Run, config: RunConfig, looking: Looking, selection: Selection) -> None:
    if not looking.flat(config):
        st.info("Cells are drawn in the plane: choose two directions in the sidebar.")
        return
    guessing: dict[str, Any] = {
        "delta": f"guessing {1 / config.digits:.0%}",
        "delta_color": "off",
        "delta_arrow": "off",
    }
    share = overlays.share_in_own_cell(run, looking.reduction, looking.per_class)
    chosen = selection.of(looking.split, len(run.embedding().labels(looking.split)))
    with st.container(horizontal=True):
        st.metric("Test images in a cell of their own class", f"{share:.1%}", width="content", **guessing)
        if len(chosen):
            own = overlays.share_of(run, looking.split, chosen, looking.reduction, looking.per_class)
            st.metric(f"Of the {len(chosen):,} selected", f"{own:.1%}", width="content", **guessing)
    st.markdown(
        f"Each point of the plane belongs to the nearest of **{looking.per_class:,} training images per class** and "
        "gets its class: the Voronoi cells in the picture (turn them on with the overlay button). A test image "
        "that falls into a cell of its own class is classified correctly by its nearest neighbour."
    )
    st.caption("The number of images per class is set in the sidebar.")


def _directions(run: Run, config: RunConfig, looking: Looking) -> None:
    dims = config.embedding_dims
    if dims == 2:
        st.info("This embedding has two dimensions: the picture shows all of it, without reduction.")
        return
    fitted = picture_reduction.fitted_reduction(run, looking.reduction)
    if looking.reduction and not REDUCTIONS[looking.reduction].linear:
        st.markdown(
            f"{REDUCTIONS[looking.reduction].explanation} It has no directions, so there are no shares to show."
        )
        return
    kept = float(fitted.share[: fitted.dims].sum())
    st.markdown(f"The picture keeps **{kept:.1%}** of what the {dims} dimensions contain.")
    charts.show(run_charts.explained_variance(fitted.share, fitted.dims), key="explained")
    st.caption(
        "Each bar is a direction's share: of the sum of squares for truncated SVD, of the variance for PCA. "
        "Choose the directions in the sidebar."
    )
