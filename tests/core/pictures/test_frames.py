"""The frame format of the canvas: round trips, and the documented offsets."""

import json
import struct
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.pictures.frames import MISSING, CanvasOptions, first_frame, pack, unpack, with_options


def animation(f: int = 3, n: int = 5, d: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(7)
    coordinates = generator.normal(size=(f, n, d)).astype(np.float32)
    return coordinates, generator.integers(0, 10, n).astype(np.uint8), np.arange(f) * 100


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("n", [1, 4, 5])
def test_what_is_packed_comes_back_within_half_a_level(d: int, n: int) -> None:
    coordinates, labels, steps = animation(4, n, d)
    back = unpack(pack(coordinates, labels, steps))
    span = coordinates.max(axis=(0, 1)) - coordinates.min(axis=(0, 1))
    assert np.all(np.abs(back.coordinates - coordinates) <= span / 65534 / 2 + 1e-6)
    assert np.array_equal(back.labels, labels) and np.array_equal(back.steps, steps)
    assert back.options is None


def test_each_number_is_at_the_offset_in_the_docstring() -> None:
    """Reads one number after the other with struct, independently of numpy."""
    coordinates, labels, steps = animation(2, 3, 3)
    payload = pack(coordinates, labels, steps, CanvasOptions(run="a"))
    assert payload[:4] == b"CLFR"
    version, d, n, f, length, sections = struct.unpack_from("<HHIIII", payload, 4)
    assert (version, d, n, f, sections) == (2, 3, 3, 2, 0)
    for axis in range(3):
        low, high = struct.unpack_from("<dd", payload, 24 + 16 * axis)
        assert low == coordinates[:, :, axis].min() and high == coordinates[:, :, axis].max()
        for frame in range(2):
            for point in range(3):
                at = 24 + 48 + 8 + 3 + 1 + 2 * ((frame * 3 + point) * 3 + axis)
                (level,) = struct.unpack_from("<H", payload, at)
                assert level == round((float(coordinates[frame, point, axis]) - low) / (high - low) * 65534)
    assert struct.unpack_from("<II", payload, 24 + 48) == tuple(steps)
    assert tuple(payload[80:83]) == tuple(labels)
    assert json.loads(payload[-length:])["run"] == "a"
    assert len(payload) == 84 + 2 * 2 * 3 * 3 + length


@pytest.mark.parametrize("n", [3, 4])
def test_ids_and_clusters_are_stored_around_the_labels(n: int) -> None:
    coordinates, labels, steps = animation(2, n, 2)
    ids, clusters = np.arange(n) * 70_000, np.arange(n) + 250
    payload = pack(coordinates, labels, steps, ids=ids, clusters=clusters)
    assert struct.unpack_from("<I", payload, 20) == (3,)
    at = 24 + 32 + 8
    assert struct.unpack_from(f"<{n}I", payload, at) == tuple(ids)
    assert tuple(payload[at + 4 * n : at + 5 * n]) == tuple(labels)
    assert tuple(payload[at + 5 * n : at + 6 * n]) == tuple(clusters)
    for some_ids, some_clusters in product((None, ids), (None, clusters)):
        payload = pack(
            coordinates, labels, steps, CanvasOptions(run="a"), ids=some_ids, clusters=some_clusters
        )
        back = unpack(payload)
        assert np.array_equal(back.labels, labels) and np.allclose(back.coordinates, coordinates, atol=1e-3)
        assert back.ids is None if some_ids is None else np.array_equal(back.ids, ids)
        assert back.clusters is None if some_clusters is None else np.array_equal(back.clusters, clusters)
        assert back.options == CanvasOptions(run="a")


@settings(deadline=None)
@given(
    hnp.arrays(np.float32, st.tuples(st.integers(0, 4), st.integers(0, 6), st.sampled_from([2, 3]))),
)
def test_any_numbers_can_be_packed(coordinates: np.ndarray) -> None:
    f, n, _ = coordinates.shape
    back = unpack(pack(coordinates, np.zeros(n, np.uint8), np.arange(f))).coordinates
    finite = np.isfinite(coordinates).all(axis=2)
    assert np.array_equal(np.isfinite(back).all(axis=2), finite)
    if np.isfinite(coordinates).any():
        span = np.ptp(coordinates[np.isfinite(coordinates)].astype(np.float64))
        assert np.all(np.abs(back[finite].astype(np.float64) - coordinates[finite]) <= span / 65534)


def test_a_point_that_is_not_finite_is_missing_in_every_coordinate() -> None:
    coordinates = np.array([[[0, np.nan], [1, 2], [np.inf, 3], [3, -np.inf]]], np.float32)
    payload = pack(coordinates, np.zeros(4, np.uint8), np.array([0]))
    levels = np.frombuffer(payload[-16:], "<u2").reshape(4, 2)
    assert np.array_equal((levels == MISSING).all(axis=1), [True, False, True, True])
    assert np.array_equal((levels == MISSING).any(axis=1), [True, False, True, True])
    assert np.allclose(unpack(payload).coordinates[0, 1], [1, 2], atol=1e-4)


def test_the_highest_value_is_not_mistaken_for_a_missing_one() -> None:
    coordinates = np.array([[[-1, 5], [2, 9]]], np.float32)
    back = unpack(pack(coordinates, np.zeros(2, np.uint8), np.array([0])))
    assert np.allclose(back.coordinates, coordinates)


def test_equal_points_and_empty_frames_survive_the_round_trip() -> None:
    equal = np.full((2, 4, 2), 0.25, np.float32)
    assert np.array_equal(unpack(pack(equal, np.zeros(4, np.uint8), np.arange(2))).coordinates, equal)
    nothing = np.full((1, 3, 2), np.nan, np.float32)
    assert np.isnan(unpack(pack(nothing, np.zeros(3, np.uint8), np.array([0]))).coordinates).all()
    empty = unpack(pack(np.zeros((0, 0, 3), np.float32), np.zeros(0, np.uint8), np.zeros(0, np.uint32)))
    assert empty.coordinates.shape == (0, 0, 3)


def test_options_travel_with_the_frames_and_can_be_replaced_without_touching_them() -> None:
    first = CanvasOptions(run="α", class_names=("zero", "eins"), margin=1.0, live=True, title="“Zahlen”")
    payload = pack(*animation(), options=first)
    assert unpack(payload).options == first
    second = CanvasOptions(run="b")
    changed = with_options(payload, second)
    assert unpack(changed).options == second
    assert changed == pack(*animation(), options=second)
    assert np.array_equal(unpack(changed).coordinates, unpack(payload).coordinates)


@pytest.mark.parametrize("d", [2, 3])
def test_the_bytes_of_the_first_frame_end_where_the_second_begins(d: int) -> None:
    coordinates = np.random.default_rng(5).normal(size=(3, 7, d))
    labels, steps = np.arange(7), np.array([0, 5, 9])
    extras = {"clusters": labels, "ids": labels + 100}
    payload = pack(coordinates, labels, steps, CanvasOptions(title="a run"), **extras)
    first = first_frame(payload)
    assert payload.startswith(first)
    levels = np.frombuffer(first, "<u2", 7 * d, len(first) - 2 * 7 * d).reshape(7, d)
    bounds = np.frombuffer(first, "<f8", 2 * d, 24).reshape(d, 2)
    span = bounds[:, 1] - bounds[:, 0]
    np.testing.assert_allclose(bounds[:, 0] + levels * span / 65534, coordinates[0], atol=span.max() / 131000)


@pytest.mark.parametrize(
    ("coordinates", "labels", "steps", "words"),
    [
        (np.zeros((2, 3)), np.zeros(3), np.zeros(2), r"shape \[frames, points, 2 or 3\]"),
        (np.zeros((2, 3, 4)), np.zeros(3), np.zeros(2), r"shape \[frames, points, 2 or 3\]"),
        (np.zeros((2, 3, 2)), np.zeros(2), np.zeros(2), "one label a point"),
        (np.zeros((2, 3, 2)), np.full(3, 256), np.zeros(2), "from 0 to 255"),
        (np.zeros((2, 3, 2)), np.full(3, 0.5), np.zeros(2), "whole number"),
        (np.zeros((2, 3, 2)), np.zeros(3), np.zeros(3), "one step a frame"),
        (np.zeros((2, 3, 2)), np.zeros(3), np.array([-1, 2]), "from 0 to"),
        (np.zeros((2, 3, 2)), np.zeros(3), np.array([2, 1]), "must not decrease"),
    ],
)
def test_mismatched_shapes_are_refused_with_a_reason(
    coordinates: np.ndarray, labels: np.ndarray, steps: np.ndarray, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        pack(coordinates, labels, steps)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b"X" + b[1:], lambda b: b[:10]]
)
def test_damaged_bytes_are_refused(damage) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="hese"):
        unpack(damage(pack(*animation())))
