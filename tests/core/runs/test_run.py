"""A run's folder: what is written comes back, and what is half-written or damaged is noticed."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from core.config import PRESETS, RunConfig
from core.runs import (
    FORM,
    OUTDATED,
    RESULT_FILES,
    Progress,
    Run,
    RunDamaged,
    RunsFolderUnusable,
    Snapshot,
    Status,
    example_run,
    place_for,
    run_at,
    shipped_run,
)
from core.training.pipeline import train_and_measure
from tests.core.conftest import SHORT


def test_a_finished_run_has_every_image_of_both_splits_and_its_label(finished, mnist):
    embedding = finished.embedding()
    assert embedding.train.shape == (60_000, 2)
    assert embedding.test.shape == (10_000, 2)
    assert np.array_equal(embedding.train_labels, mnist.train.labels)
    assert np.array_equal(embedding.test_labels, mnist.test.labels)
    assert embedding.train_clusters.max() == embedding.test_clusters.max() == 9


def test_the_stored_weights_give_the_stored_embedding(finished, mnist):
    import torch

    from core.encoders.encoder import embed, with_weights

    weights = {name: torch.from_numpy(array) for name, array in finished.weights().items()}
    again = embed(with_weights(finished.config(), weights), torch.from_numpy(mnist.test.images))
    assert np.array_equal(again.numpy(), finished.embedding().test)


def test_the_last_snapshot_is_the_embedding_of_the_sample(finished):
    last = finished.snapshot(finished.snapshot_steps()[-1])
    sample = finished.sample()
    assert last.step == finished.status().step
    assert sample.split == "train" and len(sample.indices) == 2000
    assert np.array_equal(last.embeddings, finished.embedding().train[sample.indices])
    assert np.array_equal(sample.labels, finished.embedding().train_labels[sample.indices])


def test_the_stored_figures_are_those_of_the_stored_embedding(finished):
    from sklearn.metrics import adjusted_rand_score, davies_bouldin_score

    embedding, figures = finished.embedding(), finished.evaluation().values
    assert figures["adjusted_rand_index"] == pytest.approx(
        adjusted_rand_score(embedding.train_labels, embedding.train_clusters)
    )
    assert figures["davies_bouldin"] == pytest.approx(
        davies_bouldin_score(embedding.train.astype(np.float64), embedding.train_clusters), abs=1e-9
    )


def test_what_else_is_stored_is_of_the_stored_embedding_too(finished):
    from sklearn.metrics import homogeneity_score, silhouette_score

    embedding, found = finished.embedding(), finished.evaluation()
    assert found.figures["homogeneity"].value == pytest.approx(
        homogeneity_score(embedding.train_labels, embedding.train_clusters)
    )
    few = np.random.default_rng(3).choice(60_000, 4000, replace=False)
    estimate = found.figures["silhouette_clusters"]
    assert estimate.value == pytest.approx(
        silhouette_score(embedding.train[few].astype(np.float64), embedding.train_clusters[few]),
        abs=4 * estimate.error,
    )
    assert found.verification.suggested.distance == SHORT.reach / 2
    assert set(finished.status().files) == set(RESULT_FILES)


def test_a_run_of_an_older_form_says_so_and_counts_as_one_to_be_trained_again(copy):
    status = json.loads((copy.folder / "status.json").read_text())
    del status["form"]  # as it was before there were any
    (copy.folder / "status.json").write_text(json.dumps(status))
    assert copy.status().outdated and not copy.is_whole()
    assert (copy.status().state, copy.status().message) == ("failed", OUTDATED)
    for read in (copy.evaluation, copy.embedding, copy.contours, copy.weights):
        with pytest.raises(RunDamaged, match="an older version of the app"):
            read()
    copy.begin(SHORT, unless_whole=True)
    assert copy.status() == replace(copy.status(), state="queued", form=FORM, files={})


def test_progress_tells_of_every_step_to_the_last_and_of_the_validation_loss(finished):
    reports = finished.progress()
    assert [report.step for report in reports] == sorted(report.step for report in reports)
    assert reports[-1].step == reports[-1].steps == 295
    assert sum(report.validation_loss is not None for report in reports) >= 10
    for report in reports:
        assert report.loss == pytest.approx(sum(report.terms.values()), rel=1e-4)


def test_a_line_still_being_written_is_left_out(copy):
    complete = copy.progress()
    with (copy.folder / "progress.jsonl").open("a") as file:
        file.write('{"step": 291, "steps"')
    assert copy.progress() == complete


@pytest.mark.parametrize("name", RESULT_FILES)
def test_one_flipped_bit_in_a_result_file_is_noticed(copy, name):
    path = copy.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunDamaged, match=re.escape(name)):
        copy.check()


@pytest.mark.parametrize("name", RESULT_FILES)
def test_a_truncated_or_missing_result_file_is_noticed(copy, name):
    path = copy.folder / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RunDamaged, match=re.escape(name)):
        copy.check()
    path.unlink()
    with pytest.raises(RunDamaged, match=re.escape(name)):
        copy.check()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"digits": 99}', '{"colour": "red"}'])
def test_a_config_that_cannot_be_read_is_damage_not_a_crash(copy, text):
    (copy.folder / "config.json").write_text(text)
    with pytest.raises(RunDamaged, match=r"config\.json"):
        copy.config()


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"colour": "red"}', "null", '{"state": "asleep"}'])
def test_a_status_that_cannot_be_read_counts_as_missing(copy, text):
    (copy.folder / "status.json").write_text(text)
    assert copy.status() == Status("missing")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"not an array"])
def test_a_damaged_snapshot_is_noticed(copy, content):
    step = copy.snapshot_steps()[0]
    (copy.folder / "frames" / f"{step:06d}.npy").write_bytes(content)
    with pytest.raises(RunDamaged, match="snapshot"):
        copy.snapshot(step)


def test_a_pickle_in_place_of_a_snapshot_is_refused(copy):
    step = copy.snapshot_steps()[0]
    np.save(copy.folder / "frames" / f"{step:06d}.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(RunDamaged):
        copy.snapshot(step)


def test_a_bad_byte_in_the_progress_costs_one_line(copy):
    complete = copy.progress()
    with (copy.folder / "progress.jsonl").open("ab") as file:
        file.write(b"\xff\xfe\n")
    assert copy.progress() == complete


@contextlib.contextmanager
def another_process_at(run):
    """Somebody else holds the run's lock."""
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


