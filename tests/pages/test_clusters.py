"""The Clusters page without a browser: each tab shows the run's own numbers, or why there are none."""

import json
import re
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score
from streamlit.testing.v1 import AppTest

from core.clustering import cluster_table
from core.config import RunConfig
from core.runs import Embedding, Run, example_run, place_for
from pages.ui.state import Listed
from tests.pages.conftest import PROJECT, OpenPage

PAGE = "lab/clusters.py"
TABS = (
    "Davies-Bouldin",
    "KMeans",
    "Confusion",
    "Scores",
    "Rand index",
    "Without clusters",
    "All figures",
    "Disagreement",
)
SMALL = RunConfig(epochs=1, digits=3, embedding_dims=4, hidden=(16,), batch_size=1000)


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.info, app.warning, app.latex, app.error)
    return " ".join(element.value for kind in kinds for element in kind)


def shipped() -> Embedding:

    return example_run().embedding()


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(element.proto.spec) for element in app.get("vega_lite_chart")]


def showing(app: AppTest, run: Run) -> AppTest:
    app.session_state["shown_run"] = run.key
    app.session_state["runs"] = {run.key: Listed(run.config(), "mine")}
    return app.run()


def trained(config: RunConfig) -> Run:
    from core.training.pipeline import train_and_measure

    run = place_for(config)
    run.begin(config)
    train_and_measure(run)
    assert run.status().state == "done"
    return run


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_opens_by_its_link_on_the_shipped_run(open_page: OpenPage, tab: str) -> None:
    app = open_page(PAGE, part=tab)
    assert not app.exception and not app.error and not app.warning
    assert [each.label for each in app.tabs] == list(TABS)
    filled = [each.label for each in app.tabs if each.children]
    assert filled == [tab]  # only the open tab is rendered


def test_both_indices_are_those_of_scikit_learn_and_the_sum_on_the_page_adds_up(open_page: OpenPage) -> None:
    app, run = open_page(PAGE), shipped()
    sums = re.findall(r"\(([\d. +]+)\) / (\d+) = \*\*([\d.]+)\*\*", texts(app))
    truth = [
        davies_bouldin_score(run.train.astype(float), of) for of in (run.train_clusters, run.train_labels)
    ]
    for (summands, count, score), expected in zip(sums, truth, strict=True):
        assert float(score) == pytest.approx(expected, abs=1e-4)
        worst = [float(number) for number in summands.split(" + ")]
        assert len(worst) == int(count) == 10
        assert np.mean(worst) == pytest.approx(expected, abs=1e-3)


def test_the_fraction_is_that_of_the_two_chosen_clusters(open_page: OpenPage) -> None:
    app, run = open_page(PAGE), shipped()
    boxes = {box.label: box for box in app.selectbox}
    boxes["First"].set_value(3)
    boxes["Second"].set_value(7)
    app.run()
    assert not app.exception
    points = {label: run.train[run.train_clusters == label].astype(float) for label in (3, 7)}
    centres = {label: own.mean(axis=0) for label, own in points.items()}
    within = {label: np.linalg.norm(own - centres[label], axis=1).mean() for label, own in points.items()}
    between = float(np.linalg.norm(centres[3] - centres[7]))
    assert f"{within[3]:.4f}+{within[7]:.4f}" in texts(app)
    assert f"{{{between:.4f}}}={(within[3] + within[7]) / between:.4f}" in texts(app)
    assert "D ≈ 3: WCD" in json.dumps(charts(app), ensure_ascii=False)


def test_the_table_holds_a_row_for_each_cluster_and_its_share_of_the_index(open_page: OpenPage) -> None:

    app, evaluation = open_page(PAGE), example_run().evaluation()
    rows = cluster_table(evaluation.davies_bouldin, evaluation.confusion)
    shown = app.dataframe[0].value
    assert shown["share"].sum() == pytest.approx(100)
    shown["share"] /= 100  # a percentage in the table
    for column, field in (
        ("images", "size"),
        ("WCD", "within"),
        ("BCD", "between"),
        ("S", "similarity"),
        ("share", "share"),
    ):
        assert shown[column].tolist() == pytest.approx([getattr(row, field) for row in rows]), column
    assert [name[0] for name in shown["rival"]] == ["ABCDEFGHIJ"[row.rival] for row in rows]
    assert shown["cluster"].tolist() == [f"{'ABCDEFGHIJ'[row.cluster]} ≈ {row.digit}" for row in rows]


