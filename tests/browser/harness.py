"""A real server, a real browser, and checks that no fault in either goes unnoticed."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from benchmarks.ending import undisturbed
from run import PROJECT

APP = PROJECT / "streamlit_app.py"
START_SECONDS = 60
STOP_SECONDS = 20
ORPHAN_SECONDS = 10

# On a deep link such as /train, Streamlit 1.67 first looks for its server below that path, and fails.
KNOWN_FAILURES = (
    re.compile(r"/[^/]+/_stcore/health"),
    re.compile(r"/[^/]+/_stcore/host-config"),
)
OWN_HOSTS = {"127.0.0.1", "localhost"}
TROUBLE_IN_LOG = re.compile(
    r"\b(WARNING|ERROR|CRITICAL)\b|Traceback \(most recent call last\)|\b\w*(Error|Exception|Warning): "
)
BROWSER_FLAGS = (
    "--no-sandbox",  # containers run as root and have no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--renderer-process-limit=1",  # the pages of a context share one: a new page does not read the scripts again
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# ---- the server


@dataclass
class Server:
    """A running `streamlit run`; `process.pid` is Streamlit's own process."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    runs: Path
    expected: list[str] = field(default_factory=list)

    def expect_in_log(self, pattern: str) -> None:
        """For a test that provokes a fault: a pattern of its log lines."""
        self.expected.append(pattern)

    def troubles(self) -> list[str]:
        """The log's unexpected errors and warnings."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [
            line
            for line in lines
            if TROUBLE_IN_LOG.search(line) and not any(re.search(known, line) for known in self.expected)
        ]


def workers(server: Server) -> list[psutil.Process]:
    """The training processes of a server: its child processes with torch."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [child for child in children if has_torch(child.pid)]


