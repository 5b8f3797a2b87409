"""A slot and its one process, which may be killed or exit when idle."""

import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from core.service.slots import LocalSlot
from tests.core.conftest import wait_until

pytestmark = pytest.mark.whole_training


@pytest.fixture
def slot() -> Iterator[LocalSlot]:
    slot = LocalSlot(idle_seconds=60)
    yield slot
    slot.close()


def test_a_worker_killed_while_idle_does_not_fail_the_next_task(slot: LocalSlot) -> None:
    assert slot.submit(os.path.basename, "/a/b").result(60) == "b"
    (pid,) = slot.pids()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(pid), "its process is gone")
    assert slot.submit(os.path.basename, "/c/d").result(60) == "d"
    assert slot.pids() != [pid]


def test_a_worker_whose_memory_grows_is_kept(slot: LocalSlot) -> None:
    pid = slot.submit(os.getpid).result(60)
    time.sleep(1.1)  # loky checks memory at most once a second
    slot.submit(exec, "import builtins; builtins.kept = b'x' * 500_000_000").result(60)
    assert slot.submit(os.getpid).result(60) == pid


# loky warns when a task arrives just as an idle worker exits; it starts another one
@pytest.mark.filterwarnings("ignore:A worker stopped while some jobs were given:UserWarning")
def test_an_idle_worker_exits_and_the_death_of_its_replacement_is_noticed() -> None:
    slot = LocalSlot(idle_seconds=1)
    try:
        pid = slot.submit(os.getpid).result(60)
        assert pid != os.getpid()
        wait_until(lambda: not psutil.pid_exists(pid), "the idle worker exits")
        second = slot.submit(os.getpid).result(60)
        assert second not in (pid, os.getpid())
        wait_until(lambda: not psutil.pid_exists(second), "the second worker exits too")
        endless = slot.submit(signal.pause)
        os.kill(*slot.pids(), signal.SIGKILL)
        with pytest.raises(slot.deaths):
            endless.result(60)
    finally:
        slot.close()
