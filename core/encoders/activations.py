"""The encoder's activations: `ACTIVATIONS` maps a name to its entry.

Each works on torch tensors (training) and NumPy arrays (plots, the pages' NumPy encoder).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace, is_torch_array

Array = Any


@dataclass(frozen=True)
class Activation:
    """An elementwise function between two layers of the encoder."""

    name: str
    label: str
    formula: str  # LaTeX
    function: Callable[[Array], Array]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), from 0 to 1."""
    if is_torch_array(x):
        return x.sigmoid()
    from scipy.special import expit

    return expit(x)


def relu(x: Array) -> Array:
    """max(0, x)."""
    if is_torch_array(x):
        return x.relu()  # many times faster than clip, especially the backward pass
    return array_namespace(x).clip(x, min=0.0)


def x_plus_sigmoid(x: Array) -> Array:
    """x + sigmoid(x): what the Wolfram notebook prints under the name "swish"."""
    return x + sigmoid(x)


def swish(x: Array) -> Array:
    """x sigmoid(x): the usual swish, also called SiLU (Ramachandran et al. 2017)."""
    return x * sigmoid(x)


def gelu(x: Array) -> Array:
    """x Phi(x), Phi the normal distribution function (Hendrycks, Gimpel 2016)."""
    if is_torch_array(x):
        return 0.5 * x * (1 + (x / math.sqrt(2)).erf())
    from scipy.special import erf

    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def tanh(x: Array) -> Array:
    """The hyperbolic tangent, from -1 to 1."""
    return array_namespace(x).tanh(x)


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("relu", "ReLU", r"\max(0, x)", relu),
        Activation("x_plus_sigmoid", "x + sigmoid(x), the notebook's", r"x + \sigma(x)", x_plus_sigmoid),
        Activation("swish", "Swish, x · sigmoid(x)", r"x\,\sigma(x)", swish),
        Activation("gelu", "GELU", r"x\,\Phi(x)", gelu),
        Activation("tanh", "tanh", r"\tanh(x)", tanh),
    )
}
