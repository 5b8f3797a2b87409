"""Fixtures for the engine's tests, with a shared worker process, since a worker takes seconds to start."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest

from core.pictures.replay import Replay
from core.runs import Run
from core.service import engine as engine_module
from core.service import housekeeping
from core.service.engine import Engine
from core.service.slots import LocalSlot, Slot, WorkerDied


class LentSlot:
    """The shared worker, lent to one engine. Closing the engine cancels its task and keeps the process."""

    deaths = LocalSlot.deaths

    def __init__(self, slot: LocalSlot) -> None:
        self._slot = slot
        self._task: Future[Any] | None = None
        self._run = Run(Path())
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, function: Callable[..., Any], *arguments: str) -> "Future[Any]":
        with self._lock:
            if self._closed:
                raise WorkerDied("the engine is closed")
            task = self._slot.submit(function, *arguments)
            if arguments:  # not only to warm up
                self._run, self._task = Run(Path(arguments[0])), task
            return task

    def kill(self) -> None:
        self._slot.kill()

    def close(self) -> None:
        with self._lock:
            self._closed = True
        if self._task is not None and not self._task.done():
            self._run.request_cancel()
            Replay(self._run).request_pause()
            if not wait([self._task], timeout=60).done:
                self.kill()

    def pids(self) -> list[int]:
        return self._slot.pids()


@pytest.fixture(scope="session")
def worker(own_folders: Path) -> Iterator[LocalSlot]:
    """The worker process shared by all tests that don't kill, suspend or count workers."""
    slot = LocalSlot(idle_seconds=300)
    slot.submit(os.getpid).result(60)  # started now, before any test changes the environment
    yield slot
    slot.close()


@pytest.fixture
def warm_slot(worker: LocalSlot) -> Slot:
    """The shared worker, for one engine."""
    return LentSlot(worker)


@pytest.fixture
def engine(runs_folder: Path, warm_slot: Slot) -> Iterator[Engine]:
    """A real engine with the shared worker."""
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=3600, slots=[warm_slot])
    yield engine
    engine.close()


@pytest.fixture
def own_engine(runs_folder: Path) -> Iterator[Engine]:
    """A real engine with its own worker process, which starts at the first run and may be killed."""
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=3600)
    yield engine
    engine.close()


@pytest.fixture(autouse=True)
def fast_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the engine's intervals, so that it soon notices a clock that a test moves, or a full disk."""
    monkeypatch.setattr(engine_module, "BEAT", 0.05)
    monkeypatch.setattr(housekeeping, "TIDY_EVERY", 0.5)
