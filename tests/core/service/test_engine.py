"""The engine, with real worker processes and real signals."""

import gc
import os
import signal
import threading
import weakref

import psutil
import pytest

from core.config import RunConfig
from core.pictures.frames import unpack
from core.pictures.replay import Replay
from core.runs import Run, RunDamaged, RunsFolderUnusable, place_for
from core.service import engine as engine_module
from core.service.clock import Clock
from core.service.engine import DIED, NOBODY_WAITED, Engine
from core.service.fair_queue import NotNow
from core.service.shared_engine import close_shared_engine, engine_as_set, shared_engine
from tests.core.conftest import LONG, MEDIUM, SHORT, SMALL, wait_for_end, wait_for_snapshots, wait_until

pytestmark = pytest.mark.whole_training


def test_a_submitted_run_is_trained_in_another_process(engine):
    run = engine.submit(SMALL, "ada")
    wait_for_end(run)
    assert run.status().state == "done"
    run.check()
    assert engine.worker_pids() != []
    assert os.getpid() not in engine.worker_pids()


def test_equal_configs_are_trained_once(engine):
    first = engine.submit(MEDIUM, "ada")
    second = engine.submit(RunConfig(epochs=15, digits=2, seed=4321), "bob")
    assert first == second
    assert engine.others_watching(first.key, "ada") == 1
    wait_for_end(first)
    wait_until(lambda: not engine.has(first.key), "the engine lets go of the run")
    done = first.status()
    assert engine.submit(MEDIUM, "eve").status() == done
    assert not engine.has(first.key)


def test_a_worker_trains_to_the_same_bits_as_this_process(engine, finished):
    there = engine.submit(SHORT, "ada")
    wait_for_end(there)
    assert there.status().files["weights.safetensors"] == finished.status().files["weights.safetensors"]
    assert there.status().files["figures.json"] == finished.status().files["figures.json"]


def test_the_last_one_to_leave_cancels_the_run_and_nobody_else(engine):
    run = engine.submit(LONG, "ada")
    engine.submit(LONG, "bob")
    wait_for_snapshots(run)
    engine.leave(run.key, "ada")
    assert not run.cancel_requested()
    before = len(run.progress())
    wait_until(lambda: len(run.progress()) > before, "the run goes on for the other one")
    engine.leave(run.key, "bob")
    wait_for_end(run)
    assert run.status().state == "cancelled"


def test_who_asks_just_after_the_last_one_left_gets_the_run_all_the_same(engine):
    run = engine.submit(MEDIUM, "ada")
    wait_for_snapshots(run)
    engine.leave(run.key, "ada")
    engine.submit(run.config(), "bob")
    wait_until(lambda: run.status().state == "done", "the run is finished for the second one")
    run.check()


def test_a_run_that_nobody_watches_any_more_is_cancelled_after_the_grace_time(runs_folder, warm_slot, time):
    engine = Engine(1, 60, 300, grace_seconds=90, clock=Clock(steady=time), slots=[warm_slot])
    try:
        run = engine.submit(LONG, "ada")  # who closes the laptop,
        engine.submit(LONG, "bob")
        wait_for_snapshots(run)
        time.seconds += 80
        engine.watch(run.key, "bob")
        time.seconds += 20
        wait_until(lambda: engine.others_watching(run.key, "eve") == 1, "the first one counts as gone")
        assert not run.cancel_requested()
        engine.watch(run.key, "ada")  # and comes back
        assert engine.others_watching(run.key, "bob") == 1
        time.seconds += 91
        wait_for_end(run)
        assert run.status().state == "cancelled"
        assert run.status().message == NOBODY_WAITED
    finally:
        engine.close()


