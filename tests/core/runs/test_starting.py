"""A run is started, or started again, only if no other process writes it."""

import contextlib
import json
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from core.runs import (
    FORM,
    OUTDATED,
    RunDamaged,
    RunsFolderUnusable,
    Snapshot,
    place_for,
)
from tests.core.conftest import SHORT


def test_a_run_of_an_older_form_says_so_and_is_trained_again(copy):
    status = json.loads((copy.folder / "status.json").read_text())
    del status["form"]  # as before forms existed
    (copy.folder / "status.json").write_text(json.dumps(status))
    assert copy.status().outdated and not copy.is_whole()
    assert (copy.status().state, copy.status().message) == ("failed", OUTDATED)
    for read in (copy.evaluation, copy.embedding, copy.contours, copy.weights):
        with pytest.raises(RunDamaged, match="an older version of the app"):
            read()
    copy.begin(SHORT, unless_whole=True)
    assert copy.status() == replace(copy.status(), state="queued", form=FORM, files={})


@contextlib.contextmanager
def another_process_at(run):
    """Another process holds the run's lock."""
    script = (
        "import sys, time, filelock\n"
        "with filelock.FileLock(sys.argv[1]):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(run.folder / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline().strip() == b"held"
        try:
            yield
        finally:
            writer.kill()


@pytest.mark.parametrize("unless_whole", [False, True])
def test_a_run_that_another_process_writes_is_left_alone(copy, unless_whole):
    with another_process_at(copy):
        assert copy.has_writer()
        copy.begin(SHORT, unless_whole=unless_whole)
        assert copy.status().state == "done"
        copy.check()


def test_a_whole_run_is_left_alone_if_requested(copy):
    copy.begin(SHORT, unless_whole=True)
    assert copy.status().state == "done"
    copy.check()


def test_a_damaged_run_that_another_process_writes_is_queued_and_emptied_later(copy):
    (copy.folder / "figures.json").write_text("{}")
    with another_process_at(copy):
        copy.begin(SHORT, unless_whole=True)
        assert copy.status().state == "queued"
        assert copy.snapshot_steps() != []  # the other process may be reading them
    copy.begin(SHORT, unless_whole=True)
    assert copy.snapshot_steps() == []


def test_starting_again_deletes_the_previous_run(copy):
    copy.request_cancel()
    copy.begin(SHORT)
    assert copy.status().state == "queued"
    assert copy.snapshot_steps() == []
    assert copy.progress() == []
    assert not copy.cancel_requested()
    assert not (copy.folder / "embedding.safetensors").exists()


def test_a_reader_always_finds_a_run_that_is_started_again(copy):
    states: list[str] = []
    finished = threading.Event()

    def read():
        while not finished.is_set():
            states.append(copy.status().state)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(50):
        for step in range(40):
            copy.write_snapshot(Snapshot(step, np.zeros((1, 2), np.float32)), {})
        copy.begin(SHORT)
    finished.set()
    reader.join()
    assert set(states) == {"done", "queued"}


def test_a_file_where_the_runs_folder_should_be_is_explained(tmp_path, monkeypatch):
    in_the_way = tmp_path / "runs"
    in_the_way.write_text("a file")
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(in_the_way))
    with pytest.raises(RunsFolderUnusable, match="not a folder that can be written"):
        place_for(SHORT).begin(SHORT)
    assert in_the_way.read_text() == "a file"


def test_a_writer_is_noticed_while_it_holds_the_lock(copy):
    assert not copy.has_writer()
    with copy.lock():
        assert copy.has_writer()
    assert not copy.has_writer()
