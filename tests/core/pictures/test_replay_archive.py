"""The compressed replay: round trip, accuracy and size."""

import numpy as np
import pytest

from core.pictures.replay_archive import LEVELS, pack, unpack


def walk(f: int, n: int, d: int, seed: int = 0) -> np.ndarray:
    """A random walk of points from frame to frame."""
    generator = np.random.default_rng(seed)
    return generator.normal(0, 0.3, (f, n, d)).cumsum(axis=0).astype(np.float32)


def labels(n: int) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 4, n).astype(np.uint8)


@pytest.mark.parametrize(("f", "n", "d"), [(15, 400, 2), (3, 7, 3), (2, 1, 2), (1, 5, 2)])
def test_every_frame_comes_back_to_half_a_level_and_the_last_one_exactly(f: int, n: int, d: int) -> None:
    frames, steps = walk(f, n, d), np.arange(f) * 7
    back, steps_back = unpack(pack(frames, frames[-1], labels(n), steps), frames[-1], labels(n))
    level = (frames.max(axis=(0, 1)) - frames.min(axis=(0, 1))) / LEVELS
    assert np.all(np.abs(back - frames) <= level * 0.501 + 1e-6)
    assert np.array_equal(back[-1], frames[-1])
    assert np.array_equal(steps_back, steps)


def test_errors_do_not_add_up_from_frame_to_frame() -> None:
    frames = np.linspace(0, 1, 200, dtype=np.float32)[:, None, None] * np.ones((1, 50, 2), np.float32)
    frames += np.random.default_rng(1).uniform(0, 1e-4, frames.shape).astype(np.float32)
    back, _ = unpack(
        pack(frames, frames[-1], labels(frames.shape[1]), np.arange(200)), frames[-1], labels(50)
    )
    assert np.abs(back - frames).max() <= 0.51 / LEVELS


def test_the_difference_to_the_run_s_own_last_frame_is_not_in_the_picture() -> None:
    """The last frame passed in may be the unrounded one; it is then returned exactly."""
    frames = walk(4, 100, 2)
    exact = frames[-1] + np.float32(1e-5)
    back, _ = unpack(pack(frames, exact, labels(frames.shape[1]), np.arange(4)), exact, labels(100))
    assert np.array_equal(back[-1], exact)


def test_equal_points_take_no_space_and_come_back_equal() -> None:
    frames = np.full((5, 1000, 2), 0.25, np.float32)
    content = pack(frames, frames[-1], labels(frames.shape[1]), np.arange(5))
    assert len(content) < 400
    assert np.array_equal(unpack(content, frames[-1], labels(1000))[0], frames)


def test_points_that_move_little_take_little_space() -> None:
    still = walk(1, 20_000, 2)[0]
    frames = still + np.random.default_rng(2).normal(0, 0.002, (10, 20_000, 2)).cumsum(axis=0)
    assert (
        len(pack(frames, frames[-1], labels(frames.shape[1]), np.arange(10)))
        < frames.astype(np.uint16).nbytes / 3
    )


@pytest.mark.parametrize(
    "damage", [lambda b: b[:5], lambda b: b[:-9], lambda b: b[:60] + bytes(40), lambda b: b""]
)
def test_other_bytes_are_refused(damage) -> None:
    frames = walk(3, 50, 2)
    with pytest.raises(ValueError, match="not the bytes of a replay"):
        unpack(
            damage(pack(frames, frames[-1], labels(frames.shape[1]), np.arange(3))), frames[-1], labels(50)
        )


def test_the_embedding_of_other_images_is_refused() -> None:
    frames = walk(3, 50, 2)
    with pytest.raises(ValueError, match="one of 50 points, and the embedding has 49"):
        unpack(pack(frames, frames[-1], labels(frames.shape[1]), np.arange(3)), frames[-1][:49], labels(49))