def test_the_engine_of_the_app_has_a_grace_time_without_anything_being_set(
    runs_folder, warm_slot, time, monkeypatch
):
    monkeypatch.setenv("CONTRASTIVE_LAB_WORKERS", "1")
    monkeypatch.setattr(engine_module, "LocalSlot", lambda idle_seconds: warm_slot)
    engine = engine_as_set(Clock(steady=time))
    try:
        run = engine.submit(LONG, "ada")
        wait_for_snapshots(run)
        time.seconds += 60  # as seldom does a browser call a hidden page
        assert engine.others_watching(run.key, "bob") == 1
        engine.watch(run.key, "ada")
        time.seconds += 91
        wait_for_end(run)
        assert run.status().state == "cancelled" and run.status().message == NOBODY_WAITED
    finally:
        engine.close()


def test_a_session_that_has_ended_waits_for_nothing_and_looks_at_nothing(engine):
    run = engine.submit(LONG, "ada")
    engine.view(run, "ada")
    wait_for_snapshots(run)
    assert engine.standing().sessions == 1
    engine.forget("ada")
    wait_for_end(run)
    assert run.status().state == "cancelled" and run.status().message == ""
    assert engine.standing().sessions == 0


def test_a_run_that_is_refused_leaves_nothing_behind(engine):
    running = engine.submit(LONG, "ada")
    wait_until(lambda: engine.queued_before(running.key) is None, "the first one is taken from the queue")
    waiting = engine.submit(RunConfig(seed=1), "ada")
    refused = RunConfig(seed=2)
    with pytest.raises(NotNow):
        engine.submit(refused, "ada")
    assert not engine.has(refused.key) and not place_for(refused).folder.exists()
    assert engine.expected_wait(waiting.key) > 0 and engine.expected_wait(running.key) is None
    assert engine.standing().waiting == 1 and list(engine.standing().running) == [running.key]


def test_the_folder_keeps_its_bound_and_what_is_looked_at(runs_folder, copy):
    import shutil

    size = sum(file.stat().st_size for file in copy.folder.rglob("*") if file.is_file())
    others = [Run(runs_folder / letter.ljust(64, "0")) for letter in "abc"]
    engine = Engine(1, 60, 300, most_bytes=int(2.5 * size), clock=Clock(wall=lambda: 0.0))
    try:
        for run in (copy, *others):
            engine.view(run, f"viewer of {run.key}")
        for other in others:
            shutil.copytree(copy.folder, other.folder)
            engine.view(other, f"viewer of {other.key}")
        wait_until(lambda: engine.standing().stored_runs == 4, "all are counted")
        assert all(other.folder.exists() for other in others)
        engine.forget(f"viewer of {others[1].key}")
        engine.forget(f"viewer of {others[2].key}")
        wait_until(lambda: not others[2].folder.exists(), "room is made", seconds=60)
        assert not others[1].folder.exists()
        copy.check()
        others[0].check()
        wait_until(lambda: engine.standing().stored_runs == 2, "it has been counted")
    finally:
        engine.close()


def test_where_all_room_is_taken_by_what_is_looked_at_a_run_is_refused(runs_folder, copy):
    engine = Engine(1, 60, 300)
    try:
        engine.view(copy, "ada")
        engine._storage.most_bytes = (
            1000  # not before: the engine's first look would find a run that nobody views
        )
        wait_until(lambda: engine.standing().stored_bytes > 1000, "the folder is measured")
        with pytest.raises(NotNow, match="the space for runs is taken up"):
            engine.submit(LONG, "bob")
        # the look at the disk that was under way when ada came puts the run back that it was about to remove
        wait_until(lambda: copy.status().state == "done", "it is there")
        assert engine.submit(SHORT, "bob").status().state == "done"  # what is there can be had
        assert not place_for(LONG).folder.exists()
    finally:
        engine.close()


def test_where_all_room_is_taken_a_session_that_is_held_only_by_itself_is_forgotten(runs_folder, copy):
    """As Streamlit leaves them; while nothing happens, Python looks for such rings hardly ever."""

    class Session:
        def __init__(self):
            self.itself = self
            weakref.finalize(self, engine.forget, "ada")

    engine = Engine(1, 60, 300)
    gc.disable()
    try:
        session = Session()
        engine.view(copy, "ada")
        engine._storage.most_bytes = 1000
        wait_until(lambda: engine.standing().stored_bytes > 1000, "the folder is measured")
        del session
        wait_until(lambda: engine.standing().stored_runs == 0, "room is made", seconds=60)
        assert not copy.folder.exists()
    finally:
        gc.enable()
        engine.close()


