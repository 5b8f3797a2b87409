"""What has to be known of a run to make its encoder."""

from typing import Protocol


class Architecture(Protocol):
    """`RunConfig` is one.

    layers: the sizes, from the pixels to the embedding. activation: a name in ACTIVATIONS. normalised: whether
    the embeddings are put onto the unit sphere. seed: of the first weights.
    """

    @property
    def layers(self) -> tuple[int, ...]: ...

    @property
    def activation(self) -> str: ...

    @property
    def normalised(self) -> bool: ...

    @property
    def seed(self) -> int: ...
