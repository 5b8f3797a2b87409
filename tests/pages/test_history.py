"""The list of runs on a page without a browser: removing a run, and bringing it back."""

import json

from streamlit.testing.v1 import AppTest

from core.config import RunConfig
from pages.ui.state import Listed
from tests.pages.conftest import OpenPage

A, B = (RunConfig(seed=seed) for seed in (1, 2))


def test_a_removed_run_can_be_brought_back_while_another_one_is_on_the_page(open_page: OpenPage) -> None:
    app = open_page("lab/take_home.py")
    app.session_state["runs"] = {A.key: Listed(A, "mine"), B.key: Listed(B)}
    app.session_state["shown_run"] = A.key
    app.run().button(key=f"remove_{A.key}").click().run()
    assert app.session_state["shown_run"] == B.key and A.key not in app.session_state["runs"]
    undo = app.button(key=f"restore_{A.key}")
    assert undo.label == "Undo: bring back mine"
    undo.click().run()
    assert not app.exception
    assert app.session_state["shown_run"] == A.key and list(app.session_state["runs"]) == [B.key, A.key]
    app.button(key=f"remove_{A.key}").click().run()
    app.session_state["runs"][A.key] = Listed(A)  # as after training it again
    app.run()
    assert not [button for button in app.button if button.label.startswith("Undo")]


def test_the_browser_is_not_asked_for_the_run_that_was_just_removed(open_page: OpenPage) -> None:
    def asks(app: AppTest) -> bool:
        (kept,) = (part for part in app.get("bidi_component") if part.key == "kept_runs")
        return bool(json.loads(kept.proto.json)["asks"])

    app = open_page("lab/take_home.py")
    app.session_state["runs"] = {A.key: Listed(A)}
    app.session_state["shown_run"] = A.key
    assert asks(app.run())  # a new visitor: the browser had nothing to give
    app.button(key=f"remove_{A.key}").click().run()
    assert not asks(app) and app.session_state["runs"] == {}
