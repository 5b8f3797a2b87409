"""RunConfig: each parameter of a run, declared once.

Type, bounds, default, unit and help text stand here and nowhere else: sliders, URL, validation,
the run's key, the command line and the docs are read off this declaration. Imports no torch.
"""

import dataclasses
import hashlib
import json
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.activations import ACTIVATIONS
from core.config.parameter import Parameter, declare
from core.config.refusals import REFUSALS
from core.data import DATASETS
from core.losses import LOSSES, Composition
from core.miners import MINERS

# Raised only when the same config would train to something else; part of every run's key.
TRAINING_VERSION = 2


@dataclass(frozen=True)
class RunConfig:
    """One run, completely: equal configs train to equal weights, bit for bit.

    Raises ValueError with a sentence for a value out of its bounds and for a combination that
    cannot learn anything.
    """

    dataset: str = declare(
        "mnist",
        "choice",
        "Images",
        "MNIST comes with the app. The others are fetched from their authors when first used.",
        options={name: entry.label for name, entry in DATASETS.items()},
        advanced=True,
    )
    loss: str = declare(
        "contrastive",
        "choice",
        "Loss",
        "What the network is punished for: which pairs are pulled together, which are pushed apart, and how "
        "hard.",
        options={name: entry.label for name, entry in LOSSES.items()},
    )
    margin: float = declare(
        1.0,
        "number",
        "Margin",
        "How far apart the loss wants different classes. Its formula says whether that is a distance, "
        "a squared distance, or the difference of two distances.",
        low=0.0,
        high=5.0,
        step=0.05,
    )
    temperature: float = declare(
        0.1,
        "number",
        "Temperature",
        "How sharply a loss on similarities prefers the nearest images.",
        low=0.01,
        high=10.0,
        step=0.01,
    )
    scale: float = declare(
        2.0,
        "number",
        "Scale",
        "By how much a loss multiplies cosine similarities: the larger, the more the hardest images of the "
        "batch count and the less all others.",
        low=1.0,
        high=256.0,
        step=1.0,
    )
    similarity_margin: float = declare(
        0.25,
        "number",
        "Similarity margin",
        "A margin on cosine similarities, which go from -1 to 1. The loss's formula says between what.",
        low=0.0,
        high=1.0,
        step=0.05,
    )
    weight: float = declare(
        1.0,
        "number",
        "Weight",
        "How much a loss's second term counts beside its first.",
        low=0.0,
        high=5.0,
        step=0.05,
    )
    epochs: int = declare(
        2,
        "integer",
        "Epochs",
        "How many times training goes through all the images.",
        low=1,
        high=50,
    )
    embedding_dims: int = declare(
        2,
        "integer",
        "Embedding dimensions",
        "How many numbers are left of an image's 784. Two can be drawn as they are.",
        low=2,
        high=64,
    )
    digits: int = declare(
        10,
        "integer",
        "Classes",
        "How many digit classes take part: the first n, starting with 0.",
        low=1,
        high=10,
    )
    held_out_class: str = declare(
        "none",
        "choice",
        "Class never shown",
        "Training never sees the images of this class. They are embedded and measured all the same, so that "
        "you can watch where they land, and your own drawing of it.",
        options={"none": "None: all are shown", **{str(label): str(label) for label in range(10)}},
        advanced=True,
    )
    sampling: str = declare(
        "all",
        "choice",
        "Pairs or triplets",
        "All that a batch holds, or drawn at random: one for each anchor of the batch, as the tutorial and the "
        "notebook do.",
        options={"all": "All of the batch", "sampled": "Drawn at random"},
        advanced=True,
    )
    batch_size: int = declare(
        200,
        "integer",
        "Batch size",
        "How many images (drawn pairs or triplets, where these are drawn) each step looks at.",
        low=1,
        high=4096,
        advanced=True,
        logarithmic=True,
    )
    learning_rate: float = declare(
        3e-3,
        "number",
        "Learning rate",
        "How far each step moves the weights (Adam); the highest rate, where the schedule varies it.",
        low=1e-5,
        high=1.0,
        step=1e-4,
        advanced=True,
        logarithmic=True,
    )
    schedule: str = declare(
        "one_cycle",
        "choice",
        "Schedule",
        "The learning rate over time: up and then down to nothing, or the same throughout.",
        options={"one_cycle": "One cycle: up, then down", "constant": "Constant"},
        advanced=True,
    )
    hidden: tuple[int, ...] = declare(
        (256, 128, 32),
        "widths",
        "Hidden widths",
        "The sizes of the layers between the 784 pixels and the embedding, such as 256-128-32.",
        low=2,
        high=512,
        unit="units",
        advanced=True,
    )
    activation: str = declare(
        "relu",
        "choice",
        "Activation",
        "The bend after each hidden layer; without one the encoder would be a linear map.",
        options={name: entry.label for name, entry in ACTIVATIONS.items()},
        advanced=True,
    )
    miner: str = declare(
        "none",
        "choice",
        "Miner",
        "Which of the batch's triplets are worth learning from. A loss on pairs takes the two pairs of each.",
        options={
            "none": "None: take them as they come",
            **{name: entry.label for name, entry in MINERS.items()},
        },
        advanced=True,
    )
    sampler: str = declare(
        "random",
        "choice",
        "Sampler",
        "Which images a batch holds: shuffled ones as they come, or the same number of each of some classes.",
        options={"random": "Random", "balanced": "Balanced: P classes × K images"},
        advanced=True,
    )
    classes_per_batch: int = declare(
        10,
        "integer",
        "Classes a batch",
        "P, how many classes a balanced batch holds, or all that take part if there are fewer; K is the batch "
        "size divided by it.",
        low=2,
        high=10,
        advanced=True,
        only_with=("sampler", "balanced"),
    )
    views: float = declare(
        0.0,
        "number",
        "Views instead of labels",
        "The share of positives made without a label: two random views of one image, cropped, rotated, shifted and "
        "blurred. All other images are then its negatives, even those of its own class. 0: labels only; 1: no "
        "label is used.",
        low=0.0,
        high=1.0,
        step=0.05,
        advanced=True,
    )
    wrong_labels: float = declare(
        0.0,
        "number",
        "Wrong labels",
        "The share of training images that are given the label of another class on purpose.",
        low=0.0,
        high=1.0,
        step=0.05,
        advanced=True,
    )
    patience: int = declare(
        0,
        "integer",
        "Patience",
        "Early stopping: end when the validation loss has not improved for so many batches. The best weights are "
        "kept. The loss is looked at every 4,096 images or so. 0: never.",
        low=0,
        high=1000,
        unit="batches",
        advanced=True,
    )
    validation: str = declare(
        "held_out",
        "choice",
        "Validation on",
        "1,000 training images held out from the training, or 2,000 test images. Stopping by the test images "
        "makes every test figure too good.",
        options={"held_out": "Held-out training images", "test": "Test images (as the notebook does)"},
        advanced=True,
    )
    seed: int = declare(
        0,
        "integer",
        "Seed",
        "Where chance starts: first weights, order of the images. Same seed, same run, bit for bit.",
        low=0,
        high=9999,
        advanced=True,
    )

    def __post_init__(self) -> None:
        for name, parameter in PARAMETERS.items():
            object.__setattr__(self, name, parameter.check(getattr(self, name)))
        for refuse in REFUSALS:
            if reason := refuse(self):
                raise ValueError(reason)

    @property
    def key(self) -> str:
        """64 hexadecimal digits that name the run: of the config, the data, TRAINING_VERSION and the loss's version.

        Fields at their default are left out, so that a field added later orphans no run; whoever
        changes a default raises TRAINING_VERSION, or the version of the losses that read it.
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
        text = json.dumps(canonical, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def unseen(self) -> int | None:
        """The label of the class that training never sees, or None."""
        return None if self.held_out_class == "none" else int(self.held_out_class)

    @property
    def layers(self) -> tuple[int, ...]:
        """The encoder's layer sizes, from 784 pixels to the embedding."""
        return (784, *self.hidden, self.embedding_dims)

    @property
    def parameter_count(self) -> int:
        """The encoder's weights and biases, counted."""
        return sum(
            (inputs + 1) * outputs for inputs, outputs in zip(self.layers[:-1], self.layers[1:], strict=True)
        )

    @property
    def reach(self) -> float | None:
        """The distance beyond which the loss no longer pushes, in units of the embedding."""
        return LOSSES[self.loss].reach(self.margin)

    @property
    def normalised(self) -> bool:
        """Whether the encoder ends on the unit sphere, because its loss looks at directions only."""
        return LOSSES[self.loss].normalised

    @property
    def loss_parameters(self) -> dict[str, float]:
        """The parameters that the loss reads, by name."""
        return {name: getattr(self, name) for name in LOSSES[self.loss].parameters}

    @property
    def seen_classes(self) -> int:
        """How many classes the training sees."""
        return self.digits - (self.unseen is not None)

    @property
    def balanced_classes(self) -> int:
        """How many classes a balanced batch holds."""
        return min(self.classes_per_batch, self.seen_classes)

    @property
    def view_pairs(self) -> int:
        """How many images of a batch come as two views."""
        return round(self.views * self.batch_size / 2)

    @property
    def composition(self) -> Composition:
        """What a batch holds on average; two views of an image are a class of their own."""
        classes, size = self.seen_classes, float(self.batch_size - 2 * self.view_pairs)
        if self.sampler == "balanced":
            classes = self.balanced_classes
            size = float(self.batch_size // classes * classes)
        labelled = (size / classes,) * classes if size else ()
        return Composition(labelled + (2.0,) * self.view_pairs)

    @property
    def collapsed(self) -> float:
        """The loss of a network that sends every image to one point: it knows nothing."""
        return LOSSES[self.loss].collapsed(self.composition, **self.loss_parameters)

    def as_dict(self) -> dict[str, Any]:
        """All fields as JSON has them; `RunConfig.from_dict` is the opposite."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in dataclasses.asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RunConfig":
        """The config of `values`; ValueError for a name that is no field."""
        for name in values:
            _known(name)
        return cls(**values)

    @classmethod
    def from_text(cls, texts: Mapping[str, str], start: "RunConfig | None" = None) -> "RunConfig":
        """`start` (by default the `fast` preset) with the fields of `texts`, as in a URL, changed."""
        changes = {name: parse_field(name, text) for name, text in texts.items()}
        return dataclasses.replace(start or cls(), **changes)


PARAMETERS: dict[str, Parameter] = {
    spec.name: spec.metadata["parameter"] for spec in dataclasses.fields(RunConfig)
}


def written(config: RunConfig, names: Iterable[str]) -> dict[str, str]:
    """The values of some fields, each as a reader writes it: {"learning_rate": "0.003"}."""
    return {name: PARAMETERS[name].text(getattr(config, name)) for name in names}


def parse_field(name: str, text: str) -> Any:
    """The value of field `name` written as `text`; ValueError, with a sentence, if it is none."""
    parameter = _known(name)
    try:
        value = parameter.parse(text)
    except ValueError:
        example = parameter.text(RunConfig.__dataclass_fields__[name].default)
        raise ValueError(
            f"{parameter.label}: {reprlib.repr(text)} is not a value such as {example}."
        ) from None
    return parameter.check(value)


def _known(name: str) -> Parameter:
    if name not in PARAMETERS:
        raise ValueError(f"There is no setting {name!r}. There are: {', '.join(PARAMETERS)}.")
    return PARAMETERS[name]
