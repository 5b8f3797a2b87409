"""The memory of the pages' process and of a worker, idle and busy; also checks that the first page doesn't
wait for a worker, and that idle workers exit."""

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
EVERY = 0.1  # seconds between two samples
SECONDS_TO_WAIT = 120
MB = 1e6


@dataclass(frozen=True)
class Held:
    """Megabytes: resident, and on Linux the proportional set size, which counts shared memory in part."""

    rss: float
    pss: float | None


@dataclass
class Samples:
    """Samples of the memory of the pages' process and of the worker."""

    pages: list[Held] = field(default_factory=list)
    worker: list[Held] = field(default_factory=list)


def measure() -> list[Row]:
    """Measure real processes of a server just started, with one worker."""
    say("Memory: a server just started ...")
    began = time.monotonic()
    with served(CONTRASTIVE_LAB_IDLE=str(IDLE_SECONDS)) as server:
        return [*_started(server, began), *_busy(server), *_idle_again(server)]


def _started(server: Served, began: float) -> list[Row]:
    page_after = asyncio.run(_first_page(server)) - began
    with_torch_by_then = len(workers(server))
    _wait_for("a worker has imported torch", lambda: bool(workers(server)))
    torch_after = time.monotonic() - began
    time.sleep(1)
    return [
        Row(
            "memory",
            "server's start to the first page; to a worker with torch",
            "s",
            page_after,
            torch_after,
            torch_after / page_after,
            low=1,
        ),
        Row("memory", "workers with torch at the first page", "", float(with_torch_by_then), high=0),
        Row("memory", "the pages' process has torch", "", float(has_torch(server.process)), high=0),
        *_rows("pages, idle after the first page", held_by(server.process)),
        *_rows("worker, idle before its first run", held_by(*workers(server)[:1])),
    ]


def _busy(server: Served) -> list[Row]:
    say(f"Memory: {SESSIONS} sessions that train one config, and its replay ...")
    config = replace(CONFIG, seed=4000)
    with _sampled(server) as samples:
        asyncio.run(class_of(server, [config] * SESSIONS))
        _wait_for("the replay is made", Replay(server.run(config.key)).ready)
    return [
        *_rows(f"pages, busy with {SESSIONS} sessions, at most", _most(samples.pages)),
        *_rows("worker, busy, at most", _most(samples.worker)),
    ]


def _idle_again(server: Served) -> list[Row]:
    time.sleep(1)
    left = workers(server)
    rows = _rows("worker, idle after its run", held_by(*left[:1])) if left else []
    time.sleep(IDLE_SECONDS + 5)
    what = f"workers {IDLE_SECONDS + 5} s after their last work"
    return [
        *rows,
        Row("memory", what, "", float(len(workers(server))), high=0),
        *_rows("pages, idle afterwards", held_by(server.process)),
    ]


async def _first_page(server: Served) -> float:
    async with Visitor(server.url, "", "") as visitor:
        await visitor.drawn()
        return time.monotonic()


def _wait_for(what: str, happened: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS_TO_WAIT
    while not happened():
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
    """The server's child processes that have loaded torch."""
    return [child for child in server.process.children(recursive=True) if has_torch(child)]


def held_by(process: psutil.Process) -> Held:
    """The memory of a process now. Raises psutil.Error if it is gone."""
    full = process.memory_full_info() if psutil.LINUX else process.memory_info()
    pss = getattr(full, "pss", None)
    return Held(full.rss / MB, None if pss is None else pss / MB)


@contextlib.contextmanager
def _sampled(server: Served) -> Iterator[Samples]:
    """Sample the processes' memory during the block."""
    samples, over = Samples(), threading.Event()

    def sample() -> None:
        while not over.wait(EVERY):
            with contextlib.suppress(psutil.Error):
                samples.pages.append(held_by(server.process))
                samples.worker += [held_by(worker) for worker in workers(server)]

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
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
