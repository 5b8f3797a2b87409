"""A run as a Jupyter notebook: the lesson of `core.take_home.script`, one cell per step."""

from core.config import RunConfig
from core.take_home.notebook_cells import as_notebook, code, markdown
from core.take_home.script import sections

FOLDER = '"data"'


def notebook(config: RunConfig) -> str:
    """The text of the notebook's file."""
    head, *steps = sections(config, FOLDER)
    cells = [markdown("introduction", f"# {head.title}\n\n{head.words}"), code("imports", head.code)]
    for step in steps:
        name = step.part.replace("/", "-").replace("_", "-")
        formula = f"$${step.formula}$$" if step.formula else ""
        words = "\n\n".join(filter(None, (f"## {step.title}", formula, step.words)))
        cells += [markdown(f"{name}-words", words), code(name, step.code)]
    return as_notebook(cells)