def test_runs_one_after_another_are_trained_by_the_same_warm_worker(runs_folder):
    engine = Engine(workers=2, idle_seconds=60, deadline_seconds=300)
    try:
        for seed in range(3):
            run = engine.submit(RunConfig(epochs=1, digits=2, seed=seed), "ada")
            wait_for_end(run)
            wait_until(lambda key=run.key: not engine.has(key), "the engine lets go of the run")
        assert len(engine.worker_pids()) == 1
    finally:
        engine.close()


def test_a_run_that_is_being_measured_can_be_cancelled_and_is_not_called_finished(engine):
    run = engine.submit(SHORT, "ada")
    wait_until(lambda: run.status().state == "measuring", "the training is over")
    engine.leave(run.key, "ada")
    wait_for_end(run)
    assert run.status().state == "cancelled" and run.status().files == {}
    with pytest.raises(RunDamaged):
        run.evaluation()
    wait_until(lambda: not engine.has(run.key), "the engine lets go of the run")
    engine.submit(SHORT, "bob")
    wait_for_end(run)
    assert run.status().state == "done"
    run.check()


def test_a_run_that_has_not_begun_can_be_cancelled(engine):
    running = engine.submit(LONG, "ada")
    wait_until(lambda: engine.queued_before(running.key) is None, "the first one is taken from the queue")
    waiting = engine.submit(SMALL, "ada")
    assert engine.queued_before(waiting.key) == 0
    engine.leave(waiting.key, "ada")
    assert waiting.status().state == "cancelled"
    assert engine.queued_before(waiting.key) is None
    engine.leave(running.key, "ada")
    wait_for_end(running)
    assert waiting.progress() == []


def importing(pid: int) -> bool:
    """Whether a worker is past its own start: what it does next takes seconds of computing, torch above all."""
    return bool(psutil.Process(pid).cpu_times().user > 0.5)


def test_a_run_is_cancelled_at_once_while_its_worker_still_starts_and_is_trained_for_who_comes_next(
    own_engine,
):
    run = own_engine.submit(SMALL, "ada")
    wait_until(lambda: any(map(importing, own_engine.worker_pids())), "its worker begins to import torch")
    assert run.status().state == "queued"
    own_engine.leave(run.key, "ada")
    assert run.status().state == "cancelled"
    assert own_engine.submit(SMALL, "bob").status().state == "queued"
    wait_until(lambda: run.status().state == "done", "the run is finished for the second one")
    run.check()


def test_a_run_that_is_left_while_its_worker_starts_is_never_trained(own_engine):
    run = own_engine.submit(SMALL, "ada")
    wait_until(lambda: any(map(importing, own_engine.worker_pids())), "its worker begins to import torch")
    own_engine.leave(run.key, "ada")
    wait_until(lambda: not own_engine.has(run.key), "the engine lets go of the run")
    assert (run.status().state, run.status().message) == ("cancelled", "")
    assert run.progress() == [] and run.snapshot_steps() == []


def test_a_cancelled_run_can_be_trained_again(engine):
    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    engine.leave(run.key, "ada")
    wait_for_end(run)
    wait_until(lambda: not engine.has(run.key), "the engine lets go of the run")
    again = engine.submit(LONG, "ada")
    wait_for_snapshots(again)
    assert again.status().state == "training"


def test_a_killed_worker_is_reported_and_the_next_run_works(own_engine):
    run = own_engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    (pid,) = own_engine.worker_pids()
    os.kill(pid, signal.SIGKILL)
    wait_for_end(run)
    assert run.status().state == "failed"
    assert run.status().message == DIED
    following = own_engine.submit(SMALL, "ada")
    wait_for_end(following)
    assert following.status().state == "done"


