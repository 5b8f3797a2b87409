"""Pages and exports name what a data set shows: the classes of Fashion-MNIST are no digits."""

import ast
import re

import pytest

from core.config import PARAMETERS
from core.data import DATASETS
from core.figures import FIGURES
from tests.pages.conftest import PROJECT

# What is about every run; the lessons and Home are about MNIST's digits.
FOLDERS = (
    "core/charts", "core/config", "core/figures", "core/take_home", "pages/lab", "pages/ui/clusters", "pages/ui/draw",
    "pages/ui/embedding", "pages/ui/runs", "pages/ui/take_home", "pages/ui/train",
)  # fmt: skip
# Keys, and digits of a number.
NAMES = re.compile(r"^\w+$|significant digits|hexadecimal digits")


def shown(text: str) -> list[str]:
    """The strings of a Python file, without docstrings."""
    tree = ast.parse(text)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def with_a_digit(strings: list[str]) -> list[str]:
    return [text for text in strings if re.search(r"\bdigits?\b", text, re.I) and not NAMES.search(text)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_text_about_a_run_calls_its_images_digits(folder: str) -> None:
    files = list((PROJECT / folder).rglob("*.py"))
    assert files
    assert {
        file.name: found for file in files if (found := with_a_digit(shown(file.read_text("utf-8"))))
    } == {}


def test_the_canvas_and_the_catalogues_speak_of_classes() -> None:
    strings = [
        text
        for file in (PROJECT / "assets" / "canvas").glob("*.js")
        for text in re.findall(r'"([^"\n]*)"', file.read_text("utf-8"))
    ]
    strings += [
        part for figure in FIGURES.values() for part in (figure.meaning, figure.chance or "", figure.range)
    ]
    strings += [parameter.help for parameter in PARAMETERS.values()]
    assert with_a_digit(strings) == []


def test_a_text_that_calls_images_digits_is_found() -> None:
    made = '"""All digits."""\nKEY = "digits"\nst.info(f"Draw a digit, {name}")\n'
    assert with_a_digit(shown(made)) == ["Draw a digit, "]
    assert {entry.noun for entry in DATASETS.values()} == {"digit", "piece of clothing", "character"}
