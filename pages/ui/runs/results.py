"""The results of a run: its loss curve, figures, density lines and clusters."""

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from core.charts import density_charts, run_charts
from core.clustering import cluster_table
from core.config import RunConfig
from core.figures import HEADLINE, Figure
from core.figures.davies_bouldin import DaviesBouldin
from core.figures.evaluation import Evaluation
from core.runs import Run
from pages.ui import state
from pages.ui.components import charts
from pages.ui.components.confusion_heatmap import BY_CLASS, COUNTS, confusion_heatmap
from pages.ui.components.heatmap import heatmap
from pages.ui.runs.names import class_names

CURVE_HEIGHT = 250
DENSITY_HEIGHT = 540


def loss_curve(run: Run, config: RunConfig) -> None:
    """Training and validation loss, and the loss's terms, over the steps."""
    reports = run.progress()
    charts.show(run_charts.loss_curve(reports, config.collapsed, CURVE_HEIGHT), key="loss_curve")


def collapse(evaluation: Evaluation) -> None:
    """A line on a run whose points all lie at one place; nothing on any other."""
    if evaluation.collapsed:
        st.warning(
            f"{evaluation.collapsed} The Collapse lesson shows how to cure it.", icon=":material/adjust:"
        )


def figures(evaluation: Evaluation | None) -> None:
    """The headline figures, each with its direction, its chance level, and its meaning on hover.

    None: not measured yet; the same layout, empty, so that nothing jumps later.
    """
    with st.container(horizontal=True, gap="small"):
        for figure in HEADLINE.values():
            _figure(figure, evaluation)
    if evaluation is not None and "rand_index" in evaluation.chance:
        rand, guessing = evaluation.values["rand_index"], evaluation.chance["rand_index"].mean
        st.caption(
            f"Clusters and classes agree on whether two random images belong together with probability "
            f"**{rand:.3f}**, the Rand index. Guessing gets {guessing:.2f}; the ARI counts only the gain over that."
        )


def _figure(figure: Figure, evaluation: Evaluation | None) -> None:
    meaning = f"**{figure.label}.** {figure.meaning} Best {figure.best_text}; {figure.better}. {figure.chance or ''}"
    value, note = "–", f"best {figure.best_text}"
    if evaluation is not None:
        number = evaluation.values[figure.name]
        value = f"{number:.3f}" if math.isfinite(number) else "undefined"
        meaning += f" **{evaluation.undefined[figure.name]}**" if figure.name in evaluation.undefined else ""
        if figure.name == "rand_index" and figure.name in evaluation.chance:
            note = f"guessing {evaluation.chance[figure.name].mean:.2f}"
    st.metric(
        figure.short,
        value,
        delta=note,
        delta_color="off",
        delta_arrow="up" if figure.direction == "higher" else "down",
        help=meaning,
        width="content",
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
        density_charts.density_contours(
            lines, class_names(config), round(state.sized(DENSITY_HEIGHT)), letters=state.sized(14)
        ),
        key="density",
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
    count = len(evaluation.confusion.clusters)
    st.caption(
        f"KMeans found {count} cluster{'s' * (count > 1)} without seeing a label; each is matched to the "
        f"class it fits best (Hungarian method). **{evaluation.confusion.matched_share:.1%}** of the images lie in a "
        "cluster matched to their own class (underlined)."
    )
    cells = st.segmented_control(
        "Cells", [COUNTS, BY_CLASS], default=COUNTS, required=True, label_visibility="collapsed"
    )
    above = "rows: true class; columns: cluster ≈ matched class"
    heatmap(confusion_heatmap(evaluation.confusion, class_names(config), cells, above), key="confusion")


def _without_scale(index: DaviesBouldin) -> None:
    """What changes the index from one margin to another, and what does not."""
    widths, gap = index.typical
    st.caption(
        "It has no scale: all coordinates times ten give the same index. Here the two widths add up to "
        f"{widths:.3g} on average, and the rival is {gap:.3g} away. With another margin the picture gets another "
        "size, but the index changes only as far as clusters get wider or narrower compared with the gaps between "
        "them: such a run is not a scaled copy, since its initial weights and its steps are the same, and so larger "
        "compared with a smaller margin."
    )


def davies_bouldin(evaluation: Evaluation, config: RunConfig) -> None:
    """The index by cluster, one row each."""
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
            "images": [row.size for row in rows],  # last, so that S is visible on a phone
        }
    )
    st.markdown(
        f"For each cluster, S = (its WCD + its rival's WCD) / BCD; its rival is the cluster with the highest S, the "
        "nearest relative to both widths. The mean of the S column is the "
        f"**Davies-Bouldin index, {index.score:.4f}**. Lower is better; 0 is perfect."
    )
    _without_scale(index)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "cluster": st.column_config.TextColumn(width=78, help="≈ its matched class."),
            "images": st.column_config.NumberColumn(format="localized"),
            "WCD": st.column_config.NumberColumn(
                format="%.4f",
                width=62,
                help="Within-cluster distance: mean distance of its images to its centroid.",
            ),
            "rival": st.column_config.TextColumn(width=66, help="The cluster with which S is highest."),
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
