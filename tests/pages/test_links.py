"""Old links keep working, and a copied link restores what was on the screen."""

import json
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core.config import PARAMETERS, PRESETS, RunConfig
from core.pictures.frames import CanvasOptions, unpack
from pages.ui.controls import settings_url
from pages.ui.state import Listed
from tests.pages.conftest import OpenPage, components

# Copied from the address bar in November 2026. Never change these lines: students keep such links. If the default
# of a setting changes, an old link must keep its meaning, so `settings_url` then has to know the old defaults.
OLD_LINKS: dict[str, dict[str, object]] = {
    "": {
        "dataset": "mnist",
        "loss": "contrastive",
        "margin": 1.0,
        "temperature": 0.1,
        "epochs": 2,
        "embedding_dims": 2,
        "digits": 10,
        "sampling": "all",
        "batch_size": 200,
        "learning_rate": 0.003,
        "schedule": "one_cycle",
        "hidden": (256, 128, 32),
        "activation": "relu",
        "miner": "none",
        "sampler": "random",
        "classes_per_batch": 10,
        "views": 0.0,
        "wrong_labels": 0.0,
        "held_out_class": "none",
        "scale": 2.0,
        "similarity_margin": 0.25,
        "weight": 1.0,
        "patience": 0,
        "validation": "held_out",
        "seed": 0,
    },
    "margin=0.5&epochs=1&embedding_dims=3": {"margin": 0.5, "epochs": 1, "embedding_dims": 3},
    "loss=contrastive_squared&epochs=5&sampling=sampled&batch_size=100&learning_rate=0.001&schedule=constant": {
        "loss": "contrastive_squared",
        "epochs": 5,
        "sampling": "sampled",
        "batch_size": 100,
        "learning_rate": 0.001,
        "schedule": "constant",
    },
    "loss=pair_hinge_triplet&margin=0.1&epochs=50&embedding_dims=3&sampling=sampled&batch_size=4096"
    "&learning_rate=0.001&schedule=constant&hidden=256-256&activation=x_plus_sigmoid&patience=5&validation=test": {
        "loss": "pair_hinge_triplet",
        "margin": 0.1,
        "epochs": 50,
        "embedding_dims": 3,
        "sampling": "sampled",
        "batch_size": 4096,
        "learning_rate": 0.001,
        "schedule": "constant",
        "hidden": (256, 256),
        "activation": "x_plus_sigmoid",
        "patience": 5,
        "validation": "test",
    },
    "loss=circle&scale=32&similarity_margin=0.3&temperature=0.2&held_out_class=7&views=0.25&batch_size=400": {
        "loss": "circle",
        "scale": 32.0,
        "similarity_margin": 0.3,
        "temperature": 0.2,
        "held_out_class": "7",
        "views": 0.25,
        "batch_size": 400,
    },
    "loss=triplet_margin&miner=semi_hard&sampler=balanced&classes_per_batch=5&wrong_labels=0.1&weight=2": {
        "loss": "triplet_margin",
        "miner": "semi_hard",
        "sampler": "balanced",
        "classes_per_batch": 5,
        "wrong_labels": 0.1,
        "weight": 2.0,
    },
    "loss=triplet_margin&digits=4&seed=21&dataset=fashion_mnist&part=Density": {
        "loss": "triplet_margin",
        "digits": 4,
        "seed": 21,
        "dataset": "fashion_mnist",
    },
}


