"""The encoder at a glance on the Train page: how many numbers an image becomes."""

import numpy as np
import pytest

from core.config import RunConfig
from core.encoders.encoder import build
from core.encoders.numpy_encoder import encoder_of
from pages.ui.train.architecture import reduction


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (RunConfig(), "784 numbers become 2: 99.74% fewer."),
        (RunConfig(embedding_dims=64), "784 numbers become 64, but an affine map of only 32, the narrowest layer: "),
        (RunConfig(embedding_dims=64, loss="nt_xent"), "64, but a function of only 32"),
        (RunConfig(embedding_dims=64, hidden=(16, 256)), "64, but a function of only 16"),
    ],
)  # fmt: skip
def test_a_wide_embedding_behind_a_narrow_layer_is_not_said_to_hold_more_than_that_layer(
    config: RunConfig, words: str
) -> None:
    assert words in reduction(config)
    # the plane, or its image, in which the embeddings of the untrained encoder lie
    images = np.random.default_rng(0).integers(0, 256, (500, 784), np.uint8)
    weights = {name: tensor.numpy() for name, tensor in build(config).state_dict().items()}
    points = encoder_of(config, weights).embed(images)
    rank = np.linalg.matrix_rank(points - points.mean(axis=0), tol=1e-4)
    if "a function" not in words:
        assert rank <= min(config.layers)
    elif not config.normalised:
        assert rank > min(config.layers)
