"""RunConfig: the validated settings of one run, with its key and other derived properties."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.config.parameter import Parameter
from core.config.refusals import REFUSALS
from core.config.settings import Settings
from core.data import DATASETS
from core.losses import LOSSES, Composition
from core.miners import MINERS

# Incremented only when the same config would train to a different result; part of every run's key.
TRAINING_VERSION = 2


@dataclass(frozen=True)
class RunConfig(Settings):
    """The complete settings of one run: equal configs train to equal weights, bit for bit.

    Raises ValueError, with the reason, for a value out of bounds and for a combination that cannot
    learn anything.
    """

    def __post_init__(self) -> None:
        for name, parameter in PARAMETERS.items():
            object.__setattr__(self, name, parameter.check(getattr(self, name)))
        for refuse in REFUSALS:
            if reason := refuse(self):
                raise ValueError(reason)

    @property
    def key(self) -> str:
        """SHA-256 (64 hexadecimal digits) of the config, the data, TRAINING_VERSION and the versions of the
        loss and of the miner.

        Fields at their default are left out, so that adding a field orphans no run. When you change
        a default, increment TRAINING_VERSION or the version of the losses that read it.
        """
        changed = {
            spec.name: getattr(self, spec.name)
            for spec in dataclasses.fields(self)
            if getattr(self, spec.name) != spec.default
        }
        canonical = {
            "config": changed,
            "data": DATASETS[self.dataset].checksum,
            "version": TRAINING_VERSION,
        }
        if LOSSES[self.loss].version > 1:
            canonical["loss_version"] = LOSSES[self.loss].version
        if self.miner != "none" and MINERS[self.miner].version > 1:
            canonical["miner_version"] = MINERS[self.miner].version
        text = json.dumps(canonical, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def layers(self) -> tuple[int, ...]:
        """The encoder's layer sizes, from 784 pixels to the embedding."""
        return (784, *self.hidden, self.embedding_dims)

    @property
    def parameter_count(self) -> int:
        """The number of the encoder's weights and biases."""
        return sum(
            (inputs + 1) * outputs for inputs, outputs in zip(self.layers[:-1], self.layers[1:], strict=True)
        )

    @property
    def reach(self) -> float | None:
        """The distance beyond which the loss no longer pushes, in units of the embedding."""
        return LOSSES[self.loss].reach(self.margin)

    @property
    def normalised(self) -> bool:
        """Whether embeddings are normalised to the unit sphere, because the loss depends on directions only."""
        return LOSSES[self.loss].normalised

    @property
    def loss_parameters(self) -> dict[str, float]:
        """The parameters that the loss reads, by name."""
        return {name: getattr(self, name) for name in LOSSES[self.loss].parameters}

    @property
    def view_pairs(self) -> int:
        """How many images of a batch come as two views."""
        return round(self.views * self.batch_size / 2)

    @property
    def composition(self) -> Composition:
        """The average class sizes of a batch; two views of an image count as a class of their own."""
        classes, size = self.seen_classes, float(self.batch_size - 2 * self.view_pairs)
        if self.sampler == "balanced":
            classes = self.balanced_classes
            size = float(self.batch_size // classes * classes)
        labelled = (size / classes,) * classes if size else ()
        return Composition(labelled + (2.0,) * self.view_pairs)

    @property
    def collapsed(self) -> float:
        """The loss of a collapsed network, which maps every image to the same point."""
        return LOSSES[self.loss].collapsed(self.composition, **self.loss_parameters)

    def as_dict(self) -> dict[str, Any]:
        """All fields as JSON types; `RunConfig.from_dict` is the inverse."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in dataclasses.asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RunConfig":
        """The config with these `values`; ValueError for an unknown name."""
        for name in values:
            _known(name)
        return cls(**values)

    @classmethod
    def from_text(cls, texts: Mapping[str, str], start: "RunConfig | None" = None) -> "RunConfig":
        """`start` (by default the `fast` preset) with the fields in `texts` changed, as in a URL."""
        changes = {name: parse_field(name, text) for name, text in texts.items()}
        return dataclasses.replace(start or cls(), **changes)


PARAMETERS: dict[str, Parameter] = {
    spec.name: spec.metadata["parameter"] for spec in dataclasses.fields(RunConfig)
}


def written(config: RunConfig, names: Iterable[str]) -> dict[str, str]:
    """The values of some fields as text: {"learning_rate": "0.003"}."""
    return {name: PARAMETERS[name].text(getattr(config, name)) for name in names}


def parse_field(name: str, text: str) -> Any:
    """The value of field `name` written as `text`; ValueError, with the reason, if it is invalid."""
    return _known(name).read(text, RunConfig.__dataclass_fields__[name].default)


def _known(name: str) -> Parameter:
    if name not in PARAMETERS:
        raise ValueError(f"There is no setting {name!r}. There are: {', '.join(PARAMETERS)}.")
    return PARAMETERS[name]
