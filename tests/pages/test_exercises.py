"""The exercises without a browser: what the page hands to it, and the address of its Python."""

import gzip
import json

import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from core.lessons.exercises import EXERCISES
from pages.ui.practice import python as exercise_python
from pages.ui.serving import exercise_routes
from tests.pages.conftest import OpenPage

PAGE = "practice/exercises.py"


def handed(app: AppTest) -> dict[str, object]:
    (editor,) = app.get("bidi_component")
    data: dict[str, object] = json.loads(editor.proto.json)
    return data


def answer(version: str) -> Response:
    return exercise_routes.python(Request({"type": "http", "path_params": {"version": version}}))


def test_the_first_exercise_is_open(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    first = next(iter(EXERCISES.values()))
    assert [part.value for part in app.subheader] == [first.title]
    assert handed(app)["stub"] == first.stub
    assert handed(app)["next"] == {"name": "bcd", "title": EXERCISES["bcd"].title}


@pytest.mark.parametrize("name", EXERCISES)
def test_each_exercise_comes_with_its_task_checks_and_solution(open_page: OpenPage, name: str) -> None:
    app = open_page(PAGE)
    app.radio(key="exercise").set_value(name).run()
    assert not app.exception
    exercise, data = EXERCISES[name], handed(app)
    assert exercise.task in [part.value for part in app.markdown]
    for part in ("name", "title", "stub", "checks", "solution", "solved"):
        assert data[part] == getattr(exercise, part)
    assert data["hints"] == list(exercise.hints)
    assert [one["name"] for one in data["exercises"]] == list(EXERCISES)  # type: ignore[attr-defined]


def test_the_last_exercise_has_none_after_it(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    app.radio(key="exercise").set_value(list(EXERCISES)[-1]).run()
    assert handed(app)["next"] is None


def test_without_a_route_the_python_comes_with_the_page(open_page: OpenPage) -> None:
    """So it is where a host of its own kind runs the app's file as a script, and so it is in AppTest."""
    address = str(handed(open_page(PAGE))["python"])
    assert address.startswith("data:application/gzip;base64,")


def test_the_route_serves_the_python_for_good() -> None:
    found = answer(exercise_python.version())
    assert found.status_code == 200
    assert "immutable" in found.headers["cache-control"]
    script = gzip.decompress(bytes(found.body)).decode()
    for part in ("__BRYTHON__.update_VFS", "brython.info", "FRAMES_LIMIT", "class Slip"):
        assert part in script


def test_an_outdated_address_is_refused_with_a_sentence() -> None:
    found = answer("0123456789")
    assert found.status_code == 404
    assert json.loads(bytes(found.body))["error"].endswith("Load it again.")
    assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("base", "path"), [("", "/practice/python/{version}"), ("/a/", "/a/practice/python/{version}")]
)
def test_the_route_stands_below_the_address_of_the_app(base: str, path: str) -> None:
    assert [route.path for route in exercise_routes.routes(base)] == [path]
