"""The browser's selection message is validated: a visitor may forge it."""

import base64

import numpy as np
import pytest

from pages.ui.components.canvas import MOST_IMAGES, selection_from

RUN = "a" * 64


def message(numbers: list[int], **others: object) -> dict[str, object]:
    flags = np.zeros(max(numbers, default=-1) + 1, bool)
    flags[numbers] = True
    mask = base64.b64encode(np.packbits(flags, bitorder="little").tobytes()).decode()
    return {"run": RUN, "split": "train", "pinned": None, "count": len(numbers), "mask": mask, **others}


def test_bit_i_of_the_mask_is_image_i() -> None:
    generator = np.random.default_rng(0)
    numbers = sorted(generator.choice(60_000, 500, replace=False).tolist())
    selection = selection_from(message(numbers, pinned=7), RUN, "train")
    assert selection.selected.tolist() == numbers and selection.pinned == 7 and selection.split == "train"


def test_numbers_beyond_the_split_are_ignored() -> None:
    selection = selection_from(message([3, 9_999, 10_000]), RUN, "train")
    assert selection.of("train", 10_000).tolist() == [3, 9_999]
    assert selection.of("test", 10_000).tolist() == []


@pytest.mark.parametrize(
    ("run", "split"), [("b" * 64, "train"), (RUN, "test")], ids=["another run", "another split"]
)
def test_a_selection_of_another_run_or_split_is_empty(run: str, split: str) -> None:
    selection = selection_from(message([1, 2], pinned=1), run, split)
    assert selection.pinned is None and len(selection.selected) == 0 and selection.split == split


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "train",
        [],
        {},
        {"run": RUN, "split": "train"},
        message([1, 2], mask=None),
        message([1, 2], mask=12),
        message([1, 2], mask="not base64!"),
        message([1, 2], mask="Bg"),
        message([1, 2], mask="é" * 40),
        message([1, 2], mask="A" * (2 * MOST_IMAGES)),
        message([1, 2], mask=["Bg=="]),
    ],
)
def test_a_malformed_message_selects_nothing(value: object) -> None:
    selection = selection_from(value, RUN, "train")
    assert selection.pinned is None and selection.selected.tolist() == []


@pytest.mark.parametrize("pinned", [-1, True, "5", 5.5, MOST_IMAGES, 10**30, [5], None])
def test_an_invalid_image_number_is_not_pinned(pinned: object) -> None:
    selection = selection_from(message([4], pinned=pinned), RUN, "train")
    assert selection.pinned is None and selection.selected.tolist() == [4]
