"""The canvas's data of a real run: the sample, a split before and after its replay, and the images."""

import shutil
import struct
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.pictures import canvas_data
from core.pictures.frames import unpack
from core.pictures.make_replay import make_replay
from core.runs import Run, Snapshot
from core.training.pipeline import train_and_measure
from tests.core.pictures.conftest import SEVEN_DIMS


def test_the_sample_comes_snapshot_by_snapshot(finished):
    steps, sample = finished.snapshot_steps(), finished.sample()
    frames = unpack(canvas_data.of_sample(finished))
    assert frames.steps.tolist() == steps
    assert np.array_equal(frames.ids, sample.indices) and np.array_equal(frames.labels, sample.labels)
    later = unpack(canvas_data.of_sample(finished, after=steps[4]))
    assert later.steps.tolist() == steps[5:]
    assert np.allclose(later.coordinates, frames.coordinates[5:], atol=1e-3)
    assert np.allclose(later.coordinates[-1], finished.snapshot(steps[-1]).embeddings, atol=1e-3)
    assert canvas_data.of_sample(finished, after=steps[-1]) is None


def test_a_run_without_a_snapshot_has_nothing_to_show_yet(tmp_path):
    run = Run(tmp_path / SEVEN_DIMS.key)
    run.begin(SEVEN_DIMS)
    assert canvas_data.of_sample(run) is None


def test_all_snapshots_of_many_dimensions_are_projected_like_the_newest(deep):
    steps = deep.snapshot_steps()
    frames = unpack(canvas_data.of_sample(deep, after=steps[-2]))
    assert frames.steps.tolist() == steps
    newest = deep.snapshot(steps[-1]).embeddings.astype(np.float64)
    shown = frames.coordinates[-1].astype(np.float64)
    singular = np.linalg.svd(newest, compute_uv=False)
    assert np.allclose(np.linalg.svd(shown, compute_uv=False), singular[:3], rtol=1e-3)


def test_the_picture_of_many_dimensions_does_not_turn_when_a_snapshot_comes(tmp_path):
    """Three directions of about equal variance swap ranks from snapshot to snapshot."""
    generator = np.random.default_rng(0)
    cloud = generator.normal(size=(2000, 7)) * [3, 2.9, 2.8, 0.1, 0.1, 0.1, 0.1]
    run = Run(tmp_path / SEVEN_DIMS.key)
    run.begin(SEVEN_DIMS)
    sample = {
        "indices": np.arange(2000),
        "labels": np.zeros(2000, np.uint8),
        "in_test": np.zeros(1, np.uint8),
    }
    run.write_arrays("sample.safetensors", sample)
    shown = []
    for step in range(6):
        scale = 1 + 0.1 * generator.normal(size=7)
        run.write_snapshot(Snapshot(step, (cloud * scale).astype(np.float32)), {})
        shown.append(unpack(canvas_data.of_sample(run)).coordinates[0])
    moved = [np.linalg.norm(b - a) / np.linalg.norm(a) for a, b in pairwise(shown)]
    assert max(moved) < 0.2, moved


def test_before_the_replay_the_end_has_all_images_and_earlier_steps_the_sample(finished):
    frames, sample = unpack(canvas_data.of_split(finished, "train")), finished.sample()
    assert frames.coordinates.shape == (len(finished.snapshot_steps()), 60_000, 2)
    assert np.allclose(frames.coordinates[-1], finished.embedding().train, atol=1e-3)
    there = np.isfinite(frames.coordinates[3]).all(axis=1)
    assert np.array_equal(np.flatnonzero(there), np.sort(sample.indices))
    live = finished.snapshot(finished.snapshot_steps()[3]).embeddings
    assert np.allclose(frames.coordinates[3][sample.indices], live, atol=1e-3)
    assert np.array_equal(frames.clusters, finished.embedding().train_clusters)


def test_a_split_without_the_sample_has_only_the_last_step(finished):
    frames = unpack(canvas_data.of_split(finished, "test"))
    assert frames.coordinates.shape == (1, 10_000, 2) and frames.steps.tolist() == [finished.status().step]
    assert np.allclose(frames.coordinates[0], finished.embedding().test, atol=1e-3)


def test_with_the_replay_every_image_is_there_at_every_snapshot(tiny_copy):
    before = unpack(canvas_data.of_split(tiny_copy, "train"))
    make_replay(tiny_copy)
    after = unpack(canvas_data.of_split(tiny_copy, "train"))
    assert np.isfinite(after.coordinates).all() and after.steps.tolist() == before.steps.tolist()
    there = np.isfinite(before.coordinates)
    assert np.allclose(after.coordinates[there], before.coordinates[there], atol=1e-3)


def test_a_run_trained_again_does_not_show_the_old_picture(tiny_copy):
    old = canvas_data.of_split(tiny_copy, "train")
    other = replace(tiny_copy.config(), seed=77)
    shutil.rmtree(tiny_copy.folder)
    tiny_copy.begin(other)  # the same folder, as after a change of the training version
    train_and_measure(tiny_copy)
    assert canvas_data.of_split(tiny_copy, "train") != old


@pytest.mark.parametrize("chunk", [0, 1, 17])
def test_a_chunk_of_the_images_is_every_kth_point_of_the_picture(deep, mnist, chunk):
    places = np.flatnonzero(mnist.train.labels < 3)
    chunks = canvas_data.number_of_chunks(len(places))
    content = canvas_data.images_chunk(deep, "train", chunk)
    (count,) = struct.unpack_from("<I", content)
    numbers = np.frombuffer(content, "<u4", count, 4)
    images = np.frombuffer(content, np.uint8, offset=4 + 4 * count).reshape(count, 784)
    assert numbers.tolist() == [int(places[point]) for point in range(chunk, len(places), chunks)]
    assert np.array_equal(images, mnist.train.images[numbers])


def test_the_chunks_of_the_sample_are_images_of_its_points(deep, mnist):
    sample = deep.sample()
    assert canvas_data.number_of_chunks(len(sample.indices)) == 2
    content = canvas_data.images_chunk(deep, "sample", 1)
    (count,) = struct.unpack_from("<I", content)
    numbers = np.frombuffer(content, "<u4", count, 4)
    assert mnist.train.labels[numbers].tolist() == sample.labels[1::2].tolist()


def test_an_unknown_chunk_or_reduction_is_refused(deep):
    with pytest.raises(ValueError, match="there is no chunk 19"):
        canvas_data.images_chunk(deep, "train", 19)
    with pytest.raises(ValueError, match="no chunk -1"):
        canvas_data.images_chunk(deep, "train", -1)
    with pytest.raises(ValueError, match="no reduction 'sideways'"):
        canvas_data.of_split(deep, "train", "sideways")


def test_a_flat_reduction_keeps_the_two_strongest_directions(deep):
    flat = unpack(canvas_data.of_split(deep, "train", "svd2")).coordinates
    assert flat.shape[2] == 2
    singular = np.linalg.svd(deep.embedding().train.astype(float), compute_uv=False)
    assert np.allclose(np.linalg.svd(flat[-1].astype(float), compute_uv=False), singular[:2], rtol=1e-3)
    assert np.isfinite(flat[0]).all(axis=1).sum() == len(deep.sample().indices)


def test_when_the_run_ends_the_picture_of_many_dimensions_does_not_turn(deep):
    sample = deep.sample().indices
    live = unpack(canvas_data.of_sample(deep)).coordinates[-1]
    done = unpack(canvas_data.of_split(deep, "train")).coordinates[-1][sample]
    assert np.abs(live - done).max() < 0.05 * np.ptp(live)
