"""The fixtures themselves: what they must let pass, and what they must catch."""

import contextlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import Server, Watch, open_page, running_server, settled
from tests.core.conftest import wait_until

PAGES = """
import subprocess, sys, time, warnings
import streamlit as st

def home():
    st.title("Home")
    if st.button("Slow"):
        time.sleep(1)
        st.write("slept")

def quiet():
    st.title("Quiet")

def raising():
    st.write(1 / 0)

def warning():
    warnings.warn("this is on its way out", UserWarning)
    st.title("Warning")

def leaving():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    st.title("Leaving")

st.navigation([st.Page(home)] + [st.Page(page) for page in (quiet, raising, warning, leaving)]).run()
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small app whose pages go wrong in different ways."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "pages_app.py").write_text(PAGES)
    # as in streamlit_app.py: an app found by `streamlit run`
    (folder / "outer.py").write_text('import streamlit as st\napp = st.App("pages_app.py")\n')
    return folder / "outer.py"


@pytest.fixture(scope="module")
def small(script: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server"), script) as server:
        yield server


def test_settled_waits_for_a_script_that_a_click_has_started(page: Page, small: Server) -> None:
    open_page(page, small)
    page.get_by_role("button", name="Slow").click()
    settled(page)
    assert page.get_by_text("slept").count() == 1


def test_settled_waits_for_a_server_that_is_slow_to_begin(page: Page, small: Server) -> None:
    open_page(page, small)
    server = psutil.Process(small.process.pid)
    server.suspend()
    resume = threading.Timer(0.8, server.resume)
    resume.start()
    page.get_by_role("button", name="Slow").click()
    settled(page)
    assert page.get_by_text("slept").count() == 1
    resume.join()


FAULTS = (
    ("console.error('no good')", "console: no good"),
    ("setTimeout(() => { throw new Error('no better') })", "script: no better"),
    ("fetch('/media/nothing.png')", "answer 404: GET .*/media/nothing.png"),
    ("fetch('/deep/er/_stcore/health')", "answer 404: GET .*/deep/er/_stcore/health"),
    ("fetch('http://127.0.0.1:9/closed').catch(() => 0)", "request failed: GET http://127.0.0.1:9/closed"),
    ("fetch('https://cdn.invalid/a.js').catch(() => 0)", "another host: https://cdn.invalid/a.js"),
    ("new WebSocket('wss://cdn.invalid/')", "another host: wss://cdn.invalid/"),
)


def wait_until_caught(page: Page, watch: Watch, pattern: str) -> None:
    def caught() -> bool:
        page.title()  # Playwright delivers events during calls
        return any(re.search(pattern, line) for line in watch.unexpected())

    wait_until(caught, f"{pattern} is caught")


def test_a_fault_in_the_browser_is_caught(watched: tuple[Page, Watch], small: Server) -> None:
    page, watch = watched
    open_page(page, small)
    for fault, caught_as in FAULTS:
        assert not watch.unexpected(), fault
        page.evaluate("code => { eval(code) }", fault)
        wait_until_caught(page, watch, caught_as)
        page.wait_for_timeout(200)  # for faults that follow
        watch.expect(caught_as)
        watch.expect("^console: (Failed to load resource|Access to fetch|WebSocket connection)")
        watch.expect("^request failed: GET https://cdn.invalid")
    assert not watch.unexpected()


def test_failing_requests_of_streamlit_itself_on_a_deep_link_are_no_fault(page: Page, small: Server) -> None:
    open_page(page, small, "/quiet")
    expect(page.get_by_role("heading", name="Quiet")).to_be_visible()
    assert page.evaluate("fetch('/quiet/_stcore/host-config').then(answer => answer.status)") == 404
    page.wait_for_timeout(200)


def test_an_error_or_a_warning_in_the_servers_log_is_caught(page: Page, script: Path, tmp_path: Path) -> None:
    stack = contextlib.ExitStack()
    server = stack.enter_context(running_server(tmp_path, script))
    open_page(page, server, "/raising")
    raised = server.troubles()
    assert any("ZeroDivisionError" in line for line in raised)
    open_page(page, server, "/warning")
    (warned,) = server.troubles()[len(raised) :]
    assert "UserWarning: this is on its way out" in warned
    with pytest.raises(AssertionError, match=re.escape("\n".join([*raised, warned]))):
        stack.close()


def test_a_process_that_outlives_the_server_is_caught_and_ended(
    page: Page, script: Path, tmp_path: Path
) -> None:
    stack = contextlib.ExitStack()
    server = stack.enter_context(running_server(tmp_path, script))
    open_page(page, server, "/leaving")
    children = psutil.Process(server.process.pid).children(recursive=True)
    assert children
    with pytest.raises(AssertionError, match="outlived the server"):
        stack.close()
    psutil.wait_procs(children, timeout=5)
    assert not any(child.is_running() for child in children)


def test_a_server_that_does_not_come_up_shows_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="does not exist"),
        running_server(tmp_path, tmp_path / "none.py"),
    ):
        pass
