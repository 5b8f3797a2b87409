"""Streamlit's index page with Home's picture in it, without a browser."""

import re
import shutil
from pathlib import Path

import pytest
from starlette.requests import Request

from core import environment
from core.runs import shipped_run
from pages.ui.serving import first_picture

FIRST = b'<div id="first-picture"'


@pytest.fixture(autouse=True)
def without_cache() -> None:
    first_picture._with_picture.cache_clear()


def page() -> tuple[int, bytes]:
    answer = first_picture.home(Request({"type": "http", "method": "GET", "path": "/", "headers": []}))
    return answer.status_code, bytes(answer.body)


def test_it_is_streamlits_page_with_its_scripts_after_the_picture() -> None:
    _, content = page()
    own = first_picture._streamlit_page().encode()
    for tag in (b"<script", b"<link", b"</script>", b'<div id="root">', b"</body>"):
        assert content.count(tag) >= own.count(tag) > 0
    assert content.index(FIRST) < content.index(b'<script type="module" crossorigin')
    assert not re.search(rb"\{\{\w+\}\}", content)  # no placeholder is left


def test_with_a_damaged_example_streamlit_starts_and_home_reports_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = shipped_run()
    shutil.copytree(example.folder, tmp_path / example.key)
    monkeypatch.setattr(environment, "shipped_runs_folder", lambda: tmp_path)
    whole = (tmp_path / example.key / "config.json").read_bytes()
    (tmp_path / example.key / "config.json").write_bytes(b"{")
    status, content = page()
    assert (status, content) == (200, first_picture._streamlit_page().encode())
    (tmp_path / example.key / "config.json").write_bytes(whole)
    assert FIRST in page()[1]  # the damage is not cached