def test_a_killed_worker_leaves_its_neighbour_alone(runs_folder):
    engine = Engine(workers=2, idle_seconds=60, deadline_seconds=300)
    try:
        doomed = engine.submit(LONG, "ada")
        neighbour = engine.submit(MEDIUM, "bob")
        wait_for_snapshots(doomed)
        wait_for_snapshots(neighbour)
        victim = next(pid for pid in engine.worker_pids() if _writes(pid, doomed))
        os.kill(victim, signal.SIGKILL)
        wait_for_end(doomed)
        wait_for_end(neighbour)
        assert doomed.status().state == "failed"
        assert neighbour.status().state == "done"
    finally:
        engine.close()


def _writes(pid: int, run: Run) -> bool:
    return any(file.path == str(run.folder / "lock") for file in psutil.Process(pid).open_files())


def test_a_hung_worker_is_ended_at_the_deadline(runs_folder, time):
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=900, clock=Clock(steady=time))
    try:
        run = engine.submit(LONG, "ada")
        wait_for_snapshots(run)
        (pid,) = engine.worker_pids()
        os.kill(pid, signal.SIGSTOP)
        for _ in range(20):  # somebody watches all the while
            time.seconds += 50
            engine.watch(run.key, "ada")
        wait_for_end(run)
        assert run.status().state == "failed"
        assert "longer than 900 seconds" in run.status().message
        wait_until(lambda: not psutil.pid_exists(pid), "the hung worker is gone")
    finally:
        engine.close()


def test_a_half_written_run_is_trained_again_from_the_start(engine):
    half = place_for(SMALL)
    half.begin(SMALL)
    half.set_state("training")  # as a server that was killed leaves it
    (half.folder / "frames" / "000099.npy").write_bytes(b"half")
    run = engine.submit(SMALL, "ada")
    wait_for_end(run)
    assert run.status().state == "done"
    assert 99 not in run.snapshot_steps()


def test_a_damaged_finished_run_is_trained_again(engine):
    run = engine.submit(SMALL, "ada")
    wait_for_end(run)
    wait_until(lambda: not engine.has(run.key), "the engine lets go of the run")
    path = run.folder / "embedding.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    again = engine.submit(SMALL, "ada")
    assert engine.has(again.key)
    wait_for_end(again)
    again.check()


def test_a_deleted_run_folder_is_survived(engine):
    import shutil

    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    shutil.rmtree(run.folder, ignore_errors=True)
    wait_until(lambda: not engine.has(run.key), "the engine lets go of the run")
    following = engine.submit(SMALL, "ada")
    wait_for_end(following)
    assert following.status().state == "done"


def test_a_run_that_cannot_be_stored_is_refused_and_not_queued(engine, tmp_path, monkeypatch):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(in_the_way))
    with pytest.raises(RunsFolderUnusable):
        engine.submit(SHORT, "ada")
    assert not engine.has(SHORT.key)


def test_images_that_cannot_be_fetched_fail_the_run_in_words_and_nothing_else(
    own_engine, tmp_path, monkeypatch
):
    monkeypatch.setenv("CONTRASTIVE_LAB_MIRROR", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("CONTRASTIVE_LAB_DOWNLOADS", str(tmp_path))
    # a worker is told of the mirror at its start
    run = own_engine.submit(RunConfig(dataset="kmnist", epochs=1), "ada")
    wait_for_end(run)
    assert run.status().state == "failed"
    assert "could not be fetched" in run.status().message
    following = own_engine.submit(SMALL, "ada")
    wait_for_end(following)
    assert following.status().state == "done"


def test_closing_ends_the_workers_and_calls_no_run_failed(runs_folder):
    engine = Engine(workers=1, idle_seconds=60, deadline_seconds=300)
    run = engine.submit(LONG, "ada")
    wait_for_snapshots(run)
    pids = engine.worker_pids()
    engine.close()
    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids), "the workers are gone")
    assert run.status().state == "training"
    wait_until(lambda: not run.has_writer(), "the lock is free")