def test_a_run_that_is_whole_by_now_is_left_alone_where_that_is_asked_for(copy):
    copy.begin(SHORT, unless_whole=True)
    assert copy.status().state == "done"
    copy.check()


def test_a_damaged_run_that_another_process_writes_is_queued_and_emptied_later(copy):
    (copy.folder / "figures.json").write_text("{}")
    with another_process_at(copy):
        copy.begin(SHORT, unless_whole=True)
        assert copy.status().state == "queued"
        assert copy.snapshot_steps() != []  # the other one may be reading them
    copy.begin(SHORT, unless_whole=True)
    assert copy.snapshot_steps() == []


def test_beginning_again_leaves_nothing_of_the_run_before(copy):
    copy.request_cancel()
    copy.begin(SHORT)
    assert copy.status().state == "queued"
    assert copy.snapshot_steps() == []
    assert copy.progress() == []
    assert not copy.cancel_requested()
    assert not (copy.folder / "embedding.safetensors").exists()


def test_whoever_looks_at_a_run_that_begins_again_finds_it_all_the_while(copy):
    seen: list[str] = []
    begun_anew = threading.Event()

    def look():
        while not begun_anew.is_set():
            seen.append(copy.status().state)

    looker = threading.Thread(target=look)
    looker.start()
    for _ in range(50):
        for step in range(40):
            copy.write_snapshot(Snapshot(step, np.zeros((1, 2), np.float32)), {})
        copy.begin(SHORT)
    begun_anew.set()
    looker.join()
    assert set(seen) == {"done", "queued"}


def test_a_file_where_the_runs_folder_should_be_is_explained(tmp_path, monkeypatch):
    in_the_way = tmp_path / "runs"
    in_the_way.write_text("a file")
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(in_the_way))
    with pytest.raises(RunsFolderUnusable, match="not a folder that can be written"):
        place_for(SHORT).begin(SHORT)
    assert in_the_way.read_text() == "a file"


@pytest.mark.parametrize("key", ["", "..", "0" * 63, "0" * 65, "../" + "0" * 61, "g" * 64, "A" * 64])
def test_what_is_no_key_never_becomes_a_path(key):
    with pytest.raises(ValueError, match="64 hexadecimal"):
        run_at(key)


def test_the_shipped_run_is_the_default_one_and_whole(runs_folder):
    shipped = run_at(PRESETS["fast"].key)
    assert "assets" in shipped.folder.parts
    assert shipped.config() == PRESETS["fast"] == RunConfig()
    shipped.check()
    size = sum(path.stat().st_size for path in shipped.folder.rglob("*") if path.is_file())
    assert size <= 3_000_000


@pytest.mark.whole_training
def test_the_shipped_run_is_what_training_gives_today(finished, runs_folder):
    # another machine may round otherwise, so the figures are compared and not the bits
    shipped = run_at(PRESETS["fast"].key)
    run = Run(runs_folder / "again")
    run.begin(PRESETS["fast"])
    train_and_measure(run)
    ours, theirs = run.evaluation().values, shipped.evaluation().values
    assert ours == pytest.approx(theirs, abs=0.05)


def test_a_run_of_ones_own_comes_before_the_shipped_one(runs_folder):
    place_for(PRESETS["fast"]).begin(PRESETS["fast"])
    assert run_at(PRESETS["fast"].key).folder.parent == runs_folder


def test_the_example_is_the_shipped_run_until_the_same_has_been_trained_here_and_is_whole(runs_folder):
    shipped = shipped_run()
    assert example_run() == shipped
    own = place_for(PRESETS["fast"])
    own.begin(PRESETS["fast"])
    assert example_run() == shipped  # not before it is done
    shutil.rmtree(own.folder)
    shutil.copytree(shipped.folder, own.folder)
    assert example_run() == own
    own.write_status(replace(own.status(), updated=own.status().updated + 1))
    (own.folder / "figures.json").write_text("{}")
    assert example_run() == shipped


def test_a_writer_is_seen_while_it_writes(copy):
    assert not copy.has_writer()
    with copy.lock():
        assert copy.has_writer()
    assert not copy.has_writer()


def test_progress_is_one_json_object_a_line(copy):
    copy.append_progress(Progress(291, 290, 1, 0.5, {"attraction": 0.5}, 1.0, None, None))
    lines = (copy.folder / "progress.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["loss"] == 0.5
