"""The NumPy encoder against the torch encoder."""

import dataclasses

import numpy as np
import pytest
import torch

from core.config import RunConfig
from core.data import Dataset
from core.encoders.activations import ACTIVATIONS
from core.encoders.encoder import build, embed
from core.encoders.numpy_encoder import CHUNK, encoder_of
from core.losses import LOSSES

SHAPES = [(256, 128, 32), (2,), (512, 512, 512, 512), (64, 3)]


def weights_of(config: RunConfig, scale: float = 1.0) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() * scale for name, tensor in build(config).state_dict().items()}


@pytest.mark.parametrize(
    ("activation", "hidden", "dims"),
    [
        *((activation, SHAPES[0], 2) for activation in ACTIVATIONS),
        *(("relu", hidden, 3) for hidden in SHAPES),
        ("relu", SHAPES[0], 64),
    ],
    ids=str,
)
def test_it_embeds_like_torch(mnist: Dataset, activation: str, hidden: tuple[int, ...], dims: int) -> None:
    config = RunConfig(activation=activation, hidden=hidden, embedding_dims=dims)
    images = mnist.test.images[:64]
    expected = embed(build(config), torch.from_numpy(images)).numpy()
    found = encoder_of(config, weights_of(config)).embed(images)
    assert found.dtype == np.float32 and found.shape == (64, dims)
    assert np.abs(found - expected).max() < 1e-5
    assert np.ptp(expected, axis=0).min() > 1e-4  # the images do not all lie in one place


@pytest.mark.parametrize("loss", LOSSES)
def test_it_embeds_like_torch_for_every_loss(mnist: Dataset, loss: str) -> None:
    """Some losses depend on directions only; their encoder normalises its output."""
    config = RunConfig(loss=loss, embedding_dims=3, batch_size=100)
    images = mnist.test.images[:64]
    expected = embed(build(config), torch.from_numpy(images)).numpy()
    found = encoder_of(config, weights_of(config)).embed(images)
    assert np.abs(found - expected).max() < 1e-5
    if LOSSES[loss].normalised:
        assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


def test_more_images_than_a_chunk_keep_their_order(mnist: Dataset) -> None:
    config = RunConfig(hidden=(8,))
    encoder = encoder_of(config, weights_of(config))
    images = mnist.test.images[: CHUNK + 7]
    whole = encoder.embed(images)
    assert len(whole) == CHUNK + 7
    assert np.allclose(whole[-7:], encoder.embed(images[-7:]), atol=1e-6)
    assert encoder.embed(images[:0]).shape == (0, 2)


def test_weights_of_another_encoder_are_refused() -> None:
    config = RunConfig(hidden=(8, 4))
    right = weights_of(config)
    encoder_of(config, right)
    with pytest.raises(ValueError, match="of 2 layers; the run has 3"):
        encoder_of(config, weights_of(RunConfig(hidden=(8,))))
    with pytest.raises(ValueError, match=r"Layer 1 has weights of shape \[9, 784\], not \[8, 784\]"):
        encoder_of(config, weights_of(dataclasses.replace(config, hidden=(9, 4))))
    with pytest.raises(ValueError, match="Layer 3"):
        encoder_of(config, right | {"linear.2.bias": np.zeros(3, np.float32)})
    with pytest.raises(ValueError, match="no numbers"):
        encoder_of(config, right | {"linear.1.bias": np.full(4, np.nan, np.float32)})
