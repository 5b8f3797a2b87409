"""The Python that runs a learner's code in the browser: Brython, as one script for a Web Worker.

Built at run time from the installed package `brython` and our own driver; nothing is copied into the repository.
"""

import gzip
import hashlib
import json
from functools import cache
from importlib.resources import files

from core.lessons.exercises import FOLDER

WORKER = FOLDER.parent / "editor" / "worker.js"

# Declared dependencies would pull in half of the standard library; these are the ones actually imported.
STANDARD_LIBRARY = ("sys", "browser", "math", "itertools", "operator", "_operator")
OUR_MODULES = ("checking", "driver")


@cache
def script() -> bytes:
    """The worker's script, gzipped: Brython, the modules, and what connects them to the page."""
    data = files("brython") / "data"
    brython = (data / "brython.js").read_text(encoding="utf-8")
    own = {name: [".py", (FOLDER / f"{name}.py").read_text(encoding="utf-8"), []] for name in OUR_MODULES}
    modules = json.dumps(_standard_library((data / "brython_stdlib.js").read_text(encoding="utf-8")) | own)
    before, after = WORKER.read_text(encoding="utf-8").split("// BRYTHON\n")
    return gzip.compress(f"{before}{brython}\n{after.replace('MODULES', modules)}".encode(), mtime=0)


def _standard_library(text: str) -> dict[str, list[object]]:
    start = "var scripts = "
    everything = json.JSONDecoder().raw_decode(text, text.index(start) + len(start))[0]
    return {name: everything[name] for name in STANDARD_LIBRARY}


@cache
def version() -> str:
    """A hash of the script, for its URL."""
    return hashlib.sha256(script()).hexdigest()[:20]
