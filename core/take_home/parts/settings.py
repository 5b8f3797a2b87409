"""Settings.

Default values, so that the other parts can be type-checked; a script gets the values of its run.
"""

import sys

import torchvision
from torch import nn

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "data"
DATASET = torchvision.datasets.MNIST
MARGIN = 1.0
TEMPERATURE = 0.1
SCALE = 2.0
SIMILARITY_MARGIN = 0.25
WEIGHT = 1.0
EPOCHS = 2
EMBEDDING_DIMS = 2
DIGITS = 10
HELD_OUT_CLASS = 0
BATCH_SIZE = 200
LEARNING_RATE = 0.003
HIDDEN = (256, 128, 32)
ACTIVATION: type[nn.Module] = nn.ReLU
CLASSES_PER_BATCH = 10
VIEWS = 0.5
WRONG_LABELS = 0.1
PATIENCE = 10
SEED = 0
