"""The encoder: one network for all images, with the same weights (hence Siamese)."""

from itertools import pairwise

from torch import nn

from core.take_home.parts.helpers.on_sphere import OnSphere  # [normalised]
from core.take_home.parts.helpers.x_plus_sigmoid import XPlusSigmoid  # [x_plus_sigmoid]
from core.take_home.parts.settings import ACTIVATION, EMBEDDING_DIMS, HIDDEN

layers = []
for inputs, outputs in pairwise([784, *HIDDEN, EMBEDDING_DIMS]):
    layers += [nn.Linear(inputs, outputs), ACTIVATION()]  # [not x_plus_sigmoid]
    layers += [nn.Linear(inputs, outputs), XPlusSigmoid()]  # [x_plus_sigmoid]
encoder = nn.Sequential(*layers[:-1])  # no activation after the last layer  # [not normalised]
encoder = nn.Sequential(*layers[:-1], OnSphere())  # no activation after the last layer  # [normalised]
