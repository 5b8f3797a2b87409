"""How a run is shown: its picture, its loss curve, its figures. Reads the run's folder, no more."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from core.charts import density_charts, run_charts
from core.clustering import cluster_table
from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import DATASETS
from core.figures import HEADLINE, Figure
from core.figures.evaluation import Evaluation
from core.losses import LOSSES
from core.pictures import run_frames
from core.pictures.frames import CanvasOptions, pack
from core.pictures.reducing import PICTURE_DIMS
from core.runs import Run
from core.service.shared_engine import shared_engine
from pages.ui import address, routes, state
from pages.ui.canvas import embedding_canvas
from pages.ui.confusion_heatmap import BY_CLASS, COUNTS, confusion_heatmap
from pages.ui.heatmap import heatmap
from pages.ui.watching import under_way

PICTURE_HEIGHT = 560
CURVE_HEIGHT = 250
# Frames without a point: what the canvas is handed where it fetches for itself.
NOTHING = pack(np.zeros((0, 0, 2), np.float32), np.zeros(0, np.uint8), np.zeros(0, np.uint32))


def class_names(config: RunConfig) -> tuple[str, ...]:
    """The names of the classes that take part, in the order of their labels."""
    return DATASETS[config.dataset].classes[: config.digits]


def describe(config: RunConfig) -> str:
    """A config in a line, for the status and the list of runs."""
    parts = [LOSSES[config.loss].label]
    parts += [f"{PARAMETERS[name].label.lower()} {value:g}" for name, value in config.loss_parameters.items()]
    parts += [
        f"{config.embedding_dims}-D",
        f"{config.digits} classes",
        f"{config.epochs} epoch{'s' if config.epochs > 1 else ''}",
    ]
    if config.views:
        parts.append("views, no labels" if config.views == 1 else f"{config.views:.0%} views")
    if config.wrong_labels:
        parts.append(f"{config.wrong_labels:.0%} wrong labels")
    if config.unseen is not None:
        parts.append(f"never shown: {class_names(config)[config.unseen]}")
    return " · ".join(parts)


def name_for(config: RunConfig) -> str:
    """What a run is called until its owner renames it."""
    shown = replace(config, held_out_class="none")
    preset = next((name for name, preset in PRESETS.items() if preset == shown), None)
    without = "" if config.unseen is None else f", never shown: {class_names(config)[config.unseen]}"
    return f"{preset.capitalize()} preset{without}" if preset else describe(config)


def live_picture(run: Run, config: RunConfig) -> None:
    """The 2,000 sampled images at each snapshot so far; follows the newest while training goes on."""
    options = canvas_options(run, config, split="sample", live=under_way(run))
    frames = b"" if routes.served() else run_frames.of_sample(run)
    embedding_canvas(options, frames or NOTHING, key="picture")


def picture(run: Run, config: RunConfig) -> None:
    """All the training images, as the finished encoder sees them, and how they came there."""
    shared_engine().ask_for_replay(run)
    frames = NOTHING if routes.served() else run_frames.of_split(run, "train")
    embedding_canvas(canvas_options(run, config, split="train"), frames, key="picture")
    if config.unseen is not None:
        st.caption(
            f"Training never saw the class {class_names(config)[config.unseen]}. Its images are in this picture, and "
            "in every figure, all the same."
        )
    if config.normalised:
        sphere = "circle" if config.embedding_dims == 2 else "sphere"
        st.caption(
            f"{LOSSES[config.loss].label} looks at directions only, so this run's embeddings lie on the unit {sphere}: "
            "in the picture, in the clusters and in all figures."
        )
    if config.embedding_dims > PICTURE_DIMS:
        st.caption(
            f"{config.embedding_dims} dimensions, drawn in {PICTURE_DIMS} by truncated SVD: directions that the "
            "picture leaves out may still separate classes that overlap here."
        )


def canvas_options(
    run: Run,
    config: RunConfig,
    *,
    split: str,
    live: bool = False,
    view: str = "",
    per_class: int = 0,
    telling: bool = False,
    height: int = PICTURE_HEIGHT,
    source: str | None = None,
) -> CanvasOptions:
    """How the canvas shows a run: its sample while it is trained, or a split when it is done.

    source: below which address its frames are, for a picture of nobody's session; None: as the session has it.
    """
    finished, seen = split != "sample", ""
    if source is None:
        source, seen = address.of_run(run) if routes.served() else "", state.seen_of(run.key)
    return CanvasOptions(
        run=run.key,
        source=source,
        split=split,
        view=view,
        per_class=per_class,
        class_names=class_names(config),
        title=f"Embedding of {_WHICH[split]}",
        description=describe(config),
        live=live,
        margin=config.reach,
        margin_label=_margin_label(config),
        height=height,
        colours=("digit", "cluster", "agreement") if finished else ("digit",),
        overlays=("margin", "centroids", "contours", "cells") if finished else ("margin", "centroids"),
        selectable=True,
        telling=telling,
        seen=seen,
    )


_WHICH = {"sample": "2,000 of the images", "train": "all training images", "test": "all test images"}


def _margin_label(config: RunConfig) -> str:
    """What is written on the circle where the loss stops pushing."""
    on_the_square = config.reach is not None and config.reach != config.margin
    return f"√margin = {config.reach:.2f}" if on_the_square else f"margin {config.margin:.2f}"


def loss_curve(run: Run, config: RunConfig) -> None:
    """Training and validation loss, and the loss's terms, over the steps."""
    reports = run.progress()
    st.vega_lite_chart(run_charts.loss_curve(reports, config.collapsed, CURVE_HEIGHT), key="loss_curve")


