"""The replay of a real run: every image at every snapshot, pauses and damage."""

import shutil

import numpy as np
import pytest
import torch

from core.config import PRESETS, RunConfig
from core.encoders.encoder import embed, with_weights
from core.pictures import canvas_data
from core.pictures.frames import unpack
from core.pictures.make_replay import make_replay
from core.pictures.replay import Replay, as_bytes
from core.runs import Run, RunDamaged, shipped_run
from core.shipping import ship
from core.training.pipeline import train_and_measure
from tests.core.conftest import SHORT


@pytest.fixture(scope="module")
def replayed(finished, tmp_path_factory):
    """A finished run with its replay; read-only."""
    folder = tmp_path_factory.mktemp("replayed") / SHORT.key
    shutil.copytree(finished.folder, folder)
    run = Run(folder)
    make_replay(run)
    return run


def test_each_frame_is_what_the_weights_of_its_snapshot_make_of_every_image(replayed, mnist):
    for split, images in (("train", mnist.train), ("test", mnist.test)):
        frames = unpack(Replay(replayed).frames(split))
        assert frames.coordinates.shape == (len(replayed.snapshot_steps()), len(images.labels), 2)
        assert np.array_equal(frames.labels, images.labels)
        assert frames.steps.tolist() == replayed.snapshot_steps()
        level = (frames.coordinates.max(axis=(0, 1)) - frames.coordinates.min(axis=(0, 1))) / 65534
        for at in (0, 7, len(frames.steps) - 1):
            weights = replayed.weights_at(int(frames.steps[at]))
            encoder = with_weights(SHORT, {name: torch.from_numpy(array) for name, array in weights.items()})
            expected = embed(encoder, torch.from_numpy(images.images[::50])).numpy()
            assert np.all(np.abs(frames.coordinates[at, ::50] - expected) <= level)


def test_its_sample_is_that_of_the_live_picture_and_its_end_the_embedding(replayed):
    frames, sample = unpack(Replay(replayed).frames("train")), replayed.sample()
    for at, step in enumerate(replayed.snapshot_steps()):
        live = replayed.snapshot(step).embeddings
        assert np.allclose(frames.coordinates[at, sample.indices], live, atol=1e-3)
    assert np.allclose(frames.coordinates[-1], replayed.embedding().train, atol=1e-3)
    assert np.array_equal(frames.clusters, replayed.embedding().train_clusters)


def test_more_than_three_dimensions_are_projected_like_the_last_frame(tmp_path):
    config = RunConfig(epochs=1, digits=2, embedding_dims=5, hidden=(16,), batch_size=1000)
    run = Run(tmp_path / config.key)
    run.begin(config)
    train_and_measure(run)
    make_replay(run)
    frames = unpack(Replay(run).frames("train"))
    directions = np.linalg.svd(run.embedding().train.astype(float), full_matrices=False)[2][:3]
    sample = run.sample().indices
    for at, step in enumerate(run.snapshot_steps()):
        expected = run.snapshot(step).embeddings @ directions.T
        # the same points up to a rotation: all inner products agree
        shown = frames.coordinates[at, sample].astype(float)
        assert np.allclose(shown[:50] @ shown.T, expected[:50] @ expected.T, atol=1e-2)
    live = unpack(canvas_data.of_sample(run)).coordinates
    assert np.abs(live[-1] - frames.coordinates[-1, sample]).max() < 0.05 * np.ptp(
        live[-1]
    )  # and it does not rotate either


def test_it_pauses_on_request_and_resumes(tiny_copy):
    replay = Replay(tiny_copy)
    replay.request_pause()
    make_replay(tiny_copy)
    assert not replay.ready() and replay.done() == 0
    replay.withdraw_pause()
    first, second = tiny_copy.snapshot_steps()[:2]
    points = tiny_copy.embedding()
    made_before = {"train": np.full_like(points.train, 0.5), "test": np.full_like(points.test, 0.5)}
    replay.write_step(first, made_before)
    assert replay.done() == 1
    make_replay(tiny_copy)
    assert replay.ready() and replay.done() == 0  # packed, the files of the steps are gone
    frames = unpack(replay.frames("train")).coordinates
    assert np.allclose(frames[0], 0.5, atol=1e-4)  # not computed a second time
    assert not np.allclose(frames[1], 0.5, atol=1e-2)
    assert second > first


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_damaged_replay_is_noticed(replayed, tmp_path, damage):
    run = Run(tmp_path / replayed.key)
    shutil.copytree(replayed.folder, run.folder)
    path = run.folder / "replay" / "train.clfr"
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content if damage == "flip" else content[:-1])
    with pytest.raises(RunDamaged, match="replay of the train images"):
        Replay(run).frames("train")
    assert not Replay(run).ready()


def test_an_unreadable_snapshot_is_computed_again(tiny_copy):
    replay = Replay(tiny_copy)
    replay.begin()
    step = tiny_copy.snapshot_steps()[0]
    for split in ("train", "test"):
        (replay.folder / f"{split}-{step:06d}.npy").write_bytes(b"half of i")
    with pytest.raises(RunDamaged, match="snapshot of the replay"):
        make_replay(tiny_copy)
    make_replay(tiny_copy)
    assert replay.ready()


def test_a_replay_that_a_power_cut_has_emptied_is_made_again(tiny_copy):
    replay = Replay(tiny_copy)
    make_replay(tiny_copy)
    made = replay.frames("train")
    for content in (b"", bytes(len(made))):
        (replay.folder / "train.clfr").write_bytes(content)
        assert not replay.ready()
        make_replay(tiny_copy)
        assert replay.ready() and replay.frames("train") == made


def test_a_restarted_run_loses_its_old_replay(replayed, tmp_path):
    run = Run(tmp_path / replayed.key)
    shutil.copytree(replayed.folder, run.folder)
    run.begin(SHORT)
    assert not Replay(run).ready()


def test_a_shipped_run_is_small_and_shows_every_training_image_at_every_snapshot(replayed, tmp_path):
    shipped = ship(replayed, tmp_path)
    size = sum(path.stat().st_size for path in shipped.folder.rglob("*") if path.is_file())
    assert size <= 3_000_000
    shipped.check()
    here, there = unpack(Replay(replayed).frames("train")), unpack(Replay(shipped).frames("train"))
    assert np.array_equal(here.steps, there.steps) and np.array_equal(here.labels, there.labels)
    span = np.ptp(here.coordinates, axis=(0, 1)).max()
    assert np.abs(here.coordinates - there.coordinates).max() < span / 1000  # less than a pixel
    assert np.allclose(there.coordinates[-1], replayed.embedding().train, atol=span / 60_000)


def test_the_shipped_run_is_whole_and_at_most_three_megabytes():
    run = shipped_run()
    run.check()
    frames = unpack(Replay(run).frames("train"))
    assert frames.coordinates.shape == (15, 60_000, 2) and np.isfinite(frames.coordinates).all()
    assert sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file()) <= 3_000_000
    assert run.config() == PRESETS["fast"]  # even with fields added since it was made


def test_a_cluster_number_too_large_for_a_byte_is_none():
    assert as_bytes(np.array([0, 9, 254, 255, 300])).tolist() == [0, 9, 254, 255, 255]
