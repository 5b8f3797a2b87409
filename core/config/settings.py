"""The settings of a run, each declared once.

Type, bounds, default, unit and help text are defined only here: sliders, URL, validation, the run's
key, the command line and the docs are derived from this declaration. Imports no torch.
"""

from dataclasses import dataclass

from core.config.parameter import declare
from core.data import DATASETS
from core.encoders.activations import ACTIVATIONS
from core.losses import LOSSES
from core.miners import MINERS


@dataclass(frozen=True)
class Settings:
    """The fields of a `RunConfig`, unvalidated, and properties derived from them alone."""

    dataset: str = declare(
        "mnist",
        "choice",
        "Images",
        "MNIST comes with the app. The others are downloaded from their authors' sites on first use.",
        options={name: entry.label for name, entry in DATASETS.items()},
        advanced=True,
    )
    loss: str = declare(
        "contrastive",
        "choice",
        "Loss",
        "What the network is penalised for: which pairs are pulled together, which are pushed apart, and how "
        "strongly.",
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
        "The factor by which a loss multiplies cosine similarities. The larger it is, the more the hardest "
        "images of the batch count and the less all others.",
        low=1.0,
        high=256.0,
        step=1.0,
    )
    similarity_margin: float = declare(
        0.25,
        "number",
        "Similarity margin",
        "A margin on cosine similarities, which go from -1 to 1. The loss's formula shows what it separates.",
        low=0.0,
        high=1.0,
        step=0.05,
    )
    weight: float = declare(
        1.0,
        "number",
        "Weight",
        "How much a loss's second term counts relative to its first.",
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
        "How many numbers an image's 784 pixels are reduced to. Two can be drawn directly.",
        low=2,
        high=64,
    )
    digits: int = declare(
        10,
        "integer",
        "Classes",
        "How many classes of the data set are used: the first n of them.",
        low=1,
        high=10,
    )
    held_out_class: str = declare(
        "none",
        "choice",
        "Class never shown",
        "Training never sees the images of this class. They are still embedded and measured, so you can see "
        "where they land, and where your own drawing of one lands.",
        options={"none": "None: all are shown", **{str(label): str(label) for label in range(10)}},
        advanced=True,
    )
    sampling: str = declare(
        "all",
        "choice",
        "Pairs or triplets",
        "All pairs or triplets in the batch, or one sampled at random for each anchor, as in the tutorial and the "
        "notebook.",
        options={"all": "All of the batch", "sampled": "Sampled at random"},
        advanced=True,
    )
    batch_size: int = declare(
        200,
        "integer",
        "Batch size",
        "How many images each step uses, or how many pairs or triplets if these are sampled at random.",
        low=1,
        high=4096,
        advanced=True,
        logarithmic=True,
    )
    learning_rate: float = declare(
        3e-3,
        "number",
        "Learning rate",
        "How far each step moves the weights (Adam). With a schedule, this is the peak rate.",
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
        "The learning rate over time: up and then down to 0, or constant.",
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
        "The nonlinearity after each hidden layer. Without one the encoder would be a linear map.",
        options={name: entry.label for name, entry in ACTIVATIONS.items()},
        advanced=True,
    )
    miner: str = declare(
        "none",
        "choice",
        "Miner",
        "Selects the batch's triplets that are worth learning from. A loss on pairs uses the two pairs of each.",
        options={
            "none": "None: use them all",
            **{name: entry.label for name, entry in MINERS.items()},
        },
        advanced=True,
    )
    sampler: str = declare(
        "random",
        "choice",
        "Sampler",
        "Which images a batch holds: shuffled images, or the same number from each of P classes.",
        options={"random": "Random", "balanced": "Balanced: P classes × K images"},
        advanced=True,
    )
    classes_per_batch: int = declare(
        10,
        "integer",
        "Classes a batch",
        "P, the number of classes in a balanced batch (all of them if there are fewer). K is the batch size "
        "divided by P.",
        low=2,
        high=10,
        advanced=True,
        only_with=("sampler", "balanced"),
    )
    views: float = declare(
        0.0,
        "number",
        "Views instead of labels",
        "The share of positives made without labels: two random views of one image, cropped, rotated, shifted and "
        "blurred. All other images are then its negatives, even those of its own class. 0: labels only; 1: no "
        "labels are used.",
        low=0.0,
        high=1.0,
        step=0.05,
        advanced=True,
    )
    wrong_labels: float = declare(
        0.0,
        "number",
        "Wrong labels",
        "The share of training images deliberately given the label of another class.",
        low=0.0,
        high=1.0,
        step=0.05,
        advanced=True,
    )
    patience: int = declare(
        0,
        "integer",
        "Patience",
        "Early stopping: stop when the validation loss has not improved for this many batches. The best weights "
        "are kept. The loss is checked about every 4,096 images. 0: never stop early.",
        low=0,
        high=1000,
        unit="batches",
        advanced=True,
    )
    validation: str = declare(
        "held_out",
        "choice",
        "Validation on",
        "1,000 held-out training images, or 2,000 test images. Early stopping on the test images makes every test "
        "figure too optimistic.",
        options={"held_out": "Held-out training images", "test": "Test images (as the notebook does)"},
        advanced=True,
    )
    seed: int = declare(
        0,
        "integer",
        "Seed",
        "Seeds everything random, such as the initial weights and the order of the images. Same seed, same run, "
        "bit for bit.",
        low=0,
        high=9999,
        advanced=True,
    )

    @property
    def unseen(self) -> int | None:
        """The label of the class that training never sees, or None."""
        return None if self.held_out_class == "none" else int(self.held_out_class)

    @property
    def seen_classes(self) -> int:
        """How many classes the training sees."""
        return self.digits - (self.unseen is not None)

    @property
    def balanced_classes(self) -> int:
        """How many classes a balanced batch holds."""
        return min(self.classes_per_batch, self.seen_classes)
