"""Folding: the text means the same as before under its facts, and nothing else of it changes."""

import textwrap

import pytest

from core.take_home.folding import fold
from core.take_home.inlining import CannotInline, Inlined


def folded(text: str, **facts: bool) -> str:
    return fold(textwrap.dedent(text), {name.replace("_", " "): value for name, value in facts.items()})


def test_a_settled_branch_comes_up_with_its_comments() -> None:
    text = """\
    def f(pairs):
        if pairs is None:
            # why
            x = 1  # and what

            return x
        return 2
    """
    assert folded(text, pairs_is_None=True) == (
        "def f(pairs):\n    # why\n    x = 1  # and what\n\n    return x\n"
    )
    assert folded(text, pairs_is_None=False) == "def f(pairs):\n    return 2\n"
    assert folded(text) == textwrap.dedent(text)


def test_else_is_taken_where_the_condition_does_not_hold() -> None:
    text = """\
    def f(a):
        if is_torch_array(a) and a is not None:
            b = 1
        else:
            b = 2
        return b
    """
    assert folded(text, a_is_None=True) == "def f(a):\n    b = 2\n    return b\n"
    assert folded(text, a_is_None=False) == "def f(a):\n    b = 1\n    return b\n"
    assert "if a is not None:" in folded(text)


def test_a_chain_of_elif_is_not_torn_apart() -> None:
    text = """\
    def f(a, b):
        if b:
            return 1
        elif a is None:
            return 2
        return 3
    """
    space: dict[str, object] = {}
    exec(folded(text, a_is_None=True), space)
    assert space["f"](None, False) == 2 and space["f"](None, True) == 1  # type: ignore[operator]


def test_conditional_expressions_and_arguments_are_settled() -> None:
    text = """\
    def f(x, pairs):
        y = x.é() if is_torch_array(x) else g(x)
        return h(y, drawn=pairs is not None)
    """
    assert folded(text, pairs_is_None=False) == (
        "def f(x, pairs):\n    y = x.é()\n    return h(y, drawn=True)\n"
    )


def test_the_array_api_is_written_as_torch_where_both_mean_the_same() -> None:
    text = """\
    def f(x):
        xp = array_namespace(x)
        places = xp.nonzero(x > 0)
        return xp.sum(xp.sqrt(x)), array_namespace(x).tanh(x)
    """
    assert folded(text) == (
        "def f(x):\n    places = torch.nonzero(x > 0, as_tuple=True)\n"
        "    return torch.sum(torch.sqrt(x)), torch.tanh(x)\n"
    )


def test_what_torch_calls_otherwise_stays_with_the_array_api() -> None:
    text = """\
    def f(x):
        xp = array_namespace(x)
        return xp.max(xp.exp(x))
    """
    assert folded(text) == "def f(x):\n    xp = array_namespace(x)\n    return xp.max(torch.exp(x))\n"


def test_imports_within_a_function_go() -> None:
    assert folded("def f():\n    import torch\n\n    return torch.ones(1)\n") == (
        "def f():\n\n    return torch.ones(1)\n"
    )


# ---- taking along


def test_a_class_comes_with_the_methods_that_are_called() -> None:
    taken = Inlined()
    taken.add("core.sampling", "ByClass", ["pairs"])
    assert [name for name in ("same", "other", "pairs", "triplets") if f"def {name}(" in taken.text] == [
        "same",
        "other",
        "pairs",
    ]
    assert list(taken.definitions) == ["Indices", "ByClass"]
    assert {"import numpy as np", "import numpy.typing as npt"} <= taken.imports


def test_a_definition_comes_after_what_it_needs_with_the_comment_above_it() -> None:
    taken = Inlined({"pairs is None": True})
    taken.add("core.losses.contrastive", "contrastive")
    order = list(taken.definitions)
    assert order.index("_squared_distances") < order.index("_AllPairs") < order.index("contrastive")
    assert taken.definitions["Push"].startswith("# From squared distances [b, b]")
    space: dict[str, object] = {}
    exec("\n".join(sorted(taken.imports)) + "\n" + taken.text, space)
    assert callable(space["contrastive"])


def test_two_definitions_of_one_name_are_refused() -> None:
    taken = Inlined(given={"relu": "def relu(x):\n    return 0"})
    with pytest.raises(CannotInline, match=r"Another relu"):
        taken.add("core.activations", "relu")
