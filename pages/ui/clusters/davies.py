"""The Davies-Bouldin index step by step, for the KMeans clusters and for the true classes."""

from functools import partial

import numpy as np
import streamlit as st

from core.charts import plane_charts, run_charts
from core.clustering import DaviesBouldin, PairExplained, pair_explained
from core.clustering.plane import pair_plane
from core.config import RunConfig
from core.runs import Run
from pages.ui.clusters import davies_table
from pages.ui.components import charts
from pages.ui.components.heatmap import Cell, Heatmap, heatmap
from pages.ui.components.number_text import in_formula, written
from pages.ui.components.plain_text import plain
from pages.ui.runs.names import class_names

CLUSTERS, DIGITS = "KMeans clusters", "True classes"
PAIR_HEIGHT = 400
_KIND = "davies_kind"


def show(run: Run, config: RunConfig) -> None:
    """Both indices side by side, and below them the selected pair of clusters."""
    evaluation = run.evaluation()
    names = class_names(config)
    table = evaluation.confusion
    matched = dict(zip(table.clusters.tolist(), table.matched_digit.tolist(), strict=True))
    found, classes = evaluation.davies_bouldin, evaluation.davies_bouldin_of_classes
    indices = {CLUSTERS: found, DIGITS: classes}
    worn = {CLUSTERS: [matched[int(label)] for label in found.labels], DIGITS: classes.labels.tolist()}
    called = {
        CLUSTERS: [run_charts.cluster_name(int(label), matched[int(label)], names) for label in found.labels],
        DIGITS: [names[int(label)] for label in classes.labels],
    }
    st.markdown(
        "For each cluster: how wide it is (**WCD**, the mean distance of its images to its centroid), and how close "
        "its worst rival is (**BCD**, between the centroids): **S = (WCD + WCD) / BCD**. The index is the mean of "
        "the worst S; 0 is best."
    )
    for column, kind in zip(st.columns(2, gap="large"), indices, strict=True):
        with column:
            _index(kind, indices[kind], called[kind])
    _why_they_differ(found, classes)
    _picked(run, config, indices, called, worn)


def _index(kind: str, index: DaviesBouldin, called: list[str]) -> None:
    st.subheader(kind, anchor=False)
    if index.reason is not None:
        st.warning(f"The index is undefined here. {plain(index.reason)}", icon=":material/info:")
    else:
        worst = [f"{similarity:.3f}" for similarity in index.worst]
        st.markdown(f"({' + '.join(worst)}) / {len(worst)} = **{index.score:.4f}**")
    davies_table.show(index, called)
    if len(called) > 1:
        heatmap(
            _matrix(kind, index, called),
            _pair(kind, index),
            partial(_pick, kind, len(called)),
            key=f"s_{kind}",
        )


def _matrix(kind: str, index: DaviesBouldin, called: list[str]) -> Heatmap:
    defined = index.similarity[np.isfinite(index.similarity)]
    top = float(defined.max()) if len(defined) else 1.0
    rows = []
    for i, first in enumerate(called):
        row = []
        for j, second in enumerate(called):
            s = float(index.similarity[i, j])
            text = f"{s:.2f}" if np.isfinite(s) else "∞" if np.isinf(s) else "–"
            tip = (
                None
                if i == j
                else f"{first} and {second}: S {s:.3f}"
                if np.isfinite(s)
                else f"{first} and {second}: S undefined"
            )
            row.append(
                Cell(text, s / top if top > 0 and np.isfinite(s) else 1.0, tip, int(index.rival[i]) == j)
            )
        rows.append(row)
    return Heatmap(
        f"S of each pair, {kind}",
        "S of each pair; underlined: the row's rival. Click a cell.",
        called,
        [name.split(" ")[0] for name in called] if kind == CLUSTERS else called,
        rows,
    )


def _keys(kind: str, count: int) -> tuple[str, str]:
    return f"first_{kind}_{count}", f"second_{kind}_{count}"


def _pick(kind: str, count: int, row: int, column: int) -> None:
    st.session_state[_KIND] = kind
    for key, place in zip(_keys(kind, count), (row, column), strict=True):
        st.session_state[key] = place


