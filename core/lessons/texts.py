"""The texts of the lessons, assets/lessons/*.md, and the figures that are filled in.

A file holds one text, or several parts, each below a heading `## Its title {#its_name}` or just `## its_name`.
A figure's place is its name in braces.
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
    """A part of a file of texts; title: where its heading has one."""

    title: str
    text: str


def whole(name: str) -> str:
    """The file `name`, as it is now: whoever edits it sees it on the page."""
    return _read(name, (FOLDER / f"{name}.md").stat().st_mtime)


@lru_cache(maxsize=100)
def _read(name: str, changed: float) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def parts(name: str) -> dict[str, Part]:
    """The parts of the file `name`, by their own names."""
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
    """`text` with each figure in its place.

    Raises ValueError where the text has no place for one of them, or a place for something else: a figure
    that nobody sees is as wrong as a name in braces on the page.
    """
    places = set(_FIGURE.findall(text))
    if places != set(figures):
        raise ValueError(f"This text has places for {sorted(places)}, not {sorted(figures)}: {text}")
    return _FIGURE.sub(lambda found: figures[found[1]], text)
