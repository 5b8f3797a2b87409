"""The page that shows the server's health."""

from pathlib import Path

import pytest

from core.runs import byte_cache
from core.service.health import health, version
from core.service.shared_engine import close_shared_engine, shared_engine
from tests.pages.conftest import OpenPage

PAGE = "about/server.py"


@pytest.fixture(autouse=True)
def new_engine() -> None:
    """A new engine, which has not measured another test's folder."""
    close_shared_engine()


def test_the_page_says_that_all_is_well_and_shows_its_figures(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    assert not app.exception
    assert [each.value for each in app.success] == ["All is well."]
    tiles = {tile.label: tile.value for tile in app.metric}
    assert tiles["Training now"] == "0" and tiles["Waiting"] == "0"
    assert tiles["Runs on disk"] == "0 MB"
    assert version() in app.caption[-1].value


def test_an_unusable_runs_folder_is_reported_without_its_path(
    open_page: OpenPage, tmp_path: Path, monkeypatch
) -> None:
    place = tmp_path / "not-a-folder"
    place.touch()
    page = open_page(PAGE)
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(place))
    (sentence,) = [each.value for each in page.run().warning]
    assert "not" in sentence and "folder" in sentence and str(tmp_path) not in sentence
    assert not page.success


def test_health_counts_what_is_kept_in_memory(monkeypatch) -> None:
    byte_cache.clear()
    take = byte_cache.kept_by_size(len)(lambda count: b"x" * count)
    take(1000)
    assert health(shared_engine(warm=False)).cached_bytes == byte_cache.held() == 1000
    byte_cache.clear()