def test_all_threads_share_one_engine(runs_folder, monkeypatch):
    monkeypatch.setenv("CONTRASTIVE_LAB_WORKERS", "1")
    close_shared_engine()
    engines: list[Engine] = []
    threads = [threading.Thread(target=lambda: engines.append(shared_engine(warm=False))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len(engines) == 8
        assert len({id(engine) for engine in engines}) == 1
    finally:
        close_shared_engine()


def test_a_replay_is_made_when_no_training_waits(engine):
    run = engine.submit(SMALL, "ada")
    wait_for_end(run)
    engine.ask_for_replay(run)
    engine.ask_for_replay(run)  # a second visitor
    assert engine.replay_state(run.key) in ("waiting", "computing")
    wait_until(lambda: Replay(run).ready(), "the replay is made")
    wait_until(lambda: engine.replay_state(run.key) == "none", "the engine lets go of it")
    made = (run.folder / "replay" / "files.json").stat().st_mtime_ns
    engine.ask_for_replay(run)
    assert engine.replay_state(run.key) == "none"
    assert (run.folder / "replay" / "files.json").stat().st_mtime_ns == made


def test_a_replay_makes_way_for_a_training_and_goes_on_after_it(engine, copy):
    engine.ask_for_replay(copy)
    wait_until(lambda: Replay(copy).done() >= 2, "the replay is under way")
    other = engine.submit(MEDIUM, "bob")
    wait_until(lambda: other.status().state == "training", "the training begins")
    done = Replay(copy).done()
    assert 2 <= done < len(copy.snapshot_steps()), "the replay should have been left half-done"
    assert engine.replay_state(copy.key) == "waiting"
    wait_for_end(other)
    assert other.status().state == "done"
    wait_until(lambda: Replay(copy).ready(), "the replay is finished after all")
    assert len(unpack(Replay(copy).frames("train")).steps) == len(copy.snapshot_steps())


def test_a_replay_whose_worker_is_killed_has_failed_and_the_next_training_works(own_engine, copy):
    own_engine.ask_for_replay(copy)
    wait_until(lambda: Replay(copy).done() >= 1, "the replay is under way")
    for pid in own_engine.worker_pids():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: own_engine.replay_state(copy.key) == "failed", "the replay has failed")
    own_engine.ask_for_replay(copy)  # not again and again
    assert own_engine.replay_state(copy.key) == "failed"
    assert copy.status().state == "done"
    other = own_engine.submit(RunConfig(epochs=1, digits=2, seed=98), "bob")
    wait_for_end(other)
    assert other.status().state == "done"


def test_a_replay_of_damaged_weights_has_failed(engine, copy):
    weights = copy.folder / "weights" / f"{copy.snapshot_steps()[1]:06d}.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    engine.ask_for_replay(copy)
    wait_until(lambda: engine.replay_state(copy.key) == "failed", "the replay has failed")
    assert not Replay(copy).ready()


def test_a_run_found_damaged_while_its_replay_is_made_is_trained_anew(engine):
    config = RunConfig(epochs=1, digits=5, seed=4321)
    run = engine.submit(config, "ada")
    wait_for_end(run)
    whole = run.status()
    engine.ask_for_replay(run)
    wait_until(lambda: Replay(run).done() >= 1, "the replay is under way")
    figures = run.folder / "figures.json"
    figures.write_bytes(figures.read_bytes()[:100])
    assert engine.submit(config, "bob").status().state == "queued"
    assert not Replay(run).ready(), "the replay should have been left half-done"
    wait_until(lambda: run.status().state == "done", "the run is finished again")
    assert run.status().files == whole.files
    run.check()
    wait_until(lambda: not engine.has(run.key), "the engine lets go of the run")
    assert engine.replay_state(run.key) == "none"
    engine.ask_for_replay(run)
    wait_until(lambda: Replay(run).ready(), "the replay is made of the new run")
