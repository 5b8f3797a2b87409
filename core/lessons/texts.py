"""The texts of the lessons, assets/lessons/*.md, and the figures filled into them.

A file holds one text, or several parts, each below a heading `## Its title {#its_name}` or just `##
its_name`. A placeholder is the figure's name in braces.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from core.settings import PROJECT

FOLDER = PROJECT / "assets" / "lessons"

_HEADING = re.compile(r"^## (?:(?P<title>.+) \{#(?P<name>\w+)\}|(?P<bare>\w+))$", re.MULTILINE)
_FIGURE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Part:
    """A part of a file; title: "" if its heading has none."""

    title: str
    text: str


def whole(name: str) -> str:
    """The current text of the file `name`: edits show on the page at once."""
    return _read(name, (FOLDER / f"{name}.md").stat().st_mtime)


@lru_cache(maxsize=100)
def _read(name: str, changed: float) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def parts(name: str) -> dict[str, Part]:
    """The parts of the file `name`, by name."""
    text = whole(name)
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return {
        heading["name"] or heading["bare"]: Part(
            heading["title"] or "", " ".join(text[heading.end() : end].split())
        )
        for heading, end in zip(headings, ends, strict=True)
    }


def part(name: str, of: str, /, **figures: str) -> str:
    """The text of one part, with its figures filled in."""
    return filled(parts(name)[of].text, **figures)


def filled(text: str, /, **figures: str) -> str:
    """`text` with its placeholders replaced by `figures`.

    Raises ValueError unless the text has a placeholder for every figure and no others: a missing figure is as
    wrong as a name in braces on the page.
    """
    places = set(_FIGURE.findall(text))
    if places != set(figures):
        raise ValueError(f"This text has places for {sorted(places)}, not {sorted(figures)}: {text}")
    return _FIGURE.sub(lambda found: figures[found[1]], text)
