"""The pages without a browser: Streamlit's AppTest runs the real scripts and the real engine."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.service.shared_engine import close_shared_engine, shared_engine

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "pages" / "ui" / "app.py"
TIMEOUT = 60  # the default of 3 s is too short for the first import on a busy machine

OpenPage = Callable[..., AppTest]


def components(app: AppTest) -> list[Any]:
    """The page's own components, without the one below every page that keeps the list of runs."""
    return [component for component in app.get("bidi_component") if component.key != "kept_runs"]


@pytest.fixture(scope="session", autouse=True)
def components_found_once() -> Iterator[None]:
    """Each AppTest scans all installed packages for components, which takes longer than to run a page."""
    with pytest.MonkeyPatch.context() as patch:
        search = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", search)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_workers_left() -> Iterator[None]:
    """Close the engine that the pages have started."""
    yield
    close_shared_engine()


@pytest.fixture(scope="session")
def registered_pages(components_found_once: None) -> dict[str, Any]:
    """The registered pages after a first run of the app, so that a page opens without visiting Home first."""
    shared_engine(warm=False)
    return dict(AppTest.from_file(SCRIPT, default_timeout=TIMEOUT).run()._registered_pages)


@pytest.fixture
def open_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registered_pages: dict[str, Any]
) -> Iterator[OpenPage]:
    """Open a page as a new visitor with an empty runs folder: `open_page("lab/train.py", margin="9")`.

    A worker starts when something is trained; a training left running is ended after the test.
    """
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(tmp_path / "runs"))

    def open_page(page: str, **query: str | list[str]) -> AppTest:
        shared_engine(warm=False)
        app = AppTest.from_file(SCRIPT, default_timeout=TIMEOUT)
        app._registered_pages = registered_pages
        for name, value in query.items():
            app.query_params[name] = value
        return app.switch_page(str(PROJECT / "pages" / page)).run()

    yield open_page
    standing = shared_engine(warm=False).standing()
    if standing.running or standing.waiting:
        close_shared_engine()