def test_a_cluster_is_not_compared_with_itself(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    for box in app.selectbox[0:2]:
        box.set_value(2)
    app.run()
    assert not app.exception
    assert "not its own rival" in texts(app)


def test_the_true_classes_have_a_worked_fraction_too(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    before = texts(app)
    next(group for group in app.button_group if group.label == "In the").set_value("True classes").run()
    assert not app.exception
    assert texts(app) != before
    assert [box.options[:3] for box in app.selectbox if box.label == "First"] == [["0", "1", "2"]]
    run = shipped()
    dots = charts(app)[-1]["layer"][0]["data"]["values"]
    for digit in {row["cluster"] for row in dots}:
        members = {tuple(point) for point in run.train[run.train_labels == int(digit)].tolist()}
        assert {(row["x"], row["y"]) for row in dots if row["cluster"] == digit} <= members


def test_the_slider_advances_kmeans_and_its_inertia_falls(open_page: OpenPage) -> None:
    app = open_page(PAGE, part="KMeans")
    inertia = []
    slider = next(slider for slider in app.slider if slider.label == "Iteration")
    for iteration in range(1, int(slider.max) + 1):
        slider = next(slider for slider in app.slider if slider.label == "Iteration")
        slider.set_value(iteration).run()
        inertia.append(float(metrics(app)["Inertia"]))
    assert not app.exception
    assert len(inertia) > 3 and inertia == sorted(inertia, reverse=True) and inertia[0] > inertia[-1]
    assert metrics(app)["Changed cluster"] == "0"  # it has converged


@pytest.mark.parametrize(("label", "value"), [("Clusters, k", 4), ("Seed of the start", 5)])
def test_another_k_and_another_start_give_other_iterations(
    open_page: OpenPage, label: str, value: int
) -> None:
    app = open_page(PAGE, part="KMeans")
    before = metrics(app)["Inertia"]
    next(slider for slider in app.slider if slider.label == label).set_value(value).run()
    assert not app.exception
    assert metrics(app)["Inertia"] != before


def test_the_scan_advances_one_k_at_a_time_and_can_be_stopped(open_page: OpenPage) -> None:
    app = open_page(PAGE, part="KMeans")
    app.button(key="scan_begin").click().run()
    for _ in range(2):
        app.run()
    assert not app.exception
    app.button(key="scan_stop").click().run()
    silhouette = next(spec for spec in charts(app) if "silhouette" in str(spec.get("title")))
    done = int(re.search(r"for (\d+) numbers", silhouette["description"])[1])
    assert 2 <= done < 19
    app.run()
    again = next(spec for spec in charts(app) if "silhouette" in str(spec.get("title")))
    assert again["description"] == silhouette["description"]  # it stays stopped
    assert app.button(key="scan_begin").label == "Continue"


def test_a_cell_of_the_confusion_shows_its_count_and_its_images(open_page: OpenPage) -> None:
    app, run = open_page(PAGE, part="Confusion"), shipped()
    boxes = {box.label: box for box in app.selectbox}
    boxes["Class"].set_value(7)
    boxes["Cluster"].set_value(9)
    app.run()
    assert not app.exception
    count = int(((run.train_labels == 7) & (run.train_clusters == 9)).sum())
    assert f"**{count:,} images**" in texts(app)
    chosen = charts(app)[-1]["layer"][1]["data"]["values"]
    points = {
        tuple(point) for point in run.train[(run.train_labels == 7) & (run.train_clusters == 9)].tolist()
    }
    assert {(row["x"], row["y"]) for row in chosen} == points


def test_a_cell_without_images_says_so(open_page: OpenPage) -> None:
    app, run = open_page(PAGE, part="Confusion"), shipped()
    pairs = set(zip(run.train_labels.tolist(), run.train_clusters.tolist(), strict=True))
    row, column = next((i, j) for i in range(10) for j in range(10) if (i, j) not in pairs)
    boxes = {box.label: box for box in app.selectbox}
    boxes["Class"].set_value(row)
    boxes["Cluster"].set_value(column)
    app.run()
    assert not app.exception
    assert "No image of class" in texts(app)


def test_each_score_is_shown_with_its_chance_level(open_page: OpenPage) -> None:
    app, run = open_page(PAGE, part="Scores"), shipped()
    shown = {metric.label: (float(metric.value), metric.delta) for metric in app.metric}
    ari = adjusted_rand_score(run.train_labels, run.train_clusters)
    assert shown["Adjusted Rand index"][0] == pytest.approx(ari, abs=1e-4)
    assert len(shown) == 9
    together = [
        sum(size * (size - 1) for size in np.bincount(of).tolist()) / (60_000 * 59_999)
        for of in (run.train_labels, run.train_clusters)
    ]
    by_chance = 1 - sum(together) + 2 * together[0] * together[1]  # the closed form
    assert shown["Rand index"][1] == f"guessing {by_chance:.4f}"
    assert shown["Adjusted Rand index"][1] == "guessing 0.0000"
    assert re.fullmatch(r"guessing 0\.11\d\d ± 0\.000\d", shown["Purity"][1])
    assert shown["V-measure"][0] == pytest.approx(shown["Normalized mutual information"][0], abs=1e-4)


def test_sampled_pairs_add_up_and_converge_to_the_index(open_page: OpenPage) -> None:
    app = open_page(PAGE, part="Rand index")
    for key in ("sample_100", "sample_10000", "sample_10000"):
        app.button(key=key).click().run()
    assert not app.exception
    assert "Of **20,110** pairs" in texts(app)
    shown = metrics(app)
    assert float(shown["Share in agreement"]) == pytest.approx(float(shown["Rand index"]), abs=0.005)
    assert float(shown["Random clusters"]) == pytest.approx(0.82, abs=0.01)
    app.button(key="sample_none").click().run()
    assert "Of **10** pairs" in texts(app)


def test_a_guess_comes_before_the_figures(open_page: OpenPage) -> None:
    app = open_page(PAGE, part="Disagreement")
    assert not app.metric and "Why?" not in texts(app)
    next(group for group in app.button_group if "hold" in group.label).set_value(["rand_index"]).run()
    app.button(key="reveal_hardly_trained").click().run()
    assert not app.exception
    assert "right about **4 of 4**" in texts(app)
    assert float(metrics(app)["Rand index"]) > 0.8 and float(metrics(app)["ARI"]) < 0.2


def test_who_shows_the_figures_without_a_guess_is_not_told_to_have_been_right(open_page: OpenPage) -> None:
    app = open_page(PAGE, part="Disagreement")
    app.button(key="reveal_hardly_trained").click().run()
    assert not app.exception
    assert "no guess to judge" in texts(app) and "right about" not in texts(app)
    assert float(metrics(app)["Rand index"]) > 0.8


def test_more_dimensions_are_reduced_to_the_plane_and_the_page_says_so(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    run = trained(SMALL)
    app = showing(app, run)
    assert "keeps the distance between them" in texts(app)
    for tab in TABS[1:]:
        app.session_state["part"] = tab
        app.run()
        assert not app.exception and not app.error, tab
        if tab in ("KMeans", "Confusion"):
            assert "4 dimensions, drawn in two by PCA" in texts(app)


def test_a_collapsed_run_says_so_on_every_page_and_why_figures_are_undefined(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    run = trained(RunConfig(epochs=1, digits=3, hidden=(2,), learning_rate=1.0, batch_size=1000))
    assert np.ptp(run.embedding().train, axis=0).max() == 0  # a dead network: each image at one point
    app = showing(app, run)
    assert not app.exception
    assert "The index is undefined here" in texts(app) and "S is undefined here" in texts(app)
    for tab in TABS[1:]:
        app.session_state["part"] = tab
        app.run()
        assert not app.exception and not app.error, tab
    app.session_state["part"] = "Without clusters"
    assert "collapsed" in texts(app.run())
    for page in ("embedding", "draw", "take_home", "train"):
        app.query_params["digit_from"] = "Test image"
        app = app.switch_page(str(PROJECT / "pages" / "lab" / f"{page}.py")).run()
        assert not app.exception and not app.error and "collapsed" in texts(app).lower(), page
        assert "Nearest in" not in texts(app) and "looks like" not in texts(
            app
        )  # no image is nearer than others
        assert page != "draw" or "No verdict" in texts(app)
