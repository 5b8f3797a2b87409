"""Every page opens without an error and without training anything."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.config import RunConfig
from core.runs import example_run, place_for
from pages.ui.state import Listed
from tests.pages.conftest import PROJECT, OpenPage

PAGES = sorted(
    path.relative_to(PROJECT / "pages").as_posix()
    for path in (PROJECT / "pages").glob("*/*.py")
    if path.parent.name != "ui"
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_an_error(open_page: OpenPage, page: str, tmp_path: Path) -> None:
    app = open_page(page)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert app.main.children
    assert not list((tmp_path / "runs").glob("*"))  # opening a page trains nothing


def test_every_page_is_in_the_navigation(registered_pages: dict[str, Any]) -> None:
    assert {page["url_pathname"] for page in registered_pages.values()} == {
        "" if page == "home/home.py" else Path(page).stem for page in PAGES
    }


@pytest.mark.parametrize(
    ("page", "query", "file"),
    [
        ("lab/clusters.py", {"part": "Davies-Bouldin"}, "embedding.safetensors"),
        ("lab/clusters.py", {"part": "KMeans"}, "embedding.safetensors"),
        ("lab/draw.py", {"digit_from": "Test image", "test_image": "3"}, "embedding.safetensors"),
        ("lab/embedding.py", {}, "figures.json"),
    ],
    ids=str,
)
def test_a_damaged_result_is_told_of_with_a_button_that_trains_it_again(
    open_page: OpenPage, page: str, query: dict[str, str], file: str
) -> None:
    config = RunConfig(seed=1234)
    app = open_page(page, **query)
    folder = place_for(config).folder
    shutil.copytree(example_run().folder, folder)
    (folder / "config.json").write_text(json.dumps(config.as_dict()))
    (folder / file).write_bytes(b"damaged")
    app.session_state["shown_run"] = config.key
    app.session_state["runs"] = {config.key: Listed(config)}
    app.run()
    assert not app.exception
    (error,) = app.error
    assert "This run cannot be shown." in error.value and file in error.value
    assert app.button(key="train_again").label == "Train it again"
