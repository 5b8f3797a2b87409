"""The steps of an exported lesson, as text: what surrounds the app's own lines for loss, activation and sampler."""

import ast
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.activations import ACTIVATIONS
from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import DATASETS
from core.losses import LOSSES

# Taken where the code of some step reads the last word of the line.
IMPORTS = (
    "import gzip",
    "import math",
    "import sys",
    "from itertools import pairwise",
    "from pathlib import Path",
    "import numpy as np",
    "import torch",
    "from sklearn.cluster import KMeans",
    "from sklearn.metrics import adjusted_rand_score",
    "from sklearn.metrics import davies_bouldin_score",
    "from sklearn.metrics import normalized_mutual_info_score",
    "from sklearn.metrics import rand_score",
    "from sklearn.neighbors import KNeighborsClassifier",
    "from threadpoolctl import threadpool_limits",
)


def reads(code: str, name: str) -> bool:
    """Whether some code reads a name."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(ast.parse(code)))


ABOUT_IMAGES = """The four files of the data set as their authors publish them, gzipped: a header, then one byte a
pixel or a label. Where the folder lacks them, torchvision fetches them."""

ABOUT_STOPPING = """The loss on images that no step has looked at, on the same pairs or triplets each time, every 4,096
images or so. When it has not been better for PATIENCE steps, the weights that were best are kept."""

ABOUT_FIGURES = """KMeans looks for as many clusters as there are classes, without seeing a label; the figures say how
well its clusters and the classes agree, and what the network makes of images that it never saw."""

ENCODER = '''class Encoder(torch.nn.Module):
    """784 grey levels -> hidden layers -> embedding, with no bend at the end."""

    def __init__(self, layers, generator):
        super().__init__()
        self.linear = torch.nn.ModuleList(torch.nn.Linear(*sizes) for sizes in pairwise(layers))
        with torch.no_grad():
            for layer in self.linear:
                bound = layer.in_features**-0.5
                layer.weight.uniform_(-bound, bound, generator=generator)
                layer.bias.uniform_(-bound, bound, generator=generator)

    def forward(self, images):
        *hidden_layers, last = self.linear
        for layer in hidden_layers:
            images = ACTIVATION(layer(images))
        return last(images)


def to_input(images):
    """Grey levels 0 to 255 as the encoder wants them: 0 to 1."""
    return images.float() * (1 / 255)


def embed(encoder, images):
    """Embeddings [n, d] of images [n, 784], 2,000 at a time."""
    with torch.inference_mode():
        return torch.cat([encoder(to_input(part)) for part in torch.split(images, 2000)])'''

_IMAGES = '''def read(name, offset):
    """The numbers of a gzipped IDX file behind its header."""
    return np.frombuffer(gzip.decompress((FOLDER / name).read_bytes()), np.uint8, offset=offset)


def first_classes(images_file, labels_file):
    """Images [n, 784] and labels [n] of the first DIGITS classes."""
    images, labels = read(images_file, 16).reshape(-1, 784), read(labels_file, 8)
    kept = labels < DIGITS
    return images[kept], labels[kept]


if not (FOLDER / "t10k-labels-idx1-ubyte.gz").exists():
    from torchvision.datasets import DATASET

    DATASET(FOLDER, download=True)
    FOLDER = FOLDER / "DATASET" / "raw"
train_images, train_labels = first_classes("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
test_images, test_labels = first_classes("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")'''

_HELD_OUT = """
# 1,000 random images, the same for every seed, are kept from the training to measure it by.
sample = np.random.default_rng(2000).permutation(len(train_labels))[:2000]
fitted = np.delete(np.arange(len(train_labels)), sample[:1000])"""

_FITTED = """
images, labels = torch.from_numpy(train_images[fitted]), torch.from_numpy(train_labels[fitted])"""

_ALL_FITTED = """
images, labels = torch.from_numpy(train_images), torch.from_numpy(train_labels)"""

_TEST_SAMPLE = """
sample = np.random.default_rng(2000).permutation(len(test_labels))[:2000]"""

_EVERY_IMAGE_ONCE = '''def batches(generator):
    """One epoch: each image once, in random order; a last batch that is not full is left out."""
    shuffled = generator.permutation(len(labels))
    for begin in range(0, len(labels) - BATCH_SIZE + 1, BATCH_SIZE):
        yield torch.from_numpy(shuffled[begin : begin + BATCH_SIZE])'''

_PAIRS = '''by_class = ByClass(labels.numpy())


def batches(generator):
    """One epoch: each image once as the anchor of a pair; a last batch that is not full is left out."""
    shuffled = generator.permutation(len(labels))
    for begin in range(0, len(labels) - BATCH_SIZE + 1, BATCH_SIZE):
        yield by_class.pairs(shuffled[begin : begin + BATCH_SIZE], generator)'''

_TRIPLETS = '''by_class = ByClass(labels.numpy())


def batches(generator):
    """One epoch: as many batches of random triplets as fit the number of images."""
    for _ in range(len(labels) // BATCH_SIZE):
        yield by_class.triplets(BATCH_SIZE, generator)'''

_LOSS_OF_ALL = '''def loss_of(embeddings, labels):
    """The loss of everything that a batch holds."""
    return FUNCTION(embeddings, labels, PARAMETERS).total'''

_LOSS_OF_TUPLES = '''def rows_of(tuples):
    """The images of drawn TAKES one column after the other, and where among them each has landed."""
    size = len(tuples[0])
    places = tuple(torch.arange(size) + column * size for column in range(len(tuples)))
    return torch.from_numpy(np.concatenate(tuples)), places


def loss_of(embeddings, labels, places):
    """The loss of the drawn TAKES whose images lie at `places` of the batch."""
    return FUNCTION(embeddings, labels, PARAMETERS, TAKES=places).total'''

_CYCLE = """
schedule = torch.optim.lr_scheduler.OneCycleLR(  # straight up to an early peak, and straight down
    optimizer,
    LEARNING_RATE,
    total_steps=steps,
    pct_start=0.2,
    anneal_strategy="linear",
    div_factor=5,
    cycle_momentum=False,
)"""

_STOP_ALL = """    everything = torch.arange(len(watched_labels))
    size = min(BATCH_SIZE, len(everything))
    watched = [rows for rows in torch.split(everything, size) if len(rows) == size]
    losses = [float(loss_of(embeddings[rows], watched_labels[rows])) for rows in watched]"""

_DRAW = {
    "pairs": "watched_by_class.pairs(always_alike.integers(0, len(watched_labels), 4096), always_alike)",
    "triplets": "watched_by_class.triplets(4096, always_alike)",
}


def figures(few_dims: bool) -> str:
    """The code that measures; few_dims: whether neighbours are searched for by a tree."""
    search, number = ('algorithm="kd_tree"', "float64") if few_dims else ('algorithm="brute"', "float32")
    return f"""train = embed(encoder, torch.from_numpy(train_images)).numpy()
