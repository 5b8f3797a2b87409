"""A trained encoder in NumPy: the same layers without torch, for the Streamlit process."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.encoders.activations import ACTIVATIONS
from core.encoders.architecture import Architecture
from core.losses.distances import directions

Floats = npt.NDArray[np.float32]
Images = npt.NDArray[np.uint8]

CHUNK = 2000  # images at a time: the hidden layers of all at once would fill the memory


@dataclass(frozen=True)
class NumpyEncoder:
    """The multilayer perceptron of `core.encoders.encoder`: for each layer a matrix [outputs, inputs] and a bias
    [outputs], with an activation between layers and none at the end. normalised: embeddings are scaled to the
    unit sphere."""

    layers: tuple[tuple[Floats, Floats], ...]
    activation: str
    normalised: bool = False

    def embed(self, images: Images) -> Floats:
        """Embeddings [n, d] of images [n, 784], grey levels 0 to 255; within 1e-5 of torch's."""
        parts = [self._embed(images[at : at + CHUNK]) for at in range(0, len(images), CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.layers[-1][1])), np.float32)

    def _embed(self, images: Images) -> Floats:
        activation = ACTIVATIONS[self.activation].function
        hidden = images.astype(np.float32) * np.float32(1 / 255)
        *before, (last, last_bias) = self.layers
        for weight, bias in before:
            hidden = np.asarray(activation(hidden @ weight.T + bias), dtype=np.float32)
        embeddings = hidden @ last.T + last_bias
        return np.asarray(directions(embeddings) if self.normalised else embeddings, dtype=np.float32)


def encoder_of(config: Architecture, weights: Mapping[str, Floats]) -> NumpyEncoder:
    """The encoder of `config` with a run's `weights`, keyed as in torch's state dict.

    Raises ValueError if a layer is missing, superfluous, of the wrong shape, or not finite.
    """
    sizes = config.layers
    names = [f"linear.{layer}.{part}" for layer in range(len(sizes) - 1) for part in ("weight", "bias")]
    if set(weights) != set(names):
        raise ValueError(f"These weights are of {len(weights) // 2} layers; the run has {len(sizes) - 1}.")
    layers = []
    for layer, (inputs, outputs) in enumerate(pairwise(sizes)):
        weight, bias = weights[f"linear.{layer}.weight"], weights[f"linear.{layer}.bias"]
        if weight.shape != (outputs, inputs) or bias.shape != (outputs,):
            raise ValueError(
                f"Layer {layer + 1} has weights of shape {list(weight.shape)}, not {[outputs, inputs]}."
            )
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise ValueError(f"Layer {layer + 1} has weights that are no numbers.")
        layers.append((weight.astype(np.float32), bias.astype(np.float32)))
    return NumpyEncoder(tuple(layers), config.activation, config.normalised)
