"""The app inside a page of another site, and the headers that decide about it."""

import functools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.data import Dataset
from core.environment import frame_ancestors
from tests.browser.conftest import StartServer
from tests.browser.harness import Server, Watch
from tests.browser.test_routes import get
from tests.core.conftest import wait_until


@dataclass(frozen=True)
class Course:
    """Serves the files of `folder` at `site`."""

    folder: Path
    site: str

    def showing(self, url: str) -> str:
        """The address of a page with `url` in a frame."""
        html = (
            f"<!doctype html><link rel=icon href=data:,><iframe src='{url}' width=1200 height=900></iframe>"
        )
        (self.folder / "index.html").write_text(html)
        return f"{self.site}/index.html"


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/", 200),
        ("/draw", 200),
        ("/health", 200),
        ("/example/status", 200),
        ("/example/frames/train", 200),
        ("/example/frames/nothing", 404),
        ("/runs/x/status", 404),
        ("/practice/python/old", 404),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        ("/_stcore/metrics", 404),
        ("/_stcore/metrics/", 404),
        ("/static/nothing.js", 200),  # Streamlit's page, which says so
        ("/..%2f..%2fetc/passwd", 400),
    ],
)
def test_every_answer_says_who_may_frame_it_and_that_its_type_is_not_to_be_guessed(
    server: Server, path: str, code: int
) -> None:
    answer = get(server, path)
    assert answer.code == code
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'self'"


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Course]:
    """A page of another site, for a browser: `localhost`, where the app is at 127.0.0.1."""
    folder = tmp_path / "course"
    folder.mkdir()
    handler = functools.partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("localhost", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield Course(folder, f"http://localhost:{web.server_port}")
        web.shutdown()


def test_a_course_page_that_the_host_named_shows_the_app_and_takes_uploads(
    page: Page, start_server: StartServer, course: Course, mnist: Dataset, tmp_path: Path
) -> None:
    """With the two settings that docs/operations.md names."""
    server = start_server(
        CONTRASTIVE_LAB_FRAME_ANCESTORS=course.site, STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION="false"
    )
    page.goto(course.showing(f"{server.url}/draw?embed=true&digit_from=Picture"))
    frame = page.frame_locator("iframe")
    seven = tmp_path / "seven.png"
    Image.fromarray(255 - mnist.test.images[0].reshape(28, 28)).resize((560, 560)).save(seven)
    frame.locator("input[type=file]").set_input_files(seven)
    expect(frame.get_by_role("heading", name="It looks like a 7")).to_be_visible()
    expect(frame.get_by_text("keeps back the cookie")).to_have_count(0)


def test_a_site_that_the_host_did_not_name_cannot_show_the_app(
    watched: tuple[Page, Watch], server: Server, course: Course
) -> None:
    page, watch = watched
    watch.expect("frame-ancestors|ERR_BLOCKED_BY_RESPONSE")
    page.goto(course.showing(f"{server.url}/draw"))
    wait_until(
        lambda: any("frame-ancestors" in fault for fault in watch.faults),
        "the browser says why it shows no frame",
    )
    expect(page.frame_locator("iframe").locator("[data-testid=stApp]")).to_have_count(0)


def test_sites_that_are_none_are_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRASTIVE_LAB_FRAME_ANCESTORS", " https://a.example  http://*.b.example:8080 ")
    assert frame_ancestors() == "'self' https://a.example http://*.b.example:8080"
    for wrong in ("course.example", "https://a.example; script-src *", "'none'", "https://a.example\r\nX: y"):
        monkeypatch.setenv("CONTRASTIVE_LAB_FRAME_ANCESTORS", wrong)
        with pytest.raises(SystemExit, match="should be sites like"):
            frame_ancestors()
