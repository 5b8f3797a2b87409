"""The exercises without a browser: the data passed to the editor, and the route of its Python."""

import gzip
import json

import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from core.lessons.exercises import EXERCISES
from pages.ui.practice import python as exercise_python
from pages.ui.serving import exercise_routes
from tests.pages.conftest import OpenPage, components

PAGE = "practice/exercises.py"


def editor_data(app: AppTest) -> dict[str, object]:
    (editor,) = components(app)
    data: dict[str, object] = json.loads(editor.proto.json)
    return data


def answer(version: str) -> Response:
    return exercise_routes.python(Request({"type": "http", "path_params": {"version": version}}))


def test_the_first_exercise_is_open(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    first = next(iter(EXERCISES.values()))
    assert [heading.value for heading in app.subheader] == [first.title]
    assert editor_data(app)["stub"] == first.stub
    assert editor_data(app)["next"] == {"name": "bcd", "title": EXERCISES["bcd"].title}


@pytest.mark.parametrize("name", EXERCISES)
def test_each_exercise_comes_with_its_task_checks_and_solution(open_page: OpenPage, name: str) -> None:
    app = open_page(PAGE)
    app.radio(key="exercise").set_value(name).run()
    assert not app.exception
    exercise, data = EXERCISES[name], editor_data(app)
    assert exercise.task in [text.value for text in app.markdown]
    for field in ("name", "title", "stub", "checks", "solution", "solved"):
        assert data[field] == getattr(exercise, field)
    assert data["hints"] == list(exercise.hints)
    assert [one["name"] for one in data["exercises"]] == list(EXERCISES)  # type: ignore[attr-defined]


def test_the_last_exercise_has_none_after_it(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    app.radio(key="exercise").set_value(list(EXERCISES)[-1]).run()
    assert editor_data(app)["next"] is None


def test_without_a_route_the_python_comes_with_the_page(open_page: OpenPage) -> None:
    """As on a host that runs the app's file as a script, and in AppTest."""
    address = str(editor_data(open_page(PAGE))["python"])
    assert address.startswith("data:application/gzip;base64,")


def test_the_route_serves_the_python_as_immutable() -> None:
    found = answer(exercise_python.version())
    assert found.status_code == 200
    assert "immutable" in found.headers["cache-control"]
    script = gzip.decompress(bytes(found.body)).decode()
    for text in ("__BRYTHON__.update_VFS", "brython.info", "FRAMES_LIMIT", "class Slip"):
        assert text in script


def test_an_outdated_address_is_refused_with_a_sentence() -> None:
    found = answer("0123456789")
    assert found.status_code == 404
    assert json.loads(bytes(found.body))["error"].endswith("Load it again.")
    assert found.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("base", "path"), [("", "/practice/python/{version}"), ("/a/", "/a/practice/python/{version}")]
)
def test_the_route_is_below_the_base_path_of_the_app(base: str, path: str) -> None:
    assert [route.path for route in exercise_routes.routes(base)] == [path]
