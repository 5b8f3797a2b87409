"""The baseline: the PyTorch tutorial's own method.

Slow parts included: each image's partner is searched for among all 60,000 labels, one image at a time, and
each image goes through PIL on its way to a tensor.
"""

import gzip
import random
import tempfile
import time
from functools import cache
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from torchvision.datasets import MNIST
from tqdm import tqdm

from benchmarks.row import THREADS, say
from benchmarks.trained import Outcome, measure
from core.data import DATASETS, MNIST_FOLDER

EPOCHS = 5


def mnist_in_torchvision() -> MNIST:
    """The training images of assets/ in the data set class of the tutorial."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "MNIST" / "raw"
        raw.mkdir(parents=True)
        for name in DATASETS["mnist"].files:
            (raw / name.removesuffix(".gz")).write_bytes(gzip.decompress((MNIST_FOLDER / name).read_bytes()))
        return MNIST(folder, transform=transforms.ToTensor())


class Pairs(Dataset[tuple[torch.Tensor, torch.Tensor, float]]):
    """Each image with a partner drawn by a coin: from its own class (1.0) or from the others (0.0)."""

    def __init__(self, mnist: MNIST) -> None:
        self.mnist = mnist

    def __len__(self) -> int:
        return len(self.mnist)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor, float]:
        image, label = self.mnist[index]
        same = random.random() > 0.5
        candidates = self.mnist.targets == label if same else self.mnist.targets != label
        partner, _ = self.mnist[random.choice(candidates.nonzero()[:, 0])]
        return image, partner, float(same)


def pair_loss(first: torch.Tensor, second: torch.Tensor, y: torch.Tensor, m: float = 1.0) -> torch.Tensor:
    """y h/2 + (1-y) max(0, m-h)/2, h = d², the exercise's solution; mean over the pairs."""
    h = ((first - second) ** 2).sum(dim=1)
    return (y * h / 2 + (1 - y) * (m - h).clamp(min=0) / 2).mean()


def train(mnist: MNIST, epochs: int = EPOCHS) -> nn.Sequential:
    """The tutorial's training: 100 pairs per step, Adam with its defaults."""
    encoder = nn.Sequential(
        nn.Linear(784, 256),
        nn.ReLU(),
        nn.Linear(256, 128),
        nn.ReLU(),
        nn.Linear(128, 32),
        nn.ReLU(),
        nn.Linear(32, 2),
    )
    optimizer = torch.optim.Adam(encoder.parameters())
    loader = DataLoader(Pairs(mnist), batch_size=100, shuffle=True)
    for epoch in range(epochs):
        total = 0.0
        for images, partners, y in tqdm(
            loader, desc=f"tutorial, epoch {epoch + 1} of {epochs}", disable=None
        ):
            optimizer.zero_grad()
            loss = pair_loss(encoder(images.flatten(1)), encoder(partners.flatten(1)), y)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += loss.item()
        say(f"  epoch {epoch + 1} of {epochs}: loss {total / len(loader):.4f}")
    return encoder


@cache
def outcome() -> Outcome:
    """The tutorial's result with PyTorch's default threads; measured once."""
    say(f"The tutorial's own method, {EPOCHS} epochs (takes more than a minute) ...")
    mnist = mnist_in_torchvision()
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    random.seed(0)
    began = time.perf_counter()
    encoder = train(mnist)
    seconds = time.perf_counter() - began
    return measure(encoder, seconds)
