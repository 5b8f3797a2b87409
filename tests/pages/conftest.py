"""The pages without a browser: Streamlit's own AppTest runs the real scripts and the real engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.service.shared_engine import close_shared_engine

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "pages" / "ui" / "app.py"
TIMEOUT = 60  # its own 3 s are too few for the first import on a busy machine

OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="module", autouse=True)
def no_workers_left() -> Iterator[None]:
    """The engine that the pages have started ends with the tests of a file."""
    yield
    close_shared_engine()


@pytest.fixture
def open_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Open a page as a new visitor with an empty runs folder: `open_page("lab/train.py", margin="9")`."""
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(tmp_path / "runs"))

    def open_page(page: str, **query: str | list[str]) -> AppTest:
        app = AppTest.from_file(SCRIPT, default_timeout=TIMEOUT).run()
        for name, value in query.items():
            app.query_params[name] = value
        return app.switch_page(str(PROJECT / "pages" / page)).run()

    return open_page
