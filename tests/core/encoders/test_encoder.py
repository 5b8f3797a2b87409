"""The encoder: its initial weights, its size, and its forward pass."""

import numpy as np
import pytest
import torch
from scipy import stats

from core.config import PRESETS, RunConfig
from core.data import Dataset
from core.encoders.encoder import build, embed, to_input, with_weights

CONFIGS = [*PRESETS.values(), RunConfig(hidden=(2,), embedding_dims=64), RunConfig(hidden=(64, 8, 8, 16))]


def weights(config: RunConfig) -> dict[str, torch.Tensor]:
    return dict(build(config).state_dict())


@pytest.mark.parametrize("config", CONFIGS)
def test_the_layers_have_the_configs_sizes_and_parameter_count(config: RunConfig) -> None:
    encoder = build(config)
    sizes = [(layer.in_features, layer.out_features) for layer in encoder.linear]
    assert sizes == list(zip(config.layers[:-1], config.layers[1:], strict=True))
    assert sum(parameter.numel() for parameter in encoder.parameters()) == config.parameter_count


def test_the_tutorials_encoder_has_238_050_parameters() -> None:
    """784·256 + 256 + 256·128 + 128 + 128·32 + 32 + 32·2 + 2."""
    assert PRESETS["tutorial"].parameter_count == 200_960 + 32_896 + 4_128 + 66 == 238_050


@pytest.mark.parametrize("config", CONFIGS)
def test_initial_weights_and_biases_are_uniform_within_one_over_the_root_of_the_inputs(
    config: RunConfig,
) -> None:
    for layer in build(config).linear:
        bound = layer.in_features**-0.5
        for parameter in (layer.weight, layer.bias):
            values = parameter.detach().numpy().ravel()
            assert np.abs(values).max() <= bound
            assert stats.kstest(values, stats.uniform(-bound, 2 * bound).cdf).pvalue > 1e-4


def test_the_initial_weights_have_the_spread_of_torchs() -> None:
    torch.manual_seed(0)
    theirs = torch.nn.Linear(784, 256)
    (ours, *_) = build(RunConfig()).linear
    assert ours.weight.std().item() == pytest.approx(theirs.weight.std().item(), rel=0.02)
    assert ours.bias.std().item() == pytest.approx(theirs.bias.std().item(), rel=0.2)


def test_the_seed_determines_the_initial_weights() -> None:
    one, again, other = weights(RunConfig()), weights(RunConfig()), weights(RunConfig(seed=1))
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert all(not torch.equal(one[name], other[name]) for name in one)


def test_building_is_independent_of_torchs_global_generator() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one = weights(RunConfig())
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(one["linear.0.weight"], weights(RunConfig())["linear.0.weight"])


def test_an_embedding_is_layer_after_layer_without_a_final_activation(mnist: Dataset) -> None:
    """In NumPy: images / 255, then W x + b, with max(0, ·) only between layers."""
    config = PRESETS["tutorial"]
    hidden = mnist.test.images[:50] / 255
    arrays = {name: tensor.double().numpy() for name, tensor in weights(config).items()}
    for place in range(4):
        hidden = hidden @ arrays[f"linear.{place}.weight"].T + arrays[f"linear.{place}.bias"]
        if place < 3:
            hidden = np.maximum(hidden, 0)
    embeddings = embed(build(config), torch.from_numpy(mnist.test.images[:50]))
    assert embeddings.numpy() == pytest.approx(hidden, abs=1e-5)
    assert (embeddings < 0).any()


@pytest.mark.parametrize("config", CONFIGS)
def test_embedding_in_chunks_equals_embedding_at_once(mnist: Dataset, config: RunConfig) -> None:
    images = torch.from_numpy(mnist.test.images[:1003])
    encoder = build(config)
    at_once = embed(encoder, images, chunk=2000)
    assert at_once.shape == (1003, config.embedding_dims) and at_once.dtype == torch.float32
    assert not at_once.requires_grad
    for chunk in (1, 100, 1002, 1003):
        assert torch.allclose(embed(encoder, images, chunk=chunk), at_once, rtol=1e-4, atol=1e-5)


def test_input_is_scaled_to_0_to_1_without_changing_the_images(mnist: Dataset) -> None:
    images = torch.from_numpy(mnist.test.images[:10])
    before = images.clone()
    scaled = to_input(images)
    torch.testing.assert_close(scaled, before.float() / 255, rtol=1e-6, atol=0)
    assert torch.equal(images, before)
    assert scaled.min() == 0 and scaled.max() == 1


def test_an_encoder_is_restored_from_its_weights() -> None:
    trained = build(RunConfig(seed=5))
    restored = with_weights(RunConfig(seed=6), trained.state_dict())
    images = torch.randint(0, 256, (20, 784), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(embed(restored, images), embed(trained, images))


def test_weights_of_another_shape_are_refused() -> None:
    with pytest.raises(RuntimeError, match="size mismatch"):
        with_weights(RunConfig(embedding_dims=3), build(RunConfig()).state_dict())
