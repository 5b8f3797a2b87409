"""A second browser: Firefox, with the privacy settings under which no page can read a canvas.

Driven over WebDriver BiDi (W3C), since Playwright's own Firefox is not Debian's.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from core.config import RunConfig
from core.runs import Run
from pages.ui.navigation import SECTIONS
from tests.browser.draw_page import STROKES
from tests.browser.harness import ASKING, PATIENCE, QUIET, SETTLED, Server, stop
from tests.core.conftest import wait_until

NO_FIREFOX = (
    "These tests need Firefox; none was found. Install it (Debian's package: firefox-esr), or set the environment "
    "variable FIREFOX to the full path of its program."
)
PREFERENCES = {
    "privacy.resistFingerprinting": True,  # random pixels for every canvas that is read
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
}
# The first element of a selector, in the components' shadow roots too.
FIND = """window.find = (selector, root = document) => {
    const found = root.querySelector(selector);
    if (found) return found;
    for (const host of root.querySelectorAll("[data-testid=stBidiComponentIsolated]")) {
        const inside = host.shadowRoot && window.find(selector, host.shadowRoot);
        if (inside) return inside;
    }
    return null;
}"""


class Firefox:
    """One tab of a running Firefox. Errors in its console and scripts are collected in `faults`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0
        self.faults: list[str] = []
        self.ask("session.new", capabilities={})
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask("browsingContext.setViewport", context=self.tab, viewport={"width": 1440, "height": 900})
        self.ask("session.subscribe", events=["log.entryAdded"])
        for script in (ASKING, f"{FIND};"):
            self.ask("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=60))
            if answer.get("method") == "log.entryAdded" and answer["params"]["level"] == "error":
                self.faults.append(str(answer["params"]["text"]))
            if answer.get("id") == self._asked:
                assert answer["type"] == "success", f"{method}: {answer.get('message')}"
                return dict(answer["result"])

    def js(self, expression: str) -> Any:
        """The value of an expression, which must fit into JSON."""
        answer = self.ask(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self.tab},
            awaitPromise=False,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"].get("value", "null"))

    def open(self, url: str) -> None:
        """Open a page of the app, and wait until it is complete."""
        self.ask("browsingContext.navigate", context=self.tab, url=url, wait="interactive")
        self.settle()

    def settle(self) -> None:
        self.js("window.idleSince = null")
        settled = f"({SETTLED})([{QUIET * 1000}, {PATIENCE * 1000}])"
        wait_until(lambda: bool(self.js(settled)), "the page is complete")

    def click(self, element: str) -> None:
        """Click an element, given as JavaScript."""
        self.js(f"({element}).click()")

    def drag(self, element: str, points: list[list[int]]) -> None:
        """Draw with the mouse through points relative to an element's corner."""
        left, top = self.js(f"(({{ x, y }}) => [x, y])(({element}).getBoundingClientRect())")
        moves = [
            {"type": "pointerMove", "x": round(left + x), "y": round(top + y), "duration": 0}
            for x, y in points
        ]
        press, release = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        mouse = {"type": "pointer", "id": "mouse", "actions": [moves[0], press, *moves[1:], release]}
        self.ask("input.performActions", context=self.tab, actions=[mouse])


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    program = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    if not program:
        pytest.fail(NO_FIREFOX)
    profile = tmp_path_factory.mktemp("firefox")
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    log = profile / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until(lambda: "BiDi listening on ws" in log.read_text(errors="replace"), "Firefox starts", 60)
        address = re.search(r"BiDi listening on (ws://\S+)", log.read_text(errors="replace"))
        assert address
        with connect(f"{address[1]}/session", max_size=None, proxy=None) as socket:
            yield Firefox(socket)
    finally:
        stop(process)


@pytest.fixture(autouse=True)
def without_a_fault(firefox: Firefox) -> Iterator[None]:
    """No test may leave an error in the console."""
    firefox.faults.clear()
    yield
    assert not firefox.faults


CANVAS = "find('.cl-canvas').contrastiveCanvas.state()"


def test_every_page_opens(firefox: Firefox, server: Server) -> None:
    for page in (page for section in SECTIONS.values() for page in section):
        firefox.open(f"{server.url}/{page.address}")
        assert not firefox.js("find('[data-testid=stException], [data-testid=stAlert][kind=error]') !== null")
        assert firefox.js("document.querySelector('[data-testid=stMain]').innerText.length") > 200, page


def test_a_run_is_trained_and_replayed(firefox: Firefox, server: Server) -> None:
    firefox.open(f"{server.url}/train?epochs=1&digits=2&hidden=16&batch_size=1000&seed=77")
    buttons = "[...document.querySelectorAll('[data-testid=stMain] button')]"
    firefox.click(f"{buttons}.find((button) => /\\bTrain\\b/.test(button.innerText))")
    trained = "document.querySelector('.st-key-status')?.innerText.includes('Trained in') ?? false"
    wait_until(lambda: bool(firefox.js(trained)), "the run is trained")
    firefox.settle()
    run = Run(server.runs / RunConfig(epochs=1, digits=2, hidden=(16,), batch_size=1000, seed=77).key)
    wait_until(lambda: firefox.js(f"{CANVAS}.n") > 12_000, "all points of both classes are shown")
    steps = run.snapshot_steps()
    wait_until(lambda: firefox.js(f"{CANVAS}.steps") == steps, "the replay is there")
    firefox.click("find('.play')")
    wait_until(lambda: 0 < firefox.js(f"{CANVAS}.playhead") < len(steps) - 1, "it plays")
    wait_until(lambda: not firefox.js(f"{CANVAS}.playing"), "it plays to the end")
    assert firefox.js(f"{CANVAS}.playhead") == len(steps) - 1


def test_a_drawing_is_named_though_no_canvas_can_be_read(firefox: Firefox, server: Server) -> None:
    firefox.open(f"{server.url}/draw")
    read = "[...document.createElement('canvas').getContext('2d').getImageData(0, 0, 9, 9).data]"
    assert set(firefox.js(read)) != {0}  # of an empty canvas
    assert firefox.js(f"{CANVAS}.background") == [255, 255, 255]
    for stroke in STROKES["7"]:
        firefox.drag("find('.upper-canvas')", stroke)
        firefox.settle()
    assert "It looks like a 7" in firefox.js("document.body.innerText")
