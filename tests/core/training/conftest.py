"""Fixtures of the training tests."""

from collections.abc import Iterator

import pytest
from torch.optim.optimizer import register_optimizer_step_pre_hook

from core.data import Dataset
from tests.core.trainings import (
    SOME,
    first,
)


@pytest.fixture(scope="module")
def some() -> Dataset:
    """The first 10,000 and 3,000 images: 45 steps of 200 per epoch, without the 1,000 held out."""
    return first(SOME)


@pytest.fixture
def rates() -> Iterator[list[float]]:
    """The learning rate of every optimizer step during the test."""
    seen: list[float] = []
    handle = register_optimizer_step_pre_hook(
        lambda optimizer, *_: seen.append(optimizer.param_groups[0]["lr"])
    )
    yield seen
    handle.remove()