def figures(evaluation: Evaluation | None) -> None:
    """The headline figures, each with its direction, what guessing scores, and its meaning on hover.

    None: the run has not come so far; the same places, empty, so that nothing jumps later.
    """
    with st.container(horizontal=True, gap="small"):
        for figure in HEADLINE.values():
            _figure(figure, evaluation)
    if evaluation is not None and "rand_index" in evaluation.chance:
        rand, guessing = evaluation.values["rand_index"], evaluation.chance["rand_index"].mean
        st.caption(
            f"Of two random images, clusters and classes agree on whether they belong together with probability "
            f"**{rand:.3f}**, the Rand index. Guessing gets {guessing:.2f}; the ARI counts only what is beyond that."
        )


def _figure(figure: Figure, evaluation: Evaluation | None) -> None:
    meaning = f"**{figure.label}.** {figure.meaning} Best {figure.best_text}; {figure.better}. {figure.chance or ''}"
    value, beside = "–", f"best {figure.best_text}"
    if evaluation is not None:
        number = evaluation.values[figure.name]
        value = f"{number:.3f}" if math.isfinite(number) else "undefined"
        meaning += f" **{evaluation.undefined[figure.name]}**" if figure.name in evaluation.undefined else ""
        if figure.name == "rand_index" and figure.name in evaluation.chance:
            beside = f"guessing {evaluation.chance[figure.name].mean:.2f}"
    st.metric(
        figure.short,
        value,
        delta=beside,
        delta_color="off",
        delta_arrow="up" if figure.direction == "higher" else "down",
        help=meaning,
        width=118,
    )


@st.cache_data(max_entries=20, show_spinner=False)
def _contours(folder: str, updated: float) -> dict[str, npt.NDArray[np.float64]]:
    return Run(Path(folder)).contours()


def density(run: Run, config: RunConfig) -> None:
    """Density lines of each class."""
    lines = _contours(str(run.folder), run.status().updated)
    if len(lines["x"]) == 0:
        st.info("There is no density to draw: every class lies on a single point or line.")
        return
    st.altair_chart(
        density_charts.density_contours(lines, class_names(config), PICTURE_HEIGHT - 20), key="density"
    )
    reduced = "" if config.embedding_dims == 2 else " Drawn in two dimensions by truncated SVD."
    names = class_names(config)
    flat = ", ".join(name for label, name in enumerate(names) if label not in lines["label"])
    without = f" No lines for {flat}: those points lie on a single point or line." if flat else ""
    st.caption(
        "The lines of a class enclose 25, 50, 75 and 90 % of its probability, estimated from its images."
        f"{reduced}{without}"
    )


def confusion(evaluation: Evaluation, config: RunConfig) -> None:
    """KMeans clusters against the true classes."""
    st.caption(
        f"KMeans found {len(evaluation.confusion.clusters)} clusters without seeing a label; each is matched to the "
        f"class it fits best (Hungarian method). **{evaluation.confusion.matched_share:.1%}** of the images lie in a "
        "cluster matched to their own class (underlined)."
    )
    cells = st.segmented_control(
        "Cells", [COUNTS, BY_CLASS], default=COUNTS, required=True, label_visibility="collapsed"
    )
    above = "rows: true class; columns: cluster ≈ matched class"
    heatmap(confusion_heatmap(evaluation.confusion, class_names(config), cells, above), key="confusion")


def davies_bouldin(evaluation: Evaluation, config: RunConfig) -> None:
    """The index taken apart: one row a cluster."""
    index = evaluation.davies_bouldin
    if index.reason is not None:
        st.warning(f"The Davies-Bouldin index is undefined here. {index.reason}", icon=":material/info:")
        return
    names = class_names(config)
    rows = cluster_table(index, evaluation.confusion)
    table = pd.DataFrame(
        {
            "cluster": [run_charts.cluster_name(row.cluster, row.digit, names) for row in rows],
            "WCD": [row.within for row in rows],
            "rival": [run_charts.cluster_name(row.rival, row.rival_digit, names) for row in rows],
            "BCD": [row.between for row in rows],
            "S": [row.similarity for row in rows],
            "images": [row.size for row in rows],  # last: on a phone S is what has to be seen
        }
    )
    st.markdown(
        f"For each cluster, S = (its WCD + its rival's WCD) / BCD; its nearest rival is the cluster with which that is "
        "highest: near for how wide the two are. The mean of the S column is the "
        f"**Davies-Bouldin index, {index.score:.4f}**. Lower is better; 0 is perfect."
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "cluster": st.column_config.TextColumn(width=78, help="≈ the class that it is matched to."),
            "images": st.column_config.NumberColumn(format="localized"),
            "WCD": st.column_config.NumberColumn(
                format="%.4f",
                width=62,
                help="Within-cluster distance: mean distance of its images to its centroid.",
            ),
            "rival": st.column_config.TextColumn(width=66, help="The other cluster with which S is highest."),
            "BCD": st.column_config.NumberColumn(
                format="%.4f", width=62, help="Between-cluster distance: from its centroid to its rival's."
            ),
            "S": st.column_config.ProgressColumn(
                format="%.4f",
                width=92,
                min_value=0.0,
                max_value=float(table["S"].max()),
                help="How similar the two clusters are: 0 for points, 1 where they touch on average.",
            ),
        },
    )