def _pair(kind: str, index: DaviesBouldin) -> tuple[int, int]:
    """The selected row and column; initially the pair with the largest S."""
    count = len(index.labels)
    similarity = np.where(np.isfinite(index.similarity), index.similarity, -np.inf)
    np.fill_diagonal(similarity, -np.inf)
    first, second = divmod(int(similarity.argmax()), count)
    if first == second and count > 1:  # no S is defined
        first, second = 0, 1
    first_key, second_key = _keys(kind, count)
    return st.session_state.get(first_key, first), st.session_state.get(second_key, second)


def _why_they_differ(clusters: DaviesBouldin, digits: DaviesBouldin) -> None:
    if clusters.reason is not None or digits.reason is not None:
        return
    wide = [float(np.average(index.within, weights=index.sizes)) for index in (clusters, digits)]
    st.info(
        "KMeans assigns a stray image to the nearest cluster; its class has to keep it. So the mean distance to the "
        f"centroid is **{written(wide[0])}** in the clusters and **{written(wide[1])}** in the classes, and the index "
        f"is **{clusters.score:.3f}** and **{digits.score:.3f}**. The first rewards tidy clusters, whatever classes "
        "they contain.",
        icon=":material/compare_arrows:",
    )


def _picked(
    run: Run,
    config: RunConfig,
    indices: dict[str, DaviesBouldin],
    called: dict[str, list[str]],
    worn: dict[str, list[int]],
) -> None:
    """worn: the class whose colour each cluster has."""
    st.subheader("One S, worked out", anchor=False)
    several = [kind for kind in indices if len(called[kind]) > 1]
    if not several:
        st.info("There are no two clusters to compare.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.session_state.get(_KIND) not in several:  # selected when another run was on the page
            st.session_state[_KIND] = several[0]
        kind = st.segmented_control("In the", several, key=_KIND, required=True) or several[0]
        index, names = indices[kind], called[kind]
        keys = _keys(kind, len(names))
        for key, place in zip(keys, _pair(kind, index), strict=True):
            st.session_state.setdefault(key, place)
        i, j = (
            st.selectbox(label, range(len(names)), format_func=names.__getitem__, key=key, width=170)
            for label, key in zip(("First", "Second"), keys, strict=True)
        )
    if i == j:
        st.info("Choose two different clusters: a cluster is not its own rival.")
        return
    left, right = st.columns([1.3, 1], gap="large")
    embedding = run.embedding()
    labels = embedding.train_clusters if kind == CLUSTERS else embedding.train_labels
    plane = pair_plane(embedding.train, labels, index, i, j)
    with left:
        wear = worn[kind][i], worn[kind][j]
        chart = plane_charts.two_clusters(plane, (names[i], names[j]), wear, class_names(config), PAIR_HEIGHT)
        charts.show(chart, key="two_clusters")
        through = (
            "" if plane.exact else " The plane contains both centroids and keeps the distance between them."
        )
        st.caption(
            f"{plane.drawn.sum():,} random images of {plane.of.sum():,}. Circles: radius WCD around the "
            f"centroid. {'Colour: the class that the cluster is matched to.' if kind == CLUSTERS else ''}{through}"
        )
    with right:
        _fraction(pair_explained(index, i, j), names[i], names[j])


def _fraction(cell: PairExplained, first: str, second: str) -> None:
    if cell.reason is not None:
        st.warning(f"S is undefined here. {plain(cell.reason)}", icon=":material/info:")
        return
    st.latex(
        r"\begin{aligned}S&=\frac{\text{WCD}_1+\text{WCD}_2}{\text{BCD}}\\[12pt]"
        rf"&=\frac{{{in_formula(cell.within_first)}+{in_formula(cell.within_second)}}}"
        rf"{{{in_formula(cell.between)}}}={cell.similarity:.4f}"
        r"\end{aligned}\;"
    )
    rivals = ((first, cell.counts_for_first), (second, cell.counts_for_second))
    if counts := [name for name, is_rival in rivals if is_rival]:
        of = plain(" and of ".join(counts))
        st.markdown(f"It is the worst S of **{of}**, so it counts: **{cell.share:.1%}** of the index.")
    else:
        st.markdown("Each of the two has a worse rival, so this S does **not** count in the index.")
    reach = cell.within_first + cell.within_second
    st.markdown(
        f"The two circles {'overlap' if reach > cell.between else 'do not touch'}: the radii add up to "
        f"{written(reach)}, the centroids are {written(cell.between)} apart. S above 1 means overlap."
    )
