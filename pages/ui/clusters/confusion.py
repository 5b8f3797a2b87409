"""Which class fell into which cluster, and the images behind each number."""

from functools import partial

import numpy as np
import streamlit as st

from core.charts import plane_charts
from core.config import RunConfig
from core.embedding.confusion import Confusion
from core.runs import Run
from pages.ui.clusters import shared
from pages.ui.components import charts
from pages.ui.components.confusion_heatmap import BY_CLASS, BY_CLUSTER, COUNTS, confusion_heatmap
from pages.ui.components.heatmap import heatmap
from pages.ui.components.plain_text import plain
from pages.ui.controls import reshuffle
from pages.ui.runs.names import class_names

MATCHED, UNMATCHED = "matched to classes", "as KMeans leaves them"  # in links
IMAGES = 18


def show(run: Run, config: RunConfig) -> None:
    """The table, and the images of the selected cell."""
    names = class_names(config)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cells = st.segmented_control(
            "Cells",
            [COUNTS, BY_CLASS, BY_CLUSTER],
            default=COUNTS,
            required=True,
            key="cells",
            bind="query-params",
        )
        order = st.segmented_control(
            "Clusters", [MATCHED, UNMATCHED], default=MATCHED, required=True, key="order", bind="query-params"
        )
    matched = order == MATCHED
    table = run.evaluation().confusion if matched else run.evaluation().confusion.by_size()
    shown = confusion_heatmap(
        table, names, cells, "clusters; click a cell to see its images", matched=matched
    )
    keys = f"confusion_class_{len(shown.rows)}", f"confusion_cluster_{len(shown.columns)}_{matched}"
    place = _picked(table, keys)
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        heatmap(shown, place, partial(_pick, keys), key="confusion_table")
        if matched:
            st.markdown(
                f"KMeans saw no label. Each cluster is matched to one class so that as many images as possible lie in "
                f"matched cells (underlined): **{table.matched_share:.1%}** do."
            )
        else:
            st.markdown(
                "This is all that KMeans returns: unnamed groups, here the largest first. Only the order of the "
                "columns differs; Rand, ARI and mutual information do not depend on it."
            )
    with right:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for key, at in zip(keys, place, strict=True):
                st.session_state.setdefault(key, at)
            row, column = (
                st.selectbox(label, range(len(words)), format_func=words.__getitem__, key=key, width=130)
                for label, words, key in zip(
                    ("Class", "Cluster"), (shown.rows, shown.columns), keys, strict=True
                )
            )
            reshuffle.button("Other images", "confusion")
        _behind(run, config, int(table.digits[row]), int(table.clusters[column]), shown.columns[column])


def _picked(table: Confusion, keys: tuple[str, str]) -> tuple[int, int]:
    """The selected row and column; initially the largest confusion."""
    wrong = np.where(table.digits[:, None] == table.matched_digit, 0, table.counts)
    row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return int(st.session_state.get(keys[0], row)), int(st.session_state.get(keys[1], column))


def _pick(keys: tuple[str, str], row: int, column: int) -> None:
    st.session_state[keys[0]], st.session_state[keys[1]] = row, column


def _behind(run: Run, config: RunConfig, digit: int, cluster: int, called: str) -> None:
    """The images of one cell, and where they are in the plane."""
    embedding, names = run.embedding(), class_names(config)
    chosen = np.flatnonzero((embedding.train_labels == digit) & (embedding.train_clusters == cluster))
    what = f"class {names[digit]} in cluster {called}"
    if len(chosen) == 0:
        st.info(f"No image of {plain(what)}.")
        return
    shuffled = reshuffle.generator("confusion", digit, cluster).permutation(chosen)
    st.markdown(f"**{len(chosen):,} images** of {plain(what)}")
    some = shuffled[:IMAGES]
    shared.show_images(config, some, [names[digit]] * len(some), what.capitalize(), key="confusion_images")
    points = shared.flat(run, embedding.train)
    all_of_them = shared.sample(len(points))
    shown = shuffled[:300]
    chart = plane_charts.among_all(
        points[all_of_them], embedding.train_labels[all_of_them], names, points[shown], what, 360
    )
    charts.show(chart, key="confusion_plane")
    st.caption(
        f"Black, with a white edge: {len(shown):,} of them. Faint: {len(all_of_them):,} random images of all classes."
        f"{shared.plane_words(config)}"
    )