test = embed(encoder, torch.from_numpy(test_images)).numpy()
with threadpool_limits(1):
    kmeans = KMeans(DIGITS, n_init=10, random_state=0).fit(train.astype("float64"))
    clusters, test_clusters = kmeans.labels_, kmeans.predict(test.astype("float64"))
    neighbours = KNeighborsClassifier(5, {search}).fit(train.astype("{number}"), train_labels)
    guessed = neighbours.predict(test.astype("{number}"))
one_cluster = len(np.unique(clusters)) == 1  # a collapsed embedding has no rival to compare with
figures = {{
    "rand_index": rand_score(train_labels, clusters),
    "adjusted_rand_index": adjusted_rand_score(train_labels, clusters),
    "normalized_mutual_info": normalized_mutual_info_score(train_labels, clusters),
    "davies_bouldin": np.nan if one_cluster else davies_bouldin_score(train.astype("float64"), clusters),
    "test_adjusted_rand_index": adjusted_rand_score(test_labels, test_clusters),
    "knn_accuracy": np.mean(guessed == test_labels),
}}
for name, value in figures.items():
    print(f"{{name:26}} {{value:.9f}}")"""


@dataclass(frozen=True)
class Parts:
    """What depends on the config."""

    config: RunConfig

    @property
    def drawn(self) -> bool:
        """Whether pairs or triplets are drawn, not all of a batch taken."""
        return self.config.sampling == "sampled"

    @property
    def takes(self) -> str:
        """pairs or triplets."""
        return LOSSES[self.config.loss].takes

    @property
    def title(self) -> str:
        preset = next((name for name, preset in PRESETS.items() if preset == self.config), None)
        named = f", the preset “{preset}” of Contrastive Lab" if preset else ""
        return f"Contrastive learning on {DATASETS[self.config.dataset].label}{named}"

    def introduction(self, imports: Iterable[str]) -> str:
        """What the lesson does, and what has to be installed for its imports."""
        more = " array-api-compat" if any("array_api_compat" in line for line in imports) else ""
        return (
            "It trains a network that sees nothing but which images are alike, and prints the same figures as the "
            "app\nthat it comes from (from one machine to another the last digits may differ).\n\n"
            f"Needed: pip install torch torchvision numpy scikit-learn{more}"
        )

    @property
    def about_settings(self) -> str:
        return "Everything that was set; change what you like."

    def settings(self, names: Mapping[str, str], folder: str) -> str:
        """One constant a setting that the lesson reads, each below what it means."""
        config, read = self.config, {"digits", *names, "epochs", "batch_size", "learning_rate", "seed"}
        read |= {"hidden", "embedding_dims", *(["patience"] if config.patience else [])}
        lines = [f"FOLDER = {folder}  # where the images are, or go to"]
        for name, parameter in PARAMETERS.items():
            if name in read:
                lines += ["", *(f"# {line}" for line in textwrap.wrap(parameter.help, 100))]
                lines.append(f"{name.upper()} = {getattr(config, name)!r}")
        return "\n".join(lines)

    @property
    def images(self) -> str:
        dataset = DATASETS[self.config.dataset].torchvision or "MNIST"
        return _IMAGES.replace("DATASET", dataset) + self._fitted

    @property
    def _fitted(self) -> str:
        if self.config.validation == "held_out":
            return _HELD_OUT + _FITTED
        return (_TEST_SAMPLE if self.config.patience else "") + _ALL_FITTED

    @property
    def about_encoder(self) -> str:
        return "One network through which every image goes with the same weights: that is what Siamese means."

    @property
    def encoder(self) -> str:
        encoder = ENCODER.replace("ACTIVATION", ACTIVATIONS[self.config.activation].function.__name__)
        if not LOSSES[self.config.loss].normalised:
            return encoder
        encoder = encoder.replace("return last(images)", "return directions(last(images))")
        return encoder.replace("with no bend at the end", "put onto the unit sphere")

    @property
    def about_loss(self) -> str:
        entry = LOSSES[self.config.loss]
        return f"{entry.label}. {entry.summary}\nAs it is written: {entry.formula}\n{entry.paper}."

    def loss_of_batch(self, arguments: str) -> str:
        """The loss of one batch, by the name that the training calls."""
        template = _LOSS_OF_TUPLES if self.drawn else _LOSS_OF_ALL
        function = LOSSES[self.config.loss].function.__name__
        call = template.replace("FUNCTION", function).replace("TAKES", self.takes)
        return call.replace(", PARAMETERS", arguments)

    @property
    def about_batches(self) -> str:
        if self.takes == "batch":
            return "At a batch of random images, each compared with all others."
        if not self.drawn:
            return f"At all {self.takes} that a batch of random images holds."
        if self.takes == "pairs":
            return (
                "At random pairs: each image with a partner, of its own class or of another with even chance."
            )
        return "At random triplets: an anchor, a positive of its class, and a negative of another."

    def batches(self, sampler: str) -> str:
        """What one epoch looks at; sampler: the class that draws, where something is drawn."""
        if not self.drawn:
            return _EVERY_IMAGE_ONCE
        return f"{sampler}\n\n\n{_PAIRS if self.takes == 'pairs' else _TRIPLETS}"

    @property
    def about_training(self) -> str:
        return "One thread and seeds of our own: the same settings give the same weights, bit for bit."

    @property
    def training(self) -> str:
        config = self.config
        cycle = config.schedule == "one_cycle"
        lines = [
            "torch.set_num_threads(1)",
            "encoder = Encoder((784, *HIDDEN, EMBEDDING_DIMS), torch.Generator().manual_seed(SEED))",
            "optimizer = torch.optim.Adam(encoder.parameters(), lr=LEARNING_RATE, fused=True)",
            *(["steps = EPOCHS * (len(labels) // BATCH_SIZE)" + self._cycle] if cycle else []),
            "generator = np.random.default_rng(SEED)",
            *(_BEFORE_STOPPING if config.patience else []),
            "for epoch in range(1, EPOCHS + 1):",
            "    mean = []",
        ]
        if self.drawn:
            lines += [
                "    for drawn in batches(generator):",
                "        rows, places = rows_of(drawn)",
                "        loss = loss_of(encoder(to_input(images[rows])), labels[rows], places)",
            ]
        else:
            lines += [
                "    for rows in batches(generator):",
                "        loss = loss_of(encoder(to_input(images[rows])), labels[rows])",
            ]
        lines += [
            "        optimizer.zero_grad()",
            "        loss.backward()",
            "        optimizer.step()",
            *([f"        {'if schedule: ' if self._few_steps else ''}schedule.step()"] if cycle else []),
            "        mean.append(loss.item())",
            *(_STOPPING if config.patience else []),
            '    print(f"epoch {epoch}: loss {np.mean(mean):.5f}")',
            *(_STOP_EPOCHS if config.patience else []),
        ]
        return "\n".join(lines)

    @property
    def _cycle(self) -> str:
        return _CYCLE + (
            " if steps >= 10 else None  # too few to go up and down in" if self._few_steps else ""
        )

    @property
    def _few_steps(self) -> bool:
        """Whether there may be less than ten: then the app does not vary the rate."""
        at_least = 5_000 * self.config.digits - 1_000  # images: every class has more than 5,000
        return self.config.epochs * (at_least // self.config.batch_size) < 10

    @property
    def stopping(self) -> str:
        """The function that measures, on images which the training does not see."""
        source = "train" if self.config.validation == "held_out" else "test"
        count = ":1000" if self.config.validation == "held_out" else ":2000"
        lines = [
            f"sample_images = torch.from_numpy({source}_images[sample])",
            f"watched_labels = torch.from_numpy({source}_labels[sample[{count}]])",
        ]
        measure = _STOP_ALL
        if self.drawn:
            lines += [
                "watched_by_class = ByClass(watched_labels.numpy())",
                "always_alike = np.random.default_rng(2000)",
                f"watched_rows, watched_places = rows_of({_DRAW[self.takes]})",
            ]
            measure = (
                "    embeddings, digits = embeddings[watched_rows], watched_labels[watched_rows]\n"
                "    losses = [float(loss_of(embeddings, digits, watched_places))]"
            )
        lines += [
            "",
            "",
            "def validation_loss(encoder):",
            '    """The mean loss on them."""',
            "    embeddings = embed(encoder, sample_images)",
            measure,
            "    return sum(losses) / len(losses)",
        ]
        return "\n".join(lines)


_BEFORE_STOPPING = [
    "check_every = math.ceil(4096 / BATCH_SIZE)",
    "step, best, best_step, best_weights = 0, math.inf, 0, {}",
    "stopped = False",
]
_STOPPING = [
    "        step += 1",
    "        if step % check_every == 0:",
    "            measured = validation_loss(encoder)",
    "            if measured < best:",
    "                best, best_step = measured, step",
    "                best_weights = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}",
    "            if step - best_step >= PATIENCE:",
    "                stopped = True",
    "                break",
]
_STOP_EPOCHS = [
    "    if stopped:",
    '        print(f"stopped at step {step}; the best weights are those of step {best_step}")',
    "        break",
    "if best_weights:",
    "    encoder.load_state_dict(best_weights)",
]
