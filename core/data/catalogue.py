"""The catalogue of data sets: `DATASETS` maps a name to its entry."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class DatasetEntry:
    """One line of the catalogue of data sets. noun: what one of its images shows."""

    name: str
    label: str
    noun: str
    classes: tuple[str, ...]
    # file name -> checksum: SHA-256 for the shipped files, MD5 (as in torchvision) for the others
    files: dict[str, str]
    torchvision: str | None  # the class in torchvision.datasets that downloads it; None: shipped

    @property
    def checksum(self) -> str:
        """One SHA-256 over all files' checksums: part of every run's key."""
        return hashlib.sha256("".join(self.files.values()).encode()).hexdigest()


def with_article(name: str) -> str:
    """The name of a class as it is spoken: "a 7", "an 8", "an Ankle boot", "a Bag"."""
    spoken_vowel = name[0].lower() in "aeiou8お" or name in ("11", "18")  # お is spoken "o"
    return f"an {name}" if spoken_vowel else f"a {name}"


_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _files(*checksums: str) -> dict[str, str]:
    return dict(zip(_FILES, checksums, strict=True))


DATASETS: dict[str, DatasetEntry] = {
    entry.name: entry
    for entry in (
        DatasetEntry(
            name="mnist",
            label="MNIST digits",
            noun="digit",
            classes=tuple("0123456789"),
            files=_files(
                "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971",
                "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203",
                "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be",
                "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
            ),
            torchvision=None,
        ),
        DatasetEntry(
            name="fashion_mnist",
            label="Fashion-MNIST",
            noun="piece of clothing",
            classes=(
                "T-shirt",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
            files=_files(
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
            torchvision="FashionMNIST",
        ),
        DatasetEntry(
            name="kmnist",
            label="KMNIST (Kuzushiji)",
            noun="character",
            classes=("お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"),
            files=_files(
                "bdb82020997e1d708af4cf47b453dcf7",
                "e144d726b3acfaa3e44228e80efcd344",
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "7320c461ea6c1c855c0b718fb2a4b134",
            ),
            torchvision="KMNIST",
        ),
    )
}
