"""The steps of an exported lesson, as text: what surrounds the app's own lines. Those of the training itself:
`core.take_home.training_parts`."""

import ast
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.activations import ACTIVATIONS
from core.config import PARAMETERS, PRESETS, RunConfig
from core.data import DATASETS
from core.losses import LOSSES
from core.miners import MINERS

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


def names_read(code: str) -> set[str]:
    """The names that some code reads."""
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


ABOUT_IMAGES = """The four files of the data set as their authors publish them, gzipped: a header, then one byte a
pixel or a label. Where the folder lacks them, torchvision fetches them."""

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

_KEPT = """
# 1,000 random images, the same for every seed, are kept from the training to measure it by.
sample = np.random.default_rng(2000).permutation(len(train_labels))[:2000]
fitted = np.delete(np.arange(len(train_labels)), sample[:1000])"""

_ALL = """
fitted = np.arange(len(train_labels))"""

_UNSEEN = """
fitted = fitted[train_labels[fitted] != HELD_OUT_CLASS]  # embedded and measured all the same, in the end"""

_TOLD = """
told = train_labels[fitted]"""

_WRONG = """
told = with_wrong_labels(train_labels[fitted], WRONG_LABELS, DIGITS, np.random.default_rng([SEED, 2]))"""

_FITTED = """
images, labels = torch.from_numpy(train_images[fitted]), torch.from_numpy(told)"""

_TEST_SAMPLE = """
sample = np.random.default_rng(2000).permutation(len(test_labels))[:2000]"""

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

_LOSS_OF_VIEWED_TUPLES = '''def loss_of(embeddings, labels, places):
    """The loss of the drawn TAKES whose images lie at `places` of the batch."""
    return FUNCTION(embeddings, labels, PARAMETERS, TAKES=tuple(map(torch.from_numpy, places))).total'''

_MINED = """def loss_of(embeddings, labels, generator):
    \"\"\"The loss of what is worth learning from in the batch.\"\"\"
    mined = MINER(embeddings.detach(), labels, margin=REACH, generator=generator)
    anchor, positive, negative = mined.triplets"""

_LOSS_OF_MINED = {
    "triplets": _MINED
    + """
    return FUNCTION(embeddings, labels, PARAMETERS, triplets=(anchor, positive, negative)).total""",
    "pairs": _MINED
    + """
    pairs = torch.cat([anchor, anchor]), torch.cat([positive, negative])
    return FUNCTION(embeddings, labels, PARAMETERS, pairs=pairs).total""",
}

_LEARNED = """learned = {
    name: torch.from_numpy(values).requires_grad_()
    for name, values in start(DIGITS, EMBEDDING_DIMS, np.random.default_rng([SEED, 1])).items()
}"""


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
        """pairs, triplets or batch."""
        return LOSSES[self.config.loss].takes

    @property
    def mined(self) -> bool:
        """Whether a miner chooses what is learned from."""
        return self.config.miner != "none"

    @property
    def learns(self) -> bool:
        """Whether the loss learns points of its own."""
        return LOSSES[self.config.loss].learned is not None

    @property
    def viewed(self) -> bool:
        """Whether some images come as two views."""
        return bool(self.config.views if self.drawn else self.config.view_pairs)

    @property
    def balanced(self) -> bool:
        """Whether a batch holds as many images of each of its classes."""
        return self.config.sampler == "balanced"

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
        sometimes = {
            "patience": config.patience,
            "held_out_class": config.unseen is not None,
            "wrong_labels": config.wrong_labels,
            "views": self.viewed,
            "classes_per_batch": self.balanced,
        }
        read |= {"hidden", "embedding_dims", *(name for name, used in sometimes.items() if used)}
        lines = [f"FOLDER = {folder}  # where the images are, or go to"]
        for name, parameter in PARAMETERS.items():
            if name in read:
                lines += ["", *(f"# {line}" for line in textwrap.wrap(parameter.help, 100))]
                value = config.unseen if name == "held_out_class" else getattr(config, name)
                lines.append(f"{name.upper()} = {value!r}")
        return "\n".join(lines)

    def images(self, wrong: str) -> str:
        """Which images and labels the training gets; wrong: the function that makes labels wrong, or none."""
        config, dataset = self.config, DATASETS[self.config.dataset].torchvision or "MNIST"
        text = _KEPT if config.validation == "held_out" else (_TEST_SAMPLE if config.patience else "") + _ALL
        text += _UNSEEN if config.unseen is not None else ""
        text += _WRONG if config.wrong_labels else _TOLD
        begin = f"{wrong}\n\n\n" if wrong else ""
        return begin + _IMAGES.replace("DATASET", dataset) + text + _FITTED

    @property
    def about_images(self) -> str:
        more = []
        if self.config.unseen is not None:
            more.append(f"The training is shown no image of class {self.config.unseen}.")
        if self.config.wrong_labels:
            more.append(
                "A share of the labels that it is told are wrong, on purpose; the figures go by the true ones."
            )
        return "\n".join([ABOUT_IMAGES, *more])

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
        more = ""
        if self.learns:
            more = "\nWhat it learns beside the network moves ten times as fast: it has a longer way to go."
        return f"{entry.label}. {entry.summary}\nAs it is written: {entry.formula}\n{entry.paper}.{more}"

    @property
    def about_miner(self) -> str:
        entry = MINERS[self.config.miner]
        return f"{entry.label}. {entry.summary}\n{entry.paper}."

    @property
    def learned(self) -> str:
        """What the loss learns, as it starts."""
        return f"\n\n\n{_LEARNED}" if self.learns else ""

    def loss_of_batch(self, names: Mapping[str, str]) -> str:
        """The loss of one batch, by the name that the training calls; names: of its parameters, the constants."""
        template = _LOSS_OF_ALL
        if self.mined:
            template = _LOSS_OF_MINED[self.takes]
        elif self.drawn:
            template = _LOSS_OF_VIEWED_TUPLES if self.viewed else _LOSS_OF_TUPLES
        arguments = "".join(f", {name}={constant}" for name, constant in names.items())
        if self.learns:
            arguments += ", **learned"
        filled = {
            "FUNCTION": LOSSES[self.config.loss].function.__name__,
            ", PARAMETERS": arguments,
            "TAKES": self.takes,
            # a loss without a margin never lets go: whatever is farther than its positive can still be pushed
            "REACH": names.get("margin", "math.inf"),
        }
        if self.mined:
            filled["MINER"] = MINERS[self.config.miner].function.__name__
        for place, text in filled.items():
            template = template.replace(place, text)
        return template