def has_torch(pid: int) -> bool:
    return "libtorch" in Path(f"/proc/{pid}/maps").read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_server(
    folder: Path, script: Path = APP, options: Sequence[str] = (), **env: str
) -> Iterator[Server]:
    """`streamlit run` in the project's folder, its runs and log in `folder`; stopped at the end.

    `env` overrides environment variables. The log must contain no error and no warning, and no process
    that the server started may outlive it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    server: Server | None = None
    left: list[str] = []
    try:
        while server is None or not came_up(server):
            with undisturbed():
                server = started(folder, script, options, env)
        yield server
    finally:
        if server is not None:
            left = stop(server.process)
    assert not left, f"these processes outlived the server: {left}"
    assert not server.troubles(), f"the server's log {server.log} holds:\n" + "\n".join(server.troubles())


def started(folder: Path, script: Path, options: Sequence[str], env: dict[str, str]) -> Server:
    runs, log, port = folder / "runs", folder / "server.log", free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", str(port)]
    # with the level, to recognise warnings
    command += ["--logger.messageFormat", "%(levelname)s %(name)s: %(message)s", *options]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    own = {"CONTRASTIVE_LAB_RUNS": str(runs), "PYTHONUNBUFFERED": "1", **env}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=inherited | own,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log, runs)
    # semaphores of a worker that was killed; loky reports and releases them
    server.expect_in_log("resource_tracker: There appear to be .* leaked semlock")
    server.expect_in_log("resource_tracker: /loky-.*FileNotFoundError")
    return server


def came_up(server: Server) -> bool:
    """Wait until it answers. False if another process took its port before it did."""
    # ignore the environment's proxy between two processes of one machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(OSError), opener.open(server.url + "/_stcore/health", timeout=5) as answer:
            if answer.status == 200:
                return True
        time.sleep(0.05)
    log = server.log.read_text(encoding="utf-8")
    assert re.search(r"Port \d+ is not available", log), f"the server did not come up; its log:\n{log}"
    return False


def stop(process: subprocess.Popen[bytes]) -> list[str]:
    """Terminate it; return the children it left behind."""
    children: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        children.append(psutil.Process(process.pid))
    left = [f"{child}" for child in psutil.wait_procs(children, timeout=ORPHAN_SECONDS)[1]]
    if os.name == "posix":  # including orphans
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    process.wait()
    return left


# ---- the page

# The visitor's motion preference. Tests that are not about animation reduce it, which is faster.
STILL: dict[str, Any] = {"reduced_motion": "reduce"}
MOVING: dict[str, Any] = {"reduced_motion": "no-preference"}


@dataclass
class Watch:
    """The faults of a page since it was opened: console, scripts, requests."""

    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """For a test that provokes a fault: a pattern of the fault's line."""
        self.expected.append(pattern)

    def unexpected(self) -> list[str]:
        return [
            fault for fault in self.faults if not any(re.search(pattern, fault) for pattern in self.expected)
        ]

    def console(self, message: ConsoleMessage) -> None:
        url = str(message.location.get("url", ""))
        if message.type == "error" and not known_failure(url):
            self.faults.append(f"console: {message.text} ({url})")

    def failed(self, request: Request) -> None:
        if request.failure == "net::ERR_ABORTED":  # aborted by the page, for instance because it is closed
            return
        self.faults.append(f"request failed: {request.method} {request.url}: {request.failure}")

    def requested(self, url: str) -> None:
        """No page may contact another host: its visitors may be at school."""
        address = urlsplit(url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in OWN_HOSTS:
            self.faults.append(f"another host: {url}")

    def responded(self, response: Response) -> None:
        if response.status >= 400 and not known_failure(response.url):
            self.faults.append(f"answer {response.status}: {response.request.method} {response.url}")


def known_failure(url: str) -> bool:
    return any(known.fullmatch(urlsplit(url).path) for known in KNOWN_FAILURES)


def watch(page: Page) -> Watch:
    """Collect the page's faults from now on, and record pending messages for `settled`."""
    found = Watch()
    page.add_init_script(ASKING)
    page.on("console", found.console)
    page.on("pageerror", lambda error: found.faults.append(f"script: {error}"))
    page.on("request", lambda request: found.requested(request.url))
    page.on("websocket", lambda socket: found.requested(socket.url))
    page.on("requestfailed", found.failed)
    page.on("response", found.responded)
    return found


# As Firefox with resistFingerprinting and Brave have it, or worse.
NO_READING = """
    CanvasRenderingContext2D.prototype.getImageData = (x, y, width, height) => {
        const random = new ImageData(width, height);
        for (let at = 0; at < random.data.length; at++) random.data[at] = Math.random() * 256;
        return random;
    };
    for (const name of ["toDataURL", "toBlob"]) HTMLCanvasElement.prototype[name] = () => { throw new Error(name) };
"""


# window.asking: since when the page has waited for an answer of its server, if it does.
ASKING = """
    const send = WebSocket.prototype.send;
    const heard = new WeakSet();
    WebSocket.prototype.send = function (message) {
        if (!heard.has(this)) this.addEventListener('message', () => { window.asking = null; });
        heard.add(this);
        window.asking = performance.now();
        return send.call(this, message);
    };
"""

SETTLED = """([quiet, patience]) => {
    const app = document.querySelector('[data-testid="stApp"]');
    const now = performance.now();
    const idle = app
        && app.dataset.testScriptState === 'notRunning'
        && app.dataset.testConnectionState === 'CONNECTED'
        && !(window.asking && now - window.asking < patience)
        && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"], #first-picture');
    if (!idle) window.idleSince = null;
    else window.idleSince ??= now;
    return idle && now - window.idleSince >= quiet;
}"""


QUIET = 0.4  # seconds
PATIENCE = 3  # seconds, for an answer to a message of the page; not every message gets one


def settled(page: Page, quiet: float = QUIET, timeout: float = 60) -> None:
    """Wait until the script has run and has not restarted for `quiet` seconds.

    Right after a click the rerun is not even requested: without the quiet time the previous one would count.
    """
    page.evaluate("window.idleSince = null")
    times = [quiet * 1000, PATIENCE * 1000]
    page.wait_for_function(SETTLED, arg=times, polling=50, timeout=timeout * 1000)


def painted(page: Page) -> None:
    """Wait until the browser has painted the latest state."""
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")


def open_page(page: Page, server: Server, path: str = "/", quiet: float = QUIET) -> None:
    """Open a URL of the app cold, and wait until the page is complete."""
    page.goto(server.url + path, wait_until="domcontentloaded")
    settled(page, quiet)
