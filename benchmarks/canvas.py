"""The canvas in a real browser: time to the first picture, frame rate, bytes per snapshot, and memory."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks.row import Row, say
from core.pictures.frames import unpack
from run import PROJECT, find_browser
from tests.browser.harness import APP, BROWSER_FLAGS, Server, running_server

PAGES = PROJECT / "tests" / "browser" / "measured"
ROUNDS = 5
RUNS = 10

# The canvas reports what it has drawn; its pixels tell whether anything is visible.
_PAINTED = """() => [...document.querySelectorAll('%s')].some(host => {
    const root = host.shadowRoot?.querySelector('.cl-canvas');
    if (!root?.contrastiveCanvas || root.contrastiveCanvas.state().n < 60000) return false;
    const canvas = root.querySelector('canvas.points');
    const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return pixels.some(pixel => pixel >>> 24);
})"""
PAINTED = _PAINTED % '[data-testid="stBidiComponentIsolated"]'  # the page's canvas
PAINTED_FIRST = _PAINTED % "#first-picture .picture"  # the one on Home while Streamlit starts
CHART_DRAWN = """() => [...document.querySelectorAll("[data-testid=stVegaLiteChart] :is(canvas, svg)")].some(chart => {
    if (chart.tagName === 'svg') return chart.querySelectorAll('.mark-symbol path').length >= 60000;
    const { data } = chart.getContext('2d').getImageData(0, 0, chart.width, chart.height);
    return new Uint32Array(data.buffer).filter(pixel => pixel >>> 24).length > 20000;
})"""
# The frame rate while the animation plays from its start, and the time of each frame.
PLAY = """async seconds => {
    const { contrastiveCanvas } = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
        .map(host => host.shadowRoot?.querySelector('.cl-canvas')).find(Boolean);
    const root = [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
        .map(host => host.shadowRoot?.querySelector('.cl-canvas')).find(Boolean);
    root.querySelector('.loop').click();
    root.querySelector('.play').click();
    await new Promise(resolve => setTimeout(resolve, 500));
    const before = contrastiveCanvas.work().length, began = performance.now();
    let frames = 0, moved = 0, last = contrastiveCanvas.state().playhead;
    while (performance.now() - began < seconds * 1000) {
        await new Promise(requestAnimationFrame);
        frames++;
        const { playhead } = contrastiveCanvas.state();
        if (playhead !== last) moved++;
        last = playhead;
    }
    const took = (performance.now() - began) / 1000;
    return { frames: frames / took, moved: moved / frames, work: contrastiveCanvas.work() };
}"""


def measure() -> list[Row]:
    """All rows, each in a fresh browser context."""
    with _browser() as browser:
        return [*_first_picture(browser), *_playing(browser), _bytes_a_snapshot(browser), _memory(browser)]


def _first_picture(browser: Browser) -> list[Row]:
    say(f"{ROUNDS} visits to Home and to an Altair chart of the same points, on servers just started ...")
    ours = [_until(browser, PAINTED_FIRST) for _ in range(ROUNDS)]
    own = [_until(browser, PAINTED) for _ in range(ROUNDS)]
    theirs = [_until(browser, CHART_DRAWN, PAGES / "altair_chart.py") for _ in range(ROUNDS)]
    mine, chart = median(ours), median(theirs)
    what = "first picture of 60,000 points after opening"
    return [
        Row("first_picture", f"{what}; Altair's", "s", mine, chart, chart / mine, low=4),
        Row("first_picture", f"{what}, a server just started", "s", mine, high=2),
        Row("first_picture", "until the page's own canvas plays on from there", "s", median(own), high=2),
    ]


def _playing(browser: Browser) -> list[Row]:
    say("60,000 points x 15 snapshots, played ...")
    with _page(browser) as (page, server):
        page.goto(server.url)
        page.wait_for_function(PAINTED)
        page.wait_for_timeout(5000)  # the animation has played once
        played = page.evaluate(PLAY, 4)
    return [
        Row("canvas_frames", "frames a second, 60,000 points x 15 snapshots", "", played["frames"], low=55),
        Row("canvas_frames", "of them, with the points moved on", "", played["moved"], low=0.6),
        Row("canvas_frames", "work a frame", "ms", median(played["work"]), high=8),
    ]


def _bytes_a_snapshot(browser: Browser) -> Row:
    say("Bytes sent for each snapshot while a run is trained ...")
    bodies: list[bytes] = []

    def keep(response: Response) -> None:
        if "/frames/sample" in response.url and response.status == 200:
            bodies.append(response.body())

    with _page(browser) as (page, server):
        page.on("response", keep)
        page.goto(f"{server.url}/train?epochs=10")
        page.get_by_role("main").get_by_role("button", name="Train").click()
        page.get_by_text("Trained in").wait_for(timeout=180_000)
        page.wait_for_timeout(500)
    snapshots = sum(len(unpack(body).steps) for body in bodies)
    sent = sum(map(len, bodies)) / max(snapshots, 1)
    return Row(
        "canvas_bytes", f"bytes a snapshot of 2,000 points, mean of {snapshots}", "B", sent, high=20_000
    )


def _memory(browser: Browser) -> Row:
    say(
        f"The page's memory while {RUNS} runs of 60,000 points x 15 snapshots are shown one after the other ..."
    )
    with _page(browser, PAGES / "runs_in_turn.py") as (page, server):
        page.goto(server.url)
        devtools = page.context.new_cdp_session(page)

        def shown(count: int) -> float:
            page.wait_for_function(f"({PAINTED})() && document.body.innerText.includes('run {count}.')")
            page.wait_for_timeout(1500)
            devtools.send("HeapProfiler.collectGarbage")
            usage = devtools.send("Runtime.getHeapUsage")
            # typed arrays, which contain the points, are outside the heap
            return float(usage["usedSize"] + usage.get("backingStorageSize", 0))

        used = [shown(0)]
        for count in range(1, RUNS + 1):
            page.get_by_role("button", name="Next run").click()
            used.append(shown(count))
    second, last = used[2], used[-1]
    return Row(
        "canvas_memory",
        f"memory after {RUNS} runs; after two",
        "MB",
        last / 1e6,
        second / 1e6,
        last / second,
        high=1.1,
    )


def _until(browser: Browser, painted: str, script: Path | None = None) -> float:
    with _page(browser, script) as (page, server):
        began = time.perf_counter()
        page.goto(server.url, wait_until="commit")
        page.wait_for_function(painted, timeout=120_000)
        return time.perf_counter() - began


@contextlib.contextmanager
def _page(browser: Browser, script: Path | None = None) -> Iterator[tuple[Page, Server]]:
    """An empty page in a new context, and a server just started."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), script or APP) as server:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        try:
            yield context.new_page(), server
        finally:
            context.close()


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = find_browser()
        browser = playwright.chromium.launch(executable_path=program, args=list(BROWSER_FLAGS))
        try:
            yield browser
        finally:
            browser.close()
