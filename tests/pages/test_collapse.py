"""Collapse without a browser: the buttons train real runs, and the page shows what their folders contain."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons.collapses import COLLAPSES
from core.lessons.run_diagnosis import diagnosis_of
from core.runs import Run, place_for
from core.service.shared_engine import shared_engine
from tests.core.conftest import wait_until
from tests.pages.conftest import PROJECT, OpenPage

PAGE = "learn/collapse.py"


def wait_for(app: AppTest, run: Run) -> AppTest:
    """Wait until the run is done, and rerun the page as its timer would."""
    ended = f"{run.config()} ends"
    wait_until(lambda: run.status().ended and not shared_engine().has(run.key), ended, seconds=180)
    app.run()
    assert not app.exception
    return app


def metrics(app: AppTest) -> list[tuple[str, str]]:
    return [(tile.label, tile.value) for tile in app.metric]


def test_nothing_is_trained_before_a_button_is_pressed(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    assert [button.key for button in app.button][1:] == [
        f"break_{name}" for name in COLLAPSES
    ]  # 0: the text size
    assert "Nothing is broken yet" in app.info[0].value
    assert not any(place_for(one.config).folder.exists() for one in COLLAPSES.values())


@pytest.mark.whole_training
def test_the_page_diagnoses_the_broken_and_the_cured_run(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    app.button(key="break_margin_0").click().run()
    broken = place_for(COLLAPSES["margin_0"].config)
    wait_for(app, broken)
    found = diagnosis_of(broken)
    assert found is not None and found.cures
    assert app.error[0].value == found.sentence
    assert "every embedding is the same point" in found.sentence
    assert ("Knows nothing at", "0") in metrics(app)
    assert ("Spread", f"{found.shape.spread:.2g}") in metrics(app)

    app.button(key="cure_give_a_margin").click().run()
    cured = place_for(found.cures[0].config)
    wait_for(app, cured)
    healthy = diagnosis_of(cured)
    assert healthy is not None and healthy.kind == "healthy"
    assert app.success[0].value == healthy.sentence
    assert ("Spread", f"{healthy.shape.spread:.2g}") in metrics(app)
    assert app.error[0].value == found.sentence  # the broken one is still next to it

    app.button(key="lab_broken").click().run()
    assert not app.exception
    assert found.sentence in app.warning[0].value
    app.switch_page(str(PROJECT / "pages" / "lab" / "train.py")).run()  # AppTest forgets that the page did
    app.button(key="use_give_a_margin").click().run()
    assert app.slider(key="margin").value == found.cures[0].config.margin


@pytest.mark.whole_training
def test_the_line_of_the_chart_is_the_know_nothing_value(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    app.button(key="break_rate_too_high").click().run()
    config = COLLAPSES["rate_too_high"].config
    wait_for(app, place_for(config))
    specs = [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]
    text = json.dumps(specs[0])
    assert f"knows nothing: {config.collapsed:.3g}" in text
    assert config.collapsed == pytest.approx(replace(config, learning_rate=0.003).collapsed)
