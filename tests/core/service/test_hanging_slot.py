"""A worker that hangs: how its run ends where killing it asks it to stop, as on a cluster, and who joins meanwhile."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from core.config import RunConfig
from core.service.clock import Clock
from core.service.dask_slots import DaskSlot
from core.service.engine import Engine
from core.service.slot_threads import SECONDS_TO_STOP
from tests.core.conftest import Time, wait_until

CONFIG = RunConfig(epochs=1)


class HangingSlot(DaskSlot):
    """trainings: how many it was given. when_killed: called as it is killed."""

    def __init__(self) -> None:
        self.trainings = 0
        self.when_killed: Callable[[], object] = lambda: None
        self._released = threading.Event()
        super().__init__(ThreadPoolExecutor(2), lambda: self._released.set())

    def submit(self, function: Callable[..., Any], *arguments: str) -> "Future[Any]":
        if isinstance(function, partial):  # a training
            self.trainings += 1
            return super().submit(partial(self._hang, self._released), *arguments)
        return super().submit(function, *arguments)

    def _hang(self, released: threading.Event, folder: str, server: str) -> None:
        with FileLock(Path(folder) / "lock"):  # as a worker does
            released.wait(60)

    def kill(self) -> None:
        super().kill()
        self._released.set()
        self._released = threading.Event()
        self.when_killed()


@pytest.fixture
def slot() -> HangingSlot:
    return HangingSlot()


@pytest.fixture
def engine(runs_folder: Path, time: Time, slot: HangingSlot) -> Iterator[Engine]:
    engine = Engine(1, 60, 900, clock=Clock(steady=time), slots=[slot])
    yield engine
    engine.close()


def test_its_run_fails_at_the_deadline_and_is_not_begun_again(engine, slot, time):
    run = engine.submit(CONFIG, "ada")
    wait_until(lambda: slot.trainings == 1, "the slot has it")
    time.seconds += 901
    wait_until(lambda: not engine.has(run.key) or slot.trainings > 1, "the run has ended")
    assert run.status().state == "failed" and "longer than 900 seconds" in run.status().message


def test_who_joins_a_run_while_its_stopped_worker_is_ended_gets_it_trained(engine, slot, time):
    run = engine.submit(CONFIG, "ada")
    wait_until(run.has_writer, "the worker has begun")
    joined = threading.Event()
    killed_after: list[float] = []

    def join() -> None:
        slot.when_killed = lambda: None
        killed_after.append(time.seconds)
        engine.submit(CONFIG, "bob")
        joined.set()

    slot.when_killed = join
    engine.leave(run.key, "ada")

    def killed() -> bool:
        time.seconds += 0.3
        return joined.is_set()

    wait_until(killed, "the worker is ended")
    wait_until(lambda: slot.trainings == 2 or not engine.has(run.key), "it is begun again, or has failed")
    assert slot.trainings == 2 and killed_after[0] > SECONDS_TO_STOP