# Links to a tab, copied at the same time, each with the session state that it must set.
OLD_TABS: list[tuple[str, str, dict[str, object]]] = [
    ("lab/train.py", "part=Davies-Bouldin", {"pictures": "Davies-Bouldin"}),
    ("lab/train.py", "margin=0.5&part=Clusters", {"pictures": "Clusters", "margin": 0.5}),
    ("lab/embedding.py", "part=Density&images=Test+images", {"part": "Density", "images": "test"}),
    ("lab/embedding.py", "part=Voronoi", {"part": "Voronoi"}),
    ("lab/embedding.py", "part=Directions", {"part": "Directions"}),
    ("lab/embedding.py", "part=Download", {"part": "Download"}),
    ("lab/embedding.py", "part=Selection", {"part": "Selection"}),
    (
        "lab/embedding.py",
        "embedding_dims=8&part=Voronoi&classes_10=3&classes_10=5&per_class_10=100",
        {"part": "Voronoi", "classes_10": [3, 5], "per_class_10": 100, "embedding_dims": 8},
    ),
    (
        "lab/clusters.py",
        "epochs=2&part=KMeans&kmeans_start=random&kmeans_k_10=7&kmeans_seed=4",
        {"part": "KMeans", "kmeans_start": "random", "kmeans_k_10": 7, "kmeans_seed": 4},
    ),
    (
        "lab/clusters.py",
        "epochs=2&part=Confusion&cells=share+of+the+class&order=as+KMeans+leaves+them",
        {"part": "Confusion", "cells": "share of the class", "order": "as KMeans leaves them"},
    ),
    ("lab/clusters.py", "part=Scores", {"part": "Scores"}),
    ("lab/clusters.py", "part=Rand+index", {"part": "Rand index"}),
    ("lab/clusters.py", "part=Without+clusters", {"part": "Without clusters"}),
    (
        "lab/clusters.py",
        "seed=1&part=Disagreement&disagreement=Squeezed+through+two+units",
        {"part": "Disagreement", "disagreement": "narrow"},
    ),
    (
        "lab/draw.py",
        "epochs=2&part=A+digit+never+seen&digit_from=Test+image&test_image=3",
        {"part": "A digit never seen", "digit_from": "Test image", "test_image": "3"},
    ),
    ("lab/draw.py", "part=Its+journey&digit_from=Picture", {"part": "Its journey", "digit_from": "Picture"}),
    ("lab/draw.py", "part=Same+or+different", {"part": "Same or different"}),
]


def query_of(link: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(link).query))


def settings(app: AppTest) -> dict[str, object]:
    expected = {name: app.session_state[name] for name in OLD_LINKS[""] if name in app.session_state}
    typed = {
        name: PARAMETERS[name].parse(str(text)) for name, text in expected.items() if PARAMETERS[name].typed
    }
    return expected | typed


@pytest.mark.parametrize("query", OLD_LINKS)
@pytest.mark.parametrize("page", ["lab/train.py", "lab/take_home.py"])
def test_an_old_link_still_opens(open_page: OpenPage, page: str, query: str) -> None:
    app = open_page(page, **dict(parse_qsl(query)))
    assert not app.exception and not app.warning and not app.error
    if query or page == "lab/train.py":
        assert settings(app) == OLD_LINKS[""] | OLD_LINKS[query]


@pytest.mark.parametrize(("page", "query", "expected"), OLD_TABS)
def test_an_old_link_still_opens_its_tab(
    open_page: OpenPage, page: str, query: str, expected: dict[str, object]
) -> None:
    app = open_page(page, **parse_qs(query))
    assert not app.exception and not app.warning and not app.error
    assert {name: app.session_state[name] for name in expected} == expected


@pytest.mark.parametrize("config", [*PRESETS.values(), RunConfig(digits=7, learning_rate=1 / 3, seed=9999)])
def test_a_link_names_only_non_default_settings(config: RunConfig) -> None:
    query = settings_url.link_parameters(config)
    assert RunConfig.from_text(query) == config
    assert set(query) == {name for name in OLD_LINKS[""] if getattr(config, name) != OLD_LINKS[""][name]}


def link_on(app: AppTest) -> str:
    """The link in the popover with the chain."""
    app.session_state["link"] = True
    app.run()
    assert not app.exception
    data = [json.loads(component.proto.json or "null") for component in components(app)]
    return next(each["address"] for each in data if each and "address" in each)


def test_the_link_leads_to_the_page_the_tab_and_the_run_on_the_screen(open_page: OpenPage) -> None:
    app = open_page("lab/train.py")
    app.slider(key="margin").set_value(
        0.5
    ).run()  # the run on the page is the shipped one, whatever the sliders say
    app.session_state["pictures"] = "Davies-Bouldin"
    link = link_on(app)
    assert urlsplit(link).path == "/train"
    assert query_of(link) == {"part": "Davies-Bouldin"}
    again = open_page("lab/train.py", **query_of(link))
    assert again.session_state["pictures"] == "Davies-Bouldin"
    assert not again.warning


def test_the_link_on_another_page_keeps_its_query(open_page: OpenPage) -> None:
    link = link_on(open_page("lab/embedding.py", part="Density", images="Test images"))
    assert urlsplit(link).path == "/embedding"
    assert query_of(link) == {"part": "Density", "images": "Test images"}


