"""The engine makes each replay once, while no training waits, and doesn't retry one that failed."""

import os
import signal

import pytest

from core.config import RunConfig
from core.pictures.frames import unpack
from core.pictures.replay import Replay
from core.runs import RESULT_FILES
from tests.core.conftest import MEDIUM, SMALL, wait_for_end, wait_until

pytestmark = pytest.mark.whole_training


def test_a_replay_is_made_when_no_training_waits(engine):
    run = engine.submit(SMALL, "ada")
    wait_for_end(run)
    engine.ask_for_replay(run)
    engine.ask_for_replay(run)  # a second visitor
    assert engine.replay_state(run.key) in ("waiting", "computing")
    wait_until(lambda: Replay(run).ready(), "the replay is made")
    wait_until(lambda: engine.replay_state(run.key) == "none", "the engine releases the replay")
    made = (run.folder / "replay" / "files.json").stat().st_mtime_ns
    engine.ask_for_replay(run)
    assert engine.replay_state(run.key) == "none"
    assert (run.folder / "replay" / "files.json").stat().st_mtime_ns == made


def test_a_training_preempts_a_replay_which_continues_after_it(engine, copy):
    engine.ask_for_replay(copy)
    wait_until(lambda: Replay(copy).done() >= 2, "the replay is being made")
    other = engine.submit(MEDIUM, "bob")
    wait_until(lambda: other.status().state == "training", "the training begins")
    done = Replay(copy).done()
    assert 2 <= done < len(copy.snapshot_steps()), "the replay should have been left half-done"
    assert engine.replay_state(copy.key) == "waiting"
    wait_for_end(other)
    assert other.status().state == "done"
    wait_until(lambda: Replay(copy).ready(), "the replay is finished afterwards")
    assert len(unpack(Replay(copy).frames("train")).steps) == len(copy.snapshot_steps())


def test_a_replay_whose_worker_is_killed_fails_and_the_next_training_works(own_engine, copy):
    own_engine.ask_for_replay(copy)
    wait_until(lambda: Replay(copy).done() >= 1, "the replay is being made")
    for pid in own_engine.worker_pids():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: own_engine.replay_state(copy.key) == "failed", "the replay has failed")
    own_engine.ask_for_replay(copy)  # it is not retried
    assert own_engine.replay_state(copy.key) == "failed"
    assert copy.status().state == "done"
    other = own_engine.submit(RunConfig(epochs=1, digits=2, seed=98), "bob")
    wait_for_end(other)
    assert other.status().state == "done"


def test_a_replay_of_damaged_weights_fails(engine, copy):
    weights = copy.folder / "weights" / f"{copy.snapshot_steps()[1]:06d}.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    engine.ask_for_replay(copy)
    wait_until(lambda: engine.replay_state(copy.key) == "failed", "the replay has failed")
    assert not Replay(copy).ready()


def test_a_run_found_damaged_while_its_replay_is_made_is_trained_again(engine):
    config = RunConfig(epochs=1, digits=5, seed=4321)
    run = engine.submit(config, "ada")
    wait_for_end(run)
    whole = run.status()
    engine.ask_for_replay(run)
    wait_until(lambda: Replay(run).done() >= 1, "the replay is being made")
    figures = run.folder / "figures.json"
    figures.write_bytes(figures.read_bytes()[:100])
    assert engine.submit(config, "bob").status().state == "queued"
    assert not Replay(run).ready(), "the replay should have been left half-done"
    wait_until(lambda: run.status().state == "done", "the run is finished again")
    assert all(run.status().files[name] == whole.files[name] for name in RESULT_FILES)
    run.check()
    wait_until(lambda: not engine.has(run.key), "the engine releases the run")
    assert engine.replay_state(run.key) == "none"
    engine.ask_for_replay(run)
    wait_until(lambda: Replay(run).ready(), "the new run's replay is made")
