"""Each activation against its formula in plain floats, in torch and in NumPy."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.encoders.activations import ACTIVATIONS, sigmoid

XS = (-750.0, -40.0, -3.0, -0.5, 0.0, 0.5, 1.0, 3.0, 40.0, 750.0)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


FORMULAS: dict[str, Callable[[float], float]] = {
    "relu": lambda x: x if x > 0 else 0.0,
    "x_plus_sigmoid": lambda x: x + logistic(x),
    "swish": lambda x: x * logistic(x),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "tanh": lambda x: math.tanh(x),
}

# torch's own function, if it has one
TORCHS = {
    "relu": torch.nn.functional.relu,
    "swish": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
    "tanh": torch.tanh,
}


def test_each_activation_has_a_formula_here_and_its_catalogue_name() -> None:
    assert set(FORMULAS) == set(ACTIVATIONS)
    for name, activation in ACTIVATIONS.items():
        assert activation.name == name and activation.label and activation.formula


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_its_formula_in_torch_and_in_numpy(name: str) -> None:
    expected = [FORMULAS[name](x) for x in XS]
    function = ACTIVATIONS[name].function
    assert function(np.array(XS)) == pytest.approx(np.array(expected), rel=1e-12)
    assert function(torch.tensor(XS, dtype=torch.float64)).tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_array_type_and_its_precision_are_kept(name: str) -> None:
    function = ACTIVATIONS[name].function
    assert function(np.zeros(3, np.float32)).dtype == np.float32
    assert function(torch.zeros(3)).dtype == torch.float32


@pytest.mark.parametrize("name", TORCHS)
def test_an_activation_and_its_slope_are_torchs_own(name: str) -> None:
    ours = torch.linspace(-6, 6, 101, dtype=torch.float64).requires_grad_(True)
    theirs = ours.detach().clone().requires_grad_(True)
    ours_values, theirs_values = ACTIVATIONS[name].function(ours), TORCHS[name](theirs)
    ours_values.sum().backward()
    theirs_values.sum().backward()
    assert torch.allclose(ours_values, theirs_values, rtol=1e-12, atol=1e-15)
    # at exactly 0 the slope of relu is a choice
    away = ours.detach().abs() > 1e-9
    assert ours.grad is not None and theirs.grad is not None
    assert torch.allclose(ours.grad[away], theirs.grad[away], rtol=1e-10, atol=1e-15)


def test_the_notebooks_swish_is_not_swish() -> None:
    """x + sigmoid(x) is 0.5 at 0 and unbounded below; x sigmoid(x) is 0 at 0 and bounded below."""
    printed, true = ACTIVATIONS["x_plus_sigmoid"].function, ACTIVATIONS["swish"].function
    assert printed(np.array([0.0, -10.0])) == pytest.approx([0.5, -10.0], abs=1e-4)
    assert true(np.array([0.0, -10.0])) == pytest.approx([0.0, 0.0], abs=1e-3)


def test_the_sigmoid_of_a_huge_number_neither_overflows_nor_warns() -> None:
    for x in (np.array([-1e4, 1e4]), torch.tensor([-1e4, 1e4])):
        assert sigmoid(x).tolist() == [0.0, 1.0]
