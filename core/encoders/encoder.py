"""The encoder: one multilayer perceptron, shared by all images."""

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import nn

from core.encoders.activations import ACTIVATIONS
from core.encoders.architecture import Architecture
from core.losses.distances import directions


class Encoder(nn.Module):
    """784 grey levels -> hidden layers with an activation -> embedding, without a final activation.

    layers: the sizes, such as (784, 256, 128, 32, 2). Weights and biases are initialised uniformly
    within 1/sqrt(inputs), as in PyTorch's linear layer, but from the given generator.
    normalised: embeddings are scaled to the unit sphere.
    """

    def __init__(
        self,
        layers: tuple[int, ...],
        activation: str,
        generator: torch.Generator,
        *,
        normalised: bool = False,
    ) -> None:
        super().__init__()
        self.linear = nn.ModuleList(
            nn.Linear(inputs, outputs, device="meta").to_empty(device="cpu")  # filled below
            for inputs, outputs in pairwise(layers)
        )
        self.activation = ACTIVATIONS[activation].function
        self.normalised = normalised
        with torch.no_grad():
            for parameter, inputs in zip(
                self.parameters(), (size for size in layers[:-1] for _ in range(2)), strict=True
            ):
                parameter.uniform_(-(inputs**-0.5), inputs**-0.5, generator=generator)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Embeddings [n, d] of `images` [n, 784], grey levels 0 to 1."""
        *hidden_layers, last = self.linear
        hidden = images
        for layer in hidden_layers:
            hidden = self.activation(layer(hidden))
        embeddings: torch.Tensor = last(hidden)
        return directions(embeddings) if self.normalised else embeddings


def build(config: Architecture) -> Encoder:
    """The untrained encoder of `config`: same seed, same weights."""
    generator = torch.Generator().manual_seed(config.seed)
    return Encoder(config.layers, config.activation, generator, normalised=config.normalised)


def to_input(images: torch.Tensor) -> torch.Tensor:
    """Grey levels uint8 [n, 784] as the encoder's input: float32, 0 to 1."""
    return images.float().mul_(1 / 255)


def embed(encoder: Encoder, images: torch.Tensor, chunk: int = 2000) -> torch.Tensor:
    """Embeddings [n, d] of uint8 `images` [n, 784], without gradients, in chunks."""
    with torch.inference_mode():
        return torch.cat([encoder(to_input(part)) for part in torch.split(images, chunk)])


def with_weights(config: Architecture, weights: Mapping[str, torch.Tensor]) -> Encoder:
    """The encoder of `config` with trained `weights` (from `Encoder.state_dict`)."""
    encoder = build(config)
    encoder.load_state_dict(dict(weights))
    return encoder
