"""Reads the files of `core/take_home/parts` as text, selects lines by flags, and joins them.

A line that ends in `# [flag]` is kept only if the flag holds; one that ends in `# [not flag]`, only if it
doesn't.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = Path(__file__).parent / "parts"

_MARKED = re.compile(r"(.*?) *# \[(not )?(\w+)\]")
_OF_PARTS = "from core.take_home.parts."


@dataclass(frozen=True)
class Source:
    """A part's file, with its lines selected by flags. title, words: its docstring. helpers: the helper parts
    that it imports. imports: its other import lines."""

    part: str
    title: str
    words: str
    helpers: tuple[str, ...]
    imports: tuple[str, ...]
    code: str


def read(part: str, flags: set[str]) -> Source:
    """Read a part, given its path without the suffix."""
    text = "\n".join(_kept((PARTS / f"{part}.py").read_text(encoding="utf-8"), flags))
    _, words, rest = text.split('"""', 2)
    lines = rest.splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    own = [line.removeprefix(_OF_PARTS) for line in imports if line.startswith(_OF_PARTS)]
    helpers = tuple(line.split()[0].replace(".", "/") for line in own if line.startswith("helpers."))
    code = "\n".join(line for line in lines if line not in imports).strip()
    title, _, more = words.strip().partition("\n")
    others = tuple(line for line in imports if not line.startswith(_OF_PARTS))
    return Source(part, title.removesuffix("."), more.strip(), helpers, others, code)


def _kept(text: str, flags: set[str]) -> Iterator[str]:
    for line in text.splitlines():
        marked = _MARKED.fullmatch(line)
        if marked is None:
            yield line
        elif (marked[3] in flags) == (marked[2] is None):
            yield marked[1]


def joined(codes: Iterable[str], between: str) -> str:
    """Join pieces of code, with two empty lines around functions and classes and `between` elsewhere."""
    text = ""
    for code in codes:
        begin = next(line for line in code.splitlines() if not line.startswith("#"))
        end = next((line for line in reversed(text.splitlines()) if line[:1].strip()), "")
        defined = any(line.startswith(("def ", "class ", "@")) for line in (begin, end))
        text += (("\n\n\n" if defined else between) if text else "") + code
    return text


def reads(code: str, name: str) -> bool:
    """Whether the code mentions a name."""
    return re.search(rf"\b{name}\b", code) is not None


def needed(imports: Iterable[str], code: str) -> set[str]:
    """The import lines that bind a name which the code reads."""
    names = {line: line.split("import ")[1].split(" as ")[-1].split(", ") for line in imports}
    return {line for line, bound in names.items() if any(reads(code, name) for name in bound)}


def in_order(imports: Iterable[str]) -> str:
    """Import lines sorted, the standard library first."""
    groups: tuple[list[str], list[str]] = ([], [])
    for line in sorted(imports, key=lambda line: (line.startswith("from"), line)):
        groups[line.split()[1].split(".")[0] not in sys.stdlib_module_names].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)
