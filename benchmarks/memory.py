"""What the processes hold: the one of the pages and a worker, idle and busy; and that the first page waits for
no worker, and idle workers leave."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from benchmarks.load import CONFIG, SESSIONS, class_of
from benchmarks.row import Row, say
from benchmarks.server import Served, served
from benchmarks.visitors import Visitor
from core.pictures.replay import Replay

IDLE_SECONDS = 8  # CONTRASTIVE_LAB_IDLE here
EVERY = 0.1  # seconds between two looks
SECONDS_TO_WAIT = 120
MB = 1e6


@dataclass(frozen=True)
class Held:
    """Megabytes: resident, and, where the system tells it (Linux), with what is shared counted in part."""

    rss: float
    pss: float | None


@dataclass
class Peaks:
    """The most that the pages' process and a worker have held since the look began."""

    pages: list[Held] = field(default_factory=list)
    worker: list[Held] = field(default_factory=list)


def measure() -> list[Row]:
    """Real processes of a server just started, with one worker."""
    name = "memory"
    rows = []
    say("Memory: a server just started ...")
    began = time.monotonic()
    with served(CONTRASTIVE_LAB_IDLE=str(IDLE_SECONDS)) as server:
        page_after = asyncio.run(_first_page(server)) - began
        with_torch_by_then = len(workers(server))
        _wait_for("a worker has imported torch", lambda: bool(workers(server)))
        torch_after = time.monotonic() - began
        time.sleep(1)
        rows += [
            Row(
                name,
                "server's start to the first page; to a worker with torch",
                "s",
                page_after,
                torch_after,
                torch_after / page_after,
                low=1,
            ),
            Row(
                name,
                "workers with torch when the first page was there",
                "",
                float(with_torch_by_then),
                high=0,
            ),
            Row(name, "the pages' process has torch", "", float(has_torch(server.process)), high=0),
            *_rows("pages, idle after the first page", held_by(server.process)),
            *_rows("worker, idle before its first run", held_by(*workers(server)[:1])),
        ]
        say(f"Memory: {SESSIONS} sessions that train one config, and its replay ...")
        config = replace(CONFIG, seed=4000)
        with _watched(server) as peaks:
            asyncio.run(class_of(server, [config] * SESSIONS))
            _wait_for("the replay is made", Replay(server.run(config.key)).ready)
        rows += [
            *_rows(f"pages, busy with {SESSIONS} sessions, at most", _most(peaks.pages)),
            *_rows("worker, busy, at most", _most(peaks.worker)),
        ]
        time.sleep(1)
        if left := workers(server):
            rows += _rows("worker, idle after its run", held_by(*left[:1]))
        time.sleep(IDLE_SECONDS + 5)
        rows += [
            Row(
                name,
                f"workers {IDLE_SECONDS + 5} s after their last work",
                "",
                float(len(workers(server))),
                high=0,
            ),
            *_rows("pages, idle afterwards", held_by(server.process)),
        ]
    return rows


async def _first_page(server: Served) -> float:
    async with Visitor(server.url, "", "") as visitor:
        await visitor.drawn()
        return time.monotonic()


def _wait_for(what: str, come: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS_TO_WAIT
    while not come():
        if time.monotonic() > end:
            raise RuntimeError(f"In {SECONDS_TO_WAIT} s this did not happen: {what}")
        time.sleep(0.05)


def has_torch(process: psutil.Process) -> bool:
    """Whether the process has loaded torch."""
    maps = Path(f"/proc/{process.pid}/maps")
    with contextlib.suppress(OSError):
        if maps.exists():
            return "libtorch" in maps.read_text()
    with contextlib.suppress(psutil.Error):  # macOS, Windows
        return any("torch" in mapped.path for mapped in process.memory_maps())
    return False


def workers(server: Served) -> list[psutil.Process]:
    """Its children with torch in them."""
    return [child for child in server.process.children(recursive=True) if has_torch(child)]


def held_by(process: psutil.Process) -> Held:
    """What it holds now. Raises psutil.Error where it is gone."""
    full = process.memory_full_info() if psutil.LINUX else process.memory_info()
    pss = getattr(full, "pss", None)
    return Held(full.rss / MB, None if pss is None else pss / MB)


@contextlib.contextmanager
def _watched(server: Served) -> Iterator[Peaks]:
    """Looks at the processes again and again meanwhile."""
    peaks, over = Peaks(), threading.Event()

    def look() -> None:
        while not over.wait(EVERY):
            with contextlib.suppress(psutil.Error):
                peaks.pages.append(held_by(server.process))
                peaks.worker += [held_by(worker) for worker in workers(server)]

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def _most(held: list[Held]) -> Held:
    shares = [each.pss for each in held if each.pss is not None]
    return Held(max(each.rss for each in held), max(shares) if shares else None)


def _rows(what: str, held: Held) -> list[Row]:
    rows = [Row("memory", f"{what}: resident", "MB", held.rss)]
    if held.pss is not None:
        rows.append(Row("memory", f"{what}: its share (PSS)", "MB", held.pss))
    return rows
