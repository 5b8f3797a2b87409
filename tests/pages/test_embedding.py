"""The Embedding page without a browser: its settings, its panels, and its messages if there is nothing to show."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import PRESETS, RunConfig
from core.embedding.reduction import REDUCTIONS
from core.runs import State, example_run, place_for
from pages.ui.state import Listed
from tests.pages.conftest import OpenPage

PAGE = "lab/embedding.py"


def texts(app: AppTest) -> str:
    return " ".join(
        element.value for kind in (app.markdown, app.caption, app.info, app.warning) for element in kind
    )


def showing(app: AppTest, config: RunConfig) -> AppTest:
    """The page, with this run picked."""
    app.session_state["shown_run"] = config.key
    app.session_state["runs"] = {config.key: Listed(config, "mine")}
    return app.run()


def test_it_opens_on_the_shipped_run_and_says_how_to_start(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    assert not app.exception
    words = texts(app)
    assert "Click a point in the picture" in words and "lasso" in words
    learned, pixels = (
        int(re.search(rf"{where}\*\*: (\d) of 7 are the same class", words)[1])
        for where in ("Nearest in the embedding", "Nearest in the pixels")
    )
    assert learned > pixels + 2  # the default example is instructive
    assert "300 training images per class" in words


def test_the_share_of_test_images_in_their_own_cell_is_that_of_the_run(open_page: OpenPage) -> None:
    from core.pictures import overlays

    app = open_page(PAGE)
    share = overlays.share_in_own_cell(example_run(), "", 300)
    assert 0.9 < share < 1
    assert [metric.value for metric in app.metric] == [f"{share:.1%}"]


def test_other_numbers_of_cells_give_another_share(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    before = app.metric[0].value
    slider = app.select_slider[0]
    slider.set_value(10).run()
    assert not app.exception
    assert app.metric[0].value != before
    assert "10 training images per class" in texts(app)


def test_a_run_that_the_server_has_deleted_is_named_as_such_and_can_be_trained_again(
    open_page: OpenPage,
) -> None:
    app = showing(open_page(PAGE), RunConfig(seed=1234))
    assert not app.exception and not app.error
    assert app.radio[0].options == ["mine :gray[(no longer on this server)]", "Example run (shipped)"]
    assert "no longer on this server" in app.info[0].value and "seed 1234" in app.info[0].value
    assert app.button(key="train_again").label == "Train it again"


@pytest.mark.parametrize("state", ["training", "cancelled"])
def test_an_unfinished_run_says_where_to_go(open_page: OpenPage, state: State) -> None:
    app = open_page(PAGE)
    config = RunConfig(seed=1234)
    place_for(config).begin(config)
    place_for(config).set_state(state)
    app = showing(app, config)
    assert not app.exception
    assert "did not finish" in texts(app)  # also one that was interrupted: no process works on it any more


def test_a_run_under_way_says_how_far_it_is(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    config = RunConfig(seed=1234)
    run = place_for(config)
    run.begin(config)
    run.set_state("training")
    with run.lock():  # as its worker holds it
        app = showing(app, config)
    assert not app.exception
    assert "still training" in texts(app)
    assert any("**Training**" in markdown.value for markdown in app.markdown)


@pytest.mark.parametrize("dims", [4])
def test_more_dimensions_are_reduced_and_it_says_how_much_that_keeps(open_page: OpenPage, dims: int) -> None:
    config = RunConfig(epochs=1, digits=3, embedding_dims=dims, hidden=(16,), batch_size=1000)
    app = open_page(PAGE)
    _train(config)
    app = showing(app, config)
    assert not app.exception
    words = texts(app)
    assert f"of what the {dims} dimensions contain" in words
    assert "choose two directions in the sidebar" in words
    directions = next(box for box in app.selectbox if box.label == "Directions")
    umap = REDUCTIONS["umap2"]
    assert (umap.label in directions.options) == umap.available
    assert (umap.missing or umap.explanation) in directions.help
    directions.set_value("pca2").run()
    assert not app.exception
    assert "choose two directions" not in texts(app)


def _train(config: RunConfig) -> None:
    from core.training.pipeline import train_and_measure

    run = place_for(config)
    run.begin(config)
    train_and_measure(run)
    assert np.isfinite(run.embedding().train).all()


def test_the_shipped_run_is_the_fast_preset() -> None:

    assert example_run().config() == PRESETS["fast"]
