"""The part of a config that defines the encoder."""

from typing import Protocol


class Architecture(Protocol):
    """What `build` needs to know; `RunConfig` satisfies it.

    layers: the sizes, from the pixels to the embedding. activation: a name in ACTIVATIONS. normalised: whether
    embeddings are scaled to the unit sphere. seed: of the initial weights.
    """

    @property
    def layers(self) -> tuple[int, ...]: ...

    @property
    def activation(self) -> str: ...

    @property
    def normalised(self) -> bool: ...

    @property
    def seed(self) -> int: ...
