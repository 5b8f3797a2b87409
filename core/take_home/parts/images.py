"""The images of the first DIGITS classes, each a row of 784 grey levels from 0 to 1."""

from core.take_home.parts.settings import DATASET, DIGITS, FOLDER


def load(train):
    data = DATASET(FOLDER, train=train, download=True)
    kept = data.targets < DIGITS
    return data.data[kept].flatten(1) / 255, data.targets[kept]


images, labels = load(train=True)
# Without the first 1,000: the app holds out that many for validation.  # [kept_out]
images, labels = images[1000:], labels[1000:]  # [kept_out]