def test_the_link_on_draw_names_and_restores_its_tabs_and_the_run(open_page: OpenPage) -> None:
    link = link_on(
        open_page("lab/draw.py", part="Same or different", digit_from="Test image", test_image="12")
    )
    query = {"part": "Same or different", "digit_from": "Test image", "test_image": "12"}
    assert urlsplit(link).path == "/draw" and query_of(link) == query
    missing = open_page("lab/draw.py", margin="0.25", part="Its journey")
    assert "margin 0" in missing.info[0].value and missing.session_state["margin"] == 0.25


# Bookmarks of links copied in November 2026. Never change these either.
OLD_BOOKMARKS = [
    "m0_3_7",
    "s120.5~ccluster",
    "omargin_cells~p0.1234_-0.5_2.31",
    "o",
    "m1~t-0.6_0.42~p0_0_3e-7~i59999",
]


@pytest.mark.parametrize("bookmark", OLD_BOOKMARKS)
@pytest.mark.parametrize("page", ["lab/train.py", "lab/embedding.py", "lab/draw.py"])
def test_a_link_passes_its_bookmark_to_the_canvas_of_its_run(
    open_page: OpenPage, page: str, bookmark: str
) -> None:
    app = open_page(page, seen=bookmark)
    assert not app.exception and not app.warning and not app.error
    assert options_of_canvas(app).bookmark == bookmark


def test_a_bookmark_is_only_for_the_run_of_its_link(open_page: OpenPage) -> None:
    app = open_page(
        "lab/train.py", margin="0.25", seen="m3"
    )  # that run is not here: the shipped one is shown
    assert not app.exception and options_of_canvas(app).bookmark == ""


@pytest.mark.parametrize(
    "bookmark", ["m<script>", "p1_2", "pNaN_0_1", "p1e999_0_1", "s" + "9" * 300, "~", "m0~", "é"]
)
@pytest.mark.parametrize("page", ["lab/train.py", "lab/embedding.py"])
def test_an_invalid_bookmark_gets_a_warning(open_page: OpenPage, page: str, bookmark: str) -> None:
    app = open_page(page, seen=bookmark)
    assert not app.exception and not app.error
    (warning,) = app.warning
    assert "How the link shows the picture cannot be read" in warning.value
    assert options_of_canvas(app).bookmark == ""


def test_the_link_on_a_page_does_not_repeat_an_old_bookmark(open_page: OpenPage) -> None:
    link = link_on(open_page("lab/embedding.py", part="Density", seen="m3"))
    assert query_of(link) == {"part": "Density"}  # the browser adds the current bookmark


def options_of_canvas(app: AppTest) -> CanvasOptions:
    packed = [each.proto.bytes for each in components(app) if each.proto.bytes]
    options = unpack(packed[0]).options
    assert options is not None
    return options


def test_a_link_to_the_example_replaces_the_visitors_own_run(open_page: OpenPage) -> None:
    app = open_page("lab/embedding.py")
    app.session_state["shown_run"] = RunConfig(margin=0.25).key
    app.query_params["seen"] = "m3"
    app.run()
    assert not app.exception
    assert not any("is not on this server" in info.value for info in app.info)
    assert options_of_canvas(app).run == RunConfig().key


def test_a_link_to_a_run_that_is_not_here_says_how_to_make_it(open_page: OpenPage) -> None:
    app = open_page("lab/embedding.py", margin="0.25", part="Density")
    message = app.info[0].value
    assert "margin 0" in message and "Press Train on the Train page" in message
    assert app.session_state["margin"] == 0.25
    assert app.session_state["part"] == "Density"


def test_what_is_said_about_a_link_stays_until_another_run_is_shown(open_page: OpenPage) -> None:
    def said(app: AppTest) -> list[str]:
        assert not app.exception
        about = ("The run of this link", "The link names")
        return [each.value for each in (*app.warning, *app.info) if each.value.startswith(about)]

    app = open_page("lab/embedding.py", margin="0.25", colour="red")
    first = said(app)
    assert len(first) == 2
    assert said(app.run()) == first  # as when the browser gives back the runs that it has kept
    other = RunConfig(seed=3)
    app.session_state["runs"] = {other.key: Listed(other)}
    for key in (other.key, None):
        app.session_state["shown_run"] = key
        assert said(app.run()) == []
