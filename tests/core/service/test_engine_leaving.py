"""The engine cancels a run when its last watcher stops it, leaves or disappears, and not before."""

import psutil
import pytest

from core.runs import RunDamaged, example_run
from core.service import engine as engine_module
from core.service.clock import Clock
from core.service.engine import Engine
from core.service.shared_engine import engine_from_settings
from core.service.work_queue import NOBODY_WAITED
from tests.core.conftest import LONG, MEDIUM, SHORT, SMALL, wait_for_end, wait_for_snapshots, wait_until

pytestmark = pytest.mark.whole_training


def test_only_the_last_watcher_to_leave_cancels_the_run(engine):
    run = engine.submit(LONG, "ada")
    engine.submit(LONG, "bob")
    wait_for_snapshots(run)
    engine.leave(run.key, "ada")
    assert not run.cancel_requested()
    before = len(run.progress())
    wait_until(lambda: len(run.progress()) > before, "the run continues for the other watcher")
    engine.leave(run.key, "bob")
    wait_for_end(run)
    assert run.status().state == "cancelled"


def test_a_run_requested_just_after_its_last_watcher_left_is_still_trained(engine):
    run = engine.submit(MEDIUM, "ada")
    wait_for_snapshots(run)
    engine.leave(run.key, "ada")
    engine.submit(run.config(), "bob")
    wait_until(lambda: run.status().state == "done", "the run is finished for the second session")
    run.check()


def test_a_run_without_watchers_is_cancelled_after_the_grace_time(runs_folder, warm_slot, time):
    engine = Engine(1, 60, 300, grace_seconds=90, clock=Clock(steady=time), slots=[warm_slot])
    try:
        run = engine.submit(LONG, "ada")  # closes the laptop,
        engine.submit(LONG, "bob")
        wait_for_snapshots(run)
        time.seconds += 80
        engine.watch(run.key, "bob")
        time.seconds += 20
        wait_until(lambda: engine.others_watching(run.key, "eve") == 1, "the first session counts as gone")
        assert not run.cancel_requested()
        engine.watch(run.key, "ada")  # and opens it again
        assert engine.others_watching(run.key, "bob") == 1
        time.seconds += 91
        wait_for_end(run)
        assert run.status().state == "cancelled"
        assert run.status().message == NOBODY_WAITED
    finally:
        engine.close()


def test_the_apps_engine_has_a_grace_time_by_default(runs_folder, warm_slot, time, monkeypatch):
    monkeypatch.setenv("CONTRASTIVE_LAB_WORKERS", "1")
    monkeypatch.setattr(engine_module, "LocalSlot", lambda idle_seconds: warm_slot)
    engine = engine_from_settings(Clock(steady=time))
    try:
        run = engine.submit(LONG, "ada")
        wait_for_snapshots(run)
        time.seconds += 60  # browsers throttle the timers of a hidden page to one call a minute
        assert engine.others_watching(run.key, "bob") == 1
        assert engine.awaited_by("ada") == [run.key]  # which counts as a sign of life
        time.seconds += 60
        assert engine.others_watching(run.key, "bob") == 1
        time.seconds += 91
        wait_for_end(run)
        assert run.status().state == "cancelled" and run.status().message == NOBODY_WAITED
    finally:
        engine.close()


def test_a_person_leaves_their_runs_with_the_last_of_their_sessions_and_not_before(engine):
    for tab in ("first tab", "second tab"):
        engine.arrive(tab, "ada")
        engine.show(example_run(), tab)
    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    assert engine.standing().sessions == 2
    engine.forget("first tab")  # closed, or loaded again
    wait_until(lambda: engine.standing().sessions == 1, "the engine has noticed")
    assert engine.awaited_by("ada") == [run.key] and not run.cancel_requested()
    assert engine.others_watching(run.key, "ada") == 0
    engine.forget("second tab")
    wait_for_end(run)
    assert run.status().state == "cancelled" and run.status().message == ""
    assert engine.standing().sessions == 0


def test_a_run_can_be_cancelled_while_it_is_measured(engine):
    run = engine.submit(SHORT, "ada")
    wait_until(lambda: run.status().state == "measuring", "the training is over")
    engine.leave(run.key, "ada")
    wait_for_end(run)
    assert run.status().state == "cancelled" and run.status().files == {}
    with pytest.raises(RunDamaged):
        run.evaluation()
    wait_until(lambda: not engine.has(run.key), "the engine releases the run")
    engine.submit(SHORT, "bob")
    wait_for_end(run)
    assert run.status().state == "done"
    run.check()


def test_a_queued_run_can_be_cancelled(engine):
    running = engine.submit(LONG, "ada")
    wait_until(lambda: engine.queued_before(running.key) is None, "the first run starts")
    waiting = engine.submit(SMALL, "ada")
    assert engine.queued_before(waiting.key) == 0
    engine.leave(waiting.key, "ada")
    assert waiting.status().state == "cancelled"
    assert engine.queued_before(waiting.key) is None
    engine.leave(running.key, "ada")
    wait_for_end(running)
    assert waiting.progress() == []


def importing(pid: int) -> bool:
    """Whether a worker has started up and is now busy importing torch, which takes seconds."""
    return bool(psutil.Process(pid).cpu_times().user > 0.5)


def test_a_run_cancelled_while_its_worker_starts_is_trained_for_the_next_session(
    own_engine,
):
    run = own_engine.submit(SMALL, "ada")
    wait_until(lambda: any(map(importing, own_engine.worker_pids())), "its worker starts to import torch")
    assert run.status().state == "queued"
    own_engine.leave(run.key, "ada")
    assert run.status().state == "cancelled"
    assert own_engine.submit(SMALL, "bob").status().state == "queued"
    wait_until(lambda: run.status().state == "done", "the run is finished for the second session")
    run.check()


def test_a_run_cancelled_while_its_worker_starts_is_never_trained(own_engine):
    run = own_engine.submit(SMALL, "ada")
    own_engine.show(run, "ada")  # which keeps its status
    wait_until(lambda: any(map(importing, own_engine.worker_pids())), "its worker starts to import torch")
    own_engine.leave(run.key, "ada")
    wait_until(lambda: not own_engine.has(run.key), "the engine releases the run")
    assert (run.status().state, run.status().message) == ("cancelled", "")
    assert run.progress() == [] and run.snapshot_steps() == []


def test_a_cancelled_run_can_be_trained_again(engine):
    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    engine.leave(run.key, "ada")
    wait_for_end(run)
    wait_until(lambda: not engine.has(run.key), "the engine releases the run")
    again = engine.submit(LONG, "ada")
    wait_for_snapshots(again)
    assert again.status().state == "training"
