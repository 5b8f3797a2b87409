"""A slot by itself: its one process, killed by another hand or gone for want of work."""

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


def test_a_process_that_was_killed_with_nothing_to_do_costs_the_next_task_nothing(slot: LocalSlot) -> None:
    assert slot.submit(os.path.basename, "/a/b").result(60) == "b"
    (pid,) = slot.pids()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(pid), "its process is gone")
    assert slot.submit(os.path.basename, "/c/d").result(60) == "d"
    assert slot.pids() != [pid]


def test_a_worker_that_needs_more_memory_than_at_first_is_kept(slot: LocalSlot) -> None:
    pid = slot.submit(os.getpid).result(60)
    time.sleep(1.1)  # loky looks at memory once a second at most
    slot.submit(exec, "import builtins; builtins.kept = b'x' * 500_000_000").result(60)
    assert slot.submit(os.getpid).result(60) == pid


# loky's word where a task comes in the moment in which the idle one leaves; it starts another
@pytest.mark.filterwarnings("ignore:A worker stopped while some jobs were given:UserWarning")
def test_an_idle_worker_leaves_and_another_comes_when_needed_whose_death_is_noticed() -> None:
    slot = LocalSlot(idle_seconds=1)
    try:
        pid = slot.submit(os.getpid).result(60)
        assert pid != os.getpid()
        wait_until(lambda: not psutil.pid_exists(pid), "the idle worker leaves")
        second = slot.submit(os.getpid).result(60)
        assert second not in (pid, os.getpid())
        wait_until(lambda: not psutil.pid_exists(second), "that one leaves too")
        endless = slot.submit(signal.pause)
        os.kill(*slot.pids(), signal.SIGKILL)
        with pytest.raises(slot.deaths):
            endless.result(60)
    finally:
        slot.close()
