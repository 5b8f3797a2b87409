"""Every page opens without an error and without training anything."""

from pathlib import Path
from typing import Any

import pytest

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
